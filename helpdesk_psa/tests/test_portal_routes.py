import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from odoo.tests import JsonRpcException, tagged

from .portal_common import PortalCommon

# Everything that a browser may ask about a thread.
REQUESTS = [
    "activities",
    "attachments",
    "contact_fields",
    "display_name",
    "followers",
    "scheduledMessages",
    "suggestedRecipients",
]


@tagged("post_install", "-at_install")
class TestMessageRoutes(PortalCommon):
    """Odoo's own message routes take the ticket's token too, and must tell no more (I-14)."""

    def _call(self, route, token=None, **params):
        if token:
            params["token"] = token
        with self.mock_mail_gateway():
            result = self.make_jsonrpc_request(route, params)
        self.env.invalidate_all()
        return result

    def _call_thread(self, route, token=None, **params):
        return self._call(
            route,
            token,
            thread_model="psa.ticket",
            thread_id=self.ticket.id,
            **params,
        )

    def _post_by_route(self, token=None, **post_data):
        return self._call_thread("/mail/message/post", token, post_data=post_data)

    def _get_posted(self):
        """Return the message that the route has just posted for the customer to see."""
        message = self._get_customer_messages()[0]
        self.assertIn("Hello", message.body)
        return message

    def _assert_not_found(self, route, token=None, **params):
        with self.assertRaises(JsonRpcException) as caught:
            self._call(route, token, **params)
        self.assertEqual(str(caught.exception), "werkzeug.exceptions.NotFound")

    def _ask_data(self, token=None):
        """Return what `/mail/data` tells of the ticket."""
        params = {
            "thread_model": "psa.ticket",
            "thread_id": self.ticket.id,
            "request_list": REQUESTS,
            "access_params": {"token": token} if token else {},
        }
        return self._call("/mail/data", fetch_params=[["mail.thread", params]])

    def test_the_token_fetches_public_messages_only(self):
        result = self._call_thread("/mail/chatter_fetch", self.token)
        self.assertIn(self.answer.id, result["messages"])
        self.assertNotIn(self.note.id, result["messages"])
        self.assertNotIn("SECRET", str(result))

    def test_without_token_nothing_is_fetched(self):
        self.assertEqual(self._call_thread("/mail/chatter_fetch")["messages"], [])

    def test_the_token_lists_files_of_public_messages_only(self):
        result = self._ask_data(self.token)
        names = [file["name"] for file in result["ir.attachment"]]
        self.assertEqual(names, ["manual.txt"])

    def test_the_token_tells_nothing_of_what_agents_plan_and_whom_they_tell(self):
        self.ticket.with_user(self.ada).activity_schedule(note="SECRET activity")
        self.env["mail.scheduled.message"].with_user(self.ada).create(
            {
                "model": "psa.ticket",
                "res_id": self.ticket.id,
                "author_id": self.ada.partner_id.id,
                "body": "SECRET plan",
                "scheduled_date": "2099-01-01 00:00:00",
            }
        )
        self.ticket.message_subscribe(partner_ids=self.lea.partner_id.ids)
        text = str(self._ask_data(self.token))
        self.assertNotIn("SECRET", text)
        self.assertNotIn("Lea Lead", text)

    def test_an_agent_is_told_everything(self):
        self.authenticate("ada", "ada")
        names = [file["name"] for file in self._ask_data()["ir.attachment"]]
        self.assertEqual(sorted(names), ["SECRET-FILE.txt", "manual.txt"])

    def test_the_token_posts_a_public_message_of_the_requester(self):
        self._post_by_route(self.token, body="Hello")
        message = self._get_posted()
        self.assertEqual(message.author_id, self.casey)

    def test_the_token_cannot_write_an_internal_note(self):
        self._post_by_route(
            self.token,
            body="Hello",
            subtype_xmlid="mail.mt_note",
            message_type="notification",
            is_internal=True,
        )
        message = self._get_posted()
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(message.message_type, "comment")
        self.assertFalse(message.is_internal)

    def test_the_token_cannot_forge_a_received_mail_or_an_author(self):
        self._post_by_route(
            self.token,
            body="Hello",
            message_type="email",
            author_id=self.ada.partner_id.id,
            email_from="ada@msp.example.com",
        )
        message = self._get_posted()
        self.assertEqual(message.message_type, "comment")
        self.assertEqual(message.author_id, self.casey)

    def test_the_token_cannot_attach_files_of_others(self):
        with self.assertRaises(JsonRpcException):
            self._post_by_route(
                self.token, body="Hello", attachment_ids=self.note.attachment_ids.ids
            )
        self.assertEqual(len(self._get_customer_messages()), 1)

    def test_a_portal_user_with_the_token_cannot_write_a_note_either(self):
        self.authenticate("zoe_portal", "zoe_portal")
        self._post_by_route(self.token, body="Hello", subtype_xmlid="mail.mt_note")
        message = self._get_posted()
        self.assertEqual(message.author_id, self.zoe)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))

    def test_an_agent_still_writes_notes(self):
        self.authenticate("ada", "ada")
        self._post_by_route(body="Inside", subtype_xmlid="mail.mt_note")
        note = self.ticket.sudo().message_ids[0]
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))

    def test_an_unknown_sender_posts_by_his_address(self):
        self.ticket.with_user(self.ada).write(
            {"partner_id": False, "email_from": "New <new@nowhere.example>"}
        )
        token = self.ticket.sudo().access_token
        self._post_by_route(token, body="Hello")
        message = self.ticket.sudo()._get_public_messages()[0]
        self.assertEqual(message.email_from, "New <new@nowhere.example>")
        self.assertFalse(message.author_id)

    def test_bad_tokens_and_missing_tickets_post_nothing_and_look_alike(self):
        other = self._create_ticket(partner_id=self.zoe.id).sudo()
        tokens = [None, "0" * 36, "éé", 5, other.access_token]
        for ticket_id in (self.ticket.id, self.ticket.id + 10_000):
            for token in tokens:
                self._assert_not_found(
                    "/mail/message/post",
                    token,
                    thread_model="psa.ticket",
                    thread_id=ticket_id,
                    post_data={"body": "Hello"},
                )
        self.assertEqual(len(self._get_customer_messages()), 1)

    def test_a_portal_user_without_token_gets_nothing(self):
        self.authenticate("zoe_portal", "zoe_portal")
        self._assert_not_found(
            "/mail/message/post",
            thread_model="psa.ticket",
            thread_id=self.ticket.id,
            post_data={"body": "Hello"},
        )
        self.assertNotIn("ir.attachment", self._ask_data())
        self.assertEqual(self._call_thread("/mail/chatter_fetch")["messages"], [])
        self.assertEqual(len(self._get_customer_messages()), 1)

    def test_what_the_customer_wrote_cannot_be_rewritten(self):
        message = self._get_customer_messages()[0]
        self._assert_not_found(
            "/mail/message/update_content",
            self.token,
            message_id=message.id,
            update_data={"body": "I never said that"},
        )
        self.assertIn("It does not print.", message.body)

    def test_the_token_reaches_no_internal_note_by_its_id(self):
        self._assert_not_found(
            "/mail/message/reaction",
            self.token,
            message_id=self.note.id,
            content="👍",
            action="add",
        )
        self.assertFalse(self.note.sudo().reaction_ids)

    def test_the_token_may_react_to_an_answer(self):
        self._call(
            "/mail/message/reaction",
            self.token,
            message_id=self.answer.id,
            content="👍",
            action="add",
        )
        self.assertEqual(self.answer.sudo().reaction_ids.partner_id, self.casey)

    def test_the_files_of_a_note_are_not_zipped_for_visitors(self):
        response = self.url_open(
            "/mail/attachment/zip",
            data={
                "file_ids": str(self.note.attachment_ids.id),
                "zip_name": "all.zip",
                "csrf_token": self._open_page()
                .get_element_by_id("reply")
                .form_values()[0][1],
            },
        )
        self.assertNotIn(b"SECRET", response.content)


