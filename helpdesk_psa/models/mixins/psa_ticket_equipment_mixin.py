import re
from html import unescape

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ...tools.serial_number import find_candidates

TAG = re.compile(r"<[^<>]*>")
# So much of a mail is searched for serial numbers.
TEXT_LIMIT = 20_000


class PsaTicketEquipmentMixin(models.AbstractModel):
    """Which of the customer's equipment a ticket is about."""

    _name = "psa.ticket.equipment.mixin"
    _description = "Equipment of a Ticket"

    equipment_ids = fields.Many2many(
        "psa.equipment",
        "psa_ticket_equipment_rel",
        "ticket_id",
        "equipment_id",
        check_company=True,
        domain="[('customer_id', '=', customer_id), ('company_id', '=', company_id)]",
        help="What it is about. Only the customer's equipment is offered, that of the site "
        "first.",
    )

    @api.constrains("equipment_ids")
    def _check_equipment(self):
        owners = self.equipment_ids._get_former_customers()
        for ticket in self:
            for equipment in ticket.equipment_ids:
                if ticket.customer_id not in owners[equipment.id]:
                    raise ValidationError(
                        self.env._(
                            "“%(equipment)s” is not an equipment of %(customer)s.",
                            equipment=equipment.display_name,
                            customer=ticket.customer_id.display_name
                            or self.env._("nobody"),
                        )
                    )

    @api.onchange("customer_id")
    def _onchange_customer_equipment(self):
        self._drop_foreign_equipment(self.customer_id)

    def _drop_foreign_equipment(self, customer):
        """Take off the equipment that another customer than the ticket's has."""
        for ticket in self.filtered("equipment_ids"):
            owners = ticket.equipment_ids._origin._get_former_customers()
            ticket.equipment_ids = ticket.equipment_ids.filtered(
                lambda it, owners=owners: customer._origin in owners[it._origin.id]
            )

    def write(self, vals):
        """A ticket that goes to another customer leaves the former one's equipment."""
        result = super().write(vals)
        if vals.keys() & {"partner_id", "customer_id"} and "equipment_ids" not in vals:
            for customer, tickets in self.grouped("customer_id").items():
                tickets._drop_foreign_equipment(customer)
        return result

    # === A MAIL THAT NAMES A SERIAL NUMBER === #

    def _recognise_equipment(self, vals_list):
        """Link the customer's equipment whose serial number a request spells out.

        Costs no query for customers without equipment.
        """
        wanted = {}
        for vals in vals_list:
            text = vals.pop("text", None)
            if "equipment_ids" in vals:
                continue
            company = self._get_intake_company(vals)
            customer_id = self._get_serial_customer_id(vals, company)
            if customer_id:
                keys = self._find_serial_candidates(vals, text)
                wanted.setdefault(company.id, []).append((vals, customer_id, keys))
        for company_id, requests in wanted.items():
            self._link_equipment(company_id, requests)

    def _get_serial_customer_id(self, vals, company):
        """Return the id of the request's customer if he has serial numbers."""
        known = self.env["psa.equipment"]._get_serial_customer_ids(company.id)
        party_id = vals.get("customer_id") or vals.get("partner_id")
        if not known or not party_id:
            return None
        # sudo: the sender does not read partners, the desk does
        party = self.env["res.partner"].sudo().browse(party_id)
        customer_id = party.commercial_partner_id.id
        return customer_id if customer_id in known else None

    def _find_serial_candidates(self, vals, text):
        """Return what may be a serial number in the subject and the text of a request."""
        markup = str(text or vals.get("body") or "")[:TEXT_LIMIT]
        plain = unescape(TAG.sub(" ", markup))
        return find_candidates(vals.get("name") or "") | find_candidates(plain)

    def _link_equipment(self, company_id, requests):
        """Add the equipment that requests name, and where it stands.

        :param list requests: (values, customer's id, serial keys)
        """
        # sudo: the sender does not read equipment, the desk does
        found = (
            self.env["psa.equipment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company_id),
                    ("customer_id", "in", list({it[1] for it in requests})),
                    (
                        "serial_key",
                        "in",
                        list(set().union(*(it[2] for it in requests))),
                    ),
                ]
            )
        )
        for vals, customer_id, keys in requests:
            named = found.filtered(
                lambda it, customer_id=customer_id, keys=keys: (
                    it.customer_id.id == customer_id and it.serial_key in keys
                )
            )
            if named:
                vals["equipment_ids"] = [Command.set(named.ids)]
            if len(named.site_id) == 1:
                vals.setdefault("site_id", named.site_id.id)
