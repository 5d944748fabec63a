from odoo import api, fields, models

from ..tools.price_index import IndexValue


class PsaPriceReference(models.Model):
    """The value of an index that the present prices of an agreement were agreed with."""

    _name = "psa.price.reference"
    _description = "Reference Value of an Agreement"
    _order = "agreement_id, index_id"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "psa.agreement", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    customer_group_id = fields.Many2one(
        related="agreement_id.customer_group_id", store=True
    )
    index_id = fields.Many2one(
        "psa.price.index",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    month = fields.Date(
        required=True, help="Month of the value; kept as its first day."
    )
    value = fields.Float(
        string="Reference value",
        required=True,
        compute="_compute_value",
        store=True,
        readonly=False,
        precompute=True,
        digits=(16, 4),
        min_display_digits=1,
        help="As the contract states it; taken from the index if it knows the month.",
    )
    link = fields.Float(
        default=1,
        digits=(16, 8),
        min_display_digits=1,
        help="If the value is of a series that replaced the index: what one point of it is "
        "worth in points of the index.",
    )

    _index_uniq = models.UniqueIndex(
        "(agreement_id, index_id)",
        "The agreement has a reference value of this index already.",
    )
    _value_check = models.Constraint(
        "CHECK (value > 0 AND link > 0)", "The value of an index is above zero."
    )

    @api.depends("index_id", "month")
    def _compute_value(self):
        for reference in self:
            month = reference.month and reference.month.replace(day=1)
            known = {it.month: it.value for it in reference.index_id.value_ids}
            reference.value = known.get(month, reference.value)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._as_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._as_month(vals))

    @api.model
    def _as_month(self, vals):
        """Return values with the month as its first day."""
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}

    def _get_values(self):
        """Return {index: IndexValue}, as formulas take them."""
        return {
            it.index_id: IndexValue(it.month, it.value, it.month, it.link)
            for it in self
        }
