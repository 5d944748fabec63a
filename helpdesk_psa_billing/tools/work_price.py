"""What work costs by its rule. Plain values, no database.

Everything is computed with fractions (see `proration`) and rounded once, where an amount
is made. The base price is that of the pricelist on the day of the work; a rule overrides
it only where it says so.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from .billing_rounding import get_group
from .proration import exact, round_half_up
from .rule_choice import RuleTerms, Work

# Of the charges that a piece of work may have besides its time or quantity.
FLAT, SURCHARGE = "flat", "surcharge"


class UnitPrice(NamedTuple):
    """The price of an hour or unit with the multiplier, and the discount in percent."""

    price_unit: float
    discount: float


@dataclass(frozen=True)
class Billed:
    """A piece of work that is billed, with its amount.

    :param key: whatever the caller tells it by, unique in a call
    :param amount: of its time or quantity, after discount
    """

    key: object
    work: Work
    rule: RuleTerms
    amount: object = 0


def get_hours(minutes):
    """Return minutes as hours, a fraction."""
    return Fraction(minutes, 60)


def get_unit_price(rule, base, discount=0.0):
    """Return the `UnitPrice` of an hour or unit.

    :param RuleTerms rule:
    :param float base: of the pricelist, before the rule
    :param float discount: the customer's in percent; that of the rule overrides it

    >>> get_unit_price(RuleTerms(1, price_method="offset", price=-10, multiplier=1.5), 90)
    UnitPrice(price_unit=120.0, discount=0.0)
    """
    prices = {
        "base": exact(base),
        "fixed": exact(rule.price),
        "offset": exact(base) + exact(rule.price),
        "flat": Fraction(0),
    }
    price = max(Fraction(0), prices[rule.price_method]) * exact(rule.multiplier)
    return UnitPrice(float(price), discount if rule.discount is None else rule.discount)


def get_amount(quantity, price, rounding):
    """Return what a quantity costs, rounded to the currency, as a fraction.

    :param quantity: hours or units
    :param UnitPrice price:
    :param rounding: of the currency

    >>> float(get_amount(get_hours(50), UnitPrice(90.0, 10.0), 0.01))
    67.5
    """
    share = (100 - exact(price.discount)) / 100
    return round_half_up(exact(quantity) * exact(price.price_unit) * share, rounding)


def get_flats(pieces, rounding, charged=()):
    """Return the flat amounts that come besides: ``{key: amount}``.

    Each rule's flat amount is charged once per group, on its first piece.

    :param pieces: iterable of `Billed` in the order of the work
    :param charged: keys out of `get_extra_key` of what approved charges bill already
    """
    seen, flats = set(charged), {}
    for piece in pieces:
        group = get_extra_key(piece.work, piece.rule)
        if piece.rule.flat_amount and group not in seen:
            seen.add(group)
            flats[piece.key] = round_half_up(piece.rule.flat_amount, rounding)
    return flats


def get_surcharges(pieces, rounding, charged=None):
    """Return the surcharges that come besides: ``{key: amount}``.

    :param pieces: iterable of `Billed` in the order of the work
    :param dict charged: ``{key out of `get_extra_key`: amount of approved surcharges}``
    """
    used, surcharges = dict(charged or {}), {}
    for piece in pieces:
        rule, group = piece.rule, get_extra_key(piece.work, piece.rule)
        amount = exact(piece.amount) * exact(rule.surcharge_percent) / 100
        amount = round_half_up(amount, rounding)
        if rule.surcharge_limit:
            left = exact(rule.surcharge_limit) - exact(used.get(group, 0))
            amount = min(amount, max(Fraction(0), left))
        if amount:
            used[group] = exact(used.get(group, 0)) + amount
            surcharges[piece.key] = amount
    return surcharges


def get_extra_key(work, rule):
    """Return within what a rule's flat amount comes once and its surcharge is limited."""
    return (rule.id, get_group(work, rule))
