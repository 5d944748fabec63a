from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .intervention_common import MONDAY_9AM, SIGNATURE, InterventionCommon


@tagged("post_install", "-at_install")
class TestInterventionTime(InterventionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.ada, cls.lea):
            cls.env["hr.employee"].create(
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                }
            )
        cls.on_site = cls.env.ref("helpdesk_psa.psa_service_type_on_site")
        cls.travel = cls.env.ref("helpdesk_psa.psa_service_type_travel")

    def _log(self, record, minutes, user=None, **values):
        """Log time by the dialog that the screen opens."""
        user = user or self.ada
        action = record.with_user(user).action_psa_log_time()
        dialog = (
            self.env["psa.time.log"]
            .with_user(user)
            .with_context(**action["context"])
            .create({"hours": minutes / 60, "name": "Work", **values})
        )
        dialog.action_save()
        # The lines are a view of the database: the next request reads it anew.
        self.env.invalidate_all()

    def test_sheet_lasts_as_long_as_its_lines(self):
        intervention = self._create_planned(technician_ids=(self.ada | self.lea).ids)
        for user, minutes in ((self.ada, 7), (self.ada, 50), (self.lea, 13)):
            self._log(intervention, minutes, user)
        lines = intervention.with_user(self.rita).time_ids
        self.assertEqual(sum(lines.mapped("minutes")), 70)
        self.assertAlmostEqual(intervention.time_hours, 70 / 60)

    def test_lines_have_date_words_and_service(self):
        intervention = self._create_planned()
        self._log(
            intervention,
            30,
            date="2026-03-02",
            name="Changed the fuser",
            service_type_id=self.on_site.id,
        )
        self.assertRecordValues(
            intervention.time_ids,
            [
                {
                    "name": "Changed the fuser",
                    "service_type_id": self.on_site.id,
                    "user_id": self.ada.id,
                    "minutes": 30,
                }
            ],
        )

    def test_several_services_fit_on_one_sheet(self):
        intervention = self._create_planned()
        self._log(intervention, 20, service_type_id=self.travel.id)
        self._log(intervention, 60, service_type_id=self.on_site.id)
        self.assertEqual(
            intervention.time_ids.service_type_id, self.travel | self.on_site
        )

    def test_ticket_lasts_as_long_as_its_visits_and_its_own_time(self):
        ticket = self._create_ticket()
        first, second = ticket._create_interventions(), ticket._create_interventions()
        self._log(first, 60)
        self._log(second, 120)
        self.assertEqual(ticket.time_hours, 3)
        self._log(ticket, 30)
        self.assertEqual(ticket.time_hours, 3.5)

    def test_visit_for_two_tickets_counts_for_each(self):
        tickets = self._create_ticket() | self._create_ticket()
        intervention = self._create_intervention(ticket_ids=tickets.ids)
        self._log(intervention, 60)
        self._log(tickets[0], 30)
        self.assertEqual(tickets.mapped("time_hours"), [1.5, 1])

    def test_time_of_a_signed_visit_does_not_change(self):
        intervention = self._create_planned()
        self._log(intervention, 60)
        intervention._sign(SIGNATURE, SIGNATURE, "Casey")
        entry = self.env["account.analytic.line"].search(
            [("psa_intervention_id", "=", intervention.id)]
        )
        for act in (
            lambda: entry.with_user(self.ada).write({"psa_minutes": 90}),
            lambda: entry.with_user(self.lea).unlink(),
            lambda: self._log(intervention, 10),
            lambda: intervention.action_psa_start_timer(),
        ):
            with self.assertRefused(UserError, "A helpdesk manager can reopen it"):
                act()
        self.assertEqual(intervention.time_ids.minutes, 60)

    def test_office_may_still_decide_whether_signed_time_is_billed(self):
        intervention = self._create_planned()
        self._log(intervention, 60)
        intervention._sign(SIGNATURE, SIGNATURE, "Casey")
        entry = self.env["account.analytic.line"].search(
            [("psa_intervention_id", "=", intervention.id)]
        )
        entry.with_user(self.lea).psa_billable = False
        self.assertFalse(entry.psa_billable)

    def test_sheet_is_not_signed_while_a_clock_runs(self):
        intervention = self._create_planned()
        intervention.action_begin()
        with self.assertRefused(UserError, "timer of Ada Agent is still running"):
            intervention.action_sign()
        self.assertEqual(intervention.state, "in_progress")

    def test_way_and_work_are_two_entries(self):
        intervention = self._create_planned()
        with freeze_all_time(MONDAY_9AM):
            intervention.action_leave()
        with freeze_all_time(MONDAY_9AM + timedelta(minutes=25)):
            intervention.action_begin()
        with freeze_all_time(MONDAY_9AM + timedelta(minutes=85)):
            action = intervention.action_stop()
            dialog = self.env["psa.time.log"].with_user(self.ada)
            dialog.with_context(**action["context"]).create({}).action_save()
        self.env.invalidate_all()
        self.assertRecordValues(
            intervention.time_ids.sorted("start"),
            [
                {"service_type_id": self.travel.id, "minutes": 25},
                {"service_type_id": self.on_site.id, "minutes": 60},
            ],
        )
        self.assertEqual(intervention.state, "in_progress")

    def test_start_at_once_logs_no_way(self):
        intervention = self._create_planned()
        with freeze_all_time(MONDAY_9AM):
            intervention.action_leave()
            intervention.action_begin()
        self.env.invalidate_all()
        self.assertFalse(intervention.time_ids)
        self.assertTrue(intervention.psa_is_timed)

    def test_planner_starts_no_clock_of_his_own(self):
        intervention = self._create_planned()
        intervention.with_user(self.lea).action_begin()
        self.assertEqual(intervention.state, "in_progress")
        self.assertFalse(intervention.with_user(self.lea).psa_is_timed)

    def test_time_goes_to_the_customers_project(self):
        project = self.env["project.project"].create(
            {
                "name": "ACME",
                "allow_timesheets": True,
                "privacy_visibility": "employees",
                "company_id": self.company.id,
            }
        )
        self.acme.psa_project_id = project
        intervention = self._create_planned()
        self._log(intervention, 10)
        entry = self.env["account.analytic.line"].search(
            [("psa_intervention_id", "=", intervention.id)]
        )
        self.assertEqual(entry.project_id, project)

    def test_visit_with_time_is_not_deleted(self):
        intervention = self._create_planned()
        self._log(intervention, 10)
        with self.assertRefused(UserError, "Time was logged"):
            intervention.with_user(self.max).unlink()
        self.assertTrue(intervention.exists())
