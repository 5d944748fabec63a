from datetime import datetime, timedelta
from random import Random

import pytz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.working_time import (
    ALWAYS,
    Holiday,
    HorizonError,
    Shift,
    WorkingTime,
)

HOUR = 3600
DAY = 24 * HOUR
OFFICE = [Shift(day, 9 * HOUR, 18 * HOUR) for day in range(5)]
LUNCH_BREAK = [
    Shift(day, start * HOUR, stop * HOUR)
    for day in range(5)
    for start, stop in ((8, 12), (14, 18))
]
ROUND_THE_CLOCK = [Shift(day, 0, DAY) for day in range(7)]
ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M")


@st.composite
def calendars(draw):
    """Any calendar with open hours, with up to ten holidays in 2026."""
    hours = st.integers(0, 96).map(lambda quarter: quarter * HOUR // 4)
    spans = st.tuples(hours, hours).filter(lambda span: span[0] + HOUR <= span[1])
    shifts = draw(
        st.lists(
            st.builds(
                lambda day, span, week: Shift(day, *span, week),
                st.integers(0, 6),
                spans,
                st.sampled_from([None, None, 0, 1]),
            ),
            min_size=1,
            max_size=12,
        )
    )
    holidays = draw(
        st.lists(
            st.builds(
                lambda day, days: Holiday(
                    datetime(2026, 1, 1) + timedelta(days=day),
                    datetime(2026, 1, 1) + timedelta(days=day + days, seconds=-1),
                    f"Holiday {day}",
                ),
                st.integers(0, 360),
                st.integers(1, 3),
            ),
            max_size=10,
        )
    )
    return WorkingTime(draw(st.sampled_from(ZONES)), shifts, holidays)


moments = st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(
    lambda at: at.replace(microsecond=0)
)
durations = st.integers(1, 100 * HOUR)
# Machines that are busy with something else are slow; the answers are the same.
properties = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)


