from odoo.tests import new_test_user, tagged

from .portal_common import PIXEL, PortalCommon


@tagged("post_install", "-at_install")
class TestTicketPageReply(PortalCommon):
    """What a visitor writes on the ticket's page."""

    def _get_events(self, kind):
        return self.ticket.event_ids.filtered(lambda event: event.kind == kind)

    def _assert_nothing_was_written(self):
        self.assertEqual(len(self.ticket.sudo()._get_public_messages()), 2)
        self.assertFalse(self._get_events("customer_message"))

    def test_a_reply_is_the_requesters_message(self):
        response = self._send("Yes, it is.\nIt even blinks.")
        self.assertEqual(response.status_code, 303)
        message = self._get_customer_messages()[0]
        self.assertEqual(message.author_id, self.casey)
        self.assertEqual(message.message_type, "comment")
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(message.body, "<p>Yes, it is.<br>It even blinks.</p>")

    def test_the_page_thanks_and_shows_the_reply_on_top(self):
        location = self._send("Yes, it is.").headers["Location"]
        text = self.url_open(location).text
        self.assertIn("we have received your message", text)
        self.assertLess(text.index("Yes, it is."), text.index("Is it plugged in?"))

    def test_a_reply_wakes_a_waiting_ticket_and_is_told_in_its_history(self):
        self.ticket.stage_id = self.stage_waiting
        self._send()
        self.assertEqual(self.ticket.stage_category, "open")
        event = self._get_events("customer_message")
        self.assertEqual(event.message_id, self._get_customer_messages()[0])
        self.assertFalse(event.user_id)

    def test_the_agent_of_the_ticket_is_told(self):
        self.ticket.user_id = self.ada
        self._send()
        message = self._get_customer_messages()[0]
        self.assertIn(self.ada.partner_id, message.notified_partner_ids)

    def test_the_requester_gets_no_copy_of_his_own_reply(self):
        self._send()
        message = self._get_customer_messages()[0]
        self.assertNotIn(self.casey, message.notified_partner_ids)

    def test_a_sender_without_contact_replies_by_his_address(self):
        ticket = self.env["psa.ticket"]._intake(
            [
                {
                    "channel": "email",
                    "name": "Hello",
                    "email_from": "New <new@nowhere.example>",
                    "team_id": self.team.id,
                }
            ]
        )
        self._send("Me again", page=self._open_page(ticket))
        message = ticket.sudo()._get_public_messages()[0]
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, "New <new@nowhere.example>")

    def test_a_logged_in_reader_writes_in_his_own_name(self):
        new_test_user(
            self.env, "dana_portal", groups="base.group_portal", partner_id=self.dana.id
        )
        self.authenticate("dana_portal", "dana_portal")
        self._send("Same here")
        self.assertEqual(self._get_customer_messages()[0].author_id, self.dana)
        self.assertNotIn(self.dana, self.ticket.message_partner_ids)

    def test_several_files_come_with_the_reply(self):
        self._send(files=[("a.txt", b"Aaa"), ("b.gif", PIXEL)])
        files = self._get_customer_messages()[0].attachment_ids
        self.assertEqual(
            sorted((file.name, file.raw) for file in files),
            [("a.txt", b"Aaa"), ("b.gif", PIXEL)],
        )
        self.assertEqual(set(files.mapped("res_id")), {self.ticket.id})

    def test_a_file_that_could_run_in_a_browser_is_kept_as_text(self):
        script = b"<html><script>alert(1)</script></html>"
        picture = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
        self._send(files=[("page.html", script), ("picture.svg", picture)])
        files = self._get_customer_messages()[0].attachment_ids
        self.assertEqual(files.mapped("mimetype"), ["text/plain", "text/plain"])

    def test_files_that_are_too_large_are_refused_and_the_text_is_kept(self):
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", "1000")
        response = self._send(
            "See <this>", files=[("a", b"a" * 600), ("b", b"b" * 600)]
        )
        self.assertEqual(response.status_code, 422)
        self.assertIn("The files are too large", response.text)
        self.assertIn("See &lt;this&gt;</textarea>", response.text)
        self._assert_nothing_was_written()

    def test_an_empty_reply_is_refused(self):
        response = self._send(" \n ", files=[("a.txt", b"Aaa")])
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please write a message", response.text)
        self._assert_nothing_was_written()

    def test_an_endless_reply_is_refused(self):
        response = self._send("a" * 50_001)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Your message is too long", response.text)
        self._assert_nothing_was_written()

    def test_markup_in_a_reply_is_text(self):
        self._send("<b>bold</b><script>alert(1)</script>\x00")
        text = self._open(token=self.token).text
        self.assertIn(
            "&lt;b&gt;bold&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;", text
        )

    def test_a_program_that_fills_in_everything_writes_nothing(self):
        response = self._send(answer_to="http://buy.example")
        self.assertEqual(response.status_code, 303)
        self._assert_nothing_was_written()

    def test_the_same_form_sent_twice_posts_once(self):
        page = self._open_page()
        first = self._send("Yes", page=page)
        second = self._send("Yes", page=page)
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(len(self._get_events("customer_message")), 1)

    def test_a_wrong_token_posts_nothing(self):
        self._assert_refused(self._send(access_token="0" * 36))
        self._assert_refused(self._send(access_token=""))
        self._assert_nothing_was_written()

    def test_a_form_from_elsewhere_posts_nothing(self):
        with self.assertLogs("odoo.http", "WARNING"):
            response = self._send(csrf_token="stolen")
        self.assertEqual(response.status_code, 400)
        self._assert_nothing_was_written()

    def test_an_agent_who_writes_here_is_still_an_agent(self):
        self.authenticate("ada", "ada")
        self.ticket.stage_id = self.stage_closed
        self._send("We found the plug.")
        self.assertFalse(self.ticket.link_ids)
        self.assertEqual(len(self._get_events("agent_reply")), 2)


