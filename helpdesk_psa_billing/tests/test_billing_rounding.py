"""How many minutes are billed, and what they cost: the part without a database."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.billing_rounding import (
    Piece,
    bill_minutes,
    bill_quantities,
    get_group,
    round_up,
)
from ..tools.rule_choice import RuleTerms, Work
from ..tools.work_price import (
    Billed,
    UnitPrice,
    get_amount,
    get_flats,
    get_hours,
    get_surcharges,
    get_unit_price,
)

patient = settings(deadline=None)
DAY = date(2026, 6, 1)

rounding_rules = st.builds(
    lambda step, least, more, scope, free: RuleTerms(
        1,
        rounding_step=step,
        rounding_minimum=least,
        rounding_maximum=least + more if more else 0,
        rounding_scope=scope,
        free_minutes=free,
    ),
    st.sampled_from((0, 1, 5, 6, 15, 30, 60)),
    st.sampled_from((0, 10, 15, 30, 60)),
    st.sampled_from((0, 0, 30, 480)),
    st.sampled_from(("entry", "ticket_day", "visit")),
    st.sampled_from((0, 0, 10, 45)),
)
# (minutes, ticket, visit, days after the first one)
facts = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.sampled_from((False, 1, 2)),
        st.sampled_from((False, 8, 9)),
        st.integers(0, 1),
    ),
    max_size=12,
)


def make_works(entries):
    return [
        Work(
            key=number,
            kind="time",
            day=DAY + timedelta(days=days),
            minutes=minutes,
            ticket=ticket,
            visit=visit,
        )
        for number, (minutes, ticket, visit, days) in enumerate(entries)
    ]


def make_pieces(works, rule):
    return [Piece(work.key, work, rule) for work in works]


def sum_groups(works, rule, billed):
    """Return {group: (minutes worked, minutes billed)}."""
    sums = {}
    for work in works:
        raw, total = sums.get(get_group(work, rule), (0, 0))
        sums[get_group(work, rule)] = (raw + work.minutes, total + billed[work.key])
    return sums


@tagged("post_install", "-at_install")
class TestBillingRounding(BaseCase):
    def test_five_minutes_with_a_step_of_fifteen_are_fifteen(self):
        rule = RuleTerms(1, rounding_step=15)
        self.assertEqual(round_up(5, rule), 15)
        self.assertEqual(round_up(15, rule), 15)
        self.assertEqual(round_up(16, rule), 30)

    def test_nothing_worked_is_nothing_billed(self):
        self.assertEqual(round_up(0, RuleTerms(1, rounding_minimum=60)), 0)

    def test_ticket_and_day_are_rounded_once_the_last_entry_bears_it(self):
        rule = RuleTerms(1, rounding_step=30, rounding_scope="ticket_day")
        works = make_works([(10, 1, False, 0), (10, 1, False, 0), (10, 1, False, 1)])
        self.assertEqual(bill_minutes(make_pieces(works, rule)), {0: 10, 1: 20, 2: 30})

    def test_visit_has_one_minimum_whoever_was_there(self):
        rule = RuleTerms(1, rounding_minimum=60, rounding_scope="visit")
        works = make_works([(20, 1, 8, 0), (15, 2, 8, 0)])
        self.assertEqual(bill_minutes(make_pieces(works, rule)), {0: 20, 1: 40})

    def test_pieces_of_one_entry_are_rounded_together_though_rules_differ(self):
        work = make_works([(14, 1, False, 0)])[0]
        office = RuleTerms(1, rounding_step=15)
        evening = RuleTerms(2, rounding_step=15, multiplier=1.5)
        pieces = [
            Piece("office", work.__class__(**{**work.__dict__, "minutes": 7}), office),
            Piece(
                "evening", work.__class__(**{**work.__dict__, "minutes": 7}), evening
            ),
        ]
        self.assertEqual(bill_minutes(pieces), {"office": 7, "evening": 8})

    def test_approved_minutes_stay_and_later_work_gets_the_rest(self):
        rule = RuleTerms(1, rounding_step=15, rounding_scope="ticket_day")
        works = make_works([(5, 1, False, 0), (5, 1, False, 0), (8, 1, False, 0)])
        pieces = make_pieces(works, rule)
        pieces[0] = Piece(0, works[0], rule, fixed=15)
        self.assertEqual(bill_minutes(pieces), {1: 5, 2: 10})
        self.assertEqual(bill_minutes(pieces[:2]), {1: 0})

    def test_first_minutes_of_the_journey_are_free(self):
        rule = RuleTerms(1, free_minutes=45, rounding_step=15, rounding_scope="visit")
        works = make_works([(30, 1, 8, 0), (30, 1, 8, 0)])
        self.assertEqual(bill_minutes(make_pieces(works, rule)), {0: 0, 1: 15})

    def test_first_kilometres_are_free_once_per_visit(self):
        rule = RuleTerms(1, free_quantity=20, rounding_scope="visit")
        works = [
            Work(key, "item", DAY, quantity=quantity, visit=8)
            for key, quantity in ((1, 12.5), (2, 30))
        ]
        self.assertEqual(bill_quantities(make_pieces(works, rule)), {1: 0, 2: 22.5})

    @patient
    @given(facts, rounding_rules)
    def test_each_group_bills_what_its_total_is_rounded_to(self, entries, rule):
        works = make_works(entries)
        billed = bill_minutes(make_pieces(works, rule))
        for raw, total in sum_groups(works, rule, billed).values():
            self.assertEqual(total, round_up(max(0, raw - rule.free_minutes), rule))

    @patient
    @given(facts, rounding_rules)
    def test_rounding_what_is_rounded_changes_nothing(self, entries, rule):
        rule = RuleTerms(**{**rule.__dict__, "free_minutes": 0})
        works = make_works(entries)
        billed = bill_minutes(make_pieces(works, rule))
        again = [Work(**{**it.__dict__, "minutes": billed[it.key]}) for it in works]
        self.assertEqual(bill_minutes(make_pieces(again, rule)), billed)

    @patient
    @given(facts, rounding_rules, st.data())
    def test_what_is_approved_never_makes_others_pay_more(self, entries, rule, data):
        """Approved or not, a group ends at the same total, unless it was above already."""
        works = make_works(entries)
        whole = bill_minutes(make_pieces(works, rule))
        fixed = (
            data.draw(st.sets(st.sampled_from(range(len(works))))) if works else set()
        )
        pieces = [
            Piece(it.key, it, rule, whole[it.key] if it.key in fixed else None)
            for it in works
        ]
        billed = {key: whole[key] for key in fixed} | bill_minutes(pieces)
        before = sum_groups(works, rule, whole)
        opened = {get_group(it, rule) for it in works if it.key not in fixed}
        for group, (_raw, total) in sum_groups(works, rule, billed).items():
            if group in opened:
                self.assertEqual(total, before[group][1])
        self.assertTrue(all(minutes >= 0 for minutes in billed.values()))


@tagged("post_install", "-at_install")
class TestWorkPrice(BaseCase):
    def test_rule_overrides_only_what_it_says(self):
        for values, expected in (
            ({}, 90),
            ({"price_method": "fixed", "price": 75}, 75),
            ({"price_method": "offset", "price": -10}, 80),
            ({"price_method": "offset", "price": -200}, 0),
            ({"multiplier": 1.5}, 135),
            ({"price_method": "flat", "flat_amount": 45}, 0),
        ):
            with self.subTest(values=values):
                self.assertEqual(
                    get_unit_price(RuleTerms(1, **values), 90.0).price_unit, expected
                )

    def test_discount_of_the_rule_overrides_that_of_the_customer(self):
        self.assertEqual(get_unit_price(RuleTerms(1), 90, 10).discount, 10)
        self.assertEqual(get_unit_price(RuleTerms(1, discount=0.0), 90, 10).discount, 0)

    def test_amount_is_rounded_once(self):
        self.assertEqual(
            get_amount(get_hours(20), UnitPrice(99.99, 0), 0.01), Fraction("33.33")
        )

    def test_call_out_is_charged_once_per_visit(self):
        rule = RuleTerms(1, flat_amount=45, rounding_scope="visit")
        pieces = [
            Billed(key, Work(key, "time", DAY, 30, visit=visit), rule)
            for key, visit in ((1, 8), (2, 8), (3, 9), (4, False))
        ]
        self.assertEqual(get_flats(pieces, 0.01), {1: 45, 3: 45, 4: 45})
        charged = {(1, ("visit", 8))}
        self.assertEqual(get_flats(pieces, 0.01, charged), {3: 45, 4: 45})

    def test_surcharge_stops_at_its_limit(self):
        rule = RuleTerms(
            1, surcharge_percent=10, surcharge_limit=25, rounding_scope="visit"
        )
        pieces = [
            Billed(key, Work(key, "time", DAY, 60, visit=8), rule, 150)
            for key in (1, 2, 3)
        ]
        self.assertEqual(get_surcharges(pieces, 0.01), {1: 15, 2: 10})
        self.assertEqual(get_surcharges(pieces, 0.01, {(1, ("visit", 8)): 20}), {1: 5})

    @patient
    @given(
        st.integers(1, 6000),
        st.integers(0, 50000),
        st.integers(1, 40),
        st.integers(0, 100),
    )
    def test_amount_is_within_half_a_cent(self, minutes, cents, tenths, discount):
        rule = RuleTerms(1, multiplier=tenths / 10, discount=float(discount))
        price = get_unit_price(rule, cents / 100)
        amount = get_amount(get_hours(minutes), price, 0.01)
        exact = (
            Fraction(minutes, 60)
            * Fraction(cents, 100)
            * Fraction(tenths, 10)
            * (1 - Fraction(discount, 100))
        )
        self.assertLessEqual(abs(amount - exact), Fraction(1, 200))
        self.assertEqual(amount * 100 % 1, 0)
