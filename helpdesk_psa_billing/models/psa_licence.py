from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class PsaLicence(models.Model):
    """A licence or subscription of a customer: what, how many seats, and who has them."""

    _name = "psa.licence"
    _description = "Licence"
    _inherit = ["psa.counted.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "customer_id, name, id"
    _check_company_auto = True
    _rec_names_search = ["name", "vendor_reference"]

    _psa_count_kind = "licences"

    # Identity
    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="As people know it, for example “Microsoft 365 Business Premium”.",
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="What lines of agreements invoice. Lines that count licences count those of "
        "their product. Empty: no agreement counts it.",
    )
    vendor_reference = fields.Char(
        string="Subscription ID",
        copy=False,
        tracking=True,
        help="Number of the subscription at the vendor; unique per customer.",
    )
    notes = fields.Html(help="What everybody who works with it should know.")

    # Who has it
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        string="Customer group",
    )
    site_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
        help="If it is for one site only. Empty: for the whole customer.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Whom we talk to about it.",
    )
    quantity = fields.Float(
        string="Seats",
        default=1,
        required=True,
        digits="Product Unit",
        tracking=True,
        help="How many were bought. A change holds from today on; agreements count the "
        "former number for the days before.",
    )
    seat_ids = fields.One2many("psa.licence.seat", "licence_id", string="People")
    used_count = fields.Integer(
        string="In use",
        compute="_compute_used_count",
        help="Seats that somebody has today.",
    )
    free_count = fields.Float(
        string="Free",
        compute="_compute_used_count",
        digits="Product Unit",
        help="Seats that nobody has today; below 0 if people have more than were bought.",
    )

    # When
    date_start = fields.Date(
        string="Start",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="First day.",
    )
    date_end = fields.Date(
        string="End", tracking=True, help="Last day. Empty: until further notice."
    )
    state = fields.Selection(
        [
            ("planned", "To come"),
            ("current", "Running"),
            ("over", "Over"),
        ],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )

    _quantity_check = models.Constraint(
        "CHECK (quantity >= 0)", "A licence cannot have less than no seats."
    )
    _dates_check = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A licence cannot end before it starts.",
    )
    _reference_uniq = models.UniqueIndex(
        "(company_id, customer_id, lower(vendor_reference)) "
        "WHERE vendor_reference IS NOT NULL AND vendor_reference != ''",
        "This customer has a licence with this subscription ID already, perhaps an "
        "archived one.",
    )

    # === COMPUTES === #

    @api.depends("product_id")
    def _compute_name(self):
        for licence in self:
            licence.name = licence.name or licence.product_id.name

    @api.depends("name", "vendor_reference")
    def _compute_display_name(self):
        for licence in self:
            name, reference = licence.name or "", licence.vendor_reference
            licence.display_name = f"{name} [{reference}]" if reference else name

    @api.depends("quantity", "seat_ids.date_from", "seat_ids.date_until")
    def _compute_used_count(self):
        today = fields.Date.context_today(self)
        counts = dict(
            self.env["psa.licence.seat"]._read_group(
                Domain("licence_id", "in", self.ids)
                & self.env["psa.licence.seat"]._get_day_domain(today),
                ["licence_id"],
                ["__count"],
            )
        )
        for licence in self:
            licence.used_count = counts.get(licence._origin, 0)
            licence.free_count = licence.quantity - licence.used_count

    @api.depends("date_start", "date_end")
    def _compute_state(self):
        for state, domain in self._get_state_domains().items():
            self.filtered_domain(domain).state = state

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _get_state_domains(self):
        """Return {state: domain}, each licence being in one of them."""
        today = fields.Date.context_today(self)
        over = Domain("date_end", "!=", False) & Domain("date_end", "<", today)
        planned = Domain("date_start", ">", today)
        return {"over": over, "planned": planned, "current": ~over & ~planned}

    # === CHECKS === #

    @api.constrains("customer_id", "site_id", "partner_id", "seat_ids")
    def _check_parties(self):
        for licence in self:
            customer, site = licence.customer_id, licence.site_id
            if site and (site.type != "psa_site" or site.parent_id != customer):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=customer.display_name,
                    )
                )
            for person in licence.partner_id | licence.seat_ids.partner_id:
                if person.commercial_partner_id != customer:
                    raise ValidationError(
                        self.env._(
                            "%(person)s does not work for %(customer)s, who has the "
                            "licence.",
                            person=person.display_name,
                            customer=customer.display_name,
                        )
                    )

    # === CREATE === #

    @api.model_create_multi
    def create(self, vals_list):
        licences = super().create(vals_list)
        # sudo: agents enter licences without the right to edit contacts
        newcomers = licences.customer_id.sudo().filtered(
            lambda it: not it.psa_is_customer
        )
        if newcomers:
            newcomers.psa_is_customer = True
        return licences

    # === COUNTED === #

    @api.model
    def _psa_get_presence_triggers(self):
        return super()._psa_get_presence_triggers() | {
            "company_id",
            "customer_id",
            "date_end",
            "date_start",
            "product_id",
            "quantity",
            "site_id",
            "vendor_reference",
        }

    @api.model
    def _psa_get_countable_domain(self):
        return Domain.TRUE

    def _psa_get_presence_values(self):
        """Override: a licence is there for its seats, until it is archived."""
        self.ensure_one()
        if not self.active:
            return None
        return {
            "name": self.name,
            "reference": self.vendor_reference,
            "company_id": self.company_id.id,
            "customer_id": self.customer_id.id,
            "site_id": self.site_id.id,
            "category_id": False,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "exclusion_id": self.psa_count_exclusion_id.id,
            "tag_ids": (),
        }

    def _psa_get_arrival(self):
        return self.date_start

    def _psa_sync_presences(self, before):
        """Override: a licence is counted from its start to its end."""
        result = super()._psa_sync_presences(before)
        # sudo: what is counted follows from the licence
        for licence in self.sudo().filtered("active"):
            stay = licence._psa_get_last_stay()
            if stay[:1].customer_id == licence.customer_id:
                stay._set_bounds(licence._psa_get_first_day(stay), licence._get_end())
        return result

    def _psa_get_first_day(self, stay):
        """Return the first day of the last stay: the licence's, if it is the only one."""
        if len(self.psa_presence_ids) > len(stay):
            return max(self.date_start, stay[0].date_from)
        return self.date_start

    def _get_end(self):
        """Return the first day after the licence, None if it has no end."""
        return self.date_end and fields.Date.add(self.date_end, days=1)

    def _psa_set_billed(self, start, until):
        """Override: what is billed is what the licence says."""
        self.write(
            {
                "date_start": start or self.date_start,
                "date_end": until and fields.Date.subtract(until, days=1),
            }
        )

    # === ACTIONS === #

    @api.model
    def get_import_templates(self):
        """Override of `base` to offer the sheet of the helpdesk's own import."""
        if not self.env["psa.import"].has_access("create"):
            return []
        label = self.env._(
            "Sample file for licences (see Helpdesk > Configuration > Import licences)"
        )
        return [
            {
                "label": f"{label}, {name.upper()}",
                "template": f"/helpdesk_psa_billing/static/{name}/psa_licences.{name}",
            }
            for name in ("xlsx", "csv")
        ]
