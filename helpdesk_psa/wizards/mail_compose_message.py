from odoo import fields, models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    psa_send_mail = fields.Boolean(
        string="Send by e-mail",
        default=True,
        help="Unticked, the message shows on the ticket and on the customer's page, but "
        "nobody outside gets it as a mail.",
    )

    def _is_psa_page_only(self):
        """Whether the message goes on a ticket without a mail to anybody outside."""
        self.ensure_one()
        return self.model == "psa.ticket" and not self.psa_send_mail

    def _action_send_mail_comment(self, res_ids):
        """Override of `mail` to mail nobody outside when the agent says so."""
        if self._is_psa_page_only():
            self = self.with_context(psa_no_mail=True)
        return super()._action_send_mail_comment(res_ids)

    def _prepare_schedule_message_post_values(self, post_values):
        """Override of `mail` to remember the agent's choice until the message is due."""
        values = super()._prepare_schedule_message_post_values(post_values)
        if self._is_psa_page_only():
            values["send_context"] = {**values["send_context"], "psa_no_mail": True}
        return values
