from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import usage
from ...tools.proration import exact
from .psa_line_usage_mixin import USAGE

# So many missing readings stand in a sentence.
NAMES = 3


class PsaPeriodUsageMixin(models.AbstractModel):
    """Charges a period for what meters say was used in it; never without their readings."""

    _name = "psa.period.usage.mixin"
    _description = "Period by Usage"

    def _is_by_usage(self):
        """Tell whether the period is charged by meter readings."""
        self.ensure_one()
        return self.agreement_line_id.quantity_method == USAGE

    @api.model
    def _get_due_by_usage(self):
        """Return the periods that are over and are to be charged by meter readings."""
        return self.search(
            Domain("is_open", "=", True)
            & Domain("due_date", "<=", fields.Date.context_today(self))
            & Domain("agreement_line_id.quantity_method", "=", USAGE)
        )

    def _get_missing_readings(self):
        """Return which readings the periods need: {period: [(meter, day)]}.

        A line without any meter is told as `(no meter, None)`. Periods that have all they
        need, or of which nothing is due, are left out.
        """
        periods = self.filtered(
            lambda it: (
                it._is_by_usage()
                and not it.is_void
                and it.state == "planned"
                and it._get_active_parts()
            )
        )
        meters = periods.agreement_line_id._get_meters()
        every = self.env["psa.usage.meter"].sudo().union(*meters.values())
        readings = every._get_readings()
        missing = {
            period: period._find_missing(meters[period.agreement_line_id], readings)
            for period in periods
        }
        return {period: found for period, found in missing.items() if found}

    def _find_missing(self, meters, readings):
        """Return [(meter, day)] of the readings that the period needs."""
        self.ensure_one()
        if not meters:
            return [(meters, None)]
        found = []
        for meter in meters:
            if span := meter._clip(self.date_from, self.date_until):
                days = usage.get_missing(readings[meter], *span, meter.tolerance_days)
                found += [(meter, day) for day in days]
        return found

    def _explain_missing(self, missing):
        """Return in words why the period cannot be charged, and what to do.

        :param missing: what `_get_missing_readings` says of it
        """
        self.ensure_one()
        line = self.agreement_line_id
        if not missing[0][0]:
            return self.env._(
                "“%(line)s” is invoiced by meter readings, but %(customer)s has no meter of "
                "“%(product)s”. Create it under Customers > Meters.",
                line=line.name,
                customer=self.customer_id.display_name,
                product=line.product_id.display_name,
            )
        names = [
            self.env._(
                "%(meter)s of %(date)s",
                meter=meter.display_name,
                date=format_date(self.env, day),
            )
            for meter, day in missing[:NAMES]
        ]
        more = len(missing) - NAMES
        if more > 0:
            names.append(self.env._("and %(count)s more", count=more))
        return self.env._(
            "“%(line)s” waits for meter readings: %(readings)s. Enter or estimate them "
            "under Customers > Meters, then bill again.",
            line=line.name,
            readings=", ".join(names),
        )

    def _get_included_share(self):
        """Return which part of the included and of the minimum quantity the period has.

        What is used is measured. What is free, and what is due anyway, is agreed upon for
        whole periods, of which a line may hold for some days.
        """
        self.ensure_one()
        if not self._is_by_usage():
            return 1
        days = (self.date_until - self.date_from).days
        return Fraction(days, (self.full_until - self.full_from).days)

    def _format_quantity(self, quantity):
        """Return units in words: thousands apart where they are many."""
        self.ensure_one()
        if self._is_by_usage():
            return self.env["psa.usage.meter"]._format(quantity)
        return f"{quantity:g}"

    def _format_price(self, price):
        """Return the price of a unit in words; a page may cost parts of a cent."""
        self.ensure_one()
        if self._is_by_usage():
            return self.agreement_line_id._format_unit_price(price)
        return self.currency_id.format(price)

    def _explain_usage(self, presences, text):
        """Return in words how the amount comes about, beginning with what was used.

        :param str text: how what is billed is priced
        """
        self.ensure_one()
        if not self._is_by_usage():
            return text
        if not presences:
            return self.env._("By the readings at its end. %(price)s", price=text)
        line = self.agreement_line_id
        words = {
            "used": self._format_quantity(sum(it.quantity for it in presences)),
            "included": self._format_quantity(
                float(exact(line.included_quantity) * self._get_included_share())
            ),
            "price": text,
        }
        if len(presences) == 1:
            words["used"] = self.env._(
                "%(used)s (%(values)s)",
                used=words["used"],
                values=presences[0].reference,
            )
        if line.included_quantity:
            return self.env._(
                "Used: %(used)s, of which %(included)s are included. %(price)s", **words
            )
        return self.env._("Used: %(used)s. %(price)s", **words)
