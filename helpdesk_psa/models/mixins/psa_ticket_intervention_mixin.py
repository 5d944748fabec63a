from odoo import api, fields, models


class PsaTicketInterventionMixin(models.AbstractModel):
    """Gives tickets their visits to the customer, parts and checklist."""

    _name = "psa.ticket.intervention.mixin"
    _description = "Ticket Interventions"

    intervention_ids = fields.Many2many(
        "psa.intervention",
        "psa_intervention_ticket_rel",
        "ticket_id",
        "intervention_id",
        string="Interventions",
        copy=False,
    )
    intervention_count = fields.Integer(compute="_compute_intervention_count")
    item_ids = fields.One2many("psa.item", "ticket_id", string="Items")
    checklist_item_ids = fields.One2many(
        "psa.checklist.item", "ticket_id", string="Checklist"
    )

    @api.depends("intervention_ids")
    @api.depends_context("uid")
    def _compute_intervention_count(self):
        counts = dict(
            self.env["psa.intervention"]._read_group(
                [("ticket_ids", "in", self.ids)], ["ticket_ids"], ["__count"]
            )
        )
        for ticket in self:
            ticket.intervention_count = counts.get(ticket, 0)
