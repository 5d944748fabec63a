from odoo import models
from odoo.fields import Domain


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["psa.rating.fact.mixin", "product.product"]

    def _psa_get_rating_fields(self):
        """Override: the cost, if a pricelist starts from it."""
        # sudo: pricelists are read for whoever receives goods
        items = self.env["product.pricelist.item"].sudo()
        if items.search_count([("base", "=", "standard_price")], limit=1):
            return {"standard_price"}
        return set()

    def _psa_get_dependent_domain(self):
        return Domain("product_id", "in", self.ids)
