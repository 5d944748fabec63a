"""Shares of a price by days, exact to the cent.

Everything is computed with fractions and rounded once, at the end and half away from
zero, as Odoo's `float_round` does. Prices and currency roundings come in as numbers of
Odoo's (float) and are read as the decimals that people typed: 0.1 is a tenth. Results
are exact fractions: add them up first, then give a `float()` of the sum to Odoo.
"""

from fractions import Fraction

# Significant digits of a number; what is beyond is noise of floats, as in 0.1 + 0.2.
DIGITS = 14


def exact(number):
    """Return a number as the fraction that its decimals tell.

    >>> exact(0.1) == Fraction(1, 10)
    True
    >>> exact(0.1 + 0.2)
    Fraction(3, 10)
    """
    if isinstance(number, float):
        return Fraction(f"{number:.{DIGITS}g}")
    return Fraction(number)


def round_half_up(value, rounding):
    """Return a number as the nearest multiple of a rounding, half away from zero.

    :param rounding: smallest step, above zero: 0.01 for cents, 0.05, 1.0 …
    :rtype: Fraction

    >>> float(round_half_up(2.675, 0.01)), float(round_half_up(-0.5, 1))
    (2.68, -1.0)
    """
    rounding = exact(rounding)
    if rounding <= 0:
        raise ValueError("A rounding is above zero.")
    steps = abs(exact(value)) / rounding
    whole = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    return (whole if value > 0 else -whole) * rounding


def split_amount(amount, total_days, from_day, until_day, rounding):
    """Return what days [from_day, until_day) of a period cost, as a rounded amount.

    It is the rounded price up to the last day less the rounded price up to the first, so
    that parts add up to the rounded full price wherever the period is cut.

    :param amount: price of the whole period
    :param int total_days: days of the whole period
    :param int from_day: first day, 0 for the first of the period
    :param int until_day: first day after
    :rtype: Fraction

    >>> [float(split_amount(10, 3, day, day + 1, 0.01)) for day in range(3)]
    [3.33, 3.34, 3.33]
    """
    if not 0 <= from_day <= until_day <= total_days or not total_days:
        raise ValueError("A part begins before it ends, within its period.")
    amount = exact(amount)
    until, start = (
        round_half_up(amount * day / total_days, rounding)
        for day in (until_day, from_day)
    )
    return until - start


def prorate(amount, full_from, full_until, spans, rounding):
    """Return what some spans of days of a period cost, as a rounded amount.

    :param amount: price of the whole period [full_from, full_until)
    :param spans: half-open pairs of dates within the period that do not overlap
    :rtype: Fraction

    >>> from datetime import date
    >>> june, july = date(2026, 6, 1), date(2026, 7, 1)
    >>> float(prorate(10, june, july, [(date(2026, 6, 10), july)], 0.01))
    7.0
    """
    total = (full_until - full_from).days
    return sum(
        (
            split_amount(
                amount,
                total,
                (start - full_from).days,
                (end - full_from).days,
                rounding,
            )
            for start, end in spans
        ),
        Fraction(0),
    )


def cut_spans(spans, gaps):
    """Return what is left of half-open spans without the gaps, merged and in order.

    :param spans: pairs (start, end), in any order; they may overlap
    :param gaps: pairs (start, end or None for no end), in any order

    >>> cut_spans([(0, 30)], [(5, 10), (20, None)])
    [(0, 5), (10, 20)]
    """
    left = merge_spans(spans)
    for gap_start, gap_end in gaps:
        left = [
            span
            for start, end in left
            for span in (
                (start, min(end, gap_start)),
                (max(start, gap_end) if gap_end is not None else end, end),
            )
            if span[0] < span[1]
        ]
    # A gap that lies outside or is empty cuts a span in two that touch or overlap.
    return merge_spans(left)


def merge_spans(spans):
    """Return half-open spans in order, with those that touch or overlap made one.

    >>> merge_spans([(5, 9), (0, 3), (3, 4), (6, 7)])
    [(0, 4), (5, 9)]
    """
    merged = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def clip_spans(spans, start, end):
    """Return the parts of half-open spans that lie in [start, end), merged, in order.

    :param spans: pairs (start or None, end or None); None has no bound

    >>> clip_spans([(None, 3), (8, None)], 1, 10)
    [(1, 3), (8, 10)]
    """
    return merge_spans(
        (
            start if first is None else max(first, start),
            end if last is None else min(last, end),
        )
        for first, last in spans
    )


def count_days(spans):
    """Return the days in half-open spans of dates that do not overlap."""
    return sum((end - start).days for start, end in spans)


def get_average_quantity(presences, spans):
    """Return how many things were there on average over some days.

    One that was there k of n days counts k/n, so the price of this many things for these
    days is what each one costs for its own days, rounded once for all of them.

    :param presences: pairs (quantity, spans of dates it was there)
    :param spans: half-open pairs of dates that are billed and do not overlap
    :rtype: Fraction

    >>> from datetime import date
    >>> june, july = date(2026, 6, 1), date(2026, 7, 1)
    >>> since_the_10th = (1, [(date(2026, 6, 10), None)])
    >>> get_average_quantity([since_the_10th], [(june, july)])
    Fraction(7, 10)
    """
    days = count_days(spans)
    if not days:
        return Fraction(0)
    present = sum(
        exact(quantity) * count_days(clip_spans(there, start, end))
        for quantity, there in presences
        for start, end in spans
    )
    return Fraction(present) / days
