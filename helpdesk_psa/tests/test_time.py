from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import (
    AccessError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .time_common import MONDAY, TimeCommon


@tagged("post_install", "-at_install")
class TestTimeEntries(TimeCommon):
    """Minutes are the truth, on whichever screen they are typed."""

    def test_twelve_minutes_are_a_fifth_of_an_hour(self):
        entry = self._log(self._create_ticket(), minutes=12)
        self.assertEqual(entry.unit_amount, 0.2)
        self.assertEqual(entry.psa_minutes, 12)

    def test_hours_typed_on_odoos_screens_become_minutes(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.ada).unit_amount = 1.75
        self.assertEqual(entry.psa_minutes, 105)

    def test_a_duration_between_two_minutes_becomes_a_whole_one(self):
        entry = self.env["account.analytic.line"].with_user(self.ada)
        entry = entry.create({"project_id": self.project.id, "unit_amount": 0.33})
        self.assertEqual(entry.psa_minutes, 20)
        self.assertEqual(entry.unit_amount, 20 / 60)

    def test_minutes_and_hours_agree_whatever_is_written(self):
        entry = self._log(self._create_ticket())
        for vals in (
            {"psa_minutes": 7},
            {"unit_amount": 2.1},
            {"psa_minutes": 61, "unit_amount": 9},
            {"name": "Nothing of time"},
            {
                "psa_start": self._at("2026-03-02 09:00"),
                "psa_stop": self._at("2026-03-02 09:43"),
            },
            {"psa_stop": self._at("2026-03-02 10:01")},
        ):
            entry.with_user(self.ada).write(vals)
            self.assertEqual(entry.unit_amount, entry.psa_minutes / 60, vals)
        self.assertEqual(entry.psa_minutes, 61)

    def test_lines_that_are_no_time_have_no_minutes(self):
        line = self.env["account.analytic.line"].create(
            {
                "name": "Five screws",
                "unit_amount": 5,
                "account_id": self.project.account_id.id,
            }
        )
        self.assertEqual((line.psa_minutes, line.unit_amount), (0, 5))

    def test_a_copy_lasts_as_long(self):
        entry = self._log(self._create_ticket(), minutes=50)
        self.assertEqual(entry.with_user(self.ada).copy().psa_minutes, 50)

    def test_start_and_stop_give_the_duration_and_the_day(self):
        ticket = self._create_ticket()
        entry = (
            self.env["account.analytic.line"]
            .with_user(self.ada)
            .create(
                {
                    "psa_ticket_id": ticket.id,
                    "psa_start": "2026-03-03 09:00:00",
                    "psa_stop": "2026-03-03 09:50:00",
                }
            )
        )
        self.assertEqual(entry.psa_minutes, 50)
        self.assertEqual(str(entry.date), "2026-03-03")

    def test_a_duration_that_was_typed_stands_beside_start_and_stop(self):
        entry = self._log(
            self._create_ticket(),
            minutes=40,
            psa_start=self._at("2026-03-02 09:00"),
            psa_stop=self._at("2026-03-02 10:00"),
        )
        self.assertEqual(entry.psa_minutes, 40)
        self.assertEqual(entry.psa_stop, self._at("2026-03-02 10:00"))

    def test_stop_before_start_is_refused(self):
        ticket = self._create_ticket()
        with (
            self.assertRefused(IntegrityError),
            mute_logger("odoo.sql_db"),
        ):
            self._log(
                ticket,
                psa_start=self._at("2026-03-02 10:00"),
                psa_stop=self._at("2026-03-02 09:00"),
            )
        self.assertFalse(self._entries(ticket))

    def test_an_entry_lasts_between_a_minute_and_a_day(self):
        ticket = self._create_ticket()
        for minutes in (0, -5, 24 * 60 + 1):
            with self.assertRefused(ValidationError):
                self._log(ticket, minutes=minutes)
        self.assertFalse(self._entries(ticket))
        self.assertTrue(self._log(ticket, minutes=24 * 60))

    def test_overlap_is_a_warning_and_no_refusal(self):
        ticket = self._create_ticket()
        times = {
            "psa_start": self._at("2026-03-02 09:00"),
            "psa_stop": self._at("2026-03-02 10:00"),
        }
        first = self._log(ticket, **times)
        second = self._log(self._create_ticket(name="Screen flickers"), **times)
        self.assertIn("Printer down", second.with_user(self.ada).psa_overlap)
        after = self._log(
            ticket,
            psa_start=self._at("2026-03-02 10:00"),
            psa_stop=self._at("2026-03-02 10:30"),
        )
        self.assertFalse(after.psa_overlap)
        self.assertFalse(
            self._log(ticket, user=self.lea, **times).with_user(self.lea).psa_overlap
        )
        self.assertTrue(first.exists())

    def test_time_is_logged_on_a_task_and_on_a_project(self):
        on_task = self._log(task_id=self.task.id, minutes=90)
        on_project = self._log(project_id=self.project.id, minutes=45)
        self.assertEqual(on_task.project_id, self.project)
        self.assertEqual((on_task | on_project).mapped("psa_minutes"), [90, 45])

    def test_the_form_of_an_entry_follows_the_ticket(self):
        ticket = self._create_ticket()
        self.acme.psa_project_id = self.project
        view = "helpdesk_psa.psa_time_view_form"
        with Form(self.env["account.analytic.line"].with_user(self.ada), view) as form:
            form.psa_ticket_id = ticket
            self.assertEqual(form.project_id, self.project)
            self.assertEqual(form.psa_service_type_id, self.remote)
            form.psa_start = self._at("2026-03-02 09:00")
            form.psa_stop = self._at("2026-03-02 09:12")
            self.assertEqual(form.unit_amount, 0.2)
            form.name = "Cleaned the rollers"
        self.assertEqual(self._entries(ticket).psa_minutes, 12)
        self.assertEqual(self._entries(ticket).partner_id, self.acme)

    def test_extra_fields_come_with_the_service_type(self):
        self.on_site.with_user(self.max).entry_properties = [
            {"name": "parking", "string": "Parking", "type": "char"}
        ]
        entry = self._log(
            self._create_ticket(),
            psa_service_type_id=self.on_site.id,
            psa_properties={"parking": "P3"},
        )
        self.assertEqual(entry.psa_properties["parking"], "P3")

    # Who may do what

    def test_agents_write_their_own_time_and_nobody_elses(self):
        entry = self._log(self._create_ticket(), user=self.lea)
        with self.assertRefused(AccessError):
            entry.with_user(self.ada).psa_minutes = 5
        with self.assertRefused(AccessError):
            entry.with_user(self.ada).unlink()
        with self.assertRefused(AccessError):
            self._log(
                self._create_ticket(), employee_id=self.lea_employee.id, user=self.ada
            )
        self.assertEqual(entry.psa_minutes, 30)

    def test_leads_correct_everybodys_time(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.lea).psa_minutes = 5
        self.assertEqual(entry.psa_minutes, 5)

    def test_readers_log_no_time_but_see_it(self):
        ticket = self._create_ticket()
        self._log(ticket)
        with self.assertRefused(AccessError):
            self._log(ticket, user=self.rita)
        ticket.invalidate_recordset(["time_ids"])
        self.assertEqual(ticket.with_user(self.rita).time_hours, 0.5)
        self.assertEqual(ticket.with_user(self.rita).time_ids.minutes, 30)

    def test_an_agent_sees_colleagues_time_without_its_cost(self):
        ticket = self._create_ticket()
        self._log(ticket, minutes=20)
        self._log(ticket, minutes=40, user=self.lea)
        ticket.invalidate_recordset(["time_ids"])
        entries = ticket.with_user(self.ada).time_ids
        self.assertEqual(sorted(entries.mapped("minutes")), [20, 40])
        self.assertEqual(
            entries.filtered("can_edit").mapped("minutes"), [20], "only her own"
        )
        self.assertNotIn("amount", entries._fields)
        lines = self.env["account.analytic.line"].with_user(self.ada)
        self.assertEqual(
            lines.search([("psa_ticket_id", "=", ticket.id)]).mapped("psa_minutes"),
            [20],
        )

    def test_time_of_a_private_team_is_hidden_with_its_tickets(self):
        ticket = self._create_ticket()
        entry = self._log(ticket, user=self.lea)
        other_lead = self._create_user("lou", "Lou Lead", "lead")
        lines = self.env["account.analytic.line"].with_user(other_lead)
        domain = [("id", "=", entry.id)]
        self.assertTrue(lines.search(domain))
        self.team.privacy = "members"
        self.assertFalse(lines.search(domain))
        self.assertFalse(
            self.env["psa.time.entry"].with_user(other_lead).search(domain)
        )
        self.assertTrue(lines.with_user(self.max).search(domain))
        self.assertTrue(self.env["psa.time.entry"].with_user(self.max).search(domain))

    def test_time_of_a_closed_customer_group_is_hidden(self):
        ticket = self._create_ticket()
        entry = self._log(ticket)
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Banks", "restrict": True, "user_ids": self.ada.ids}
        )
        domain = [("id", "=", entry.id)]
        for model in ("account.analytic.line", "psa.time.entry"):
            self.assertFalse(self.env[model].with_user(self.lea).search(domain), model)
            self.assertTrue(self.env[model].with_user(self.ada).search(domain), model)

    def test_time_of_another_company_is_hidden(self):
        entry = self._log(self._create_ticket())
        domain = [("id", "=", entry.id)]
        for model in ("account.analytic.line", "psa.time.entry"):
            self.assertFalse(self.env[model].with_user(self.bob).search(domain), model)

    def test_nobody_logs_time_on_a_ticket_he_may_not_see(self):
        ticket = self._create_ticket()
        self.team.privacy = "members"
        stranger = self._create_user("stan", "Stan Stranger", "agent")
        self._create_employee(stranger)
        with self.assertRefused(AccessError):
            self._log(ticket, user=stranger)
        own = self._log(project_id=self.project.id, user=stranger)
        with self.assertRefused(AccessError):
            own.with_user(stranger).psa_ticket_id = ticket
        self.assertFalse(self._entries(ticket))

    def test_others_in_the_firm_use_odoos_timesheets_as_before(self):
        user = new_test_user(
            self.env,
            "tim",
            "hr_timesheet.group_hr_timesheet_user",
            company_id=self.company.id,
        )
        self._create_employee(user)
        view = "hr_timesheet.hr_timesheet_line_form"
        with Form(self.env["account.analytic.line"].with_user(user), view) as form:
            form.project_id = self.project
            form.unit_amount = 1.5
            form.psa_service_type_id = self.remote
        self.assertEqual(form.record.psa_minutes, 90)

    # Employees

    def test_an_agent_without_employee_file_is_told_the_remedy(self):
        ticket = self._create_ticket()
        self.ada_employee.unlink()
        for act in (
            lambda: self._log(ticket),
            ticket.with_user(self.ada).action_start_work,
            ticket.with_user(self.ada).action_psa_log_time,
        ):
            with self.assertRefused(UserError, "Create employee files"):
                act()
        self.assertFalse(ticket.user_id)
        self.assertFalse(self._entries(ticket))

    def test_a_manager_creates_the_missing_files_in_one_click(self):
        self.ada_employee.unlink()
        self.team.invalidate_recordset(["member_without_employee_ids"])
        team = self.team.with_user(self.max)
        self.assertEqual(team.member_without_employee_ids, self.ada)
        with self.assertRefused(AccessError):
            self.team.with_user(self.lea).action_create_employees()
        team.action_create_employees()
        self.assertEqual(self._log(self._create_ticket()).employee_id.name, "Ada Agent")
        team.action_create_employees()
        files = self.env["hr.employee"].search([("user_id", "=", self.ada.id)])
        self.assertEqual(len(files), 1)

    def test_a_manager_makes_no_employee_file_in_a_foreign_company(self):
        employees = self.env["hr.employee"].search([("user_id", "=", self.bob.id)])
        with self.assertRaises(AccessError):
            self.bob.with_user(self.max)._psa_create_employees(self.company_2)
        self.assertEqual(
            self.env["hr.employee"].search([("user_id", "=", self.bob.id)]), employees
        )

    def test_a_manager_without_a_file_is_offered_to_create_it(self):
        self.max_employee.unlink()
        ticket = self._create_ticket()
        with self.assertRaises(RedirectWarning) as offer:
            ticket.with_user(self.max).action_psa_log_time()
        _message, action_id, _button, context = offer.exception.args
        action = self.env["ir.actions.server"].browse(action_id).with_user(self.max)
        action.with_context(**context).run()
        self.assertTrue(self._log(ticket, user=self.max))

    # Deleting

    def test_a_ticket_with_time_is_not_deleted(self):
        ticket = self._create_ticket()
        entry = self._log(ticket)
        with self.assertRefused(UserError, "Cancel the ticket instead"):
            ticket.with_user(self.max).unlink()
        self.assertEqual(entry.psa_ticket_id, ticket)

    # Lists

    def test_totals_of_a_list_of_tickets_cost_two_queries(self):
        tickets = self.env["psa.ticket"].concat(
            *(self._create_ticket(name=f"Ticket {number}") for number in range(30))
        )
        for ticket in tickets:
            self._log(ticket, minutes=10)
        self._log(tickets[0], minutes=5, psa_billable=False)
        self.env.invalidate_all()
        self.env.flush_all()
        with self.assertQueryCount(2):  # their time, their interventions
            hours = tickets.mapped("time_hours")
        self.assertEqual(hours[:2], [0.25, 10 / 60])
        self.assertEqual(tickets[0].billable_hours, 10 / 60)
        self.assertEqual(tickets[0].unbillable_hours, 5 / 60)

    def test_a_change_of_status_costs_no_query_of_time(self):
        ticket = self._create_ticket()
        self._log(ticket)
        reads = self._patch("psa.ticket", "_get_projects_of_free_time")
        ticket.with_user(self.ada).action_resolve()
        self.assertFalse(reads.called)

    def test_entries_are_created_in_batches(self):
        tickets = [self._create_ticket(name=f"Ticket {n}") for n in range(20)]
        self._log(tickets[0])

        def create(tickets):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["account.analytic.line"].with_user(self.ada).create(
                [
                    {"psa_ticket_id": ticket.id, "psa_minutes": 5, "date": MONDAY}
                    for ticket in tickets
                ]
            )
            self.env.flush_all()
            return self.cr.sql_log_count - before

        create(tickets[:1])
        self.assertLessEqual(create(tickets) - create(tickets[:2]), 4)

    def test_the_export_equals_the_list(self):
        ticket = self._create_ticket()
        for minutes in (12, 30, 45):
            self._log(ticket, minutes=minutes)
        self.ada.group_ids += self.env.ref("base.group_allow_export")
        entries = self.env["account.analytic.line"].with_user(self.ada)
        found = entries.search([("psa_ticket_id", "=", ticket.id)])
        rows = found.export_data(["date", "psa_ticket_id/number", "unit_amount"])
        self.assertEqual([row[2] for row in rows["datas"]], found.mapped("unit_amount"))
        self.assertEqual({row[1] for row in rows["datas"]}, {ticket.number})

    # Automations

    def test_an_automation_alerts_of_a_long_entry(self):
        rule = self.env.ref("helpdesk_psa.base_automation_psa_long_entry")
        # An active rule hooks into each write; the other tests count queries without.
        self.addCleanup(self.env["base.automation"]._unregister_hook)
        rule.active = True
        ticket = self._create_ticket(user_id=self.ada.id)
        self._log(ticket, minutes=480)
        self.assertFalse(ticket.activity_ids)
        self._log(ticket, minutes=481)
        self.assertEqual(ticket.activity_ids.user_id, self.lea)
        self.assertIn("8:01", ticket.activity_ids.note)


