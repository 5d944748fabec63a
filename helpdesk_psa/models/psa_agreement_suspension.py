from odoo import fields, models


class PsaAgreementSuspension(models.Model):
    """A time in which an agreement did not hold, though it had not ended."""

    _name = "psa.agreement.suspension"
    _description = "Suspension of an Agreement"
    _order = "date_from desc, id desc"

    agreement_id = fields.Many2one(
        "psa.agreement", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(string="From", required=True)
    date_until = fields.Date(
        string="Until",
        help="First day on which it holds again. Empty: still suspended.",
    )
    reason = fields.Char(required=True)

    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_until >= date_from)",
        "A suspension cannot end before it starts.",
    )
