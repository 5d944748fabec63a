"""Which allowance pays for which work: the part without a database.

Work is served in the order of its day. It draws on the buckets that hold on that day and
are about it, those that expire first before the others. What no bucket pays is left over.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from .proration import exact

MINUTES = "minutes"
MONEY = "money"
INCIDENTS = "incidents"

REFUSED = "refused"
BILLED = "billed"


@dataclass(frozen=True)
class Bucket:
    """An allowance as it stands before the work at hand draws on it.

    :param id: of the allowance
    :param customer: whose work it pays for
    :param str unit: `minutes`, `money` or `incidents`
    :param available: units that are left, without what the work at hand drew before
    :param date date_from: first day on which it pays
    :param date date_until: first day on which it no longer pays, None if it never expires
    :param date granted: of two that expire together, the one granted first pays first
    :param agreement: it pays for work under this agreement only, None for any
    :param frozenset service_types: it pays for these only, empty for all
    :param frozenset sites: it pays for work there only, empty for everywhere
    :param str overrun: what becomes of work once nothing is left, `refused` or `billed`
    :param frozenset incidents: incidents that it has paid for already
    :param rolled_to: id of the bucket that got its rest when it ended, None if none did
    :param rolled: units of that rest; late work takes them back as far as they are left
    :param currency: of money; it pays for amounts in this currency only
    :param rounding: smallest unit of the currency
    """

    id: int
    customer: int
    unit: str
    available: float
    date_from: date
    granted: date
    date_until: date | None = None
    agreement: int | None = None
    service_types: frozenset = frozenset()
    sites: frozenset = frozenset()
    overrun: str = REFUSED
    incidents: frozenset = frozenset()
    rolled_to: int | None = None
    rolled: float = 0
    currency: int | None = None
    rounding: float = 0.01

    @property
    def order(self):
        """First to expire, then first granted, then first entered."""
        return (self.date_until or date.max, self.granted, self.id)

    def is_about(self, demand):
        """Tell whether it pays for such work, whatever the day."""
        return (
            self.customer == demand.customer
            and self.agreement in (None, demand.agreement)
            and (not self.service_types or demand.service_type in self.service_types)
            and (not self.sites or demand.site in self.sites)
            and (self.unit != MINUTES or demand.minutes > 0)
            and (self.unit != MONEY or self._is_worth(demand))
        )

    def _is_worth(self, demand):
        return demand.amount > 0 and demand.currency == self.currency

    def is_valid_on(self, day):
        """Tell whether it pays for work of a day."""
        return self.date_from <= day and (not self.date_until or day < self.date_until)


@dataclass(frozen=True)
class Demand:
    """A piece of work that an allowance is to pay for.

    :param key: what the caller calls it
    :param date day: of the work
    :param number: orders the work of a day, for example (id of the entry, piece)
    :param int minutes: as billed, after rounding; 0 for what is not time
    :param amount: what it would be billed at, in `currency`
    :param incident: what one incident pays for, usually the ticket; None: only this work
    """

    key: object
    customer: int
    day: date
    number: object
    minutes: int = 0
    amount: float = 0
    currency: int | None = None
    incident: object = None
    agreement: int | None = None
    service_type: int | None = None
    site: int | None = None


class Draw(NamedTuple):
    """A part of a demand, and the bucket that pays for it.

    :param demand: the `Demand`
    :param bucket: the `Bucket` that pays; None for what is left over
    :param quantity: units taken off the bucket; of what is left over the minutes
    :param int minutes: the part of the demand's minutes
    :param float amount: the part of the demand's amount
    :param limit: for what is left over, the `Bucket` whose `overrun` decides; None if no
        bucket was about the work
    """

    demand: Demand
    bucket: Bucket | None
    quantity: float
    minutes: int
    amount: float
    limit: Bucket | None = None


@dataclass
class Rest:
    """What is still to be paid of a demand."""

    minutes: int
    amount: Fraction
    is_paid: bool = False
    parts: list = field(default_factory=list)


def draw(buckets, demands):
    """Let buckets pay for work.

    The parts of a demand add up to it, in minutes and in money. The result depends on
    neither the order of the buckets nor that of the demands.

    :param buckets: iterable of `Bucket`
    :param demands: iterable of `Demand`
    :return: list of `Draw`, by day and number of the work
    """
    purse = Purse(buckets)
    return [
        part
        for demand in sorted(demands, key=attrgetter("day", "number"))
        for part in purse.pay(demand)
    ]


class Purse:
    """What is left in buckets while work draws on them."""

    def __init__(self, buckets):
        self.left = {it.id: exact(it.available) for it in buckets}
        self.rolled = {it.id: exact(it.rolled) for it in buckets}
        self.incidents = {it.id: set(it.incidents) for it in buckets}
        self.by_id = {it.id: it for it in buckets}
        self.by_customer = defaultdict(list)
        for bucket in sorted(buckets, key=attrgetter("order")):
            self.by_customer[bucket.customer].append(bucket)

    def pay(self, demand):
        """Return the parts of one demand: those that are paid, then what is left over."""
        relevant = [
            it for it in self.by_customer[demand.customer] if it.is_about(demand)
        ]
        valid = [it for it in relevant if it.is_valid_on(demand.day)]
        rest = Rest(demand.minutes, exact(demand.amount))
        self._pay_known_incident(demand, relevant, rest)
        for bucket in valid:
            if rest.is_paid:
                break
            self._take(demand, bucket, rest)
        if not rest.is_paid:
            limit = valid[-1] if valid else None
            left = Draw(
                demand, None, rest.minutes, rest.minutes, float(rest.amount), limit
            )
            rest.parts.append(left)
        return rest.parts

    def _pay_known_incident(self, demand, buckets, rest):
        """An incident is paid for once: all its work is covered, also after the expiry."""
        incident = self._get_incident(demand)
        for bucket in buckets:
            if incident in self.incidents[bucket.id]:
                self._settle(demand, bucket, 0, rest)
                break

    def _take(self, demand, bucket, rest):
        """Pay as much of the rest from a bucket as it has."""
        left = self._get_left(bucket)
        if bucket.unit == INCIDENTS:
            if left >= 1:
                self._spend(bucket, Fraction(1))
                self.incidents[bucket.id].add(self._get_incident(demand))
                self._settle(demand, bucket, 1, rest)
        elif bucket.unit == MINUTES:
            minutes = min(rest.minutes, max(int(left), 0))
            if minutes:
                self._spend(bucket, Fraction(minutes))
                self._split(demand, bucket, minutes, minutes, rest)
        else:
            amount = min(_round(rest.amount, bucket.rounding), max(left, Fraction(0)))
            if amount > 0:
                self._spend(bucket, amount)
                self._split_money(demand, bucket, amount, rest)

    def _split(self, demand, bucket, quantity, minutes, rest):
        """Take minutes off the rest, and the share of the amount that goes with them."""
        if minutes == rest.minutes:
            self._settle(demand, bucket, quantity, rest)
            return
        amount = _round(rest.amount * minutes / rest.minutes, bucket.rounding)
        self._add(demand, bucket, quantity, minutes, amount, rest)

    def _split_money(self, demand, bucket, amount, rest):
        """Take an amount off the rest, and the whole minutes that go with it."""
        if amount >= rest.amount or amount == _round(rest.amount, bucket.rounding):
            self._settle(demand, bucket, amount, rest)
            return
        minutes = int(rest.minutes * amount / rest.amount)
        self._add(demand, bucket, amount, minutes, amount, rest)

    def _settle(self, demand, bucket, quantity, rest):
        """Let a bucket pay the whole rest."""
        self._add(demand, bucket, quantity, rest.minutes, rest.amount, rest)

    def _add(self, demand, bucket, quantity, minutes, amount, rest):
        rest.minutes -= minutes
        rest.amount -= amount
        rest.is_paid = not rest.minutes and not rest.amount
        rest.parts.append(
            Draw(demand, bucket, _plain(quantity), minutes, float(amount))
        )

    def _get_left(self, bucket):
        """Return the units of a bucket, with those that can come back to it."""
        return self.left[bucket.id] + self._get_returnable(bucket)

    def _get_returnable(self, bucket):
        target = self.by_id.get(bucket.rolled_to)
        if not target:
            return Fraction(0)
        return min(self.rolled[bucket.id], max(self._get_left(target), Fraction(0)))

    def _spend(self, bucket, quantity):
        """Take units off a bucket; those that are missing come back from where they went."""
        missing = quantity - max(self.left[bucket.id], Fraction(0))
        if missing > 0:
            self._spend(self.by_id[bucket.rolled_to], missing)
            self.rolled[bucket.id] -= missing
            self.left[bucket.id] += missing
        self.left[bucket.id] -= quantity

    @staticmethod
    def _get_incident(demand):
        if demand.incident is None:
            return ("work", demand.key)
        return demand.incident


def _round(amount, rounding):
    step = exact(rounding)
    return int(amount / step + Fraction(1, 2)) * step


def _plain(quantity):
    """Return minutes and incidents as integers, money as a float."""
    return quantity if isinstance(quantity, int) else float(quantity)
