from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .time_common import MONDAY, TimeCommon


@tagged("post_install", "-at_install")
class TestWeekGrid(TimeCommon):
    """A week is filled and corrected in a grid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._create_ticket()
        cls.env["res.lang"]._lang_get("en_US").week_start = "1"
        cls.row = {
            "model": "psa.ticket",
            "res_id": cls.ticket.id,
            "service_type_id": cls.remote.id,
        }

    def _week(self, user=None):
        return self.env["psa.time.week"].with_user(user or self.ada)

    def _get(self, user=None, employee=None, day="2026-03-04"):
        return self._week(user).get_week(day, employee and employee.id)

    def _type(self, text, day="2026-03-03", row=None, user=None, employee=None):
        return self._week(user).set_cell(
            text, day, row or self.row, employee and employee.id
        )

    # What it shows

    def test_rows_are_what_was_worked_on_and_how(self):
        self._log(self.ticket, minutes=30)
        self._log(self.ticket, minutes=15, psa_service_type_id=self.on_site.id)
        self._log(task_id=self.task.id, minutes=60)
        self._log(project_id=self.project.id, minutes=5)
        week = self._get()
        self.assertEqual(
            sorted((row["model"], row["service_type"]) for row in week["rows"]),
            [
                ("project.project", ""),
                ("project.task", ""),
                ("psa.ticket", "On site"),
                ("psa.ticket", "Remote"),
            ],
        )
        self.assertEqual(sum(row["total"] for row in week["rows"]), 110)

    def test_the_week_has_seven_days_with_their_working_hours(self):
        week = self._get()
        self.assertEqual(week["start"], "2026-03-02")
        self.assertEqual(len(week["days"]), 7)
        self.assertEqual([day["expected"] for day in week["days"]], [480] * 5 + [0, 0])

    def test_entries_of_other_weeks_and_people_are_not_in_it(self):
        for day in (MONDAY - timedelta(days=1), MONDAY + timedelta(days=7)):
            self._log(self.ticket, date=day)
        self._log(self.ticket, user=self.lea)
        self.assertFalse(self._get()["rows"])

    def test_a_locked_cell_names_who_locked_it(self):
        entry = self._log(self.ticket)
        entry.with_user(self.lea).action_psa_approve()
        [row] = self._get()["rows"]
        self.assertIn("Lea Lead", row["cells"]["2026-03-02"]["locked"])
        with self.assertRefused(UserError, "Lea Lead approved it"):
            self._type("1:00", day="2026-03-02")
        self.assertEqual(entry.psa_minutes, 30)

    # Typing

    def test_a_typed_duration_makes_changes_and_deletes_the_entry(self):
        for text, minutes in (("1:30", 90), ("1.5", 90), ("45m", 45), ("2", 120)):
            self._type(text)
            self.assertEqual(self._entries(self.ticket).psa_minutes, minutes)
        entry = self._entries(self.ticket)
        self.assertEqual(str(entry.date), "2026-03-03")
        self.assertEqual(entry.psa_service_type_id, self.remote)
        self.assertEqual(entry.user_id, self.ada)
        self._type("")
        self.assertFalse(self._entries(self.ticket))

    def test_what_is_no_duration_changes_nothing(self):
        self._type("1:30")
        for text in ("abc", "1:99", "-2"):
            with self.assertRefused(UserError, "is no duration"):
                self._type(text)
        self.assertEqual(self._entries(self.ticket).psa_minutes, 90)

    def test_a_cell_with_several_entries_is_opened_not_typed(self):
        for _number in range(2):
            self._log(self.ticket, date="2026-03-03")
        with self.assertRefused(UserError, "several entries"):
            self._type("1:00")
        cell = self._get()["rows"][0]["cells"]["2026-03-03"]
        self.assertEqual((cell["text"], len(cell["entry_ids"])), ("1:00", 2))

    def test_time_on_tasks_and_projects_is_typed_as_well(self):
        for record in (self.task, self.project):
            self._type("1:00", row={"model": record._name, "res_id": record.id})
        entries = self.env["account.analytic.line"].search(
            [("project_id", "=", self.project.id)]
        )
        self.assertEqual(entries.task_id, self.task)
        self.assertEqual(entries.mapped("psa_minutes"), [60, 60])

    def test_only_kinds_with_time_are_typed(self):
        with self.assertRefused(UserError, "No time is logged"):
            self._type("1:00", row={"model": "res.users", "res_id": self.ada.id})

    def test_a_new_row_has_the_usual_service_type(self):
        self.team.service_type_id = self.on_site
        row = self._week().get_row("psa.ticket", self.ticket.id)
        self.assertEqual(row["service_type"], "On site")
        self.assertEqual(row["detail"], "ACME")

    # Copying

    def test_last_weeks_lines_come_without_durations(self):
        self._log(self.ticket, minutes=30)
        rows = self._week().copy_last_week("2026-03-10")
        self.assertEqual([row["name"] for row in rows], [self.ticket.display_name])
        self.assertEqual(rows[0]["cells"], {})
        self.assertEqual(len(self._entries(self.ticket)), 1)

    def test_last_weeks_durations_are_copied_once(self):
        self._log(self.ticket, minutes=30)
        self._log(self.ticket, minutes=60, date="2026-03-04")
        for _number in range(2):
            self._week().copy_last_week("2026-03-10", None, True)
        copies = self._entries(self.ticket).filtered(
            lambda entry: str(entry.date) > "2026-03-08"
        )
        self.assertEqual(
            sorted((str(entry.date), entry.psa_minutes) for entry in copies),
            [("2026-03-09", 30), ("2026-03-11", 60)],
        )
        self.assertFalse(copies.filtered("psa_approved_at"))

    # Who

    def test_leads_fill_in_the_week_of_a_technician(self):
        week = self._type("1:00", user=self.lea, employee=self.ada_employee)
        self.assertEqual(week["employee"]["name"], "Ada Agent")
        self.assertEqual(self._entries(self.ticket).user_id, self.ada)
        names = [employee["name"] for employee in week["employees"]]
        self.assertIn("Ada Agent", names)

    def test_agents_see_and_fill_in_their_own_week_only(self):
        self.assertFalse(self._get()["employees"])
        with self.assertRefused(AccessError):
            self._get(employee=self.lea_employee)
        with self.assertRefused(AccessError):
            self._type("1:00", employee=self.lea_employee)
        self.assertFalse(self._entries(self.ticket))

    def test_a_technician_of_another_company_is_not_opened(self):
        with self.assertRefused(UserError, "another company"):
            self._get(user=self.lea, employee=self.bob_employee)

    def test_a_leader_without_an_employee_file_opens_a_technicians_week(self):
        self.max_employee.unlink()
        week = self._get(user=self.max)
        self.assertIn(
            week["employee"]["name"], [other["name"] for other in week["employees"]]
        )

    def test_the_week_starts_as_the_users_language_says(self):
        self.env["res.lang"]._lang_get("en_US").week_start = "7"
        self.assertEqual(self._get()["start"], "2026-03-01")

    def test_today_is_the_default(self):
        with freeze_all_time(MONDAY + timedelta(hours=30)):
            week = self._week().get_week()
        self.assertEqual(
            [day["date"] for day in week["days"] if day["is_today"]], ["2026-03-03"]
        )

    # Cost

    def test_thirty_technicians_with_500_entries_cost_no_more_queries(self):
        users = [
            self._create_user(f"tech{n}", f"Technician {n}", "agent") for n in range(30)
        ]
        self.team.member_ids = [(4, user.id) for user in users]
        employees = [self._create_employee(user) for user in users]
        tickets = [self._create_ticket(name=f"Ticket {n}") for n in range(25)]
        self.env["account.analytic.line"].with_context(tracking_disable=True).create(
            [
                {
                    "employee_id": employee.id,
                    "psa_ticket_id": tickets[number % 25].id,
                    "psa_service_type_id": self.remote.id,
                    "psa_billable": True,
                    "date": MONDAY + timedelta(days=number % 7),
                    "psa_minutes": 5,
                }
                for employee in employees
                for number in range(500)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            week = self._get(user=self.lea, employee=employees[0])
        self.assertEqual(len(week["rows"]), 25)
        self.assertEqual(sum(row["total"] for row in week["rows"]), 2500)
        self.assertGreaterEqual(len(week["employees"]), 30)
