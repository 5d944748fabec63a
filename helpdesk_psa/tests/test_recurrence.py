"""When things recur: the part without a database."""

from datetime import date, timedelta
from itertools import islice, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.recurrence import (
    DAY,
    DROP,
    KEEP,
    LAST,
    MONTH,
    NEXT,
    PREVIOUS,
    UNITS,
    WEEK,
    YEAR,
    Recurrence,
    count_steps,
    find_open_day,
    get_nth_weekday,
    get_period,
    iter_periods,
    place,
    step,
)

# A busy machine is no fault of the arithmetic.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
units = st.sampled_from(UNITS)
intervals = st.integers(1, 18)


@st.composite
def recurrences(draw):
    """Any rhythm that the screens allow."""
    unit = draw(units)
    weekdays, nth = frozenset(), None
    if unit == WEEK:
        weekdays = draw(st.frozensets(st.integers(0, 6)))
    elif unit in (MONTH, YEAR):
        nth = draw(st.sampled_from([None, 1, 2, 3, 4, LAST]))
    return Recurrence(
        anchor=draw(days),
        unit=unit,
        interval=draw(intervals),
        weekdays=weekdays,
        nth=nth,
        weekday=draw(st.integers(0, 6)),
        limit=draw(st.one_of(st.none(), st.integers(1, 40))),
    )


def is_weekday(day):
    return day.weekday() < 5


@tagged("post_install", "-at_install")
class TestSteps(BaseCase):
    def test_the_last_of_january_meets_each_month_s_last_day(self):
        anchor = date(2025, 1, 31)
        self.assertEqual(
            [step(anchor, MONTH, number) for number in range(5)],
            [
                date(2025, 1, 31),
                date(2025, 2, 28),
                date(2025, 3, 31),
                date(2025, 4, 30),
                date(2025, 5, 31),
            ],
        )

    def test_a_leap_day_comes_back_every_fourth_year(self):
        anchor = date(2024, 2, 29)
        self.assertEqual(
            [step(anchor, YEAR, number) for number in range(5)],
            [
                date(2024, 2, 29),
                date(2025, 2, 28),
                date(2026, 2, 28),
                date(2027, 2, 28),
                date(2028, 2, 29),
            ],
        )

    def test_steps_go_back_as_well(self):
        self.assertEqual(step(date(2025, 3, 31), MONTH, -1), date(2025, 2, 28))
        self.assertEqual(count_steps(date(2025, 3, 31), MONTH, date(2025, 3, 30)), -1)

    @patient
    @given(days, units, days)
    def test_counting_steps_is_the_inverse_of_stepping(self, anchor, unit, day):
        number = count_steps(anchor, unit, day)
        self.assertLessEqual(step(anchor, unit, number), day)
        self.assertLess(day, step(anchor, unit, number + 1))

    @patient
    @given(days, st.integers(-300, 300))
    def test_months_never_drift_from_the_anchor_s_day(self, anchor, number):
        day = step(anchor, MONTH, number)
        last = (day + timedelta(days=1)).day == 1
        self.assertTrue(day.day == anchor.day or (last and day.day < anchor.day))


