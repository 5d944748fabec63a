from datetime import datetime, timedelta
from random import Random

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .common import HelpdeskCommon

MONDAY_9AM = datetime(2026, 3, 2, 9)


@tagged("post_install", "-at_install")
class TestEvents(HelpdeskCommon):
    def _get_kinds(self, ticket):
        """Return the kinds of a ticket's events, oldest first."""
        return ticket.event_ids.sorted("id").mapped("kind")

    def _get_words(self, ticket, user=None, lang="en_US"):
        """Return a ticket's history in words, oldest first."""
        events = ticket.with_user(user or self.rita).with_context(lang=lang).event_ids
        return events.sorted("id").mapped("summary")

    def _reply(self, ticket, user=None, **values):
        return ticket.with_user(user or self.ada).message_post(
            body="Hello",
            message_type="comment",
            **{"subtype_xmlid": "mail.mt_comment", **values},
        )

    # Append-only

    def test_nobody_changes_history(self):
        event = self._create_ticket().event_ids
        for events in (event.with_user(self.max), event.sudo(), event):
            with self.subTest(user=events.env.user.name):
                with self.assertRaises(UserError):
                    events.write({"new": "phone"})
                self.assertEqual(event.new, "manual")

    def test_nobody_deletes_history(self):
        ticket = self._create_ticket()
        event = ticket.event_ids
        for events in (event.with_user(self.max), event.sudo(), event):
            with self.subTest(user=events.env.user.name):
                with self.assertRaises(UserError):
                    events.unlink()
                self.assertTrue(event.exists())

    def test_nobody_invents_history(self):
        ticket = self._create_ticket()
        with self.assertRaises(UserError):
            self.env["psa.event"].with_user(self.max).create(
                {"ticket_id": ticket.id, "kind": "read"}
            )
        self.assertEqual(self._get_kinds(ticket), ["created"])

    def test_history_cannot_be_written_through_the_ticket(self):
        ticket = self._create_ticket()
        with self.assertRaises(UserError):
            ticket.with_user(self.max).write({"event_ids": [(0, 0, {"kind": "read"})]})
        with self.assertRaises(UserError):
            ticket.with_user(self.max).write({"event_ids": [(5, 0, 0)]})
        self.assertEqual(self._get_kinds(ticket), ["created"])

    def test_history_goes_with_the_ticket_a_manager_deletes(self):
        ticket = self._create_ticket()
        event = ticket.event_ids
        ticket.with_user(self.max).unlink()
        self.assertFalse(event.exists())

    # One event per change

    def test_creation_tells_the_channel_and_the_agent(self):
        ticket = self._create_ticket(channel="phone", user_id=self.lea.id)
        self.assertEqual(
            self._get_words(ticket), ["Created (Phone)", "Assigned to Lea Lead"]
        )

    def test_each_field_that_matters_has_its_event(self):
        ticket = self._create_ticket()
        category = self.env["psa.ticket.category"].create({"name": "Network"})
        other_team = self.team.copy({"name": "Field", "alias_name": False})
        ticket.with_user(self.ada).write(
            {
                "priority": "3",
                "type_id": self.type_request.id,
                "category_id": category.id,
                "team_id": other_team.id,
                "user_id": self.ada.id,
                "partner_id": self.zoe.id,
                "stage_id": self.stage_open.id,
            }
        )
        self.assertEqual(
            self._get_words(ticket),
            [
                "Created (By hand)",
                "Type: Incident → Service request",
                "Category: Network",
                "Priority: Normal → Urgent",
                "Team: Support → Field",
                "Assigned to Ada Agent",
                "Requester: ACME, Casey Customer → Globex, Zoe Other",
                "Status: New → In progress",
            ],
        )

    def test_values_that_stay_make_no_event(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).write(
            {
                "priority": "1",
                "team_id": self.team.id,
                "user_id": False,
                "stage_id": self.stage_new.id,
                "name": "Another subject",
            }
        )
        self.assertEqual(self._get_kinds(ticket), ["created"])

    def test_batch_write_tells_each_ticket(self):
        tickets = self._create_ticket() | self._create_ticket() | self._create_ticket()
        tickets[0].with_user(self.ada).priority = "3"
        tickets.with_user(self.ada).priority = "3"
        self.assertEqual(
            [self._get_kinds(ticket) for ticket in tickets],
            [["created", "priority"]] * 3,
        )

    def test_event_knows_who_and_when(self):
        ticket = self._create_ticket()
        with freeze_all_time(MONDAY_9AM):
            ticket.with_user(self.lea).stage_id = self.stage_open
        event = ticket.event_ids.filtered(lambda event: event.kind == "stage")
        self.assertEqual(event.user_id, self.lea)
        self.assertEqual(event.at, MONDAY_9AM)
        self.assertEqual(event.old, str(self.stage_new.id))
        self.assertEqual(event.new, str(self.stage_open.id))

    def test_taking_a_ticket_back_is_told(self):
        ticket = self._create_ticket(user_id=self.lea.id)
        ticket.with_user(self.ada).user_id = False
        self.assertEqual(self._get_words(ticket)[-1], "Taken back from Lea Lead")

    def test_removed_category_is_told(self):
        category = self.env["psa.ticket.category"].create({"name": "Network"})
        ticket = self._create_ticket(category_id=category.id)
        ticket.with_user(self.ada).category_id = False
        self.assertEqual(self._get_words(ticket)[-1], "Category: Network → none")

    def test_reading_tells_how_long_it_took(self):
        with freeze_all_time(MONDAY_9AM):
            ticket = self._create_ticket()
        with freeze_all_time(MONDAY_9AM + timedelta(minutes=95)):
            ticket.with_user(self.ada).mark_read()
        self.assertEqual(self._get_words(ticket)[-1], "Read, 01:35 h after it arrived")

    def test_life_of_a_ticket_is_four_lines_with_their_author(self):
        ticket = self._create_ticket()
        as_ada = ticket.with_user(self.ada)
        as_ada.mark_read()
        as_ada.action_assign_to_me()
        as_ada.type_id = self.type_request
        as_ada.action_close()
        events = ticket.event_ids.sorted("id")[1:]
        self.assertEqual(events.mapped("kind"), ["read", "assign", "type", "stage"])
        self.assertEqual(events.user_id, self.ada)

    # Messages

    def test_agents_reply_is_an_event_and_takes_the_ticket_up(self):
        ticket = self._create_ticket()
        with freeze_all_time(MONDAY_9AM):
            message = self._reply(ticket)
        self.assertEqual(
            self._get_kinds(ticket), ["created", "agent_reply", "assign", "stage"]
        )
        event = ticket.event_ids.filtered(lambda event: event.kind == "agent_reply")
        self.assertEqual(event.message_id, message)
        self.assertEqual(ticket.first_response_at, MONDAY_9AM)
        self.assertEqual(ticket.user_id, self.ada)
        self.assertEqual(ticket.stage_id, self.stage_open)

    def test_second_reply_leaves_the_first_response(self):
        ticket = self._create_ticket()
        with freeze_all_time(MONDAY_9AM):
            self._reply(ticket)
        with freeze_all_time(MONDAY_9AM + timedelta(hours=1)):
            self._reply(ticket, user=self.lea)
        self.assertEqual(ticket.first_response_at, MONDAY_9AM)
        self.assertEqual(ticket.user_id, self.ada)

    def test_reply_leaves_the_ticket_to_nobody_where_the_team_says_so(self):
        self.team.assign_on_reply = False
        ticket = self._create_ticket()
        self._reply(ticket)
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.stage_id, self.stage_open)

    def test_internal_note_is_no_response(self):
        ticket = self._create_ticket()
        self._reply(ticket, subtype_xmlid="mail.mt_note")
        self.assertEqual(self._get_kinds(ticket), ["created"])
        self.assertFalse(ticket.first_response_at)
        self.assertEqual(ticket.stage_id, self.stage_new)

    def test_customers_message_is_an_event_with_its_author(self):
        ticket = self._create_ticket()
        ticket.message_post(
            body="Still broken",
            author_id=self.casey.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self._get_words(ticket)[-1], "ACME, Casey Customer wrote")
        self.assertFalse(ticket.first_response_at)

    def test_message_of_a_scheduled_job_is_neither(self):
        ticket = self._create_ticket()
        ticket.message_post(
            body="Reminder",
            author_id=self.env.ref("base.partner_root").id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self._get_kinds(ticket), ["created"])

    # Words

    def test_history_reads_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.stage_open.with_context(lang="fr_FR").name = "En cours"
        ticket = self._create_ticket()
        ticket.with_user(self.ada).stage_id = self.stage_open
        self.assertIn("→ In progress", self._get_words(ticket)[-1])
        self.assertIn("→ En cours", self._get_words(ticket, lang="fr_FR")[-1])

    def test_history_keeps_the_words_of_archived_and_renamed_things(self):
        ticket = self._create_ticket()
        other = self.team.copy({"name": "Field", "alias_name": False})
        ticket.with_user(self.ada).team_id = other
        other.with_user(self.max).write({"name": "On site", "active": False})
        self.env.invalidate_all()
        self.assertEqual(self._get_words(ticket)[-1], "Team: Support → On site")

    def test_history_survives_what_is_deleted(self):
        category = self.env["psa.ticket.category"].create({"name": "Network"})
        ticket = self._create_ticket(category_id=category.id)
        ticket.with_user(self.ada).category_id = False
        category_id = category.id
        category.with_user(self.lea).unlink()
        self.env.invalidate_all()
        self.assertEqual(self._get_words(ticket)[-1], f"Category: {category_id} → none")

    def test_reader_of_a_ticket_reads_its_history(self):
        ticket = self._create_ticket()
        action = ticket.with_user(self.rita).action_open_events()
        events = self.env["psa.event"].with_user(self.rita).search(action["domain"])
        self.assertEqual(events, ticket.event_ids)
        self.assertEqual(ticket.with_user(self.rita).event_ids, ticket.event_ids)

    # The history is complete: it rebuilds the ticket

    def test_replaying_the_events_rebuilds_the_ticket(self):
        choices = {
            "stage_id": self.type_incident.stage_ids.ids,
            "user_id": [False, self.ada.id, self.lea.id],
            "team_id": (
                self.team | self.team.copy({"name": "Field", "alias_name": False})
            ).ids,
            "priority": ["0", "1", "2", "3"],
            "severity_id": [False, *self.env["psa.severity"].search([]).ids],
            "type_id": (self.type_incident | self.type_request).ids,
            "partner_id": [False, self.casey.id, self.zoe.id],
        }
        random = Random(226)
        for _history in range(15):
            ticket = self._create_ticket()
            start = ticket._get_event_values()[ticket.id]
            for _step in range(random.randint(1, 12)):
                names = random.sample(sorted(choices), random.randint(1, 3))
                ticket.with_user(random.choice((self.ada, self.lea))).write(
                    {name: random.choice(choices[name]) for name in names}
                )
            self.assertEqual(
                self._replay(start, ticket), ticket._get_event_values()[ticket.id]
            )

    def _replay(self, values, ticket):
        """Apply a ticket's events to its first values, checking that each one fits."""
        field_of_kind = {kind: name for name, kind in ticket._psa_event_fields.items()}
        values = dict(values)
        for event in ticket.event_ids.sorted("id"):
            name = field_of_kind.get(event.kind)
            if name:
                self.assertEqual(event.old, values[name], event.summary)
                self.assertNotEqual(event.new, event.old, event.summary)
                values[name] = event.new
        return values


