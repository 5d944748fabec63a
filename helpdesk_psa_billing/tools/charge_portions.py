"""Which charges are taken back, and how much of each. Pure arithmetic, no database."""


def take(open_units, units, digits):
    """Spread what is taken back over charges, the first ones wholly before the next.

    :param open_units: units of each charge that nobody has taken back yet, in the order
        in which they are to be taken
    :param float units: how many are taken back; more than there are take all
    :param int digits: decimals of the unit
    :return: units taken of each charge

    >>> take([2, 3], 4, 2)
    [2, 2]
    >>> take([2, 3], 9, 2)
    [2, 3]
    """
    taken = []
    for available in open_units:
        part = min(available, max(round(units, digits), 0))
        taken.append(part)
        units -= part
    return taken


def get_part(amount, part, whole, round_amount):
    """Return the amount of a part, such that the last part takes what is left.

    :param float amount: of what is left
    :param float part: units taken of it
    :param float whole: units that are left
    :param round_amount: function that rounds to the currency

    >>> get_part(10.0, 1, 3, lambda amount: round(amount, 2))
    3.33
    >>> get_part(6.67, 2, 2, lambda amount: round(amount, 2))
    6.67
    """
    return amount if part == whole else round_amount(amount * part / whole)
