"""What is billed, told so that whoever pays can check it. No database.

A proof is a plain value: paper, sheet and screen show the same one. Amounts are in its
currency and before tax, minutes are real ones or charged ones. What is given back counts down.
Whatever is a text is in the reader's language, whatever is a moment in the reader's time zone
and without one.
"""

from dataclasses import dataclass
from datetime import date, datetime

# How work is put together.
BY_TICKET, BY_DAY = "ticket", "day"

# Sections, in order.
WORK, MINIMUM, RECURRING = "work", "minimum", "recurring"

# What becomes of work for which hours are charged; of the rest they count for nothing.
PAID = ("billed", "allowance")


@dataclass(frozen=True)
class Money:
    """A currency.

    :param str code: for example EUR
    :param int id: of `res.currency`, to show amounts
    :param int decimals: how many an amount has
    """

    code: str = "EUR"
    id: int = 0
    decimals: int = 2
    symbol: str = "€"
    is_before: bool = False

    def round(self, amount):
        """Return an amount without the noise of floating point.

        >>> Money().round(0.1 + 0.2)
        0.3
        """
        # Zero has no sign that people would read.
        return round(amount, self.decimals) or 0.0


@dataclass(frozen=True)
class Line:
    """One charge.

    :param int charge: id of the `psa.charge`
    :param date day: of the work, or the first one of what is charged
    :param day_until: last day of what is charged, None for work
    :param start: moment at which the work began, None if nobody wrote it down
    :param str person: who did it
    :param str subject: number and name of the ticket, visit or task
    :param str ticket: number of the ticket or visit
    :param str note: what was done, as the customer may read it
    :param int raw_minutes: as worked, 0 of what is no time
    :param int minutes: as charged, after rounding and the like
    :param float quantity: units of what is no time
    :param str destination: what becomes of it, see `const.DESTINATIONS`
    :param str coverage: the same in words, with what pays for it or why nobody does
    :param str rule: name of the rule that decided
    :param float rate: per hour or unit, before discount
    :param bool is_time: whether it is reckoned in hours
    :param bool is_late: it came after its days were billed
    :param int invoice_line: id of the invoice line that bills it, 0 if none does
    """

    charge: int
    day: date
    day_until: date | None = None
    start: datetime | None = None
    stop: datetime | None = None
    person: str = ""
    subject: str = ""
    ticket: str = ""
    service: str = ""
    note: str = ""
    raw_minutes: int = 0
    minutes: int = 0
    quantity: float = 0.0
    unit: str = ""
    destination: str = "billed"
    coverage: str = ""
    rule: str = ""
    band: str = ""
    multiplier: float = 1.0
    rate: float = 0.0
    discount: float = 0.0
    amount: float = 0.0
    explanation: str = ""
    is_time: bool = True
    is_late: bool = False
    invoice_line: int = 0

    @property
    def charged_minutes(self):
        """Return the minutes that somebody pays for, with money or from an allowance."""
        return self.minutes if self.destination in PAID else 0

    @property
    def is_billed(self):
        """Return whether the line is about money."""
        return self.destination == "billed"


class Summed:
    """Something with lines that add up."""

    @property
    def raw_minutes(self):
        """Return the minutes worked."""
        return sum(line.raw_minutes for line in self.lines)

    @property
    def charged_minutes(self):
        """Return the minutes that somebody pays for."""
        return sum(line.charged_minutes for line in self.lines)

    @property
    def amount(self):
        """Return what is billed."""
        return self.money.round(sum(line.amount for line in self.lines))


@dataclass(frozen=True)
class Section(Summed):
    """Lines that stand together: those of a ticket, of a day, or of what recurs.

    :param str kind: WORK, MINIMUM or RECURRING
    :param str title: what they have in common
    """

    kind: str
    title: str
    lines: tuple = ()
    money: Money = Money()


@dataclass(frozen=True)
class Total(Summed):
    """What became of the work altogether, by destination.

    :param str label: the destination in words
    """

    destination: str
    label: str
    lines: tuple = ()
    money: Money = Money()


@dataclass(frozen=True)
class Quantity:
    """So much of an allowance: minutes, money or incidents, and the same in words."""

    value: float
    text: str


@dataclass(frozen=True)
class Movement:
    """Something that was added to an allowance, or taken from it by other than work."""

    day: date
    text: str
    quantity: Quantity


@dataclass(frozen=True)
class Allowance:
    """What was left of an allowance before, what happened to it, and what is left.

    :param Quantity used: what the work of this proof drew
    :param date_until: first day on which it no longer pays, None if it does not expire
    """

    name: str
    unit: str
    before: Quantity
    used: Quantity
    after: Quantity
    movements: tuple = ()
    date_until: date | None = None

    @property
    def is_even(self):
        """Tell whether the numbers add up."""
        moved = sum(it.quantity.value for it in self.movements)
        left = self.before.value + moved - self.used.value
        return abs(left - self.after.value) < 0.005


@dataclass(frozen=True)
class CountedRow:
    """One thing that was counted.

    :param str days: on how many of how many days it was there, empty if on all
    :param bool is_new: the list before had it not
    :param before: how many units it was the last time, None if as many
    """

    name: str
    reference: str
    quantity: float
    days: str = ""
    is_new: bool = False
    before: float | None = None


@dataclass(frozen=True)
class Counted:
    """A list of what was counted for a charge, and how it differs from the one before.

    :param removed: (name, reference) of what the list before had
    """

    title: str
    kind: str
    quantity: float
    rows: tuple = ()
    removed: tuple = ()

    @property
    def has_quantity(self):
        """Return whether units are worth a column."""
        return any(row.quantity != 1 for row in self.rows)

    @property
    def has_days(self):
        """Return whether days are worth a column."""
        return any(row.days for row in self.rows)


