"""The clocks of an SLA: pure functions of what happened, what was promised and when we work.

No database, no records. What happened is a list of `Moment`, in order; what was promised
a list of `Terms`, in order; opening hours are `WorkingTime`. `trace` cuts the history into
cycles (one for each promise to keep), `Cycle.get_reading` tells where each of them stands.

All moments are naive UTC datetimes, all durations whole seconds of service hours.
"""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from .working_time import HorizonError, WorkingTime

# What a status does to the clocks; `cancel` is a stop that keeps no promise.
RUN, PAUSE, STOP, CANCEL = "run", "pause", "stop", "cancel"

# Waiting for the customer excuses no missing first response.
PAUSING_METRICS = ("next_response", "resolution")
# What a promise is kept by, besides the end of the ticket.
STOPPING = {
    "acknowledge": ("assign", "agent_reply"),
    "first_response": ("agent_reply",),
    "next_response": ("agent_reply",),
    "resolution": (),
}

LIVE = ("running", "paused")
# Nothing sets these going again.
OVER = ("done", "dropped")


class Moment(NamedTuple):
    """Something that happened.

    Kinds: `start` (the request), `mode` (a status; value is what it does to clocks, ref the
    status), `assign` (value: to a person), `agent_reply`, `customer_message`, `team` (ref:
    the team that has it from now on), `leave` (the team has it no more).
    """

    at: datetime
    kind: str
    value: object = None
    ref: object = None


class Terms(NamedTuple):
    """What is promised from a moment on; what was used before then stays used."""

    at: datetime
    seconds: int | None  # None: nothing any more
    time: WorkingTime
    warning_percent: int = 100
    origin: object = None  # what the promise comes from, for whoever made the terms


class Span(NamedTuple):
    """A stretch of a cycle.

    It is `running` or `paused`; `stopped` or `cancelled`, until the ticket is reopened;
    `done` (kept) or `dropped` (after a cancellation) for good.
    """

    start: datetime
    stop: datetime | None  # None: until now
    phase: str
    ref: object = None  # the status that says so


class Reading(NamedTuple):
    """Where a cycle stands after the last thing that happened."""

    state: str  # running, paused, met, breached, cancelled
    started_at: datetime
    due_at: datetime | None  # None while paused in time
    warning_at: datetime | None
    stopped_at: datetime | None
    target_seconds: int  # extensions included
    extension_seconds: int
    elapsed_seconds: int
    elapsed_at: datetime  # a running clock adds what has passed since
    paused_seconds: int


class Piece(NamedTuple):
    """A stretch of running time under one set of terms."""

    start: datetime
    stop: datetime | None
    time: WorkingTime
    before: int  # seconds used when it begins
    seconds: int | None  # its working time, None while it lasts

    def find(self, seconds):
        """Return the moment in this piece at which so much is used, or None.

        At its very end nothing is too late yet: what comes next decides.
        """
        if self.seconds is not None and self.before + self.seconds < seconds:
            return None
        if seconds <= self.before:
            return self.start
        moment = _add(self.time, self.start, seconds - self.before)
        if moment is None or (self.stop and moment >= self.stop):
            return None
        return moment


