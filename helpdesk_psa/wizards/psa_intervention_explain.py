from odoo import fields, models


class PsaInterventionExplain(models.TransientModel):
    """Asks for the reason of a step that others will wonder about later."""

    _name = "psa.intervention.explain"
    _description = "Reason of an Intervention's Step"

    intervention_id = fields.Many2one(
        "psa.intervention", required=True, ondelete="cascade"
    )
    verb = fields.Selection([("cancel", "Cancel"), ("reopen", "Reopen")], required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Take the step, with its reason in the history."""
        self.ensure_one()
        if self.verb == "cancel":
            self.intervention_id._cancel(self.reason)
        else:
            self.intervention_id._reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
