from collections import Counter
from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..const import LIVE_SLA_STATES, SLA_METRICS
from ..models.mixins.psa_sla_mixin import to_terms, trace_all

BATCH = 1000
# More tickets than that are a matter of minutes: take fewer days.
TICKET_LIMIT = 50_000
# Differences that are listed one by one; the figures count them all.
LINE_LIMIT = 500

OUTCOMES = [
    ("none", "No promise"),
    ("open", "Still running"),
    ("met", "Met"),
    ("breached", "Breached"),
]


class PsaSlaSimulation(models.TransientModel):
    """What if: replays what happened under another policy and shows the difference.

    The events stay what they were; tickets count with their conditions and priority of
    today. Nothing is written to any ticket or clock.
    """

    _name = "psa.sla.simulation"
    _description = "SLA What-If"

    policy_id = fields.Many2one(
        "psa.sla.policy",
        required=True,
        ondelete="cascade",
        domain="[('apply_to', '=', 'ticket'), ('active', 'in', [True, False])]",
        help="May be archived, or in force later: it is tried out on past tickets.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self) - relativedelta(months=3),
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: fields.Date.context_today(self)
    )
    is_everywhere = fields.Boolean(
        string="All tickets",
        help="Replay all tickets of that time, as if the policy had no conditions.",
    )
    ticket_count = fields.Integer(string="Tickets replayed", readonly=True)
    figure_ids = fields.One2many(
        "psa.sla.simulation.figure", "simulation_id", readonly=True
    )
    line_ids = fields.One2many(
        "psa.sla.simulation.line", "simulation_id", readonly=True
    )
    difference_count = fields.Integer(string="Promises that differ", readonly=True)

    def action_replay(self):
        """Replay the tickets and show figures and differences.

        :raise UserError: without tickets, or with too many of them
        """
        self.ensure_one()
        replay = Replay(self)
        tickets = self._get_tickets()
        for ids in split_every(BATCH, tickets.ids):
            replay.take(tickets.browse(ids))
            tickets.invalidate_recordset()
        if not replay.ticket_count:
            raise UserError(
                self.env._(
                    "No ticket of that time fulfils the conditions of “%(policy)s”. "
                    "Choose other days, or all tickets.",
                    policy=self.policy_id.display_name,
                )
            )
        self._save(replay)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("What if?"),
        }

    def _get_tickets(self):
        tz = pytz.timezone(self.env.user.tz or "UTC")
        start, stop = (
            tz.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        )
        domain = Domain("requested_at", ">=", start) & Domain("requested_at", "<", stop)
        domain &= Domain("company_id", "in", self._get_companies().ids)
        tickets = self.env["psa.ticket"].search(
            domain, order="id", limit=TICKET_LIMIT + 1
        )
        if len(tickets) > TICKET_LIMIT:
            raise UserError(
                self.env._(
                    "That is more than %(limit)s tickets. Take fewer days.",
                    limit=TICKET_LIMIT,
                )
            )
        return tickets

    def _get_companies(self):
        return self.policy_id.company_id or self.env.companies

    def _save(self, replay):
        self.figure_ids.unlink()
        self.line_ids.unlink()
        self.env["psa.sla.simulation.figure"].create(
            [{"simulation_id": self.id, **figure} for figure in replay.get_figures()]
        )
        # What would have been missed is what one looks for.
        differences = sorted(
            replay.differences, key=lambda line: line["outcome_after"] != "breached"
        )
        self.env["psa.sla.simulation.line"].create(
            [{"simulation_id": self.id, **line} for line in differences[:LINE_LIMIT]]
        )
        self.ticket_count = replay.ticket_count
        self.difference_count = len(differences)


class PsaSlaSimulationFigure(models.TransientModel):
    """Promises kept and broken of one metric, as it was and as it would have been."""

    _name = "psa.sla.simulation.figure"
    _description = "Figures of an SLA What-If"

    simulation_id = fields.Many2one(
        "psa.sla.simulation", required=True, ondelete="cascade", index=True
    )
    metric = fields.Selection(SLA_METRICS, required=True)
    met_before = fields.Integer(string="Met: as it was")
    met_after = fields.Integer(string="Met: what if")
    breached_before = fields.Integer(string="Breached: as it was")
    breached_after = fields.Integer(string="Breached: what if")
    percent_before = fields.Float(
        string="Met (%): as it was", compute="_compute_percents", digits=(5, 1)
    )
    percent_after = fields.Float(
        string="Met (%): what if", compute="_compute_percents", digits=(5, 1)
    )

    @api.depends("met_before", "met_after", "breached_before", "breached_after")
    def _compute_percents(self):
        for figure in self:
            for when in ("before", "after"):
                met = figure[f"met_{when}"]
                total = met + figure[f"breached_{when}"]
                figure[f"percent_{when}"] = 100 * met / total if total else 0


