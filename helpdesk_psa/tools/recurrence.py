"""When things recur: steps from an anchor day, occurrences, periods, moved days.

Each date is counted from the anchor day and never from the date before it, so a rhythm
that starts on 31 January meets 28 February and then 31 March again. Days are plain
dates: whoever needs moments adds the time of day and the time zone.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile

from dateutil.relativedelta import relativedelta

DAY, WEEK, MONTH, YEAR = "day", "week", "month", "year"
UNITS = (DAY, WEEK, MONTH, YEAR)
# `nth` of the last such weekday of a month.
LAST = -1
# A working day is looked for that many days away, no farther.
SHIFT_DAYS = 31

# What becomes of an occurrence on a day that is closed.
KEEP, NEXT, PREVIOUS, DROP = "keep", "next", "previous", "drop"


def step(anchor, unit, number):
    """Return the day that lies a number of units after (or before) the anchor.

    A month that is too short gives its last day; 29 February gives 28 February in
    ordinary years.

    >>> step(date(2025, 1, 31), MONTH, 1)
    datetime.date(2025, 2, 28)
    >>> step(date(2025, 1, 31), MONTH, 2)
    datetime.date(2025, 3, 31)
    """
    return anchor + relativedelta(**{f"{unit}s": number})


def count_steps(anchor, unit, day):
    """Return the number of whole units from the anchor to a day, rounded down.

    It is the number n with ``step(anchor, unit, n) <= day < step(anchor, unit, n + 1)``.
    """
    if unit in (DAY, WEEK):
        return (day - anchor).days // (7 if unit == WEEK else 1)
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    number = months // 12 if unit == YEAR else months
    # Within the last month (or year) the anchor's day may not have come yet.
    return number if step(anchor, unit, number) <= day else number - 1


def get_period(anchor, unit, interval, day):
    """Return the period [start, end) that a day falls in.

    :param date anchor: start of one of the periods
    :param int interval: units per period, at least 1
    """
    number = count_steps(anchor, unit, day) // interval * interval
    return step(anchor, unit, number), step(anchor, unit, number + interval)


def iter_periods(anchor, unit, interval, start, end):
    """Yield the periods [from, to) that touch [start, end): they tile, none overlaps.

    They are whole periods: the first may begin before `start`, the last end after `end`.

    :param end: first day that no longer counts, None for no end
    """
    number = count_steps(anchor, unit, start) // interval * interval
    for first in count(number, interval):
        period = step(anchor, unit, first), step(anchor, unit, first + interval)
        if end is not None and period[0] >= end:
            return
        yield period


def get_nth_weekday(year, month, weekday, nth):
    """Return the nth given weekday of a month.

    :param int weekday: 0 for Monday … 6 for Sunday
    :param int nth: 1 to 4, or `LAST`
    """
    if nth == LAST:
        last = date(year, month, monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


@dataclass(frozen=True)
class Recurrence:
    """A rhythm: every `interval` units from the anchor day, which need not be part of it.

    :param date anchor: first possible day; it gives the day of the month and the phase
    :param str unit: one of `UNITS`
    :param int interval: units from one occurrence to the next
    :param weekdays: with `WEEK`, days of the week (0 is Monday); empty means the anchor's
    :param nth: with `MONTH` or `YEAR`, which `weekday` of the month; None means the
        anchor's day of the month
    :param date until: last possible day
    :param int limit: number of occurrences after which it ends
    """

    anchor: date
    unit: str
    interval: int = 1
    weekdays: frozenset = frozenset()
    nth: int | None = None
    weekday: int = 0
    until: date | None = None
    limit: int | None = None

    def __post_init__(self):
        if self.unit not in UNITS or self.interval < 1:
            raise ValueError("A recurrence needs a unit and an interval of at least 1.")

    def occurrences(self, start=None, end=None):
        """Return the days of the rhythm from `start` to `end`, both included, in order.

        :param start: the anchor if None
        :param end: None only if the recurrence ends by itself
        :rtype: list
        """
        bounds = [day for day in (end, self.until) if day is not None]
        if not bounds and self.limit is None:
            raise ValueError("An endless recurrence needs a day to stop at.")
        days = self.iterate(start)
        if bounds:
            last = min(bounds)
            days = takewhile(lambda day: day <= last, days)
        return list(days)

    def iterate(self, start=None):
        """Yield the days of the rhythm from `start` on; for ever if nothing ends it."""
        start = max(start or self.anchor, self.anchor)
        if self.limit is None:
            days = self._iterate_from(start)
        else:
            # What is counted is counted from the first one, wherever one looks.
            first = self._iterate_from(self.anchor)
            limited = (day for _number, day in zip(range(self.limit), first))  # noqa: B905
            days = (day for day in limited if day >= start)
        for day in days:
            if self.until is not None and day > self.until:
                return
            yield day

    def _iterate_from(self, start):
        """Yield the days of the rhythm from a day on, without end."""
        # One unit back: an nth weekday may come later in its month than the anchor's day.
        steps = count_steps(self._phase, self.unit, start) - 1
        number = max(steps // self.interval, 0) * self.interval
        while True:
            for day in self._get_days(number):
                if day >= start:
                    yield day
            number += self.interval

    @property
    def _phase(self):
        """The day that steps are counted from."""
        if self.unit == WEEK and self.weekdays:
            return self.anchor - timedelta(days=self.anchor.weekday())
        if self.unit in (MONTH, YEAR) and self.nth is not None:
            return self.anchor.replace(day=1)
        return self.anchor

    def _get_days(self, number):
        """Return the days of the rhythm that a number of units brings, in order."""
        day = step(self._phase, self.unit, number)
        if self.unit == WEEK and self.weekdays:
            return [day + timedelta(days=weekday) for weekday in sorted(self.weekdays)]
        if self.unit in (MONTH, YEAR) and self.nth is not None:
            return [get_nth_weekday(day.year, day.month, self.weekday, self.nth)]
        return [day]


def find_open_day(day, is_open, direction):
    """Return the nearest open day, the day itself included, or None.

    :param is_open: function of a date
    :param int direction: 1 to look ahead, -1 to look back
    """
    for distance in range(SHIFT_DAYS + 1):
        candidate = day + timedelta(days=distance * direction)
        if is_open(candidate):
            return candidate
    return None


def place(recurrence, start, end, is_open, rule):
    """Return where the occurrences from `start` to `end` (included) really take place.

    An occurrence keeps its own day as its name, wherever it is moved, so that a holiday
    added later renames nothing. One that lands where another one is falls together with
    it, and only one of them takes place: the one whose own day it is, else the earliest.

    :param is_open: function of a date; asked up to twice `SHIFT_DAYS` around
    :param str rule: `KEEP`, `NEXT`, `PREVIOUS` or `DROP`
    :return: pairs (own day, day it takes place or None), in order of the own days
    """
    margin = timedelta(days=SHIFT_DAYS)
    # Occurrences of before and after may land in between.
    around = recurrence.occurrences(start - margin, end + margin)
    places = {day: _move(day, is_open, rule) for day in around}
    taken = {day for day in around if places[day] == day}
    result = []
    for day in around:
        target = places[day]
        if target != day and target is not None:
            if target in taken:
                target = None
            taken.add(target)
        if start <= day <= end:
            result.append((day, target))
    return result


def _move(day, is_open, rule):
    if rule == KEEP or is_open(day):
        return day
    if rule == DROP:
        return None
    return find_open_day(day, is_open, 1 if rule == NEXT else -1)
