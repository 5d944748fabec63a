from odoo.http import request

from odoo.addons.mail.controllers.thread import ThreadController


class TicketThreadController(ThreadController):
    """Odoo's own message routes, as far as visitors use them on tickets."""

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        """Override of `mail`: what a visitor posts on a ticket is a customer's message.

        Core takes type and subtype from the browser, so that a visitor could write an
        internal note, or something that looks like a received mail.
        """
        values = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if thread._name != "psa.ticket" or not request.env.user.share:
            return values
        values["message_type"] = "comment"
        if kwargs.get("from_create"):
            values["subtype_xmlid"] = "mail.mt_comment"
            if request.env.user._is_public() and not values.get("author_id"):
                values.update(thread._prepare_requester_author())
        return values

    @classmethod
    def _can_edit_message(cls, message, **kwargs):
        """Override of `mail`: what a customer wrote on a ticket stays as it was read."""
        if message.sudo().model == "psa.ticket" and request.env.user.share:
            return False
        return super()._can_edit_message(message, **kwargs)
