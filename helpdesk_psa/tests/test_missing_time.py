from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import freeze_all_time

from .time_common import TimeCommon

TUESDAY_8AM = datetime(2026, 3, 3, 8)


@tagged("post_install", "-at_install")
class TestMissingTime(TimeCommon):
    """What was logged against what was worked, and a word about it next morning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.ada
        cls.env["psa.team"].search([("id", "!=", cls.team.id)]).member_ids = False
        cls.company.write(
            {
                "psa_time_reminder": True,
                "psa_time_threshold_hours": 1,
                "psa_time_reminder_hour": 8,
            }
        )
        cls.ticket = cls._create_ticket()
        # Before Monday the 2nd of March 2026 Ada was away.
        cls._take_leave("2026-01-20 00:00:00", "2026-03-01 23:59:59")

    @classmethod
    def _take_leave(cls, start, end, employee=None):
        """Enter a leave of an employee, or a public holiday for all."""
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "calendar_id": cls.calendar.id,
                "company_id": cls.company.id,
                "resource_id": (employee or cls.ada_employee).resource_id.id
                if employee is not False
                else False,
                "date_from": start,
                "date_to": end,
            }
        )

    def _remind(self, moment=TUESDAY_8AM):
        """Run the scheduler's job.

        :return: the mails it made
        """
        known = self.env["mail.mail"].search([])
        self.env.flush_all()
        with freeze_all_time(moment), self._own_cursors():
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_time_reminder"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].search([]) - known

    # Expectation

    def test_expected_is_the_calendar_less_leaves_and_holidays(self):
        self._take_leave("2026-03-03 09:00:00", "2026-03-03 12:00:00")
        self._take_leave("2026-03-04 00:00:00", "2026-03-04 23:59:59", employee=False)
        expected = self.ada_employee._psa_get_expected_minutes(
            datetime(2026, 3, 2).date(), datetime(2026, 3, 9).date()
        )[self.ada_employee.id]
        self.assertEqual(
            {str(day): minutes for day, minutes in expected.items()},
            {
                "2026-03-02": 480,
                "2026-03-03": 300,
                "2026-03-05": 480,
                "2026-03-06": 480,
            },
        )

    def test_the_change_of_clocks_takes_no_hour_of_a_working_day(self):
        self.calendar.tz = self.ada_employee.tz = "Europe/Paris"
        expected = self.ada_employee._psa_get_expected_minutes(
            datetime(2026, 3, 27).date(), datetime(2026, 3, 31).date()
        )[self.ada_employee.id]
        self.assertEqual(list(expected.values()), [480, 480])

    def test_the_screen_compares_expected_with_logged(self):
        self._log(self.ticket, minutes=300)
        with freeze_all_time(TUESDAY_8AM):
            action = self.env["psa.time.control"].with_user(self.ada)
            action = action.action_open_control()
            rows = (
                self.env["psa.time.control"]
                .with_user(self.ada)
                .search(action["domain"])
            )
        self.assertEqual(
            [(str(r.date), r.expected_hours, r.logged_hours) for r in rows],
            [("2026-03-02", 8, 5)],
        )
        self.assertEqual(rows.missing_hours, 3)
        self.assertTrue(rows.is_missing)
        self.company.psa_time_threshold_hours = 3.5
        rows.invalidate_recordset()
        self.assertFalse(rows.is_missing)

    def test_a_leave_entered_later_takes_the_day_back(self):
        with freeze_all_time(TUESDAY_8AM):
            self.env["psa.workday"]._refresh(self.company)
            self._take_leave("2026-03-02 00:00:00", "2026-03-02 23:59:59")
            self.env["psa.workday"]._refresh(self.company)
        self.assertFalse(self.env["psa.workday"].search([("date", "=", "2026-03-02")]))

    def test_agents_see_their_own_days_leads_everybodys(self):
        with freeze_all_time(TUESDAY_8AM):
            self.env["psa.workday"]._refresh(self.company)
        control = self.env["psa.time.control"]
        other = self._create_user("otto", "Otto Other", "agent")
        self.assertTrue(control.with_user(self.ada).search([]))
        self.assertFalse(control.with_user(other).search([]))
        self.assertTrue(control.with_user(self.lea).search([]))
        self.assertFalse(control.with_user(self.bob).search([]))
        with self.assertRefused(AccessError):
            control.with_user(self.rita).search([])

    def test_thirty_technicians_are_counted_in_few_queries(self):
        users = [
            self._create_user(f"tech{n}", f"Technician {n}", "agent") for n in range(30)
        ]
        self.team.member_ids = [(4, user.id) for user in users]
        for user in users:
            self._create_employee(user)
        with freeze_all_time(TUESDAY_8AM):
            self.env["psa.workday"]._refresh(self.company)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(25):
                days = self.env["psa.workday"]._refresh(self.company)
        self.assertGreater(len(days), 30)

    # Reminder

    def test_next_morning_the_technician_is_told_what_is_missing(self):
        self._log(self.ticket, minutes=300)
        mail = self._remind()
        self.assertEqual(mail.recipient_ids, self.ada.partner_id)
        self.assertIn("3:00", mail.body_html)
        self.assertIn("helpdesk-week", mail.body_html)

    def test_he_is_told_once(self):
        self.assertTrue(self._remind())
        self.assertFalse(self._remind())
        self.assertFalse(self._remind(datetime(2026, 3, 3, 11)))

    def test_nobody_is_told_before_the_hour_of_his_morning(self):
        self.assertFalse(self._remind(datetime(2026, 3, 3, 7, 59)))
        self.ada.tz = "America/New_York"
        self.assertFalse(self._remind())
        self.assertTrue(self._remind(datetime(2026, 3, 3, 13)))

    def test_a_little_that_is_missing_does_not_matter(self):
        self._log(self.ticket, minutes=421)
        self.assertFalse(self._remind())
        self._entries(self.ticket).psa_minutes = 420
        self.assertTrue(self._remind())

    def test_days_off_are_neither_missing_nor_mornings(self):
        for day in range(2, 7):
            self._log(self.ticket, minutes=480, date=f"2026-03-0{day}")
        self.assertFalse(self._remind(datetime(2026, 3, 9, 9)), "the week was full")
        self._entries(self.ticket).filtered(
            lambda entry: str(entry.date) == "2026-03-06"
        ).unlink()
        self.assertFalse(self._remind(datetime(2026, 3, 7, 9)), "Saturday")
        self.assertFalse(self._remind(datetime(2026, 3, 8, 9)), "Sunday")
        mail = self._remind(datetime(2026, 3, 9, 9))
        self.assertEqual(mail.body_html.count("8:00"), 2, "Friday: missing, expected")

    def test_who_is_on_leave_is_told_when_he_is_back(self):
        self._take_leave("2026-03-03 00:00:00", "2026-03-03 23:59:59")
        self.assertFalse(self._remind())
        self.assertTrue(self._remind(datetime(2026, 3, 4, 9)))

    def test_switched_off_it_tells_nobody(self):
        self.company.psa_time_reminder = False
        self.assertFalse(self._remind())
        self.assertFalse(self.env["psa.workday"].search([]))

    def test_settings_without_sense_are_refused(self):
        for vals in (
            {"psa_time_threshold_hours": 0},
            {"psa_time_reminder_hour": 24},
        ):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.company.write(vals)
                self.env.flush_all()

    # Customers

    def test_a_customers_months_tell_the_hours(self):
        self.env["psa.time.entry"].flush_model()
        with freeze_all_time(TUESDAY_8AM):
            self._log(self.ticket, minutes=90)
            self._log(self.ticket, minutes=15, user=self.lea)
            months = self.acme.with_user(self.ada)._psa_get_overview()["months"]
            other = self.globex.with_user(self.ada)._psa_get_overview()["months"]
        self.assertEqual(months[-1]["hours"], "1:45")
        self.assertEqual(other[-1]["hours"], "")
        self.assertIn("1:45", self.acme.with_user(self.ada).psa_overview)