@tagged("post_install", "-at_install")
class TestTicketPageFollowUp(PortalCommon):
    """A reply to a closed ticket, as the team wishes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket.stage_id = cls.stage_closed

    def _get_follow_up(self):
        return self.ticket.link_ids.ticket_id

    def test_it_opens_a_linked_ticket(self):
        self._send("It is down again.", files=[("a.txt", b"Aaa")])
        follow_up = self._get_follow_up()
        self.assertRecordValues(
            follow_up,
            [
                {
                    "name": "Printer down",
                    "channel": "portal",
                    "partner_id": self.casey.id,
                    "team_id": self.team.id,
                    "stage_category": "new",
                }
            ],
        )
        message = follow_up.sudo()._get_public_messages()
        self.assertEqual(message.author_id, self.casey)
        self.assertIn("It is down again.", message.body)
        self.assertEqual(message.attachment_ids.raw, b"Aaa")
        self.assertEqual(self.ticket.stage_category, "closed")
        self.assertEqual(len(self._get_customer_messages()), 1)

    def test_the_visitor_lands_on_the_new_ticket_and_is_told_why(self):
        self.assertIn(
            "If you write, we open a new ticket", self._open_page().text_content()
        )
        location = self._send("It is down again.").headers["Location"]
        text = self.url_open(location).text
        self.assertIn(self._get_follow_up().number, text)
        self.assertIn("so we opened this new one for it", text)

    def test_the_same_form_sent_twice_opens_one_ticket(self):
        page = self._open_page()
        first = self._send("Again", page=page)
        second = self._send("Again", page=page)
        self.assertEqual(first.headers["Location"], second.headers["Location"])
        self.assertEqual(len(self._get_follow_up()), 1)

    def test_a_team_may_have_the_ticket_reopened_instead(self):
        self.team.reply_closed = "open"
        self._send("It is down again.")
        self.assertFalse(self.ticket.link_ids)
        self.assertEqual(self.ticket.stage_category, "open")

    def test_a_late_mail_opens_a_follow_up_by_the_same_rule(self):
        self._reply(self.answer, "Still down.")
        follow_up = self._get_follow_up()
        self.assertEqual((follow_up.channel, follow_up.team_id), ("email", self.team))
