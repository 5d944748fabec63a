from odoo import fields, models


class PsaTimeApproval(models.Model):
    """Who approved a time entry or withdrew the approval, when and why."""

    _name = "psa.time.approval"
    _description = "Approval of a Time Entry"
    _order = "id desc"

    line_id = fields.Many2one(
        "account.analytic.line",
        string="Time entry",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    at = fields.Datetime(
        string="When", required=True, readonly=True, default=fields.Datetime.now
    )
    kind = fields.Selection(
        [("approved", "Approved"), ("withdrawn", "Approval withdrawn")],
        string="What",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="Who", readonly=True)
    reason = fields.Char(readonly=True)