@tagged("post_install", "-at_install")
class TestPeriods(BaseCase):
    def test_a_quarter_from_the_last_of_november(self):
        periods = iter_periods(date(2025, 11, 30), MONTH, 3, date(2025, 11, 30), None)
        self.assertEqual(
            list(islice(periods, 3)),
            [
                (date(2025, 11, 30), date(2026, 2, 28)),
                (date(2026, 2, 28), date(2026, 5, 30)),
                (date(2026, 5, 30), date(2026, 8, 30)),
            ],
        )

    def test_an_empty_life_has_no_period(self):
        start = date(2026, 1, 15)
        periods = iter_periods(start, MONTH, 1, start, start)
        self.assertEqual(list(periods), [])

    @patient
    @given(days, units, intervals, days, st.integers(1, 2000))
    def test_periods_tile_without_gap_or_overlap(
        self, anchor, unit, interval, start, length
    ):
        end = start + timedelta(days=length)
        periods = list(iter_periods(anchor, unit, interval, start, end))
        self.assertLessEqual(periods[0][0], start)
        self.assertLess(start, periods[0][1])
        self.assertLess(periods[-1][0], end)
        self.assertGreaterEqual(periods[-1][1], end)
        for before, after in pairwise(periods):
            self.assertEqual(before[1], after[0])
            self.assertLess(before[0], before[1])

    @patient
    @given(days, units, intervals, days)
    def test_every_day_is_in_the_period_it_asks_for(self, anchor, unit, interval, day):
        start, end = get_period(anchor, unit, interval, day)
        self.assertLessEqual(start, day)
        self.assertLess(day, end)
        self.assertEqual(get_period(anchor, unit, interval, start), (start, end))


@tagged("post_install", "-at_install")
class TestOccurrences(BaseCase):
    def test_every_second_week_on_two_days_counts_weeks_from_the_anchor_s(self):
        # 2026-01-07 is a Wednesday: Monday of that week is over.
        rhythm = Recurrence(date(2026, 1, 7), WEEK, 2, weekdays=frozenset({0, 3}))
        self.assertEqual(
            rhythm.occurrences(end=date(2026, 2, 5)),
            [
                date(2026, 1, 8),
                date(2026, 1, 19),
                date(2026, 1, 22),
                date(2026, 2, 2),
                date(2026, 2, 5),
            ],
        )

    def test_second_tuesday_of_each_month(self):
        rhythm = Recurrence(date(2026, 1, 20), MONTH, nth=2, weekday=1)
        self.assertEqual(
            rhythm.occurrences(end=date(2026, 4, 30)),
            [date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 14)],
        )

    def test_last_friday_of_the_anchor_s_month_each_year(self):
        rhythm = Recurrence(date(2026, 5, 1), YEAR, nth=LAST, weekday=4)
        self.assertEqual(
            rhythm.occurrences(end=date(2028, 12, 31)),
            [date(2026, 5, 29), date(2027, 5, 28), date(2028, 5, 26)],
        )

    def test_the_last_day_is_included(self):
        rhythm = Recurrence(date(2026, 1, 1), DAY, 10, until=date(2026, 1, 21))
        self.assertEqual(
            rhythm.occurrences(),
            [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)],
        )

    def test_a_limit_is_counted_from_the_first_occurrence(self):
        rhythm = Recurrence(date(2026, 1, 1), MONTH, limit=3)
        self.assertEqual(
            rhythm.occurrences(start=date(2026, 2, 15)), [date(2026, 3, 1)]
        )

    def test_an_endless_rhythm_is_not_listed(self):
        with self.assertRaises(ValueError):
            Recurrence(date(2026, 1, 1), DAY).occurrences()

    def test_an_interval_of_zero_is_refused(self):
        with self.assertRaises(ValueError):
            Recurrence(date(2026, 1, 1), DAY, 0)

    @patient
    @given(recurrences())
    def test_occurrences_are_in_order_and_never_twice(self, rhythm):
        found = list(islice(rhythm.iterate(), 60))
        self.assertTrue(all(a < b for a, b in pairwise(found)))
        self.assertTrue(found[0] >= rhythm.anchor)

    @patient
    @given(recurrences(), st.integers(0, 900), st.integers(0, 900))
    def test_two_windows_find_what_one_finds(self, rhythm, first, second):
        middle = rhythm.anchor + timedelta(days=first)
        end = middle + timedelta(days=second)
        self.assertEqual(
            rhythm.occurrences(end=middle)
            + rhythm.occurrences(middle + timedelta(days=1), end),
            rhythm.occurrences(end=end),
        )

    @patient
    @given(recurrences())
    def test_the_rhythm_has_no_holes(self, rhythm):
        found = list(islice(rhythm.iterate(), 30))
        longest = {DAY: 1, WEEK: 7, MONTH: 31, YEAR: 366}[rhythm.unit]
        # An nth weekday comes up to a week later in one month than in the next.
        slack = 7 if rhythm.nth or rhythm.weekdays else 0
        for before, after in pairwise(found):
            self.assertLessEqual(
                (after - before).days, longest * rhythm.interval + slack
            )

    @patient
    @given(st.integers(1990, 2090), st.integers(1, 12), st.integers(0, 6))
    def test_the_last_weekday_is_followed_by_none_in_its_month(
        self, year, month, weekday
    ):
        last = get_nth_weekday(year, month, weekday, LAST)
        self.assertEqual((last.month, last.weekday()), (month, weekday))
        self.assertNotEqual((last + timedelta(days=7)).month, month)


