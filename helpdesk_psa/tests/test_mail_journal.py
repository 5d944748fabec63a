import base64
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon

GATEWAY = "odoo.addons.helpdesk_psa.models.mail_thread"
JOURNAL = "odoo.addons.helpdesk_psa.models.psa_mail_log"


@tagged("post_install", "-at_install")
class TestMailJournal(HelpdeskCommon):
    """Each mail has a line in the journal, whatever becomes of it."""

    def _get_lines(self):
        return self.env["psa.mail.log"].search([])

    def _break(self, model, method, error):
        """Make a method of a model raise, until the context is left."""
        return patch.object(
            self.env.registry[model], method, autospec=True, side_effect=error
        )

    def _interrupt(self, error=OperationalError, **values):
        """Receive a mail whose processing another transaction breaks off.

        :return: the line, as old as one that was interrupted
        """
        with self._break("psa.ticket", "message_new", error):
            line = self._receive_failing(error, **values)
        line.received_at -= timedelta(minutes=11)
        return line

    def _resume(self):
        with self._own_cursors(), self.mock_mail_gateway():
            self.env.ref("helpdesk_psa.ir_cron_psa_mail_log").method_direct_trigger()
        self.env.invalidate_all()

    # === WHAT A LINE SAYS === #

    def test_line_tells_what_came_and_keeps_it(self):
        mail = self._build_mail(subject="Café", message_id="<1@acme.example.com>")
        line = self._receive(mail)
        self.assertEqual(line.email_from, "Casey Customer <casey@acme.example.com>")
        self.assertEqual(line.email_normalized, "casey@acme.example.com")
        self.assertEqual(line.email_to, self.team_address)
        self.assertEqual(line.subject, "Café")
        self.assertEqual(line.message_id, "<1@acme.example.com>")
        self.assertEqual(base64.b64decode(line.raw), mail.as_bytes())
        self.assertEqual(line.size, len(mail.as_bytes()))
        self.assertEqual(line.company_id, self.company)
        self.assertEqual((line.model, line.res_id), ("psa.ticket", line.ticket_id.id))

    def test_line_knows_the_mailbox(self):
        server = self.env["fetchmail.server"].create({"name": "Box"})
        mail = self._build_mail().as_bytes()
        with self._own_cursors(), self.mock_mail_gateway():
            gateway = self.env["mail.thread"].with_context(
                default_fetchmail_server_id=server.id
            )
            gateway.message_process("psa.ticket", mail)
            self._end_transaction()
        self.assertEqual(self._get_lines()[0].fetchmail_server_id, server)

    def test_line_exists_before_the_mail_is_processed(self):
        states = []

        def look(*args, **kwargs):
            states.append(self._get_lines()[:1].state)
            raise ValueError("stop here")

        with (
            patch.object(self.env.registry["mail.thread"], "message_parse", look),
            mute_logger(GATEWAY),
        ):
            self._receive()
        self.assertEqual(states, ["received"])

    def test_same_mail_twice_is_one_ticket(self):
        mail = self._build_mail()
        first, second = self._receive(mail), self._receive(mail)
        self.assertEqual((first.state, second.state), ("ticket", "duplicate"))
        self.assertEqual(second.ticket_id, first.ticket_id)
        self.assertEqual(second.detail, "The same mail came before.")

    def test_same_mail_twice_is_one_ticket_even_without_message_id(self):
        mail = b"From: casey@acme.example.com\nTo: help@test.mycompany.com\n\nHelp\n"
        first, second = self._receive(mail), self._receive(mail)
        self.assertEqual((first.state, second.state), ("ticket", "duplicate"))
        self.assertEqual(second.ticket_id, first.ticket_id)

    def test_mail_to_nobody_raises_as_ever_and_its_line_tells_the_remedy(self):
        line = self._receive_failing(ValueError, to="nobody@test.mycompany.com")
        self.assertEqual(line.state, "failed")
        self.assertEqual(
            line.detail,
            "No team and no other application has the address nobody@test.mycompany.com. "
            "Give it to a team, then make this mail a ticket.",
        )

    def test_mail_to_a_deleted_address_can_be_made_a_ticket_later(self):
        self.team.alias_name = False
        line = self._receive_failing(ValueError).with_user(self.max)
        self.team.alias_name = "help"
        line.action_make_ticket()
        self.assertEqual((line.state, line.ticket_id.team_id), ("ticket", self.team))

    def test_mail_of_another_application_that_fails_raises_as_ever(self):
        self.env["project.project"].create({"name": "Works", "alias_name": "works"})
        with self._break("project.task", "message_new", KeyError("stop")):
            line = self._receive_failing(KeyError, to=f"works@{self.alias_domain}")
        self.assertEqual((line.state, line.detail), ("failed", "'stop'"))

    def test_mail_sent_back_by_the_catchall_address_is_told(self):
        line = self._receive(to=f"{self.alias_catchall}@{self.alias_domain}")
        self.assertEqual(line.state, "ignored")
        self.assertIn("Sent back", line.detail)
        self.assertEqual(len(self._mails), 1)

    # === WHEN PROCESSING FAILS === #

    def test_mail_that_cannot_be_read_is_a_ticket_with_the_original(self):
        mail = self._build_mail(subject="Strange")
        with (
            self._break("psa.ticket", "message_new", KeyError("odd")),
            mute_logger(GATEWAY),
        ):
            line = self._receive(mail)
        ticket = line.ticket_id
        self.assertEqual((line.state, line.detail), ("rescued", "'odd'"))
        self.assertEqual((ticket.name, ticket.partner_id), ("Strange", self.casey))
        self.assertEqual(ticket.team_id, self.team)
        attachment = ticket.message_ids.attachment_ids
        self.assertEqual(attachment.raw, mail.as_bytes())
        self.assertTrue(attachment.res_id)
        self.assertNotIn("customer_message", ticket.event_ids.mapped("kind"))
        self.assertFalse(self._send_notices())
        self.assertFalse(self._mails, "Nobody is told that the mail failed: it did not")

    def test_mail_for_which_no_ticket_can_be_opened_leaves_a_line_and_nothing_else(
        self,
    ):
        tickets = self.env["psa.ticket"].search_count([])
        with (
            self._break("psa.ticket", "_intake", KeyError("odd")),
            mute_logger(GATEWAY),
        ):
            line = self._receive()
        self.assertEqual((line.state, line.detail), ("failed", "'odd'; 'odd'"))
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)
        line.with_user(self.max).action_make_ticket()
        self.assertEqual(line.state, "ticket")

    def test_mail_is_processed_even_when_the_journal_cannot_be_written(self):
        before = self._get_lines()
        tickets = self.env["psa.ticket"].search([])
        with (
            self._break("psa.mail.log", "create", KeyError("full")),
            mute_logger(JOURNAL),
        ):
            self._receive()
        self.assertEqual(self._get_lines(), before)
        self.assertEqual(len(self.env["psa.ticket"].search([]) - tickets), 1)

    # === SECOND CHANCES === #

    def test_interrupted_mail_stays_in_the_journal(self):
        tickets = self.env["psa.ticket"].search_count([])
        line = self._interrupt()
        self.assertEqual(line.state, "received")
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)

    def test_interrupted_mail_is_taken_up_once(self):
        tickets = self.env["psa.ticket"].search([])
        line = self._interrupt(subject="Interrupted")
        self._resume()
        self._resume()
        self.assertEqual(line.state, "ticket")
        self.assertEqual(line.attempts, 1)
        self.assertEqual(self.env["psa.ticket"].search([]) - tickets, line.ticket_id)
        self.assertEqual(line.ticket_id.name, "Interrupted")

    def test_mail_still_being_processed_is_left_alone(self):
        line = self._interrupt()
        line.received_at = fields.Datetime.now()
        self._resume()
        self.assertEqual((line.state, line.attempts), ("received", 0))

    def test_mail_whose_ticket_exists_is_only_noted(self):
        """The server stopped between the commit and the line."""
        line = self._receive()
        ticket = line.ticket_id
        reply = self._reply(ticket.message_ids[0])
        lines = line | reply
        lines.write(
            {
                "state": "received",
                "ticket_id": False,
                "received_at": fields.Datetime.now() - timedelta(minutes=11),
            }
        )
        tickets = self.env["psa.ticket"].search_count([])
        self._resume()
        self.assertEqual(lines.mapped("state"), ["ticket", "reply"])
        self.assertEqual(lines.ticket_id, ticket)
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)

    def test_mail_that_fails_again_is_told_and_holds_up_no_other(self):
        bad = self._interrupt(subject="bad")
        good = self._interrupt(subject="good")
        origin = type(self.env["psa.ticket"])._intake

        def refuse_bad(tickets, vals_list):
            if vals_list[0]["name"] == "bad":
                raise KeyError("odd")
            return origin(tickets, vals_list)

        with (
            patch.object(self.env.registry["psa.ticket"], "_intake", refuse_bad),
            mute_logger(GATEWAY, JOURNAL),
        ):
            self._resume()
        self.assertEqual((bad.state, good.state), ("failed", "ticket"))
        self.assertIn("odd", bad.detail)

    def test_mail_that_brings_the_server_down_is_given_up(self):
        line = self._interrupt()
        line.attempts = 3
        tickets = self.env["psa.ticket"].search_count([])
        self._resume()
        self.assertEqual(line.state, "failed")
        self.assertEqual(line.detail, "Given up: processing was interrupted each time.")
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)

    def test_manager_makes_a_ticket_of_a_refused_mail(self):
        line = self._receive(email_from="noreply@shop.example.com", subject="Order 7")
        self.assertEqual(line.state, "ignored")
        line.with_user(self.max).action_make_ticket()
        self.assertEqual(line.state, "ticket")
        self.assertEqual(line.ticket_id.name, "Order 7")
        self.assertEqual(line.ticket_id.team_id, self.team)
        self.assertFalse(line.detail)
        self.assertFalse(line.rule_id)

    def test_manager_makes_a_ticket_of_an_automatic_answer(self):
        line = self._receive(headers={"Auto-Submitted": "auto-replied"})
        line.with_user(self.max).action_make_ticket()
        self.assertEqual(line.ticket_id.partner_id, self.casey)
        self.assertFalse(self._send_notices())

    def test_mail_makes_one_ticket_only(self):
        line = self._receive().with_user(self.max)
        tickets = self.env["psa.ticket"].search_count([])
        with self.assertRaisesRegex(
            UserError, f"on the ticket {line.ticket_id.number}"
        ):
            line.action_make_ticket()
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)

    def test_mail_that_is_no_longer_kept_makes_no_ticket(self):
        line = self._receive(email_from="noreply@shop.example.com")
        line.raw = False
        with self.assertRaisesRegex(UserError, "no longer kept"):
            line.with_user(self.max).action_make_ticket()
        self.assertEqual(line.state, "ignored")

    def _attach(self, line, ticket, user=None):
        """Put a mail on a ticket by the dialog."""
        user = user or self.max
        wizard = self.env["psa.mail.log.attach"].with_user(user)
        wizard = wizard.create({"log_id": line.id, "ticket_id": ticket.id})
        with self._own_cursors(), self.mock_mail_gateway():
            return wizard.action_attach()

    def test_manager_puts_a_refused_mail_on_a_ticket(self):
        ticket = self._create_ticket(
            partner_id=self.casey.id, stage_id=self.stage_waiting.id
        )
        line = self._receive(
            headers={"Auto-Submitted": "auto-replied"}, body="Room 12, please."
        )
        self.assertEqual(line.state, "automatic")
        action = self._attach(line, ticket)
        self.assertEqual(action["res_id"], ticket.id)
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
        message = ticket.message_ids[0]
        self.assertIn("Room 12, please.", message.body)
        self.assertEqual(message.author_id, self.casey)
        self.assertTrue(message.is_internal, "A robot wakes nobody")
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_mail_put_on_a_waiting_ticket_wakes_it(self):
        ticket = self._create_ticket(
            partner_id=self.casey.id, stage_id=self.stage_waiting.id
        )
        rule = self.env["psa.mail.rule"].create(
            {"name": "Noise", "subject_pattern": "Printer down"}
        )
        line = self._receive()
        self.assertEqual(line.rule_id, rule)
        self._attach(line, ticket)
        self.assertEqual(ticket.stage_category, "open")
        self.assertFalse(ticket.message_ids[0].is_internal)

    def test_mail_is_put_on_one_ticket_only(self):
        line = self._receive()
        other = self._create_ticket()
        messages = other.message_ids
        for act in (
            line.with_user(self.max).action_attach,
            lambda: self._attach(line, other),
        ):
            with self.assertRaisesRegex(
                UserError, f"on the ticket {line.ticket_id.number}"
            ):
                act()
        self.assertEqual(other.message_ids, messages)

    def test_mail_is_not_put_on_a_ticket_of_another_company(self):
        line = self._receive(email_from="noreply@shop.example.com")
        ticket = self._create_ticket(
            self.bob, team_id=self.team_2.id, partner_id=self.zoe.id
        )
        messages = ticket.message_ids
        with self.assertRaises(AccessError):
            self._attach(line, ticket)
        self.assertEqual((line.state, line.ticket_id), ("ignored", ticket.browse()))
        self.assertEqual(ticket.message_ids, messages)

    def test_only_managers_put_mails_on_tickets(self):
        line = self._receive(email_from="noreply@shop.example.com")
        ticket = self._create_ticket()
        for user in (self.ada, self.lea, self.rita):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._attach(line, ticket, user)
        self.assertEqual(line.state, "ignored")

    def test_manager_blocks_a_sender(self):
        line = self._receive(email_from="Spam <Spam@bad.example.com>")
        (line | line).with_user(self.max).action_block_sender()
        line.with_user(self.max).action_block_sender()
        rule = self.env["psa.mail.rule"].search(
            [("sender_pattern", "=", "spam@bad.example.com")]
        )
        self.assertEqual(len(rule), 1)
        again = self._receive(email_from="Spam <spam@bad.example.com>")
        self.assertEqual((again.state, again.rule_id), ("ignored", rule))

    # === WHO MAY === #

    def test_journal_is_for_managers(self):
        line = self._receive()
        self.assertEqual(line.with_user(self.max).subject, "Printer down")
        for user in (self.ada, self.lea, self.rita):
            with self.subTest(user=user.login):
                own = line.with_user(user)
                for act in (own.read, own.action_make_ticket, own.action_block_sender):
                    with self.assertRaises(AccessError):
                        act()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "psa.mail.log"),
                ("res_id", "=", line.id),
                ("res_field", "=", "raw"),
            ]
        )
        self.assertEqual(len(attachment), 1)
        with self.assertRaises(AccessError):
            attachment.with_user(self.ada).read(["datas"])

    def test_lines_of_another_company_are_hidden(self):
        line = self._receive(to=self.team_2_address)
        self.assertEqual(line.company_id, self.company_2)
        self.assertFalse(
            self.env["psa.mail.log"].with_user(self.max).search([("id", "=", line.id)])
        )

    def test_nobody_writes_lines_by_hand(self):
        with self.assertRaises(AccessError):
            self.env["psa.mail.log"].with_user(self.max).create({"subject": "Fake"})

    # === FORGETTING === #

    def test_originals_and_lines_are_forgotten_in_time(self):
        now = fields.Datetime.now()
        ages = {}
        for days in (29, 31, 181):
            for sender in ("casey@acme.example.com", "noreply@acme.example.com"):
                line = self._receive(email_from=sender)
                line.received_at = now - timedelta(days=days)
                ages[days, line.state] = line
        self.env["psa.mail.log"]._gc_lines()
        self.assertTrue(ages[29, "ticket"].raw)
        self.assertFalse(ages[31, "ticket"].raw)
        self.assertTrue(ages[31, "ignored"].raw, "It may still become a ticket")
        self.assertFalse(ages[181, "ticket"].exists())
        self.assertFalse(ages[181, "ignored"].exists())


@tagged("post_install", "-at_install")
class TestMailJournalCommitted(TransactionCase):
    """The line is committed on its own: here with real cursors and a real rollback."""

    def setUp(self):
        super().setUp()
        self.subject = f"Rolled back {self.env.cr.now()}"
        self.addCleanup(self._forget)

    def _get_lines(self, cr):
        lines = api.Environment(cr, SUPERUSER_ID, {})["psa.mail.log"]
        return lines.search([("subject", "=", self.subject)])

    def _forget(self):
        with self.registry.cursor() as cr:
            self._get_lines(cr).unlink()

    def test_line_survives_the_rollback_of_the_processing(self):
        mail = f"From: x@y.example\nSubject: {self.subject}\n\nHelp\n".encode()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            ticket_id = env["mail.thread"].message_process("psa.ticket", mail)
            self.assertTrue(ticket_id)
            cr.rollback()
            self.assertFalse(env["psa.ticket"].browse(ticket_id).exists())
        with self.registry.cursor() as cr:
            line = self._get_lines(cr)
            self.assertEqual((line.state, line.size), ("received", len(mail)))
            self.assertEqual(base64.b64decode(line.raw), mail)