class Cycle:
    """One promise to keep, from its cause to its fulfilment."""

    def __init__(self, at, phase, ref=None):
        self.started_at = at
        self.spans = [Span(at, None, phase, ref)]

    @property
    def phase(self):
        return self.spans[-1].phase

    @property
    def is_live(self):
        """Whether it has not stopped, as far as events tell."""
        return self.phase in LIVE

    def enter(self, at, phase, ref=None):
        """Go over to another phase, unless the cycle is over.

        What has stopped keeps the moment at which it did.
        """
        last = self.spans[-1]
        if last.phase in OVER or last[2:] == (phase, ref):
            return
        if last.phase not in LIVE and phase not in LIVE:
            if phase == "done" and last.phase == "cancelled":
                phase = "dropped"  # an answer keeps no promise that was given up
            if phase in OVER or last.start == at:
                self.spans[-1] = last._replace(phase=phase, ref=ref)
            return
        if last.start < at:
            self.spans[-1] = last._replace(stop=at)
            self.spans.append(Span(at, None, phase, ref))
        elif len(self.spans) == 1:
            self.spans = [Span(at, None, phase, ref)]
        else:
            self.spans.pop()
            self.spans[-1] = self.spans[-1]._replace(stop=None)
            self.enter(at, phase, ref)

    def get_reading(self, terms, extension=0):
        """Tell where the cycle stands.

        :param terms: list of `Terms` in order; the first ones count from the start
        :param int extension: seconds added to the promise
        :rtype: Reading
        """
        spans, terms = self._cut_short(terms)
        pieces, paused = _measure(spans, terms)
        target = terms[-1].seconds + extension
        last = spans[-1]
        stopped_at = None if last.phase in LIVE else last.start
        due_at = _reach(pieces, target, stopped_at)
        share = -(-target * terms[-1].warning_percent // 100)
        return Reading(
            state=_get_state(last.phase, due_at, stopped_at),
            started_at=self.started_at,
            due_at=due_at,
            warning_at=_reach(pieces, share, stopped_at),
            stopped_at=stopped_at,
            target_seconds=target,
            extension_seconds=extension,
            elapsed_seconds=_get_elapsed(pieces),
            elapsed_at=_get_elapsed_at(pieces, last),
            paused_seconds=paused,
        )

    def reach(self, seconds, terms):
        """Return the moment at which so much of the promise is used.

        :param int seconds: working time from the start
        :param terms: list of `Terms`
        :return: None if that depends on what happens yet (the clock is paused)
        """
        spans, terms = self._cut_short(terms)
        last = spans[-1]
        stopped_at = None if last.phase in LIVE else last.start
        return _reach(_measure(spans, terms)[0], seconds, stopped_at)

    def _cut_short(self, terms):
        """Return spans and terms, ended where nothing was promised any more."""
        if terms[-1].seconds is not None:
            return self.spans, terms
        *promised, last = terms
        end = max(last.at, self.started_at)
        spans = [span for span in self.spans if span.start < end] or self.spans[:1]
        final = spans[-1]
        if final.phase not in LIVE:
            return [*spans[:-1], final._replace(stop=None)], promised
        spans[-1] = final._replace(stop=end)
        return [*spans, Span(end, None, "cancelled")], promised


# === FROM EVENTS TO CYCLES === #


def trace(metric, moments):
    """Cut a history into the cycles of a metric.

    :param str metric: acknowledge, first_response, next_response or resolution
    :param moments: list of `Moment` in order, the first one a `start`
    :rtype: list[Cycle]
    """
    tracer = _Tracer(metric)
    for moment in moments:
        tracer.take(moment)
    return tracer.cycles


def split_stints(moments):
    """Cut a history into what happened while each team had the ticket.

    :param moments: list of `Moment` in order, the first one a `start`
    :return: list of (team, moments); their `start` says whether the customer was
        `answered` before or is `waiting` for an answer
    """
    stints = []
    # What the next team takes over: whether the customer was answered or waits, the
    # status, the person.
    state = {}
    # Who gets the ticket together with the team is the new team's person.
    for moment in sorted(
        moments, key=lambda moment: (moment.at, moment.kind == "team")
    ):
        if moment.kind != "team":
            _remember(state, moment)
            if stints and moment.kind != "start":
                stints[-1][1].append(moment)
        elif not stints or stints[-1][0] != moment.ref:
            if stints:
                stints[-1][1].append(Moment(moment.at, "leave"))
            taken_over = [state[kind] for kind in ("mode", "assign") if kind in state]
            start = Moment(moment.at, "start", state.get("dialogue"))
            begin = [start, *(old._replace(at=moment.at) for old in taken_over)]
            stints.append((moment.ref, begin))
    return stints


def _remember(state, moment):
    """Note what a team would take over after a moment."""
    if moment.kind in ("mode", "assign"):
        state[moment.kind] = moment
    elif moment.kind == "agent_reply":
        state["dialogue"] = "answered"
    elif moment.kind == "customer_message" and state.get("dialogue"):
        state["dialogue"] = "waiting"


class _Tracer:
    """Follows a history, opening and closing cycles of one metric."""

    def __init__(self, metric):
        self.metric = metric
        self.cycles = []
        self.mode, self.ref = RUN, None
        self.is_answered = False
        self.is_waiting = False  # the customer wrote while the clocks stood still

    def take(self, moment):
        getattr(self, f"_on_{moment.kind}")(moment)
        if self.cycles and self._is_kept_by(moment):
            self.cycles[-1].enter(moment.at, "done")

    def _is_kept_by(self, moment):
        is_nobody = moment.kind == "assign" and not moment.value
        return moment.kind in STOPPING[self.metric] and not is_nobody

    def _get_phase(self):
        """Return the phase of a cycle that is not over, and the status that says so."""
        if self.mode == PAUSE and self.metric in PAUSING_METRICS:
            return "paused", self.ref
        if self.mode in (RUN, PAUSE):
            return "running", None
        return ("cancelled" if self.mode == CANCEL else "stopped"), self.ref

    def _open(self, moment):
        self.cycles.append(Cycle(moment.at, *self._get_phase()))

    def _on_start(self, moment):
        self.is_answered = moment.value in ("answered", "waiting")
        self.is_waiting = moment.value == "waiting"
        if self.metric != "next_response":
            self._open(moment)

    def _on_mode(self, moment):
        self.mode, self.ref = moment.value, moment.ref
        if self.metric == "next_response" and self.is_waiting:
            if self.mode in (RUN, PAUSE):
                self.is_waiting = False
                self._open(moment)
        elif self.cycles:
            self.cycles[-1].enter(moment.at, *self._get_phase())

    def _on_customer_message(self, moment):
        if self.metric != "next_response" or not self.is_answered:
            return
        if self.cycles and self.cycles[-1].phase not in OVER:
            return  # the one before waits for an answer already
        if self.mode in (RUN, PAUSE):
            self._open(moment)
        else:
            self.is_waiting = True

    def _on_agent_reply(self, moment):
        self.is_answered = True
        self.is_waiting = False

    def _on_assign(self, moment):
        """Stop an acknowledgement; see `STOPPING`."""

    def _on_team(self, moment):
        """Teams count for internal promises only; see `split_stints`."""

    def _on_leave(self, moment):
        if self.cycles:
            self.cycles[-1].enter(moment.at, "done")
        self.is_waiting = False


# === FROM CYCLES TO FIGURES === #


def _measure(spans, terms):
    """Return the running pieces, and the seconds of service hours on hold."""
    pieces, elapsed, paused = [], 0, 0
    for span in spans:
        if span.phase not in LIVE:
            continue
        for start, stop, term in _cut_by_terms(span, terms):
            if term.seconds is None:
                continue  # nothing was promised meanwhile
            seconds = None if stop is None else term.time.between(start, stop)
            if span.phase == "running":
                pieces.append(Piece(start, stop, term.time, elapsed, seconds))
                elapsed += seconds or 0
            else:
                paused += seconds or 0
    if not pieces and spans[-1].phase not in LIVE:
        # Kept at once: it has a due time all the same.
        start = spans[0].start
        pieces.append(Piece(start, start, terms[-1].time, 0, 0))
    return pieces, paused


def _cut_by_terms(span, terms):
    """Cut a span where the terms change."""
    if len(terms) == 1:
        yield span.start, span.stop, terms[0]
        return
    changes = [None, *(term.at for term in terms[1:]), None]
    for term, (since, until) in zip(terms, pairwise(changes), strict=True):
        start = span.start if since is None else max(span.start, since)
        stop = span.stop if until is None else min(until, span.stop or until)
        if stop is None or start < stop:
            yield start, stop, term


def _reach(pieces, seconds, stopped_at):
    """Return the moment at which so much is used, None if that is open."""
    for piece in pieces:
        moment = piece.find(seconds)
        if moment:
            return moment
    last = pieces[-1] if pieces else None
    if last and stopped_at and last.stop == stopped_at:
        # It stopped in time: when it would have been late.
        return _add(last.time, last.start, seconds - last.before)
    return None


def _get_state(phase, due_at, stopped_at):
    if phase in LIVE:
        return phase
    if due_at and stopped_at > due_at:
        return "breached"
    return "cancelled" if phase in ("cancelled", "dropped") else "met"


def _get_elapsed(pieces):
    if not pieces:
        return 0
    return pieces[-1].before + (pieces[-1].seconds or 0)


def _get_elapsed_at(pieces, last):
    is_running = last.phase == "running" and pieces
    return pieces[-1].start if is_running else last.start


def _add(time, at, seconds):
    try:
        return time.add(at, seconds)
    except HorizonError:
        return None


# === FOR READERS === #


class Interval(NamedTuple):
    """What a clock did, and why; the seconds of the running ones add up to the time used."""

    phase: str  # running, closed, paused, stopped
    start: datetime
    stop: datetime
    seconds: int  # service hours used; 0 unless running
    reason: object = None  # paused, stopped: the status; closed: the holiday, if any


def explain(cycle, terms, until):
    """Return what a clock did from its start until a moment, without gaps.

    :param terms: list of `Terms`
    :param datetime until: now; for a finished cycle its end counts
    :rtype: list[Interval]
    """
    spans, terms = cycle._cut_short(terms)
    intervals = []
    for span in spans:
        if span is spans[-1] and span.phase not in LIVE:
            break
        span = span._replace(stop=span.stop or max(until, span.start))
        if span.phase != "running":
            phase = "paused" if span.phase == "paused" else "stopped"
            intervals.append(Interval(phase, span.start, span.stop, 0, span.ref))
            continue
        for start, stop, term in _cut_by_terms(span, terms):
            if term.seconds is None:
                intervals.append(Interval("stopped", start, stop, 0))
            else:
                intervals += _explain_running(start, stop, term.time)
    return [interval for interval in intervals if interval.start < interval.stop]


def _explain_running(start, stop, time):
    worked = [
        Interval("running", first, last, time.between(first, last))
        for first, last in time.intervals(start, stop)
    ]
    closed = [
        Interval("closed", first, last, 0, reason)
        for first, last, reason in time.closed_intervals(start, stop)
    ]
    return sorted(worked + closed, key=lambda interval: interval.start)
