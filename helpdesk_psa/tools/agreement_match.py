"""Which term of an agreement covers a piece of work. Plain values, no database.

A term is an agreement's line while it is in force. Each kind of scope that it names is a
condition; what it does not name does not matter. Among the terms that cover the work the
one that speaks of it most closely wins: equipment > equipment category > site > customer >
parent company. Then the own customer's before a parent company's, the nearer category
before the wider one, the term with more conditions on the work before the general one, and
at last the order that people gave them.
"""

from dataclasses import dataclass, field
from datetime import date

# From the closest to the widest.
LEVELS = ("equipment", "category", "site", "customer", "parent")


@dataclass(frozen=True)
class Term:
    """An agreement's line, as ids. Empty scopes do not restrict.

    :param tuple periods: half-open intervals ``(from, until)``, `until` None for ever
    :param tuple order: what decides when all else is equal, the smallest first
    """

    line_id: int
    agreement_id: int
    customer_id: int
    periods: tuple
    order: tuple = ()
    site_ids: frozenset = frozenset()
    equipment_ids: frozenset = frozenset()
    equipment_category_ids: frozenset = frozenset()
    service_ids: frozenset = frozenset()
    ticket_type_ids: frozenset = frozenset()
    ticket_category_ids: frozenset = frozenset()


@dataclass(frozen=True)
class Work:
    """What is done for whom, as ids.

    :param tuple parents: the customer's parent companies, nearest first
    :param dict equipment: ``{equipment: (its category, the category above, …)}``
    :param service: service type; None while it is not known, which excludes no term
    :param ticket_type: the same
    :param ticket_categories: the ticket's category and those above it, ``()`` if it has
        none; None while it is not known
    """

    day: date
    customer: int
    parents: tuple = ()
    site: int | None = None
    equipment: dict = field(default_factory=dict)
    service: int | None = None
    ticket_type: int | None = None
    ticket_categories: tuple | None = ()


@dataclass(frozen=True)
class Match:
    """The term that covers the work, and why.

    :param str level: one of ``LEVELS``
    :param subject: the equipment, category, site or customer that it is about
    :param tuple period: the half-open interval in which the term is in force
    """

    term: Term
    level: str
    subject: int
    period: tuple


def find_term(work, terms):
    """Return the `Match` of the term that covers some work, or None.

    :param Work work:
    :param terms: iterable of `Term`, in any order
    """
    matches = filter(None, (match_term(work, term) for term in terms))
    return min(matches, key=lambda found: _rank(work, found), default=None)


def match_term(work, term):
    """Return how a term covers some work, None if it does not."""
    period = find_period(term.periods, work.day)
    if not period or not _fits(work, term):
        return None
    equipment = _match_equipment(work, term)
    if equipment:
        return Match(term, *equipment, period)
    if term.equipment_ids or term.equipment_category_ids:
        return None
    if term.site_ids:
        return Match(term, "site", work.site, period)
    level = "customer" if term.customer_id == work.customer else "parent"
    return Match(term, level, term.customer_id, period)


def find_period(periods, day):
    """Return the half-open interval that holds a day, None if there is none.

    >>> find_period(((date(2026, 1, 1), date(2026, 2, 1)),), date(2026, 2, 1))
    """
    return next(
        (
            (start, until)
            for start, until in periods
            if start <= day and (until is None or day < until)
        ),
        None,
    )


def _fits(work, term):
    """Tell whether every condition that is not about equipment holds."""
    return (
        term.customer_id in (work.customer, *work.parents)
        and (not term.site_ids or work.site in term.site_ids)
        and all(
            values is None or not scope.isdisjoint(values)
            for scope, values in _get_conditions(work, term)
        )
    )


def _get_conditions(work, term):
    """Return [(scope, values)] of the term's conditions on the kind of work.

    The values are None while they are not known.
    """
    pairs = (
        (term.service_ids, work.service and (work.service,)),
        (term.ticket_type_ids, work.ticket_type and (work.ticket_type,)),
        (term.ticket_category_ids, work.ticket_categories),
    )
    return [(scope, values) for scope, values in pairs if scope]


def _match_equipment(work, term):
    """Return (level, subject) if the term names the equipment or its category."""
    for equipment in work.equipment:
        if equipment in term.equipment_ids:
            return "equipment", equipment
    categories = [
        (depth, category)
        for lineage in work.equipment.values()
        for depth, category in enumerate(lineage)
        if category in term.equipment_category_ids
    ]
    return ("category", min(categories)[1]) if categories else None


def _rank(work, match):
    """Return a key by which the closest match comes first."""
    term = match.term
    owners = (work.customer, *work.parents)
    depths = [
        lineage.index(match.subject)
        for lineage in work.equipment.values()
        if match.level == "category" and match.subject in lineage
    ]
    known = [values is not None for _scope, values in _get_conditions(work, term)]
    return (
        LEVELS.index(match.level),
        owners.index(term.customer_id),
        min(depths, default=0),
        -(sum(known) + bool(term.site_ids)),
        # A term for some services is no closer while the service is not known.
        len(known) - sum(known),
        term.order,
        term.line_id,
    )


def subtract(periods, gaps):
    """Return half-open intervals without the gaps.

    >>> subtract([(date(2026, 1, 1), None)], [(date(2026, 3, 1), date(2026, 4, 1))])
    ... # doctest: +NORMALIZE_WHITESPACE
    [(datetime.date(2026, 1, 1), datetime.date(2026, 3, 1)),
     (datetime.date(2026, 4, 1), None)]
    """
    for gap_start, gap_until in gaps:
        left = []
        for start, until in periods:
            if gap_until is not None and gap_until <= start:
                left.append((start, until))
                continue
            if until is not None and until <= gap_start:
                left.append((start, until))
                continue
            if start < gap_start:
                left.append((start, gap_start))
            if gap_until is not None and (until is None or gap_until < until):
                left.append((gap_until, until))
        periods = left
    return list(periods)


def clip(period, bounds):
    """Return the part of a half-open interval inside another one, None if there is none.

    >>> clip((date(2026, 1, 1), None), (date(2026, 2, 1), date(2026, 3, 1)))
    (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))
    """
    start = max(period[0], bounds[0])
    ends = [end for end in (period[1], bounds[1]) if end is not None]
    until = min(ends) if ends else None
    return (start, until) if until is None or start < until else None
