from odoo import fields, models


class PsaTimeReopen(models.TransientModel):
    """Withdraw the approval of time entries, with a reason."""

    _name = "psa.time.reopen"
    _description = "Withdraw the Approval of Time"

    line_ids = fields.Many2many(
        "account.analytic.line",
        string="Entries",
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(
        required=True, help="Why the entries are unlocked. It is kept with each entry."
    )

    def action_withdraw(self):
        """Unlock the entries."""
        self.ensure_one()
        self.line_ids._psa_withdraw_approval(self.reason)
        return {"type": "ir.actions.act_window_close"}
