from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date, formatLang

from ..tools.price_index import Term, get_named_month, revise_by_index
from ..tools.proration import exact

MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class PsaPriceFormula(models.Model):
    """How prices follow indexes, as contracts state it: P1 = P0 × (fixed + Σ …)."""

    _name = "psa.price.formula"
    _description = "Price Revision Formula"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    fixed_part = fields.Float(
        string="Fixed part",
        digits=(16, 6),
        min_display_digits=2,
        help="Share of the price that follows no index, from 0 to 1: 0.15 for 15 %.",
    )
    term_ids = fields.One2many(
        "psa.price.formula.term", "formula_id", string="Indexes", copy=True
    )
    value_rule = fields.Selection(
        [
            ("latest", "Latest published"),
            ("month", "Of a certain month"),
        ],
        string="Values",
        required=True,
        default="latest",
        help="Which values are compared. Latest published: on the day the letter is due, "
        "which is the anniversary if no notice is given. Of a certain month: the latest "
        "one before the anniversary.",
    )
    value_month = fields.Selection(
        MONTHS,
        string="Of the month",
        help="Month of the values, for example June for each revision in January.",
    )
    coefficient_digits = fields.Integer(
        string="Decimals of the coefficient",
        default=4,
        help="The coefficient is rounded to so many decimals before prices are multiplied "
        "by it. Agree on it: 1.065 to two decimals is 1.07.",
    )
    floor = fields.Float(
        string="Not below",
        digits=(16, 6),
        min_display_digits=2,
        default=1,
        help="Lowest coefficient: with 1, prices never fall. 0: no limit.",
    )
    cap = fields.Float(
        string="Not above",
        digits=(16, 6),
        min_display_digits=2,
        help="Highest coefficient: with 1.05, prices rise by 5 % at most. 0: no limit.",
    )
    price_rounding = fields.Float(
        string="Round prices to",
        digits=(16, 6),
        min_display_digits=2,
        default=0.01,
        help="New prices are multiples of it, for example 0.01, 0.05 or 1. A price below "
        "ten times as much is rounded a hundred times finer, or it would never move.",
    )
    note = fields.Html(
        string="Clause",
        translate=True,
        help="The clause as it stands in contracts; printed in the letter.",
    )
    clause = fields.Char(
        compute="_compute_clause", string="Formula", help="The formula in signs."
    )
    example = fields.Text(
        compute="_compute_example", help="What the formula gives for the last year."
    )

    _bounds_check = models.Constraint(
        "CHECK (fixed_part >= 0 AND fixed_part < 1 AND floor >= 0 AND cap >= 0 "
        "AND (cap = 0 OR cap >= floor) AND price_rounding > 0 "
        "AND coefficient_digits BETWEEN 1 AND 8)",
        "The fixed part is from 0 to below 1, the highest coefficient is not below the "
        "lowest one, decimals are from 1 to 8, and prices are rounded to something.",
    )
    _month_check = models.Constraint(
        "CHECK (value_rule != 'month' OR value_month IS NOT NULL)",
        "Say of which month the values are.",
    )

    # === COMPUTES === #

    @api.depends("fixed_part", "term_ids.weight", "term_ids.index_id.name")
    @api.depends_context("lang")
    def _compute_clause(self):
        for formula in self:
            parts = []
            if formula.fixed_part:
                parts.append(formula._repr_number(formula.fixed_part))
            for term in formula.term_ids:
                name = term.index_id.name or "?"
                ratio = f"{name}₁ ÷ {name}₀"
                if term.weight != 1:
                    ratio = f"{formula._repr_number(term.weight)} × {ratio}"
                parts.append(ratio)
            formula.clause = f"P₁ = P₀ × ({' + '.join(parts)})" if parts else False

    @api.depends(
        "fixed_part",
        "term_ids.weight",
        "term_ids.index_id.value_ids.value",
        "term_ids.index_id.value_ids.month",
        "coefficient_digits",
        "floor",
        "cap",
        "price_rounding",
        "value_rule",
        "value_month",
    )
    @api.depends_context("lang")
    def _compute_example(self):
        for formula in self:
            try:
                formula.example = formula._get_example()
            except (UserError, ValueError) as problem:
                formula.example = str(problem)

    def _get_example(self):
        """Return in words what the formula gives for a year that ends today."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        before = fields.Date.subtract(today, years=1)
        if not self.term_ids.index_id:
            return self.env._("Add an index to see what the formula gives.")
        self._check_weights()
        references = self._get_values(before, before)
        revision, _inputs = self._revise(references, today, today)
        price = 100
        return self.env._(
            "Agreed on %(before)s and revised today: %(computation)s. A price of %(old)s "
            "becomes %(new)s.",
            before=format_date(self.env, before),
            computation=revision.describe(self._repr_number),
            old=formatLang(self.env, price, digits=2),
            new=formatLang(
                self.env,
                revision.get_price(price, self.price_rounding or 0.01),
                digits=2,
            ),
        )

    # === CHECKS === #

    @api.constrains("fixed_part", "term_ids")
    def _check_weights(self):
        for formula in self:
            weights = [formula.fixed_part, *formula.term_ids.mapped("weight")]
            total = sum(exact(weight) for weight in weights)
            if formula.term_ids and total != 1:
                raise ValidationError(
                    self.env._(
                        "The fixed part and the weights of “%(formula)s” add up to "
                        "%(total)s. They must add up to 1, else prices would change while "
                        "the indexes stand still.",
                        formula=formula.name,
                        total=formula._repr_number(float(total)),
                    )
                )

    # === REVISING === #

    def _get_values(self, day, published_by):
        """Return the values that the indexes have for a day: {index: IndexValue}.

        :param date day: the anniversary
        :param date published_by: last day on which they may have been published
        :raise UserError: if one is missing
        """
        self.ensure_one()
        return {
            index: index._get_latest(published_by)
            if self.value_rule == "latest"
            else index._get_month(
                get_named_month(day, int(self.value_month)), published_by
            )
            for index in self.term_ids.index_id
        }

    def _revise(self, references, day, published_by):
        """Work out by how much prices change.

        :param references: {index: IndexValue} that prices were agreed with
        :param date day: the anniversary
        :param date published_by: last day on which the values may have been published
        :return: `Revision`, and the values as a record stores them
        :raise UserError: if a value is missing
        """
        self.ensure_one()
        if not self.term_ids:
            raise UserError(
                self.env._("“%(formula)s” follows no index yet.", formula=self.name)
            )
        values = self._get_values(day, published_by)
        terms, inputs = [], []
        for term in self.term_ids:
            index = term.index_id
            reference, value = references.get(index), values[index]
            if not reference:
                raise UserError(
                    self.env._(
                        "With which value of %(index)s the prices were agreed is not "
                        "known. Enter it among the reference values of the agreement.",
                        index=index.name,
                    )
                )
            terms.append(
                Term(
                    index.name,
                    term.weight,
                    reference.value,
                    value.value,
                    exact(value.link) / exact(reference.link),
                )
            )
            inputs.append(
                {
                    "index_id": index.id,
                    "reference_month": fields.Date.to_string(reference.month),
                    "month": fields.Date.to_string(value.month),
                    "published": fields.Date.to_string(value.published),
                }
            )
        revision = revise_by_index(
            self.fixed_part,
            terms,
            self.coefficient_digits,
            self.floor or None,
            self.cap or None,
        )
        stored = revision.as_json()
        for said, more in zip(stored["terms"], inputs, strict=True):
            said.update(more)
        return revision, stored

    def _repr_number(self, number):
        """Return a number as readers of the language write it, without idle zeros."""
        text = f"{number:.8f}".rstrip("0")
        digits = max(len(text) - text.index(".") - 1, 0)
        return formatLang(self.env, number, digits=digits)
