from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize

from ..const import (
    CHANNELS,
    OPEN_CATEGORIES,
    PRIORITIES,
)

IS_OPEN_SQL = "stage_category IN ('new', 'open', 'waiting')"


class PsaTicket(models.Model):
    """What a customer asks for, from the first word to the last."""

    _name = "psa.ticket"
    _description = "Ticket"
    _inherit = [
        "psa.ticket.sla.mixin",
        "psa.number.mixin",
        "psa.ticket.creation.mixin",
        "psa.ticket.planning.mixin",
        "psa.ticket.lifecycle.mixin",
        "psa.ticket.intake.mixin",
        "psa.ticket.assignment.mixin",
        "psa.ticket.search.mixin",
        "psa.ticket.home.mixin",
        "psa.ticket.wallboard.mixin",
        "psa.ticket.portal.mixin",
        "psa.ticket.page.mixin",
        "psa.ticket.screen.mixin",
        "psa.ticket.participant.mixin",
        "psa.ticket.intervention.mixin",
        "psa.ticket.equipment.mixin",
        "psa.ticket.agreement.mixin",
        "psa.ticket.mail.in.mixin",
        "psa.ticket.message.mixin",
        "psa.ticket.mail.out.mixin",
        "psa.ticket.rating.mixin",
        "psa.ticket.time.mixin",
        "portal.mixin",
        "mail.thread.cc",
        "rating.mixin",
        "mail.activity.mixin",
    ]
    _order = "priority desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["number", "name"]
    _mail_post_access = "read"
    _primary_email = "email_from"
    _psa_sequence = "helpdesk_psa.ir_sequence_psa_ticket"
    _psa_event_inverse = "ticket_id"
    _psa_event_fields = {
        "type_id": "type",
        "category_id": "category",
        "severity_id": "severity",
        "priority": "priority",
        "team_id": "team",
        "user_id": "assign",
        "partner_id": "customer",
        "stage_id": "stage",
    }

    # Identity
    number = fields.Char(
        readonly=True,
        copy=False,
        default=False,
        help="Unique; a customer's mail that carries it in the subject finds its ticket.",
    )
    name = fields.Char(string="Subject", required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True)
    channel = fields.Selection(
        CHANNELS,
        required=True,
        default=lambda self: self._get_default_channel(),
        help="How the request reached us.",
    )
    requested_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="When the customer asked. The clocks start here.",
    )
    body = fields.Html(
        string="Request",
        compute="_compute_body",
        inverse="_inverse_body",
        help="What the customer asked, as first written. It is kept in the first message.",
    )

    # Classification
    type_id = fields.Many2one(
        "psa.ticket.type",
        required=True,
        check_company=True,
        ondelete="restrict",
    )
    type_icon = fields.Char(related="type_id.icon", string="Type icon")
    category_id = fields.Many2one(
        "psa.ticket.category",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    severity_id = fields.Many2one(
        "psa.severity",
        check_company=True,
        ondelete="restrict",
        help="Choosing a severity sets the priority.",
    )
    priority = fields.Selection(PRIORITIES, required=True, default="1")
    tag_ids = fields.Many2many("psa.tag", string="Tags", check_company=True)
    properties = fields.Properties(
        definition="type_id.ticket_properties", string="Extra fields", copy=True
    )

    # People
    team_id = fields.Many2one(
        "psa.team",
        required=True,
        check_company=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Agent",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        copy=False,
        help="Person in charge of the ticket.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Requester",
        index="btree_not_null",
        check_company=True,
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id.active', '=', True)]",
        help="Person who asks. Empty while we do not know who wrote.",
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
        help="The firm the requester belonged to when the ticket was opened, or a "
        "private person. It stays when the requester changes firms.",
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
        domain="[('type', '=', 'psa_site'), ('parent_id', '=', customer_id)]",
        help="Where the problem is. It stays when the requester moves.",
    )
    is_vip = fields.Boolean(
        string="VIP",
        compute="_compute_is_vip",
        search="_search_is_vip",
        help="The requester, his site or his customer is marked as VIP.",
    )
    customer_color = fields.Integer(related="customer_id.psa_color")
    email_from = fields.Char(
        string="E-mail",
        compute="_compute_email_from",
        store=True,
        readonly=False,
        precompute=True,
        help="Address the request came from, and where answers go.",
    )
    email_normalized = fields.Char(
        string="Normalised e-mail",
        compute="_compute_email_normalized",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    identified_by = fields.Selection(
        [
            ("explicit", "Chosen"),
            ("address", "E-mail address"),
            ("domain", "Customer's mail domain"),
            ("unknown", "Unknown sender"),
        ],
        string="How we know",
        readonly=True,
        copy=False,
        help="How we know who asks.",
    )
    author_name = fields.Char(
        compute="_compute_author_name",
        string="From",
        help="The requester, or the address when we do not know who wrote.",
    )

    # Workflow
    stage_id = fields.Many2one(
        "psa.ticket.stage",
        string="Status",
        required=True,
        check_company=True,
        ondelete="restrict",
        copy=False,
        group_expand="_read_group_stage_ids",
        domain="[('id', 'in', allowed_stage_ids)]",
    )
    stage_category = fields.Selection(
        string="State",
        related="stage_id.category",
        store=True,
        precompute=True,
    )
    allowed_stage_ids = fields.Many2many(
        "psa.ticket.stage", compute="_compute_allowed_stage_ids"
    )
    progress = fields.Integer(
        string="Progress (%)", aggregator="avg", copy=False, help="Between 0 and 100."
    )
    parent_id = fields.Many2one(
        "psa.ticket",
        string="Parent ticket",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        copy=False,
    )
    child_ids = fields.One2many("psa.ticket", "parent_id", string="Child tickets")
    link_ids = fields.Many2many(
        "psa.ticket.link", compute="_compute_link_ids", string="Links"
    )
    link_count = fields.Integer(compute="_compute_link_ids")
    event_ids = fields.One2many("psa.event", "ticket_id", string="History")
    sibling_ticket_count = fields.Integer(
        compute="_compute_sibling_ticket_count",
        string="Other tickets",
        help="Other tickets of the same requester or of the same address.",
    )

    # Moments
    read_at = fields.Datetime(
        string="Read",
        readonly=True,
        copy=False,
        help="When an agent first opened the ticket.",
    )
    read_delay_hours = fields.Float(
        string="Time to read",
        compute="_compute_read_delay_hours",
        help="Hours between the request and the first time an agent opened it.",
    )
    assigned_at = fields.Datetime(
        string="Assigned",
        readonly=True,
        copy=False,
        help="When the present agent got it.",
    )
    first_response_at = fields.Datetime(
        string="First response",
        readonly=True,
        copy=False,
        help="When an agent first wrote to the customer.",
    )
    resolved_at = fields.Datetime(string="Resolved", readonly=True, copy=False)
    closed_at = fields.Datetime(string="Closed", readonly=True, copy=False)

    # Public page
    tracking_key = fields.Char(
        readonly=True,
        copy=False,
        default=lambda self: self._new_tracking_key(),
        groups="base.group_user",
        help="With the requester's address it opens the ticket on the tracking page.",
    )

    _number_uniq = models.UniqueIndex("(number)", "This ticket number exists already.")
    _tracking_key_uniq = models.UniqueIndex("(tracking_key)")
    _progress_range = models.Constraint(
        "CHECK (progress BETWEEN 0 AND 100)",
        "Progress is a percentage between 0 and 100.",
    )
    # Queues: default order over the open tickets, alone or of one agent or team.
    _open_idx = models.Index(f"(priority DESC, id DESC) WHERE {IS_OPEN_SQL}")
    _open_user_idx = models.Index(
        f"(user_id, priority DESC, id DESC) WHERE {IS_OPEN_SQL}"
    )
    _open_team_idx = models.Index(
        f"(team_id, priority DESC, id DESC) WHERE {IS_OPEN_SQL}"
    )
    _open_site_idx = models.Index(f"(site_id) WHERE {IS_OPEN_SQL}")
    _unknown_idx = models.Index(
        "(id) WHERE partner_id IS NULL AND identified_by = 'unknown'"
    )
    # Everything, in default order; in one status; of one customer; by day.
    _order_idx = models.Index("(priority DESC, id DESC)")
    _stage_idx = models.Index("(stage_id, priority DESC, id DESC)")
    _customer_idx = models.Index("(customer_id, priority DESC, id DESC)")
    _create_date_idx = models.Index("(create_date DESC, id DESC)")
    _requested_at_idx = models.Index("(requested_at DESC)")
    # Whose turn is it; what was done lately; which resolved tickets are ripe for closing.
    _turn_idx = models.Index("(team_id, user_id, assigned_at)")
    _user_idx = models.Index("(user_id) WHERE user_id IS NOT NULL")
    _done_idx = models.Index("(resolved_at) WHERE resolved_at IS NOT NULL")
    _resolved_idx = models.Index("(resolved_at) WHERE stage_category = 'resolved'")
    _sla_due_idx = models.Index("(sla_due_at) WHERE sla_due_at IS NOT NULL")

    # === COMPUTES === #

    @api.depends("partner_id")
    def _compute_customer_id(self):
        for ticket in self:
            ticket.customer_id = ticket.partner_id.commercial_partner_id

    @api.depends("partner_id", "customer_id")
    def _compute_site_id(self):
        """Follow the requester until the ticket is saved, then only the customer."""
        for ticket in self:
            site = ticket.site_id
            elsewhere = site.parent_id != ticket.customer_id
            if not ticket._origin or not site or elsewhere:
                party = ticket.partner_id
                if party.commercial_partner_id != ticket.customer_id:
                    party = ticket.customer_id
                ticket.site_id = party and party._psa_get_main_site()

    @api.depends("partner_id")
    def _compute_is_vip(self):
        for ticket in self:
            party = ticket.partner_id or ticket.customer_id
            ticket.is_vip = party._psa_get_setting("psa_vip")[0]

    def _search_is_vip(self, operator, value):
        if operator != "in":
            return NotImplemented
        vips = Domain.OR(
            Domain(f"{place}psa_vip", "=", True)
            for place in ("", "psa_site_id.", "commercial_partner_id.")
        )
        return Domain("partner_id", "any", vips) | (
            Domain("partner_id", "=", False) & Domain("customer_id", "any", vips)
        )

    @api.depends("partner_id")
    def _compute_email_from(self):
        for ticket in self:
            if ticket.partner_id.email:
                ticket.email_from = ticket.partner_id.email
            elif not ticket.partner_id and ticket.channel not in (
                "email",
                "public_form",
            ):
                # The address was the former requester's, not the one of a mail.
                ticket.email_from = False

    @api.depends("email_from")
    def _compute_email_normalized(self):
        for ticket in self:
            ticket.email_normalized = email_normalize(
                ticket.email_from or "", strict=False
            )

    @api.depends("partner_id", "email_from")
    def _compute_author_name(self):
        for ticket in self:
            partner = ticket.partner_id
            ticket.author_name = (
                partner.name or partner.display_name or ticket.email_from
            )

    @api.depends("type_id")
    def _compute_allowed_stage_ids(self):
        for ticket_type, tickets in self.grouped("type_id").items():
            tickets.allowed_stage_ids = ticket_type._get_stages()

    @api.depends("read_at", "requested_at")
    def _compute_read_delay_hours(self):
        for ticket in self:
            delay = ticket.read_at and ticket.read_at - ticket.requested_at
            ticket.read_delay_hours = delay and delay.total_seconds() / 3600

    def _compute_body(self):
        """Show the first message that is not a note."""
        # sudo: who may read the ticket may read its request
        messages = self.env["mail.message"].sudo()
        spoken = messages._search(
            [
                ("model", "=", self._name),
                ("res_id", "in", self.ids),
                ("message_type", "in", ("email", "comment")),
                ("subtype_id.internal", "=", False),
            ]
        )
        spoken.groupby = SQL.identifier(spoken.table, "res_id")
        first = spoken.select(SQL("MIN(%s)", SQL.identifier(spoken.table, "id")))
        messages = messages.search_fetch(
            [("id", "in", SQL("(%s)", first))], ["res_id", "body"]
        )
        bodies = {message.res_id: message.body for message in messages}
        for ticket in self:
            ticket.body = bodies.get(ticket.id, False)

    def _inverse_body(self):
        """The body is posted at creation; later it is only shown."""

    @api.depends_context("uid")
    def _compute_link_ids(self):
        links = self.env["psa.ticket.link"].search(
            Domain("ticket_id", "in", self.ids) | Domain("other_id", "in", self.ids)
        )
        for ticket in self:
            ticket.link_ids = links.filtered(
                lambda link, ticket=ticket: ticket in (link.ticket_id, link.other_id)
            )
            ticket.link_count = len(ticket.link_ids)

    @api.depends_context("uid")
    def _compute_sibling_ticket_count(self):
        for ticket in self:
            domain = ticket._get_sibling_domain()
            ticket.sibling_ticket_count = (
                self.search_count(domain, limit=100) if domain else 0
            )

    def _get_sibling_domain(self):
        """Return the domain of the requester's other tickets, or None if nobody is known."""
        self.ensure_one()
        if self.partner_id:
            domain = Domain("partner_id", "=", self.partner_id.id)
        elif self.email_normalized:
            domain = Domain("email_normalized", "=", self.email_normalized)
        else:
            return None
        return domain & Domain("id", "!=", self._origin.id)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = (
                f"{ticket.number} {ticket.name}" if ticket.number else ticket.name
            )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"
        return result

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the statuses of open tickets as columns even when they are empty."""
        return stages.search(
            Domain("id", "in", stages.ids) | Domain("category", "in", OPEN_CATEGORIES)
        )

    # === CONSTRAINTS === #

    @api.constrains("stage_id", "type_id")
    def _check_stage(self):
        if self.env.context.get("psa_stage_follows"):
            return  # the status that fits is written next, and checked then
        for ticket in self:
            ticket_type = ticket.type_id
            if ticket_type._is_stage_allowed(ticket.stage_id):
                continue
            raise ValidationError(
                self.env._(
                    "The status “%(stage)s” is not allowed for tickets of the type "
                    "“%(type)s”. Choose one of: %(allowed)s.",
                    stage=ticket.stage_id.name,
                    type=ticket_type.name,
                    allowed=", ".join(ticket_type._get_stages().mapped("name")),
                )
            )

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A ticket cannot be the parent of its own parent.")
            )

    @api.constrains("site_id", "customer_id")
    def _check_site(self):
        for ticket in self:
            site = ticket.site_id
            if site and (
                site.type != "psa_site" or site.parent_id != ticket.customer_id
            ):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=ticket.customer_id.display_name
                        or self.env._("nobody"),
                    )
                )

    @api.onchange("severity_id")
    def _onchange_severity_id(self):
        if self.severity_id:
            self.priority = self.severity_id.priority

    @api.onchange("type_id")
    def _onchange_type_id(self):
        """Show at once the team and the status that saving would choose."""
        if not self.type_id:
            return
        if not self._origin:
            team = self.type_id._get_team(self.company_id or self.env.company)
            self.team_id = team or self.team_id
        if not self.type_id._is_stage_allowed(self.stage_id):
            self.stage_id = self.type_id._get_stage(
                self.stage_id.category or "new", "open", "new"
            )

    # === CRUD === #

    @api.model
    def default_get(self, fields):
        """Start a new ticket where `create` would, so that the form tells the truth."""
        values = super().default_get(fields)
        if "type_id" in fields:
            self._complete_values([values])
        return {name: value for name, value in values.items() if name in fields}

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        self._complete_values(vals_list)
        self._mark_customers(vals_list)
        self._assign_values(vals_list)
        self._stamp_values(vals_list)
        self._number_values(vals_list)
        bodies = [vals.pop("body", False) for vals in vals_list]
        # The event tells of the creation; who is told of what is decided below.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        tickets = super(PsaTicket, quiet).create(vals_list)
        tickets = tickets.with_env(self.env)
        # Nobody has rated them yet: no need to look.
        self.env.remove_to_compute(self._fields["rating_last_value"], tickets)
        tickets._log_creation()
        if not self.env.context.get("psa_import_mode"):
            tickets._subscribe_requesters()
            tickets._queue_acknowledgements()
            tickets._announce(bodies)
        return tickets

    def write(self, vals):
        if not vals.keys() & self._psa_event_fields.keys():
            return super().write(vals)
        self._mark_customers([vals])
        before = self._get_event_values()
        consequences = self._group_by_values(
            lambda ticket: ticket._get_consequences(vals)
        )
        for stamps, tickets in self._group_by_values(
            lambda ticket: ticket._get_stamps(vals)
        ):
            # A change of type may need another status, which is written below.
            follows = "type_id" in vals and "stage_id" not in vals
            tickets = tickets.with_context(psa_stage_follows=follows)
            super(PsaTicket, tickets).write({**vals, **stamps})
        self._log_changes(before)
        changed = self.filtered(
            lambda ticket: before[ticket.id]["stage_id"] != str(ticket.stage_id.id)
        )
        changed._apply_stage()
        if "user_id" in vals:
            self._notify_assignment(before)
        if "partner_id" in vals:
            self._replace_requesters(before)
        # Written on their own, so that automation rules on status and priority see them.
        for further, tickets in consequences:
            if further:
                tickets.write(further)
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_manager(self):
        if not self.env.user.has_group("helpdesk_psa.group_psa_manager"):
            raise UserError(
                self.env._(
                    "Only helpdesk managers delete tickets. Cancel the ticket instead: "
                    "its history stays."
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for ticket, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=ticket.name)
        return vals_list
