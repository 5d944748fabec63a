from datetime import datetime, timedelta
from random import Random

from pytz import UTC

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.helpdesk_psa.tests.common import HelpdeskCommon
from odoo.addons.helpdesk_psa.tools.working_time import ALWAYS

HOUR = 3600
MONDAY = datetime(2026, 1, 5)
ZONES = [
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Honolulu",
]


@tagged("post_install", "-at_install")
class TestCalendarHours(HelpdeskCommon):
    """A working schedule of Odoo becomes arithmetic that stays true."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls._create_calendar(
            [(day, 9, 18) for day in range(5)], name="Office"
        )

    @classmethod
    def _create_calendar(cls, shifts, *, tz="UTC", company=None, **values):
        """Create a schedule.

        :param shifts: `(weekday, hour_from, hour_to)`, with the week in a calendar of two
        """
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours",
                "tz": tz,
                "company_id": (company or cls.company).id,
                "attendance_ids": [
                    (5, 0, 0),
                    *(
                        (
                            0,
                            0,
                            {
                                "name": "Shift",
                                "dayofweek": str(shift[0]),
                                "hour_from": shift[1],
                                "hour_to": shift[2],
                                "day_period": "morning",
                                "week_type": str(shift[3]) if len(shift) > 3 else False,
                            },
                        )
                        for shift in shifts
                    ),
                ],
                **values,
            }
        )

    @classmethod
    def _create_holiday(cls, start, stop, calendar=None, company=None, **values):
        """Create a holiday of a company, on all its calendars unless one is given."""
        leave = cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "date_from": start,
                "date_to": stop,
                "calendar_id": calendar.id if calendar else False,
                **values,
            }
        )
        if not calendar:
            leave.company_id = company or cls.company
        return leave

    def assertOpens(self, calendar, moment, company=None):
        """Check when a desk opens that is asked on Monday at midnight."""
        self.assertEqual(calendar._psa_working_time(company).next_open(MONDAY), moment)

    # === THE SAME AS ODOO === #

    def test_thousands_of_random_spans_are_as_odoo_counts_them(self):
        """Where Odoo is right: no midnight, no shift that a change of clocks inverts."""
        random = Random(3)
        cases = 0
        for zone in ZONES:
            for _calendar in range(3):
                calendar = self._create_random_calendar(random, zone)
                cases += self._compare_with_odoo(random, calendar)
        self.assertGreater(cases, 2_000)

    def _create_random_calendar(self, random, zone):
        weeks = random.choice(([()], [(0,), (1,)]))
        shifts = []
        for week in weeks:
            for day in random.sample(range(7), random.randint(2, 7)):
                start = 0
                while (start := start + random.randrange(28)) < 88:
                    stop = min(start + random.randint(5, 30), 95)
                    shifts.append((day, start / 4, stop / 4, *week))
                    start = stop + 1
        calendar = self._create_calendar(
            shifts or [(0, 9, 17, *weeks[0])],
            tz=zone,
            two_weeks_calendar=len(weeks) == 2,
        )
        for _holiday in range(random.randrange(6)):
            start = datetime(2026, 1, 1) + timedelta(hours=random.randrange(8760))
            stop = start + timedelta(hours=random.randint(1, 60))
            self._create_holiday(start, stop, calendar)
        return calendar

    def _compare_with_odoo(self, random, calendar):
        """Ask both the same, and return how often."""
        hours = calendar._psa_working_time()
        rounds = 30
        for _round in range(rounds):
            at = datetime(2026, 1, 1) + timedelta(minutes=random.randrange(525_600))
            quarters = random.choice((0, 1, 8, 40, 160)) * random.choice((1, -1))
            self.assertEqual(
                hours.add(at, quarters * 900),
                calendar.plan_hours(quarters / 4, at, compute_leaves=True),
                (calendar.tz, at, quarters),
            )
            stop = at + timedelta(minutes=random.randrange(30_000))
            self.assertEqual(
                hours.between(at, stop),
                round(calendar.get_work_hours_count(at, stop) * HOUR),
                (calendar.tz, at, stop),
            )
            self.assertEqual(
                hours.intervals(at, stop), self._get_intervals(calendar, at, stop)
            )
        return 3 * rounds

    def _get_intervals(self, calendar, start, stop):
        """Return the work intervals of Odoo, those that touch joined."""
        joined = []
        for first, last, _attendance in calendar._work_intervals_batch(
            UTC.localize(start), UTC.localize(stop)
        )[False]:
            first = first.astimezone(UTC).replace(tzinfo=None)
            last = last.astimezone(UTC).replace(tzinfo=None)
            if joined and joined[-1][1] == first:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        return joined

    def test_midnight_is_where_odoo_loses_a_microsecond(self):
        calendar = self._create_calendar([(day, 0, 24) for day in range(7)])
        day = timedelta(days=1)
        self.assertEqual(calendar._psa_working_time().add(MONDAY, 86_400), MONDAY + day)
        self.assertEqual(
            calendar.plan_hours(24, MONDAY), MONDAY + day + timedelta(microseconds=1)
        )

    def test_time_zone_of_the_schedule_counts_not_the_users(self):
        calendar = self._create_calendar([(0, 9, 18)], tz="America/New_York")
        self.ada.tz = "Asia/Tokyo"
        self.assertOpens(calendar.with_user(self.ada), datetime(2026, 1, 5, 14))

    def test_break_is_closed(self):
        self.office.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "0"
        ).day_period = "lunch"
        self.assertOpens(self.office, datetime(2026, 1, 6, 9))

    def test_no_schedule_is_round_the_clock(self):
        self.assertIs(self.env["resource.calendar"]._psa_working_time(), ALWAYS)

    # === HOLIDAYS === #

    def test_holiday_of_the_company_closes_all_its_calendars(self):
        self._create_holiday(MONDAY, datetime(2026, 1, 5, 23, 59, 59))
        self.assertOpens(self.office, datetime(2026, 1, 6, 9))

    def test_holiday_of_another_company_does_not(self):
        self._create_holiday(
            MONDAY, datetime(2026, 1, 5, 23, 59, 59), company=self.company_2
        )
        self.assertOpens(self.office, datetime(2026, 1, 5, 9))

    def test_calendar_that_companies_share_has_the_holidays_of_who_asks(self):
        self.office.company_id = False
        self._create_holiday(
            MONDAY, datetime(2026, 1, 5, 23, 59, 59), company=self.company_2
        )
        self.assertOpens(self.office, datetime(2026, 1, 5, 9), self.company)
        self.assertOpens(self.office, datetime(2026, 1, 6, 9), self.company_2)

    def test_holiday_of_one_calendar_leaves_the_others(self):
        night = self._create_calendar([(0, 20, 23)])
        self._create_holiday(MONDAY, datetime(2026, 1, 6), calendar=self.office)
        self.assertOpens(self.office, datetime(2026, 1, 6, 9))
        self.assertOpens(night, datetime(2026, 1, 5, 20))

    def test_time_off_of_one_person_closes_nothing(self):
        resource = self.env["resource.resource"].create(
            {"name": "Ada", "calendar_id": self.office.id}
        )
        self._create_holiday(
            MONDAY, datetime(2026, 1, 6), self.office, resource_id=resource.id
        )
        self.assertOpens(self.office, datetime(2026, 1, 5, 9))

    # === REMEMBERED, AND FORGOTTEN IN TIME === #

    def test_no_query_once_compiled(self):
        self.office._psa_working_time(self.company).add(MONDAY, HOUR)
        agents = self.office.with_user(self.ada)
        with self.assertQueryCount(0):
            hours = agents._psa_working_time(self.company)
            for day in range(1000):
                hours.add(MONDAY + timedelta(days=day), 40 * HOUR)

    def assertForgotten(self):
        """Check that this worker and the others will compile anew."""
        self.assertIn("stable", self.env.registry.cache_invalidated)
        self.env.registry.cache_invalidated.clear()

    def test_each_change_is_known_to_every_worker(self):
        self.env.flush_all()
        self.env.registry.cache_invalidated.clear()
        monday, *_others = self.office.attendance_ids
        monday.hour_from = 10
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 5, 10))
        monday.unlink()
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 6, 9))
        self.office.tz = "America/New_York"
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 6, 14))
        holiday = self._create_holiday(datetime(2026, 1, 6), datetime(2026, 1, 7, 5))
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 7, 14))
        holiday.date_to = datetime(2026, 1, 8, 5)
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 8, 14))
        holiday.unlink()
        self.assertForgotten()
        self.assertOpens(self.office, datetime(2026, 1, 6, 14))

    def test_changes_without_effect_on_the_hours_flush_nothing(self):
        resource = self.env["resource.resource"].create(
            {"name": "Ada", "calendar_id": self.office.id}
        )
        self.env.registry.cache_invalidated.clear()
        self.office.name = "Office hours"
        self._create_holiday(
            MONDAY, datetime(2026, 1, 6), self.office, resource_id=resource.id
        )
        self.env.flush_all()
        self.assertNotIn("stable", self.env.registry.cache_invalidated)

    # === REFUSALS === #

    def test_schedule_without_hours_is_refused(self):
        empty = self._create_calendar([])
        with self.assertRefused(ValidationError, "no open hours"):
            empty._psa_check_open_hours()

    def test_flexible_schedule_is_refused(self):
        self.office.schedule_type = "flexible"
        with self.assertRefused(ValidationError, "flexible"):
            self.office._psa_check_open_hours()
