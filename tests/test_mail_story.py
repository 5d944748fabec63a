"""Two customers and an agent, over a real SMTP server: nothing is lost, nothing crosses."""

import email
import socket
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.tests import tagged
from odoo.tools.mail import html2plaintext

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.helpdesk_psa.tests.common import HelpdeskCommon


class Mailboxes:
    """Keeps what an SMTP server receives, by recipient."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=policy.SMTP)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"

    def of(self, address):
        """Return the mails that an address got, oldest first."""
        return [mail for to, mail in self.mails if to == address]


def read(mail):
    """Return the subject and the text of a mail."""
    return f"{mail['Subject']}\n{mail.get_body(('plain', 'html')).get_content()}"


@tagged("post_install", "-at_install")
class TestMailStory(HelpdeskCommon):
    """From the customer's mail to the closing mail, through real SMTP."""

    def setUp(self):
        super().setUp()
        self.boxes = Mailboxes()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(self.boxes, hostname="127.0.0.1", port=port)
        controller.start()
        self.addCleanup(controller.stop)
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
                # Without it Odoo writes in the name of notifications@, not of the team.
                "from_filter": self.alias_domain,
            }
        )
        self.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"

    @contextmanager
    def _really_send(self):
        """Odoo sends no mail in tests; here it does, to the server on loopback."""
        with patch.object(IrMail_Server, "_disable_send", return_value=False):
            yield

    def _run_schedulers(self):
        """Run the scheduled jobs that send mail."""
        with self._own_cursors(), self._really_send():
            self.env.ref("helpdesk_psa.ir_cron_psa_notice").method_direct_trigger()
            self.env.ref("mail.ir_cron_mail_scheduler_action").method_direct_trigger()

    def _arrive(self, mail):
        """Let a mail arrive at the gateway, as the mail server would hand it over.

        :return: the line of the journal
        """
        with self._own_cursors(), self._really_send():
            self.env["mail.thread"].message_process(None, mail.as_bytes())
            self._end_transaction()
        return self.env["psa.mail.log"].search([], order="id desc", limit=1)

    def _write(self, sender, text):
        return self._arrive(
            self._build_mail(email_from=sender, subject="Printer down", body=text)
        )

    def _answer_mail(self, mail, text):
        """Answer a mail as a mail program does, by what stands in its own headers."""
        reply = EmailMessage(policy=policy.SMTP)
        reply["From"] = str(mail["To"])
        reply["To"] = str(mail["Reply-To"] or mail["From"])
        reply["Subject"] = f"Re: {mail['Subject']}"
        reply["Message-Id"] = make_msgid(domain="customer.example.com")
        reply["In-Reply-To"] = str(mail["Message-Id"])
        reply["References"] = f"{mail['References'] or ''} {mail['Message-Id']}".strip()
        reply.set_content(f"{text}\n\n> quoted\n")
        return self._arrive(reply)

    def _answer_as_agent(self, ticket, text):
        ticket.with_user(self.ada).message_post(
            body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._run_schedulers()

    def _tell(self, ticket):
        """Return the public conversation, oldest first: (author, first line)."""
        messages = ticket.message_ids.sorted("id").filtered(
            lambda message: (
                message.message_type in ("email", "comment")
                and not message.subtype_id.internal
            )
        )
        return [
            (
                message.author_id.name,
                html2plaintext(message.body).strip().split("\n")[0],
            )
            for message in messages
        ]

    def test_two_conversations_over_real_smtp(self):
        casey, zoe = "casey@acme.example.com", "zoe@globex.example.com"

        # Both write about the same thing, and are told that they were heard.
        ticket = self._write(f"Casey <{casey}>", "My printer is down.").ticket_id
        other = self._write(f"Zoe <{zoe}>", "Our printer is down.").ticket_id
        self.assertNotEqual(ticket, other)
        self._run_schedulers()
        (heard,) = self.boxes.of(casey)
        self.assertIn(ticket.number, heard["Subject"])
        self.assertEqual(heard["Auto-Submitted"], "auto-replied")
        self.assertIn(self.team_address, heard["Reply-To"])

        # Casey answers the acknowledgement; the agent answers both.
        line = self._answer_mail(heard, "It is the one on the first floor.")
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
        self._answer_as_agent(ticket, "Please restart it.")
        self._answer_as_agent(other, "Please check the paper.")
        (_heard, asked) = self.boxes.of(casey)
        (_zoe_heard, zoe_asked) = self.boxes.of(zoe)
        self.assertIn("Please restart it.", read(asked))
        self.assertEqual(asked["From"].addresses[0].display_name, "Ada Agent – Support")
        self.assertEqual(asked["From"].addresses[0].addr_spec, self.team_address)

        # The answers cross on the way, and land where they belong.
        self.assertEqual(
            self._answer_mail(zoe_asked, "There is paper.").ticket_id, other
        )
        self.assertEqual(self._answer_mail(asked, "It works now.").ticket_id, ticket)

        # The agent answers from a mail program, too, and it reaches Zoe.
        agent_mail = self._build_mail(
            email_from="Ada <ada@msp.example.com>",
            subject=f"Re: [{other.number}] Printer down",
            body="Then I come by.",
        )
        self.assertEqual(self._arrive(agent_mail).ticket_id, other)
        self._run_schedulers()
        self.assertIn("Then I come by.", read(self.boxes.of(zoe)[-1]))

        # Resolved: told once, however often the schedulers run.
        ticket.with_user(self.ada).action_resolve()
        self._run_schedulers()
        self._run_schedulers()
        closing = [
            mail for mail in self.boxes.of(casey) if "Resolved" in mail["Subject"]
        ]
        self.assertEqual(len(closing), 1)
        self.assertEqual(closing[0]["Auto-Submitted"], "auto-generated")

        # An objection reopens the ticket.
        line = self._answer_mail(closing[0], "Sorry, it is down again.")
        self.assertEqual(line.ticket_id, ticket)
        self.assertEqual(ticket.stage_category, "open")

        self.assertEqual(
            self._tell(ticket),
            [
                ("Casey Customer", "My printer is down."),
                ("Casey Customer", "It is the one on the first floor."),
                ("Ada Agent", "Please restart it."),
                ("Casey Customer", "It works now."),
                ("Casey Customer", "Sorry, it is down again."),
            ],
        )
        self.assertEqual(
            self._tell(other),
            [
                ("Zoe Other", "Our printer is down."),
                ("Ada Agent", "Please check the paper."),
                ("Zoe Other", "There is paper."),
                ("Ada Agent", "Then I come by."),
            ],
        )
        for address, stranger in ((casey, other), (zoe, ticket)):
            for mail in self.boxes.of(address):
                self.assertNotIn(stranger.number, read(mail))
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "exception")]))
