"""Ends, notices and renewals of agreements. Plain dates, no database."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)


def add_span(day, count, unit):
    """Return the day after a span of days, months or years.

    :param str unit: ``day``, ``month`` or ``year``

    >>> from datetime import date
    >>> add_span(date(2026, 1, 31), 1, "month")
    datetime.date(2026, 2, 28)
    """
    return day + relativedelta(**{f"{unit}s": count})


def get_notice_date(end, count, unit):
    """Return the last day on which notice may be given, None for an open end.

    >>> from datetime import date
    >>> get_notice_date(date(2026, 12, 31), 3, "month")
    datetime.date(2026, 9, 30)
    """
    # Counted from the first day after the agreement: 3 months before 31 May are 28 or 29
    # February, which is one day before 1 March.
    return end and add_span(end + DAY, -count, unit) - DAY


def iter_ends(first_end, count, unit):
    """Yield the last days of an agreement's first term and of each renewal, for ever.

    Each one is computed from the first one, so that the 31st does not become the 28th
    for good.

    >>> from datetime import date
    >>> from itertools import islice
    >>> [str(day) for day in islice(iter_ends(date(2026, 1, 30), 1, "month"), 3)]
    ['2026-01-30', '2026-02-27', '2026-03-30']
    """
    step = 0
    while True:
        yield add_span(first_end + DAY, step * count, unit) - DAY
        step += 1


def get_next_ends(first_end, end, count, unit, day):
    """Return the ends that tacit renewals bring up to a day, oldest first.

    :param date first_end: last day of the first term
    :param date end: last day as it stands
    :param date day: the last of the returned ends is on or after it; none is returned
        while `end` is

    >>> from datetime import date
    >>> ends = get_next_ends(*2 * [date(2024, 2, 29)], 1, "year", date(2026, 2, 1))
    >>> [str(day) for day in ends]
    ['2025-02-28', '2026-02-28']
    """
    ends = []
    for later in iter_ends(first_end, count, unit):
        if end >= day:
            break
        if later > end:
            ends.append(later)
            end = later
    return ends
