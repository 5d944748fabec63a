from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..const import (
    BILLING_ALIGNMENTS,
    BILLING_TIMINGS,
    BILLING_UNITS,
    COUNT_KINDS,
    MONEY_GROUPS,
)
from ..tools import price_tier
from ..tools.billing_period import get_anchor, get_one_time_slice, iter_slices
from ..tools.proration import exact
from .psa_agreement import RHYTHM_FIELDS

# Months that a unit lasts on average, to compare prices per month.
MONTHS = {"week": 12 * 7 / 365.25, "month": 1, "year": 12}


class PsaAgreementLine(models.Model):
    _name = "psa.agreement.line"
    _inherit = [
        "psa.line.count.mixin",
        "psa.line.usage.mixin",
        "psa.agreement.line.revision.mixin",
        "psa.line.true.up.mixin",
        "psa.line.work.mixin",
        "psa.line.allowance.mixin",
        "psa.agreement.line",
        "psa.agreement.line.words.mixin",
    ]

    product_id = fields.Many2one(
        "product.product",
        domain="[('psa_recurring', '=', True), ('sale_ok', '=', True)]",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What is invoiced. Empty: the line promises without being invoiced itself.",
    )
    charge_kind = fields.Selection(
        [("recurring", "Each period"), ("one_time", "Once")],
        string="Invoiced",
        required=True,
        default="recurring",
        help="Once: on the first day of the line, for example a set-up fee.",
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")

    # Rhythm: the agreement's is only what a line starts with, so that there is one truth.
    billing_interval = fields.Integer(
        string="Every",
        compute="_compute_rhythm",
        store=True,
        readonly=False,
        precompute=True,
        help="Units per period: 3 with months is a quarter.",
    )
    billing_unit = fields.Selection(
        BILLING_UNITS,
        string="Unit of the period",
        compute="_compute_rhythm",
        store=True,
        readonly=False,
        precompute=True,
    )
    billing_timing = fields.Selection(
        BILLING_TIMINGS,
        string="When",
        compute="_compute_rhythm",
        store=True,
        readonly=False,
        precompute=True,
    )
    billing_alignment = fields.Selection(
        BILLING_ALIGNMENTS,
        string="Periods",
        compute="_compute_rhythm",
        store=True,
        readonly=False,
        precompute=True,
        help="From the start day of the agreement, or those of the calendar.",
    )

    # How many
    quantity_method = fields.Selection(
        [("fixed", "Fixed"), *COUNT_KINDS, ("usage", "Meter readings")],
        string="Quantity",
        required=True,
        default="fixed",
        help="What is counted anew for each period: equipment of the categories and sites of "
        "the line, people of its sites, or licences of its product; or what was used since "
        "the period before, by the meters of its product. The list is kept as evidence.",
    )
    quantity = fields.Float(
        string="Number",
        default=1,
        digits="Product Unit",
        help="If the quantity is fixed.",
    )
    included_quantity = fields.Float(
        string="Included",
        digits="Product Unit",
        help="So many are not charged. By meter readings: so many per whole period, for all "
        "meters of the line together.",
    )
    minimum_quantity = fields.Float(
        string="At least",
        digits="Product Unit",
        help="So many are charged though fewer are counted.",
    )
    count_by_day = fields.Boolean(
        string="By the day",
        help="What was there for part of the period is charged for those days. Else the "
        "count of one day holds: of the first one in advance, of the last one in arrears.",
    )

    # At what price
    price_method = fields.Selection(
        [
            ("fixed", "Fixed price"),
            ("pricelist", "Pricelist"),
            ("tiers", "Tiers"),
        ],
        string="Price from",
        required=True,
        default="fixed",
        help="Pricelist: as it stands on the first day of each period.",
    )
    price_unit = fields.Float(
        string="Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        help="Per unit and whole period, before tax and discount.",
    )
    tier_ids = fields.One2many("psa.price.tier", "line_id", string="Tiers", copy=True)
    tier_mode = fields.Selection(
        [
            ("volume", "All at the price of the total"),
            ("graduated", "Each slice at its price"),
        ],
        required=True,
        default="volume",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    tax_ids = fields.Many2many(
        "account.tax",
        "psa_agreement_line_tax_rel",
        "line_id",
        "tax_id",
        string="Taxes",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        check_company=True,
        help="Empty: those of the product.",
    )
    period_ids = fields.One2many(
        "psa.period", "agreement_line_id", string="Billing periods", groups=MONEY_GROUPS
    )
    monthly_amount = fields.Monetary(
        string="Per month",
        compute="_compute_monthly_amount",
        store=True,
        groups=MONEY_GROUPS,
        help="Recurring amount per month, before tax. Weeks and years are averaged; what is "
        "counted stands as it was charged last.",
    )

    _billing_check = models.Constraint(
        "CHECK (billing_interval > 0 AND included_quantity >= 0 "
        "AND minimum_quantity >= 0 AND discount >= 0 AND discount <= 100)",
        "A period lasts at least one unit, quantities are not negative, and a discount is "
        "between 0 and 100 %.",
    )

    # === COMPUTES === #

    @api.depends(lambda self: [f"agreement_id.{name}" for name in RHYTHM_FIELDS])
    def _compute_rhythm(self):
        for line in self:
            # Terms in force keep their rhythm, whatever new lines are to start with.
            is_fixed = line.billing_unit and line.agreement_id and not line._is_draft()
            if not is_fixed:
                for name in RHYTHM_FIELDS:
                    line[name] = line.agreement_id[name]
                if line.quantity_method == "usage":
                    line.billing_timing = "arrears"

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            if line.product_id:
                line.price_unit = line.product_id.currency_id._convert(
                    line.product_id.lst_price,
                    line.currency_id or line.product_id.currency_id,
                    line.company_id or self.env.company,
                    line.date_from or fields.Date.context_today(line),
                )

    # === CHECKS === #

    @api.constrains("price_method", "tier_ids", "product_id")
    def _check_tiers(self):
        for line in self.filtered(lambda it: it.price_method == "tiers"):
            if line.product_id and 0 not in line.tier_ids.mapped("quantity_above"):
                raise ValidationError(
                    self.env._(
                        "“%(line)s” takes its price from tiers: add them, the lowest one "
                        "above 0.",
                        line=line.name,
                    )
                )

    @api.constrains("quantity_method", "equipment_ids", "equipment_category_ids")
    def _check_counted(self):
        """What is counted must be told apart from everything else at the customer."""
        for line in self.filtered(lambda it: it.quantity_method == "equipment"):
            if not (line.equipment_ids or line.equipment_category_ids):
                raise ValidationError(
                    self.env._(
                        "“%(line)s” counts equipment: say which equipment or categories "
                        "it is about.",
                        line=line.name,
                    )
                )

    @api.model
    def _get_term_fields(self):
        """Override: what is invoiced is agreed upon like the rest."""
        return super()._get_term_fields() | {
            "product_id",
            "charge_kind",
            *RHYTHM_FIELDS,
            "quantity_method",
            "quantity",
            "included_quantity",
            "minimum_quantity",
            "count_by_day",
            "count_tag_ids",
            "price_method",
            "price_unit",
            "tier_ids",
            "tier_mode",
            "discount",
            "tax_ids",
        }

    def _has_same_terms(self, other):
        """Override: tiers are the same if they say the same."""
        mine, others = (
            [(tier.quantity_above, tier.price_unit) for tier in line.tier_ids.sorted()]
            for line in (self, other)
        )
        if mine != others:
            return False
        return super()._has_same_terms(other)

    @api.model
    def _get_history_fields(self):
        """Override: tiers are compared by what they say, see `_has_same_terms`."""
        return super()._get_history_fields() | {"tier_ids"}

    # === WHAT IS CHARGED === #

    def _is_billable(self):
        """Tell whether the line is in force, now or another day, and is invoiced."""
        self.ensure_one()
        return bool(self.product_id) and not self._is_draft()

    def _is_recurring_now(self):
        """Tell whether the line brings in money each period at present (or will, as a draft)."""
        self.ensure_one()
        return (
            bool(self.product_id)
            and self.charge_kind == "recurring"
            and (
                self.state == "current"
                or (self.state == "draft" and not self.amendment_id)
            )
        )

    def _get_anchor(self):
        """Return the day from which the periods of the line are counted."""
        self.ensure_one()
        return get_anchor(
            self.agreement_id.date_start,
            self.billing_unit,
            self.billing_alignment,
            self.billing_interval,
        )

    def _get_monthly_amounts(self):
        """Return what lines bring in per month, before tax, in their currency: {line: …}."""
        today = fields.Date.context_today(self)
        amounts = {}
        for line, quantity in self._get_usual_quantities(today).items():
            gross = line._apply_discount(line._get_gross(quantity, today))
            months = line.billing_interval * MONTHS[line.billing_unit]
            amounts[line] = float(gross) / months
        return amounts

    def _get_usual_quantities(self, day):
        """Return how many units lines charge per period: {line: quantity}.

        What is counted is what was charged last, or what there is on the day.
        """
        counted = self.filtered(lambda it: it.quantity_method != "fixed")
        last = {
            line: line.period_ids.filtered("charge_ids").sorted("date_from")[-1:]
            for line in counted
        }
        new = counted.filtered(lambda it: not last[it] and it._is_counted())
        present = new._get_presences(day, fields.Date.add(day, days=1))
        quantities = {}
        for line in self:
            if last.get(line):
                quantities[line] = exact(last[line].quantity)
                continue
            # What will be used, nobody knows.
            here = line.quantity if line.quantity_method == "fixed" else 0
            if line in present:
                here = sum(presence.quantity for presence in present[line])
            quantities[line] = line._get_billable_quantity(here)
        return quantities

    def _get_billable_quantity(self, counted, share=1):
        """Return how many units are charged of those there are, as a fraction.

        :param share: part of the included and of the minimum quantity
        """
        self.ensure_one()
        if self.quantity_method == "fixed":
            return exact(counted)
        return price_tier.get_billable_quantity(
            counted,
            exact(self.included_quantity) * share,
            exact(self.minimum_quantity) * share,
        )

    def _get_gross(self, quantity, day, price=None):
        """Return what units cost for a whole period before discount, as a fraction.

        :param quantity: units that are charged
        :param date day: on which the pricelist is asked
        :param price: of a pricelist, if it is known already
        """
        self.ensure_one()
        if self.price_method == "tiers":
            tiers = [
                price_tier.Tier(it.quantity_above, it.price_unit)
                for it in self.tier_ids
            ]
            return price_tier.get_amount(quantity, tiers, self.tier_mode)
        if self.price_method == "fixed":
            price = self.price_unit
        elif price is None:
            price = self._get_pricelist_price(float(quantity), day)
        return exact(quantity) * exact(price)

    def _apply_discount(self, gross):
        """Return an amount after the discount of the line, as a fraction."""
        self.ensure_one()
        return exact(gross) * (100 - exact(self.discount)) / 100

    def _get_pricelist_price(self, quantity, day):
        agreement = self.agreement_id.with_company(self.company_id)
        pricelist = (
            agreement.pricelist_id or agreement.customer_id.property_product_pricelist
        )
        return pricelist._get_product_price(
            self.product_id,
            quantity or 1,
            currency=self.currency_id,
            date=fields.Datetime.to_datetime(day),
        )

    def _describe_period(self, date_from, date_until):
        """Return the text of an invoice line, in the language of the context.

        :param date date_until: first day after the period
        """
        self.ensure_one()
        last = fields.Date.subtract(date_until, days=1)
        if self.charge_kind == "one_time" or date_from == last:
            return self.env._(
                "%(line)s, %(date)s",
                line=self.name,
                date=format_date(self.env, date_from),
            )
        return self.env._(
            "%(line)s, %(start)s – %(end)s",
            line=self.name,
            start=format_date(self.env, date_from),
            end=format_date(self.env, last),
        )

    def _iter_slices(self, until):
        """Return the slices of time for which the line is due, up to a day.

        :param date until: slices that begin on or after it are left out
        """
        self.ensure_one()
        bounds = self.agreement_id._get_billing_bounds(self)
        if not bounds:
            return []
        start, end = bounds
        if self.charge_kind == "one_time":
            return [get_one_time_slice(start)] if start < until else []
        slices = iter_slices(
            self._get_anchor(), self.billing_unit, self.billing_interval, start, end
        )
        return list(takewhile(lambda it: it.date_from < until, slices))
