from odoo import fields, models


class PsaPriceFormulaTerm(models.Model):
    """An index in a formula, and how much of the price follows it."""

    _name = "psa.price.formula.term"
    _description = "Index of a Price Revision Formula"
    _order = "formula_id, sequence, id"
    _check_company_auto = True

    formula_id = fields.Many2one(
        "psa.price.formula", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="formula_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    index_id = fields.Many2one(
        "psa.price.index",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    weight = fields.Float(
        required=True,
        default=1,
        digits=(16, 6),
        min_display_digits=2,
        help="Share of the price that follows the index: 0.85 for 85 %.",
    )

    _weight_check = models.Constraint("CHECK (weight > 0)", "A weight is above zero.")
    _index_uniq = models.UniqueIndex(
        "(formula_id, index_id)", "The index is in the formula already."
    )
