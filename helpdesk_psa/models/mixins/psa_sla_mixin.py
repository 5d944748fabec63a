from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import LIVE_SLA_STATES, SLA_METRICS
from ...tools.sla_clock import Moment, Reading, Terms, split_stints, trace
from ...tools.sla_policy import Promise, choose

METRICS = [metric for metric, _label in SLA_METRICS]
# Events that may move a clock, and those that may change what is promised.
CLOCK_KINDS = {
    "created",
    "stage",
    "clock",
    "assign",
    "agent_reply",
    "customer_message",
    "team",
    "extension",
    "requested",
}
TERMS_KINDS = {
    "created",
    "priority",
    "type",
    "category",
    "team",
    "customer",
    "requested",
}

SLA_STATES_OF_SUBJECT = [
    ("breached", "Overdue"),
    ("warning", "At risk"),
    ("running", "On track"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("missed", "Missed"),
]


class History(NamedTuple):
    """What happened to one ticket or task, as clocks see it."""

    moments: list  # of Moment
    extensions: dict  # {(kind, metric, cycle): seconds}


class PsaSlaMixin(models.AbstractModel):
    """Promises about time: chosen by a policy, measured by clocks, moved by events.

    A clock is a function of the events, of the terms kept on it, and of the calendars:
    `_update_clocks` may be called at any time, any number of times.
    """

    _name = "psa.sla.mixin"
    _description = "Record with SLA Clocks"
    _inherit = ["psa.event.mixin", "psa.sla.panel.mixin"]

    # What policies call this model.
    _psa_sla_subject = None

    # The default spares new records a computation: they have no clocks yet.
    sla_due_at = fields.Datetime(
        string="Due",
        compute="_compute_sla",
        store=True,
        default=False,
        copy=False,
        help="When the next promise to the customer is due. Empty while all are paused "
        "or kept.",
    )
    sla_warning_at = fields.Datetime(
        string="At risk from",
        compute="_compute_sla",
        store=True,
        default=False,
        copy=False,
        help="When so much of a promised time is used that it may not be kept.",
    )
    sla_phase = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("met", "Met"),
            ("missed", "Missed"),
        ],
        string="Clocks are",
        compute="_compute_sla",
        store=True,
        default=False,
        copy=False,
        help="What the customer's clocks do, whatever the time: running, all paused, or "
        "all stopped, in time or not.",
    )
    sla_missed = fields.Boolean(
        string="Promise missed",
        compute="_compute_sla",
        store=True,
        default=False,
        copy=False,
        help="At least one promise to the customer was kept too late.",
    )
    sla_policy_id = fields.Many2one(
        "psa.sla.policy",
        string="SLA policy",
        compute="_compute_sla",
        store=True,
        default=False,
        copy=False,
        index="btree_not_null",
        help="The promise to the customer that counts now.",
    )
    sla_state = fields.Selection(
        SLA_STATES_OF_SUBJECT,
        string="SLA",
        compute="_compute_sla_state",
        search="_search_sla_state",
        help="How the promises to the customer stand at this moment.",
    )
    sla_policy_reason = fields.Text(
        string="Why this policy", compute="_compute_sla_policy_reason"
    )

    # === HOW IT STANDS === #

    @api.depends(
        "sla_clock_ids.state",
        "sla_clock_ids.due_at",
        "sla_clock_ids.warning_at",
        "sla_clock_ids.policy_id",
        "sla_clock_ids.kind",
    )
    def _compute_sla(self):
        for record in self:
            # sudo: everybody who sees the record sees how it stands
            clocks = record.sudo().sla_clock_ids.filtered(lambda c: c.kind == "sla")
            live = clocks.filtered(lambda clock: clock.state in LIVE_SLA_STATES)
            record.sla_due_at = min(filter(None, live.mapped("due_at")), default=False)
            record.sla_warning_at = min(
                filter(None, live.mapped("warning_at")), default=False
            )
            states = set(clocks.mapped("state"))
            record.sla_missed = "breached" in states
            record.sla_phase = self._get_sla_phase(states)
            record.sla_policy_id = clocks.sorted("id")[-1:].policy_id

    @api.model
    def _get_sla_phase(self, states):
        """Return what clocks do together.

        :param set states: their states
        """
        for state, phase in (
            ("running", "running"),
            ("paused", "paused"),
            ("breached", "missed"),
            ("met", "met"),
        ):
            if state in states:
                return phase
        return False

    @api.depends("sla_phase", "sla_due_at", "sla_warning_at")
    def _compute_sla_state(self):
        self.sla_state = False
        for state, _label in reversed(SLA_STATES_OF_SUBJECT):
            self.filtered_domain(self._get_sla_state_domain(state)).sla_state = state

    def _search_sla_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = [self._get_sla_state_domain(state) for state in value if state]
        if False in value:
            domains.append(Domain("sla_phase", "=", False))
        return Domain.OR(domains)

    @api.model
    def _get_sla_state_domain(self, state):
        """Return what a state means: the one rule of colours, filters and searches."""
        now = fields.Datetime.now()
        live = Domain("sla_phase", "in", ("running", "paused"))
        overdue = Domain("sla_due_at", "<=", now)
        risky = Domain("sla_warning_at", "<=", now)
        return {
            "breached": live & overdue,
            "warning": live & risky & ~overdue,
            "running": Domain("sla_phase", "=", "running") & ~risky & ~overdue,
            "paused": Domain("sla_phase", "=", "paused") & ~risky & ~overdue,
            "met": Domain("sla_phase", "=", "met"),
            "missed": Domain("sla_phase", "=", "missed"),
        }[state]

    def _compute_sla_policy_reason(self):
        facts = self.sudo()._get_sla_facts()
        preferred = self._get_agreement_sla_policies()
        policies = self.env["psa.sla.policy"]
        for record in self:
            record.sla_policy_reason = policies._explain_choice(
                self._psa_sla_subject,
                facts.get(record.id),
                record.sla_policy_id.id,
                preferred.get(record.id),
            )

    # === WHAT MOVES THE CLOCKS === #

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._get_sla_terms_fields()):
            self._update_clocks(refresh=True)
        return result

    @api.model
    def _get_sla_terms_fields(self):
        """Return fields without events of their own that policies may ask about.

        Override to add what another module's conditions depend on.
        """
        return ()

    def _prepare_event_values(self, vals):
        """Override of `psa.event.mixin` to note what a status does to clocks today."""
        vals = super()._prepare_event_values(vals)
        if vals["kind"] in ("created", "stage", "clock"):
            record = self.browse(vals[self._psa_event_inverse])
            return {**vals, "sla_clock": record._get_sla_mode(vals)}
        return vals

    def _get_sla_mode(self, vals):
        """Return what the status of an event does to clocks: run, pause, stop, cancel.

        Override for the record's model.
        """
        raise NotImplementedError

    def _follow_events(self, vals_list):
        """Override of `psa.event.mixin` to move the clocks as the events say."""
        super()._follow_events(vals_list)
        if self.env.context.get("psa_import_mode"):
            return
        created, changed, moved = set(), set(), set()
        for vals in vals_list:
            record_id = vals[self._psa_event_inverse]
            if vals["kind"] == "created":
                created.add(record_id)
            elif vals["kind"] in TERMS_KINDS:
                changed.add(record_id)
            elif self._moves_clocks(vals):
                moved.add(record_id)
        self.browse(created)._update_clocks(refresh=True, is_new=True)
        self.browse(changed - created)._update_clocks(refresh=True)
        self.browse(moved - changed - created)._update_clocks()

    def _moves_clocks(self, vals):
        """Whether an event may move a clock; most changes of status let them run on."""
        if vals["kind"] != "stage" or not vals.get("old"):
            return vals["kind"] in CLOCK_KINDS
        before = {"kind": "stage", "new": vals["old"]}
        return self._get_sla_mode(before) != self._get_sla_mode(vals)

    def _update_clocks(self, *, refresh=False, frozen=False, is_new=False):
        """Bring clocks in line with the events, in batch.

        :param bool refresh: choose policies again; what was used or paused is kept
        :param bool frozen: count stopped clocks again as well, with today's calendars
        :param bool is_new: there are no clocks yet
        """
        records = self.sudo()
        Policy = records.env["psa.sla.policy"]
        if not records or not Policy._has_any(self._psa_sla_subject):
            return
        clocks = {} if is_new else records._get_clock_rows()
        kinds = {rule.kind for rule in Policy._get_rules(self._psa_sla_subject)}
        keeper = Keeper(records, clocks, refresh=refresh, frozen=frozen)
        for kind in ("sla", "ola"):
            if kind in kinds or keeper.has_clocks(kind):
                for record in records:
                    keeper.keep(record, kind)
        keeper.save()

    def _count_anew(self):
        """Forget the clocks and count the whole history under today's promises.

        For histories that were not lived through under these policies, such as those of
        the demo data; what was extended or explained stays in the history only.
        """
        records = self.sudo()
        inverse = self._psa_event_inverse
        records.env["psa.sla.clock"].search([(inverse, "in", self.ids)]).unlink()
        keeper = Keeper(records, {}, refresh=True, is_anew=True)
        for kind in ("sla", "ola"):
            for record in records:
                keeper.keep(record, kind)
        keeper.save()

    def _get_clock_rows(self):
        """Return ``{record id: {(kind, metric, cycle): clock}}``."""
        inverse = self._psa_event_inverse
        clocks = self.env["psa.sla.clock"].search_fetch([(inverse, "in", self.ids)])
        rows = defaultdict(dict)
        for clock in clocks:
            rows[clock[inverse].id][clock.kind, clock.metric, clock.cycle] = clock
        return rows

    # === WHAT CLOCKS ASK === #

    def _get_sla_start(self):
        """Return the moment at which the clocks start. Override for the record's model."""
        self.ensure_one()
        return self.create_date

    def _get_sla_company(self):
        """Return the company that promises: its policies and holidays count."""
        self.ensure_one()
        return self.company_id

    def _get_sla_team_id(self):
        """Return the team that internal promises bind now, if there are any."""
        self.ensure_one()
        return False

    def _is_measured(self):
        """Whether new clocks may start; those that run go on. Override for the model."""
        self.ensure_one()
        return True

    def _get_sla_facts(self):
        """Return ``{record id: Facts}``: what policies ask about. Override for the model.

        :rtype: dict
        """
        raise NotImplementedError

    @api.model
    def _get_sla_open_domain(self):
        """Return the records on which somebody still works. Override for the model."""
        return Domain.FALSE

    def _get_agreement_sla_policies(self):
        """Return ``{record id: id of the policy agreed on by contract}``.

        Override to read it from the agreement; records without one are left out.
        """
        return {}

    def _get_sla_promises(self):
        """Return ``{record id: {(kind, metric): Promise}}`` as things are now."""
        rules = self.env["psa.sla.policy"]._get_rules(self._psa_sla_subject)
        measured = self.filtered(lambda record: record._is_measured())
        preferred = measured._get_agreement_sla_policies()
        promises = {}
        for record_id, facts in measured._get_sla_facts().items():
            mine = promises[record_id] = {}
            for kind in ("sla", "ola"):
                rule = choose(rules, facts, kind, preferred.get(record_id))
                for metric, promise in (
                    rule.promise(facts.priority).items() if rule else ()
                ):
                    mine[kind, metric] = promise
        return promises

    def _get_histories(self):
        """Return ``{record id: History}``, read in one query."""
        self.env["psa.event"].flush_model()
        inverse = SQL.identifier(self._psa_event_inverse)
        rows = self.env.execute_query(
            SQL(
                "SELECT %s, at, kind, old, new, sla_clock FROM psa_event"
                " WHERE %s IN %s AND kind IN %s ORDER BY at, id",
                inverse,
                inverse,
                tuple(self.ids),
                tuple(CLOCK_KINDS),
            )
        )
        events = defaultdict(list)
        for record_id, *event in rows:
            events[record_id].append(event)
        return {record.id: record._to_history(events[record.id]) for record in self}

    def _to_history(self, events):
        """Return the events of a record as moments.

        :param events: rows (at, kind, old, new, sla_clock), in order
        """
        start = self._get_sla_start()
        moments = [Moment(start, "start")]
        team = next((old for _at, kind, old, *_rest in events if kind == "team"), None)
        team = int(team) if team else self._get_sla_team_id()
        if team:
            moments.append(Moment(start, "team", ref=team))
        extensions = defaultdict(int)
        for at, kind, old, new, mode in events:
            if kind == "extension":
                whose, metric, cycle = old.split(":")
                extensions[whose, metric, int(cycle)] += int(new)
            else:
                moment = self._to_moment(max(at, start), kind, new, mode)
                moments += [moment] if moment else []
        return History(moments, extensions)

    @api.model
    def _to_moment(self, at, kind, new, mode):
        if kind in ("created", "stage", "clock"):
            ref = int(new) if kind != "created" and new and new.isdigit() else None
            return Moment(at, "mode", mode or "run", ref)
        if kind == "assign":
            return Moment(at, "assign", bool(new))
        if kind == "team":
            return Moment(at, "team", ref=int(new) if new else None)
        if kind in ("agent_reply", "customer_message"):
            return Moment(at, kind)
        return None  # a moved start is read from the record


