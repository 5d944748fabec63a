"""What a line is billed for and when: the part without a database."""

from datetime import date, timedelta
from itertools import islice, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.recurrence import MONTH, WEEK, YEAR
from odoo.addons.helpdesk_psa_billing.tools.billing_period import (
    ADVANCE,
    ANNIVERSARY,
    ARREARS,
    CALENDAR,
    Slice,
    get_anchor,
    get_due_date,
    get_one_time_slice,
    iter_slices,
)

# A busy machine is no fault of the arithmetic.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
units = st.sampled_from([WEEK, MONTH, YEAR])
intervals = st.integers(1, 18)


def starts(anchor, unit, interval, count):
    found = islice(iter_slices(anchor, unit, interval, anchor, None), count)
    return [part.date_from for part in found]


@tagged("post_install", "-at_install")
class TestAnchor(BaseCase):
    def test_an_anniversary_counts_from_the_start_day(self):
        day = date(2026, 1, 31)
        self.assertEqual(get_anchor(day, MONTH, ANNIVERSARY, 1), day)

    def test_the_calendar_counts_from_the_first_of_its_period(self):
        day = date(2026, 5, 20)
        for unit, interval, anchor in (
            (WEEK, 1, date(2026, 5, 18)),
            (WEEK, 4, date(2026, 5, 18)),
            (MONTH, 1, date(2026, 5, 1)),
            (MONTH, 2, date(2026, 5, 1)),
            (MONTH, 3, date(2026, 4, 1)),
            (MONTH, 6, date(2026, 1, 1)),
            (YEAR, 1, date(2026, 1, 1)),
            (YEAR, 2, date(2026, 1, 1)),
        ):
            with self.subTest(unit=unit, interval=interval):
                self.assertEqual(get_anchor(day, unit, CALENDAR, interval), anchor)

    def test_calendar_quarters_start_in_january_april_july_and_october(self):
        anchor = get_anchor(date(2026, 8, 31), MONTH, CALENDAR, 3)
        self.assertEqual(
            starts(anchor, MONTH, 3, 4),
            [date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1), date(2027, 4, 1)],
        )

    @patient
    @given(days, units, intervals, st.sampled_from([ANNIVERSARY, CALENDAR]))
    def test_the_start_lies_in_the_first_period_of_its_anchor(
        self, start, unit, interval, alignment
    ):
        anchor = get_anchor(start, unit, alignment, interval)
        first = next(iter_slices(anchor, unit, interval, start, None))
        self.assertEqual(first.date_from, start)
        self.assertEqual(first.full_from, anchor)


@tagged("post_install", "-at_install")
class TestSlices(BaseCase):
    def test_a_line_from_the_31st_is_billed_from_each_month_s_last_day(self):
        self.assertEqual(
            starts(date(2026, 1, 31), MONTH, 1, 4),
            [
                date(2026, 1, 31),
                date(2026, 2, 28),
                date(2026, 3, 31),
                date(2026, 4, 30),
            ],
        )

    def test_a_line_from_the_29th_or_30th_comes_back_to_its_day_after_february(self):
        for day in (29, 30):
            found = starts(date(2026, 1, day), MONTH, 1, 3)
            self.assertEqual(
                found, [date(2026, 1, day), date(2026, 2, 28), date(2026, 3, day)]
            )

    def test_a_leap_day_is_billed_on_28_february_until_it_comes_back(self):
        found = starts(date(2024, 2, 29), YEAR, 1, 5)
        self.assertEqual([day.day for day in found], [29, 28, 28, 28, 29])

    def test_a_line_that_starts_in_the_middle_has_a_short_first_period(self):
        first, second = islice(
            iter_slices(date(2026, 6, 1), MONTH, 1, date(2026, 6, 10), None), 2
        )
        self.assertEqual(
            first,
            Slice(
                date(2026, 6, 10), date(2026, 7, 1), date(2026, 6, 1), date(2026, 7, 1)
            ),
        )
        self.assertEqual((first.days, first.full_days, first.is_whole), (21, 30, False))
        self.assertTrue(second.is_whole)

    def test_a_line_that_ends_in_the_middle_has_a_short_last_period(self):
        start, end = date(2026, 1, 5), date(2026, 1, 15)
        last = list(iter_slices(start, WEEK, 1, start, end))[-1]
        self.assertEqual((last.date_from, last.date_until), (date(2026, 1, 12), end))
        self.assertEqual((last.days, last.full_days), (3, 7))

    def test_a_line_without_a_day_has_no_period(self):
        day = date(2026, 1, 5)
        self.assertEqual(list(iter_slices(day, MONTH, 1, day, day)), [])

    @patient
    @given(days, units, intervals, days, st.integers(1, 3000))
    def test_slices_tile_a_line_without_gap_or_overlap(
        self, anchor, unit, interval, start, length
    ):
        end = start + timedelta(days=length)
        found = list(iter_slices(anchor, unit, interval, start, end))
        self.assertEqual(found[0].date_from, start)
        self.assertEqual(found[-1].date_until, end)
        for before, after in pairwise(found):
            self.assertEqual(before.date_until, after.date_from)
        self.assertEqual(sum(part.days for part in found), length)
        for part in found:
            self.assertLessEqual(part.full_from, part.date_from)
            self.assertLess(part.date_from, part.date_until)
            self.assertLessEqual(part.date_until, part.full_until)
        self.assertTrue(all(part.is_whole for part in found[1:-1]))

    @patient
    @given(days, units, intervals, days, st.integers(1, 2000), st.integers(1, 2000))
    def test_a_line_cut_in_two_keeps_the_whole_periods(
        self, anchor, unit, interval, start, first, second
    ):
        middle = start + timedelta(days=first)
        end = middle + timedelta(days=second)
        whole = {
            (part.full_from, part.full_until)
            for part in iter_slices(anchor, unit, interval, start, end)
        }
        parts = {
            (part.full_from, part.full_until)
            for bounds in ((start, middle), (middle, end))
            for part in iter_slices(anchor, unit, interval, *bounds)
        }
        self.assertEqual(parts, whole)


@tagged("post_install", "-at_install")
class TestDueDate(BaseCase):
    PART = Slice(
        date(2026, 6, 10), date(2026, 7, 1), date(2026, 6, 1), date(2026, 7, 1)
    )

    def test_an_advance_is_due_on_the_first_day(self):
        self.assertEqual(get_due_date(self.PART, ADVANCE), date(2026, 6, 10))

    def test_arrears_are_due_when_the_last_day_is_over(self):
        self.assertEqual(get_due_date(self.PART, ARREARS), date(2026, 7, 1))

    def test_lead_days_bring_an_advance_forward_and_never_arrears(self):
        self.assertEqual(get_due_date(self.PART, ADVANCE, 15), date(2026, 5, 26))
        self.assertEqual(get_due_date(self.PART, ARREARS, 15), date(2026, 7, 1))

    def test_a_fee_of_once_is_billed_whole(self):
        part = get_one_time_slice(date(2026, 6, 10))
        self.assertTrue(part.is_whole)
        self.assertEqual(get_due_date(part, ADVANCE), date(2026, 6, 10))
