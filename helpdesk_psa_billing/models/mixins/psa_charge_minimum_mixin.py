from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import proration, work_price, work_rating
from ...tools.rule_choice import RuleTerms, Work

# How many months back a minimum is looked at again, for work that came late.
MONTHS_BACK = 12
# What becomes of work that counts towards a minimum.
COUNTED = ("billed", "written_off")


class PsaChargeMinimumMixin(models.AbstractModel):
    """What lacks to the monthly minimum of an agreement's line: a charge without work.

    As with periods, what is charged is the difference: work that comes late gives back
    what it makes unnecessary.
    """

    _name = "psa.charge.minimum.mixin"
    _description = "Monthly Minimum"

    @api.model
    def _charge_minimums(self, lines, until):
        """Charge what lacks to the minimums of the months that are over.

        A month in which something of the line is not approved yet waits.

        :param lines: `psa.agreement.line` with a minimum
        :param date until: first day whose work is not billed yet
        """
        if not lines:
            return
        self = self.sudo()
        waiting, billed, charged = self._get_minimum_uses(lines.sudo())
        for line in lines.sudo():
            for month, share in self._get_minimum_months(line, until).items():
                key = (line, month)
                if key not in waiting:
                    missing = self._get_missing(line, share, billed[key], charged[key])
                    self._charge_minimum(line, month, missing)

    @api.model
    def _get_minimum_months(self, line, until):
        """Return the months that are over, with the share of them in which the line holds.

        :return: {first day: fraction}
        """
        bounds = line.agreement_id._get_billing_bounds(line)
        start = line.company_id.psa_work_billing_start
        if not bounds or not start:
            return {}
        months = {}
        month = max(
            bounds[0].replace(day=1),
            start.replace(day=1),
            fields.Date.subtract(until, months=MONTHS_BACK).replace(day=1),
        )
        while (after := fields.Date.add(month, months=1)) <= until:
            span = (max(month, bounds[0]), min(after, bounds[1] or after))
            parts = (
                proration.cut_spans([span], line.agreement_id._get_billing_gaps())
                if span[0] < span[1]
                else []
            )
            days = sum((end - begin).days for begin, end in parts)
            if days:
                months[month] = Fraction(days, (after - month).days)
            month = after
        return months

    @api.model
    def _get_minimum_uses(self, lines):
        """Return what is known of the months of lines, by (line, first day).

        What is written off counts as billed, or the minimum would bill what was given
        away. What an allowance pays does not: it was paid for ahead.

        :return: (months of which something waits, {key: [minutes, amount]} of work that is
            billed, the same of minimums that are charged)
        """
        waiting, billed, charged = set(), defaultdict(_nothing), defaultdict(_nothing)
        domain = Domain("agreement_line_id", "in", lines.ids) & Domain(
            "period_id", "=", False
        )
        for line, month, state, destination, minutes, amount in self._read_group(
            domain & Domain("minimum_month", "=", False),
            ["agreement_line_id", "work_date:month", "state", "destination"],
            ["minutes:sum", "amount:sum"],
        ):
            if state == "draft":
                waiting.add((line, month))
            elif destination in COUNTED:
                _add(billed[line, month], minutes, amount)
        for line, month, minutes, amount in self._read_group(
            domain & Domain("minimum_month", "!=", False),
            ["agreement_line_id", "work_date:month"],
            ["minutes:sum", "amount:sum"],
        ):
            _add(charged[line, month], minutes, amount)
        return waiting, billed, charged

    @api.model
    def _get_missing(self, line, share, billed, charged):
        """Return (minutes, amount) that lack to the minimum, negative if too much."""
        if line.minimum_minutes:
            due = max(0, round(line.minimum_minutes * share) - billed[0])
            return due - charged[0], 0.0
        due = max(0.0, float(proration.exact(line.minimum_amount) * share) - billed[1])
        return 0, line.currency_id.round(due - charged[1])

    def _charge_minimum(self, line, month, missing):
        """Charge what lacks to the minimum of a month."""
        minutes, amount = missing
        if not minutes and not amount:
            return
        last = fields.Date.subtract(fields.Date.add(month, months=1), days=1)
        price = work_price.UnitPrice(amount, 0.0)
        if minutes:
            price = self._get_minimum_price(line, last)
            amount = float(
                work_price.get_amount(
                    work_price.get_hours(minutes), price, line.currency_id.rounding
                )
            )
        values = self._prepare_minimum_values(line, month, last)
        sequences = self.new(values)._get_next_minimum_sequences()
        self.create(
            {
                **values,
                "sequence": max(sequences.values(), default=0),
                "minutes": minutes,
                "quantity": round(minutes / 60, self._get_digits())
                if minutes
                else (1 if amount > 0 else -1),
                "price_unit": price.price_unit if minutes else abs(amount),
                "discount": price.discount,
                "amount": amount,
            }
        )

    def _get_minimum_price(self, line, day):
        """Return the price of an hour that lacks, by the rules of a day."""
        service = line.minimum_service_type_id
        work = Work(
            key=("time", work_rating.LAST),
            kind="time",
            day=day,
            minutes=60,
            service_type=service.id,
            product=service.product_id.id,
            company=line.company_id.id,
            customer=line.customer_id.id,
            agreement=line.agreement_id.id,
            agreement_line=line.id,
        )
        rating = self.with_company(line.company_id)
        part = rating._decide_parts([work])[0]
        # Whatever becomes of such work: the minimum is agreed, and billed.
        rule = part.rule if part.is_priced and not part.is_flat else RuleTerms(0)
        [part] = rating._price_parts(
            [work_rating.replace(part, rule=rule, destination="billed")]
        )
        return part.price

    def _prepare_minimum_values(self, line, month, last):
        """Return the values of the charge of a minimum, without numbers."""
        line = line.with_context(lang=line.agreement_id._get_payer().lang)
        return {
            "minimum_month": month,
            "company_id": line.company_id.id,
            "customer_id": line.customer_id.id,
            "currency_id": line.currency_id.id,
            "agreement_id": line.agreement_id.id,
            "agreement_line_id": line.id,
            "service_type_id": line.minimum_service_type_id.id,
            "product_id": line.minimum_service_type_id.product_id.id,
            "work_date": last,
            "service_from": month,
            "service_until": fields.Date.add(last, days=1),
            "destination": "billed",
            "state": "approved",
            "name": line.env._(
                "%(line)s: minimum of %(month)s",
                line=line.name,
                month=format_date(line.env, month, date_format="MMMM y"),
            ),
            "explanation": line.env._(
                "What lacks to the agreed minimum of %(minimum)s a month.",
                minimum=f"{line.minimum_minutes // 60}:{line.minimum_minutes % 60:02} h"
                if line.minimum_minutes
                else line.currency_id.format(line.minimum_amount),
            ),
        }


def _nothing():
    return [0, 0.0]


def _add(total, minutes, amount):
    total[0] += minutes or 0
    total[1] += amount or 0.0
