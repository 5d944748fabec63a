from itertools import product

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import HelpdeskCommon
from .security_common import OPERATIONS, RightsTable

# What each group may do, one letter per operation. Who is not named may do nothing.
RIGHTS = {
    "psa.ticket": {"rita": "r", "ada": "rwc", "lea": "rwc", "max": "rwcu"},
    "psa.event": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.ticket.link": {"rita": "r", "ada": "rwcu", "lea": "rwcu", "max": "rwcu"},
    "psa.team": {"rita": "r", "ada": "r", "lea": "rw", "max": "rwcu"},
    "psa.ticket.type": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.ticket.stage": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.severity": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.ticket.category": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.tag": {"rita": "r", "ada": "rc", "lea": "rwcu", "max": "rwcu"},
    "psa.import": {"lea": "rwcu", "max": "rwcu"},
    "psa.import.row": {"lea": "r", "max": "r"},
    "psa.customer.group": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.customer.type": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.email.domain": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.mail.rule": {"max": "rwcu"},
    "psa.mail.log": {"max": "rwu"},
    "psa.notice": {"max": "rwu"},
    "psa.sla.policy": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.sla.target": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.sla.escalation": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.sla.escalation.log": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.sla.breach.reason": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.sla.clock": {"rita": "r", "ada": "rw", "lea": "rw", "max": "rw"},
    "psa.sla.report": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.sla.replan": {"max": "r"},
    "psa.equipment": {"rita": "r", "ada": "rwc", "lea": "rwcu", "max": "rwcu"},
    "psa.equipment.category": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.equipment.move": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.agreement": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.agreement.line": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.agreement.amendment": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.agreement.rematch": {"max": "r"},
    "psa.agreement.suspension": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.intervention": {"rita": "r", "ada": "rwc", "lea": "rwc", "max": "rwcu"},
    "psa.intervention.type": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.item": {"rita": "r", "ada": "rwcu", "lea": "rwcu", "max": "rwcu"},
    "psa.checklist": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.checklist.item": {"rita": "r", "ada": "rwcu", "lea": "rwcu", "max": "rwcu"},
    "psa.schedule": {"rita": "r", "ada": "r", "lea": "rwcu", "max": "rwcu"},
    "psa.schedule.occurrence": {"rita": "r", "ada": "r", "lea": "rw", "max": "rw"},
    "psa.service.type": {"rita": "r", "ada": "r", "lea": "r", "max": "rwcu"},
    "psa.timer": {"ada": "r", "lea": "r", "max": "r"},
    "psa.time.entry": {"rita": "r", "ada": "r", "lea": "r", "max": "r"},
    "psa.time.approval": {"lea": "r", "max": "r"},
    "psa.workday": {"lea": "r", "max": "r"},
    "psa.time.control": {"ada": "r", "lea": "r", "max": "r"},
}

# Buttons and calls of a ticket that anybody logged in can try.
TICKET_METHODS = (
    "mark_read",
    "action_assign_to_me",
    "action_escalate",
    "action_set_waiting",
    "action_resolve",
    "action_close",
    "action_reopen",
    "action_cancel",
)


