from odoo import fields, models
from odoo.tools.misc import format_date, formatLang


class PsaBillingRuleWordsMixin(models.AbstractModel):
    """Says in words which work a billing rule is about, and what becomes of it."""

    _name = "psa.billing.rule.words.mixin"
    _description = "Billing Rule in Words"

    # === WHICH WORK === #

    def _iter_condition_words(self):
        """Yield each condition in words, at least one."""
        kind = self._word_kind()
        if kind:
            yield kind
        for field in self._get_condition_fields().values():
            if self[field]:
                yield ", ".join(it.display_name for it in self[field])
        if self.date_from:
            yield self.env._(
                "from %(date)s", date=format_date(self.env, self.date_from)
            )
        if self.date_until:
            last = fields.Date.subtract(self.date_until, days=1)
            yield self.env._("until %(date)s", date=format_date(self.env, last))

    def _word_kind(self):
        """Return what the rule is about; nothing for time of which more is said."""
        if self.kind == "item" and self.item_kind:
            return self._word_choice("item_kind")
        if self.kind != "time":
            return self._word_choice("kind")
        named = any(self[field] for field in self._get_condition_fields().values())
        return "" if named else self.env._("All time")

    # === WHAT BECOMES OF IT === #

    def _iter_term_words(self):
        """Yield what becomes of the work in words, the outcome first."""
        if self.outcome == "not_billed":
            yield self.env._("Not billed: %(reason)s", reason=self.reason or "")
            return
        if self.outcome == "covered":
            yield self.env._("Covered")
        if self.outcome == "allowance":
            yield (
                self.env._("From an allowance")
                if self.overrun == "billed"
                else self.env._("From an allowance, else left to decide")
            )
        if self._is_priced():
            price = self._word_price()
            yield (
                self.env._("beyond it: %(price)s", price=price)
                if self.outcome == "allowance"
                else price
            )
            yield from self._iter_price_words()
        yield from self._iter_minute_words()

    def _word_price(self):
        """Return the price of an hour or unit in words."""
        if self.price_method == "flat":
            return self._word_flat()
        values = {
            "price": self._word_money(abs(self.price)),
            "factor": self._word_number(self.multiplier),
        }
        is_time, is_plain = self.kind == "time", self.multiplier == 1
        if self.price_method == "fixed":
            if is_time:
                return (
                    self.env._("%(price)s per hour", **values)
                    if is_plain
                    else self.env._("%(price)s per hour × %(factor)s", **values)
                )
            return (
                self.env._("%(price)s per unit", **values)
                if is_plain
                else self.env._("%(price)s per unit × %(factor)s", **values)
            )
        if self.price_method == "offset":
            return self._word_offset(values, is_plain)
        if is_plain:
            return self.env._("Pricelist")
        return self.env._("Pricelist × %(factor)s", **values)

    def _word_offset(self, values, is_plain):
        """Return the difference to the pricelist in words."""
        if is_plain:
            return (
                self.env._("Pricelist − %(price)s", **values)
                if self.price < 0
                else self.env._("Pricelist + %(price)s", **values)
            )
        return (
            self.env._("(pricelist − %(price)s) × %(factor)s", **values)
            if self.price < 0
            else self.env._("(pricelist + %(price)s) × %(factor)s", **values)
        )

    def _word_flat(self):
        """Return the flat amount in words."""
        amount = self._word_money(self.flat_amount)
        if self.rounding_scope == "visit":
            return self.env._("%(amount)s per visit", amount=amount)
        if self.rounding_scope == "ticket_day":
            return self.env._("%(amount)s per ticket and day", amount=amount)
        return self.env._("%(amount)s each time", amount=amount)

    def _iter_price_words(self):
        """Yield what else makes the price, in words."""
        if self.has_own_discount:
            discount = self._word_number(self.discount)
            yield self.env._("discount %(discount)s %%", discount=discount)
        if self.flat_amount and self.price_method != "flat":
            yield self.env._("plus %(flat)s", flat=self._word_flat())
        if self.surcharge_percent:
            values = {
                "percent": self._word_number(self.surcharge_percent),
                "limit": self._word_money(self.surcharge_limit),
            }
            yield (
                self.env._("surcharge %(percent)s %%, at most %(limit)s", **values)
                if self.surcharge_limit
                else self.env._("surcharge %(percent)s %%", **values)
            )
        if self.reason and self._is_free():
            yield self.reason

    def _iter_minute_words(self):
        """Yield how minutes and units are counted, in words."""
        sentences = {
            "free_minutes": self.env._("first %(number)s min free"),
            "free_quantity": self.env._("first %(number)s units free"),
            "rounding_step": self.env._("rounded up to %(number)s min"),
            "rounding_minimum": self.env._("at least %(number)s min"),
            "rounding_maximum": self.env._("at most %(number)s min"),
        }
        told = [name for name in sentences if self[name]]
        for name in told:
            yield sentences[name] % {"number": self._word_number(self[name])}
        if told and self.rounding_scope == "visit":
            yield self.env._("counted per visit")
        if told and self.rounding_scope == "ticket_day":
            yield self.env._("counted per ticket and day")

    # === WORDS === #

    def _word_choice(self, name):
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    def _word_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _word_number(self, number):
        """Return a number with as many decimals as it needs."""
        decimals = len(f"{number:.4f}".rstrip("0").partition(".")[2])
        return formatLang(self.env, number, digits=decimals)
