from odoo import api, models
from odoo.tools.mail import email_normalize, parse_contact_from_email
from odoo.tools.misc import clean_context

from ...tools.email_identity import get_domains, guess_name, strip_tag
from .psa_party_settings_mixin import PARTY_FIELDS


class PsaIdentityMixin(models.AbstractModel):
    """Who is this? One answer for every channel."""

    _name = "psa.identity.mixin"
    _description = "Identification of Senders"

    @api.model
    def _psa_identify(self, senders, company):
        """Say who the senders of some requests are.

        1. A contact with that address, else with the address without its plus tag.
           Several such contacts: one the company may use, a person before a firm, the
           one with the latest ticket, the oldest.
        2. Else, if the address is at a customer's domain, a new contact at the customer
           or site of the most specific domain.
        3. Else nobody.

        :param list senders: addresses as written, ``"Name <address>"``
        :param company: `res.company` that is asked
        :return: ``{sender: (res.partner, how)}``, how is ``address``, ``domain`` or
            ``unknown``; the partner is empty when unknown
        :rtype: dict
        """
        addresses = {sender: self._psa_get_address(sender) for sender in senders}
        contacts = self._psa_find_contacts({*addresses.values()} - {False}, company)
        result = {}
        for sender, address in addresses.items():
            contact = contacts.get(address) or contacts.get(strip_tag(address or ""))
            how = "address" if contact else "unknown"
            if not contact and address:
                contact = self._psa_create_from_domain(sender, address, company)
                if contact:
                    how = "domain"
                    contacts[address] = contact
            result[sender] = (contact or self.env["res.partner"], how)
        return result

    @api.model
    def _psa_get_address(self, sender):
        """Return the address in what a sender wrote, or False if there is none."""
        address = email_normalize(sender or "", strict=False)
        return bool(address) and not address.startswith("@") and address

    def _psa_find_contacts(self, addresses, company):
        """Return ``{address: res.partner}`` for the addresses that contacts have."""
        wanted = {*addresses, *map(strip_tag, addresses)}
        if not wanted:
            return {}
        candidates = (
            self.env["res.partner"]
            ._psa_find_addresses(wanted)
            .filtered(
                lambda partner: (
                    (not partner.company_id or partner.company_id == company)
                    and partner.type != "psa_site"
                )
            )
        )
        return {
            address: same[:1] if len(same) == 1 else same._psa_choose(company)
            for address, same in candidates.grouped("email_normalized").items()
        }

    @api.model
    def _psa_find_addresses(self, addresses):
        """Return the contacts with some normalised addresses, oldest first, elevated.

        Remembered while a mail is processed, with what it takes to make a ticket of it.
        """
        wanted = frozenset({*addresses, *map(strip_tag, addresses)})
        known = self.env["psa.mail.log"]._get_current().contact_ids
        # sudo: senders are looked up among everybody the company may serve
        contacts = self.env["res.partner"].sudo()
        if wanted not in known:
            known[wanted] = contacts.search_fetch(
                [("email_normalized", "in", list(wanted))], PARTY_FIELDS, order="id"
            ).ids
        return contacts.browse(known[wanted])

    def _psa_choose(self, company):
        """Choose among contacts with one address, see :meth:`_psa_identify`."""
        last_ticket = dict(
            self.env["psa.ticket"]
            .sudo()
            ._read_group(
                [("partner_id", "in", self.ids), ("company_id", "=", company.id)],
                ["partner_id"],
                ["id:max"],
            )
        )
        return self.sorted(
            lambda partner: (
                partner.company_id != company,
                partner.is_company,
                -last_ticket.get(partner, 0),
                partner.id,
            )
        )[0]

    def _psa_create_from_domain(self, sender, address, company):
        """Create the contact at the customer or site that the sender's domain belongs to."""
        domains = get_domains(address)
        if not domains:
            return self.env["res.partner"]
        # sudo: the gateway acts for senders without any right
        known = (
            self.env["psa.email.domain"]
            .sudo()
            .search(
                [
                    ("name", "in", domains),
                    ("company_id", "in", [False, company.id]),
                    ("partner_id.commercial_partner_id.active", "=", True),
                ]
            )
        )
        if not known:
            return self.env["res.partner"]
        domain = max(
            known, key=lambda domain: (len(domain.name), bool(domain.company_id))
        )
        place = domain.partner_id
        customer = place.commercial_partner_id
        site = place if place.type == "psa_site" and place.active else None
        name, _email = parse_contact_from_email(sender)
        # sudo: as above
        return customer.sudo()._psa_create_contact(
            guess_name(name, address), address, site
        )

    def _psa_create_contact(self, name, email, site=None):
        """Create somebody who works for a customer.

        :param name: may be empty, then the address tells it
        :param site: `res.partner` of the customer, his main site if not given
        :return: `res.partner`
        """
        self.ensure_one()
        self._psa_ensure_main_site()
        return (
            self.env["res.partner"]
            .with_env(self.env(context=clean_context(self.env.context)))
            .with_context(mail_create_nosubscribe=True)
            .create(
                {
                    "name": name or guess_name("", email),
                    "email": email,
                    "parent_id": self.id,
                    "psa_site_id": (site or self._psa_get_main_site()).id,
                    "company_id": self.company_id.id,
                    "lang": self.lang,
                    "tz": self.tz,
                }
            )
        )
