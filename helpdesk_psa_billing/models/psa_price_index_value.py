from odoo import api, fields, models

from ..tools.price_index import get_publication_date


class PsaPriceIndexValue(models.Model):
    """The value of an index for a month."""

    _name = "psa.price.index.value"
    _description = "Value of a Price Index"
    _order = "month desc, id desc"
    _rec_name = "month"

    index_id = fields.Many2one(
        "psa.price.index", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="index_id.company_id", store=True)
    month = fields.Date(
        required=True, help="Any day of the month; kept as its first day."
    )
    value = fields.Float(
        required=True, digits=(16, 4), min_display_digits=1, aggregator="avg"
    )
    published_date = fields.Date(
        string="Published on",
        required=True,
        compute="_compute_published_date",
        store=True,
        readonly=False,
        precompute=True,
        help="From this day on the value is used. If you do not know it: as a rule of the "
        "index, and not after today.",
    )

    _month_uniq = models.UniqueIndex(
        "(index_id, month)", "The index has a value for this month already."
    )
    _value_check = models.Constraint(
        "CHECK (value > 0)", "The value of an index is above zero."
    )

    @api.depends("month", "index_id")
    def _compute_published_date(self):
        today = fields.Date.context_today(self)
        for value in self:
            if not value.published_date and value.month:
                value.published_date = min(
                    get_publication_date(
                        value.month, value.index_id.publication_days or 0
                    ),
                    today,
                )

    @api.depends("index_id.name", "month")
    def _compute_display_name(self):
        for value in self:
            value.display_name = self.env._(
                "%(index)s, %(month)s",
                index=value.index_id.name,
                month=value.month and value.month.strftime("%m/%Y"),
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._as_month(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._as_month(vals))

    @api.model
    def _as_month(self, vals):
        """Return values with the month as its first day, so that it is there once."""
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}

    @api.model
    def get_import_templates(self):
        """Override of `base_import` to offer a file to start from."""
        return [
            {
                "label": self.env._("Template for values of indexes"),
                "template": "/helpdesk_psa_billing/static/import/price_index_values.csv",
            }
        ]
