from odoo import api, fields, models
from odoo.fields import Domain


class PsaTicket(models.Model):
    _name = "psa.ticket"
    _inherit = ["psa.work.owner.mixin", "psa.ticket"]

    _psa_charge_field = "ticket_id"

    psa_allowance_text = fields.Char(
        string="Prepaid",
        compute="_compute_psa_allowance_text",
        groups="helpdesk_psa.group_psa_readonly",
        help="What is left to pay for work on the ticket today.",
    )

    @api.depends("customer_id", "site_id", "agreement_id")
    def _compute_psa_allowance_text(self):
        found = self.env["psa.allowance"].search(
            Domain("customer_id", "in", self.customer_id.ids)
            & Domain("state", "in", ("open", "low"))
        )
        by_customer = found.grouped("customer_id")
        for ticket in self:
            own = by_customer.get(ticket.customer_id, found.browse())
            own = own.filtered(lambda it, ticket=ticket: it._can_pay_for(ticket))
            ticket.psa_allowance_text = own._describe_left()

    def action_open_allowances(self):
        """Open what can pay for work of the customer."""
        self.ensure_one()
        return self.customer_id.action_psa_open_allowances()

    def _psa_get_rated_fields(self):
        """Override: what says for whom and under which agreement the work is."""
        return {
            "agreement_id",
            "agreement_source",
            "category_id",
            "company_id",
            "customer_id",
            "equipment_ids",
            "partner_id",
            "site_id",
            "team_id",
            "type_id",
        }
