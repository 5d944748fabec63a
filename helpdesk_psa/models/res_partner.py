from odoo import api, fields, models

from ..const import OPEN_CATEGORIES


class ResPartner(models.Model):
    _inherit = "res.partner"

    psa_is_customer = fields.Boolean(
        string="Helpdesk customer",
        groups="base.group_user",
        index="btree_not_null",
        help="Served by the helpdesk. Set by the first ticket or by hand.",
    )
    psa_color = fields.Integer(
        string="Helpdesk colour",
        groups="base.group_user",
        help="Colour of the customer on ticket cards.",
    )
    psa_open_ticket_count = fields.Integer(
        string="Open tickets",
        compute="_compute_psa_open_ticket_count",
        groups="helpdesk_psa.group_psa_readonly",
        help="Tickets of the customer, or requested by the contact, that still need work.",
    )

    @api.depends_context("uid")
    def _compute_psa_open_ticket_count(self):
        Ticket = self.env["psa.ticket"]
        is_open = [("stage_category", "in", OPEN_CATEGORIES)]
        customers = dict(
            Ticket._read_group(
                [("customer_id", "in", self.ids), *is_open],
                ["customer_id"],
                ["__count"],
            )
        )
        persons = dict(
            Ticket._read_group(
                [("partner_id", "in", self.ids), *is_open], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.psa_open_ticket_count = customers.get(partner) or persons.get(
                partner, 0
            )

    def _compute_application_statistics_hook(self):
        """Override of `base` to show the open tickets among the partner's figures."""
        statistics = super()._compute_application_statistics_hook()
        if not self.env.user.has_group("helpdesk_psa.group_psa_readonly"):
            return statistics
        for partner in self.filtered("psa_open_ticket_count"):
            statistics[partner.id].append(
                {
                    "iconClass": "fa-ticket",
                    "value": partner.psa_open_ticket_count,
                    "label": self.env._("Open tickets"),
                    "tagClass": "o_tag_color_3",
                }
            )
        return statistics

    def action_psa_open_tickets(self):
        """Open the tickets of a customer, or those a contact asked for."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        field = "customer_id" if self.commercial_partner_id == self else "partner_id"
        return {
            **action,
            "display_name": self.display_name,
            "domain": [(field, "=", self.id)],
            "context": {"default_partner_id": self.id, "search_default_open": 1},
        }
