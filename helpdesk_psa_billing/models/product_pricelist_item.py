from odoo import api, models
from odoo.fields import Domain


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        """Override: what is not approved yet follows the prices."""
        items = super().create(vals_list)
        items._psa_rate_work_again()
        return items

    def write(self, vals):
        """Override: as for new ones."""
        result = super().write(vals)
        self._psa_rate_work_again()
        return result

    def unlink(self):
        """Override: as for new ones."""
        self._psa_rate_work_again()
        return super().unlink()

    def _psa_rate_work_again(self):
        if self:
            self.env["psa.charge"]._mark_stale(
                Domain("destination", "in", ("billed", "allowance", "pending"))
            )
