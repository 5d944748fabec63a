"""Splitting work at the borders of working hours. Plain values, no database.

A band is what lies inside or outside of a calendar's hours; the first band that holds a
moment wins. Minutes are conserved: what the pieces get adds up to what was worked, through
nights, holidays and changes to summer time, and also if breaks make the work shorter than
the span between its start and its stop.
"""

from dataclasses import dataclass
from datetime import UTC
from fractions import Fraction
from itertools import pairwise

from odoo.addons.helpdesk_psa.tools.working_time import ALWAYS, WorkingTime


@dataclass(frozen=True)
class Band:
    """Hours that are priced alike, for example evenings and Saturdays.

    :param WorkingTime hours: of the calendar; it knows the time zone and the holidays
    :param str side: inside or outside of these hours
    """

    id: int
    name: str = ""
    hours: WorkingTime = ALWAYS
    side: str = "inside"

    def holds(self, start, stop):
        """Tell whether all between two moments in naive UTC lies in the band."""
        inside = self.hours.between(start, stop)
        if self.side == "inside":
            return inside == int((stop - start).total_seconds())
        return not inside

    def get_spans(self, start, stop):
        """Return the intervals of the band between two moments in naive UTC."""
        if self.side == "inside":
            return self.hours.intervals(start, stop)
        closed = self.hours.closed_intervals(start, stop)
        return [(begin, end) for begin, end, _reason in closed]


def is_timed(work):
    """Tell whether it is known when some work was done."""
    return bool(
        work.kind == "time" and work.start and work.stop and work.start < work.stop
    )


def cut(start, stop, bands):
    """Return ``[(start, stop, band id)]``: a span cut where its band changes.

    The band is False where no band holds the moment. Moments come back as they came in.

    :param datetime start: in UTC, aware or naive; before `stop`
    :param bands: sequence of `Band`, the first that holds a moment wins
    """
    parts = _cut(_to_naive(start), _to_naive(stop), bands)
    if len(parts) == 1:
        return [(start, stop, parts[0][2])]
    zone = start.tzinfo and UTC
    joined = []
    for begin, end, band in parts:
        if joined and joined[-1][2] == band:
            begin = joined.pop()[0]
        joined.append((begin, end, band))
    if zone:
        joined = [
            (begin.replace(tzinfo=zone), end.replace(tzinfo=zone), band)
            for begin, end, band in joined
        ]
    return joined


def _cut(first, last, bands):
    """Return what `cut` does in naive UTC; parts of the same band may be neighbours."""
    if not bands:
        return [(first, last, False)]
    band, others = bands[0], bands[1:]
    if band.holds(first, last):
        return [(first, last, band.id)]
    parts, at = [], first
    for begin, end in band.get_spans(first, last):
        # Calendars count in whole seconds.
        begin, end = max(begin, at), min(end, last)
        if begin >= end:
            continue
        if at < begin:
            parts += _cut(at, begin, others)
        parts.append((begin, end, band.id))
        at = end
    return parts + _cut(at, last, others) if at < last else parts


def split(start, stop, bands, minutes=None):
    """Return ``[(band id, minutes)]`` of a span, a band once, in the order of time.

    :param int minutes: worked in the span; without it, as long as the span
    """
    parts = cut(start, stop, bands)
    lengths = [(end - begin).total_seconds() for begin, end, _band in parts]
    if minutes is None:
        minutes = round(sum(lengths) / 60)
    totals = {}
    for (_begin, _end, band), part in zip(parts, share(minutes, lengths), strict=True):
        totals[band] = totals.get(band, 0) + part
    return [(band, total) for band, total in totals.items() if total]


def share(minutes, lengths):
    """Return whole minutes in proportion to some lengths; they add up to all of them.

    >>> share(10, [1, 1, 1])
    [3, 4, 3]
    """
    if len(lengths) == 1:
        return [minutes]
    # Whole seconds, but for what somebody made up.
    lengths = [int(it) if it == int(it) else Fraction(it) for it in lengths]
    total = sum(lengths)
    if not total:
        return [minutes, *(0 for _length in lengths[1:])]
    marks, done = [0], 0
    for length in lengths:
        done += length
        # Rounded half up.
        marks.append((2 * minutes * done + total) // (2 * total))
    return [until - begin for begin, until in pairwise(marks)]


def _to_naive(moment):
    """Return a moment of UTC without zone, as working time takes it."""
    zone = moment.tzinfo
    if zone is None:
        return moment
    if zone is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None)
