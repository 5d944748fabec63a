from odoo import models
from odoo.tools.mail import plaintext2html

from odoo.addons.helpdesk_psa.const import OPEN_CATEGORIES


class PsaTicket(models.Model):
    """What customers do on the portal."""

    _inherit = "psa.ticket"

    def _open_from_portal(self, name, body, files, submission, site):
        """Open the ticket that the visitor asks for, with what he wrote and attached.

        :param str name: subject
        :param str body: plain text
        :param files: pairs of file name and content (`bytes`)
        :param str submission: random word of the form; the same one opens one ticket only
        :param site: `res.partner` where it is, may be empty
        :return: the ticket, in sudo; empty while another request is opening it
        """
        visitor = self.env.user.partner_id
        # sudo: customers open tickets by this door only
        tickets = self.sudo()
        message_id = tickets._get_page_message_id(submission)
        opened = tickets._find_page_reply(message_id)
        if opened is not None:
            return opened
        values = {"site_id": site.id} if site else {}
        ticket = tickets.with_context(psa_first_message=True)._intake(
            [
                {
                    **values,
                    "channel": "portal",
                    "name": name,
                    "partner_id": visitor.id,
                    "email_from": visitor.email_formatted,
                    "text": body,
                }
            ]
        )
        ticket._as_page_visitor()._post_request(
            plaintext2html(body), attachments=list(files), **message_id
        )
        return tickets.browse(ticket.id)

    def _close_from_page(self, reason):
        """End a ticket in the name of whoever uses its page; one that has ended stays.

        :param str reason: plain text, may be empty
        """
        self.ensure_one()
        if self.stage_category not in OPEN_CATEGORIES:
            return
        body = reason or self.env._("I do not need help with this any more.")
        # The agent is told; like praise, it wakes nothing up and asks for no answer.
        self._as_page_visitor().with_context(psa_rating=True).message_post(
            body=plaintext2html(body),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **self._get_page_author(),
        )
        self._move_to("closed", "resolved")
