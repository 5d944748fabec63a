from odoo import api, fields, models


class PsaCustomerWorkMixin(models.AbstractModel):
    """Shows what a customer has and what was agreed with him."""

    _name = "psa.customer.work.mixin"
    _description = "Equipment and Agreements of a Customer"

    psa_equipment_ids = fields.One2many(
        "psa.equipment",
        "customer_id",
        string="Equipment",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_site_equipment_ids = fields.One2many(
        "psa.equipment",
        "site_id",
        string="Equipment at this site",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_agreement_ids = fields.One2many(
        "psa.agreement",
        "customer_id",
        string="Agreements",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_equipment_count = fields.Integer(
        compute="_compute_psa_equipment_count",
        string="Equipment count",
        groups="helpdesk_psa.group_psa_readonly",
        help="Equipment of the customer, at the site, or that the contact works with.",
    )
    psa_agreement_count = fields.Integer(
        compute="_compute_psa_agreement_count",
        string="Agreements in force",
        groups="helpdesk_psa.group_psa_readonly",
        help="Agreements with the customer that have not ended.",
    )

    @api.depends("type", "commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_psa_equipment_count(self):
        self.psa_equipment_count = 0
        # A site's, customer's and user's equipment is named like his tickets.
        for field, partners in self.grouped(
            lambda partner: partner._psa_get_ticket_field()
        ).items():
            groups = self.env["psa.equipment"]._read_group(
                [(field, "in", partners.ids)], [field], ["__count"]
            )
            for partner, count in groups:
                partners.browse(partner.id).psa_equipment_count = count

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_psa_agreement_count(self):
        counts = dict(
            self.env["psa.agreement"]._read_group(
                [
                    ("customer_id", "in", self.ids),
                    ("state", "in", ("draft", "active", "suspended")),
                ],
                ["customer_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.psa_agreement_count = counts.get(partner._origin, 0)

    def action_psa_open_equipment(self):
        """Open the equipment of the customer or site."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_equipment_action"
        )
        field = self._psa_get_ticket_field()
        return {
            **action,
            "display_name": self.env._("Equipment of %(name)s", name=self.name),
            "domain": [(field, "=", self.id)],
            "context": {
                "default_customer_id": self.commercial_partner_id.id,
                f"default_{field}": self.id,
            },
        }

    def action_psa_open_agreements(self):
        """Open all agreements of the customer, those that are over included."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_agreement_action"
        )
        return {
            **action,
            "display_name": self.env._("Agreements of %(name)s", name=self.name),
            "domain": [("customer_id", "=", self.commercial_partner_id.id)],
            "context": {"default_customer_id": self.commercial_partner_id.id},
        }
