"""Which billing rule decides about a piece of work. Plain values, no database.

Plans stand in one order, the closest to the work first: that of the agreement's line that
covers the work, of the agreement, of the customer, of its customer groups (the nearest
first), of the company. In a plan the rules stand in the order that people gave them. The
first rule of which no condition fails decides. If none does, the work is pending: nobody
said that it is free.

The same work and the same terms always give the same choice.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from . import hours_bands

# Where a plan comes from, the closest first: the one order of precedence.
LEVELS = ("line", "agreement", "customer", "group", "company")
OUTCOMES = ("covered", "allowance", "billed", "not_billed")
# What decides when no rule does.
PENDING = "pending"
NOT_BILLABLE = "not_billed"

# Names of conditions, in the order in which the first failing one is told.
CONDITIONS = (
    "kind",
    "item_kind",
    "product",
    "service_type",
    "ticket_type",
    "team",
    "equipment_category",
    "site",
    "customer_group",
    "level",
    "band",
)
# Conditions about several values of the work: {name: where they stand}.
ATTRIBUTES = {
    "equipment_category": "equipment_categories",
    "customer_group": "customer_groups",
}
# Answers that the rules of a plan keep; then they begin anew.
MEMORY = 10_000
# Obstacles that are not conditions.
NOT_YET, OVER = "not_yet", "over"


@dataclass(frozen=True)
class Work:
    """A time entry or an item, as ids.

    :param key: whatever the caller tells it by, for example ("time", 12)
    :param str kind: time or item
    :param int minutes: as they were worked, 0 for items
    :param float quantity: of items, 0 for time
    :param datetime start: with `stop` when it was, in UTC, fastest without a zone, as Odoo
        has it; None if nobody knows
    :param frozenset equipment_categories: of all equipment it is about, with those above
    :param frozenset customer_groups: of the customer, with those above
    :param team: of the ticket
    :param level: of the technician
    :param product: of the item; for time the one that the service type sells
    :param visit: intervention
    :param agreement_line: that covers it; with agreement, customer and company it tells
        which plans are asked
    :param band: working hours it lies in; it is found by `decide`
    :param tuple exemption: (kind, id) of what settles it before any rule is asked: a sales
        order that bills it, a warranty; () if nothing does
    """

    key: object
    kind: str
    day: date
    minutes: int = 0
    quantity: float = 0.0
    start: datetime | None = None
    stop: datetime | None = None
    service_type: int | bool = False
    ticket_type: int | bool = False
    equipment_categories: frozenset = frozenset()
    site: int | bool = False
    customer_groups: frozenset = frozenset()
    level: int | bool = False
    item_kind: str | bool = False
    product: int | bool = False
    is_billable: bool = True
    ticket: int | bool = False
    visit: int | bool = False
    team: int | bool = False
    company: int | bool = False
    customer: int | bool = False
    agreement: int | bool = False
    agreement_line: int | bool = False
    band: int | bool = False
    exemption: tuple = ()

    def change(self, **values):
        """Return the same work with other values.

        It is `dataclasses.replace`, which takes its time with so many fields.
        """
        work = object.__new__(type(self))
        work.__dict__.update(self.__dict__, **values)
        return work

    def with_band(self, band):
        """Return the same work in a band."""
        return self if band == self.band else self.change(band=band)


@dataclass(frozen=True)
class RuleTerms:
    """A rule: its conditions, what it decides, and at what price.

    :param date date_until: first day on which it no longer holds; None for ever
    :param tuple conditions: of (name out of ``CONDITIONS``, frozenset of values), those
        that are filled in
    :param str outcome: one of ``OUTCOMES``
    :param str overrun: what becomes of work that no allowance pays: billed (at the price
        of this rule) or pending
    :param str price_method: base (of the pricelist), fixed (`price` instead), offset (base
        plus `price`) or flat (only `flat_amount`, once per `rounding_scope`)
    :param float price: per hour or per unit, in the plan's currency
    :param float multiplier: of the price
    :param float discount: in percent; None: the customer's own
    :param int rounding_step: minutes; 0 for none
    :param int rounding_minimum: minutes per group that are billed at least
    :param int rounding_maximum: minutes per group that are billed at most; 0 for no limit
    :param str rounding_scope: what is rounded, exempted and limited together: entry,
        ticket_day or visit
    :param int free_minutes: first minutes of a group that cost nothing
    :param float free_quantity: first units of items of a group that cost nothing
    :param float flat_amount: once per group, beside the price
    :param float surcharge_percent: of the price, as a charge of its own
    :param float surcharge_limit: at most so much per group; 0 for no limit
    :param product: on the invoice; False for that of the service type or item
    :param flat_product: on the invoice for the flat amount; False for the same product
    """

    id: int
    name: str = ""
    date_from: date | None = None
    date_until: date | None = None
    conditions: tuple = ()
    outcome: str = "billed"
    reason: str = ""
    overrun: str = "billed"
    price_method: str = "base"
    price: float = 0.0
    multiplier: float = 1.0
    discount: float | None = None
    rounding_step: int = 0
    rounding_minimum: int = 0
    rounding_maximum: int = 0
    rounding_scope: str = "entry"
    free_minutes: int = 0
    free_quantity: float = 0.0
    flat_amount: float = 0.0
    surcharge_percent: float = 0.0
    surcharge_limit: float = 0.0
    product: int | bool = False
    flat_product: int | bool = False

    def find_obstacle(self, work):
        """Return the first condition that some work does not fulfil, None if all are met.

        What nobody knows of the work does not fulfil a condition.

        :return: not_yet, over, or one of ``CONDITIONS``
        """
        if self.date_from and work.day < self.date_from:
            return NOT_YET
        if self.date_until and work.day >= self.date_until:
            return OVER
        for name, values in self.conditions:
            value = getattr(work, ATTRIBUTES.get(name, name))
            if isinstance(value, frozenset):
                if values.isdisjoint(value):
                    return name
            elif not value or value not in values:
                return name
        return None

    @cached_property
    def asks_for_band(self):
        """Whether it matters to the rule in which working hours the work lies."""
        return any(name == "band" for name, _values in self.conditions)


@dataclass(frozen=True)
class PlanTerms:
    """A plan as it stands for some work.

    :param str level: one of ``LEVELS``
    :param tuple bands: of `hours_bands.Band`, the first that holds a moment counts
    :param tuple rules: of `RuleTerms`, in order
    :param str source: name of the line, agreement, customer, group or company
    :param int currency: of the prices of the rules
    :param dict memories: see `_Memory`; plans that are made of one another share them
    """

    id: int
    name: str = ""
    level: str = "company"
    bands: tuple = ()
    rules: tuple = ()
    source: str = ""
    currency: int | bool = False
    memories: dict = field(default_factory=dict, compare=False, repr=False)


class Look(NamedTuple):
    """A rule that was looked at; the one without obstacle decided."""

    plan_id: int
    rule_id: int
    obstacle: str | None


class Choice(NamedTuple):
    """What was decided about some work, and why.

    :param RuleTerms rule: None if no rule decides
    :param PlanTerms plan: that of the rule
    :param tuple trail: a `Look` for each rule that was asked, the deciding one last
    :param str outcome: of the rule, `PENDING` without one, `NOT_BILLABLE` if the work
        is marked so
    :param bool is_band_assumed: the rule asks for the hours of work that nobody wrote
        down, so the first band of the plan was taken
    """

    rule: RuleTerms | None = None
    plan: PlanTerms | None = None
    trail: tuple = ()
    outcome: str = PENDING
    is_band_assumed: bool = False


def choose(work, plans):
    """Return the `Choice` of the rule for work that lies in one band (`work.band`).

    `decide` is what rating calls: it finds the bands, too.

    :param Work work:
    :param plans: iterable of `PlanTerms`, the closest first
    """
    if not work.is_billable:
        return Choice(outcome=NOT_BILLABLE)
    trail = []
    for plan in plans:
        looks, rule = _ask(work, plan, work.band)
        trail += looks
        if rule:
            return Choice(rule, plan, tuple(trail), rule.outcome)
    return Choice(trail=tuple(trail))


def decide(work, plans):
    """Split work at the borders of working hours and choose a rule for each piece.

    Each plan splits, by its own bands, what the plans before it left undecided. Pieces
    are joined again if the same rule decides and does not ask for the hours.

    :param Work work: whole, without `band`
    :param plans: iterable of `PlanTerms`, the closest first
    :return: list of (`Work`, `Choice`) in the order of time; the minutes of the pieces
        add up to those of the work, and `band` of a piece is what its rule saw
    """
    if not work.is_billable or not hours_bands.is_timed(work):
        return [_decide_untimed(work, plans)]
    decided, open_ = [], [_Segment(work.start, work.stop)]
    for plan in plans:
        open_ = _pursue(work, open_, plan, decided)
        if not open_:
            break
    segments = decided + open_
    if len(segments) > 1:
        segments.sort(key=attrgetter("start"))
    return _join(work, segments)


class _Segment(NamedTuple):
    """A stretch of time and what is decided about it so far."""

    start: datetime
    stop: datetime
    band: int | bool = False
    choice: Choice = Choice()


class _Memory:
    """What the rules of a plan answered. The same kind of work comes again and again."""

    def __init__(self, rules):
        names = {name for rule in rules for name, _values in rule.conditions} - {"band"}
        attributes = {ATTRIBUTES.get(name, name) for name in names}
        if any(rule.date_from or rule.date_until for rule in rules):
            attributes.add("day")
        self.rules = rules
        self.answers = {}
        self.get_facts = attrgetter(*sorted(attributes or {"kind"}))


def _ask(work, plan, band):
    """Return the looks at the rules of a plan up to the one that decides, and that one.

    They depend on what some rule asks about, and on nothing else.
    """
    # The memory holds the rules, so that no others have their id.
    name = (plan.id, id(plan.rules))
    memory = plan.memories.get(name)
    if memory is None:
        memory = plan.memories[name] = _Memory(plan.rules)
    key = (band, memory.get_facts(work))
    answer = memory.answers.get(key)
    if answer is None:
        if len(memory.answers) >= MEMORY:
            memory.answers.clear()
        answer = memory.answers[key] = _look(work.with_band(band), plan)
    return answer


def _look(work, plan):
    """Return what `_ask` does, by looking at the rules."""
    looks = []
    for rule in plan.rules:
        obstacle = rule.find_obstacle(work)
        looks.append(Look(plan.id, rule.id, obstacle))
        if not obstacle:
            return tuple(looks), rule
    return tuple(looks), None


def _decide_untimed(work, plans):
    """Return work of unknown hours with its choice: each plan's first band is taken."""
    if not work.is_billable:
        return work, Choice(outcome=NOT_BILLABLE)
    trail = []
    for plan in plans:
        band = plan.bands[0].id if plan.bands and work.kind == "time" else False
        looks, rule = _ask(work, plan, band)
        trail += looks
        if rule:
            piece = work.with_band(band) if rule.asks_for_band else work
            is_assumed = rule.asks_for_band or _depends_on_band(work, trail)
            choice = Choice(rule, plan, tuple(trail), rule.outcome, is_assumed)
            return piece, choice
    return work, Choice(trail=tuple(trail))