@tagged("post_install", "-at_install")
class TestMailButtons(PortalCommon):
    """The button in the mails that agents' answers become."""

    def _get_links(self, mails):
        """Return the links to Odoo's router in mails, as dicts of their parameters."""
        hrefs = re.findall(r'href="([^"]*/mail/view\?[^"]*)"', " ".join(mails))
        return [parse_qs(urlsplit(unescape(href)).query) for href in hrefs]

    def _answer(self, partners):
        """Let Ada answer; return the bodies of the mails by recipient's address."""
        with self.mock_mail_gateway():
            self._post("On its way", partner_ids=partners.ids)
            self._send_mails()
        return {
            address: mail["body"]
            for mail in self._mails
            for address in mail["email_to"]
        }

    def _find_mail(self, mails, partner):
        return [body for address, body in mails.items() if partner.email in address]

    def test_the_requesters_button_leads_to_the_page(self):
        mails = self._answer(self.casey)
        link = self._get_links(self._find_mail(mails, self.casey))[0]
        self.assertEqual(link["access_token"], [self.token])
        response = self.url_open(
            "/mail/view", params={name: values[0] for name, values in link.items()}
        )
        self.assertEqual(urlsplit(response.url).path, self.url)
        self.assertIn("On its way", response.text)

    def test_people_in_copy_do_not_get_the_requesters_token(self):
        self.ticket.message_subscribe(partner_ids=self.dana.ids)
        mails = self._answer(self.zoe)
        for partner in (self.dana, self.zoe):
            bodies = self._find_mail(mails, partner)
            self.assertEqual(len(bodies), 1)
            self.assertIn("On its way", bodies[0])
            self.assertNotIn(self.token, bodies[0])
            self.assertEqual(self._get_links(bodies), [])
