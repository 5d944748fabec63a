from odoo import fields, models


class PsaTicketAgreementMixin(models.AbstractModel):
    """Which agreement covers a ticket, and why."""

    _name = "psa.ticket.agreement.mixin"
    _description = "Agreement of a Ticket"

    agreement_id = fields.Many2one(
        "psa.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Under which agreement the work is done.",
    )
