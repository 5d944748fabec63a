from odoo import fields, models
from odoo.tools import SQL

from ..const import PRIORITIES, SLA_KINDS, SLA_METRICS

# Measures that are a percentile of their group: {field: share of the clocks below it}.
PERCENTILES = {"used_hours_p90": 0.9, "late_hours_p90": 0.9}


class PsaSlaReport(models.Model):
    """How well the promises about time were kept: one row for each clock.

    Read from the clocks at the moment of asking: a clock that runs past its due time is
    late now, not only when it stops.
    """

    _name = "psa.sla.report"
    _description = "SLA Report"
    _auto = False
    _order = "started_at desc, id desc"
    _rec_name = "ticket_id"
    # What is not written yet is, before the report reads it.
    _depends = {
        "psa.sla.clock": [
            "breach_reason_id",
            "company_id",
            "customer_group_id",
            "customer_id",
            "due_at",
            "elapsed_seconds",
            "kind",
            "metric",
            "ola_team_id",
            "paused_seconds",
            "policy_id",
            "project_id",
            "started_at",
            "state",
            "stopped_at",
            "target_seconds",
            "task_id",
            "team_id",
            "ticket_id",
        ],
        "psa.ticket": ["agreement_id", "priority", "type_id", "user_id"],
        "project.task": ["priority"],
    }

    ticket_id = fields.Many2one("psa.ticket", readonly=True)
    task_id = fields.Many2one("project.task", readonly=True)
    kind = fields.Selection(SLA_KINDS, string="Promised to", readonly=True)
    metric = fields.Selection(SLA_METRICS, readonly=True)
    policy_id = fields.Many2one("psa.sla.policy", readonly=True)
    agreement_id = fields.Many2one("psa.agreement", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("psa.team", readonly=True)
    ola_team_id = fields.Many2one("psa.team", string="Bound team", readonly=True)
    user_id = fields.Many2one("res.users", string="Agent", readonly=True)
    type_id = fields.Many2one("psa.ticket.type", readonly=True)
    priority = fields.Selection(PRIORITIES, readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    customer_group_id = fields.Many2one("psa.customer.group", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    breach_reason_id = fields.Many2one(
        "psa.sla.breach.reason", string="Late because", readonly=True
    )
    started_at = fields.Datetime(string="Started", readonly=True)
    due_at = fields.Datetime(string="Due", readonly=True)
    stopped_at = fields.Datetime(string="Stopped", readonly=True)
    outcome = fields.Selection(
        [
            ("met", "Met"),
            ("breached", "Breached"),
            ("open", "Still running"),
            ("cancelled", "Cancelled"),
        ],
        readonly=True,
        help="A clock that runs past its due time counts as breached.",
    )
    met = fields.Integer(readonly=True, aggregator="sum")
    breached = fields.Integer(readonly=True, aggregator="sum")
    met_percent = fields.Float(
        string="Met (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the promises kept among those that are decided.",
    )
    used_hours = fields.Float(
        string="Time used (average)",
        readonly=True,
        aggregator="avg",
        help="Service hours used by the clocks that have stopped.",
    )
    used_hours_p90 = fields.Float(
        string="Time used (90 %)",
        readonly=True,
        aggregator="avg",
        help="Nine of ten clocks that have stopped used at most these service hours.",
    )
    late_hours = fields.Float(
        string="Late by (average)",
        readonly=True,
        aggregator="avg",
        help="Service hours used beyond what was promised, of clocks that stopped late.",
    )
    late_hours_p90 = fields.Float(
        string="Late by (90 %)",
        readonly=True,
        aggregator="avg",
        help="Nine of ten clocks that stopped late were late by at most these hours.",
    )
    paused_hours = fields.Float(
        string="On hold (average)",
        readonly=True,
        aggregator="avg",
        help="Service hours in which the clock was paused.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT clock.id, clock.ticket_id, clock.task_id, clock.kind, clock.metric,
                   clock.policy_id, clock.company_id, clock.team_id, clock.ola_team_id,
                   clock.customer_id, clock.customer_group_id, clock.project_id,
                   clock.breach_reason_id, clock.started_at, clock.due_at,
                   clock.stopped_at, ticket.agreement_id, ticket.user_id, ticket.type_id,
                   COALESCE(ticket.priority, task.priority) AS priority,
                   outcome.name AS outcome,
                   (outcome.name = 'met')::int AS met,
                   (outcome.name = 'breached')::int AS breached,
                   CASE outcome.name WHEN 'met' THEN 100.0 WHEN 'breached' THEN 0.0
                   END AS met_percent,
                   hours.used AS used_hours, hours.used AS used_hours_p90,
                   hours.late AS late_hours, hours.late AS late_hours_p90,
                   clock.paused_seconds / 3600.0 AS paused_hours
              FROM psa_sla_clock clock
         LEFT JOIN psa_ticket ticket ON ticket.id = clock.ticket_id
         LEFT JOIN project_task task ON task.id = clock.task_id
        CROSS JOIN LATERAL (
                    SELECT CASE
                      WHEN clock.state IN ('met', 'breached', 'cancelled')
                      THEN clock.state
                      WHEN clock.state = 'running' AND clock.due_at < %(now)s
                      THEN 'breached'
                      WHEN clock.elapsed_seconds > clock.target_seconds
                      THEN 'breached'
                      ELSE 'open'
                    END AS name) outcome
         LEFT JOIN LATERAL (
                    SELECT clock.elapsed_seconds / 3600.0 AS used,
                           CASE WHEN clock.state = 'breached' THEN (
                             clock.elapsed_seconds - clock.target_seconds
                           ) / 3600.0 END AS late
                     WHERE clock.state IN ('met', 'breached')) hours ON TRUE
            """,
            now=fields.Datetime.now(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Override of `base` to compute the percentiles of a group in the database."""
        name = aggregate_spec.partition(":")[0]
        if name not in PERCENTILES:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "PERCENTILE_CONT(%s) WITHIN GROUP (ORDER BY %s)",
            PERCENTILES[name],
            self._field_to_sql(self._table, name, query),
        )

    def action_open_record(self):
        """Open the ticket or task that the row tells of."""
        self.ensure_one()
        return (self.ticket_id or self.task_id).get_formview_action()
