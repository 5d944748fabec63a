"""Working time: a week of opening hours and its holidays, as arithmetic on moments.

Pure Python: no database, no records. A calendar is compiled once into sorted intervals
of UTC with running totals; each question is then a bisection, over years, in both
directions.

All moments are naive UTC datetimes, all durations whole seconds; microseconds are cut.

Where this differs from `resource.calendar` of Odoo, which is wrong there:

- 24:00 is 24:00, not a microsecond less, so that a night shift has no crack;
- a shift that the change to summer time turns around (02:30–03:00) is empty, not negative;
- a day without ambiguous end keeps the hour that comes twice around midnight (Havana);
- a holiday that ends at 23:59:59 ends with the day (see `Holiday`);
- what is asked in the midst of an interval is exact for any distance: no loop of 14 days,
  no end after 100 of them.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

import pytz

_EPOCH = datetime(1970, 1, 1)
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = 24 * 3600
# Days compiled around the first moment that is asked for, and added at least.
_WINDOW = 400
# Moments that a calendar is compiled for; whatever lies outside is a mistyped year.
_FIRST_DAY = date(1970, 1, 3).toordinal() - _EPOCH_DAY
_LAST_DAY = date(2150, 1, 1).toordinal() - _EPOCH_DAY
# Days that an answer may be away from the moment that was asked for.
HORIZON_DAYS = 25 * 366
_HORIZON = HORIZON_DAYS * _DAY


class HorizonError(ValueError):
    """The answer lies beyond all reason: no open hours, a huge span, a mistyped year."""


class Shift(NamedTuple):
    """Opening hours that return each week, in the calendar's local time."""

    weekday: int  # 0 is Monday
    start: int  # seconds from 00:00
    stop: int  # seconds from 00:00, at most 24 hours: a night shift is two of them
    week: int | None = None  # 0 or 1 in a calendar of two weeks, None for each week


class Holiday(NamedTuple):
    """A span without work, in UTC.

    Forms write the end of a day as 23:59:59; a stop in the last second of a minute
    therefore includes that second. Otherwise a desk that never closes would be open for
    a second between Christmas Day and Boxing Day.
    """

    start: datetime
    stop: datetime
    name: str = ""


class _Table(NamedTuple):
    """Compiled open intervals of a window; never changed, only replaced by a larger one.

    Positions are seconds since 1970; `begins` and `ends` are the open seconds from the
    window's start up to the start and the stop of each interval.
    """

    first_day: int  # days since 1970 in local time; the first compiled one
    last_day: int  # the first one that is not compiled
    low: int
    high: int
    starts: list
    stops: list
    begins: list
    ends: list


