from odoo import Command, api, models
from odoo.tools.mail import email_normalize_all


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail`: who never gets e-mails is no recipient of any."""
        mails = super().create(vals_list)
        mails._psa_drop_never_email()
        return mails

    def _psa_drop_never_email(self):
        """Take those who never get e-mails off; cancel mails that are left to nobody."""
        partners = self.recipient_ids
        addresses = {
            mail: email_normalize_all(mail.email_to or "")
            for mail in self
            if mail.email_to
        }
        everybody = {address for found in addresses.values() for address in found}
        if everybody:
            partners |= self.env["res.partner"].search(
                [("email_normalized", "in", list(everybody))]
            )
        silent = partners._psa_filter_never_email()
        if not silent:
            return
        silent_addresses = set(silent.mapped("email_normalized"))
        for mail in self:
            written = addresses.get(mail, [])
            kept = [address for address in written if address not in silent_addresses]
            if not mail.recipient_ids & silent and kept == written:
                continue  # somebody else's mail of the same batch
            if mail.recipient_ids & silent:
                mail.recipient_ids = [Command.unlink(partner.id) for partner in silent]
            if kept != written:
                mail.email_to = ", ".join(kept)
            if not (mail.recipient_ids or mail.email_to or mail.email_cc):
                mail.write(
                    {
                        "state": "cancel",
                        "failure_reason": self.env._(
                            "The contact is set to never get e-mails."
                        ),
                    }
                )
