from odoo import fields, models


class PsaPriceRevisionLine(models.Model):
    """A price before and after a revision."""

    _name = "psa.price.revision.line"
    _description = "Line of a Price Revision"
    _order = "revision_id, id"

    revision_id = fields.Many2one(
        "psa.price.revision", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="revision_id.company_id", store=True)
    customer_group_id = fields.Many2one(
        related="revision_id.customer_group_id", store=True
    )
    currency_id = fields.Many2one(related="revision_id.currency_id")
    agreement_line_id = fields.Many2one(
        "psa.agreement.line", string="Line", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char(string="Description", required=True)
    is_tier = fields.Boolean(help="The price of one tier of several.")
    quantity_above = fields.Float(
        string="Above", digits="Product Unit", help="Of a price by tiers: its tier."
    )
    date_from = fields.Date(
        string="From",
        required=True,
        help="First day of the new price: the anniversary, or the first day that is not "
        "invoiced yet.",
    )
    old_price = fields.Float(string="Price so far", min_display_digits="Product Price")
    coefficient = fields.Float(digits=(16, 8), min_display_digits=2, aggregator="avg")
    new_price = fields.Float(string="New price", min_display_digits="Product Price")

    def _bring_into(self, line):
        """Write the new prices on a draft line that continues the one they are about."""
        for price in self:
            if price.is_tier:
                tier = line.tier_ids.filtered(
                    lambda it, price=price: it.quantity_above == price.quantity_above
                )
                tier.price_unit = price.new_price
            else:
                line.price_unit = price.new_price
