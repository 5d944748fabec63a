from odoo import fields, models


class PsaChargeValueMixin(models.AbstractModel):
    """What work would have cost without any rule: the measure of what it is worth."""

    _name = "psa.charge.value.mixin"
    _description = "Value of Work"

    base_price = fields.Float(
        string="Pricelist price",
        min_display_digits="Product Price",
        readonly=True,
        help="Per hour or unit on the day of the work, before any rule and discount, also "
        "of work that is not billed.",
    )

    def _prepare_work_values(self, part, source, closed):
        """Override: keep the price of the pricelist, which rules may hide."""
        vals = super()._prepare_work_values(part, source, closed)
        return {**vals, "base_price": part.base}
