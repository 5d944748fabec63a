from odoo import Command, api, models
from odoo.tools.mail import email_normalize, email_normalize_all, email_split_and_format

# Where a mail names addresses beside the contacts among its recipients.
ADDRESS_FIELDS = ("email_to", "email_cc")


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `mail`: who never gets e-mails is no recipient of any."""
        mails = super().create(vals_list)
        if self.env["res.partner"]._psa_knows_never_email():
            mails._psa_drop_never_email()
        return mails

    def _psa_drop_never_email(self):
        """Take those who never get e-mails off; cancel mails that are left to nobody."""
        written = {
            address
            for mail in self
            for name in ADDRESS_FIELDS
            for address in email_normalize_all(mail[name] or "")
        }
        partners = self.recipient_ids
        if written:
            partners |= partners.search([("email_normalized", "in", list(written))])
        silent = partners._psa_filter_never_email()
        for mail in self if silent else ():
            mail._psa_leave_out(silent)

    def _psa_leave_out(self, silent):
        """Take some contacts off a mail; the mail is cancelled if they were all."""
        vals = {}
        addresses = set(silent.mapped("email_normalized"))
        for name in ADDRESS_FIELDS:
            people = email_split_and_format(self[name] or "")
            kept = [
                person
                for person in people
                if email_normalize(person, strict=False) not in addresses
            ]
            if len(kept) != len(people):
                vals[name] = ", ".join(kept)
        if self.recipient_ids & silent:
            vals["recipient_ids"] = [Command.unlink(partner.id) for partner in silent]
        if not vals:
            return  # somebody else's mail of the same batch
        self.write(vals)
        if not (self.recipient_ids or self.email_to or self.email_cc):
            self.write(
                {
                    "state": "cancel",
                    "failure_reason": self.env._(
                        "The contact is set to never get e-mails."
                    ),
                }
            )