@tagged("post_install", "-at_install")
class TestPlaces(BaseCase):
    def test_a_sunday_moves_to_monday(self):
        rhythm = Recurrence(date(2026, 2, 1), MONTH)
        self.assertEqual(
            place(rhythm, date(2026, 2, 1), date(2026, 4, 1), is_weekday, NEXT),
            [
                (date(2026, 2, 1), date(2026, 2, 2)),
                (date(2026, 3, 1), date(2026, 3, 2)),
                (date(2026, 4, 1), date(2026, 4, 1)),
            ],
        )

    def test_a_sunday_moves_back_to_friday(self):
        rhythm = Recurrence(date(2026, 2, 1), MONTH)
        self.assertEqual(
            place(rhythm, date(2026, 2, 1), date(2026, 2, 28), is_weekday, PREVIOUS),
            [(date(2026, 2, 1), date(2026, 1, 30))],
        )

    def test_a_closed_day_may_be_dropped_or_kept(self):
        rhythm = Recurrence(date(2026, 2, 1), MONTH, limit=1)
        for rule, target in ((DROP, None), (KEEP, date(2026, 2, 1))):
            self.assertEqual(
                place(rhythm, date(2026, 2, 1), date(2026, 2, 28), is_weekday, rule),
                [(date(2026, 2, 1), target)],
            )

    def test_a_daily_rhythm_does_not_pile_up_after_the_weekend(self):
        rhythm = Recurrence(date(2026, 1, 1), DAY)
        friday, monday = date(2026, 1, 9), date(2026, 1, 12)
        placed = place(rhythm, friday, monday, is_weekday, NEXT)
        self.assertEqual(
            [target for _day, target in placed], [friday, None, None, monday]
        )

    def test_without_any_open_day_nothing_is_found(self):
        self.assertIsNone(find_open_day(date(2026, 1, 1), lambda day: False, 1))

    @patient
    @given(
        recurrences(),
        st.sampled_from([KEEP, NEXT, PREVIOUS, DROP]),
        st.frozensets(st.integers(0, 6), max_size=6),
        st.integers(0, 400),
        st.integers(0, 400),
    )
    def test_each_occurrence_takes_place_once_however_it_is_asked(
        self, rhythm, rule, closed, first, second
    ):
        def is_open(day):
            return day.weekday() not in closed

        middle = rhythm.anchor + timedelta(days=first)
        end = middle + timedelta(days=second)
        whole = place(rhythm, rhythm.anchor, end, is_open, rule)
        self.assertEqual([day for day, _t in whole], rhythm.occurrences(end=end))
        targets = [target for _day, target in whole if target]
        self.assertEqual(len(targets), len(set(targets)))
        if rule != KEEP:
            self.assertTrue(all(is_open(target) for target in targets))
        parts = place(rhythm, rhythm.anchor, middle, is_open, rule)
        parts += place(rhythm, middle + timedelta(days=1), end, is_open, rule)
        self.assertEqual(parts, whole)