class Keeper:
    """Compares the clocks of some records with what they should be, and saves them."""

    def __init__(self, records, clocks, *, refresh, frozen=False, is_anew=False):
        self.records = records
        self.rows = clocks
        self.refresh = refresh
        self.frozen = frozen
        self.is_anew = is_anew
        self.now = fields.Datetime.now()
        self.histories = records._get_histories()
        self.promises = None
        self.times = {}
        self.new = []

    def has_clocks(self, kind):
        return any(key[0] == kind for rows in self.rows.values() for key in rows)

    def keep(self, record, kind):
        """Bring the clocks of one kind of one record in line."""
        history = self.histories[record.id]
        rows = self.rows.get(record.id, {})
        metrics = METRICS
        if not self.refresh:
            known = {metric for whose, metric, _cycle in rows if whose == kind}
            metrics = {*known, "next_response"}
        for metric in metrics:
            for number, team_id, cycle in trace_all(kind, metric, history.moments):
                if self.is_anew and team_id not in (None, record._get_sla_team_id()):
                    continue  # what another team had promised is not known any more
                key = (kind, metric, number)
                self._keep_cycle(record, key, cycle, rows.get(key), team_id)

    def _keep_cycle(self, record, key, cycle, row, team_id):
        terms = self._get_terms(record, key, cycle, row)
        if not terms:
            return
        extension = self.histories[record.id].extensions.get(key, 0)
        reading = cycle.get_reading(self.to_terms(record, terms), extension)
        values = prepare_clock_values(reading, terms)
        if row is None:
            kind, metric, number = key
            self.new.append(
                {
                    record._psa_event_inverse: record.id,
                    "kind": kind,
                    "metric": metric,
                    "cycle": number,
                    "ola_team_id": kind == "ola" and team_id,
                    **values,
                }
            )
            return
        changes = {
            name: value
            for name, value in values.items()
            if value != _to_plain(row[name])
        }
        if changes:
            row.write(changes)

    def _get_terms(self, record, key, cycle, row):
        """Return the rows of terms of a cycle, or None to leave its clock alone."""
        has_just_ended = cycle.spans[-1].start >= self.now
        if row is None:
            if not (cycle.is_live or has_just_ended or self.is_anew):
                return None
            promise = self._get_promise(record, key)
            at = fields.Datetime.to_string(cycle.started_at)
            return [[at, *promise]] if promise else None
        was_live = row.state in LIVE_SLA_STATES
        if not cycle.is_live:
            is_open = was_live or has_just_ended or self.frozen
            return row.terms if is_open else None
        if was_live and not self.refresh:
            return row.terms
        return self._continue_terms(row.terms, self._get_promise(record, key))

    def _continue_terms(self, terms, promise):
        """Return the terms with what is promised from now on."""
        last = terms[-1]
        promise = list(promise or (last[1], None, False, 100))
        if promise == last[1:]:
            return terms
        now = fields.Datetime.to_string(self.now)
        past = [term for term in terms if term[0] < now]
        if past and past[-1][1:] == promise:
            return past
        # What was never in force needs no line; the first line counts from the start.
        return [*past, [now if past else terms[0][0], *promise]]

    def _get_promise(self, record, key):
        if self.promises is None:
            self.promises = self.records._get_sla_promises()
        kind, metric, _cycle = key
        return self.promises.get(record.id, {}).get((kind, metric))

    def to_terms(self, record, rows):
        """Return stored terms as `Terms`."""
        return to_terms(record, rows, self.times)

    def save(self):
        """Start the new clocks, after the old ones have stopped: only one may run."""
        if self.new:
            clocks = self.records.env["psa.sla.clock"]
            clocks.flush_model()
            clocks.create(self.new)