class PsaSlaSimulationLine(models.TransientModel):
    """A promise that would have ended otherwise."""

    _name = "psa.sla.simulation.line"
    _description = "Difference of an SLA What-If"

    simulation_id = fields.Many2one(
        "psa.sla.simulation", required=True, ondelete="cascade", index=True
    )
    ticket_id = fields.Many2one("psa.ticket", required=True, ondelete="cascade")
    metric = fields.Selection(SLA_METRICS, required=True)
    outcome_before = fields.Selection(OUTCOMES, string="As it was", required=True)
    outcome_after = fields.Selection(OUTCOMES, string="What if", required=True)
    used_hours = fields.Float(
        string="Time used", help="Service hours of the policy that is tried."
    )

    def action_open_ticket(self):
        """Open the ticket that would have ended otherwise."""
        self.ensure_one()
        return self.ticket_id.get_formview_action()


class Replay:
    """Compares what became of the promises with what a policy would have made of them."""

    def __init__(self, simulation):
        # sudo: the user may read the tickets; their events say what happened to them
        self.policy = simulation.policy_id.sudo()
        self.rule = self.policy._to_rule()
        self.is_everywhere = simulation.is_everywhere
        self.now = fields.Datetime.now()
        self.times = {}
        self.ticket_count = 0
        self.before, self.after = Counter(), Counter()  # by (metric, outcome)
        self.differences = []  # values of lines

    def take(self, tickets):
        """Replay some tickets."""
        tickets = self._filter_fitting(tickets.sudo())
        histories = tickets._get_histories() if tickets else {}
        clocks = tickets._get_clock_rows()
        for ticket in tickets:
            moments = histories[ticket.id].moments
            for metric, _label in SLA_METRICS:
                was = self._read_clocks(clocks.get(ticket.id, {}), metric)
                then = self._read_cycles(ticket, metric, moments)
                self._compare(ticket, metric, was, then)
        self.ticket_count += len(tickets)

    def get_figures(self):
        """Return a dict of counts for each metric that was promised or would be."""
        return [
            {
                "metric": metric,
                **{
                    f"{outcome}_{when}": counter[metric, outcome]
                    for outcome in ("met", "breached")
                    for when, counter in (
                        ("before", self.before),
                        ("after", self.after),
                    )
                },
            }
            for metric, _label in SLA_METRICS
            if any(name == metric for name, _outcome in (*self.before, *self.after))
        ]

    def _filter_fitting(self, tickets):
        """Return the tickets that fulfil the conditions of the policy.

        Whether it was in force then is what one wants to leave open.
        """
        if self.is_everywhere:
            return tickets
        rule = self.rule._replace(enforced_from_at=None)
        facts = tickets._get_sla_facts()
        return tickets.filtered(
            lambda ticket: (
                not rule.find_obstacle(
                    facts[ticket.id]._replace(
                        is_vip=ticket.is_vip,
                        ids={
                            name: ticket._get_sla_condition(name)
                            for name, _ids in rule.conditions
                        },
                    )
                )
            )
        )

    def _read_clocks(self, clocks, metric):
        """Return ``{cycle: outcome}`` of the clocks that a ticket has."""
        return {
            number: self._get_outcome(clock)
            for (kind, name, number), clock in clocks.items()
            if (kind, name) == (self.rule.kind, metric) and clock.state != "cancelled"
        }

    def _read_cycles(self, ticket, metric, moments):
        """Return ``{cycle: (outcome, used seconds)}`` under the policy."""
        promise = self.rule.promise(ticket.priority).get(metric)
        if not promise:
            return {}
        rows = [[fields.Datetime.to_string(ticket.requested_at), *promise]]
        terms = to_terms(ticket, rows, self.times)
        readings = (
            (number, cycle.get_reading(terms))
            for number, _team, cycle in trace_all(self.rule.kind, metric, moments)
        )
        return {
            number: (self._get_outcome(reading), reading.elapsed_seconds)
            for number, reading in readings
            if reading.state != "cancelled"
        }

    def _get_outcome(self, clock):
        """Return how a clock, stored or replayed, stands: late counts before it stops."""
        if clock.state not in LIVE_SLA_STATES:
            return clock.state
        return "breached" if clock.due_at and clock.due_at <= self.now else "open"

    def _compare(self, ticket, metric, was, then):
        for number in sorted({*was, *then}):
            old = was.get(number, "none")
            new, used = then.get(number, ("none", 0))
            self.before[metric, old] += 1
            self.after[metric, new] += 1
            if old != new:
                self.differences.append(
                    {
                        "ticket_id": ticket.id,
                        "metric": metric,
                        "outcome_before": old,
                        "outcome_after": new,
                        "used_hours": used / 3600,
                    }
                )
