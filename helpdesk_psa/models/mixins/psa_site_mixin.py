from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import clean_context


class PsaSiteMixin(models.AbstractModel):
    """The places of a customer, as addresses of a type of their own.

    With the type `contact` Odoo would copy a site's address to headquarters and back; with
    `other` or `delivery` portal users could archive it and invoices would offer it.
    """

    _name = "psa.site.mixin"
    _description = "Customer with Sites"

    psa_site_ids = fields.One2many(
        "res.partner",
        "parent_id",
        string="Sites",
        domain=[("type", "=", "psa_site")],
        groups="base.group_user",
        context={"default_type": "psa_site"},
    )
    psa_site_count = fields.Integer(
        compute="_compute_psa_site_counts",
        string="Site count",
        groups="base.group_user",
    )
    psa_site_id = fields.Many2one(
        "res.partner",
        string="Site",
        index="btree_not_null",
        groups="base.group_user",
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', commercial_partner_id)]",
        help="Where the contact works. New tickets of the contact are at this site; older "
        "tickets stay where they were.",
    )
    psa_site_contact_ids = fields.One2many(
        "res.partner",
        "psa_site_id",
        string="People at this site",
        groups="base.group_user",
    )
    psa_site_contact_count = fields.Integer(
        compute="_compute_psa_site_contact_count",
        string="People",
        groups="base.group_user",
    )

    def _compute_psa_site_counts(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("parent_id", "in", self.ids), ("type", "=", "psa_site")],
                ["parent_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.psa_site_count = counts.get(partner, 0)

    def _compute_psa_site_contact_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("psa_site_id", "in", self.ids)], ["psa_site_id"], ["__count"]
            )
        )
        for partner in self:
            partner.psa_site_contact_count = counts.get(partner, 0)

    @api.constrains("type", "parent_id", "is_company")
    def _check_psa_site(self):
        for site in self.filtered(lambda partner: partner.type == "psa_site"):
            customer = site.parent_id
            if site.is_company or not customer or customer.type == "psa_site":
                raise ValidationError(
                    self.env._(
                        "The site “%(site)s” must belong to a customer, and is not a "
                        "company itself.",
                        site=site.name,
                    )
                )

    @api.constrains("psa_site_id", "parent_id")
    def _check_psa_site_of_contact(self):
        for contact in self.filtered("psa_site_id"):
            site = contact.psa_site_id
            if site.commercial_partner_id != contact.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s cannot work at the site “%(site)s”: it belongs to "
                        "%(customer)s.",
                        contact=contact.name,
                        site=site.name,
                        customer=site.commercial_partner_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(self._psa_keep_children_plain(vals_list))
        partners._psa_ensure_main_site()
        return partners

    def write(self, vals):
        if vals.get("active") is False or vals.keys() & {"type", "parent_id"}:
            self._psa_check_last_sites(vals)
        if "parent_id" in vals and "psa_site_id" not in vals:
            self._psa_leave_sites(vals["parent_id"])
        result = super().write(vals)
        if vals.get("psa_is_customer"):
            self._psa_ensure_main_site()
        return result

    def unlink(self):
        """Override of `base`: sites go with their customer."""
        # sudo: who may delete the customer deletes him with his sites
        sites = self.sudo().with_context(active_test=False).psa_site_ids
        return super(PsaSiteMixin, self | sites.sudo(self.env.su)).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_site(self):
        self._psa_check_last_sites({"active": False})

    def _psa_keep_children_plain(self, vals_list):
        """Keep a new customer's defaults from his sites and contacts.

        The list of customers creates firms by `default_` values of the context, which
        would reach the records that are created with them.
        """
        plain = {"is_company": False, "psa_is_customer": False}
        context = self.env.context

        def is_child(vals):
            if vals.get("type", context.get("default_type")) == "psa_site":
                return True
            return context.get("default_psa_is_customer") and vals.get("parent_id")

        return [{**plain, **vals} if is_child(vals) else vals for vals in vals_list]

    def _psa_ensure_main_site(self):
        """Give each customer without a site its main site, where it is itself."""
        # sudo: agents make customers by opening tickets, without rights on contacts
        customers = self.sudo().filtered(
            lambda partner: (
                partner.psa_is_customer and partner.commercial_partner_id == partner
            )
        )
        if not customers:
            return
        located = self.env["res.partner"]._read_group(
            [("parent_id", "in", customers.ids), ("type", "=", "psa_site")],
            ["parent_id"],
        )
        bare = customers - customers.browse(partner.id for (partner,) in located)
        bare = bare.with_env(bare.env(context=clean_context(self.env.context)))
        bare.with_context(mail_create_nosubscribe=True, mail_create_nolog=True).create(
            [
                {
                    "name": self.env._("Main site"),
                    "type": "psa_site",
                    "parent_id": customer.id,
                    "company_id": customer.company_id.id,
                    **customer._get_address_values(),
                }
                for customer in bare
            ]
        )

    def _psa_get_main_site(self):
        """Return the site of a contact while it is in use, else his firm's oldest one."""
        self.ensure_one()
        partner = self.sudo()  # sites are no secret from who may use the contact
        if partner.type == "psa_site":
            return self
        sites = partner.psa_site_id.filtered("active")
        sites = sites or partner.commercial_partner_id.psa_site_ids.sorted("id")[:1]
        return sites.sudo(self.env.su)

    def _psa_check_last_sites(self, vals):
        """Refuse to take a customer's last site away, by any means.

        A site may go with its customer.
        """
        leaving = self.filtered(
            lambda partner: (
                partner.type == "psa_site"
                and partner.parent_id.psa_is_customer
                and partner.parent_id.active
                and partner.parent_id not in self
                and (
                    vals.get("active") is False
                    or vals.get("type", "psa_site") != "psa_site"
                    or vals.get("parent_id", partner.parent_id.id)
                    != partner.parent_id.id
                )
            )
        )
        for customer, sites in leaving.grouped("parent_id").items():
            others = Domain("parent_id", "=", customer.id) & Domain(
                "type", "=", "psa_site"
            )
            if not self.sudo().search_count(
                others & Domain("id", "not in", sites.ids), limit=1
            ):
                raise UserError(
                    self.env._(
                        "%(customer)s needs at least one site. Rename “%(site)s”, or add "
                        "another site first.",
                        customer=customer.name,
                        site=sites[0].name,
                    )
                )

    def _psa_leave_sites(self, parent_id):
        """Take contacts who change firms out of the site of the former one."""
        firm = self.browse(parent_id).commercial_partner_id
        movers = self.filtered(
            lambda partner: (
                partner.sudo().psa_site_id
                and partner.sudo().psa_site_id.commercial_partner_id != firm
            )
        )
        if movers:
            movers.sudo().psa_site_id = False

    def _handle_first_contact_creation(self):
        """Override of `base`: a site's address never becomes the customer's."""
        if self.type == "psa_site":
            return None
        return super()._handle_first_contact_creation()
