from odoo import api, models


class MailAliasDomain(models.Model):
    _inherit = "mail.alias.domain"

    @api.model
    def _find_aliases(self, email_list):
        """Override of `mail` to look up each address of an incoming mail only once.

        The sender's, which is asked for later, along with the recipients.
        """
        fate = self.env["psa.mail.log"]._get_current()
        unknown = {*email_list} - fate.is_alias.keys()
        if unknown:
            unknown |= {fate.sender or False} - fate.is_alias.keys()
            found = super()._find_aliases(list(unknown))
            fate.is_alias.update({email: email in found for email in unknown})
        return [email for email in email_list if fate.is_alias[email]]