@tagged("post_install", "-at_install")
class TestTimeProject(TimeCommon):
    """One rule says where time goes, and tells why."""

    def _get_rule(self, ticket):
        project, reason = ticket.with_user(self.ada)._get_time_project()
        return project, reason

    def test_the_rule_takes_the_first_that_has_a_project(self):
        ticket = self._create_ticket()
        by_ticket = self._create_project("By ticket")
        by_customer = self._create_project("By customer")
        by_team = self._create_project("By team")
        support, reason = self._get_rule(ticket)
        self.assertEqual(support.name, "Support")
        self.assertEqual(reason, "support project of the company")
        for write, project, words in (
            (lambda: self.team.write({"project_id": by_team.id}), by_team, "team"),
            (
                lambda: self.acme.write({"psa_project_id": by_customer.id}),
                by_customer,
                "customer",
            ),
            (
                lambda: ticket.write({"project_id": by_ticket.id}),
                by_ticket,
                "chosen on the ticket",
            ),
        ):
            write()
            found, reason = self._get_rule(ticket)
            self.assertEqual(found, project)
            self.assertIn(words, reason)
        self.assertEqual(self._log(ticket).project_id, by_ticket)

    def test_the_customers_project_is_each_companys_own(self):
        self.acme.with_company(self.company_2).psa_project_id = self._create_project(
            "Abroad", company_id=self.company_2.id
        )
        self.assertEqual(self._get_rule(self._create_ticket())[0].name, "Support")

    def test_an_unusable_project_is_passed_over(self):
        ticket = self._create_ticket()
        self.team.project_id = self.project
        for vals in (
            {"privacy_visibility": "followers"},
            {"privacy_visibility": "employees", "allow_timesheets": False},
            {"allow_timesheets": True, "active": False},
        ):
            self.project.write(vals)
            self.assertEqual(self._get_rule(ticket)[0].name, "Support", vals)
        self.project.active = True
        self.assertEqual(self._get_rule(ticket)[0], self.project)

    def test_the_support_project_is_made_once_for_employees_only(self):
        self.company.psa_support_project_id = False
        ticket = self._create_ticket()
        self.assertTrue(ticket.with_user(self.ada).time_project)
        self.assertFalse(self.company.psa_support_project_id, "showing makes nothing")
        first = self._log(ticket).project_id
        second = self._log(self._create_ticket()).project_id
        self.assertEqual(first, second)
        self.assertEqual(first, self.company.psa_support_project_id)
        self.assertEqual(first.privacy_visibility, "employees")
        self.assertEqual(first.company_id, self.company)

    def test_unapproved_time_follows_a_ticket_to_another_customer(self):
        ticket = self._create_ticket()
        self.acme.psa_project_id = self.project
        of_globex = self._create_project("Globex")
        self.globex.psa_project_id = of_globex
        free, locked = self._log(ticket), self._log(ticket, minutes=60)
        elsewhere = self._log(ticket, project_id=self._create_project("Other").id)
        locked.with_user(self.lea).action_psa_approve()
        ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(free.project_id, of_globex)
        self.assertEqual(free.account_id, of_globex.account_id)
        self.assertEqual(free.partner_id, self.globex)
        self.assertEqual(locked.project_id, self.project)
        self.assertEqual(locked.partner_id, self.acme)
        self.assertEqual(elsewhere.project_id.name, "Other")

    def test_an_entry_moved_to_another_ticket_goes_to_its_project(self):
        entry = self._log(self._create_ticket())
        self.globex.psa_project_id = self.project
        entry.with_user(self.ada).psa_ticket_id = self._create_ticket(
            partner_id=self.zoe.id
        )
        self.assertEqual(entry.project_id, self.project)
        self.assertEqual(entry.partner_id, self.globex)
        self.assertEqual(entry.psa_minutes, 30)

    def test_an_entry_of_another_company_is_refused(self):
        entry = self._log(self._create_ticket())
        abroad = self._create_ticket(
            user=self.bob, team_id=self.team_2.id, partner_id=False
        )
        with self.assertRefused(AccessError):
            entry.with_user(self.ada).psa_ticket_id = abroad
        self.assertEqual(entry.project_id.company_id, self.company)


