"""Adds up what the billing screen shows: rows of a table, and the figures above it."""

from collections import defaultdict
from dataclasses import dataclass

# What each row is told of. What is late is among the others; it counts in no total.
APPROVE, TIME, PENDING, READY, RECURRING, LATE, DRAFT = BUCKETS = (
    "approve",
    "time",
    "pending",
    "ready",
    "recurring",
    "late",
    "draft",
)
# What the next invoice of a row adds up to.
INVOICED = (READY, RECURRING)


@dataclass(frozen=True)
class Figure:
    """How much there is of something.

    :param int minutes: of work
    :param float amount: before tax, in the currency of the company
    """

    count: int = 0
    minutes: int = 0
    amount: float = 0.0

    def __add__(self, other):
        return Figure(
            self.count + other.count,
            self.minutes + other.minutes,
            self.amount + other.amount,
        )

    def to_json(self):
        """Return it for the screen."""
        return {
            "count": self.count,
            "minutes": self.minutes,
            "amount": round(self.amount, 2),
        }


def add_up(cells):
    """Return the rows of a table, and the figures of all of them together.

    :param cells: iterable of (key of the row, bucket, `Figure`)
    :return: ({key: {bucket: Figure}}, {bucket: Figure})
    """
    rows = defaultdict(lambda: defaultdict(Figure))
    totals = {bucket: Figure() for bucket in BUCKETS}
    for key, bucket, figure in cells:
        rows[key][bucket] += figure
        totals[bucket] += figure
    return rows, totals


def get_invoiced(row):
    """Return what the next invoice of a row adds up to.

    :param dict row: {bucket: Figure}
    """
    return sum(row[bucket].amount for bucket in INVOICED if bucket in row)


def sort_rows(rows, names):
    """Return the keys of rows: what brings in most comes first, then by name.

    :param dict names: {key: name}
    """
    return sorted(
        rows,
        key=lambda key: (-round(get_invoiced(rows[key]), 2), names[key].lower()),
    )
