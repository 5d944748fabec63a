"""What becomes of pieces of work once the rules have spoken. Plain values, no database.

A part is what one charge will say. Parts are rounded, priced, paid by allowances and given
their flat amounts and surcharges in this order, see `psa.charge._rate_works`. The minutes
worked of a piece of work are conserved by every step.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from . import billing_rounding, work_price
from .hours_bands import share
from .rule_choice import Choice, RuleTerms, Work
from .work_price import UnitPrice

# What a part of a piece of work is about.
WORK, FLAT, SURCHARGE = "work", "flat", "surcharge"
# The number of work that is not stored yet: it comes after what is.
LAST = 2**31
# What rules put a price on.
PRICED = ("billed", "allowance")


@dataclass(frozen=True)
class Deal:
    """What money for some work is reckoned in.

    :param int currency: its id
    :param float rounding: its smallest unit
    :param pricelist: of the base prices; False for the sales price
    :param float discount: of the customer, in percent
    """

    currency: int
    rounding: float = 0.01
    pricelist: int | bool = False
    discount: float = 0.0


@dataclass(frozen=True)
class Part:
    """A part of a piece of work and what becomes of it.

    :param key: (key of the work, number)
    :param Work work: the piece; its minutes are those worked
    :param RuleTerms rule: that of the choice, with prices in the currency of the deal
    :param int raw: minutes worked that it stands for
    :param int minutes: minutes charged
    :param quantity: hours or units charged
    :param base: price of the pricelist
    :param allowance: id of what pays, or of the one whose end it lies beyond
    :param float drawn: units taken off the allowance
    :param str why: what `psa.charge._word` has to explain besides
    """

    key: tuple
    work: Work
    choice: Choice
    deal: Deal
    destination: str
    rule: RuleTerms | None = None
    component: str = WORK
    raw: int = 0
    minutes: int = 0
    quantity: float = 0.0
    base: float = 0.0
    price: UnitPrice = UnitPrice(0.0, 0.0)
    amount: float = 0.0
    product: int | bool = False
    allowance: int | bool = False
    drawn: float = 0.0
    why: str = ""

    @property
    def is_priced(self):
        return self.destination in PRICED and self.rule is not None

    @property
    def is_flat(self):
        """Whether only the flat amount of the rule is charged."""
        return self.is_priced and self.rule.price_method == "flat"


@dataclass(frozen=True)
class Fixed:
    """An approved charge that counts among the work that is rounded together.

    :param str component: what it is about
    :param float amount: what it bills
    """

    key: object
    work: Work
    rule: RuleTerms
    minutes: int
    component: str = WORK
    amount: float = 0.0


@dataclass
class Context:
    """What the parts are reckoned beside: charges that are approved already."""

    fixed: list = field(default_factory=list)

    def get_flat_keys(self, rounding=None):
        """Return what approved charges bill of flat amounts already."""
        return {
            work_price.get_extra_key(it.work, it.rule)
            for it in self.fixed
            if it.component == FLAT or it.rule.price_method == "flat"
        }

    def get_surcharges(self):
        """Return how much approved surcharges use of their limits."""
        used = defaultdict(float)
        for it in self.fixed:
            if it.component == SURCHARGE:
                used[work_price.get_extra_key(it.work, it.rule)] += it.amount
        return used


def get_order(work):
    """Return by what work is put in order: its day, its hours, then as it was entered."""
    return (work.day, not work.start, work.start or work.day, work.key)


def round_parts(parts, context):
    """Return parts with the minutes and quantities that are charged."""
    pieces = [
        billing_rounding.Piece(it.key, it.work, it.rule)
        for it in parts
        if it.is_priced and not it.is_flat
    ]
    fixed = [
        billing_rounding.Piece(it.key, it.work, it.rule, it.minutes)
        for it in context.fixed
        if it.component == WORK and it.rule.price_method != "flat"
    ]
    pieces = sorted(pieces + fixed, key=lambda it: (get_order(it.work), it.key))
    minutes = billing_rounding.bill_minutes(
        [it for it in pieces if it.work.kind == "time"]
    )
    quantities = billing_rounding.bill_quantities(
        [it for it in pieces if it.work.kind == "item"]
    )
    return [_round_part(it, minutes, quantities) for it in parts]


def _round_part(part, minutes, quantities):
    work = part.work
    if part.key in minutes:
        part = replace(part, minutes=minutes[part.key])
        part = replace(part, quantity=float(work_price.get_hours(part.minutes)))
    elif part.key in quantities:
        part = replace(part, quantity=quantities[part.key])
    else:
        is_time = work.kind == "time" and not part.is_flat
        hours = float(work_price.get_hours(work.minutes))
        return replace(
            part,
            minutes=work.minutes if is_time else 0,
            quantity=hours if work.kind == "time" else work.quantity,
        )
    if not part.quantity:
        # The free zone took all of it.
        return replace(part, destination="covered", why="free")
    return part


def price_part(part, base):
    """Return a part with the price of an hour or unit, and the amount.

    :param base: price of the pricelist, kept also of what no rule puts a price on
    """
    if not part.is_priced:
        return replace(part, base=base)
    price = work_price.get_unit_price(part.rule, base, part.deal.discount)
    return reckon(replace(part, base=base, price=price))


def reckon(part):
    """Return a part with the amount that follows from its quantity and price."""
    quantity = work_price.get_hours(part.minutes) if part.minutes else part.quantity
    amount = work_price.get_amount(quantity, part.price, part.deal.rounding)
    return replace(part, amount=float(amount))


def pay_part(part, draws, prices):
    """Return the parts of a part as allowances pay them, and what is beyond them.

    :param draws: of `allowance_draw.draw`, those of the part
    :param dict prices: of an hour beyond allowances, by their ids
    """
    if not draws:
        return [replace(part, destination="pending", why="no_price")]
    raws = share(part.raw, [it.minutes for it in draws])
    return [
        _pay(part, draw, raw, prices) for draw, raw in zip(draws, raws, strict=True)
    ]


def _pay(part, draw, raw, prices):
    if part.minutes:
        quantity = float(work_price.get_hours(draw.minutes))
    else:
        quantity = part.quantity * draw.amount / part.amount
    part = replace(part, raw=raw, minutes=draw.minutes, quantity=quantity)
    if draw.bucket:
        return replace(
            part, allowance=draw.bucket.id, drawn=float(draw.quantity), amount=0.0
        )
    part = _pass_limit(part, draw, prices)
    return reckon(part) if part.minutes else replace(part, amount=float(draw.amount))


def _pass_limit(part, draw, prices):
    """Return what no allowance pays: billed or pending, as the last one or the rule says."""
    limit = draw.limit
    if (limit.overrun if limit else part.rule.overrun) != "billed":
        why = "refused" if limit else "no_allowance"
        return replace(
            part, destination="pending", why=why, allowance=limit.id if limit else False
        )
    if limit and part.minutes and limit.id in prices:
        part = replace(part, price=UnitPrice(prices[limit.id], 0.0))
    return replace(
        part,
        destination="billed",
        allowance=limit.id if limit else False,
        why="overrun" if limit else "no_allowance",
    )


def add_extras(parts, context):
    """Return parts with their flat amounts and surcharges as parts of their own."""
    by_rounding = defaultdict(list)
    for part in parts:
        by_rounding[part.deal.rounding].append(part)
    return [
        part for group in by_rounding.values() for part in _add_extras(group, context)
    ]


def _add_extras(parts, context):
    parts = sorted(parts, key=lambda it: (get_order(it.work), it.key))
    billed = {
        (it.key, index): it
        for index, it in enumerate(parts)
        if it.is_priced and it.destination == "billed"
    }
    pieces = [
        work_price.Billed(key, it.work, it.rule, it.amount)
        for key, it in billed.items()
    ]
    rounding = parts[0].deal.rounding
    flats = work_price.get_flats(pieces, rounding, context.get_flat_keys())
    surcharges = work_price.get_surcharges(pieces, rounding, context.get_surcharges())
    result = []
    for index, part in enumerate(parts):
        key = (part.key, index)
        if part.is_flat and part.destination == "billed":
            result.append(_settle_flat(part, flats.get(key)))
        else:
            result.append(part)
            if key in flats:
                result.append(_make_extra(part, FLAT, flats[key]))
        if key in surcharges:
            result.append(_make_extra(part, SURCHARGE, surcharges[key]))
    return result


def _settle_flat(part, amount):
    """Return work that costs a flat amount: the first of its group bears it."""
    if amount is None:
        return replace(part, destination="covered", why="in_flat")
    return replace(
        part,
        component=FLAT,
        quantity=1.0,
        amount=float(amount),
        price=UnitPrice(float(amount), 0.0),
        product=part.rule.flat_product or part.product,
    )


def _make_extra(part, component, amount):
    product = part.rule.flat_product if component == FLAT else False
    return replace(
        part,
        component=component,
        raw=0,
        minutes=0,
        quantity=1.0,
        amount=float(amount),
        price=UnitPrice(float(amount), 0.0),
        product=product or part.product,
        allowance=False,
        drawn=0.0,
    )


def refuse_free(part):
    """Return work that would be billed at nothing without a reason: it is pending."""
    if (
        part.destination != "billed"
        or part.amount
        or part.component != WORK
        or part.is_flat  # its price is the flat amount, which comes besides
        or part.rule.reason
        or not part.quantity
    ):
        return part
    return replace(part, destination="pending", why="no_price")
