from odoo import fields, models


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    psa_team_id = fields.Many2one(
        "psa.team",
        string="Helpdesk team",
        ondelete="set null",
        help="Team of the tickets that this mailbox opens, when the mail was not sent to "
        "a team's own address. Choose “Ticket” as the record to create.",
    )
