"""Hours, money and incidents: what people enter, and what is stored."""

from .allowance_draw import MINUTES


def to_units(unit, quantity):
    """Return what is stored: whole minutes for hours, else the quantity itself."""
    return round(quantity * 60) if unit == MINUTES else quantity


def from_units(unit, quantity):
    """Return what people read: hours for minutes, else the quantity itself."""
    return quantity / 60 if unit == MINUTES else quantity
