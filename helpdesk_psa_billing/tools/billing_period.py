"""Which stretches of time a line is billed for, and when each of them is due.

Days are plain dates and spans are half-open: [first day, first day after).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from odoo.addons.helpdesk_psa.tools.recurrence import (
    WEEK,
    get_period,
    iter_periods,
)

ADVANCE, ARREARS = "advance", "arrears"
ANNIVERSARY, CALENDAR = "anniversary", "calendar"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slice:
    """The part of one billing period that a line is there for.

    `date_from` and `date_until` bound the part, `full_from` and `full_until` the whole
    period: a line that starts on the 10th has a first part from the 10th of a period
    from the 1st.
    """

    date_from: date
    date_until: date
    full_from: date
    full_until: date

    @property
    def days(self):
        return (self.date_until - self.date_from).days

    @property
    def full_days(self):
        return (self.full_until - self.full_from).days

    @property
    def is_whole(self):
        return self.days == self.full_days


def get_anchor(start, unit, alignment, interval):
    """Return the day that the periods of a line are counted from.

    :param date start: first day of the line
    :param str alignment: `ANNIVERSARY` for the start day itself; `CALENDAR` for the first
        day of the calendar's week, month, quarter … or year that the start falls in.
        Months are grouped from January: quarters start in January, April, July, October.

    >>> get_anchor(date(2026, 5, 20), "month", CALENDAR, 3)
    datetime.date(2026, 4, 1)
    >>> get_anchor(date(2026, 5, 20), "week", CALENDAR, 1)
    datetime.date(2026, 5, 18)
    """
    if alignment == ANNIVERSARY:
        return start
    if unit == WEEK:
        return start - timedelta(days=start.weekday())
    january = start.replace(month=1, day=1)
    # Years are not grouped: two years are counted from the year of the start.
    return get_period(january, unit, interval, start)[0]


def iter_slices(anchor, unit, interval, start, end):
    """Yield the slices that tile [start, end) without gap or overlap, in order.

    :param date anchor: start of one of the periods, before or after `start`
    :param int interval: units per period, at least 1
    :param end: first day that is no longer billed; None for no end, then the caller stops

    >>> slices = iter_slices(
    ...     date(2026, 1, 31), "month", 1, date(2026, 1, 31), date(2026, 3, 10)
    ... )
    >>> [(str(part.date_from), str(part.date_until)) for part in slices]
    [('2026-01-31', '2026-02-28'), ('2026-02-28', '2026-03-10')]
    """
    for full_from, full_until in iter_periods(anchor, unit, interval, start, end):
        date_until = full_until if end is None else min(full_until, end)
        yield Slice(max(full_from, start), date_until, full_from, full_until)


def get_one_time_slice(day):
    """Return the only slice of a fee that is due once, on a day.

    >>> get_one_time_slice(date(2026, 5, 20)).days
    1
    """
    return Slice(day, day + DAY, day, day + DAY)


def get_due_date(part, timing, lead_days=0):
    """Return the day from which a slice may be billed.

    :param str timing: `ADVANCE` for its first day; `ARREARS` for the first day after it
    :param int lead_days: how many days sooner an advance is billed. What is billed in
        arrears is known when its last day is over, and is not billed sooner.

    >>> get_due_date(get_one_time_slice(date(2026, 5, 20)), ADVANCE, lead_days=5)
    datetime.date(2026, 5, 15)
    >>> get_due_date(get_one_time_slice(date(2026, 5, 20)), ARREARS, lead_days=5)
    datetime.date(2026, 5, 21)
    """
    if timing == ADVANCE:
        return part.date_from - timedelta(days=lead_days)
    return part.date_until