@tagged("post_install", "-at_install")
class TestTimeDefaults(TimeCommon):
    """Service type and billable come from the type, else the team, else the work."""

    def test_without_settings_the_first_service_type_and_its_billable_count(self):
        entry = self._log(self._create_ticket())
        self.assertEqual(entry.psa_service_type_id, self.remote)
        self.assertTrue(entry.psa_billable)

    def test_the_team_has_a_usual_service_type(self):
        self.team.service_type_id = self.on_site
        self.assertEqual(
            self._log(self._create_ticket()).psa_service_type_id, self.on_site
        )

    def test_the_type_says_more_than_the_team(self):
        self.team.write({"service_type_id": self.on_site.id, "time_billable": "yes"})
        self.type_request.write(
            {"service_type_id": self.remote.id, "time_billable": "no"}
        )
        entry = self._log(self._create_ticket(type_id=self.type_request.id))
        self.assertEqual(entry.psa_service_type_id, self.remote)
        self.assertFalse(entry.psa_billable)

    def test_a_service_type_that_is_not_billable_makes_free_entries(self):
        entry = self._log(self._create_ticket(), psa_service_type_id=self.internal.id)
        self.assertFalse(entry.psa_billable)

    def test_what_the_agent_says_counts_most(self):
        self.team.time_billable = "no"
        entry = self._log(
            self._create_ticket(),
            psa_billable=True,
            psa_service_type_id=self.internal.id,
        )
        self.assertTrue(entry.psa_billable)

    def test_one_ticket_has_entries_of_several_service_types(self):
        ticket = self._create_ticket()
        self._log(ticket, minutes=60, psa_service_type_id=self.remote.id)
        self._log(ticket, minutes=30, psa_service_type_id=self.on_site.id)
        groups = self.env["psa.time.entry"]._read_group(
            [("ticket_id", "=", ticket.id)], ["service_type_id"], ["minutes:sum"]
        )
        self.assertEqual(dict(groups), {self.remote: 60, self.on_site: 30})


