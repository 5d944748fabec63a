from odoo import api, models


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
