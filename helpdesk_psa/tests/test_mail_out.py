from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.mail import email_normalize

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailOut(HelpdeskCommon):
    """What goes out, to whom, in whose name, and what never does."""

    def _answer(self, ticket, body="Restart it.", **values):
        """Let Ada answer the customer; the mails are in `self._mails`."""
        with self.mock_mail_gateway():
            message = ticket.with_user(self.ada).message_post(
                body=body,
                message_type="comment",
                **{"subtype_xmlid": "mail.mt_comment", **values},
            )
            self._send_mails()
        return message

    def _get_mails_to(self, *addresses):
        return [
            mail
            for mail in self._mails
            if {email_normalize(address) for address in mail["email_to"]} & {*addresses}
        ]

    # === ANSWERS === #

    def test_answer_waits_for_no_mail_server(self):
        ticket = self._create_ticket()
        job = self.env.ref("mail.ir_cron_mail_scheduler_action")
        calls = [("cron_id", "=", job.id)]
        before = self.env["ir.cron.trigger"].search(calls)
        with self.mock_mail_gateway():
            ticket.with_user(self.ada).message_post(
                body="Restart it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertFalse(self._mails)
        self.assertEqual(self._new_mails.state, "outgoing")
        self.assertEqual(len(self.env["ir.cron.trigger"].search(calls) - before), 1)

    def test_answer_leaves_from_the_address_of_the_team(self):
        ticket = self._create_ticket()
        self._answer(ticket)
        (mail,) = self._get_mails_to("casey@acme.example.com")
        self.assertEqual(
            mail["email_from"], f'"Ada Agent – Support" <{self.team_address}>'
        )
        self.assertEqual(mail["reply_to"], f'"Support" <{self.team_address}>')
        self.assertEqual(mail["subject"], f"[{ticket.number}] Printer down")
        self.assertIn("Restart it.", mail["body"])

    def test_answer_with_a_subject_of_its_own_carries_the_number_once(self):
        ticket = self._create_ticket()
        self._answer(ticket, subject="Your printer")
        self._answer(ticket, subject=f"Re: [{ticket.number}] Your printer")
        messages = ticket.message_ids.sorted("id")[-2:]
        mails = self.env["mail.mail"].search([("mail_message_id", "in", messages.ids)])
        self.assertEqual(
            sorted(mails.mapped("subject")),
            [f"Re: [{ticket.number}] Your printer", f"[{ticket.number}] Your printer"],
        )

    def test_answers_to_a_team_without_address_come_to_the_catchall_address(self):
        self.team.alias_name = False
        self._answer(self._create_ticket())
        (mail,) = self._get_mails_to("casey@acme.example.com")
        self.assertEqual(
            email_normalize(mail["reply_to"]),
            f"{self.alias_catchall}@{self.alias_domain}",
        )

    def test_file_of_the_agent_reaches_the_customer(self):
        self._answer(self._create_ticket(), attachments=[("guide.txt", b"Restart")])
        (mail,) = self._get_mails_to("casey@acme.example.com")
        self.assertEqual([file[0] for file in mail["attachments"]], ["guide.txt"])

    def test_answer_ends_with_the_signature_of_the_agent(self):
        self.ada.signature = "<p>Ada from Support</p>"
        self._answer(self._create_ticket())
        (mail,) = self._get_mails_to("casey@acme.example.com")
        self.assertIn("Ada from Support", mail["body"])

    def test_answer_reaches_a_requester_who_is_no_contact(self):
        ticket = self._receive(email_from="Nina <nina@new.example.com>").ticket_id
        self._answer(ticket)
        self.assertEqual(len(self._get_mails_to("nina@new.example.com")), 1)
        self.assertFalse(ticket.partner_id)

    def test_answer_by_mail_reaches_a_requester_who_is_no_contact(self):
        ticket = self._receive(email_from="Nina <nina@new.example.com>").ticket_id
        self._reply(ticket.message_ids[0], email_from="ada@msp.example.com")
        with self.mock_mail_gateway():
            self._send_mails()
        self.assertEqual(len(self._get_mails_to("nina@new.example.com")), 1)

    def test_requester_whom_the_composer_makes_a_contact_gets_one_mail(self):
        ticket = self._receive(email_from="Nina <nina@new.example.com>").ticket_id
        nina = self._create_contact("Nina", "nina@new.example.com")
        self._answer(ticket, partner_ids=nina.ids)
        self.assertEqual(len(self._get_mails_to("nina@new.example.com")), 1)
        self.assertEqual(ticket.partner_id, nina)
        self._answer(ticket)
        self.assertEqual(len(self._get_mails_to("nina@new.example.com")), 1)

    # === NOTES === #

    def test_note_goes_to_no_customer(self):
        ticket = self._create_ticket(user_id=self.lea.id)
        self.assertIn(self.casey, ticket.message_partner_ids)
        note = self._answer(ticket, "He is wrong.", subtype_xmlid="mail.mt_note")
        self.assertFalse(self._mails)
        self.assertNotIn(self.casey, note.notified_partner_ids)

    def test_note_that_names_a_customer_goes_to_colleagues_only(self):
        ticket = self._create_ticket()
        self.lea.notification_type = "email"
        people = self.casey | self.zoe | self.lea.partner_id
        note = self._answer(
            ticket, "He is wrong.", subtype_xmlid="mail.mt_note", partner_ids=people.ids
        )
        self.assertFalse(
            self._get_mails_to("casey@acme.example.com", "zoe@globex.example.com")
        )
        self.assertEqual(len(self._get_mails_to("lea@msp.example.com")), 1)
        self.assertEqual(note.notified_partner_ids, self.lea.partner_id)

    def test_note_goes_to_no_customer_who_follows_everything(self):
        ticket = self._create_ticket()
        subtypes = self.env["mail.message.subtype"].search([])
        ticket.message_subscribe(partner_ids=self.casey.ids, subtype_ids=subtypes.ids)
        self._answer(ticket, "He is wrong.", subtype_xmlid="mail.mt_note")
        self.assertFalse(self._mails)

    def test_note_goes_to_no_requester_who_is_no_contact(self):
        ticket = self._receive(email_from="Nina <nina@new.example.com>").ticket_id
        self._answer(ticket, "She is wrong.", subtype_xmlid="mail.mt_note")
        self.assertFalse(self._mails)

    def test_mail_quotes_no_note(self):
        ticket = self._create_ticket()
        self._answer(ticket, "He is wrong.", subtype_xmlid="mail.mt_note")
        self._answer(ticket, "You are right.")
        (mail,) = self._get_mails_to("casey@acme.example.com")
        self.assertNotIn("wrong", mail["body"])
        ticket.with_user(self.ada).action_resolve()
        self.assertNotIn("wrong", "".join(self._send_notices().mapped("body_html")))

    # === COLLEAGUES === #

    def test_agent_and_watchers_are_told_of_a_new_ticket(self):
        self.team.write({"notify_user_ids": self.max.ids, "assign_method": "balanced"})
        ticket = self._receive().ticket_id
        self.assertTrue(ticket.user_id)
        self.assertEqual(
            ticket.message_ids.notified_partner_ids,
            (self.max | ticket.user_id).partner_id,
        )

    def test_agent_and_watchers_are_told_of_what_the_customer_writes(self):
        self.team.notify_user_ids = self.max
        ticket = self._create_ticket(user_id=self.ada.id)
        self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual(
            ticket.message_ids[0].notified_partner_ids, (self.max | self.ada).partner_id
        )

    def test_team_may_leave_its_watchers_alone(self):
        self.team.write(
            {
                "notify_user_ids": self.max.ids,
                "notify_new": False,
                "notify_message": False,
            }
        )
        ticket = self._receive().ticket_id
        self._reply(ticket.message_ids[0])
        self.assertFalse(ticket.message_ids.notified_partner_ids)

    def test_colleague_at_the_customer_in_copy_gets_the_answer(self):
        ticket = self._receive(cc="dana@acme.example.com").ticket_id
        message = self._answer(ticket)
        self.assertEqual(message.notified_partner_ids, self.casey | self.dana)

    # === ACKNOWLEDGEMENTS AND NOTICES === #

    def test_acknowledgement_has_number_link_and_is_marked_as_automatic(self):
        ticket = self._receive().ticket_id
        mail = self._send_notices()
        self.assertEqual(
            mail.subject, f"[{ticket.number}] We received your request: Printer down"
        )
        self.assertEqual(mail.email_from, f'"Support" <{self.team_address}>')
        self.assertEqual(mail.reply_to, f'"Support" <{self.team_address}>')
        self.assertEqual(mail.recipient_ids, self.casey)
        self.assertIn(f"/my/tickets/{ticket.id}", mail.body_html)
        self.assertIn(ticket.access_token, mail.body_html)
        with self.mock_mail_gateway():
            mail.send()
        (sent,) = self._mails
        self.assertEqual(sent["headers"]["Auto-Submitted"], "auto-replied")
        self.assertEqual(sent["headers"]["X-Auto-Response-Suppress"], "All")

    def test_acknowledgement_is_sent_once(self):
        self._receive()
        self.assertEqual(len(self._send_notices()), 1)
        self.assertFalse(self._send_notices())

    def test_acknowledgement_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("helpdesk_psa.mail_template_psa_acknowledge")
        template.with_context(lang="fr_FR").subject = "[{{ object.number }}] Bien reçu"
        self.casey.lang = "fr_FR"
        french = self._receive().ticket_id
        english = self._receive(email_from="dana@acme.example.com").ticket_id
        subjects = self._send_notices().sorted("id").mapped("subject")
        self.assertEqual(
            subjects,
            [
                f"[{french.number}] Bien reçu",
                f"[{english.number}] We received your request: Printer down",
            ],
        )

    def test_unknown_sender_is_acknowledged_at_his_address(self):
        self._receive(email_from="Nina <nina@new.example.com>")
        mail = self._send_notices()
        self.assertEqual(mail.email_to, '"Nina" <nina@new.example.com>')
        self.assertFalse(mail.recipient_ids)

    def test_imported_ticket_is_not_acknowledged(self):
        self._create_ticket(channel="import")
        self.assertFalse(self._send_notices())

    def test_team_may_acknowledge_nothing(self):
        self.team.acknowledge = False
        self._receive()
        self.assertFalse(self._send_notices())

    def test_own_addresses_are_told_nothing(self):
        for address in (
            self.team_2_address,
            f"{self.alias_catchall}@{self.alias_domain}",
        ):
            contact = self._create_contact("Ourselves", address)
            self._create_ticket(partner_id=contact.id)
        self._create_ticket(partner_id=False)
        self.assertFalse(self._send_notices())

    def test_waiting_and_resolving_are_told(self):
        ticket = self._create_ticket()
        self._send_notices()
        ticket.action_set_waiting()
        waiting = self._send_notices()
        ticket.action_resolve()
        resolved = self._send_notices()
        self.assertEqual(
            waiting.subject, f"[{ticket.number}] Waiting for the customer: Printer down"
        )
        self.assertEqual(resolved.subject, f"[{ticket.number}] Resolved: Printer down")
        self.assertIn("auto-generated", resolved.headers)
        self.assertFalse(self._send_notices())
        self.assertEqual(
            ticket.event_ids.filtered(lambda event: event.kind == "notice").mapped(
                "new"
            )[0],
            str(self.env.ref("helpdesk_psa.mail_template_psa_close").id),
        )

    def test_notice_of_a_status_that_has_passed_is_dropped(self):
        ticket = self._create_ticket()
        self._send_notices()
        ticket.action_resolve()
        ticket.action_reopen()
        self.assertFalse(self._send_notices())
        self.assertFalse(self.env["psa.notice"].search([("ticket_id", "=", ticket.id)]))

    def test_status_set_to_and_fro_is_told_once(self):
        ticket = self._create_ticket()
        self._send_notices()
        ticket.action_resolve()
        ticket.action_reopen()
        ticket.action_resolve()
        self.assertEqual(len(self._send_notices()), 1)

    def test_notice_that_fails_holds_up_no_other_and_says_why(self):
        broken = self.env.ref("helpdesk_psa.mail_template_psa_acknowledge").copy(
            {"body_html": "<p t-out='object.no_such_field'/>"}
        )
        self.team_2.acknowledge_template_id = broken
        bad = self._receive(to=self.team_2_address).ticket_id
        good = self._receive().ticket_id
        with mute_logger("odoo.addons.helpdesk_psa.models.psa_notice"):
            mails = self._send_notices()
        self.assertEqual(mails.mapped("res_id"), good.ids)
        notice = self.env["psa.notice"].search([("ticket_id", "=", bad.id)])
        self.assertIn("no_such_field", notice.error)
        self.assertFalse(self._send_notices(), "It is not tried for ever")
        broken.body_html = "<p>Hello</p>"
        notice.with_user(self.max).action_retry()
        self.assertEqual(self._send_notices().res_id, bad.id)

    def test_one_failing_ticket_of_a_batch_is_singled_out(self):
        template = self.env.ref("helpdesk_psa.mail_template_psa_acknowledge")
        template.body_html = "<p t-out=\"1 // (object.name != 'bad')\"/>"
        self._receive(subject="one")
        bad = self._receive(subject="bad").ticket_id
        self._receive(subject="two")
        with mute_logger("odoo.addons.helpdesk_psa.models.psa_notice"):
            self.assertEqual(len(self._send_notices()), 2)
        failed = self.env["psa.notice"].search([("error", "!=", False)])
        self.assertEqual(failed.ticket_id, bad)

    def test_change_that_fails_tells_nobody(self):
        ticket = self._create_ticket()
        self._send_notices()
        with self.assertRaises(ZeroDivisionError):
            ticket.action_resolve()
            raise ZeroDivisionError
        self.assertFalse(self._send_notices())
