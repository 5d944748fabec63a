"""How many minutes are billed of those worked. Plain values, no database.

What is rounded together is a group: the pieces of one entry, of a ticket on a day, or of a
visit. A group's free minutes go off its first pieces; what is left is rounded up once, and
the difference is on its last piece. Rounding what is rounded changes nothing. What is
approved already stays as it is: the pieces that are still open get the rest.
"""

from dataclasses import dataclass

from .rule_choice import RuleTerms, Work


@dataclass(frozen=True)
class Piece:
    """A piece of work and the rule that decided about it.

    :param key: whatever the caller tells it by, unique in a call
    :param int fixed: billed minutes of an approved charge, None while it is open
    """

    key: object
    work: Work
    rule: RuleTerms
    fixed: int | None = None


def get_group(work, rule):
    """Return what a rule rounds, exempts and limits together, as a key.

    Work without ticket or without visit is its own group.
    """
    if rule.rounding_scope == "ticket_day" and work.ticket:
        return ("ticket_day", work.ticket, work.day)
    if rule.rounding_scope == "visit" and work.visit:
        return ("visit", work.visit)
    return ("entry", work.key)


def round_up(minutes, rule):
    """Return the billed minutes of a group: up to the step, within minimum and maximum.

    Nothing stays nothing.

    >>> rule = RuleTerms(1, rounding_step=15, rounding_minimum=30)
    >>> [round_up(minutes, rule) for minutes in (0, 5, 31, 45)]
    [0, 30, 45, 45]
    """
    if minutes <= 0:
        return 0
    minutes = max(minutes, rule.rounding_minimum)
    if rule.rounding_step:
        minutes = -(-minutes // rule.rounding_step) * rule.rounding_step
    return min(minutes, rule.rounding_maximum or minutes)


def bill_minutes(pieces):
    """Return the billed minutes of pieces of time: ``{key: minutes}``.

    :param pieces: iterable of `Piece` in the order of the work; those that are approved
        among them, as they count in their group
    """
    billed = {}
    for members in _group(pieces, _get_rounding):
        rule = members[0].rule
        raw = _take_free([it.work.minutes for it in members], rule.free_minutes)
        rest = round_up(sum(raw), rule)
        rest -= sum(it.fixed for it in members if it.fixed is not None)
        todo = [pair for pair in zip(members, raw, strict=True) if _is_open(pair[0])]
        for index, (piece, minutes) in enumerate(todo, start=1):
            is_last = index == len(todo)
            billed[piece.key] = max(0, rest if is_last else min(minutes, rest))
            rest -= billed[piece.key]
    return billed


def bill_quantities(pieces):
    """Return the billed quantities of items: ``{key: quantity}``.

    The first units of a group are free if the rule says so, for example 20 km.

    :param pieces: as for `bill_minutes`
    """
    billed = {}
    for members in _group(pieces, lambda rule: rule.free_quantity):
        free = members[0].rule.free_quantity
        left = _take_free([it.work.quantity for it in members], free)
        for piece, quantity in zip(members, left, strict=True):
            if _is_open(piece):
                billed[piece.key] = quantity
    return billed


def _get_rounding(rule):
    """Return the terms that pieces must share to be rounded together."""
    return (
        rule.rounding_step,
        rule.rounding_minimum,
        rule.rounding_maximum,
        rule.free_minutes,
    )


def _group(pieces, get_terms):
    """Return lists of the pieces that count together, each in the given order."""
    groups = {}
    for piece in pieces:
        key = (get_group(piece.work, piece.rule), get_terms(piece.rule))
        groups.setdefault(key, []).append(piece)
    return groups.values()


def _is_open(piece):
    return piece.fixed is None


def _take_free(amounts, free):
    """Return amounts without what is free, which goes off the first ones."""
    left = []
    for amount in amounts:
        taken = min(amount, free)
        free -= taken
        left.append(amount - taken)
    return left