@tagged("post_install", "-at_install")
class TestTimeApproval(TimeCommon):
    """Approved time is a fact; the lock says who made it one."""

    def _approve(self, start, until, **values):
        dialog = (
            self.env["psa.time.approve"]
            .with_user(self.lea)
            .create({"date_from": start, "date_until": until, **values})
        )
        dialog.action_approve()
        return dialog

    def test_the_last_day_of_a_period_is_not_in_it(self):
        ticket = self._create_ticket()
        days = ("2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08")
        entries = {day: self._log(ticket, date=day) for day in days}
        self._approve("2026-03-01", "2026-03-08")
        approved = [day for day, entry in entries.items() if entry.psa_approved_at]
        self.assertEqual(approved, ["2026-03-01", "2026-03-07"])
        self._approve("2026-03-08", "2026-03-15")
        self.assertTrue(entries["2026-03-08"].psa_approved_at)

    def test_the_summary_counts_what_will_be_approved(self):
        ticket = self._create_ticket()
        self._log(ticket, minutes=90)
        self._log(ticket, minutes=15, psa_billable=False)
        dialog = (
            self.env["psa.time.approve"]
            .with_user(self.lea)
            .new({"date_from": "2026-03-01", "date_until": "2026-03-08"})
        )
        self.assertEqual(dialog.entry_count, 2)
        for words in ("Ada Agent", "1:30", "0:15"):
            self.assertIn(words, dialog.summary)

    def test_a_period_is_approved_for_some_technicians(self):
        ticket = self._create_ticket()
        of_ada, of_lea = self._log(ticket), self._log(ticket, user=self.lea)
        self._approve("2026-03-01", "2026-03-08", user_ids=self.ada.ids)
        self.assertTrue(of_ada.psa_approved_at)
        self.assertFalse(of_lea.psa_approved_at)

    def test_time_of_other_departments_stays_as_it_is(self):
        painter = new_test_user(
            self.env,
            login="painter",
            groups="hr_timesheet.group_hr_timesheet_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        employee = self.env["hr.employee"].create(
            {"user_id": painter.id, "company_id": self.company.id}
        )
        project = self.env["project.project"].create(
            {"name": "Painting", "company_id": self.company.id}
        )
        painted = self.env["account.analytic.line"].create(
            {
                "project_id": project.id,
                "employee_id": employee.id,
                "date": "2026-03-02",
                "unit_amount": 1,
            }
        )
        supported = self._log(self._create_ticket(), date="2026-03-02")
        self._approve("2026-03-01", "2026-03-08")
        self.assertTrue(supported.psa_approved_at)
        self.assertFalse(painted.psa_approved_at)

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        entry = self._log(self._create_ticket())
        with self.assertRefused(UserError, "ends before"):
            self._approve("2026-03-08", "2026-03-01")
        self.assertFalse(entry.psa_approved_at)

    def test_a_locked_entry_names_who_locked_it_and_when(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.lea).action_psa_approve()
        for user in (self.ada, self.lea, self.max):
            for vals in (
                {"psa_minutes": 5},
                {"unit_amount": 5},
                {"name": "Other words"},
                {"psa_billable": False},
                {"date": "2026-03-05"},
                {"project_id": self.project.id},
            ):
                with self.assertRefused(UserError, "Lea Lead approved it on .*202"):
                    entry.with_user(user).write(vals)
            with self.assertRefused(UserError, "locked: Lea Lead"):
                entry.with_user(user).unlink()
        self.assertEqual((entry.psa_minutes, entry.name), (30, "Looked into it"))
        self.assertTrue(entry.with_user(self.ada).readonly_timesheet)

    def test_agents_approve_nothing_in_no_way(self):
        entry = self._log(self._create_ticket())
        with self.assertRefused(AccessError):
            entry.with_user(self.ada).action_psa_approve()
        with self.assertRefused(AccessError):
            entry.with_user(self.ada).psa_approved_at = MONDAY
        with self.assertRefused(AccessError):
            self._log(self._create_ticket(), psa_approved_at=MONDAY)
        self.assertFalse(entry.psa_approved_at)

    def test_managers_withdraw_an_approval_with_a_reason_that_is_kept(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.lea).action_psa_approve()
        with self.assertRefused(AccessError):
            entry.with_user(self.lea)._psa_withdraw_approval("Mistake")
        self.env["psa.time.reopen"].with_user(self.max).with_context(
            active_ids=entry.ids
        ).create({"reason": "Wrong customer"}).action_withdraw()
        entry.with_user(self.ada).psa_minutes = 5
        self.assertEqual(entry.psa_minutes, 5)
        journal = entry.with_user(self.lea).psa_approval_ids
        self.assertEqual(journal.mapped("kind"), ["withdrawn", "approved"])
        self.assertEqual(journal[0].reason, "Wrong customer")
        self.assertEqual(journal[0].user_id, self.max)

    def test_what_it_cost_may_still_be_corrected_by_the_firm(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.lea).action_psa_approve()
        entry.sudo().amount = -42
        self.assertEqual(entry.sudo().amount, -42)

    def test_a_task_that_moves_leaves_approved_time_behind(self):
        entry = self._log(task_id=self.task.id)
        entry.with_user(self.lea).action_psa_approve()
        self.task.project_id = self._create_project("Another")
        self.env.flush_all()
        self.assertEqual(entry.project_id, self.project)

    def test_a_copy_of_an_approved_entry_is_free(self):
        entry = self._log(self._create_ticket())
        entry.with_user(self.lea).action_psa_approve()
        self.assertFalse(entry.with_user(self.ada).copy().psa_approved_at)

    def test_approving_a_month_costs_the_same_queries_as_a_day(self):
        ticket = self._create_ticket()
        entries = self.env["account.analytic.line"].concat(
            *(self._log(ticket, minutes=5) for _number in range(40))
        )

        def approve(entries):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            entries.with_user(self.lea).action_psa_approve()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        few = approve(entries[:2])
        self.assertLessEqual(approve(entries[2:]), few + 2)