@tagged("post_install", "-at_install")
class TestTaskEvents(HelpdeskCommon):
    """The history of a task is read by whoever may know of the task."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env["project.project"].create(
            {
                "name": "Rollout",
                "psa_use_sla": True,
                "company_id": cls.company.id,
                "privacy_visibility": "employees",
            }
        )
        cls.task = cls.env["project.task"].create(
            {
                "name": "Cabling",
                "project_id": cls.project.id,
                "partner_id": cls.casey.id,
                "user_ids": False,
            }
        )
        cls.task.state = "1_done"

    def _get_words(self, user):
        events = self.env["psa.event"].with_user(user)
        return events.search([("task_id", "=", self.task.id)]).mapped("summary")

    def assertSeenBy(self, *users):
        for user in (self.rita, self.ada, self.lea, self.max, self.bob):
            self.assertEqual(bool(self._get_words(user)), user in users, user.name)

    def test_history_of_a_task_is_told_in_words(self):
        self.assertEqual(
            set(self._get_words(self.rita)), {"Created", "Status: In Progress → Done"}
        )

    def test_everybody_of_the_company_sees_it(self):
        self.assertSeenBy(self.rita, self.ada, self.lea, self.max)

    def test_task_without_a_customer_has_a_history_too(self):
        self.task.partner_id = False
        self.assertSeenBy(self.rita, self.ada, self.lea, self.max)

    def test_project_of_followers_is_seen_by_them(self):
        self.project.privacy_visibility = "followers"
        self.project.message_subscribe(partner_ids=self.ada.partner_id.ids)
        self.assertSeenBy(self.ada)

    def test_closed_customer_group_is_seen_by_its_pod_and_by_managers(self):
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        self.assertSeenBy(self.lea, self.max)

    def test_events_of_tickets_do_not_slip_through_as_those_of_tasks(self):
        ticket = self._create_ticket()
        domain = [("ticket_id", "=", ticket.id)]
        events = self.env["psa.event"]
        self.assertTrue(events.with_user(self.rita).search(domain))
        self.assertFalse(events.with_user(self.bob).search(domain))
        self.team.privacy = "members"
        self.assertFalse(events.with_user(self.rita).search(domain))
        self.assertTrue(events.with_user(self.max).search(domain))
