from odoo import fields, models


class PsaPeriodSkip(models.TransientModel):
    """Leaves periods unbilled, and keeps the reason."""

    _name = "psa.period.skip"
    _description = "Skip Billing Periods"

    period_ids = fields.Many2many("psa.period", required=True)
    reason = fields.Char(required=True)

    def action_skip(self):
        """Skip the periods."""
        self.ensure_one()
        self.period_ids.action_skip(self.reason)
        return {"type": "ir.actions.act_window_close"}
