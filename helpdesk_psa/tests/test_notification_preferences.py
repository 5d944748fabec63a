"""Each agent chooses what he is told of (S-108); each team how its mails look (S-102)."""

from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestNotificationPreferences(HelpdeskCommon):
    def _get_told(self, user):
        """Return the subjects of what a user was told."""
        notifications = self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id)]
        )
        messages = notifications.mail_message_id
        return [message.subject or message.record_name for message in messages]

    def test_agent_is_told_of_a_ticket_that_a_colleague_gives_him(self):
        ticket = self._create_ticket()
        ticket.with_user(self.lea).user_id = self.ada
        self.assertEqual(len(self._get_told(self.ada)), 1)

    def test_agent_is_not_told_of_what_he_takes_himself(self):
        self._create_ticket().with_user(self.ada).action_assign_to_me()
        self.assertEqual(self._get_told(self.ada), [])

    def test_agent_may_switch_off_being_told_of_given_tickets(self):
        self.ada.with_user(self.ada).psa_notify_assigned = False
        ticket = self._create_ticket()
        ticket.with_user(self.lea).user_id = self.ada
        self.assertEqual(self._get_told(self.ada), [])

    def test_colleagues_are_not_told_of_others_tickets_unless_they_wish(self):
        self._create_ticket().with_user(self.ada).action_assign_to_me()
        self.assertEqual(self._get_told(self.lea), [])

    def test_colleague_who_wishes_is_told_of_others_tickets(self):
        self.lea.with_user(self.lea).psa_notify_colleague = True
        self._create_ticket().with_user(self.ada).action_assign_to_me()
        self.assertIn("Ada Agent", self._get_told(self.lea)[0])

    def test_agent_is_told_of_his_customers_messages(self):
        ticket = self._create_ticket(user_id=self.ada.id)
        self._receive(subject=f"Re: [{ticket.number}]", to=self.team_address)
        self.assertEqual(len(self._get_told(self.ada)), 1)

    def test_agent_may_switch_off_his_customers_messages(self):
        self.ada.with_user(self.ada).psa_notify_message = False
        ticket = self._create_ticket(user_id=self.ada.id)
        self._receive(subject=f"Re: [{ticket.number}]", to=self.team_address)
        self.assertEqual(self._get_told(self.ada), [])

    def test_watchers_are_told_of_new_tickets_as_new_not_as_theirs(self):
        self.team.notify_user_ids = self.lea
        ticket = self._create_ticket()
        self.assertEqual(
            self._get_told(self.lea), [f"New ticket {ticket.number}: Printer down"]
        )

    def test_watcher_may_switch_off_the_teams_news(self):
        self.team.notify_user_ids = self.lea
        self.lea.with_user(self.lea).psa_notify_watched = False
        self._create_ticket()
        self.assertEqual(self._get_told(self.lea), [])

    def test_many_tickets_given_at_once_are_told_in_one_message(self):
        tickets = self._create_ticket() | self._create_ticket()
        tickets.with_user(self.lea).write({"user_id": self.ada.id})
        self.assertEqual(len(self._get_told(self.ada)), 1)


@tagged("post_install", "-at_install")
class TestTeamBranding(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.mail_header = "<p>ACME SUPPORT HEADER</p>"
        cls.team.mail_signature = "<p>Call us: 0800</p>"
        cls.other_team = cls.env["psa.team"].create(
            {
                "name": "Field",
                "company_id": cls.company.id,
                "mail_header": "<p>FIELD</p>",
            }
        )

    def _get_mail(self, ticket):
        """Return the body of the answer that the customer gets."""
        with self.mock_mail_gateway():
            ticket.with_user(self.ada).message_post(
                body="Done.", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        return self._new_mails.filtered(
            lambda mail: self.casey in mail.recipient_ids
        ).body_html

    def test_answer_carries_header_and_signature_of_its_team(self):
        body = self._get_mail(self._create_ticket())
        self.assertIn("ACME SUPPORT HEADER", body)
        self.assertIn("Call us: 0800", body)

    def test_two_teams_have_two_headers(self):
        body = self._get_mail(self._create_ticket(team_id=self.other_team.id))
        self.assertIn("FIELD", body)
        self.assertNotIn("ACME SUPPORT HEADER", body)

    def test_notices_carry_header_and_signature(self):
        self._create_ticket()
        body = self._send_notices().body_html
        self.assertIn("ACME SUPPORT HEADER", body)
        self.assertIn("Call us: 0800", body)

    def test_mails_of_other_applications_stay_as_they_are(self):
        with self.mock_mail_gateway():
            self.acme.message_post(body="Hello", partner_ids=self.casey.ids)
        self.assertNotIn("ACME SUPPORT HEADER", self._new_mails.body_html)
