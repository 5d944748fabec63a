from odoo import api, models


class MailAliasDomain(models.Model):
    _inherit = "mail.alias.domain"

    @api.model
    def _find_aliases(self, email_list):
        """Override of `mail` to look up each address of an incoming mail only once."""
        is_alias = self.env["psa.mail.log"]._get_current().is_alias
        unknown = [email for email in email_list if email not in is_alias]
        if unknown:
            found = super()._find_aliases(unknown)
            is_alias.update({email: email in found for email in unknown})
        return [email for email in email_list if is_alias[email]]
