from odoo import api, fields, models

from ..const import SLA_KINDS, SLA_METRICS, SLA_STATES


class PsaSlaClock(models.Model):
    """One promise about one ticket or task, from the request to its fulfilment.

    All figures are a function of the events, the terms and the calendars; whoever wants
    other figures changes those.
    """

    _name = "psa.sla.clock"
    _description = "SLA Clock"
    _inherit = ["psa.sla.clock.escalation.mixin", "psa.sla.timeline.mixin"]
    _order = "due_at, id"
    _rec_name = "metric"

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

    # Why was it late
    breach_reason_id = fields.Many2one(
        "psa.sla.breach.reason", string="Late because", ondelete="restrict"
    )
    breach_note = fields.Char(string="Explanation")

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
            clock.company_id = ticket.company_id or task.company_id
            clock.team_id = ticket.team_id
            clock.customer_id = (
                ticket.customer_id or task.partner_id.commercial_partner_id
            )
            clock.customer_group_id = (
                ticket.customer_group_id or clock.customer_id.psa_customer_group_id
            )
            clock.project_id = task.project_id
