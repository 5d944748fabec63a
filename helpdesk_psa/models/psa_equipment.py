from dateutil.relativedelta import relativedelta
from werkzeug.urls import url_encode

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.serial_number import normalize_model, normalize_serial

# So many days before its end a warranty "ends soon".
WARRANTY_SOON_DAYS = 60


class PsaEquipment(models.Model):
    """A thing that a customer has and we look after: the installed base."""

    _name = "psa.equipment"
    _description = "Equipment"
    _inherit = [
        "psa.equipment.intervention.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "image.mixin",
    ]
    _order = "name, id"
    _check_company_auto = True
    _parent_store = True
    _rec_names_search = ["name", "serial_no"]

    # Identity
    name = fields.Char(
        required=True,
        tracking=True,
        help="As the customer calls it, for example “Printer, 2nd floor”.",
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    category_id = fields.Many2one(
        "psa.equipment.category",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
    )
    properties = fields.Properties(
        definition="category_id.equipment_properties",
        string="Extra fields",
        copy=True,
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The article of our catalogue, if we sell it.",
    )
    model = fields.Char(
        compute="_compute_model",
        store=True,
        readonly=False,
        precompute=True,
        help="Make and model, for example “HP LaserJet M507”.",
    )
    serial_no = fields.Char(
        string="Serial number",
        copy=False,
        tracking=True,
        help="Unique per customer and model; capitals and spaces do not matter.",
    )
    serial_key = fields.Char(
        compute="_compute_keys",
        store=True,
        precompute=True,
        help="The serial number as it is compared.",
    )
    model_key = fields.Char(compute="_compute_keys", store=True, precompute=True)
    notes = fields.Html(help="What everybody who works on it should know.")

    # Where it is
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
        help="The firm or private person that has it.",
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
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
        help="Where it stands.",
    )
    location = fields.Char(help="Where at the site: floor, room, rack unit.")
    partner_id = fields.Many2one(
        "res.partner",
        string="User",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Who works with it. Empty if several do.",
    )
    parent_id = fields.Many2one(
        "psa.equipment",
        string="Part of",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('customer_id', '=', customer_id), ('id', '!=', id)]",
        help="The rack, cabinet or machine that it is built into. It moves along.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("psa.equipment", "parent_id", string="Parts")
    child_count = fields.Integer(
        string="Number of parts", compute="_compute_child_count"
    )
    move_ids = fields.One2many("psa.equipment.move", "equipment_id", string="Moves")

    # Dates and warranty
    install_date = fields.Date(string="Installed", tracking=True)
    warranty_start = fields.Date(
        compute="_compute_warranty_start",
        store=True,
        readonly=False,
        precompute=True,
        help="First day of the warranty; the day of installation unless you change it.",
    )
    warranty_end = fields.Date(tracking=True, help="Last day of the warranty.")
    warranty_coverage = fields.Selection(
        [
            ("parts", "Parts"),
            ("labour", "Labour"),
            ("all", "Parts and labour"),
        ],
        string="Warranty covers",
        default="all",
        help="What the warranty pays for. Work under warranty costs us time, but is not "
        "billed to the customer.",
    )
    warranty_terms = fields.Text(
        help="Who grants the warranty and on which terms, for example “carry-in, by HP”."
    )
    warranty_state = fields.Selection(
        [
            ("none", "No warranty known"),
            ("future", "Warranty to come"),
            ("valid", "In warranty"),
            ("soon", "Warranty ends soon"),
            ("over", "Out of warranty"),
        ],
        compute="_compute_warranty_state",
        search="_search_warranty_state",
        string="Warranty",
    )

    # Work
    ticket_ids = fields.Many2many(
        "psa.ticket",
        "psa_ticket_equipment_rel",
        "equipment_id",
        "ticket_id",
        string="Tickets",
        copy=False,
    )
    ticket_count = fields.Integer(
        string="Number of tickets", compute="_compute_ticket_counts"
    )
    open_ticket_count = fields.Integer(
        string="Open tickets", compute="_compute_ticket_counts"
    )

    _serial_uniq = models.UniqueIndex(
        "(company_id, customer_id, COALESCE(model_key, ''), serial_key) "
        "WHERE serial_key IS NOT NULL",
        "This customer has an equipment of this model and serial number already, "
        "perhaps an archived one.",
    )
    _serial_idx = models.Index("(serial_key) WHERE serial_key IS NOT NULL")

    agreement_id = fields.Many2one(
        "psa.agreement",
        compute="_compute_agreement",
        help="The agreement that covers it today.",
    )
    agreement_reason = fields.Char(
        compute="_compute_agreement", string="Why this agreement"
    )
    document_ids = fields.Many2many(
        "ir.attachment", compute="_compute_document_ids", string="Documents"
    )

    # Label
    label_url = fields.Char(
        compute="_compute_label",
        string="Address on the label",
        help="What the code says.",
    )
    label_code = fields.Char(
        compute="_compute_label",
        string="Code",
        help="Address of the picture of the code.",
    )
    site_name = fields.Char(related="site_id.name", string="Name of the site")

    # === COMPUTES === #

    @api.depends("name", "serial_no")
    def _compute_display_name(self):
        for equipment in self:
            name = equipment.name or ""
            serial = equipment.serial_no
            equipment.display_name = f"{name} [{serial}]" if serial else name

    @api.depends("product_id")
    def _compute_model(self):
        for equipment in self:
            equipment.model = equipment.product_id.name or equipment.model

    @api.depends("serial_no", "model")
    def _compute_keys(self):
        for equipment in self:
            equipment.serial_key = normalize_serial(equipment.serial_no) or False
            equipment.model_key = normalize_model(equipment.model)

    @api.depends("customer_id")
    def _compute_site_id(self):
        for equipment in self:
            customer = equipment.customer_id
            if equipment.site_id.parent_id != customer:
                equipment.site_id = customer and customer._psa_get_main_site()

    @api.depends("install_date")
    def _compute_warranty_start(self):
        for equipment in self:
            equipment.warranty_start = (
                equipment.warranty_start or equipment.install_date
            )

    @api.depends("warranty_start", "warranty_end")
    def _compute_warranty_state(self):
        domains = self._get_warranty_domains(fields.Date.context_today(self))
        for state, domain in domains.items():
            self.filtered_domain(domain).warranty_state = state

    def _search_warranty_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_warranty_domains(fields.Date.context_today(self))
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _get_warranty_domains(self, day):
        """Return {state of the warranty: domain}, each equipment being in one of them.

        :param date day: the day the question is about
        """
        soon = day + relativedelta(days=WARRANTY_SOON_DAYS)
        known = Domain("warranty_end", "!=", False)
        future = known & Domain("warranty_start", ">", day)
        begun = known & (
            Domain("warranty_start", "=", False) | Domain("warranty_start", "<=", day)
        )
        return {
            "none": Domain("warranty_end", "=", False),
            "future": future,
            "over": begun & Domain("warranty_end", "<", day),
            "soon": begun
            & Domain("warranty_end", ">=", day)
            & Domain("warranty_end", "<=", soon),
            "valid": begun & Domain("warranty_end", ">", soon),
        }

    def _is_under_warranty(self, day):
        """Tell whether the warranty holds on a day.

        Override to let other facts decide, for example a manufacturer's database.

        :param date day: the day of the work
        """
        self.ensure_one()
        domains = self._get_warranty_domains(day)
        return bool(self.filtered_domain(domains["valid"] | domains["soon"]))

    def _compute_child_count(self):
        counts = dict(
            self._read_group(
                [("parent_id", "in", self.ids)], ["parent_id"], ["__count"]
            )
        )
        for equipment in self:
            equipment.child_count = counts.get(equipment, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_ticket_counts(self):
        totals, still_open = (
            dict(
                self.env["psa.ticket"]._read_group(
                    Domain("equipment_ids", "in", self.ids) & domain,
                    ["equipment_ids"],
                    ["__count"],
                )
            )
            for domain in (
                Domain.TRUE,
                Domain("stage_category", "in", ("new", "open", "waiting")),
            )
        )
        for equipment in self:
            equipment.ticket_count = totals.get(equipment, 0)
            equipment.open_ticket_count = still_open.get(equipment, 0)

    @api.depends("customer_id", "site_id", "category_id", "company_id")
    @api.depends_context("lang")
    def _compute_agreement(self):
        today = fields.Date.context_today(self)
        agreements = self.env["psa.agreement"]
        self.agreement_id = False
        self.agreement_reason = False
        for company, equipment in self.grouped("company_id").items():
            requests = [it._prepare_work_request(today) for it in equipment]
            matches = agreements._find_matches(company, requests)
            for it, match in zip(equipment, matches, strict=True):
                if match:
                    it.agreement_id = match.term.agreement_id
                    it.agreement_reason = agreements._explain_match(match)

    def _prepare_work_request(self, day):
        """Return work on the equipment as `psa.agreement._find_matches` takes it."""
        self.ensure_one()
        return {
            "day": day,
            "customer": self.customer_id,
            "site": self.site_id,
            "equipment": self,
        }

    def _compute_document_ids(self):
        found = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("res_field", "=", False),
            ],
            order="id desc",
        )
        for equipment in self:
            equipment.document_ids = found.filtered(
                lambda it, owner=equipment.id: it.res_id == owner
            )

    def _compute_label(self):
        for equipment in self:
            # The short way: labels stay on things for years, screens change.
            url = f"{equipment.get_base_url()}/helpdesk/equipment/{equipment.id}"
            equipment.label_url = equipment.id and url
            query = url_encode(
                {"barcode_type": "QR", "value": url, "width": 256, "height": 256}
            )
            equipment.label_code = equipment.id and f"/report/barcode/?{query}"

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Override of `base`: the very serial number first, then the ticket's site."""
        ranked, left = [], limit
        for closer in self._get_closest_domains(name):
            if left is not None and left <= 0:
                break
            text = "" if closer[1] else name
            found = super().name_search(
                text,
                Domain(domain or Domain.TRUE)
                & closer[0]
                & Domain("id", "not in", [it for it, _label in ranked]),
                operator,
                left,
            )
            ranked += found
            left = limit and limit - len(ranked)
        return ranked

    @api.model
    def _get_closest_domains(self, name):
        """Return [(domain, whether it needs no text)] in which equipment is offered."""
        domains = []
        if key := normalize_serial(name):
            domains.append((Domain("serial_key", "=", key), True))
        if site_id := self.env.context.get("psa_site_first"):
            domains.append((Domain("site_id", "=", site_id), False))
        return [*domains, (Domain.TRUE, False)]

    # === CHECKS === #

    @api.constrains("parent_id", "customer_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("An equipment cannot be a part of its own part.")
            )
        for equipment in self.filtered("parent_id"):
            if equipment.parent_id.customer_id != equipment.customer_id:
                raise ValidationError(
                    self.env._(
                        "“%(part)s” and “%(whole)s” belong to different customers: one "
                        "cannot be a part of the other.",
                        part=equipment.display_name,
                        whole=equipment.parent_id.display_name,
                    )
                )

    @api.constrains("customer_id", "site_id", "partner_id")
    def _check_parties(self):
        for equipment in self:
            customer, site = equipment.customer_id, equipment.site_id
            user = equipment.partner_id
            if site and (site.type != "psa_site" or site.parent_id != customer):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=customer.display_name,
                    )
                )
            if user and user.commercial_partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(customer)s, who has the equipment.",
                        user=user.display_name,
                        customer=customer.display_name,
                    )
                )

    @api.constrains("warranty_start", "warranty_end")
    def _check_warranty(self):
        for equipment in self:
            start, end = equipment.warranty_start, equipment.warranty_end
            if start and end and end < start:
                raise ValidationError(
                    self.env._(
                        "The warranty of “%(name)s” would end before it starts.",
                        name=equipment.display_name,
                    )
                )

    # === CREATE, CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark_customers()
        records._remember_serial_customers()
        return records

    def write(self, vals):
        if not vals.keys() & {"customer_id", "site_id"}:
            result = super().write(vals)
            if vals.keys() & {"serial_no", "company_id"}:
                self._remember_serial_customers()
            return result
        parts = self._get_parts()
        before = (self | parts)._get_places()
        for extra, equipment in self._group_by_consequences(vals).items():
            super(PsaEquipment, equipment).write({**vals, **dict(extra)})
        for values, group in self._group_parts(parts, before).items():
            super(PsaEquipment, group).write(dict(values))
        (self | parts)._log_moves(before)
        self._mark_customers()
        (self | parts)._remember_serial_customers()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for equipment in self:
            if equipment.sudo().ticket_ids:
                raise UserError(
                    self.env._(
                        "“%(name)s” has tickets. Archive it instead: its history stays.",
                        name=equipment.display_name,
                    )
                )

    @api.model
    @tools.ormcache("company_id")
    def _get_serial_customer_ids(self, company_id):
        """Return the ids of the customers whose equipment has serial numbers.

        It may name customers whose equipment is gone: they cost one query too many.
        """
        # sudo: remembered for everybody
        groups = self.sudo()._read_group(
            [("company_id", "=", company_id), ("serial_key", "!=", False)],
            ["customer_id"],
        )
        return frozenset(customer.id for (customer,) in groups)

    def _remember_serial_customers(self):
        """Forget who has serial numbers if somebody is new among them."""
        if any(
            it.serial_key
            and it.customer_id.id not in self._get_serial_customer_ids(it.company_id.id)
            for it in self
        ):
            self.env.registry.clear_cache()

    def _mark_customers(self):
        """The first equipment makes a partner a customer of the helpdesk."""
        # sudo: agents enter equipment without the right to edit contacts
        newcomers = self.customer_id.sudo().filtered(lambda it: not it.psa_is_customer)
        if newcomers:
            newcomers.psa_is_customer = True

    # === MOVES === #

    def _get_parts(self):
        """Return what is built into the equipment, at any depth, archived or not."""
        if not self.ids:
            return self.browse()
        return self.with_context(active_test=False).search(
            [("id", "child_of", self.ids), ("id", "not in", self.ids)],
            order="parent_path",
        )

    def _get_places(self):
        """Return {id: (customer, site)}."""
        return {it.id: (it.customer_id, it.site_id) for it in self}

    def _group_by_consequences(self, vals):
        """Split the equipment by what a move to another customer takes away.

        :return: {((field, value), …): equipment}
        """
        customer = self.customer_id.browse(vals.get("customer_id"))

        def get_consequences(equipment):
            extra = {}
            if customer and equipment.customer_id != customer:
                stays = equipment.parent_id and equipment.parent_id not in self
                if stays and "parent_id" not in vals:
                    extra["parent_id"] = False
                user = equipment.partner_id
                if user.commercial_partner_id != customer and "partner_id" not in vals:
                    extra["partner_id"] = False
            return tuple(extra.items())

        return self.grouped(get_consequences)

    def _group_parts(self, parts, before):
        """Split the parts by where they have to follow.

        Parts follow to another customer, and to another site if they stood with the whole.

        :param parts: in the order of the tree
        :param dict before: where everything was
        :return: {((field, value), …): parts}
        """
        places = self._get_places()
        for part in parts:
            was, now = before[part.parent_id.id], places[part.parent_id.id]
            customer, site = before[part.id]
            if now[0] != was[0] or (now[1] != was[1] and site == was[1]):
                customer, site = now
            places[part.id] = (customer, site)

        def get_values(part):
            customer, site = places[part.id]
            values = {}
            if customer != part.customer_id:
                values["customer_id"] = customer.id
                if part.partner_id.commercial_partner_id != customer:
                    values["partner_id"] = False
            if values or site != part.site_id:
                values["site_id"] = site.id
            return tuple(values.items())

        groups = parts.grouped(get_values)
        groups.pop((), None)
        return groups

    def _log_moves(self, before):
        """Keep where the equipment was.

        :param dict before: what `_get_places` returned before the change
        """
        # sudo: nobody writes the history by hand
        self.env["psa.equipment.move"].sudo().create(
            [
                {
                    "equipment_id": it.id,
                    "user_id": self.env.uid,
                    "from_customer_id": before[it.id][0].id,
                    "from_site_id": before[it.id][1].id,
                    "to_customer_id": it.customer_id.id,
                    "to_site_id": it.site_id.id,
                }
                for it in self
                if before[it.id] != (it.customer_id, it.site_id)
            ]
        )

    def _get_former_customers(self):
        """Return {equipment id: customers that had it}, the present one included."""
        # sudo: whether a ticket may name an equipment does not depend on who asks
        owners = {it.id: it.sudo().customer_id for it in self}
        for move in self.sudo().move_ids:
            owners[move.equipment_id.id] |= move.from_customer_id
        return owners

    # === ACTIONS === #

    def action_new_ticket(self):
        """Open the form of a new ticket about the equipment."""
        customer = self.customer_id
        if len(customer) != 1:
            raise UserError(
                self.env._(
                    "Choose equipment of one customer to open a ticket about it."
                )
            )
        site, user = self.site_id, self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New ticket"),
            "res_model": "psa.ticket",
            "view_mode": "form",
            "context": {
                "default_company_id": self.company_id[:1].id,
                "default_partner_id": user.id if len(user) == 1 else False,
                "default_customer_id": customer.id,
                "default_site_id": site.id if len(site) == 1 else False,
                "default_equipment_ids": self.ids,
            },
        }

    def action_open_tickets(self):
        """Open the tickets about the equipment, the open ones first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        new_ticket = self.action_new_ticket()["context"]
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("equipment_ids", "in", self.ids)],
            "context": {
                **new_ticket,
                "search_default_open": int(bool(self.open_ticket_count)),
            },
        }

    def action_open_parts(self):
        """Open what is built into the equipment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_equipment_action"
        )
        return {
            **action,
            "display_name": self.env._("Parts of %(name)s", name=self.display_name),
            "domain": [("id", "child_of", self.id), ("id", "!=", self.id)],
            "context": {
                "default_parent_id": self.id,
                "default_customer_id": self.customer_id.id,
                "default_site_id": self.site_id.id,
            },
        }

    def action_print_label(self):
        """Print a sheet of labels, one for each equipment."""
        return self.env.ref("helpdesk_psa.psa_equipment_report_labels").report_action(
            self
        )

    @api.model
    def get_import_templates(self):
        """Override of `base` to offer the sheet of the helpdesk's own import."""
        if not self.env["psa.import"].has_access("create"):
            return []
        label = self.env._(
            "Sample file for equipment (see Helpdesk > Configuration > Import equipment)"
        )
        return [
            {
                "label": f"{label}, {name.upper()}",
                "template": f"/helpdesk_psa/static/{name}/psa_equipment.{name}",
            }
            for name in ("xlsx", "csv")
        ]
