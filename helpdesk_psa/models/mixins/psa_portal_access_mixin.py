from odoo import api, fields, models
from odoo.fields import Domain

# What decides which tickets a contact sees, besides the tickets themselves.
ACCESS_FIELDS = {
    "psa_portal_access",
    "psa_site_id",
    "parent_id",
    "is_company",
    "type",
    "active",
}


class PsaPortalAccessMixin(models.AbstractModel):
    """Which tickets a contact sees who is logged in on the portal."""

    _name = "psa.portal.access.mixin"
    _description = "Portal Access of a Contact"

    psa_portal_access = fields.Selection(
        [
            ("none", "None"),
            ("own", "Own tickets"),
            ("site", "Tickets of the site"),
            ("customer", "Tickets of the customer"),
        ],
        string="Portal access",
        default="own",
        groups="base.group_user",
        help="Which tickets the contact sees when he is logged in on the portal. Own "
        "tickets are those that he asked or takes part in.",
    )

    def _psa_get_portal_domain(self):
        """Return the domain of the tickets that a contact sees on the portal.

        What he asked for a firm that he has left stays with that firm. Whoever has no
        site is at the main one, like the tickets he opens.
        """
        self.ensure_one()
        contact = self.sudo()  # contacts need not know their own settings
        level = contact.psa_portal_access or "own"
        if level == "none":
            return Domain.FALSE
        ours = Domain("customer_id", "=", contact.commercial_partner_id.id)
        domain = ours & Domain("partner_id", "=", contact.id)
        domain |= Domain("message_partner_ids", "in", contact.ids) & Domain(
            "partner_id", "!=", contact.id
        )
        if level == "customer":
            domain |= ours
        elif level == "site":
            domain |= ours & Domain("site_id", "in", contact._psa_get_main_site().ids)
        return domain

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered(
            lambda partner: partner.type == "psa_site"
        )._psa_clear_portal_cache()
        return partners

    def write(self, vals):
        if not vals.keys() & ACCESS_FIELDS:
            return super().write(vals)
        # Before as well: whoever leaves a firm is not found there afterwards.
        self._psa_clear_portal_cache()
        result = super().write(vals)
        self._psa_clear_portal_cache()
        return result

    def unlink(self):
        self._psa_clear_portal_cache()
        return super().unlink()

    def _psa_clear_portal_cache(self):
        """Let the rules of portal users forget what they knew, in every worker.

        Rule domains are cached per user. Most contacts never log in: only when somebody of
        the same firm may, everything that is cached goes.
        """
        # sudo: logins are no business of whoever edits contacts
        partners = self.sudo()
        firms = partners.commercial_partner_id | partners.parent_id
        if not partners:
            return
        if (
            self.env["res.users"]
            .sudo()
            .with_context(active_test=False)
            .search_count(
                Domain("share", "=", True)
                & (
                    Domain("partner_id", "in", partners.ids)
                    | Domain("partner_id.commercial_partner_id", "in", firms.ids)
                ),
                limit=1,
            )
        ):
            self.env.registry.clear_cache()
