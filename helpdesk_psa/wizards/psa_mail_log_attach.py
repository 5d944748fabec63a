from odoo import fields, models


class PsaMailLogAttach(models.TransientModel):
    """Puts a mail that became nothing on a ticket there is already."""

    _name = "psa.mail.log.attach"
    _description = "Put a Mail on a Ticket"

    log_id = fields.Many2one(
        "psa.mail.log", string="Mail", required=True, ondelete="cascade"
    )
    email_from = fields.Char(related="log_id.email_from")
    subject = fields.Char(related="log_id.subject")
    ticket_id = fields.Many2one(
        "psa.ticket",
        required=True,
        ondelete="cascade",
        help="The mail becomes a message of it, as the sender's reply would have.",
    )

    def action_attach(self):
        """Put the mail on the ticket, and open it."""
        self.ensure_one()
        self.ticket_id.check_access("write")
        return self.log_id._give_second_chance(self.ticket_id)
