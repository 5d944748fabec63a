from odoo import fields, models
from odoo.fields import Domain


class PsaPartyArchiveMixin(models.AbstractModel):
    """A customer is archived and restored with his sites, his people and their logins."""

    _name = "psa.party.archive.mixin"
    _description = "Archiving of Customers"

    psa_archived_with_customer = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Archived together with the customer, and restored together with him.",
    )

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        # sudo: whether the helpdesk serves somebody is no secret of his
        customers = self.filtered(
            lambda partner: (
                partner.sudo().psa_is_customer and partner.active != vals["active"]
            )
        )
        if not customers:
            return super().write(vals)
        if vals["active"]:
            result = super().write(vals)
            customers._psa_restore_parties()
            return result
        self.check_access("write")
        parties = self.search(customers._psa_get_party_domain())
        (customers | parties)._psa_close_logins()
        result = super().write(vals)
        parties.write({"active": False, "psa_archived_with_customer": True})
        return result

    def _psa_get_party_domain(self):
        """Return the domain of the sites and people of some customers.

        Firms that belong to them stand for themselves.
        """
        return (
            Domain("commercial_partner_id", "in", self.ids)
            & Domain("id", "not in", self.ids)
            & Domain("is_company", "=", False)
        )

    def _psa_restore_parties(self):
        """Bring back what went with the customers; logins are invited anew."""
        self.with_context(active_test=False).search(
            self._psa_get_party_domain()
            & Domain("psa_archived_with_customer", "=", True)
        ).write({"active": True, "psa_archived_with_customer": False})
        self._psa_ensure_main_site()

    def _psa_close_logins(self):
        """Archive the portal users of contacts who are about to be archived.

        Odoo archives nobody who may log in. Colleagues' logins are not touched: then Odoo
        says what to do.
        """
        # sudo: whoever manages contacts may revoke their portal access, see `portal`
        self.env["res.users"].sudo().search(
            [("partner_id", "in", self.ids), ("share", "=", True)]
        ).write({"active": False})
