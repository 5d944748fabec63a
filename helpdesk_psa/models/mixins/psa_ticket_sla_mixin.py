from odoo import fields, models


class PsaTicketSlaMixin(models.AbstractModel):
    """The clocks of a ticket: what was promised to the customer, until when."""

    _name = "psa.ticket.sla.mixin"
    _description = "Ticket SLA"

    sla_clock_ids = fields.One2many("psa.sla.clock", "ticket_id", string="Clocks")
    sla_due_at = fields.Datetime(
        string="Due",
        readonly=True,
        copy=False,
        help="When the next promise to the customer is due. Empty while all are paused "
        "or kept.",
    )
