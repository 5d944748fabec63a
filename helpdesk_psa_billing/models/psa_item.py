from odoo import fields, models
from odoo.fields import Domain

from ..const import MONEY_GROUPS


class PsaItem(models.Model):
    _name = "psa.item"
    _inherit = ["psa.charged.mixin", "psa.item.cost.mixin", "psa.item"]

    psa_charge_ids = fields.One2many(
        "psa.charge", "item_id", string="Charges", groups=MONEY_GROUPS
    )

    def _psa_get_rated_fields(self):
        """Override: what the price and the customer follow from."""
        return {
            "date",
            "intervention_id",
            "is_billable",
            "kind",
            "name",
            "product_id",
            "quantity",
            "service_type_id",
            "ticket_id",
        }

    def _psa_get_missing_domain(self):
        """Override: every item."""
        return super()._psa_get_missing_domain() & Domain("quantity", ">", 0)

    def _psa_get_customers(self):
        """Return for whom these were."""
        return self.customer_id

    def _psa_get_work_facts(self):
        """Override: those of an item."""
        self.ensure_one()
        ticket, visit = self.ticket_id, self.intervention_id
        equipment = ticket.equipment_ids | visit.equipment_ids
        is_chosen = ticket.agreement_source == "explicit"
        exemption = ()
        if self.kind == "part":
            exemption = self._psa_find_warranty(equipment, self.date, ("parts", "all"))
        return {
            "kind": "item",
            "day": self.date,
            "minutes": 0,
            "quantity": self.quantity,
            "start": None,
            "stop": None,
            "service": self.service_type_id,
            "ticket": ticket,
            "visit": visit,
            "team": ticket.team_id or visit.team_id,
            "equipment": equipment,
            "site": visit.site_id or ticket.site_id,
            "customer": self.customer_id,
            "company": self.company_id,
            "level": self.env["psa.technician.level"],
            "item_kind": self.kind,
            "product": self.product_id,
            "is_billable": self.is_billable,
            "agreement": ticket.agreement_id if is_chosen else visit.agreement_id,
            "is_without_agreement": is_chosen and not ticket.agreement_id,
            "exemption": exemption,
        }

    def _psa_describe_work(self):
        """Override: as it is called on the report, with what it was used for."""
        self.ensure_one()
        subject = self.ticket_id or self.intervention_id
        return self.env._(
            "%(subject)s – %(item)s", subject=subject.display_name, item=self.name
        )
