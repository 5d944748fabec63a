"""What a quantity costs: quantities included, minimum quantities, prices by tier.

Amounts are exact fractions; whoever bills them rounds them, once.
"""

from dataclasses import dataclass
from fractions import Fraction

from .proration import exact

VOLUME, GRADUATED = "volume", "graduated"


@dataclass(frozen=True)
class Tier:
    """The price per unit of a quantity beyond a bound, up to the next tier's bound.

    `above` is exclusive: with tiers above 0 and above 10, the tenth unit is still in the
    first one, and so is anything up to 10.0.
    """

    above: float
    price: float


@dataclass(frozen=True)
class Portion:
    """So many units at one price."""

    quantity: Fraction
    price: Fraction

    @property
    def amount(self):
        return self.quantity * self.price


def get_billable_quantity(counted, included=0, minimum=0):
    """Return the quantity to bill: what exceeds the included one, at least the minimum.

    >>> [int(get_billable_quantity(counted, 10, 2)) for counted in (8, 11, 15)]
    [2, 2, 5]
    """
    return max(exact(counted) - exact(included), exact(minimum), Fraction(0))


def get_portions(quantity, tiers, mode):
    """Return how a quantity is priced, as portions in order of the tiers.

    :param quantity: at least 0; for 0 there is no portion
    :param tiers: any order; one of them is above 0
    :param str mode: `VOLUME`: all units at the price of the tier that the quantity
        reaches; `GRADUATED`: the units of each tier at its own price

    >>> tiers = [Tier(0, 10), Tier(10, 8)]
    >>> [float(get_amount(12, tiers, mode)) for mode in (VOLUME, GRADUATED)]
    [96.0, 116.0]
    """
    quantity = exact(quantity)
    tiers = sorted(tiers, key=lambda tier: tier.above)
    if not tiers or tiers[0].above != 0:
        raise ValueError("The first tier has the price of the first unit.")
    reached = [tier for tier in tiers if exact(tier.above) < quantity]
    if mode == VOLUME:
        return [Portion(quantity, exact(tier.price)) for tier in reached[-1:]]
    bounds = [exact(tier.above) for tier in reached] + [quantity]
    return [
        Portion(bounds[number + 1] - bounds[number], exact(tier.price))
        for number, tier in enumerate(reached)
    ]


def get_amount(quantity, tiers, mode):
    """Return what a quantity costs by tiers, exact and not rounded.

    :param quantity: see `get_portions`, as for the rest
    :rtype: Fraction
    """
    portions = get_portions(quantity, tiers, mode)
    return sum((portion.amount for portion in portions), Fraction(0))