def trace_all(kind, metric, moments):
    """Return (number, team id or None, cycle) for each cycle of a kind and metric."""
    if kind == "sla":
        stints = [(None, moments)]
    else:
        stints = split_stints(moments)
    cycles = [
        (team_id, cycle) for team_id, part in stints for cycle in trace(metric, part)
    ]
    return [(number, *rest) for number, rest in enumerate(cycles, start=1)]


def to_terms(record, rows, times=None):
    """Return the stored terms of a clock as `Terms`.

    :param record: the ticket or task, whose company's holidays count
    :param rows: value of the clock's field `terms`
    :param dict times: working times by calendar and company, filled by this function
    """
    times = {} if times is None else times
    company = record._get_sla_company()
    terms = []
    for at, policy_id, seconds, calendar_id, percent in rows:
        key = (calendar_id, company.id)
        if key not in times:
            calendar = record.env["resource.calendar"].sudo().browse(calendar_id or ())
            times[key] = calendar._psa_working_time(company)
        moment = fields.Datetime.to_datetime(at)
        terms.append(Terms(moment, seconds, times[key], percent, policy_id))
    return terms


def prepare_clock_values(reading, terms):
    """Return the values of a clock.

    :param Reading reading: where it stands
    :param terms: rows as stored
    """
    promise = Promise(*terms[-1][1:])
    in_force = next(Promise(*row[1:]) for row in reversed(terms) if row[2] is not None)
    return {
        "terms": terms,
        "policy_id": promise.policy_id,
        "calendar_id": in_force.calendar_id,
        **{name: value or _EMPTY[name] for name, value in reading._asdict().items()},
    }


# What an empty figure is called in a record.
_EMPTY = {name: 0 if name.endswith("_seconds") else False for name in Reading._fields}


def _to_plain(value):
    return value.id if isinstance(value, models.BaseModel) else value
