from odoo import api, fields, models
from odoo.tools import formatLang

from ...const import MONEY_GROUPS


class PsaAgreementLineWordsMixin(models.AbstractModel):
    """Tells in words what a line of an agreement is invoiced for, and what it brings in."""

    _name = "psa.agreement.line.words.mixin"
    _description = "Agreement Line in Words"

    rhythm = fields.Char(
        compute="_compute_rhythm_text",
        groups=MONEY_GROUPS,
        help="How often, in words.",
    )
    quantity_text = fields.Char(
        string="Quantity in words",
        compute="_compute_quantity_text",
        groups=MONEY_GROUPS,
    )
    price_text = fields.Char(
        string="Price in words", compute="_compute_price_text", groups=MONEY_GROUPS
    )

    @api.depends(
        "product_id",
        "charge_kind",
        "billing_unit",
        "billing_interval",
        "billing_timing",
    )
    def _compute_rhythm_text(self):
        for line in self:
            if not line.product_id:
                line.rhythm = False
            elif line.charge_kind == "one_time":
                line.rhythm = self.env._("Once")
            elif line.billing_timing == "arrears":
                line.rhythm = self.env._(
                    "%(rhythm)s, in arrears", rhythm=line._get_rhythm()
                )
            else:
                line.rhythm = self.env._(
                    "%(rhythm)s, in advance", rhythm=line._get_rhythm()
                )

    def _get_rhythm(self):
        """Return how often the line is invoiced, in words."""
        self.ensure_one()
        count = self.billing_interval
        if (self.billing_unit, count) == ("month", 3):
            return self.env._("Each quarter")
        once, often = {
            "week": (self.env._("Each week"), self.env._("Every %(count)s weeks")),
            "year": (self.env._("Each year"), self.env._("Every %(count)s years")),
        }.get(
            self.billing_unit,
            (self.env._("Each month"), self.env._("Every %(count)s months")),
        )
        return once if count == 1 else often % {"count": count}

    @api.depends(
        "product_id",
        "quantity_method",
        "quantity",
        "minimum_quantity",
        "included_quantity",
    )
    def _compute_quantity_text(self):
        for line in self:
            if not line.product_id:
                line.quantity_text = False
            elif line.quantity_method == "fixed":
                line.quantity_text = f"{line.quantity:g}"
            else:
                line.quantity_text = line._describe_counted()

    def _describe_counted(self):
        """Return in words what the line counts."""
        self.ensure_one()
        method = dict(self._fields["quantity_method"]._description_selection(self.env))[
            self.quantity_method
        ]
        if self.quantity_method == "usage" and self.included_quantity:
            method = self.env._(
                "%(method)s, %(count)s included",
                method=method,
                count=self.env["psa.usage.meter"]._format(self.included_quantity),
            )
        if self.minimum_quantity:
            return self.env._(
                "%(method)s, at least %(count)s",
                method=method,
                count=f"{self.minimum_quantity:g}",
            )
        return method

    @api.depends("product_id", "price_method", "price_unit", "discount", "currency_id")
    def _compute_price_text(self):
        for line in self:
            if not line.product_id:
                line.price_text = False
                continue
            text = line._describe_price()
            if line.discount:
                text = self.env._(
                    "%(price)s − %(discount)s %%",
                    price=text,
                    discount=f"{line.discount:g}",
                )
            line.price_text = text

    def _format_unit_price(self, price):
        """Return a price with its currency; parts of a cent, as of a page, are shown."""
        self.ensure_one()
        currency = self.currency_id or self.env.company.currency_id
        whole = currency.decimal_places
        digits = next((it for it in range(whole, 6) if price == round(price, it)), 6)
        if digits == whole:
            return currency.format(price)
        number = formatLang(self.env, price, digits=digits)
        if currency.position == "before":
            return f"{currency.symbol}\N{NO-BREAK SPACE}{number}"
        return f"{number}\N{NO-BREAK SPACE}{currency.symbol}"

    def _describe_price(self):
        """Return in words what a unit costs, before discount."""
        self.ensure_one()
        if self.price_method == "fixed":
            return self._format_unit_price(self.price_unit)
        return dict(self._fields["price_method"]._description_selection(self.env))[
            self.price_method
        ]

    @api.depends(
        "product_id",
        "charge_kind",
        "billing_unit",
        "billing_interval",
        "quantity_method",
        "quantity",
        "included_quantity",
        "minimum_quantity",
        "price_method",
        "price_unit",
        "discount",
        "tier_mode",
        "tier_ids.quantity_above",
        "tier_ids.price_unit",
        "period_ids.quantity",
    )
    def _compute_monthly_amount(self):
        recurring = self.filtered(
            lambda it: it.charge_kind == "recurring" and it._has_price()
        )
        amounts = recurring._get_monthly_amounts()
        for line in self:
            amount = amounts.get(line)
            line.monthly_amount = line.currency_id.round(amount) if amount else 0

    def _is_previewed(self):
        """Tell whether the line is shown in the year ahead: in force, or in a draft."""
        self.ensure_one()
        is_proposal = self.amendment_id._is_draft() if self.amendment_id else False
        return bool(self._has_price() and self.billing_unit and not is_proposal)

    def _has_price(self):
        """Tell whether the line can be priced: in a form, tiers may still be missing."""
        self.ensure_one()
        if self.price_method == "tiers" and 0 not in self.tier_ids.mapped(
            "quantity_above"
        ):
            return False
        return bool(self.product_id)
