from odoo import api, fields, models


class RatingRating(models.Model):
    """Ratings of tickets are seen by those who see the tickets."""

    _inherit = "rating.rating"

    psa_ticket_id = fields.Many2one(
        "psa.ticket",
        string="Ticket",
        compute="_compute_psa_ticket_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Lets record rules look at the ticket that was rated.",
    )

    @api.depends("res_model", "res_id")
    def _compute_psa_ticket_id(self):
        for rating in self:
            is_ticket = rating.res_model == "psa.ticket"
            rating.psa_ticket_id = rating.res_id if is_ticket else False