@dataclass(frozen=True)
class CheckRow:
    """An invoice line beside its charges.

    :param bool is_other: it bills no charge, somebody added it
    """

    line: int
    label: str
    charged: float
    invoiced: float
    is_other: bool = False
    decimals: int = 2

    @property
    def difference(self):
        """Return how much more the invoice says than its charges."""
        return round(self.invoiced - self.charged, self.decimals) or 0.0


@dataclass(frozen=True)
class Check:
    """The proof beside the invoice, line by line; credit notes count down.

    :param str document: number of the invoice
    """

    document: str
    rows: tuple = ()
    money: Money = Money()

    @property
    def charged(self):
        """Return what the charges of the invoice add up to."""
        return self.money.round(sum(row.charged for row in self.rows))

    @property
    def invoiced(self):
        """Return what the invoice says, before tax."""
        return self.money.round(sum(row.invoiced for row in self.rows))

    @property
    def others(self):
        """Return the invoice lines that bill no charge."""
        return tuple(row for row in self.rows if row.is_other)

    @property
    def differences(self):
        """Return the lines that do not say what their charges say."""
        return tuple(row for row in self.rows if not row.is_other and row.difference)

    @property
    def difference(self):
        """Return by how much the invoice differs from its charges, other lines aside."""
        return self.money.round(sum(row.difference for row in self.differences))

    @property
    def is_even(self):
        """Tell whether each line of the invoice is what its charges say."""
        return not self.differences


@dataclass(frozen=True)
class Proof(Summed):
    """All there is to say about some charges.

    :param str lang: code of the language of its texts
    :param str customer: who pays
    :param day_from: day of the first work, None without work
    :param as_of: day up to which allowances are told
    :param str grouping: BY_TICKET or BY_DAY
    :param check: the invoice beside it, None before there is one
    """

    lang: str = "en_US"
    customer: str = ""
    customer_reference: str = ""
    document: str = ""
    is_credit: bool = False
    day_from: date | None = None
    day_until: date | None = None
    as_of: date | None = None
    money: Money = Money()
    grouping: str = BY_TICKET
    sections: tuple = ()
    totals: tuple = ()
    allowances: tuple = ()
    counted: tuple = ()
    check: Check | None = None

    @property
    def lines(self):
        """Return all lines, in their order."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def work(self):
        """Return all that does not recur, as a section."""
        lines = (
            line
            for section in self.sections
            if section.kind != RECURRING
            for line in section.lines
        )
        return Section(WORK, "", tuple(lines), self.money)

    @property
    def recurring(self):
        """Return all that recurs, as a section."""
        lines = (
            line
            for section in self.sections
            if section.kind == RECURRING
            for line in section.lines
        )
        return Section(RECURRING, "", tuple(lines), self.money)

    @property
    def has_work(self):
        """Return whether anything but what recurs is told."""
        return any(section.kind != RECURRING for section in self.sections)

    @staticmethod
    def show_hours(minutes):
        """Return minutes as hours and minutes."""
        return show_hours(minutes)


def show_hours(minutes):
    """Return minutes as hours and minutes.

    >>> show_hours(65), show_hours(-90), show_hours(0)
    ('1:05', '-1:30', '0:00')
    """
    hours, rest = divmod(abs(round(minutes)), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02}"


def arrange(lines, grouping, money, titles):
    """Return lines as sections: work by ticket or day, then minimums, then what recurs.

    :param lines: pairs (kind of section, Line)
    :param str grouping: BY_TICKET or BY_DAY
    :param titles: {MINIMUM: title, RECURRING: title, date: title of a day}
    :return: tuple of Section; lines by day, and sections by their first line

    >>> monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
    >>> work = [
    ...     (WORK, Line(1, tuesday, subject="T1 Printer", raw_minutes=30)),
    ...     (WORK, Line(2, monday, subject="T1 Printer", raw_minutes=15)),
    ...     (WORK, Line(3, tuesday, subject="T2 Mail", raw_minutes=10)),
    ... ]
    >>> for it in arrange(work, BY_TICKET, Money(), {}): print(it.title, it.raw_minutes)
    T1 Printer 45
    T2 Mail 10
    >>> titles = {monday: "Monday", tuesday: "Tuesday"}
    >>> for it in arrange(work, BY_DAY, Money(), titles): print(it.title, it.raw_minutes)
    Monday 15
    Tuesday 40
    """
    groups = {}
    for kind, line in sorted(lines, key=lambda pair: _get_order(pair[1])):
        if kind != WORK:
            title = titles[kind]
        else:
            title = titles[line.day] if grouping == BY_DAY else line.subject
        groups.setdefault((kind, title), []).append(line)
    order = (WORK, MINIMUM, RECURRING)
    return tuple(
        Section(kind, title, tuple(group), money)
        for (kind, title), group in sorted(
            groups.items(),
            key=lambda item: (order.index(item[0][0]), _get_order(item[1][0])),
        )
    )


def sum_up(lines, labels, money):
    """Return what became of work, by destination, in the order of the labels.

    :param labels: {destination: in words}

    >>> day = date(2026, 3, 2)
    >>> lines = [Line(1, day, raw_minutes=30, minutes=45, amount=67.5),
    ...          Line(2, day, raw_minutes=20, destination="covered")]
    >>> for it in sum_up(lines, {"covered": "Covered", "billed": "Billed"}, Money()):
    ...     print(it.label, it.raw_minutes, it.charged_minutes, it.amount)
    Covered 20 0 0.0
    Billed 30 45 67.5
    """
    return tuple(
        Total(destination, label, mine, money)
        for destination, label in labels.items()
        if (mine := tuple(it for it in lines if it.destination == destination))
    )


def _get_order(line):
    return (line.day, line.start or datetime.min, line.charge)