class SecurityCase(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(cls.env, "emp", "base.group_user")
        cls.customer_user = new_test_user(
            cls.env, "cus", "base.group_portal", email="casey.portal@acme.example.com"
        )
        cls.visitor = cls.env.ref("base.public_user")
        cls.outsiders = cls.employee | cls.customer_user | cls.visitor

    def _snapshot(self, ticket):
        self.env.invalidate_all()
        return ticket.read(
            ["stage_id", "user_id", "team_id", "read_at", "priority", "event_ids"]
        )


@tagged("post_install", "-at_install")
class TestRights(RightsTable, SecurityCase):
    module = "helpdesk_psa"
    rights = RIGHTS
    logins = ("rita", "ada", "lea", "max")

    def test_whoever_is_not_of_the_helpdesk_gets_nothing(self):
        for model, user, operation in product(RIGHTS, self.outsiders, OPERATIONS):
            with self.subTest(model=model, login=user.login, operation=operation):
                # Customers read tickets, those that a rule shows them: test_portal_access
                expected = (
                    model == "psa.ticket"
                    and user == self.customer_user
                    and operation == "read"
                )
                records = self.env[model].with_user(user)
                self.assertEqual(records.has_access(operation), expected)

    def test_reader_cannot_open_a_ticket(self):
        count = self.env["psa.ticket"].search_count([])
        with self.assertRaises(AccessError):
            self._create_ticket(self.rita)
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_outsiders_cannot_open_a_ticket(self):
        count = self.env["psa.ticket"].search_count([])
        for user in self.outsiders:
            with self.subTest(login=user.login), self.assertRaises(AccessError):
                self.env["psa.ticket"].with_user(user).create({"name": "Help"})
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_reader_cannot_use_any_button(self):
        self.team.escalates_to_id = self.team.copy({"alias_name": False})
        ticket = self._create_ticket()
        before = self._snapshot(ticket)
        for method in TICKET_METHODS:
            with self.subTest(method=method):
                if method == "mark_read":
                    ticket.with_user(self.rita).mark_read()
                else:
                    with self.assertRaises(AccessError):
                        getattr(ticket.with_user(self.rita), method)()
                self.assertEqual(self._snapshot(ticket), before)

    def test_outsiders_cannot_use_any_button(self):
        self.team.escalates_to_id = self.team.copy({"alias_name": False})
        ticket = self._create_ticket()
        before = self._snapshot(ticket)
        for method, user in product(TICKET_METHODS, self.outsiders):
            with self.subTest(method=method, login=user.login):
                with self.assertRaises(AccessError):
                    getattr(ticket.with_user(user), method)()
                self.assertEqual(self._snapshot(ticket), before)

    def test_agent_cannot_delete_a_ticket(self):
        ticket = self._create_ticket()
        for user in (self.ada, self.lea):
            with self.subTest(login=user.login), self.assertRaises(UserError):
                ticket.with_user(user).unlink()
        self.assertTrue(ticket.exists())

    def test_manager_deletes_a_ticket(self):
        ticket = self._create_ticket()
        ticket.with_user(self.max).unlink()
        self.assertFalse(ticket.exists())

    def test_reader_posts_no_message_in_the_agents_name(self):
        ticket = self._create_ticket()
        self.assertFalse(ticket.with_user(self.rita).has_access("write"))
        message = ticket.with_user(self.rita).message_post(
            body="For the record", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertEqual(message.author_id, self.rita.partner_id)

    def test_moments_and_number_do_not_depend_on_who_reads(self):
        ticket = self._create_ticket()
        names = ["number", "stage_category", "author_name", "link_count"]
        self.assertEqual(
            ticket.with_user(self.rita).read(names),
            ticket.with_user(self.max).read(names),
        )

    def test_customers_counter_is_for_the_helpdesk_only(self):
        self._create_ticket()
        self.assertEqual(self.acme.with_user(self.rita).psa_open_ticket_count, 1)
        with self.assertRaises(AccessError):
            self.acme.with_user(self.employee).read(["psa_open_ticket_count"])

    def test_plain_employee_opens_a_customers_form(self):
        self._create_ticket()
        statistics = self.acme.with_user(
            self.employee
        )._compute_application_statistics_hook()
        self.assertNotIn(
            "Open tickets", [chip["label"] for chip in statistics[self.acme.id]]
        )


@tagged("post_install", "-at_install")
class TestPrivateTeams(SecurityCase):
    """Lea is in the private team, Ada is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private = cls.env["psa.team"].create(
            {
                "name": "Personnel",
                "company_id": cls.company.id,
                "privacy": "members",
                "member_ids": [(6, 0, cls.lea.ids)],
                "calendar_id": False,
            }
        )
        cls.secret = cls._create_ticket(
            cls.lea, team_id=cls.private.id, name="Salaries"
        )
        cls.open = cls._create_ticket(name="Printer")

    def _sees(self, user):
        return self.secret in self.env["psa.ticket"].with_user(user).search([])

    def test_ticket_is_seen_by_members_and_managers_only(self):
        self.assertTrue(self._sees(self.lea))
        self.assertTrue(self._sees(self.max))
        self.assertFalse(self._sees(self.ada))
        self.assertFalse(self._sees(self.rita))

    def test_ticket_cannot_be_read_by_its_id(self):
        with self.assertRaises(AccessError):
            self.secret.with_user(self.ada).read(["name"])

    def test_ticket_cannot_be_written_by_its_id(self):
        with self.assertRaises(AccessError):
            self.secret.with_user(self.ada).priority = "3"
        self.assertEqual(self.secret.priority, "1")

    def test_no_button_works_on_it(self):
        self.private.escalates_to_id = self.team
        before = self._snapshot(self.secret)
        for method in (*TICKET_METHODS, "action_open_events", "action_open_siblings"):
            with self.subTest(method=method):
                with self.assertRaises(AccessError):
                    getattr(self.secret.with_user(self.ada), method)()
                self.assertEqual(self._snapshot(self.secret), before)

    def test_no_message_can_be_posted_or_read_on_it(self):
        message = self.secret.with_user(self.lea).message_post(
            body="Confidential", message_type="comment"
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.secret.with_user(self.ada).message_post(body="Hello")
        with self.assertRaises(AccessError):
            message.with_user(self.ada).read(["body"])

    def test_its_history_is_hidden(self):
        events = self.env["psa.event"].with_user(self.ada).search([])
        self.assertFalse(self.secret.event_ids & events)
        with self.assertRaises(AccessError):
            self.secret.event_ids.with_user(self.ada).read(["summary"])

    def test_its_links_are_hidden(self):
        link = self.env["psa.ticket.link"].create(
            {"ticket_id": self.open.id, "other_id": self.secret.id}
        )
        self.env.invalidate_all()
        self.assertFalse(self.open.with_user(self.ada).link_ids)
        self.assertEqual(self.open.with_user(self.lea).link_ids, link)

    def test_nobody_links_to_a_ticket_he_does_not_see(self):
        with self.assertRaises(AccessError):
            self.env["psa.ticket.link"].with_user(self.ada).create(
                {"ticket_id": self.open.id, "other_id": self.secret.id}
            )
        self.assertFalse(self.env["psa.ticket.link"].search([]))

    def test_team_itself_is_hidden(self):
        teams = self.env["psa.team"].with_user(self.ada).search([])
        self.assertNotIn(self.private, teams)
        self.assertIn(self.team, teams)

    def test_ticket_escalated_into_a_private_team_is_out_of_sight(self):
        self.private.assign_method = "balanced"
        self.team.escalates_to_id = self.private
        self.open.with_user(self.ada).action_escalate()
        self.assertEqual(self.open.user_id, self.lea)
        with self.assertRaises(AccessError):
            self.open.with_user(self.ada).read(["name"])

    def test_counters_leave_it_out(self):
        self.assertEqual(self.acme.with_user(self.ada).psa_open_ticket_count, 1)
        self.env.invalidate_all()
        self.assertEqual(self.acme.with_user(self.lea).psa_open_ticket_count, 2)

    def test_siblings_leave_it_out(self):
        self.assertEqual(self.open.with_user(self.ada).sibling_ticket_count, 0)
        self.env.invalidate_all()
        self.assertEqual(self.open.with_user(self.lea).sibling_ticket_count, 1)

    def test_new_member_sees_it_at_once(self):
        self.assertFalse(self._sees(self.ada))
        self.private.with_user(self.max).member_ids |= self.ada
        self.assertTrue(self._sees(self.ada))

    def test_former_member_sees_it_no_more_at_once(self):
        self.assertTrue(self._sees(self.lea))
        self.private.with_user(self.max).member_ids = self.ada
        self.assertFalse(self._sees(self.lea))

    def test_membership_given_on_the_users_form_counts_at_once(self):
        self.assertFalse(self._sees(self.ada))
        self.ada.psa_team_ids |= self.private
        self.assertTrue(self._sees(self.ada))

    def test_membership_given_with_a_new_user_counts_at_once(self):
        user = self._create_user(
            "new", "Nora New", "agent", psa_team_ids=[(6, 0, self.private.ids)]
        )
        self.assertTrue(self._sees(user))

    def test_team_made_private_hides_its_tickets_at_once(self):
        self.assertIn(self.open, self.env["psa.ticket"].with_user(self.rita).search([]))
        self.team.with_user(self.max).privacy = "members"
        self.assertNotIn(
            self.open, self.env["psa.ticket"].with_user(self.rita).search([])
        )

    def test_archived_private_team_stays_private(self):
        self.private.with_user(self.max).active = False
        self.assertFalse(self._sees(self.ada))
        self.assertTrue(self._sees(self.lea))

    def test_agent_of_two_teams_sees_both_queues(self):
        self.private.member_ids |= self.ada
        tickets = self.env["psa.ticket"].with_user(self.ada).search([])
        self.assertEqual(tickets & (self.secret | self.open), self.secret | self.open)