def _depends_on_band(work, trail):
    """Tell whether an earlier rule failed only for the hours of the work."""
    return work.kind == "time" and any(look.obstacle == "band" for look in trail)


def _pursue(work, segments, plan, decided):
    """Ask one more plan about segments that none has decided.

    :param list decided: gets the parts for which a rule was found
    :return: the parts that are left
    """
    left = []
    for segment in segments:
        trail = segment.choice.trail
        bands = hours_bands.cut(segment.start, segment.stop, plan.bands)
        for start, stop, band in bands:
            looks, rule = _ask(work, plan, band)
            if rule:
                choice = Choice(rule, plan, trail + looks, rule.outcome)
                known = band if rule.asks_for_band else False
                decided.append(_Segment(start, stop, known, choice))
            else:
                left.append(_Segment(start, stop, False, Choice(trail=trail + looks)))
    return left


def _join(work, segments):
    """Return a piece of work per decision, with its share of the minutes."""
    if len(segments) == 1:
        [segment] = segments
        return [(work.with_band(segment.band), segment.choice)]
    shares = hours_bands.share(
        work.minutes, [(it.stop - it.start).total_seconds() for it in segments]
    )
    groups = {}
    for segment, minutes in zip(segments, shares, strict=True):
        choice = segment.choice
        key = (choice.plan and choice.plan.id, choice.rule, segment.band)
        groups.setdefault(key, []).append((segment, minutes))
    pieces = []
    for members in groups.values():
        first, last = members[0][0], members[-1][0]
        piece = work.change(
            start=first.start,
            stop=last.stop,
            band=first.band,
            minutes=sum(minutes for _segment, minutes in members),
        )
        pieces.append((piece, first.choice))
    worked = [pair for pair in pieces if pair[0].minutes]
    return worked or pieces[:1]
