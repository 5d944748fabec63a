from odoo import api, fields, models


class PsaPriceTier(models.Model):
    """The price above a quantity, on a line of an agreement."""

    _name = "psa.price.tier"
    _description = "Price Tier"
    _order = "line_id, quantity_above"

    line_id = fields.Many2one(
        "psa.agreement.line", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    customer_group_id = fields.Many2one(related="line_id.customer_group_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    quantity_above = fields.Float(
        string="Above",
        required=True,
        digits="Product Unit",
        help="Units beyond this number have this price; the lowest tier is above 0.",
    )
    price_unit = fields.Float(
        string="Price", required=True, min_display_digits="Product Price"
    )

    _quantity_uniq = models.UniqueIndex(
        "(line_id, quantity_above)", "There is a price above this quantity already."
    )
    _quantity_check = models.Constraint(
        "CHECK (quantity_above >= 0)", "A tier is above 0 or more."
    )

    # A price of terms in force is as fixed as the terms.

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.line_id._check_are_drafts()
        return tiers

    def write(self, vals):
        self.line_id._check_are_drafts()
        return super().write(vals)

    def unlink(self):
        self.line_id._check_are_drafts()
        return super().unlink()
