from odoo import api, models
from odoo.fields import Domain

from ..const import WRITTEN_TYPES


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def _get_with_access(self, message_id, mode="read", **kwargs):
        """Override of `mail`: the link to a ticket opens its public messages only.

        Core lets whoever may see a document reach each of its messages by id.
        """
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        message_sudo = message.sudo()
        if (
            message_sudo.model == "psa.ticket"
            and self.env.user.share
            and not self.env["psa.ticket"]._is_public(message_sudo)
        ):
            return self.browse()
        return message

    def _get_search_domain_share(self):
        """Override of `mail`: customers find on tickets what people wrote, no logs."""
        others = Domain("model", "!=", "psa.ticket")
        written = Domain("message_type", "in", WRITTEN_TYPES)
        return super()._get_search_domain_share() & (others | written)

    def _get_forbidden_access(self, operation):
        """Override of `mail`: customers read on tickets what they would find.

        Core hides internal comments only, so that logs could be read by their ids.
        """
        forbidden = super()._get_forbidden_access(operation)
        if self.env.user._is_internal():
            return forbidden
        # sudo: only to tell which of the messages are for colleagues
        rest = (self - forbidden).sudo()
        of_tickets = rest.filtered(lambda message: message.model == "psa.ticket")
        public = of_tickets.filtered_domain(self._get_search_domain_share())
        return forbidden + (of_tickets - public).sudo(False)
