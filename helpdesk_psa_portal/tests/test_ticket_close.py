import lxml.html

from odoo.tests import tagged

from .portal_list_common import PortalListCommon


@tagged("post_install", "-at_install")
class TestTicketClose(PortalListCommon):
    """The customer ends a ticket, by the link of a mail or logged in."""

    def _close(self, url, **values):
        """Send the page's form that closes the ticket; return the response, unfollowed."""
        page = lxml.html.fromstring(self._open(url).text)
        [form] = page.xpath("//details[contains(@class, 'o_psa_close')]/form")
        with self.mock_mail_gateway():
            response = self.url_open(
                form.get("action"),
                data={**dict(form.form_values()), **values},
                allow_redirects=False,
            )
        self.env.invalidate_all()
        return response

    def test_the_reason_is_told(self):
        self._log_in()
        response = self._close(
            f"/my/tickets/{self.mine.id}", reason="It works <again>."
        )
        self.assertURLEqual(
            response.headers["Location"], f"/my/tickets/{self.mine.id}?sent=closed"
        )
        self.assertEqual(self.mine.stage_id, self.stage_closed)
        message = self.mine._get_public_messages()[:1]
        self.assertEqual(message.author_id, self.casey)
        self.assertIn("It works &lt;again&gt;.", message.body)

    def test_the_agent_is_told(self):
        self.mine.user_id = self.ada
        self._log_in()
        self._close(f"/my/tickets/{self.mine.id}")
        message = self.mine._get_public_messages()[:1]
        self.assertIn(self.ada.partner_id, message.notified_partner_ids)

    def test_whoever_has_the_link_closes_it_too(self):
        self.mine._portal_ensure_token()
        self._close(self.mine.get_portal_url(), reason="Found it.")
        self.assertEqual(self.mine.stage_category, "closed")
        self.assertEqual(self.mine._get_public_messages()[:1].author_id, self.casey)

    def test_a_ticket_that_has_ended_offers_no_end(self):
        self.mine.stage_id = self.stage_resolved
        self._log_in()
        page = lxml.html.fromstring(self._open(f"/my/tickets/{self.mine.id}").text)
        self.assertFalse(page.find_class("o_psa_close"))

    def test_closing_twice_writes_once(self):
        self.mine.sudo()._close_from_page("Done.")
        count = len(self.mine._get_public_messages())
        self.mine.sudo()._close_from_page("Done.")
        self.assertEqual(len(self.mine._get_public_messages()), count)
