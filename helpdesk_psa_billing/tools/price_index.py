"""How a price follows an index: P1 = P0 × (fixed part + Σ weight × S1 ÷ S0).

S0 is the value of an index when the price was agreed, S1 its value now. The clause of a
contract says to how many digits the coefficient is rounded, and within which bounds.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from odoo.addons.helpdesk_psa.tools.recurrence import (
    MONTH,
    YEAR,
    count_steps,
    get_period,
    step,
)

from .proration import exact, round_half_up


@dataclass(frozen=True)
class Term:
    """One index of a formula with the two values that it is compared by.

    `link` is what one point of the series of S1 was worth in the series of S0, where
    another series has replaced it in between; 1 within one series.
    """

    name: str
    weight: float
    reference: float
    current: float
    link: float = 1

    @property
    def ratio(self):
        """How many times its old value the index is worth now."""
        return exact(self.current) * exact(self.link) / exact(self.reference)

    def as_json(self):
        return {
            "name": self.name,
            "weight": self.weight,
            "reference": self.reference,
            "current": self.current,
            "link": float(self.link),
        }


@dataclass(frozen=True)
class Revision:
    """By how much prices are multiplied, with everything that it was computed from.

    :param Fraction raw: coefficient as the formula gives it
    :param Fraction rounded: the same to the digits of the clause
    :param Fraction coefficient: the same within the bounds of the clause: what applies
    """

    raw: Fraction
    rounded: Fraction
    coefficient: Fraction
    fixed: float = 0
    terms: tuple = ()

    @property
    def is_floored(self):
        """Whether the clause kept prices above what the formula gives."""
        return self.coefficient > self.rounded

    @property
    def is_capped(self):
        """Whether the clause kept prices below what the formula gives."""
        return self.coefficient < self.rounded

    def get_price(self, price, rounding):
        """Return a price after the revision, rounded half away from zero.

        A price below ten roundings is rounded a hundred times finer: cents per page would
        never move otherwise.

        >>> revision = revise_by_percentage(2.5)
        >>> revision.get_price(39.9, 0.01), revision.get_price(0.012, 0.01)
        (40.9, 0.0123)
        """
        rounding = exact(rounding)
        if abs(exact(price)) < 10 * rounding:
            rounding /= 100
        return float(round_half_up(exact(price) * self.coefficient, rounding))

    def describe(self, repr_number=str):
        """Return the computation in figures, which need no translation.

        :param repr_number: function that writes a float as its readers do

        >>> term = Term("Syntec", 1, 300.0, 319.5)
        >>> revise_by_index(0, [term], 2).describe()
        '319.5 / 300.0 = 1.065 → 1.07'
        """
        parts = [repr_number(self.fixed)] if self.fixed else []
        parts += [_describe_term(term, repr_number) for term in self.terms]
        steps = dict.fromkeys((self.raw, self.rounded, self.coefficient))
        # The formula's own result may have no end: enough of it to see the rounding.
        numbers = " → ".join(repr_number(round(float(step), 8)) for step in steps)
        return f"{' + '.join(parts)} = {numbers}" if self.terms else numbers

    def as_json(self):
        """Return what a record stores to prove the revision later."""
        return {
            "fixed": self.fixed,
            "terms": [term.as_json() for term in self.terms],
            "raw": float(self.raw),
            "rounded": float(self.rounded),
            "coefficient": float(self.coefficient),
        }


def _describe_term(term, repr_number):
    text = f"{repr_number(term.current)} / {repr_number(term.reference)}"
    if term.link != 1:
        text += f" × {repr_number(round(float(term.link), 8))}"
    return text if term.weight == 1 else f"{repr_number(term.weight)} × {text}"


def revise_by_index(fixed, terms, digits=None, floor=None, cap=None):
    """Return the revision that a formula gives.

    :param fixed: share of the price that follows no index, from 0 to 1
    :param terms: list of `Term`; their weights and the fixed part add up to 1
    :param digits: decimals that the coefficient is rounded to, None for all of them
    :param floor: lowest coefficient, 1 for prices that never fall; None for none
    :param cap: highest coefficient; None for none

    >>> quarrel = [Term("Syntec", 1, 300, 319.5)]
    >>> [float(revise_by_index(0, quarrel, n).coefficient) for n in (3, 2)]
    [1.065, 1.07]
    >>> two = [Term("ICHT", 0.7, 120, 126), Term("FSD", 0.15, 100, 104)]
    >>> revise_by_index(0.15, two, digits=4).describe()
    '0.15 + 0.7 × 126 / 120 + 0.15 × 104 / 100 = 1.041'
    """
    terms = tuple(terms)
    if exact(fixed) + sum(exact(term.weight) for term in terms) != 1:
        raise ValueError("The fixed part and the weights add up to 1.")
    if any(term.reference <= 0 or term.current <= 0 for term in terms):
        raise ValueError("The values of an index are above zero.")
    raw = exact(fixed) + sum(exact(term.weight) * term.ratio for term in terms)
    return _bound(raw, digits, floor, cap, fixed=fixed, terms=terms)


def revise_by_percentage(percent, floor=None, cap=None):
    """Return the revision by an agreed percentage, 2.5 for 2.5 % more.

    >>> float(revise_by_percentage(2.5).coefficient)
    1.025
    """
    return _bound(1 + exact(percent) / 100, None, floor, cap)


def _bound(raw, digits, floor, cap, **inputs):
    rounded = raw if digits is None else round_half_up(raw, Fraction(1, 10**digits))
    coefficient = rounded
    if cap is not None:
        coefficient = min(coefficient, exact(cap))
    if floor is not None:
        coefficient = max(coefficient, exact(floor))
    return Revision(raw, rounded, coefficient, **inputs)


@dataclass(frozen=True)
class IndexValue:
    """The value of an index for a month, known since the day it was published.

    `link` is as in `Term`: not 1 if the value belongs to a series that came later.
    """

    month: date
    value: float
    published: date
    link: float = 1


def get_publication_date(month, lag_days):
    """Return when a month's value is out, as a rule: some days after its last day.

    >>> get_publication_date(date(2026, 1, 1), 45)
    datetime.date(2026, 3, 17)
    """
    return step(month.replace(day=1), MONTH, 1) + timedelta(days=lag_days - 1)


def get_expected_month(day, months, lag_days):
    """Return the latest month whose value is out by a day, as a rule.

    :param int months: months from one value to the next, 3 for a quarterly index whose
        values are those of January, April, July and October
    :param int lag_days: see `get_publication_date`; here from the end of the last month
        that the value stands for

    >>> get_expected_month(date(2026, 3, 17), 1, 45)
    datetime.date(2026, 1, 1)
    >>> get_expected_month(date(2026, 3, 16), 1, 45)
    datetime.date(2025, 12, 1)
    """
    over = day - timedelta(days=lag_days - 1)
    current, _until = get_period(date(over.year, 1, 1), MONTH, months, over)
    return step(current, MONTH, -months)


def find_latest(values, day):
    """Return the value of the latest month that was published on or before a day, or None.

    :param values: list of `IndexValue`, in any order

    >>> may = IndexValue(date(2026, 5, 1), 321.0, date(2026, 7, 15))
    >>> april = IndexValue(date(2026, 4, 1), 320.0, date(2026, 6, 17))
    >>> find_latest([may, april], date(2026, 7, 14)).value
    320.0
    """
    known = [value for value in values if value.published <= day]
    return max(known, key=lambda value: value.month, default=None)


def find_month(values, month, day):
    """Return the value of a month if it was published on or before a day, else None.

    :param values: list of `IndexValue`, in any order
    :param date month: any day of the month
    """
    month = month.replace(day=1)
    for value in values:
        if value.month == month and value.published <= day:
            return value
    return None


def get_named_month(day, month):
    """Return the first day of the latest month of that name before the month of a day.

    :param int month: 1 for January … 12 for December

    >>> get_named_month(date(2026, 1, 1), 10), get_named_month(date(2026, 10, 1), 10)
    (datetime.date(2025, 10, 1), datetime.date(2025, 10, 1))
    """
    return date(day.year - (month >= day.month), month, 1)


def get_anniversary(first, day, after=None):
    """Return the last anniversary up to a day, at least the first one that is left.

    An anniversary that was missed is not caught up with: the last one stands for all.

    :param date first: the first of them
    :param after: the last one that is settled, None if none is

    >>> first = date(2024, 2, 29)
    >>> get_anniversary(first, date(2023, 1, 1))
    datetime.date(2024, 2, 29)
    >>> get_anniversary(first, date(2026, 6, 1))
    datetime.date(2026, 2, 28)
    >>> get_anniversary(first, date(2026, 6, 1), after=date(2026, 2, 28))
    datetime.date(2027, 2, 28)
    """
    left = 0 if after is None else max(count_steps(first, YEAR, after) + 1, 0)
    return step(first, YEAR, max(left, count_steps(first, YEAR, day)))


def get_first_anniversary(start, day, month=None):
    """Return the first day that prices are revised: after the start and not before a day.

    :param month: 1 to 12 for the first day of that month; None for the day of the start

    >>> get_first_anniversary(date(2026, 3, 15), date(2026, 3, 15))
    datetime.date(2027, 3, 15)
    >>> get_first_anniversary(date(2026, 3, 15), date(2026, 12, 1), month=1)
    datetime.date(2027, 1, 1)
    """
    anchor = start if month is None else date(start.year, month, 1)
    later = max(start + timedelta(days=1), day)
    number = count_steps(anchor, YEAR, later)
    found = step(anchor, YEAR, number)
    return found if found >= later else step(anchor, YEAR, number + 1)