class WorkingTime:
    """Opening hours that answer questions about time.

    Safe to share between threads: what grows is replaced at once.
    """

    def __init__(self, tz="UTC", shifts=(), holidays=()):
        """Describe the hours; nothing is compiled until something is asked.

        :param str tz: name of the time zone of the shifts
        :param shifts: iterable of `Shift`; overlapping ones count once
        :param holidays: iterable of `Holiday`
        """
        self._tz = pytz.timezone(tz)
        self._weeks = [[[] for _weekday in range(7)] for _week in range(2)]
        for shift in map(Shift._make, shifts):
            for week in (0, 1) if shift.week is None else (shift.week,):
                self._weeks[week][shift.weekday].append((shift.start, shift.stop))
        self._holidays = sorted(
            (_to_seconds(holiday.start), _end_of_holiday(holiday.stop), holiday.name)
            for holiday in map(Holiday._make, holidays)
        )
        self._closures = _merge((start, stop) for start, stop, _n in self._holidays)
        self._table = None

    @property
    def has_open_hours(self):
        """Whether there is a moment of work in a week without holidays."""
        return any(
            start < stop for week in self._weeks for day in week for start, stop in day
        )

    def add(self, at, seconds):
        """Return the moment at which so much working time has passed.

        It is the first such moment: at the end of the day rather than at the start of
        the next one. Backwards it is the last such moment. Without seconds it is
        `next_open`.

        :param datetime at: start, may be outside working hours
        :param int seconds: working time; negative goes backwards
        :rtype: datetime
        :raise HorizonError: if that is not reached within `HORIZON_DAYS`
        """
        if not seconds:
            return self.next_open(at)
        position = _to_seconds(at)
        table = self._cover(position, position)
        target = _count(table, position) + seconds
        if seconds > 0:
            while not table.ends or target > table.ends[-1]:
                table = self._grow(table, later=True, origin=position)
                target = _count(table, position) + seconds
            index = bisect_left(table.ends, target)
            answer = table.stops[index] - table.ends[index] + target
            return _to_answer(answer, position)
        while target < 0:
            table = self._grow(table, later=False, origin=position)
            target = _count(table, position) + seconds
        index = bisect_right(table.begins, target) - 1
        return _to_answer(table.starts[index] + target - table.begins[index], position)

    def between(self, start, stop):
        """Return the working seconds from one moment to another.

        :rtype: int
        :return: negative when `stop` is before `start`
        """
        first, last = _to_seconds(start), _to_seconds(stop)
        table = self._cover(min(first, last), max(first, last))
        return _count(table, last) - _count(table, first)

    def next_open(self, at):
        """Return the moment itself if it is open, else when it opens next.

        :rtype: datetime
        :raise HorizonError: if it never does
        """
        position = _to_seconds(at)
        table = self._cover(position, position)
        while (index := bisect_right(table.stops, position)) == len(table.stops):
            table = self._grow(table, later=True, origin=position)
        return _to_answer(max(position, table.starts[index]), position)

    def is_open(self, at):
        """Whether there is work at a moment; the moment of closing is not open."""
        position = _to_seconds(at)
        table = self._cover(position, position)
        index = bisect_right(table.starts, position) - 1
        return index >= 0 and position < table.stops[index]

    def intervals(self, start, stop):
        """Return the open intervals between two moments, cut to them.

        :rtype: list[tuple[datetime, datetime]]
        """
        return [
            (_to_datetime(first), _to_datetime(last))
            for first, last in self._cut(_to_seconds(start), _to_seconds(stop))
        ]

    def closed_intervals(self, start, stop):
        """Return the time without work between two moments, and why.

        Together with `intervals` they tile the span.

        :return: `(start, stop, reason)`; the reason is None for closed hours, else the
            name of the holiday, which is empty for a nameless one
        :rtype: list[tuple[datetime, datetime, str | None]]
        """
        position, end = _to_seconds(start), _to_seconds(stop)
        gaps = []
        for first, last in [*self._cut(position, end), (end, end)]:
            gaps += self._explain(position, first)
            position = last
        return [
            (_to_datetime(first), _to_datetime(last), reason)
            for first, last, reason in gaps
        ]

    def _cut(self, low, high):
        """Return the open intervals between two positions."""
        if low >= high:
            return []
        table = self._cover(low, high)
        first = bisect_right(table.stops, low)
        last = bisect_left(table.starts, high)
        return [
            (max(table.starts[index], low), min(table.stops[index], high))
            for index in range(first, last)
        ]

    def _explain(self, low, high):
        """Split a closed span into holidays and mere closed hours."""
        parts = []
        for start, stop, name in self._holidays:
            if stop <= low:
                continue
            if start >= high:
                break
            if low < start:
                parts.append((low, start, None))
            parts.append((max(low, start), min(stop, high), name))
            low = min(stop, high)
        if low < high:
            parts.append((low, high, None))
        return parts

    # === COMPILING === #

    def _cover(self, low, high):
        """Return a table that includes two positions and a day on either side."""
        table = self._table
        if table and table.low <= low and high <= table.high:
            return table
        first, last = low // _DAY - 2, high // _DAY + 3
        if first < _FIRST_DAY or last > _LAST_DAY:
            message = "Working time is known for the years 1970 to 2150."
            raise HorizonError(message)
        if not table:
            return self._compile(first - _WINDOW // 8, last + _WINDOW)
        if first < table.first_day:
            first -= _WINDOW
        if last > table.last_day:
            last += _WINDOW
        return self._compile(
            min(first, table.first_day), max(last, table.last_day), extend=table
        )

    def _grow(self, table, *, later, origin):
        """Return a table of twice the size, in the direction asked for.

        :raise HorizonError: if the table already reaches as far as an answer may be
        """
        days = table.last_day - table.first_day
        if later:
            reached = table.high - origin
            first, last = table.first_day, table.last_day + days
        else:
            reached = origin - table.low
            first, last = table.first_day - days, table.last_day
        is_end = table.last_day == _LAST_DAY if later else table.first_day == _FIRST_DAY
        if not self.has_open_hours or reached > _HORIZON or is_end:
            raise _get_horizon_error(origin)
        return self._compile(first, last, extend=table)

    def _compile(self, first, last, extend=None):
        """Compile the days from `first` up to `last`, keeping those of a table."""
        first, last = max(first, _FIRST_DAY), min(last, _LAST_DAY)
        if extend:
            intervals = [
                *self._generate(first, extend.first_day),
                *zip(extend.starts, extend.stops, strict=True),
                *self._generate(extend.last_day, last),
            ]
        else:
            intervals = self._generate(first, last)
        intervals = _merge(intervals)
        ends = list(accumulate(stop - start for start, stop in intervals))
        self._table = _Table(
            first_day=first,
            last_day=last,
            low=self._to_utc(first),
            high=self._to_utc(last),
            starts=[start for start, _stop in intervals],
            stops=[stop for _start, stop in intervals],
            begins=[0, *ends[:-1]] if ends else [],
            ends=ends,
        )
        return self._table

    def _generate(self, first, last):
        """Return the open intervals of the days from `first` up to `last`, in order."""
        if first >= last:
            return []
        shifts = []
        midnight = self._to_utc(first)
        for day in range(first, last):
            next_midnight = self._to_utc(day + 1)
            ordinal = day + _EPOCH_DAY
            weekday = (ordinal - 1) % 7
            # Odoo counts weeks from the first Monday of the calendar, so that odd and
            # even ones take turns over the new year, too.
            week = (ordinal - 1) // 7 % 2
            is_plain = next_midnight - midnight == _DAY
            for start, stop in self._weeks[week][weekday]:
                if is_plain:
                    shifts.append((midnight + start, midnight + stop))
                else:
                    shifts.append((self._to_utc(day, start), self._to_utc(day, stop)))
            midnight = next_midnight
        return _subtract(_merge(shifts), self._closures)

    def _to_utc(self, day, second=0):
        """Return the position of a local time of day.

        An hour that comes twice means its second time, one that is left out is as long
        after midnight as on other days: like Odoo.
        """
        days, second = divmod(second, _DAY)
        local = _EPOCH + timedelta(days=day + days, seconds=second)
        return _to_seconds(local - self._tz.localize(local).utcoffset())


class _Always(WorkingTime):
    """Round the clock, every day: wall-clock time."""

    has_open_hours = True

    def add(self, at, seconds):
        return at.replace(microsecond=0) + timedelta(seconds=seconds)

    def between(self, start, stop):
        return _to_seconds(stop) - _to_seconds(start)

    def next_open(self, at):
        return at.replace(microsecond=0)

    def is_open(self, at):
        return True

    def intervals(self, start, stop):
        start, stop = start.replace(microsecond=0), stop.replace(microsecond=0)
        return [(start, stop)] if start < stop else []

    def closed_intervals(self, start, stop):
        return []


def _to_seconds(moment):
    """Return the whole seconds from 1970 to a naive UTC datetime."""
    delta = moment - _EPOCH
    return delta.days * _DAY + delta.seconds


def _to_datetime(seconds):
    """Return the naive UTC datetime so many seconds after 1970."""
    return _EPOCH + timedelta(0, seconds)


def _to_answer(seconds, origin):
    """Return a datetime, refusing what is further away than a calendar may be asked for.

    What happens to be compiled already must not decide whether there is an answer.
    """
    if -_HORIZON <= seconds - origin <= _HORIZON:
        return _EPOCH + timedelta(0, seconds)
    raise _get_horizon_error(origin)


def _get_horizon_error(origin):
    message = f"No answer within {HORIZON_DAYS} days of {_to_datetime(origin)}."
    return HorizonError(message)


def _end_of_holiday(stop):
    """Return the position of a holiday's end, with the last second of a minute."""
    seconds = _to_seconds(stop)
    return seconds + 1 if stop.second == 59 else seconds


def _count(table, position):
    """Return the open seconds from the start of a table's window to a position."""
    index = bisect_right(table.starts, position) - 1
    if index < 0:
        return 0
    if position >= table.stops[index]:
        return table.ends[index]
    return table.begins[index] + position - table.starts[index]


def _merge(intervals):
    """Return sorted intervals without overlaps; those that touch become one."""
    merged = []
    for start, stop in sorted(intervals):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged


def _subtract(intervals, closures):
    """Return intervals without what lies in closures; both sorted and disjoint."""
    result = []
    for start, stop in intervals:
        index = bisect_right(closures, start, key=lambda closure: closure[1])
        while index < len(closures) and closures[index][0] < stop:
            closed_from, closed_until = closures[index]
            if start < closed_from:
                result.append((start, closed_from))
            start = max(start, closed_until)
            index += 1
        if start < stop:
            result.append((start, stop))
    return result


ALWAYS = _Always()
