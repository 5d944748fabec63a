from odoo import fields, models


class PsaBillingFindingAccept(models.TransientModel):
    """Leaves findings of the billing check as they are, and keeps the reason."""

    _name = "psa.billing.finding.accept"
    _description = "Accept Findings"

    finding_ids = fields.Many2many("psa.billing.finding", required=True)
    reason = fields.Char(required=True)

    def action_accept(self):
        """Accept the findings."""
        self.ensure_one()
        self.finding_ids.action_accept(self.reason)
        return {"type": "ir.actions.act_window_close"}