@tagged("post_install", "-at_install")
class TestWorkingTime(BaseCase):
    """Time is added and counted in opening hours, without a database."""

    # === A WEEK === #

    def test_time_after_closing_counts_from_the_next_opening(self):
        office = WorkingTime(shifts=OFFICE)
        due = office.add(moment("2026-01-09 17:30"), 2 * HOUR)  # a Friday
        self.assertEqual(due, moment("2026-01-12 10:30"))

    def test_a_target_that_fits_ends_with_the_day(self):
        office = WorkingTime(shifts=OFFICE)
        due = office.add(moment("2026-01-09 16:00"), 2 * HOUR)
        self.assertEqual(due, moment("2026-01-09 18:00"))

    def test_backwards_it_is_the_start_of_the_next_day(self):
        office = WorkingTime(shifts=OFFICE)
        warned = office.add(moment("2026-01-12 10:30"), -90 * 60)
        self.assertEqual(warned, moment("2026-01-12 09:00"))

    def test_lunch_does_not_count(self):
        desk = WorkingTime(shifts=LUNCH_BREAK)
        self.assertEqual(
            desk.add(moment("2026-01-08 11:00"), 2 * HOUR), moment("2026-01-08 15:00")
        )

    def test_nothing_added_is_the_next_opening(self):
        office = WorkingTime(shifts=OFFICE)
        self.assertEqual(
            office.add(moment("2026-01-10 03:00"), 0), moment("2026-01-12 09:00")
        )

    def test_closing_time_is_closed_and_opening_time_is_open(self):
        office = WorkingTime(shifts=OFFICE)
        self.assertFalse(office.is_open(moment("2026-01-09 18:00")))
        self.assertTrue(office.is_open(moment("2026-01-09 09:00")))
        self.assertFalse(office.is_open(moment("2026-01-09 08:59")))

    def test_night_shift_of_two_days_is_one(self):
        night = WorkingTime(shifts=[Shift(0, 22 * HOUR, DAY), Shift(1, 0, 6 * HOUR)])
        self.assertEqual(
            night.intervals(moment("2026-01-05 12:00"), moment("2026-01-06 12:00")),
            [(moment("2026-01-05 22:00"), moment("2026-01-06 06:00"))],
        )

    def test_second_week_opens_every_other_week(self):
        even, odd = moment("2026-01-05 00:00"), moment("2026-01-12 00:00")
        desk = WorkingTime(shifts=[Shift(0, 9 * HOUR, 10 * HOUR, week=1)])
        opened = desk.between(even, even + timedelta(weeks=4))
        self.assertEqual(opened, 2 * HOUR)
        self.assertEqual(
            desk.between(even, odd) + desk.between(odd, odd + timedelta(weeks=1)), HOUR
        )

    def test_weeks_take_turns_over_the_new_year(self):
        desk = WorkingTime(shifts=[Shift(3, 9 * HOUR, 10 * HOUR, week=0)])
        opened = desk.intervals(datetime(2026, 11, 1), datetime(2027, 3, 1))
        distances = {
            later[0] - start[0]
            for start, later in zip(opened, opened[1:], strict=False)
        }
        self.assertEqual(distances, {timedelta(weeks=2)})

    # === SUMMER TIME === #

    def test_opening_hours_follow_the_clock_on_the_wall(self):
        office = WorkingTime("Europe/Paris", OFFICE)
        self.assertEqual(
            office.next_open(moment("2026-03-28 12:00")), moment("2026-03-30 07:00")
        )
        self.assertEqual(
            office.next_open(moment("2026-03-21 12:00")), moment("2026-03-23 08:00")
        )

    def test_the_longest_and_the_shortest_day(self):
        desk = WorkingTime("Europe/Paris", [Shift(6, 0, DAY)])
        spring = desk.between(datetime(2026, 3, 28), datetime(2026, 3, 31))
        autumn = desk.between(datetime(2026, 10, 24), datetime(2026, 10, 27))
        self.assertEqual((spring, autumn), (23 * HOUR, 25 * HOUR))

    def test_shift_that_summer_time_swallows_is_empty(self):
        desk = WorkingTime("Europe/Paris", [Shift(6, 9000, 3 * HOUR)])  # 02:30
        self.assertEqual(desk.between(datetime(2026, 3, 28), datetime(2026, 3, 31)), 0)

    def test_round_the_clock_has_no_crack_where_midnight_comes_twice(self):
        desk = WorkingTime("America/Havana", ROUND_THE_CLOCK)
        self.assertEqual(
            desk.between(datetime(2026, 1, 1), datetime(2027, 1, 1)), 365 * DAY
        )

    # === HOLIDAYS === #

    def test_holiday_does_not_count(self):
        easter = Holiday(
            moment("2026-04-05 22:00"), moment("2026-04-06 22:00"), "Easter Monday"
        )
        office = WorkingTime("Europe/Paris", OFFICE, [easter])
        due = office.add(moment("2026-04-03 15:30"), 2 * HOUR)  # Good Friday 17:30
        self.assertEqual(due, moment("2026-04-07 08:30"))

    def test_holiday_cuts_a_day_in_two(self):
        fair = Holiday(moment("2026-01-08 11:00"), moment("2026-01-08 15:00"), "Fair")
        office = WorkingTime(shifts=OFFICE, holidays=[fair])
        self.assertEqual(
            office.intervals(moment("2026-01-08 10:00"), moment("2026-01-08 16:00")),
            [
                (moment("2026-01-08 10:00"), moment("2026-01-08 11:00")),
                (moment("2026-01-08 15:00"), moment("2026-01-08 16:00")),
            ],
        )

    def test_days_that_end_at_the_last_second_leave_no_second_open(self):
        christmas = [
            Holiday(datetime(2026, 12, day), datetime(2026, 12, day, 23, 59, 59), "X")
            for day in (25, 26)
        ]
        desk = WorkingTime(shifts=ROUND_THE_CLOCK, holidays=christmas)
        self.assertEqual(
            desk.next_open(datetime(2026, 12, 25, 8)), datetime(2026, 12, 27)
        )

    def test_closed_time_says_why(self):
        easter = Holiday(
            moment("2026-04-06 00:00"), moment("2026-04-07 00:00"), "Easter Monday"
        )
        office = WorkingTime(shifts=OFFICE, holidays=[easter])
        self.assertEqual(
            office.closed_intervals(
                moment("2026-04-03 17:00"), moment("2026-04-07 10:00")
            ),
            [
                (moment("2026-04-03 18:00"), moment("2026-04-06 00:00"), None),
                (
                    moment("2026-04-06 00:00"),
                    moment("2026-04-07 00:00"),
                    "Easter Monday",
                ),
                (moment("2026-04-07 00:00"), moment("2026-04-07 09:00"), None),
            ],
        )

    # === LIMITS === #

    def test_without_open_hours_nothing_is_ever_reached(self):
        never = WorkingTime()
        self.assertFalse(never.has_open_hours)
        self.assertEqual(never.between(datetime(2026, 1, 1), datetime(2027, 1, 1)), 0)
        for question in (never.next_open, lambda at: never.add(at, -1)):
            with self.assertRaises(HorizonError):
                question(datetime(2026, 1, 1))

    def test_target_beyond_reason_is_refused_whatever_was_asked_before(self):
        fresh, used = WorkingTime(shifts=OFFICE), WorkingTime(shifts=OFFICE)
        used.between(datetime(1990, 1, 1), datetime(2090, 1, 1))
        thirty_years = 30 * 52 * 45 * HOUR
        for office in (fresh, used):
            for seconds in (thirty_years, -thirty_years):
                with self.assertRaises(HorizonError):
                    office.add(datetime(2026, 1, 1), seconds)

    def test_mistyped_year_is_refused(self):
        office = WorkingTime(shifts=OFFICE)
        for year in (202, 1969, 2999):
            with self.assertRaises(HorizonError):
                office.is_open(datetime(year, 1, 1))

    def test_always_is_the_clock_on_the_wall(self):
        start, stop = datetime(2026, 3, 29), datetime(2026, 3, 30)
        self.assertEqual(ALWAYS.add(start, DAY), stop)
        self.assertEqual(ALWAYS.between(stop, start), -DAY)
        self.assertEqual(ALWAYS.intervals(start, stop), [(start, stop)])
        self.assertEqual(ALWAYS.closed_intervals(start, stop), [])
        self.assertTrue(ALWAYS.is_open(start) and ALWAYS.has_open_hours)

    # === WHAT HOLDS FOR ANY CALENDAR === #

    @properties
    @given(calendars(), moments, durations)
    def test_added_time_is_counted_again(self, hours, at, seconds):
        self.assertEqual(hours.between(at, hours.add(at, seconds)), seconds)
        self.assertEqual(hours.between(at, hours.add(at, -seconds)), -seconds)

    @properties
    @given(calendars(), moments, durations)
    def test_there_and_back_is_where_it_was_open(self, hours, at, seconds):
        there = hours.add(at, seconds)
        self.assertEqual(hours.add(there, -seconds), hours.next_open(at))

    @properties
    @given(calendars(), moments, durations, durations)
    def test_two_steps_are_one(self, hours, at, first, second):
        self.assertEqual(
            hours.add(hours.add(at, first), second), hours.add(at, first + second)
        )

    @properties
    @given(calendars(), moments, moments, durations, durations)
    def test_later_stays_later(self, hours, at, other, seconds, more):
        early, late = sorted((at, other))
        self.assertLessEqual(hours.add(early, seconds), hours.add(late, seconds))
        self.assertLess(hours.add(early, seconds), hours.add(early, seconds + more))
        self.assertLessEqual(hours.next_open(early), hours.next_open(late))

    @properties
    @given(calendars(), moments, moments, moments)
    def test_spans_add_up(self, hours, first, second, third):
        self.assertEqual(
            hours.between(first, second) + hours.between(second, third),
            hours.between(first, third),
        )

    @properties
    @given(calendars(), moments, st.integers(0, 60 * DAY))
    def test_open_and_closed_time_tile_the_span(self, hours, start, seconds):
        stop = start + timedelta(seconds=seconds)
        opened = hours.intervals(start, stop)
        closed = [
            (low, high) for low, high, _why in hours.closed_intervals(start, stop)
        ]
        position = start
        for low, high in sorted(opened + closed):
            self.assertEqual(low, position)
            self.assertLess(low, high)
            position = high
        self.assertEqual(position, max(start, stop))
        worked = sum((high - low).total_seconds() for low, high in opened)
        self.assertEqual(worked, hours.between(start, stop))

    @properties
    @given(calendars(), moments)
    def test_next_open_moment_is_open_and_the_first(self, hours, at):
        opening = hours.next_open(at)
        self.assertTrue(hours.is_open(opening))
        self.assertEqual(hours.between(at, opening), 0)

    @properties
    @given(calendars(), moments, durations, st.data())
    def test_what_was_asked_before_changes_no_answer(self, hours, at, seconds, data):
        year = data.draw(st.integers(2018, 2035))
        expected = hours.add(at, seconds), hours.closed_intervals(at, at)
        hours.is_open(datetime(year, 6, 1))
        self.assertEqual(
            (hours.add(at, seconds), hours.closed_intervals(at, at)), expected
        )

    def test_it_agrees_with_whoever_walks_minute_by_minute(self):
        random = Random(75)
        for zone in ZONES:
            shifts = [
                Shift(day, start * HOUR, (start + random.randint(1, 9)) * HOUR, week)
                for day in range(7)
                for week in (0, 1)
                for start in random.sample((0, 5, 9, 14), 2)
            ]
            start = datetime(2026, 3, 2) + timedelta(minutes=random.randrange(10_000))
            stop = start + timedelta(days=12)
            closed_from = start + timedelta(hours=random.randrange(200))
            holiday = Holiday(closed_from, closed_from + timedelta(hours=30))
            desk = WorkingTime(zone, shifts, [holiday])
            minutes = walk(pytz.timezone(zone), shifts, holiday, start, stop)
            self.assertEqual(desk.between(start, stop), 60 * len(minutes), zone)
            target = random.randrange(1, len(minutes))
            due = desk.add(start, 60 * target)
            self.assertEqual(due, minutes[target - 1] + timedelta(minutes=1), zone)


def walk(zone, shifts, holiday, start, stop):
    """Return the open minutes between two moments, one after the other."""
    minutes = []
    minute = start
    while minute < stop:
        local = pytz.utc.localize(minute).astimezone(zone)
        week = (local.toordinal() - 1) // 7 % 2
        second = local.hour * HOUR + local.minute * 60
        is_shift = any(
            (shift.weekday, shift.week) == (local.weekday(), week)
            and shift.start <= second < shift.stop
            for shift in shifts
        )
        if is_shift and not holiday.start <= minute < holiday.stop:
            minutes.append(minute)
        minute += timedelta(minutes=1)
    return minutes
