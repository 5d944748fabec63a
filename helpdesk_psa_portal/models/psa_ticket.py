from odoo import models
from odoo.tools.mail import plaintext2html


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
