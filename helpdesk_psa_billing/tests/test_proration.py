"""Shares of a price by days: the part without a database."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged
from odoo.tools import float_compare, float_round

from odoo.addons.helpdesk_psa_billing.tools.proration import (
    clip_spans,
    count_days,
    cut_spans,
    exact,
    get_average_quantity,
    merge_spans,
    prorate,
    round_half_up,
    split_amount,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

CENT = Fraction(1, 100)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)

amounts = st.integers(-(10**9), 10**9).map(lambda number: number / 10**4)
roundings = st.sampled_from([0.001, 0.01, 0.05, 0.5, 1.0, 10.0])
spans = st.tuples(st.integers(0, 60), st.integers(0, 60))


@st.composite
def cuts(draw):
    """Days of a period and the days it is cut at, both ends included."""
    total = draw(st.integers(1, 366))
    inner = draw(st.sets(st.integers(0, total), max_size=12))
    return total, sorted(inner | {0, total})


def june(day):
    return date(2026, 6, day)


def as_set(found):
    """Return the single days of spans, the slow way."""
    return {day for start, end in found for day in range(start, end)}


@tagged("post_install", "-at_install")
class TestRounding(BaseCase):
    def test_a_half_goes_away_from_zero(self):
        self.assertEqual(round_half_up(0.125, 0.01), Fraction(13, 100))
        self.assertEqual(round_half_up(-0.125, 0.01), Fraction(-13, 100))
        self.assertEqual(round_half_up(1.005, 0.01), Fraction(101, 100))

    def test_a_rounding_of_zero_is_refused(self):
        with self.assertRaises(ValueError):
            round_half_up(1, 0)

    def test_a_number_is_read_as_its_decimals(self):
        self.assertEqual(exact(0.1), Fraction(1, 10))
        self.assertEqual(exact(1.1 * 3), Fraction(33, 10))
        self.assertEqual(exact(123456789.01), Fraction(12345678901, 100))

    @patient
    @given(amounts, roundings)
    def test_it_rounds_as_odoo_does(self, amount, rounding):
        ours = float(round_half_up(amount, rounding))
        odoo = float_round(amount, precision_rounding=rounding)
        self.assertEqual(float_compare(ours, odoo, precision_digits=6), 0)

    @patient
    @given(amounts, roundings)
    def test_rounding_again_changes_nothing(self, amount, rounding):
        once = round_half_up(amount, rounding)
        self.assertEqual(round_half_up(once, rounding), once)
        self.assertEqual(round_half_up(float(once), rounding), once)
        self.assertLessEqual(abs(once - exact(amount)), exact(rounding) / 2)


@tagged("post_install", "-at_install")
class TestSplit(BaseCase):
    def test_a_pc_added_on_10_june_pays_21_of_30_days(self):
        self.assertEqual(prorate(10, JUNE, JULY, [(june(10), JULY)], 0.01), 7)

    def test_a_line_that_starts_again_in_mid_month_pays_the_rest(self):
        there = [(JUNE, june(8)), (june(19), JULY)]
        away = [(june(8), june(19))]
        self.assertEqual(
            prorate(9.99, JUNE, JULY, there, 0.01)
            + prorate(9.99, JUNE, JULY, away, 0.01),
            exact(9.99),
        )

    def test_no_day_costs_nothing(self):
        self.assertEqual(split_amount(99.99, 30, 12, 12, 0.01), 0)
        self.assertEqual(prorate(99.99, JUNE, JULY, [], 0.01), 0)

    def test_days_outside_of_the_period_are_refused(self):
        for bounds in ((-1, 3), (5, 4), (0, 31)):
            with self.subTest(bounds=bounds), self.assertRaises(ValueError):
                split_amount(10, 30, *bounds, 0.01)
        with self.assertRaises(ValueError):
            split_amount(10, 0, 0, 0, 0.01)

    @patient
    @given(amounts, cuts(), roundings)
    def test_parts_of_a_period_add_up_to_its_full_price(self, amount, cut, rounding):
        total, bounds = cut
        parts = [
            split_amount(amount, total, start, end, rounding)
            for start, end in pairwise(bounds)
        ]
        self.assertEqual(sum(parts), round_half_up(amount, rounding))

    @patient
    @given(amounts, cuts(), roundings)
    def test_each_part_is_within_one_rounding_of_its_share(self, amount, cut, rounding):
        total, bounds = cut
        for start, end in pairwise(bounds):
            part = split_amount(amount, total, start, end, rounding)
            share = exact(amount) * (end - start) / total
            self.assertLessEqual(abs(part - share), exact(rounding))

    @patient
    @given(amounts, st.lists(spans, max_size=6), st.sampled_from([0.01, 0.05, 1.0]))
    def test_days_kept_and_days_cut_out_add_up(self, amount, gaps, rounding):
        whole = (JUNE, JUNE + timedelta(days=60))
        gaps = [tuple(JUNE + timedelta(days=day) for day in gap) for gap in gaps]
        kept = cut_spans([whole], gaps)
        away = cut_spans([whole], kept)
        self.assertEqual(
            prorate(amount, *whole, kept, rounding)
            + prorate(amount, *whole, away, rounding),
            round_half_up(amount, rounding),
        )


@tagged("post_install", "-at_install")
class TestSpans(BaseCase):
    def test_a_suspension_without_end_takes_the_rest(self):
        self.assertEqual(
            cut_spans([(JUNE, JULY)], [(june(10), None)]), [(JUNE, june(10))]
        )

    def test_open_bounds_reach_to_the_window_s(self):
        self.assertEqual(clip_spans([(None, None)], JUNE, JULY), [(JUNE, JULY)])
        self.assertEqual(clip_spans([(None, JUNE)], JUNE, JULY), [])

    @patient
    @given(st.lists(spans, max_size=8), st.lists(spans, max_size=8))
    def test_spans_hold_the_days_that_single_days_give(self, first, second):
        self.assertEqual(as_set(merge_spans(first)), as_set(first))
        self.assertEqual(
            as_set(cut_spans(first, second)), as_set(first) - as_set(second)
        )
        self.assertEqual(
            as_set(clip_spans(first, 10, 50)), as_set(first) & set(range(10, 50))
        )

    @patient
    @given(st.lists(spans, max_size=8), st.lists(spans, max_size=8))
    def test_spans_are_in_order_and_do_not_touch(self, first, second):
        for found in (merge_spans(first), cut_spans(first, second)):
            self.assertTrue(all(start < end for start, end in found))
            self.assertTrue(all(a[1] < b[0] for a, b in pairwise(found)))


@tagged("post_install", "-at_install")
class TestAverageQuantity(BaseCase):
    MONTH = [(JUNE, JULY)]

    def test_twelve_pcs_and_one_more_from_the_10th(self):
        presences = [(1, [(None, None)])] * 12 + [(1, [(june(10), None)])]
        self.assertEqual(
            get_average_quantity(presences, self.MONTH), 12 + Fraction(21, 30)
        )

    def test_a_pc_replaced_by_another_one_counts_once(self):
        presences = [(1, [(None, june(10))]), (1, [(june(10), None)])]
        self.assertEqual(get_average_quantity(presences, self.MONTH), 1)

    def test_only_the_billed_days_are_counted(self):
        presences = [(4, [(JUNE, june(16))])]
        first, second = (JUNE, june(16)), (june(16), JULY)
        self.assertEqual(get_average_quantity(presences, [first]), 4)
        self.assertEqual(get_average_quantity(presences, [second]), 0)
        self.assertEqual(get_average_quantity(presences, [first, second]), 2)
        self.assertEqual(get_average_quantity(presences, []), 0)

    @patient
    @given(
        st.lists(st.tuples(st.integers(1, 5), st.lists(spans, max_size=3)), max_size=6)
    )
    def test_it_is_the_mean_of_what_is_counted_each_day(self, drawn):
        def at(day):
            return JUNE + timedelta(days=day)

        presences = [
            (quantity, [(at(start), at(end)) for start, end in found])
            for quantity, found in drawn
        ]
        counted = sum(
            quantity
            for day in range(30)
            for quantity, found in drawn
            if day in as_set(found)
        )
        self.assertEqual(
            get_average_quantity(presences, self.MONTH), Fraction(counted, 30)
        )

    @patient
    @given(
        st.lists(st.integers(1, 29), min_size=1, max_size=9),
        st.integers(1, 29),
        st.integers(1, 9999),
    )
    def test_a_month_cut_by_an_amendment_costs_what_it_costs_in_one(
        self, numbers, cut, cents
    ):
        presences = [(number, [(None, None)]) for number in numbers]
        price = cents / 100
        middle = june(cut + 1)
        parts = [
            prorate(
                get_average_quantity(presences, [span]) * exact(price),
                JUNE,
                JULY,
                [span],
                0.01,
            )
            for span in ((JUNE, middle), (middle, JULY))
        ]
        self.assertEqual(sum(parts), sum(numbers) * cents * CENT)

    def test_days_are_counted(self):
        self.assertEqual(count_days([(JUNE, june(3)), (june(10), JULY)]), 23)
