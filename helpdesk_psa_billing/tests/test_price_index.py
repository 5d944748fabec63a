"""How prices follow an index: the part without a database."""

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.recurrence import MONTH, YEAR, step
from odoo.addons.helpdesk_psa_billing.tools.price_index import (
    IndexValue,
    Term,
    find_latest,
    find_month,
    get_anniversary,
    get_expected_month,
    get_first_anniversary,
    get_named_month,
    get_publication_date,
    revise_by_index,
    revise_by_percentage,
)

patient = settings(deadline=None)

values = st.integers(5000, 50000).map(lambda number: number / 100)
dates = st.dates(date(1990, 1, 1), date(2090, 12, 31))
optional = st.one_of(st.none(), st.integers(80, 120).map(lambda number: number / 100))


def syntec(reference, current, **options):
    return revise_by_index(0, [Term("Syntec", 1, reference, current)], **options)


@tagged("post_install", "-at_install")
class TestFormula(BaseCase):
    def test_a_price_follows_its_index(self):
        revision = syntec(300.0, 319.5)
        self.assertEqual(revision.coefficient, Fraction(1065, 1000))
        self.assertEqual(revision.get_price(1200, 0.01), 1278.0)

    def test_the_digits_of_the_clause_settle_the_quarrel_on_rounding(self):
        self.assertEqual(syntec(300, 319.5, digits=3).get_price(1000, 0.01), 1065.0)
        self.assertEqual(syntec(300, 319.5, digits=2).get_price(1000, 0.01), 1070.0)

    def test_a_fixed_part_follows_no_index(self):
        revision = revise_by_index(0.15, [Term("ICHT", 0.85, 100, 110)])
        self.assertEqual(revision.coefficient, Fraction(1085, 1000))

    def test_several_indexes_have_their_weights(self):
        terms = [Term("ICHT", 0.7, 120, 126), Term("FSD", 0.15, 100, 104)]
        revision = revise_by_index(0.15, terms, digits=4)
        self.assertEqual(revision.coefficient, Fraction(1041, 1000))

    def test_prices_never_fall_below_the_floor(self):
        revision = syntec(300, 290, digits=4, floor=1)
        self.assertEqual(revision.coefficient, 1)
        self.assertEqual(float(revision.rounded), 0.9667)
        self.assertTrue(revision.is_floored)

    def test_prices_never_rise_above_the_cap(self):
        revision = syntec(300, 330, cap=1.05)
        self.assertEqual(revision.get_price(100, 0.01), 105.0)
        self.assertTrue(revision.is_capped)

    def test_without_bounds_a_price_may_fall(self):
        revision = syntec(300, 285)
        self.assertEqual(revision.get_price(100, 0.01), 95.0)
        self.assertFalse(revision.is_floored or revision.is_capped)

    def test_a_series_that_replaced_another_is_linked(self):
        # One point of the new series was worth 2.5 points of the old one.
        revision = revise_by_index(0, [Term("Syntec", 1, 300, 126, link=2.5)])
        self.assertEqual(revision.coefficient, Fraction(105, 100))
        self.assertEqual(revision.describe(), "126 / 300 × 2.5 = 1.05")

    def test_weights_that_do_not_add_up_are_refused(self):
        with self.assertRaises(ValueError):
            revise_by_index(0.15, [Term("Syntec", 1, 300, 310)])

    def test_an_index_of_zero_is_refused(self):
        for pair in ((0, 310), (300, 0)):
            with self.assertRaises(ValueError):
                syntec(*pair)

    def test_a_percentage_has_the_same_bounds(self):
        self.assertEqual(revise_by_percentage(3).get_price(39.9, 0.01), 41.1)
        self.assertEqual(
            revise_by_percentage(9, cap=1.05).coefficient, Fraction(105, 100)
        )
        self.assertEqual(revise_by_percentage(-2, floor=1).coefficient, 1)

    def test_new_prices_are_rounded_as_agreed(self):
        revision = revise_by_percentage(2.5)
        self.assertEqual(
            [revision.get_price(39.9, rounding) for rounding in (0.01, 0.1, 0.5, 1)],
            [40.9, 40.9, 41.0, 41.0],
        )

    def test_a_price_of_cents_is_rounded_finer(self):
        revision = revise_by_percentage(4)
        self.assertEqual(revision.get_price(0.05, 0.01), 0.052)
        self.assertEqual(revision.get_price(0.1, 0.01), 0.1)

    @patient
    @given(values, values, st.integers(2, 6), optional, optional)
    def test_bounds_hold_and_the_floor_wins(self, old, new, digits, floor, cap):
        revision = syntec(old, new, digits=digits, floor=floor, cap=cap)
        if floor is not None:
            self.assertGreaterEqual(float(revision.coefficient), floor)
        elif cap is not None:
            self.assertLessEqual(float(revision.coefficient), cap)
        else:
            self.assertEqual(revision.coefficient, revision.rounded)
        self.assertLessEqual(
            abs(revision.rounded - revision.raw), Fraction(1, 2 * 10**digits)
        )

    @patient
    @given(values, values, values)
    def test_two_revisions_in_a_row_are_one_from_the_first_to_the_last(
        self, first, second, third
    ):
        self.assertEqual(
            syntec(first, second).coefficient * syntec(second, third).coefficient,
            syntec(first, third).coefficient,
        )

    @patient
    @given(values, st.integers(0, 100))
    def test_an_index_that_stands_still_changes_no_price(self, value, percent):
        fixed = percent / 100
        term = Term("Any", (100 - percent) / 100, value, value)
        self.assertEqual(revise_by_index(fixed, [term], digits=4).coefficient, 1)


