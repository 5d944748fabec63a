from odoo import api, fields, models
from odoo.fields import Domain


class PsaLicensedMixin(models.AbstractModel):
    """Shows the licences of a customer, and those that a contact has a seat of."""

    _name = "psa.licensed.mixin"
    _description = "Licences of a Customer"

    psa_seat_ids = fields.One2many(
        "psa.licence.seat",
        "partner_id",
        string="Licences of the person",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_licence_ids = fields.One2many(
        "psa.licence",
        "customer_id",
        string="Licences",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_licence_count = fields.Integer(
        compute="_compute_psa_licence_count",
        string="Licence count",
        groups="helpdesk_psa.group_psa_readonly",
        help="Running licences of the customer, or those that the person has a seat of.",
    )

    @api.depends("psa_licence_ids", "psa_seat_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_psa_licence_count(self):
        today = fields.Date.context_today(self)
        owned = dict(
            self.env["psa.licence"]._read_group(
                [("customer_id", "in", self.ids), ("state", "=", "current")],
                ["customer_id"],
                ["__count"],
            )
        )
        seats = dict(
            self.env["psa.licence.seat"]._read_group(
                Domain("partner_id", "in", self.ids)
                & self.env["psa.licence.seat"]._get_day_domain(today),
                ["partner_id"],
                ["licence_id:count_distinct"],
            )
        )
        for partner in self:
            origin = partner._origin
            partner.psa_licence_count = owned.get(origin, 0) or seats.get(origin, 0)

    def write(self, vals):
        """Override: who leaves gives his seats back."""
        result = super().write(vals)
        if vals.get("active") is False or "parent_id" in vals:
            self._psa_give_seats_back()
        return result

    def _psa_give_seats_back(self):
        """End the seats of people who left the firm that has the licence."""
        # sudo: it follows from what the user may write
        seats = (
            self.env["psa.licence.seat"]
            .sudo()
            .search([("partner_id", "in", self.ids), ("date_until", "=", False)])
        )
        left = seats.filtered(
            lambda it: (
                not it.partner_id.active
                or it.partner_id.commercial_partner_id != it.licence_id.customer_id
            )
        )
        left._end(fields.Date.context_today(self))

    def action_psa_open_licences(self):
        """Open the licences of the customer, or those that the person has a seat of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_licence_action"
        )
        customer = self.commercial_partner_id
        is_person = self != customer
        field = "seat_ids.partner_id" if is_person else "customer_id"
        return {
            **action,
            "display_name": self.env._("Licences of %(name)s", name=self.name),
            "domain": [(field, "=", self.id)],
            "context": {"default_customer_id": customer.id},
        }
