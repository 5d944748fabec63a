from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import LIVE_SLA_STATES, SLA_KINDS, SLA_METRICS, SLA_STATES
from .mixins.psa_sla_mixin import to_terms, trace_all

# What people say about a clock; all the rest is counted.
SPOKEN_FIELDS = {"breach_reason_id", "breach_note"}


class PsaSlaClock(models.Model):
    """One promise about one ticket or task, from the request to its fulfilment.

    All figures are a function of the events, the terms and the calendars; whoever wants
    other figures changes those.
    """

    _name = "psa.sla.clock"
    _description = "SLA Clock"
    _inherit = ["psa.sla.clock.escalation.mixin", "psa.sla.timeline.mixin"]
    _order = "due_at, id"

    ticket_id = fields.Many2one(
        "psa.ticket", index="btree_not_null", ondelete="cascade", readonly=True
    )
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="cascade", readonly=True
    )
    kind = fields.Selection(
        SLA_KINDS, string="Promised to", required=True, readonly=True
    )
    metric = fields.Selection(SLA_METRICS, required=True, readonly=True)
    cycle = fields.Integer(
        required=True,
        default=1,
        readonly=True,
        aggregator=None,
        help="1 for the first; each unanswered message of the customer begins another "
        "one, and so does each team that gets the ticket.",
    )
    policy_id = fields.Many2one(
        "psa.sla.policy", required=True, index=True, ondelete="restrict", readonly=True
    )
    terms = fields.Json(
        readonly=True,
        help="What was promised since when: moment, policy, seconds, calendar, share "
        "of the time after which it is at risk.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service hours",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="Empty: day and night.",
    )
    target_seconds = fields.Integer(
        string="Promised (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds of service hours promised, extensions included.",
    )
    extension_seconds = fields.Integer(
        string="Extended by (s)", readonly=True, aggregator="sum"
    )
    state = fields.Selection(SLA_STATES, required=True, readonly=True)
    started_at = fields.Datetime(string="Started", required=True, readonly=True)
    due_at = fields.Datetime(
        string="Due",
        readonly=True,
        help="When the promised time is over. Empty while the clock is paused in time.",
    )
    warning_at = fields.Datetime(
        string="At risk from",
        readonly=True,
        help="When so much of the time is used that the ticket is at risk.",
    )
    stopped_at = fields.Datetime(string="Stopped", readonly=True)
    elapsed_seconds = fields.Integer(
        string="Used (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds of service hours used until the clock last began to run or stopped.",
    )
    elapsed_at = fields.Datetime(
        string="Used until",
        readonly=True,
        help="Moment up to which the used time is counted; a running clock adds what "
        "has passed since.",
    )
    paused_seconds = fields.Integer(
        string="On hold (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds of service hours in which the clock was paused, until then.",
    )
    next_escalation_at = fields.Datetime(readonly=True)

    # As things are at this moment
    is_late = fields.Boolean(
        string="Late",
        compute="_compute_is_late",
        search="_search_is_late",
        help="Overdue, or kept too late.",
    )
    used_hours = fields.Float(
        string="Used",
        compute="_compute_used_hours",
        help="Service hours used until now.",
    )
    remaining_hours = fields.Float(
        string="Left",
        compute="_compute_used_hours",
        help="Service hours left until it is late; negative when it is.",
    )
    target_hours = fields.Float(
        string="Promised",
        compute="_compute_used_hours",
        help="Service hours promised, extensions included.",
    )

    # Why was it late
    breach_reason_id = fields.Many2one(
        "psa.sla.breach.reason", string="Late because", ondelete="restrict"
    )
    breach_note = fields.Char(
        string="Explanation", help="What happened, in a few words."
    )

    # For lists and reports
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_subject",
        store=True,
        precompute=True,
        index=True,
    )
    team_id = fields.Many2one(
        "psa.team",
        compute="_compute_subject",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Team that has the ticket now.",
    )
    ola_team_id = fields.Many2one(
        "psa.team",
        string="Bound team",
        readonly=True,
        index="btree_not_null",
        help="Team that an internal promise binds.",
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_subject",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    customer_group_id = fields.Many2one(
        "psa.customer.group",
        compute="_compute_subject",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    project_id = fields.Many2one(
        "project.project",
        compute="_compute_subject",
        store=True,
        precompute=True,
        index="btree_not_null",
    )

    _one_subject = models.Constraint(
        "CHECK (num_nonnulls(ticket_id, task_id) = 1)",
        "A clock belongs to one ticket or one task.",
    )
    _live_uniq = models.UniqueIndex(
        "(COALESCE(ticket_id, 0), COALESCE(task_id, 0), kind, metric)"
        " WHERE state IN ('running', 'paused')",
        "This promise is being measured already.",
    )
    _due_idx = models.Index("(due_at) WHERE state = 'running'")
    _next_escalation_idx = models.Index(
        "(next_escalation_at) WHERE next_escalation_at IS NOT NULL"
    )
    _started_idx = models.Index("(started_at)")

    @api.depends(
        "ticket_id.company_id",
        "ticket_id.team_id",
        "ticket_id.customer_id",
        "ticket_id.customer_group_id",
        "task_id.company_id",
        "task_id.partner_id.commercial_partner_id",
        "task_id.project_id",
    )
    def _compute_subject(self):
        """Copy from the ticket or task what rules and reports ask about.

        Rules that look it up there would read every ticket of the database.
        """
        for clock in self:
            ticket, task = clock.ticket_id, clock.task_id
            subject = ticket or task
            clock.company_id = subject and subject._get_sla_company()
            clock.team_id = ticket.team_id
            clock.customer_id = (
                ticket.customer_id or task.partner_id.commercial_partner_id
            )
            clock.customer_group_id = (
                ticket.customer_group_id or clock.customer_id.psa_customer_group_id
            )
            clock.project_id = task.project_id

    @api.depends("kind", "metric", "ticket_id.number", "task_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["metric"]._description_selection(self.env))
        for clock in self:
            values = {
                "metric": labels.get(clock.metric, ""),
                "subject": clock.ticket_id.number or clock.task_id.name or "",
            }
            clock.display_name = (
                self.env._("%(metric)s (OLA) of %(subject)s", **values)
                if clock.kind == "ola"
                else self.env._("%(metric)s of %(subject)s", **values)
            )

    @api.depends("state", "due_at")
    def _compute_is_late(self):
        late = self.filtered_domain(self._get_late_domain())
        late.is_late = True
        (self - late).is_late = False

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self._get_late_domain()
        domains = [late if wanted else ~late for wanted in value]
        return Domain.OR(domains)

    @api.model
    def _get_late_domain(self):
        """Return what is late now: kept too late, or due and not kept yet."""
        overdue = Domain("state", "in", LIVE_SLA_STATES) & Domain(
            "due_at", "<=", fields.Datetime.now()
        )
        return Domain("state", "=", "breached") | overdue

    @api.depends("state", "elapsed_seconds", "elapsed_at", "target_seconds")
    def _compute_used_hours(self):
        for clock in self:
            used = clock._get_used_seconds()
            clock.used_hours = used / 3600
            clock.target_hours = clock.target_seconds / 3600
            clock.remaining_hours = (clock.target_seconds - used) / 3600

    def _get_used_seconds(self, moment=None):
        """Return the seconds of service hours used until a moment, now by default."""
        self.ensure_one()
        moment = moment or fields.Datetime.now()
        if self.state != "running" or moment <= self.elapsed_at:
            return self.elapsed_seconds
        time = self._get_working_time()
        return self.elapsed_seconds + time.between(self.elapsed_at, moment)

    def _get_working_time(self):
        """Return the service hours in which the clock runs now.

        :rtype: WorkingTime
        """
        self.ensure_one()
        # sudo: whoever sees a clock may know its hours
        clock_sudo = self.sudo()
        return clock_sudo.calendar_id._psa_working_time(clock_sudo.company_id)

    def write(self, vals):
        if not self.env.su:
            self._check_spoken(vals)
        return super().write(vals)

    def _check_spoken(self, vals):
        if vals.keys() - SPOKEN_FIELDS:
            raise UserError(
                self.env._(
                    "A clock is counted from what happened and cannot be set. To give "
                    "more time, a team leader extends it on the ticket."
                )
            )
        in_time = self.filtered(lambda clock: not clock.is_late)
        if in_time:
            raise UserError(
                self.env._(
                    "“%(clock)s” is not late: there is nothing to explain.",
                    clock=in_time[0].display_name,
                )
            )

    # === FROM EVENTS === #

    def _get_cycles(self):
        """Return what the clocks are counted from, read from the events.

        :return: ``{clock: (Cycle, [Terms])}``; see `tools/sla_clock.py`
        :rtype: dict
        """
        cycles = {}
        for inverse in ("ticket_id", "task_id"):
            clocks = self.sudo().filtered(inverse)
            if not clocks:
                continue
            times = {}
            histories = clocks[inverse]._get_histories()
            for clock in clocks:
                subject = clock[inverse]
                moments = histories[subject.id].moments
                for number, _team, cycle in trace_all(
                    clock.kind, clock.metric, moments
                ):
                    if number == clock.cycle:
                        terms = to_terms(subject, clock.terms, times)
                        cycles[clock.with_env(self.env)] = cycle, terms
        return cycles

    def action_open_subject(self):
        """Open the ticket or the task that the clock measures."""
        self.ensure_one()
        return (self.ticket_id or self.task_id).get_formview_action()