@tagged("post_install", "-at_install")
class TestExplanation(BaseCase):
    def test_a_revision_tells_each_step(self):
        terms = [Term("ICHT", 0.85, 128.7, 134.9)]
        revision = revise_by_index(0.15, terms, digits=4, cap=1.03)
        self.assertEqual(
            revision.describe(),
            "0.15 + 0.85 × 134.9 / 128.7 = 1.04094794 → 1.0409 → 1.03",
        )

    def test_a_revision_writes_numbers_as_its_reader_does(self):
        text = syntec(300.0, 319.5).describe(lambda number: f"{number:.3f}")
        self.assertEqual(text, "319.500 / 300.000 = 1.065")
        self.assertEqual(revise_by_percentage(2.5).describe(), "1.025")

    def test_a_revision_keeps_what_it_was_computed_from(self):
        self.assertEqual(
            syntec(300.0, 319.5, digits=2).as_json(),
            {
                "fixed": 0,
                "terms": [
                    {
                        "name": "Syntec",
                        "weight": 1,
                        "reference": 300.0,
                        "current": 319.5,
                        "link": 1.0,
                    }
                ],
                "raw": 1.065,
                "rounded": 1.07,
                "coefficient": 1.07,
            },
        )


@tagged("post_install", "-at_install")
class TestIndexValues(BaseCase):
    VALUES = [
        IndexValue(date(2026, 5, 1), 321.0, date(2026, 7, 15)),
        IndexValue(date(2026, 4, 1), 320.0, date(2026, 6, 17)),
        IndexValue(date(2026, 3, 1), 319.0, date(2026, 5, 18)),
    ]

    def test_the_latest_value_is_the_one_published_by_then(self):
        for day, value in (
            (date(2026, 7, 15), 321.0),
            (date(2026, 7, 14), 320.0),
            (date(2026, 5, 18), 319.0),
        ):
            with self.subTest(day=day):
                self.assertEqual(find_latest(self.VALUES, day).value, value)

    def test_before_any_publication_there_is_no_value(self):
        self.assertIsNone(find_latest(self.VALUES, date(2026, 5, 17)))
        self.assertIsNone(find_latest([], date(2026, 5, 17)))

    def test_a_named_month_has_its_own_value_once_it_is_published(self):
        april = date(2026, 4, 15)
        self.assertEqual(
            find_month(self.VALUES, april, date(2026, 12, 31)).value, 320.0
        )
        self.assertIsNone(find_month(self.VALUES, april, date(2026, 6, 16)))
        self.assertIsNone(find_month(self.VALUES, date(2026, 6, 1), date(2026, 12, 31)))

    def test_the_month_of_a_clause_is_the_latest_before_the_anniversary(self):
        for day, year in ((date(2027, 1, 1), 2026), (date(2026, 9, 30), 2025)):
            self.assertEqual(get_named_month(day, 9), date(year, 9, 1))

    def test_a_value_is_out_some_days_after_its_month(self):
        self.assertEqual(get_publication_date(date(2026, 1, 1), 0), date(2026, 1, 31))
        self.assertEqual(get_publication_date(date(2026, 2, 15), 45), date(2026, 4, 14))

    def test_a_quarterly_value_is_expected_after_its_quarter(self):
        for day, month in (
            (date(2026, 5, 30), date(2026, 1, 1)),
            (date(2026, 5, 29), date(2025, 10, 1)),
        ):
            with self.subTest(day=day):
                self.assertEqual(get_expected_month(day, 3, 60), month)

    @patient
    @given(dates, st.sampled_from([1, 3, 12]), st.integers(0, 120))
    def test_the_expected_value_is_the_last_one_that_is_out(self, day, months, lag):
        expected = get_expected_month(day, months, lag)
        last = step(expected, MONTH, months - 1)
        self.assertLessEqual(get_publication_date(last, lag), day)
        following = step(last, MONTH, months)
        self.assertGreater(get_publication_date(following, lag), day)


@tagged("post_install", "-at_install")
class TestAnniversaries(BaseCase):
    def test_prices_are_revised_a_year_after_the_start(self):
        start = date(2026, 3, 15)
        self.assertEqual(get_first_anniversary(start, start), date(2027, 3, 15))

    def test_an_old_agreement_waits_for_its_next_anniversary(self):
        self.assertEqual(
            get_first_anniversary(date(2019, 5, 31), date(2026, 5, 31)),
            date(2026, 5, 31),
        )
        self.assertEqual(
            get_first_anniversary(date(2019, 5, 31), date(2026, 6, 1)),
            date(2027, 5, 31),
        )

    def test_a_month_of_the_calendar_may_be_agreed(self):
        self.assertEqual(
            get_first_anniversary(date(2026, 3, 15), date(2026, 3, 15), month=1),
            date(2027, 1, 1),
        )
        self.assertEqual(
            get_first_anniversary(date(2026, 3, 15), date(2026, 3, 15), month=4),
            date(2026, 4, 1),
        )

    @patient
    @given(dates, dates, st.one_of(st.none(), st.integers(1, 12)))
    def test_the_first_one_is_the_earliest_that_is_allowed(self, start, day, month):
        found = get_first_anniversary(start, day, month)
        self.assertGreater(found, start)
        self.assertGreaterEqual(found, day)
        before = step(found, YEAR, -1)
        self.assertTrue(before <= start or before < day)

    @patient
    @given(dates, dates, st.lists(dates, max_size=5))
    def test_no_anniversary_comes_twice(self, first, day, later):
        settled = []
        for today in sorted([day, *later]):
            after = settled[-1] if settled else None
            found = get_anniversary(first, today, after)
            if after is not None:
                self.assertGreater(found, after)
            if found <= today:
                settled.append(found)
                self.assertGreater(get_anniversary(first, today, found), today)
