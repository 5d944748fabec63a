from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import freeze_all_time

from .common import HelpdeskCommon

MONDAY_9AM = datetime(2026, 3, 2, 9)
MOMENTS = ("read_at", "assigned_at", "first_response_at", "resolved_at", "closed_at")


@tagged("post_install", "-at_install")
class TestTicketLifecycle(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_2 = cls.env["psa.team"].create(
            {
                "name": "Level 2",
                "company_id": cls.company.id,
                "member_ids": [(6, 0, cls.lea.ids)],
                "calendar_id": False,
            }
        )

    # A new ticket

    def test_ticket_without_choices_starts_new_in_the_users_team(self):
        ticket = self.env["psa.ticket"].with_user(self.ada).create({"name": "Help"})
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.company_id, self.company)
        self.assertEqual(ticket.type_id, self.type_incident)
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual(ticket.stage_category, "new")
        self.assertEqual(ticket.priority, "1")
        self.assertEqual(ticket.channel, "manual")
        self.assertFalse(ticket.user_id)

    def test_new_ticket_has_no_moment_of_its_future(self):
        ticket = self._create_ticket()
        self.assertFalse(any(ticket[name] for name in MOMENTS))

    def test_form_shows_what_saving_chooses(self):
        values = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .default_get(["type_id", "team_id", "stage_id", "company_id", "priority"])
        )
        self.assertEqual(values["team_id"], self.team.id)
        self.assertEqual(values["type_id"], self.type_incident.id)
        self.assertEqual(values["stage_id"], self.stage_new.id)
        self.assertEqual(values["company_id"], self.company.id)
        self.assertEqual(values["priority"], "1")

    def test_team_of_the_type_gets_the_ticket(self):
        team = self.team.copy({"name": "Field", "alias_name": False})
        self.type_request.default_team_id = team
        ticket = self._create_ticket(type_id=self.type_request.id, team_id=False)
        self.assertEqual(ticket.team_id, team)

    def test_chosen_team_beats_the_team_of_the_type(self):
        team = self.team.copy({"name": "Field", "alias_name": False})
        self.type_request.default_team_id = team
        ticket = self._create_ticket(type_id=self.type_request.id)
        self.assertEqual(ticket.team_id, self.team)

    def test_column_of_the_kanban_decides_where_a_quick_card_starts(self):
        tickets = self.env["psa.ticket"].with_user(self.ada)
        ticket = tickets.with_context(default_stage_id=self.stage_open.id).create(
            {"name": "Quick", "team_id": self.team.id}
        )
        self.assertEqual(ticket.stage_id, self.stage_open)

    def test_severity_sets_the_priority(self):
        critical = self.env.ref("helpdesk_psa.psa_severity_critical")
        ticket = self._create_ticket(severity_id=critical.id)
        self.assertEqual(ticket.priority, "3")

    def test_chosen_priority_beats_the_severity(self):
        critical = self.env.ref("helpdesk_psa.psa_severity_critical")
        ticket = self._create_ticket(severity_id=critical.id, priority="0")
        self.assertEqual(ticket.priority, "0")

    def test_origin_of_a_phone_call_is_kept_and_counted(self):
        self._create_ticket(channel="phone")
        self._create_ticket(channel="phone")
        groups = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            ._read_group([("team_id", "=", self.team.id)], ["channel"], ["__count"])
        )
        self.assertEqual(groups, [("phone", 2)])

    def test_ticket_given_to_an_agent_at_once_is_assigned_at_once(self):
        with freeze_all_time(MONDAY_9AM):
            ticket = self._create_ticket(user_id=self.lea.id)
        self.assertEqual(ticket.assigned_at, MONDAY_9AM)

    def test_ticket_created_closed_has_both_moments(self):
        with freeze_all_time(MONDAY_9AM):
            ticket = self._create_ticket(stage_id=self.stage_closed.id)
        self.assertEqual(ticket.resolved_at, MONDAY_9AM)
        self.assertEqual(ticket.closed_at, MONDAY_9AM)

    def test_imported_moments_are_kept(self):
        ticket = self._create_ticket(
            stage_id=self.stage_closed.id, closed_at="2020-01-01 00:00:00"
        )
        self.assertEqual(ticket.closed_at, datetime(2020, 1, 1))

    def test_first_ticket_makes_a_customer(self):
        self.assertFalse(self.acme.psa_is_customer)
        self._create_ticket()
        self.assertTrue(self.acme.psa_is_customer)
        self.assertFalse(self.casey.psa_is_customer)

    def test_private_person_is_his_own_customer(self):
        person = self._create_contact("Ivy", "ivy@home.example.com")
        ticket = self._create_ticket(partner_id=person.id)
        self.assertEqual(ticket.customer_id, person)

    def test_request_is_posted_in_the_requesters_name(self):
        ticket = self._create_ticket(body="<p>It smokes.</p>")
        first = ticket.message_ids.filtered(lambda message: message.body)
        self.assertEqual(len(first), 1)
        self.assertEqual(first.author_id, self.casey)
        self.assertEqual(ticket.body, "<p>It smokes.</p>")

    def test_body_shown_is_the_first_public_message_not_a_note(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).message_post(body="Psst", message_type="comment")
        ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ticket.invalidate_recordset(["body"])
        self.assertEqual(ticket.body, "<p>Hello</p>")

    def test_author_of_an_unknown_sender_is_his_address(self):
        ticket = self._create_ticket(
            partner_id=False, channel="email", email_from="Zed <zed@away.example>"
        )
        self.assertEqual(ticket.author_name, "Zed <zed@away.example>")
        self.assertEqual(ticket.email_normalized, "zed@away.example")

    def test_company_without_a_team_is_told_what_to_do(self):
        company = self.env["res.company"].create({"name": "Empty Ltd"})
        user = self._create_user("eve", "Eve Empty", "agent", company=company)
        with self.assertRefused(UserError, "Empty Ltd has no helpdesk team"):
            self.env["psa.ticket"].with_user(user).create({"name": "Help"})

    def test_database_without_types_is_told_what_to_do(self):
        self.env["psa.ticket.type"].search([]).active = False
        with self.assertRefused(UserError, "There is no ticket type"):
            self.env["psa.ticket"].with_user(self.ada).create({"name": "Help"})

    def test_copy_starts_a_life_of_its_own(self):
        ticket = self._create_ticket(user_id=self.ada.id, stage_id=self.stage_closed.id)
        ticket.with_user(self.ada).mark_read()
        copy = ticket.with_user(self.ada).copy()
        self.assertEqual(copy.name, "Printer down (copy)")
        self.assertEqual(copy.stage_id, self.stage_new)
        self.assertFalse(copy.user_id)
        self.assertFalse(any(copy[name] for name in MOMENTS))
        self.assertNotEqual(copy.number, ticket.number)
        self.assertNotEqual(copy.tracking_key, ticket.tracking_key)
        self.assertNotEqual(copy.access_token, ticket.access_token)
        self.assertEqual(copy.partner_id, self.casey)

    # Reading

    def test_agent_who_opens_it_stamps_the_time_to_read(self):
        with freeze_all_time(MONDAY_9AM):
            ticket = self._create_ticket()
        with freeze_all_time(MONDAY_9AM + timedelta(minutes=20)):
            read_at = ticket.with_user(self.ada).mark_read()
        self.assertEqual(read_at, MONDAY_9AM + timedelta(minutes=20))
        self.assertAlmostEqual(ticket.read_delay_hours, 20 / 60)

    def test_second_reading_changes_nothing(self):
        with freeze_all_time(MONDAY_9AM):
            ticket = self._create_ticket()
            ticket.with_user(self.ada).mark_read()
        events = len(ticket.event_ids)
        with freeze_all_time(MONDAY_9AM + timedelta(hours=1)):
            ticket.with_user(self.lea).mark_read()
        self.assertEqual(ticket.read_at, MONDAY_9AM)
        self.assertEqual(len(ticket.event_ids), events)

    def test_reader_who_opens_it_stamps_nothing(self):
        ticket = self._create_ticket()
        self.assertFalse(ticket.with_user(self.rita).mark_read())
        self.assertFalse(ticket.read_at)
        self.assertEqual(ticket.event_ids.mapped("kind"), ["created"])

    def test_unread_tickets_of_a_selection_are_stamped_together(self):
        tickets = self._create_ticket() | self._create_ticket()
        tickets[0].with_user(self.ada).mark_read()
        tickets.with_user(self.lea).mark_read()
        readers = tickets.event_ids.filtered(lambda event: event.kind == "read")
        self.assertEqual(readers.mapped("ticket_id"), tickets)
        self.assertEqual(len(readers), 2)

    def test_reading_nothing_is_harmless(self):
        self.assertFalse(self.env["psa.ticket"].with_user(self.ada).mark_read())

    # Status

    def _at(self, hour):
        return freeze_all_time(MONDAY_9AM.replace(hour=hour))

    def test_resolving_stamps_resolved_only(self):
        ticket = self._create_ticket()
        with self._at(10):
            ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.stage_id, self.stage_resolved)
        self.assertEqual(ticket.resolved_at, MONDAY_9AM.replace(hour=10))
        self.assertFalse(ticket.closed_at)

    def test_closing_keeps_the_moment_of_the_resolution(self):
        ticket = self._create_ticket()
        with self._at(10):
            ticket.with_user(self.ada).action_resolve()
        with self._at(11):
            ticket.with_user(self.ada).action_close()
        self.assertEqual(ticket.resolved_at, MONDAY_9AM.replace(hour=10))
        self.assertEqual(ticket.closed_at, MONDAY_9AM.replace(hour=11))

    def test_reopening_clears_both_moments(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).action_close()
        ticket.with_user(self.ada).action_reopen()
        self.assertEqual(ticket.stage_id, self.stage_open)
        self.assertFalse(ticket.resolved_at)
        self.assertFalse(ticket.closed_at)

    def test_going_from_closed_back_to_resolved_clears_closed_only(self):
        ticket = self._create_ticket()
        with self._at(10):
            ticket.with_user(self.ada).action_close()
        with self._at(11):
            ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.resolved_at, MONDAY_9AM.replace(hour=10))
        self.assertFalse(ticket.closed_at)

    def test_cancelling_ends_the_ticket(self):
        ticket = self._create_ticket()
        with self._at(10):
            ticket.with_user(self.ada).action_cancel()
        self.assertEqual(ticket.stage_id, self.stage_cancelled)
        self.assertEqual(ticket.closed_at, MONDAY_9AM.replace(hour=10))

    def test_waiting_is_for_the_customer(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).action_set_waiting()
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_choosing_the_same_status_again_is_no_event(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).stage_id = self.stage_new
        self.assertEqual(ticket.event_ids.mapped("kind"), ["created"])

    def test_resolving_twice_changes_nothing(self):
        ticket = self._create_ticket()
        with self._at(10):
            ticket.with_user(self.ada).action_resolve()
        events = len(ticket.event_ids)
        with self._at(11):
            ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.resolved_at, MONDAY_9AM.replace(hour=10))
        self.assertEqual(len(ticket.event_ids), events)

    def test_one_click_is_one_line_of_history(self):
        ticket = self._create_ticket()
        events = ticket.event_ids
        ticket.with_user(self.ada).stage_id = self.stage_open
        self.assertEqual((ticket.event_ids - events).mapped("kind"), ["stage"])

    def test_batch_with_different_statuses_gets_each_its_own_moments(self):
        fresh, resolved = self._create_ticket(), self._create_ticket()
        with self._at(10):
            resolved.with_user(self.ada).action_resolve()
        with self._at(11):
            (fresh | resolved).with_user(self.ada).action_close()
        self.assertEqual(fresh.resolved_at, MONDAY_9AM.replace(hour=11))
        self.assertEqual(resolved.resolved_at, MONDAY_9AM.replace(hour=10))
        self.assertEqual(fresh.closed_at, resolved.closed_at)

    def test_entering_a_status_with_a_template_queues_one_notice(self):
        ticket = self._create_ticket()
        self.env["psa.notice"].search([]).unlink()
        ticket.with_user(self.ada).stage_id = self.stage_resolved
        ticket.with_user(self.ada).stage_id = self.stage_resolved
        notices = self.env["psa.notice"].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(notices.template_id, self.stage_resolved.mail_template_id)
        self.assertEqual(len(notices), 1)

    def test_progress_is_a_percentage(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).progress = 60
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            ticket.with_user(self.ada).progress = 101
            ticket.flush_recordset()
        self.assertEqual(ticket.progress, 60)

    # People

    def test_customer_stays_when_the_contact_changes_firms(self):
        ticket = self._create_ticket()
        self.casey.parent_id = self.globex
        self.assertEqual(ticket.customer_id, self.acme)
        self.assertEqual(self._create_ticket().customer_id, self.globex)

    def test_chosen_customer_is_kept_beside_the_requester(self):
        ticket = self._create_ticket(customer_id=self.globex.id)
        self.assertEqual(ticket.customer_id, self.globex)

    def test_changing_the_requester_changes_customer_and_address(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(ticket.customer_id, self.globex)
        self.assertEqual(ticket.email_from, "zoe@globex.example.com")

    def test_removing_the_requester_of_a_call_removes_his_address(self):
        ticket = self._create_ticket(channel="phone")
        ticket.with_user(self.ada).partner_id = False
        self.assertFalse(ticket.email_from)
        self.assertFalse(ticket.customer_id)

    def test_removing_the_requester_of_a_mail_keeps_its_address(self):
        ticket = self._create_ticket(
            channel="email", email_from="casey@acme.example.com"
        )
        ticket.with_user(self.ada).partner_id = False
        self.assertEqual(ticket.email_from, "casey@acme.example.com")

    def test_new_requester_makes_a_new_customer(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).partner_id = self.zoe
        self.assertTrue(self.globex.psa_is_customer)

    def test_other_tickets_of_the_same_person_are_counted(self):
        ticket = self._create_ticket()
        other = self._create_ticket()
        self._create_ticket(partner_id=self.dana.id)
        self.assertEqual(ticket.with_user(self.ada).sibling_ticket_count, 1)
        domain = ticket.with_user(self.ada).action_open_siblings()["domain"]
        self.assertEqual(self.env["psa.ticket"].search(domain), other)

    def test_other_tickets_of_the_same_unknown_address_are_counted(self):
        values = {
            "partner_id": False,
            "channel": "email",
            "email_from": "z@away.example",
        }
        ticket = self._create_ticket(**values)
        self._create_ticket(**values)
        self.assertEqual(ticket.with_user(self.ada).sibling_ticket_count, 1)

    def test_ticket_of_nobody_has_no_siblings(self):
        self._create_ticket(partner_id=False)
        ticket = self._create_ticket(partner_id=False)
        self.assertEqual(ticket.with_user(self.ada).sibling_ticket_count, 0)
        domain = ticket.with_user(self.ada).action_open_siblings()["domain"]
        self.assertFalse(self.env["psa.ticket"].search(domain))

    # Escalation

    def test_escalation_moves_the_ticket_and_says_so(self):
        self.team.escalates_to_id = self.level_2
        ticket = self._create_ticket(user_id=self.ada.id)
        ticket.with_user(self.ada).action_escalate()
        self.assertEqual(ticket.team_id, self.level_2)
        self.assertFalse(ticket.user_id)
        self.assertIn("Escalated to Level 2", ticket.event_ids.mapped("summary"))

    def test_second_level_assigns_in_its_own_way(self):
        self.level_2.assign_method = "balanced"
        self.team.escalates_to_id = self.level_2
        ticket = self._create_ticket(user_id=self.ada.id)
        ticket.with_user(self.ada).action_escalate()
        self.assertEqual(ticket.user_id, self.lea)

    def test_team_that_escalates_to_nobody_says_what_to_do(self):
        ticket = self._create_ticket(user_id=self.ada.id)
        with self.assertRefused(UserError, "“Support” escalates to nobody"):
            ticket.with_user(self.ada).action_escalate()
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.user_id, self.ada)

    def test_reader_cannot_escalate(self):
        self.team.escalates_to_id = self.level_2
        ticket = self._create_ticket()
        with self.assertRaises(UserError):
            ticket.with_user(self.rita).action_escalate()
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.event_ids.mapped("kind"), ["created"])

    def test_team_cannot_escalate_to_itself(self):
        with self.assertRefused(ValidationError, "cannot escalate to itself"):
            self.team.with_user(self.lea).escalates_to_id = self.team
        self.assertFalse(self.team.escalates_to_id)

    # Closing what is resolved

    def _resolve(self, days_ago, **values):
        ticket = self._create_ticket(**values)
        with freeze_all_time(datetime.now() - timedelta(days=days_ago)):
            ticket.action_resolve()
        return ticket

    def _run(self):
        with self._own_cursors():
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_close_resolved"
            ).method_direct_trigger()

    def test_resolved_ticket_is_closed_after_the_teams_days(self):
        self.team.close_after_days = 3
        ripe, unripe = self._resolve(days_ago=4), self._resolve(days_ago=2)
        self._run()
        self.assertEqual(ripe.stage_id, self.stage_closed)
        self.assertEqual(unripe.stage_id, self.stage_resolved)

    def test_each_team_has_its_own_days(self):
        patient = self.team.copy({"name": "Patient", "alias_name": False})
        self.team.close_after_days, patient.close_after_days = 1, 30
        hasty = self._resolve(days_ago=4)
        kept = self._resolve(days_ago=4, team_id=patient.id)
        self._run()
        self.assertEqual(hasty.stage_id, self.stage_closed)
        self.assertEqual(kept.stage_id, self.stage_resolved)

    def test_zero_days_means_never(self):
        self.team.close_after_days = 0
        ticket = self._resolve(days_ago=400)
        self._run()
        self.assertEqual(ticket.stage_id, self.stage_resolved)

    def test_second_run_changes_nothing(self):
        ticket = self._resolve(days_ago=10)
        self._run()
        events, closed_at = ticket.event_ids, ticket.closed_at
        self._run()
        self.assertEqual(ticket.event_ids, events)
        self.assertEqual(ticket.closed_at, closed_at)

    def test_type_without_a_closed_status_keeps_its_tickets(self):
        self.type_request.stage_ids = self.stage_new | self.stage_resolved
        ticket = self._resolve(days_ago=10, type_id=self.type_request.id)
        closed = self._resolve(days_ago=10)
        self._run()
        self.assertEqual(ticket.stage_id, self.stage_resolved)
        self.assertEqual(closed.stage_id, self.stage_closed)

    def test_scheduler_closes_in_nobodys_name(self):
        ticket = self._resolve(days_ago=10)
        self._run()
        self.assertEqual(ticket.event_ids[0].kind, "stage")
        self.assertFalse(ticket.event_ids[0].user_id)
