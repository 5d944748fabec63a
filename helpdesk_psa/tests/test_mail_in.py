from email.message import EmailMessage

from odoo.tests import tagged

from .common import EML, HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailIn(HelpdeskCommon):
    """A mail to a team's address is a ticket, a reply lands on its ticket."""

    def _receive_file(self, name):
        return self._receive((EML / f"{name}.eml").read_bytes())

    def _get_last_message(self, ticket):
        return ticket.message_ids.sorted("id")[-1]

    # === NEW TICKETS === #

    def test_mail_to_a_team_opens_a_ticket_of_the_sender(self):
        line = self._receive(subject="Imprimante HS", body="Rien ne sort.")
        ticket = line.ticket_id
        self.assertEqual(line.state, "ticket")
        self.assertEqual(ticket.name, "Imprimante HS")
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertEqual(ticket.customer_id, self.acme)
        self.assertEqual(ticket.channel, "email")
        self.assertEqual(ticket.identified_by, "address")
        self.assertIn("Rien ne sort.", ticket.body)

    def test_each_team_has_its_own_address(self):
        ticket = self._receive(to=self.team_2_address).ticket_id
        self.assertEqual(ticket.team_id, self.team_2)
        self.assertEqual(ticket.company_id, self.company_2)

    def test_mail_to_two_teams_opens_one_ticket_with_the_first(self):
        before = self.env["psa.ticket"].search_count([])
        line = self._receive(to=f"{self.team_2_address}, {self.team_address}")
        self.assertEqual(line.ticket_id.team_id, self.team_2)
        self.assertEqual(self.env["psa.ticket"].search_count([]), before + 1)

    def test_unknown_sender_opens_a_ticket_without_requester(self):
        ticket = self._receive(email_from="Nina New <nina@new.example.com>").ticket_id
        self.assertFalse(ticket.partner_id)
        self.assertEqual(ticket.email_from, '"Nina New" <nina@new.example.com>')
        self.assertEqual(ticket.identified_by, "unknown")

    def test_people_in_copy_are_shown_without_our_own_address(self):
        ticket = self._receive(
            to=f"{self.team_address}, Zoe <zoe@globex.example.com>",
            cc=f"boss@acme.example.com, {self.team_address}",
        ).ticket_id
        self.assertEqual(
            ticket.email_cc, '"Zoe" <zoe@globex.example.com>, boss@acme.example.com'
        )

    def test_colleague_in_copy_follows_and_a_stranger_does_not(self):
        ticket = self._receive(
            cc="dana@acme.example.com, zoe@globex.example.com"
        ).ticket_id
        self.assertIn(self.dana, ticket.message_partner_ids)
        self.assertNotIn(self.zoe, ticket.message_partner_ids)

    def test_mail_to_200_people_opens_one_ticket(self):
        crowd = ", ".join(f"Person {n} <p{n}@crowd.example.com>" for n in range(200))
        line = self._receive(to=self.team_address, cc=crowd)
        self.assertEqual(line.state, "ticket")
        self.assertEqual(line.ticket_id.email_cc.count("@crowd.example.com"), 200)

    def test_archived_team_gets_no_new_tickets(self):
        self.team_2.active = False
        other = self.env["psa.team"].create(
            {
                "name": "Other Team",
                "company_id": self.company_2.id,
                "calendar_id": False,
            }
        )
        ticket = self._receive(to=self.team_2_address).ticket_id
        self.assertEqual(ticket.team_id, other)
        self.assertEqual(ticket.company_id, self.company_2)

    # === WHO ASKS === #

    def test_contact_of_another_company_is_not_the_requester(self):
        self._create_contact(
            "Abroad", "kim@shared.example.com", company_id=self.company_2.id
        )
        line = self._receive(email_from="kim@shared.example.com")
        self.assertEqual(line.state, "ticket")
        self.assertFalse(line.ticket_id.partner_id)
        self.assertFalse(self._get_last_message(line.ticket_id).author_id)

    def test_contact_of_the_own_company_is_preferred(self):
        self._create_contact(
            "Abroad", "kim@shared.example.com", company_id=self.company_2.id
        )
        here = self._create_contact(
            "Here", "kim@shared.example.com", company_id=self.company.id
        )
        ticket = self._receive(email_from="kim@shared.example.com").ticket_id
        self.assertEqual(ticket.partner_id, here)
        self.assertEqual(self._get_last_message(ticket).author_id, here)

    def test_colleague_who_writes_is_a_requester_like_any_other(self):
        ticket = self._receive(email_from="rita@msp.example.com").ticket_id
        self.assertEqual(ticket.partner_id, self.rita.partner_id)
        self.assertFalse(ticket.first_response_at)
        self.assertFalse(
            ticket.event_ids.filtered(lambda event: event.kind == "agent_reply")
        )

    # === CONTENT === #

    def test_attachments_are_kept(self):
        mail = self._build_mail()
        mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename="log é.pdf")
        ticket = self._receive(mail).ticket_id
        attachment = self._get_last_message(ticket).attachment_ids
        self.assertEqual(attachment.name, "log é.pdf")
        self.assertEqual(attachment.raw, b"%PDF-1.4")
        self.assertEqual(
            (attachment.res_model, attachment.res_id), ("psa.ticket", ticket.id)
        )

    def test_attachment_of_10_mb_is_kept(self):
        mail = self._build_mail()
        content = bytes(range(256)) * 40 * 1024
        mail.add_attachment(content, "application", "zip", filename="big.zip")
        line = self._receive(mail)
        self.assertEqual(
            self._get_last_message(line.ticket_id).attachment_ids.raw, content
        )
        self.assertGreater(line.size, len(content))

    def test_inline_image_is_shown_in_its_place(self):
        ticket = self._receive_file("html_inline_image").ticket_id
        message = self._get_last_message(ticket)
        self.assertEqual(message.attachment_ids.name, "shot.png")
        self.assertIn(f"/web/image/{message.attachment_ids.id}", message.body)
        self.assertNotIn("cid:", message.body)
        self.assertIn("<b>picture</b>", message.body)

    def test_script_in_a_mail_is_left_out(self):
        body = self._receive_file("script_in_html").ticket_id.body
        self.assertIn("Click", body)
        self.assertNotIn("steal", body)

    def test_texts_are_readable_whatever_their_charset(self):
        for name, text in (
            ("latin1_as_utf8", "L'imprimante est cassée, à côté du café."),
            ("cp1252", "“Quoted” € 100"),
            ("shift_jis", "印刷できません。"),
            ("utf8_unlabelled", "Ça ne marche pas."),
            ("unknown_charset", "The text is here, café."),
        ):
            with self.subTest(mail=name):
                body = self._receive_file(name).ticket_id.body
                self.assertIn(text, body.unescape() if body else "")

    def test_headers_are_readable_whatever_their_charset(self):
        self.assertEqual(self._receive_file("shift_jis").ticket_id.name, "プリンター")
        for name in ("raw_latin1_headers", "raw_utf8_headers"):
            with self.subTest(mail=name):
                ticket = self._receive_file(name).ticket_id
                self.assertEqual(ticket.name, "Imprimante cassée")
                self.assertEqual(ticket.email_from, '"Renée" <renee@acme.example.com>')

    def test_text_is_found_in_broken_mails(self):
        for name in (
            "broken_boundary",
            "no_boundary",
            "unclosed_boundary",
            "unknown_kind",
            "xml_declaration",
            "deep_nesting",
        ):
            with self.subTest(mail=name):
                line = self._receive_file(name)
                self.assertEqual(line.state, "ticket")
                self.assertIn("The text is here.", line.ticket_id.body or "")

    def test_nuls_are_left_out(self):
        for name in ("nul_bytes", "nul_in_base64"):
            with self.subTest(mail=name):
                line = self._receive_file(name)
                self.assertEqual(line.state, "ticket", line.detail)
                self.assertIn("beforeafter", line.ticket_id.body)

    def test_mail_without_subject_or_text_is_a_ticket(self):
        self.assertEqual(
            self._receive_file("no_subject").ticket_id.name, "(no subject)"
        )
        ticket = self._receive_file("no_body").ticket_id
        self.assertEqual(ticket.name, "Call me")
        self.assertTrue(ticket.message_ids)

    def test_mail_without_sender_is_a_ticket_that_nobody_is_told_of(self):
        ticket = self._receive_file("no_from").ticket_id
        self.assertFalse(ticket.email_from)
        self.assertFalse(self._send_notices())

    def test_mail_without_headers_is_a_ticket_of_the_mailbox(self):
        line = self._receive((EML / "only_body.eml").read_bytes(), model="psa.ticket")
        self.assertEqual(line.state, "ticket")
        self.assertIn("my mail program is broken", line.ticket_id.body)

    def test_files_of_special_mails_are_attached(self):
        for name, filename in (
            ("calendar_invite", "attachment"),
            ("winmail", "winmail.dat"),
            ("smime_signed", "smime.p7s"),
            ("smime_encrypted", "smime.p7m"),
            ("forwarded", "quote.eml"),
        ):
            with self.subTest(mail=name):
                ticket = self._receive_file(name).ticket_id
                names = self._get_last_message(ticket).attachment_ids.mapped("name")
                self.assertIn(filename, names)

    # === REPLIES === #

    def test_reply_is_found_by_its_headers(self):
        ticket = self._receive().ticket_id
        line = self._reply(ticket.message_ids[0], subject="Something else")
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
        self.assertIn("Thank you.", self._get_last_message(ticket).body)

    def test_reply_is_found_by_the_number_in_its_subject(self):
        ticket = self._create_ticket()
        for subject in (
            f"Re: [{ticket.number}] Printer down",
            f"RE: AW: Fwd: [{ticket.number.lower()}] printer",
            f"[EXTERN] [ {ticket.number} ]",
        ):
            with self.subTest(subject=subject):
                line = self._receive(subject=subject)
                self.assertEqual((line.state, line.ticket_id), ("reply", ticket))

    def test_number_in_the_subject_counts_at_the_catchall_address_too(self):
        ticket = self._create_ticket()
        line = self._receive(
            to=f"{self.alias_catchall}@{self.alias_domain}",
            subject=f"Re: [{ticket.number}]",
        )
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))

    def test_stranger_who_names_a_number_opens_a_new_ticket(self):
        ticket = self._create_ticket()
        line = self._receive(
            email_from="zoe@globex.example.com", subject=f"Re: [{ticket.number}] hi"
        )
        self.assertEqual(line.state, "ticket")
        self.assertNotEqual(line.ticket_id, ticket)
        self.assertEqual(line.ticket_id.partner_id, self.zoe)
        self.assertEqual(
            line.detail,
            f"The subject names {ticket.number}, but zoe@globex.example.com takes no part "
            "in it.",
        )

    def test_stranger_with_the_headers_of_a_mail_is_heard_as_a_customer(self):
        """Message ids are secret: who has one was sent the mail. He gets no answers."""
        ticket = self._receive().ticket_id
        line = self._reply(ticket.message_ids[0], email_from="zoe@globex.example.com")
        self.assertEqual((line.state, line.ticket_id), ("reply", ticket))
        self.assertEqual(self._get_last_message(ticket).author_id, self.zoe)
        self.assertEqual(ticket.event_ids[0].kind, "customer_message")
        self.assertNotIn(self.zoe, ticket.message_partner_ids)
        self.assertEqual(ticket.partner_id, self.casey)

    def test_reply_of_a_person_in_copy_lands_on_the_ticket(self):
        ticket = self._receive(
            cc="boss@acme.example.com", message_id="<first@acme.example.com>"
        ).ticket_id
        by_header = self._receive(
            email_from="boss@acme.example.com",
            subject="Re: Printer down",
            in_reply_to="<first@acme.example.com>",
        )
        by_number = self._receive(
            email_from="boss@acme.example.com", subject=f"Re: [{ticket.number}]"
        )
        self.assertEqual(by_header.ticket_id, ticket)
        self.assertEqual(by_number.ticket_id, ticket)
        kinds = ticket.event_ids.mapped("kind")
        self.assertEqual(kinds.count("customer_message"), 2)

    def test_headers_win_over_the_number_in_the_subject(self):
        first = self._receive().ticket_id
        second = self._receive().ticket_id
        line = self._reply(first.message_ids[0], subject=f"Re: [{second.number}]")
        self.assertEqual(line.ticket_id, first)

    def test_two_conversations_never_cross(self):
        one = self._receive(subject="Printer down").ticket_id
        two = self._receive(subject="Printer down").ticket_id
        self.assertNotEqual(one, two)
        for number in range(3):
            self.assertEqual(
                self._reply(one.message_ids[0], f"one {number}").ticket_id, one
            )
            self.assertEqual(
                self._reply(two.message_ids[0], f"two {number}").ticket_id, two
            )
        self.assertNotIn("two", "".join(one.message_ids.mapped("body")))
        self.assertNotIn("one", "".join(two.message_ids.mapped("body")))

    def test_reply_to_the_acknowledgement_is_no_internal_note(self):
        ticket = self._receive().ticket_id
        acknowledgement = self._send_notices()
        line = self._reply(acknowledgement)
        message = self._get_last_message(ticket)
        self.assertEqual(line.ticket_id, ticket)
        self.assertFalse(message.is_internal)
        self.assertFalse(message.subtype_id.internal)
        self.assertEqual(ticket.event_ids[0].kind, "customer_message")

    def test_reply_of_an_agent_to_a_note_stays_a_note(self):
        ticket = self._receive().ticket_id
        note = ticket.with_user(self.ada).message_post(
            body="What do you think?",
            message_type="comment",
            partner_ids=self.lea.partner_id.ids,
        )
        self._reply(note, "The customer is wrong.", email_from="lea@msp.example.com")
        message = self._get_last_message(ticket)
        self.assertIn("The customer is wrong.", message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertNotIn(self.casey, message.notified_partner_ids)

    def test_reply_of_the_customer_to_a_note_forwarded_to_him_is_no_note(self):
        ticket = self._receive().ticket_id
        note = ticket.with_user(self.ada).message_post(
            body="Hm", message_type="comment"
        )
        self._reply(note)
        self.assertFalse(self._get_last_message(ticket).subtype_id.internal)

    def test_reply_of_an_agent_reaches_the_customer_and_counts_as_response(self):
        ticket = self._receive().ticket_id
        line = self._reply(
            ticket.message_ids[0], "Restart it.", email_from="ada@msp.example.com"
        )
        message = self._get_last_message(ticket)
        self.assertEqual(line.ticket_id, ticket)
        self.assertEqual(message.author_id, self.ada.partner_id)
        self.assertIn(self.casey, message.notified_partner_ids)
        self.assertEqual(ticket.user_id, self.ada)
        self.assertEqual(ticket.stage_category, "open")
        self.assertTrue(ticket.first_response_at)
        self.assertIn("agent_reply", ticket.event_ids.mapped("kind"))

    def test_agent_outside_the_team_may_answer_by_number(self):
        ticket = self._create_ticket()
        line = self._receive(
            email_from="max@msp.example.com", subject=f"Re: [{ticket.number}]"
        )
        self.assertEqual(line.ticket_id, ticket)

    def test_mail_in_the_name_of_an_agent_is_believed(self):
        """Odoo trusts From: the mail server must refuse forged senders (SPF, DMARC)."""
        ticket = self._create_ticket()
        line = self._receive(
            email_from="Ada Agent <ada@msp.example.com>",
            subject=f"Re: [{ticket.number}]",
            headers={"Sender": "forger@evil.example.com"},
        )
        self.assertEqual(line.email_normalized, "ada@msp.example.com")
        self.assertEqual(self._get_last_message(ticket).author_id, self.ada.partner_id)

    def test_agent_of_another_company_is_a_stranger_to_the_number(self):
        ticket = self._create_ticket()
        line = self._receive(
            email_from="bob@msp.example.com", subject=f"Re: [{ticket.number}]"
        )
        self.assertEqual(line.state, "ticket")
        self.assertNotEqual(line.ticket_id, ticket)

    def test_reply_of_an_unknown_customer_lands_on_his_ticket(self):
        sender = "Nina <nina@new.example.com>"
        ticket = self._receive(email_from=sender).ticket_id
        line = self._receive(email_from=sender, subject=f"Re: [{ticket.number}]")
        self.assertEqual(line.ticket_id, ticket)

    # === WHAT REPLIES DO === #

    def test_reply_wakes_a_waiting_ticket(self):
        ticket = self._create_ticket(stage_id=self.stage_waiting.id)
        self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual(ticket.stage_id, self.stage_open)

    def test_reply_reopens_a_resolved_ticket(self):
        ticket = self._create_ticket(stage_id=self.stage_resolved.id)
        self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual(ticket.stage_id, self.stage_open)
        self.assertFalse(ticket.resolved_at)

    def test_team_may_let_tickets_sleep(self):
        self.team.write({"reply_waiting": "keep", "reply_resolved": "keep"})
        for stage in (self.stage_waiting, self.stage_resolved):
            ticket = self._create_ticket(stage_id=stage.id)
            line = self._receive(subject=f"Re: [{ticket.number}]")
            self.assertEqual((line.ticket_id, ticket.stage_id), (ticket, stage))

    def test_reply_to_a_closed_ticket_opens_a_linked_follow_up(self):
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        line = self._receive(subject=f"Re: [{ticket.number}] again")
        follow_up = line.ticket_id
        self.assertEqual(line.state, "ticket")
        self.assertNotEqual(follow_up, ticket)
        self.assertEqual(ticket.stage_id, self.stage_closed)
        self.assertEqual(follow_up.link_ids.other_id, ticket)
        self.assertEqual(follow_up.team_id, self.team)
        self.assertEqual(follow_up.partner_id, self.casey)

    def test_second_late_reply_goes_to_the_same_follow_up(self):
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        follow_up = self._receive(subject=f"Re: [{ticket.number}] again").ticket_id
        line = self._receive(subject=f"Re: [{ticket.number}] and again")
        self.assertEqual((line.state, line.ticket_id), ("reply", follow_up))

    def test_team_may_reopen_closed_tickets(self):
        self.team.reply_closed = "open"
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        line = self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual((line.ticket_id, ticket.stage_id), (ticket, self.stage_open))

    def test_team_may_keep_closed_tickets_closed(self):
        self.team.reply_closed = "keep"
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        line = self._receive(subject=f"Re: [{ticket.number}]")
        self.assertEqual((line.ticket_id, ticket.stage_id), (ticket, self.stage_closed))

    def test_what_an_agent_adds_to_a_closed_ticket_stays_there(self):
        ticket = self._create_ticket(stage_id=self.stage_closed.id)
        line = self._receive(
            email_from="ada@msp.example.com", subject=f"Re: [{ticket.number}]"
        )
        self.assertEqual((line.ticket_id, ticket.stage_id), (ticket, self.stage_closed))

    def test_new_ticket_keeps_the_sender_of_a_mail_in_its_own_words(self):
        mail = EmailMessage()
        mail["From"] = "casey@acme.example.com"
        mail["To"] = self.team_address
        mail.set_content("<b>bold</b>", subtype="html")
        ticket = self._receive(mail).ticket_id
        self.assertEqual(self._get_last_message(ticket).author_id, self.casey)
        self.assertIn("<b>bold</b>", ticket.body)
