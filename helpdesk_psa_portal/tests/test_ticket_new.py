import lxml.html

from odoo.tests import tagged

from .portal_list_common import PortalListCommon


@tagged("post_install", "-at_install")
class TestTicketNew(PortalListCommon):
    """The customer asks for help on the portal."""

    def _send(self, files=(), page=None, **values):
        """Fill in the form and send it; return the response, unfollowed."""
        form = (page if page is not None else self._open_form()).get_element_by_id(
            "new_ticket"
        )
        data = {
            **dict(form.form_values()),
            "name": "Beamer is dark",
            "body": "In the big room.\nSince today.",
            **values,
        }
        with self.mock_mail_gateway():
            response = self.url_open(
                form.get("action"),
                data=data,
                files=[("files", file) for file in files] or [("files", ("", b""))],
                allow_redirects=False,
            )
        self.env.invalidate_all()
        return response

    def _open_form(self):
        return lxml.html.fromstring(self._open("/my/tickets/new").text)

    def _get_new(self):
        return self.env["psa.ticket"].search([("name", "=", "Beamer is dark")])

    def test_request_opens_a_ticket(self):
        self._log_in()
        response = self._send(files=[("room.txt", b"Second floor")])
        ticket = self._get_new()
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(
            response.headers["Location"], f"/my/tickets/{ticket.id}?sent=request"
        )
        self.assertEqual(ticket.channel, "portal")
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertEqual(ticket.customer_id, self.acme)
        message = ticket._get_public_messages()
        self.assertEqual(message.author_id, self.casey)
        self.assertIn("In the big room.<br", message.body)
        self.assertEqual(message.attachment_ids.mapped("name"), ["room.txt"])

    def test_agents_are_told_of_it_like_of_a_mail(self):
        self.team.write({"notify_new": True, "notify_user_ids": self.lea.ids})
        self._log_in()
        self._send()
        message = self._get_new()._get_public_messages()
        self.assertIn(self.lea.partner_id, message.notified_partner_ids)

    def test_form_sent_twice_opens_one_ticket(self):
        self._log_in()
        page = self._open_form()
        self._send(page=page)
        response = self._send(page=page)
        self.assertEqual(len(self._get_new()), 1)
        self.assertIn(f"/my/tickets/{self._get_new().id}", response.headers["Location"])

    def test_who_sees_the_whole_firm_names_the_site(self):
        self._log_in(access="customer")
        self._send(site_id=str(self.lyon.id))
        self.assertEqual(self._get_new().site_id, self.lyon)

    def test_site_of_another_firm_is_not_taken(self):
        self._log_in(access="customer")
        self._send(site_id=str(self.globex.psa_site_ids.id))
        self.assertEqual(self._get_new().site_id.name, "Paris")

    def test_other_values_are_not_taken(self):
        self._log_in()
        self._send(priority="3", partner_id=str(self.zoe.id), team_id="1", stage_id="1")
        ticket = self._get_new()
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertNotEqual(ticket.priority, "3")

    def test_refused_request_comes_back_with_what_was_typed(self):
        self._log_in()
        for values, reason in (
            ({"name": " "}, "in a few words"),
            ({"body": " "}, "write a message"),
            ({"name": "x" * 251}, "too long"),
            ({"body": "x" * 50_001}, "too long"),
        ):
            with self.subTest(reason):
                before = self.env["psa.ticket"].search_count([])
                response = self._send(**values)
                self.assertEqual(response.status_code, 422)
                self.assertIn(reason, response.text)
                self.assertEqual(self.env["psa.ticket"].search_count([]), before)

    def test_contact_without_access_opens_none(self):
        self._log_in()
        page = self._open_form()
        self._log_in(access="none")
        page_of_none = self._open("/my/tickets/new")
        self.assertEqual(page_of_none.status_code, 303)
        self.url_open(
            "/my/tickets/new",
            data=dict(page.get_element_by_id("new_ticket").form_values(), name="x"),
            allow_redirects=False,
        )
        self.assertFalse(self._get_new())

    def test_words_that_look_like_a_page_stay_words(self):
        self._log_in()
        self._send(body="<script>alert(1)</script>")
        message = self._get_new()._get_public_messages()
        self.assertIn("&lt;script&gt;", message.body)


@tagged("post_install", "-at_install")
class TestPortalTours(PortalListCommon):
    """The same in a real browser, on a desk and on a phone."""

    def test_customer_asks_on_a_desk(self):
        self._ask_in_browser("1280,900")

    def test_customer_asks_on_a_phone(self):
        self._ask_in_browser("390,844")

    def _ask_in_browser(self, size):
        self.browser_size = size
        self.casey.psa_portal_access = "customer"
        self.start_tour("/my/tickets", "psa_portal_customer_asks", login="casey")
        ticket = self.env["psa.ticket"].search([("name", "=", "The beamer is dark")])
        self.assertEqual((ticket.partner_id, ticket.channel), (self.casey, "portal"))
