from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailRules(HelpdeskCommon):
    """What opens no ticket, and what must not be answered."""

    def assertNoTicket(self, state, **values):
        """Receive a mail; it opens no ticket and writes on none.

        :return: the line of the journal
        """
        tickets = self.env["psa.ticket"].search_count([])
        messages = self.env["mail.message"].search_count([("model", "=", "psa.ticket")])
        line = self._receive(**values)
        self.assertEqual(line.state, state, line.detail)
        self.assertFalse(line.ticket_id)
        self.assertTrue(line.detail)
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)
        self.assertEqual(
            self.env["mail.message"].search_count([("model", "=", "psa.ticket")]),
            messages,
        )
        return line

    def _create_rule(self, **values):
        return (
            self.env["psa.mail.rule"]
            .with_user(self.max)
            .create({"name": "Not wanted", **values})
        )

    # === RULES === #

    def test_mail_of_noreply_is_ignored_with_the_name_of_the_rule(self):
        line = self.assertNoTicket(
            "ignored", email_from="Shop <NoReply@shop.example.com>"
        )
        self.assertEqual(
            line.rule_id, self.env.ref("helpdesk_psa.psa_mail_rule_noreply")
        )
        self.assertEqual(line.detail, "Sender that cannot be answered")

    def test_out_of_office_subject_is_ignored(self):
        for subject in ("Out of Office: vacation", "Réponse automatique : absent"):
            with self.subTest(subject=subject):
                self.assertNoTicket("ignored", subject=subject)

    def test_subject_that_only_contains_the_words_is_welcome(self):
        line = self._receive(subject="How do I write an out of office message?")
        self.assertEqual(line.state, "ticket")

    def test_domain_can_be_refused(self):
        self._create_rule(sender_pattern="*@spam.example, other@x.example")
        self.assertNoTicket("ignored", email_from="a.b@spam.example")
        self.assertEqual(self._receive(email_from="a@nospam.example").state, "ticket")

    def test_sender_and_subject_of_a_rule_must_both_fit(self):
        self._create_rule(
            sender_pattern="*@acme.example.com", subject_pattern="newsletter"
        )
        self.assertEqual(self._receive(subject="Printer").state, "ticket")
        self.assertNoTicket("ignored", subject="Our NEWSLETTER of May")

    def test_archived_rule_refuses_nothing(self):
        self._create_rule(sender_pattern="*@acme.example.com").active = False
        self.assertEqual(self._receive().state, "ticket")

    def test_rules_do_not_touch_replies(self):
        ticket = self._create_ticket()
        self._create_rule(sender_pattern="casey@acme.example.com")
        line = self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))

    def test_rules_do_not_touch_other_applications(self):
        """The sender is refused by the helpdesk only."""
        self._create_rule(sender_pattern="casey@acme.example.com")
        project = self.env["project.project"].create(
            {"name": "Works", "alias_name": "works"}
        )
        line = self._receive(to=f"works@{self.alias_domain}", subject="A task")
        self.assertEqual(line.state, "other")
        self.assertEqual(project.task_ids.name, "A task")
        self.assertEqual(
            (line.model, line.res_id), ("project.task", project.task_ids.id)
        )

    def test_rule_without_pattern_is_refused(self):
        rules = self.env["psa.mail.rule"].search_count([])
        with self.assertRaises(ValidationError) as refusal:
            self._create_rule()
        self.assertIn("would refuse every mail", str(refusal.exception))
        self.assertEqual(self.env["psa.mail.rule"].search_count([]), rules)

    def test_rule_with_a_broken_expression_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "not a regular expression"):
            self._create_rule(subject_pattern="(")

    def test_agents_make_no_rules(self):
        with self.assertRaises(AccessError):
            self.env["psa.mail.rule"].with_user(self.lea).create(
                {"name": "Mine", "sender_pattern": "x@y.example"}
            )

    def test_rule_counts_what_it_refused(self):
        rule = self._create_rule(sender_pattern="casey@acme.example.com")
        self.assertNoTicket("ignored")
        self.assertNoTicket("ignored")
        self.assertEqual(rule.log_count, 2)

    # === ROBOTS === #

    def test_automatic_answer_opens_no_ticket(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"X-Autoreply": "yes"},
            {"X-Autorespond": "On holiday"},
            {"Precedence": "auto_reply"},
            {"Precedence": "junk"},
        ):
            with self.subTest(headers=headers):
                self.assertNoTicket("automatic", headers=headers)

    def test_out_of_office_on_a_ticket_is_a_note_that_wakes_nobody(self):
        self.team.notify_user_ids = self.lea
        ticket = self._create_ticket(
            stage_id=self.stage_waiting.id, user_id=self.ada.id
        )
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
        ):
            with self.subTest(headers=headers):
                line = self._receive(subject=f"Re: [{ticket.number}]", headers=headers)
                message = ticket.message_ids[0]
                self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
                self.assertTrue(message.subtype_id.internal)
                self.assertFalse(message.notified_partner_ids)
                self.assertEqual(ticket.stage_id, self.stage_waiting)
        self.assertNotIn("customer_message", ticket.event_ids.mapped("kind"))

    def test_out_of_office_on_a_closed_ticket_opens_no_follow_up(self):
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        line = self._receive(
            subject=f"Re: [{ticket.number}]", headers={"Auto-Submitted": "auto-replied"}
        )
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
        self.assertEqual(ticket.stage_id, self.stage_closed)

    def test_monitoring_mail_is_a_ticket_without_acknowledgement(self):
        for headers in (
            {"Auto-Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"Return-Path": "<>"},
            {"Precedence": "list", "List-Id": "<support.acme.example.com>"},
        ):
            with self.subTest(headers=headers):
                line = self._receive(subject="Disk full", headers=headers)
                self.assertEqual(line.state, "ticket")
                self.assertEqual(line.ticket_id.partner_id, self.casey)
                self.assertFalse(self._send_notices())

    # === LOOPS AND BOUNCES === #

    def test_bounce_is_told_and_opens_no_ticket(self):
        line = self.assertNoTicket(
            "bounce", email_from="Mail Delivery <MAILER-DAEMON@mx.example.com>"
        )
        self.assertEqual(line.detail, "Delivery report or read receipt.")

    def test_delivery_report_names_the_address_and_the_ticket(self):
        ticket = self._create_ticket()
        message = ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        line = self._receive(
            (
                f"From: postmaster@mx.example.com\nTo: {self.team_address}\n"
                "Subject: Undelivered\nMessage-Id: <report@mx.example.com>\n"
                'Content-Type: multipart/report; boundary="b"; '
                "report-type=delivery-status\n\n"
                "--b\nContent-Type: text/plain\n\nNo such user.\n"
                "--b\nContent-Type: message/delivery-status\n\n"
                "Reporting-MTA: dns; mx.example.com\n\n"
                "Final-Recipient: rfc822; casey@acme.example.com\nAction: failed\n"
                "Status: 5.1.1\n\n"
                f"--b\nContent-Type: message/rfc822\n\nMessage-Id: {message.message_id}\n"
                "Subject: Hello\n\nHello\n--b--\n"
            ).encode()
        )
        self.assertEqual((line.state, line.ticket_id), ("bounce", ticket))
        self.assertEqual(
            line.detail, "A mail to casey@acme.example.com could not be delivered."
        )
        self.assertNotIn("customer_message", ticket.event_ids.mapped("kind"))

    def test_mail_from_an_address_of_our_own_is_a_loop(self):
        for address in (
            self.team_address,
            self.team_2_address,
            f"{self.alias_catchall}@{self.alias_domain}",
            f"{self.alias_bounce}@{self.alias_domain}",
        ):
            with self.subTest(address=address):
                self.assertNoTicket("loop", email_from=f"Support <{address}>")

    def test_twenty_mails_in_two_hours_are_enough(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        for _number in range(3):
            self.assertEqual(self._receive().state, "ticket")
        line = self.assertNoTicket("loop")
        self.assertIn("Too many mails from this sender", line.detail)
        self.assertEqual(len(self._mails), 1)
        self.assertEqual(
            self._receive(email_from="zoe@globex.example.com").state, "ticket"
        )

    def test_replies_are_counted_per_sender_and_ticket(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        first, second = self._create_ticket(), self._create_ticket()
        again = f"Re: [{first.number}]"
        for _number in range(2):
            self.assertEqual(self._receive(subject=again).state, "reply")
        messages = first.message_ids
        self.assertEqual(self._receive(subject=again).state, "loop")
        self.assertEqual(first.message_ids, messages)
        self.assertEqual(self._receive(subject=f"Re: [{second.number}]").state, "reply")

    def test_robot_that_floods_is_not_answered(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        headers = {"Auto-Submitted": "auto-generated"}
        self.assertEqual(self._receive(headers=headers).state, "ticket")
        self.assertNoTicket("loop", headers=headers)
        self.assertFalse(self._mails)

    def test_allowed_sender_may_write_as_often_as_he_likes(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        self.env["mail.gateway.allowed"].create({"email": "casey@acme.example.com"})
        self.assertEqual(self._receive().state, "ticket")
        self.assertEqual(self._receive().state, "ticket")

    def test_senders_without_address_do_not_count_as_one(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        self._create_ticket(partner_id=False)
        self._create_ticket(partner_id=False)
        self.assertEqual(self._receive(email_from="The printer").state, "ticket")

    def test_answer_to_our_own_bounce_is_a_loop(self):
        self.assertNoTicket(
            "loop", in_reply_to="<1-loop-detection-bounce-email@test.mycompany.com>"
        )
