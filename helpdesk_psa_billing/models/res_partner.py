from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "psa.counted.mixin",
        "psa.licensed.mixin",
        "psa.customer.plan.mixin",
        "psa.customer.work.billing.mixin",
        "psa.customer.statement.mixin",
        "psa.customer.export.mixin",
        "psa.customer.months.mixin",
        "res.partner",
        "psa.customer.revenue.mixin",
        "psa.customer.allowance.mixin",
        "psa.charges.button.mixin",
    ]

    _psa_count_kind = "contacts"
    _psa_charge_field = "customer_id"

    def write(self, vals):
        """Override: people come and go with the firm that they work for."""
        if not vals.keys() & {"psa_is_customer", "parent_id", "is_company"}:
            return super().write(vals)
        # sudo: whoever changes a firm need not see everybody there
        people = self.sudo().search(
            Domain("id", "child_of", self.ids)
            & Domain("id", "not in", self.ids)
            & Domain("is_company", "=", False)
        )
        before = people._psa_get_customers()
        result = super().write(vals)
        people._psa_sync_presences(before)
        return result

    @api.model
    def _psa_get_presence_triggers(self):
        return super()._psa_get_presence_triggers() | {
            "email",
            "company_id",
            "parent_id",
            "type",
            "is_company",
            "psa_is_customer",
            "psa_site_id",
            "category_id",
        }

    @api.model
    def _psa_get_countable_domain(self):
        """Override: people of customers."""
        return (
            Domain("is_company", "=", False)
            & Domain("type", "=", "contact")
            & Domain("commercial_partner_id.psa_is_customer", "=", True)
        )

    def _psa_get_presence_values(self):
        """Override: people are there while they work for a customer."""
        self.ensure_one()
        firm = self.commercial_partner_id
        is_person = self.active and not self.is_company and self.type == "contact"
        if not is_person or not firm.psa_is_customer:
            return None
        return {
            "name": self.name,
            "reference": self.email,
            "company_id": self.company_id.id,
            "customer_id": firm.id,
            "site_id": self.psa_site_id.id,
            "category_id": False,
            "product_id": False,
            "quantity": 1,
            "exclusion_id": self.psa_count_exclusion_id.id,
            "tag_ids": tuple(sorted(self.category_id.ids)),
        }
