from odoo import api, models, tools
from odoo.tools.mail import email_normalize


class MailThread(models.AbstractModel):
    """Who wrote an incoming mail, looked up once where Odoo asks for it several times."""

    _inherit = "mail.thread"

    @api.model
    def _psa_find_senders(self, sender):
        """Return the contacts with the address of a sender; none if it is one of ours.

        :param sender: From, as written
        :return: `res.partner`, oldest first
        """
        address = email_normalize(sender or "", strict=False)
        if not address or self.env["mail.alias.domain"].sudo()._find_aliases([address]):
            return self.env["res.partner"]
        return (
            self.env["res.partner"]
            ._psa_find_addresses([address])
            .filtered(lambda partner: partner.email_normalized == address)
        )

    @api.model
    def _mail_find_user_for_gateway(self, email_value, alias=None):
        """Override of `mail`: who writes to the helpdesk, without his team's followers."""
        # sudo: aliases are readable by administrators only
        if not alias or alias.sudo().alias_model_id.model != "psa.ticket":
            return super()._mail_find_user_for_gateway(email_value, alias=alias)
        users = self._psa_find_senders(email_value).sudo().user_ids
        return users.filtered("active").sorted("share")[:1]

    @api.model
    def _routing_reset_bounce(self, email_message, message_dict):
        """Override of `mail`: there is nothing to reset for most senders."""
        senders = self._psa_find_senders(message_dict["email_from"])
        if not (any(senders.mapped("message_bounce")) or self._psa_has_other_bounces()):
            return None
        return super()._routing_reset_bounce(email_message, message_dict)

    @api.model
    @tools.ormcache()
    def _psa_has_other_bounces(self):
        """Whether more than contacts remember that mails to them came back."""
        others = ("res.partner", "mail.thread.blacklist")
        return bool(
            self.env["ir.model"]
            .sudo()  # the gateway acts for senders without any right
            .search_count(
                [("is_mail_blacklist", "=", True), ("model", "not in", others)], limit=1
            )
        )

    def _psa_is_own_address(self, sender):
        """Whether an address is an alias, the catchall or the bounce address."""
        address = email_normalize(sender or "", strict=False)
        return bool(address) and address in self._psa_find_own_addresses([address])

    def _psa_find_own_addresses(self, addresses):
        """Return which of some normalised addresses are our own.

        :param addresses: may hold empty ones
        :rtype: set
        """
        # sudo: the gateway acts for senders without any right
        domains = self.env["mail.alias.domain"].sudo().search([("name", "!=", False)])
        own = {
            *domains.mapped("catchall_email"),
            *domains.mapped("bounce_email"),
            *domains.mapped("default_from_email"),
        }
        wanted = {address for address in addresses if address}
        aliases = (
            self.env["mail.alias"]
            .sudo()
            .search([("alias_full_name", "in", list(wanted - own))])
        )
        return (wanted & own).union(aliases.mapped("alias_full_name"))
