from odoo import models
from odoo.fields import Domain


class PsaServiceType(models.Model):
    _name = "psa.service.type"
    _inherit = ["psa.rating.fact.mixin", "psa.service.type"]

    def _psa_get_rating_fields(self):
        """Override: its product has the base price."""
        return {"product_id"}

    def _psa_get_dependent_domain(self):
        return Domain("service_type_id", "in", self.ids)
