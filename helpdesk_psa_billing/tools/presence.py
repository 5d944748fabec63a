"""What was counted for a period, and what is different from the list before. No database.

Spans are half-open pairs of dates; None has no bound.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Presence:
    """One thing that is counted, and the days on which it was there.

    :param str model: model of the thing
    :param int res_id: its id, also after it is deleted
    :param str name: as it was called
    :param str reference: serial number, e-mail or number of the subscription
    :param float quantity: units it stands for: 1, or the seats of a licence
    :param spans: tuple of half-open pairs of dates, in order
    """

    model: str
    res_id: int
    name: str
    reference: str = ""
    quantity: float = 1
    spans: tuple = ((None, None),)

    def freeze(self):
        """Return the presence as JSON keeps it.

        >>> Presence("psa.equipment", 7, "PC", spans=((date(2026, 6, 10), None),)).freeze()
        ... # doctest: +NORMALIZE_WHITESPACE
        {'model': 'psa.equipment', 'id': 7, 'name': 'PC', 'reference': '',
         'quantity': 1, 'spans': [['2026-06-10', None]]}
        """
        return {
            "model": self.model,
            "id": self.res_id,
            "name": self.name,
            "reference": self.reference,
            "quantity": self.quantity,
            "spans": [[_to_text(start), _to_text(end)] for start, end in self.spans],
        }


def thaw(values):
    """Return the presence that was frozen.

    >>> pc = Presence("psa.equipment", 7, "PC", "SN1", 1, ((date(2026, 6, 10), None),))
    >>> thaw(pc.freeze()) == pc
    True
    """
    return Presence(
        values["model"],
        values["id"],
        values["name"],
        values["reference"],
        values["quantity"],
        tuple((_to_date(start), _to_date(end)) for start, end in values["spans"]),
    )


@dataclass(frozen=True)
class Difference:
    """How one list of presences differs from the one before.

    :param tuple added: presences of the new list that the old one has not
    :param tuple removed: presences of the old list that the new one has not
    :param tuple kept: presences of the new list that the old one has as many of
    :param tuple changed: pairs (before, after) of those with another quantity
    """

    added: tuple = ()
    removed: tuple = ()
    kept: tuple = ()
    changed: tuple = ()

    def __bool__(self):
        return bool(self.added or self.removed or self.changed)

    @property
    def quantity(self):
        """Units more (or less, below 0) than before."""
        return (
            sum(it.quantity for it in self.added)
            - sum(it.quantity for it in self.removed)
            + sum(after.quantity - before.quantity for before, after in self.changed)
        )


def compare(old, new):
    """Tell two lists of presences apart, thing by thing.

    A thing that is listed for several stretches of time counts with its last quantity.

    :param old: presences that were counted before
    :param new: presences that are counted now
    :rtype: Difference

    >>> pc, server = Presence("x", 1, "PC"), Presence("x", 2, "Server")
    >>> compare([pc], [server]) == Difference(added=(server,), removed=(pc,))
    True
    >>> compare([pc], [pc]).kept == (pc,), bool(compare([pc], [pc]))
    (True, False)
    """
    before, after = _index(old), _index(new)
    both = [(before[key], it) for key, it in after.items() if key in before]
    return Difference(
        added=tuple(it for key, it in after.items() if key not in before),
        removed=tuple(it for key, it in before.items() if key not in after),
        kept=tuple(it for was, it in both if was.quantity == it.quantity),
        changed=tuple(pair for pair in both if pair[0].quantity != pair[1].quantity),
    )


def _index(presences):
    return {(it.model, it.res_id): it for it in presences}


def _to_text(day):
    return day.isoformat() if day else None


def _to_date(text):
    return date.fromisoformat(text) if text else None
