from email.message import EmailMessage

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    """What an agent does in a browser, with the rights of an agent only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "ada_tour",
            groups="helpdesk_psa.group_psa_agent",
            name="Ada Agent",
            email="ada@desk.example.com",
            lang="en_US",
            tz="UTC",
        )
        cls.casey = cls.env["res.partner"].create(
            {"name": "Casey Customer", "email": "casey@acme.example.com"}
        )

    def _create_ticket(self, name, **values):
        return self.env["psa.ticket"].create(
            {
                "name": name,
                "partner_id": self.casey.id,
                "body": f"<p>{name} since this morning.</p>",
                **values,
            }
        )

    def _reply_by_mail(self, message, text):
        """Let the customer answer a message with a mail program."""
        mail = EmailMessage()
        mail["From"] = "Casey Customer <casey@acme.example.com>"
        mail["To"] = "desk@example.com"
        mail["Subject"] = "Re: your ticket"
        mail["Message-Id"] = "<reply-of-casey@acme.example.com>"
        mail["In-Reply-To"] = message.message_id
        mail.set_content(text)
        return self.env["mail.thread"].message_process(False, mail.as_bytes())

    def test_an_agent_answers_a_ticket_and_resolves_it(self):
        ticket = self._create_ticket("Label printer jams")

        self.start_tour(
            "/odoo/helpdesk-inbox", "psa_agent_replies", login="ada_tour", timeout=120
        )
        self.assertTrue(ticket.read_at)
        self.assertEqual(ticket.user_id, self.agent)
        self.assertEqual(ticket.stage_category, "waiting")
        reply = ticket.message_ids.filtered(lambda m: "Which printer" in (m.body or ""))
        self.assertEqual(reply.notification_ids.res_partner_id, self.casey)

        self._reply_by_mail(reply, "The one on the second floor")
        self.assertEqual(ticket.stage_category, "open")

        self.start_tour(
            "/odoo/helpdesk-inbox", "psa_agent_resolves", login="ada_tour", timeout=120
        )
        self.assertEqual(ticket.stage_category, "resolved")
        self.assertEqual(
            ticket.event_ids.sorted("id").mapped("kind")[:4],
            ["created", "read", "agent_reply", "assign"],
        )

    def test_a_counter_of_the_overview_opens_a_list_of_that_length(self):
        for number in range(3):
            self._create_ticket(f"Unread ticket {number}")
        self.start_tour(
            "/odoo/helpdesk", "psa_home_counter", login="ada_tour", timeout=120
        )

    def test_the_arrows_walk_the_list_while_the_panel_follows(self):
        tickets = [self._create_ticket(f"Ticket {n}", priority="3") for n in range(3)]
        self.start_tour(
            "/odoo/helpdesk-tickets", "psa_reading_list", login="ada_tour", timeout=120
        )
        self.assertTrue(tickets[0].read_at)
