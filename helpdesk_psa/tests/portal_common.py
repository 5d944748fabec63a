"""A visitor of the ticket page: what he gets, what he sends."""

import base64

import lxml.html
from markupsafe import Markup

from odoo.tests import HttpCase, new_test_user

from .common import HelpdeskCommon

# The smallest picture there is.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class PortalCommon(HelpdeskCommon, HttpCase):
    """One ticket of Casey's with an answer for him and a note that he must not see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zoe_user = new_test_user(
            cls.env, "zoe_portal", groups="base.group_portal", partner_id=cls.zoe.id
        )
        cls.employee = new_test_user(cls.env, "eve_employee", groups="base.group_user")
        cls.ticket = cls._create_ticket(body="<p>It does not print.</p>")
        cls.answer = cls._post(
            "Is it plugged in?", attachments=[("manual.txt", b"Plug it in.")]
        )
        cls.note = cls._post(
            "SECRET-NOTE he forgot the plug again",
            subtype_xmlid="mail.mt_note",
            attachments=[("SECRET-FILE.txt", b"SECRET-CONTENT")],
        )
        cls.url = f"/my/tickets/{cls.ticket.id}"
        cls.token = cls.ticket.sudo().access_token

    @classmethod
    def _post(cls, body, ticket=None, user=None, **values):
        """Post on the ticket as Ada, public unless told otherwise."""
        return (
            (ticket or cls.ticket)
            .with_user(user or cls.ada)
            .message_post(
                body=Markup("<p>%s</p>") % body,
                **{
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **values,
                },
            )
        )

    def _open(self, url=None, token=None, **params):
        """Visit an address without following redirects."""
        if token:
            params["access_token"] = token
        return self.url_open(url or self.url, params=params, allow_redirects=False)

    def _open_page(self, ticket=None):
        """Visit a ticket's page by its link; return the parsed page."""
        ticket = (ticket or self.ticket).sudo()
        response = self._open(f"/my/tickets/{ticket.id}", token=ticket.access_token)
        self.assertEqual(response.status_code, 200)
        return lxml.html.fromstring(response.text)

    def _send(self, body="Yes, it is.", files=(), page=None, **values):
        """Fill in the page's form and send it; return the response, unfollowed.

        :param files: pairs of name and content
        """
        form = (self._open_page() if page is None else page).get_element_by_id("reply")
        data = {**dict(form.form_values()), "body": body, **values}
        with self.mock_mail_gateway():
            response = self.url_open(
                form.get("action"),
                data=data,
                files=[("files", file) for file in files] or [("files", ("", b""))],
                allow_redirects=False,
            )
        self.env.invalidate_all()
        return response

    def _get_customer_messages(self, ticket=None):
        """Return the public messages that did not come from an agent, newest first."""
        messages = (ticket or self.ticket).sudo()._get_public_messages()
        return messages.filtered(
            lambda message: message.author_id != self.ada.partner_id
        )

    def _assert_refused(self, response):
        """The visitor is led to the search page, and learns nothing."""
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(response.headers["Location"], "/ticket/track?lost=1")
