from odoo import api, fields, models

from ...const import MONEY_GROUPS


class PsaItemCostMixin(models.AbstractModel):
    """What the parts that are used cost the company."""

    _name = "psa.item.cost.mixin"
    _description = "Cost of Items"

    unit_cost = fields.Float(
        string="Cost",
        compute="_compute_unit_cost",
        store=True,
        readonly=False,
        min_display_digits="Product Price",
        groups=MONEY_GROUPS,
        help="Per unit, in the currency of the company. It is the cost of the product when "
        "the item was entered, and stays if that changes.",
    )

    @api.depends("product_id")
    def _compute_unit_cost(self):
        for item in self:
            product = item.product_id.with_company(item.company_id or self.env.company)
            item.unit_cost = product.standard_price
