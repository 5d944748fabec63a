from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import INTERVENTION_STATES, PRIORITIES

# Where an intervention may go from each state, besides staying there. A signed sheet is
# only reopened, by `_reopen`.
NEXT_STATES = {
    "to_plan": ("planned", "on_the_way", "in_progress", "done", "cancelled"),
    "planned": ("to_plan", "on_the_way", "in_progress", "done", "cancelled"),
    "on_the_way": ("to_plan", "planned", "in_progress", "done", "cancelled"),
    "in_progress": ("planned", "on_the_way", "done", "cancelled"),
    "done": ("in_progress", "closed", "cancelled"),
    "closed": (),
    "cancelled": ("to_plan", "planned"),
}


class PsaIntervention(models.Model):
    """A visit to a customer: planned, carried out, signed."""

    _name = "psa.intervention"
    _description = "Intervention"
    _inherit = [
        "psa.number.mixin",
        "psa.intervention.planning.mixin",
        "psa.intervention.signing.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "planned_start desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["number", "name"]
    _psa_sequence = "helpdesk_psa.ir_sequence_psa_intervention"

    # Identity
    number = fields.Char(readonly=True, copy=False, help="Unique.")
    name = fields.Char(
        string="Subject", required=True, help="What it is about; printed on the report."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    type_id = fields.Many2one(
        "psa.intervention.type",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self._default_type_id(),
    )
    color = fields.Integer(related="type_id.color", string="Colour")
    priority = fields.Selection(PRIORITIES, required=True, default="1")
    requested_at = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="When the customer asked, which may be before somebody typed it in.",
    )

    # Who and where
    ticket_ids = fields.Many2many(
        "psa.ticket",
        "psa_intervention_ticket_rel",
        "intervention_id",
        "ticket_id",
        string="Tickets",
        check_company=True,
        domain="[('customer_id', '=', customer_id), ('customer_id', '!=', False)]",
    )
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('psa_is_customer', '=', True)]",
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
        help="Where the technicians go.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact on site",
        index="btree_not_null",
        check_company=True,
        domain="[('type', '!=', 'psa_site'), ('commercial_partner_id', '=', customer_id)]",
        help="Whom the technicians ask for.",
    )
    team_id = fields.Many2one(
        "psa.team",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Interventions of a private team are seen by its members and by their "
        "technicians.",
    )
    technician_ids = fields.Many2many(
        "res.users",
        "psa_intervention_technician_rel",
        "intervention_id",
        "user_id",
        string="Technicians",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        tracking=True,
    )

    # When
    planned_start = fields.Datetime(index=True, tracking=True, copy=False)
    planned_end = fields.Datetime(copy=False)
    planned_hours = fields.Float(
        string="Planned duration",
        compute="_compute_planned_hours",
        help="Hours between the planned start and the planned end.",
    )
    started_at = fields.Datetime(
        string="Started", readonly=True, copy=False, help="When work began on site."
    )
    done_at = fields.Datetime(string="Done", readonly=True, copy=False)

    # What
    state = fields.Selection(
        INTERVENTION_STATES,
        required=True,
        default="to_plan",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    description = fields.Text(
        string="Request", help="What the customer asks for; printed on the report."
    )
    work_done = fields.Text(copy=False, help="Printed on the customer's report.")
    note = fields.Text(
        string="Internal note", help="For colleagues; customers never see it."
    )
    checklist_item_ids = fields.One2many(
        "psa.checklist.item", "intervention_id", string="Checklist"
    )
    item_ids = fields.One2many("psa.item", "intervention_id", string="Items")

    _number_uniq = models.UniqueIndex(
        "(number)", "This intervention number exists already."
    )
    _planned_period = models.Constraint(
        "CHECK (planned_end > planned_start)",
        "The planned end must be after the planned start.",
    )
    _planned_both = models.Constraint(
        "CHECK ((planned_start IS NULL) = (planned_end IS NULL))",
        "An intervention has both a planned start and a planned end, or neither.",
    )
    _agenda_idx = models.Index("(planned_start, planned_end) WHERE active")
    _to_plan_idx = models.Index("(id) WHERE state = 'to_plan'")

    def _default_type_id(self):
        return self.env["psa.intervention.type"].search(
            [("company_id", "in", [self.env.company.id, False])], limit=1
        )

    # === COMPUTES === #

    @api.depends("customer_id")
    def _compute_site_id(self):
        """Follow the customer; a site that somebody chose stays while it is his."""
        for intervention in self:
            site = intervention.site_id
            customer = intervention.customer_id
            if not site or site.parent_id != customer:
                intervention.site_id = customer and customer._psa_get_main_site()

    @api.depends("planned_start", "planned_end")
    def _compute_planned_hours(self):
        for intervention in self:
            start, end = intervention.planned_start, intervention.planned_end
            intervention.planned_hours = (
                (end - start).total_seconds() / 3600 if start and end else 0
            )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for intervention in self:
            name = intervention.name or ""
            number = intervention.number
            intervention.display_name = f"{number} {name}" if number else name

    # === CONSTRAINTS === #

    @api.constrains("customer_id", "site_id", "ticket_ids")
    def _check_customer(self):
        for intervention in self:
            customer = intervention.customer_id
            site = intervention.site_id
            if site and (site.type != "psa_site" or site.parent_id != customer):
                raise ValidationError(
                    self.env._(
                        "“%(site)s” is not a site of %(customer)s.",
                        site=site.display_name,
                        customer=customer.display_name,
                    )
                )
            # sudo: a technician may not see all tickets of his visit
            strange = intervention.sudo().ticket_ids.filtered(
                lambda ticket, customer=customer: ticket.customer_id != customer
            )
            if strange:
                raise ValidationError(
                    self.env._(
                        "The ticket %(ticket)s is not one of %(customer)s.",
                        ticket=strange[0].number,
                        customer=customer.display_name,
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._complete_period(dict(vals)) for vals in vals_list]
        self._number_values(vals_list)
        interventions = super().create(vals_list)
        interventions._follow_plan()
        return interventions

    def write(self, vals):
        self._check_unlocked()
        if "state" in vals:
            self._check_next_state(vals["state"])
        before = {intervention.id: intervention.state for intervention in self}
        result = super().write(self._complete_period(dict(vals)))
        if vals.keys() & {"planned_start", "planned_end", "technician_ids"}:
            self._follow_plan()
        self.filtered(lambda one: before[one.id] != one.state)._apply_state()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_unlocked()

    # === PLANNING === #

    def _complete_period(self, vals):
        """Give a visit with a start an end, after its type's usual duration.

        A visit that is moved keeps its duration.
        """
        if "planned_start" not in vals or "planned_end" in vals:
            return vals
        start = fields.Datetime.to_datetime(vals["planned_start"])
        if not start:
            return {**vals, "planned_end": False}
        known = self[:1]
        hours = known.planned_hours
        if not hours:
            type_id = vals.get("type_id") or known.type_id.id
            kind = self.env["psa.intervention.type"].browse(type_id or [])
            hours = (kind or self._default_type_id()).planned_hours or 1
        return {**vals, "planned_end": start + timedelta(hours=hours)}

    def _follow_plan(self):
        """Make what has a time and a technician planned, and the rest to be planned."""
        for state, wrong in (("planned", "to_plan"), ("to_plan", "planned")):
            ripe = self.filtered(
                lambda one, wrong=wrong: (
                    one.state == wrong
                    and bool(one.planned_start and one.technician_ids)
                    is (wrong == "to_plan")
                )
            )
            if ripe:
                ripe.state = state

    # === STATE === #

    def _check_next_state(self, state):
        """Refuse steps that a visit does not take.

        :raise UserError: if one of the interventions cannot get there
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for intervention in self:
            if state == intervention.state:
                continue
            if state not in NEXT_STATES[intervention.state]:
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is “%(before)s”: it cannot become "
                        "“%(after)s”.",
                        number=intervention.number,
                        before=labels[intervention.state],
                        after=labels[state],
                    )
                )

    def _apply_state(self):
        """Do what a new state brings with it: the one place for its consequences."""
        now = fields.Datetime.now()
        for intervention in self:
            if intervention.state == "in_progress" and not intervention.started_at:
                intervention.started_at = now
            if intervention.state == "done":
                intervention.done_at = now