@tagged("post_install", "-at_install")
class TestServiceTypes(TimeCommon):
    """Service types are the firm's own."""

    def test_managers_make_service_types_and_agents_use_them(self):
        made = (
            self.env["psa.service.type"]
            .with_user(self.max)
            .create({"name": "Standby", "billable": True, "sequence": 0})
        )
        entry = self._log(self._create_ticket())
        self.assertEqual(entry.psa_service_type_id, made)
        with self.assertRefused(AccessError):
            made.with_user(self.lea).name = "Other"

    def test_a_service_type_of_another_company_is_not_offered(self):
        foreign = self.env["psa.service.type"].create(
            {"name": "Abroad", "company_id": self.company_2.id, "sequence": 0}
        )
        self.assertEqual(
            self._log(self._create_ticket()).psa_service_type_id, self.remote
        )
        with self.assertRefused(UserError):
            self._log(self._create_ticket(), psa_service_type_id=foreign.id)

    def test_a_service_type_in_use_is_archived_not_deleted(self):
        self._log(self._create_ticket(), psa_service_type_id=self.on_site.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.on_site.with_user(self.max).unlink()
        self.on_site.with_user(self.max).action_archive()
        self.assertFalse(self.on_site.active)

    def test_the_first_service_type_changes_with_their_order(self):
        self.assertEqual(
            self._log(self._create_ticket()).psa_service_type_id, self.remote
        )
        self.on_site.sequence = 1
        self.assertEqual(
            self._log(self._create_ticket()).psa_service_type_id, self.on_site
        )


@tagged("post_install", "-at_install")
class TestTimeOnTasks(TimeCommon):
    """Timers and the dialog serve tasks as well."""

    def test_time_is_logged_on_a_task_with_the_dialog(self):
        task = self.task.with_user(self.ada)
        with self._open_dialog(task.action_psa_log_time()) as dialog:
            self.assertEqual(dialog.project_id, self.project)
            dialog.hours = 1.5
            dialog.name = "Moved the first ten"
        dialog.record.action_save()
        entry = self.env["account.analytic.line"].search(
            [("task_id", "=", self.task.id)]
        )
        self.assertEqual(entry.psa_minutes, 90)
        self.assertEqual(entry.project_id, self.project)
        self.assertEqual(self.task.effective_hours, 1.5)

    def test_a_deleted_task_takes_its_timer_along(self):
        self.task.with_user(self.ada).action_psa_start_timer()
        self.task.unlink()
        self.assertFalse(self.env["psa.timer"].search([]))

    def test_ada_may_be_in_charge_of_nothing_and_still_log(self):
        self.task.user_ids = [Command.clear()]
        self.assertTrue(self._log(task_id=self.task.id))
