"""People outside who take part in a ticket besides the requester (B-027)."""

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestParticipants(HelpdeskCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.ticket = self._create_ticket(body="<p>It does not print.</p>")
        self.ticket.with_user(self.ada).participant_ids = self.zoe

    def _answer(self):
        """Answer as an agent, and return the mails that leave."""
        with self.mock_mail_gateway():
            self.ticket.with_user(self.ada).message_post(
                body="Try again.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return self._new_mails

    def _open(self, url):
        self.env.flush_all()
        self.authenticate(None, None)
        return self.url_open(url.replace(self.ticket.get_base_url(), ""))

    def test_agent_adds_a_participant_who_gets_each_answer(self):
        self.assertIn(self.zoe, self._answer().recipient_ids)

    def test_requester_and_agents_are_no_participants(self):
        self.ticket.message_subscribe(partner_ids=self.lea.partner_id.ids)
        self.assertEqual(self.ticket.participant_ids, self.zoe)

    def test_colleague_in_copy_of_the_first_mail_is_a_participant(self):
        line = self._receive(to=self.team_address, cc=self.dana.email)
        self.assertEqual(line.ticket_id.participant_ids, self.dana)

    def test_customer_adds_a_colleague_by_copying_him_later(self):
        self._receive(
            to=self.team_address,
            cc=self.dana.email,
            subject=f"Re: [{self.ticket.number}]",
        )
        self.assertEqual(self.ticket.participant_ids, self.zoe | self.dana)

    def test_stranger_in_copy_is_shown_but_is_no_participant(self):
        line = self._receive(to=self.team_address, cc="supplier@else.example")
        self.assertFalse(line.ticket_id.participant_ids)
        self.assertIn("supplier@else.example", line.ticket_id.email_cc)

    def test_participant_answers_by_mail(self):
        self.ticket.with_user(self.ada).action_set_waiting()
        self._receive(
            email_from=self.zoe.email,
            to=self.team_address,
            subject=f"Re: [{self.ticket.number}]",
        )
        self.assertEqual(self.ticket.stage_category, "open")

    def test_participants_mail_has_his_own_link_and_not_the_tickets_token(self):
        mail = self._answer().filtered(lambda mail: self.zoe in mail.recipient_ids)
        self.assertIn(f"pid={self.zoe.id}", mail.body_html)
        self.assertNotIn(self.ticket.sudo().access_token, mail.body_html)

    def test_participants_link_opens_the_page(self):
        page = self._open(self.ticket._get_participant_url(self.zoe))
        self.assertIn("It does not print.", page.text)
        self.assertNotIn(self.ticket.sudo().access_token, page.text)

    def test_participant_replies_on_the_page_in_his_own_name(self):
        keys = {"pid": self.zoe.id, "hash": self.ticket.sudo()._sign_token(self.zoe.id)}
        self.env.flush_all()
        self.authenticate(None, None)
        answer = self.url_open(
            f"/my/tickets/{self.ticket.id}/reply",
            data={**keys, "body": "Me too.", "csrf_token": Request.csrf_token(self)},
        )
        message = self.ticket.message_ids[0]
        self.assertEqual(message.author_id, self.zoe)
        self.assertIn("Me too.", answer.text)
        self.assertNotIn("access_token=" + self.ticket.sudo().access_token, answer.url)

    def test_agent_with_a_participants_link_writes_in_his_own_name(self):
        keys = {"pid": self.zoe.id, "hash": self.ticket.sudo()._sign_token(self.zoe.id)}
        self.env.flush_all()
        self.authenticate("ada", "ada")
        self.url_open(
            f"/my/tickets/{self.ticket.id}/reply",
            data={**keys, "body": "It is me.", "csrf_token": Request.csrf_token(self)},
        )
        self.assertEqual(self.ticket.message_ids[0].author_id, self.ada.partner_id)

    def test_signature_of_one_opens_nothing_to_another(self):
        signature = self.ticket.sudo()._sign_token(self.zoe.id)
        page = self._open(
            f"/my/tickets/{self.ticket.id}?pid={self.dana.id}&hash={signature}"
        )
        self.assertNotIn("It does not print.", page.text)

    def test_removed_participant_gets_no_mail(self):
        self.ticket.with_user(self.ada).participant_ids = False
        self.assertNotIn(self.zoe, self._answer().recipient_ids)

    def test_removed_participants_link_opens_nothing(self):
        url = self.ticket._get_participant_url(self.zoe)
        self.ticket.with_user(self.ada).participant_ids = False
        self.assertNotIn("It does not print.", self._open(url).text)

    def test_removed_participants_signature_opens_nothing_of_odoos_own_routes(self):
        signature = self.ticket.sudo()._sign_token(self.zoe.id)
        access = {"hash": signature, "pid": self.zoe.id}
        Ticket = self.env["psa.ticket"].with_user(self.env.ref("base.public_user"))
        self.assertTrue(Ticket._get_thread_with_access(self.ticket.id, **access))
        self.ticket.with_user(self.ada).participant_ids = False
        self.assertFalse(Ticket._get_thread_with_access(self.ticket.id, **access))

    def test_removed_participant_is_no_longer_in_copy(self):
        self.ticket.email_cc = f"{self.zoe.email_formatted}, boss@acme.example.com"
        self.ticket.with_user(self.ada).participant_ids = False
        self.assertEqual(self.ticket.email_cc, "boss@acme.example.com")

    def test_reader_may_not_add_participants(self):
        with self.assertRaises(Exception) as caught:
            self.ticket.with_user(self.rita).write({"participant_ids": self.dana.ids})
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        self.assertEqual(self.ticket.participant_ids, self.zoe)

    def test_thirty_tickets_change_hands_with_as_many_queries_as_three(self):
        def count(tickets):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            tickets.with_user(self.ada).write({"partner_id": self.dana.id})
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        batches = [
            self.env["psa.ticket"].concat(
                *(self._create_ticket() for _number in range(number))
            )
            for number in (3, 3, 30)
        ]
        count(batches[0])  # warms the caches
        few, many = count(batches[1]), count(batches[2])
        self.assertLessEqual(many, few + 3)
        tokens = {ticket.access_token for ticket in batches[2].sudo()}
        self.assertEqual(len(tokens), 30)
        self.assertNotIn(self.casey, batches[2].sudo().message_partner_ids)
