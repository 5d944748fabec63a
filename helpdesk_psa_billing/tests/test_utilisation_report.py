"""How much of their working time technicians log, spend for customers and bill."""

from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .figures_common import FiguresCommon

MODEL = "psa.utilisation.report"
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


@tagged("post_install", "-at_install")
class TestUtilisation(FiguresCommon):
    def _fill(self):
        """Open the report on Saturday, as Lea does."""
        with freeze_all_time(datetime(2026, 3, 7, 9)):
            self.env[MODEL].with_user(self.lea).action_open_utilisation()
        self.env["psa.workday"].search([("date", "<", MONDAY)]).unlink()

    def _figures(self, *names, **domain):
        return self._read(
            *names, model=MODEL, employee_id=self.ada_employee.id, **domain
        )

    def test_ten_billable_hours_of_a_week_of_forty_are_a_quarter(self):
        self._bill_and_post(self._work(300, day=MONDAY))
        self._work(300, day=FRIDAY)
        self._log(False, 120, date=FRIDAY, project_id=self.project.id)
        self._fill()
        self.assertEqual(
            self._figures("capacity_hours", "worked_hours", "billable_hours"),
            [40, 12, 10],
        )
        self.assertEqual(
            self._figures("utilisation_percent", "logged_percent", "billed_percent"),
            [25, 30, 50],
        )
        self.assertEqual(self._figures("revenue", "realised_rate"), [450, 37.5])

    def test_leave_takes_capacity_away(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": self.ada_employee.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": "2026-03-03 00:00:00",
                "date_to": "2026-03-03 23:59:59",
            }
        )
        self._fill()
        self.assertEqual(self._figures("capacity_hours"), [32])

    def test_work_that_is_given_away_is_not_billable(self):
        entry = self._work(60, day=MONDAY, psa_billable=False)
        self.assertEqual(self._charges(entry).destination, "not_billed")
        self.assertEqual(self._figures("worked_hours", "billable_hours"), [1, 0])

    def test_hours_of_each_technician_are_those_of_his_entries(self):
        entries = self.env["account.analytic.line"]
        for number, user in enumerate((self.ada, self.lea, self.ada, self.lea)):
            entries |= self._work(
                30 + 15 * number,
                day=MONDAY,
                user=user,
                psa_billable=bool(number % 3),
            ).with_env(self.env)
        charges = self._charges(entries)
        expected = self._sum_by(
            charges,
            lambda it: (it.analytic_line_id.employee_id.id,),
            lambda it: it.raw_minutes / 60,
            lambda it: it.raw_minutes / 60 * (it.destination != "not_billed"),
        )
        groups = self._group(
            ["employee_id"], ["worked_hours", "billable_hours"], model=MODEL
        )
        self.assertEqual(self._sum_groups(groups, 1), expected)

    def test_days_before_the_last_weeks_are_counted_from_the_first_entry_on(self):
        self._work(60, day=date(2025, 11, 3))
        with freeze_all_time(datetime(2026, 3, 7, 9)):
            self.env["psa.workday"]._psa_fill(self.company)
            self.env["psa.workday"]._psa_fill(self.company)
        days = self.env["psa.workday"].search(
            [("employee_id", "=", self.ada_employee.id)], order="date"
        )
        self.assertEqual(days[0].date, date(2025, 11, 3))
        # 18 weeks of five days
        self.assertEqual(len(days.filtered(lambda it: it.date <= FRIDAY)), 90)

    def test_agents_do_not_see_the_figures_of_others(self):
        with self.assertRaises(AccessError):
            self._read("worked_hours", model=MODEL, user=self.ada)

    def test_other_company_is_not_counted(self):
        self._work(60, day=MONDAY)
        self.bob.group_ids = [
            Command.link(self.env.ref("helpdesk_psa.group_psa_lead").id)
        ]
        self.assertEqual(self._read("worked_hours", model=MODEL, user=self.bob), [0])
