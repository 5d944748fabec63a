"""What counters say was used: the part without a database."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa_billing.tools.usage import (
    READ,
    REPLACEMENT,
    ROLLOVER,
    Reading,
    estimate,
    find_impossible,
    get_missing,
    get_steps,
    get_usage,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST = date(2026, 1, 1)
CAPACITY = 1000
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@st.composite
def lives(draw):
    """Draw a counter of three digits: (readings, what was used between first and last).

    Now and then it passes 999, or another counter is put in its place.
    """
    days = sorted(draw(st.sets(st.integers(0, 400), min_size=1, max_size=15)))
    value = draw(st.integers(0, CAPACITY - 1))
    readings, used = [Reading(FIRST + timedelta(days[0]), value)], 0
    for number in days[1:]:
        units = draw(st.integers(0, CAPACITY - 1))
        day = FIRST + timedelta(number)
        if value + units >= CAPACITY:
            value, kind, end = value + units - CAPACITY, ROLLOVER, 0
        elif draw(st.integers(0, 4)) == 0:
            value, kind, end = draw(st.integers(0, 500)), REPLACEMENT, value + units
        else:
            value, kind, end = value + units, READ, 0
        used += units
        readings.append(Reading(day, value, kind, end))
    return draw(st.permutations(readings)), used


cuts = st.sets(st.integers(-10, 420), max_size=8).map(
    lambda numbers: [FIRST + timedelta(number) for number in sorted(numbers)]
)


@tagged("post_install", "-at_install")
class TestUsage(BaseCase):
    @given(lives(), cuts)
    @patient
    def test_usage_of_all_periods_is_what_was_used_however_days_are_cut(
        self, life, days
    ):
        readings, used = life
        bounds = [date.min, *days, date.max]
        total = sum(
            get_usage(readings, start, until, CAPACITY).quantity
            for start, until in zip(bounds, bounds[1:], strict=False)
        )
        self.assertEqual(total, used)
        self.assertIsNone(find_impossible(readings, CAPACITY))

    @given(lives(), st.integers(0, 400))
    @patient
    def test_an_estimate_contradicts_no_reading(self, life, number):
        readings, used = life
        day = FIRST + timedelta(number)
        value = estimate(readings, day, CAPACITY)
        if value is None or any(it.day == day for it in readings):
            return
        known = [*readings, Reading(day, value, is_estimated=True)]
        self.assertIsNone(find_impossible(known, CAPACITY))
        if day < max(it.day for it in readings):
            self.assertEqual(
                sum(units for _it, units in get_steps(known, CAPACITY)), used
            )

    def test_first_reading_opens_and_uses_nothing(self):
        opening = Reading(date(2026, 6, 2), 12345)
        usage = get_usage([opening], JUNE, JULY)
        self.assertEqual((usage.quantity, usage.opening), (0, opening))

    def test_usage_since_the_last_reading_before_belongs_to_the_period(self):
        readings = [Reading(date(2026, 5, 29), 100), Reading(date(2026, 6, 28), 150.5)]
        self.assertEqual(get_usage(readings, JUNE, JULY).quantity, Fraction(101, 2))

    def test_lower_reading_is_told(self):
        readings = [Reading(JULY, 90), Reading(JUNE, 100)]
        self.assertEqual(find_impossible(readings), (readings[1], readings[0]))

    def test_replaced_counter_starts_anew(self):
        readings = [
            Reading(JUNE, 900),
            Reading(date(2026, 6, 10), 3, REPLACEMENT, end_value=950),
            Reading(date(2026, 6, 30), 10),
        ]
        self.assertEqual(get_usage(readings, JUNE, JULY).quantity, 57)

    def test_period_without_any_reading_misses_both_ends(self):
        self.assertEqual(
            get_missing([], JUNE, JULY, 5), [date(2026, 5, 31), date(2026, 6, 30)]
        )

    def test_reading_within_the_tolerance_closes_the_period(self):
        opening = Reading(date(2026, 5, 31), 1)
        for day, missing in ((25, []), (24, [date(2026, 6, 30)])):
            with self.subTest(day=day):
                closing = Reading(date(2026, 6, day), 2)
                self.assertEqual(
                    get_missing([opening, closing], JUNE, JULY, 5), missing
                )

    def test_period_after_months_without_reading_is_not_opened_by_an_old_one(self):
        readings = [Reading(date(2026, 3, 31), 1), Reading(date(2026, 6, 30), 900)]
        self.assertEqual(get_missing(readings, JUNE, JULY, 5), [date(2026, 5, 31)])

    def test_counter_that_comes_in_the_month_opens_with_its_first_reading(self):
        readings = [Reading(date(2026, 6, 12), 1), Reading(date(2026, 6, 30), 9)]
        start = date(2026, 6, 10)
        self.assertEqual(get_missing(readings, start, JULY, 5), [])
        self.assertEqual(get_missing(readings, JUNE, JULY, 5), [date(2026, 5, 31)])

    def test_estimate_goes_on_as_in_the_year_before(self):
        readings = [Reading(JUNE, 100), Reading(date(2026, 6, 11), 150)]
        self.assertEqual(estimate(readings, date(2026, 6, 30)), 245)

    def test_nothing_is_estimated_from_one_reading(self):
        self.assertIsNone(estimate([Reading(JUNE, 100)], JULY))
        self.assertIsNone(estimate([Reading(JULY, 100)], JUNE))

    def test_estimate_stops_where_the_counter_begins_again(self):
        readings = [Reading(JUNE, 900), Reading(date(2026, 6, 11), 990)]
        self.assertIsNone(estimate(readings, date(2026, 6, 30), CAPACITY))
