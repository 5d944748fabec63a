"""What a counter's readings say was used. No database.

A reading tells what the counter shows at the end of a day. What was used up to a reading
belongs to its day, so that what is used in days that follow each other adds up to the last
reading less the first, however the days are cut.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from .proration import exact, round_half_up

READ, ROLLOVER, REPLACEMENT = "reading", "rollover", "replacement"


@dataclass(frozen=True)
class Reading:
    """What a counter shows at the end of a day.

    :param float value: what it shows; of a counter that came instead of another one, what
        it starts with
    :param str kind: `READ`; `ROLLOVER`: since the reading before it passed its highest
        figure and began at 0 again; `REPLACEMENT`: another counter was put in its place
    :param float end_value: of a replacement, what the former counter showed at last
    :param bool is_estimated: nobody read it
    """

    day: date
    value: float
    kind: str = READ
    end_value: float = 0
    is_estimated: bool = False


@dataclass(frozen=True)
class Usage:
    """What was used in some days, and between which readings.

    :param opening: last :class:`Reading` before the days, or the first one in them; None
        if there is none
    :param closing: last one in them; `opening` if there is none
    :param Fraction quantity: units that were used
    :param bool is_estimated: one of the two was not read
    """

    opening: Reading | None = None
    closing: Reading | None = None
    quantity: Fraction = Fraction(0)

    @property
    def is_estimated(self):
        return any(it and it.is_estimated for it in (self.opening, self.closing))


def get_step(before, after, capacity=0):
    """Return the units that were used between two readings; below 0 if that cannot be.

    :param capacity: the first number that the counter cannot show, 100000 if it has five
        digits; 0 if it does not begin again

    >>> june, july = date(2026, 6, 30), date(2026, 7, 31)
    >>> int(get_step(Reading(june, 99900), Reading(july, 50, ROLLOVER), 100000))
    150
    >>> int(get_step(Reading(june, 900), Reading(july, 5, REPLACEMENT, end_value=950)))
    50
    """
    start = exact(before.value)
    if after.kind == REPLACEMENT:
        return exact(after.end_value) - start
    if after.kind == ROLLOVER:
        return exact(capacity) - start + exact(after.value)
    return exact(after.value) - start


def get_steps(readings, capacity=0):
    """Return pairs (reading, units used since the one before it), in order of the days.

    Nothing is known of what was used before the first one: its units are 0.
    """
    readings = sorted(readings, key=lambda it: it.day)
    steps = [(it, Fraction(0)) for it in readings[:1]]
    return steps + [
        (after, get_step(before, after, capacity))
        for before, after in pairwise(readings)
    ]


def get_usage(readings, start, until, capacity=0):
    """Return what was used in [start, until).

    :param readings: of one counter, one per day at most
    :rtype: Usage

    >>> june, july, august = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
    >>> read = [Reading(date(2026, 5, 30), 40), Reading(date(2026, 6, 29), 100)]
    >>> [int(get_usage(read, *days).quantity) for days in ((june, july), (july, august))]
    [60, 0]
    """
    steps = [it for it in get_steps(readings, capacity) if it[0].day < until]
    if not steps:
        return Usage()
    before = [reading for reading, _units in steps if reading.day < start]
    quantity = sum(
        (units for reading, units in steps if reading.day >= start), Fraction(0)
    )
    opening = before[-1] if before else steps[0][0]
    return Usage(opening, steps[-1][0], quantity)


def get_missing(readings, start, until, tolerance=0):
    """Return the days near which a reading is missing to tell what was used, in order.

    A counter's very first reading may come some days into the period; else the period
    opens where the one before it closed.

    :param date start: first day of the period, or of the counter if it came later
    :param date until: first day after the period, or after the counter
    :param int tolerance: days that a reading may be off
    :return: the eve of `start`, the last day, or both

    >>> june, july = date(2026, 6, 1), date(2026, 7, 1)
    >>> [str(day) for day in get_missing([Reading(date(2026, 6, 28), 7)], june, july, 5)]
    ['2026-05-31']
    """
    days = sorted(it.day for it in readings)
    eve, last = start - timedelta(days=1), until - timedelta(days=1)
    slack = timedelta(days=tolerance)
    is_first = bool(days) and start <= days[0] <= start + slack
    is_opened = is_first or any(eve - slack <= day <= eve for day in days)
    is_closed = any(max(start, last - slack) <= day <= last for day in days)
    return [
        day for day, is_there in ((eve, is_opened), (last, is_closed)) if not is_there
    ]


def find_impossible(readings, capacity=0):
    """Return the first two readings that follow each other and cannot, None if all can.

    >>> up, down = Reading(date(2026, 6, 1), 9), Reading(date(2026, 6, 2), 8)
    >>> find_impossible([up, down]) == (up, down)
    True
    """
    readings = sorted(readings, key=lambda it: it.day)
    return next(
        (
            (before, after)
            for before, after in pairwise(readings)
            if get_step(before, after, capacity) < 0
        ),
        None,
    )


def estimate(readings, day, capacity=0, rounding=1):
    """Return what a counter showed at the end of a day, by its usual use per day.

    Between two readings it is what lies between them. After the last one, use goes on as
    it did since the first of the counter's last readings.

    :param readings: of one counter
    :return: a multiple of `rounding`; None if the readings do not tell

    >>> read = [Reading(date(2026, 6, 1), 100), Reading(date(2026, 6, 11), 200)]
    >>> [int(estimate(read, date(2026, 6, day))) for day in (6, 11, 16)]
    [150, 200, 250]
    """
    steps = get_steps(readings, capacity)
    before = [it for it in steps if it[0].day <= day]
    if not before:
        return None
    last = before[-1][0]
    units = _estimate_since(steps, last, day)
    if units is None:
        return None
    value = exact(last.value) + units
    if capacity and value >= exact(capacity):
        return None  # it begins again in between: somebody has to look
    return round_half_up(value, rounding)


def _estimate_since(steps, last, day):
    """Return the units used from a reading to a later day, None if nothing tells."""
    if last.day == day:
        return Fraction(0)
    after = next((it for it in steps if it[0].day > day), None)
    if after:
        if after[0].kind != READ:
            return None
        return after[1] * (day - last.day).days / (after[0].day - last.day).days
    past = [it for it in steps if it[0].day > last.day - timedelta(days=365)]
    days = (last.day - past[0][0].day).days
    if not days:
        return None
    return sum(units for _reading, units in past[1:]) * (day - last.day).days / days
