"""Which allowance pays for which work: the part without a database."""

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa_billing.tools.allowance_draw import (
    BILLED,
    INCIDENTS,
    MINUTES,
    MONEY,
    REFUSED,
    Bucket,
    Demand,
    draw,
)

patient = settings(deadline=None, max_examples=200)

DAY = date(2026, 3, 1)
ACME = 1
GLOBEX = 2


def block(number=1, available=600, **values):
    """A block of ten hours, valid from 1 March."""
    values = {"unit": MINUTES, "date_from": DAY, "granted": DAY, **values}
    return Bucket(id=number, customer=ACME, available=available, **values)


def work(number=1, minutes=60, day=DAY, **values):
    """An hour of work at 90 an hour."""
    values = {"customer": ACME, "amount": minutes * 1.5, **values}
    return Demand(key=number, number=number, day=day, minutes=minutes, **values)


def who_paid(draws):
    """Return the parts as (work, bucket, minutes)."""
    return [
        (it.demand.key, it.bucket.id if it.bucket else None, it.minutes) for it in draws
    ]


@st.composite
def buckets(draw_from):
    return [
        Bucket(
            id=number,
            customer=draw_from(st.sampled_from((ACME, GLOBEX))),
            unit=draw_from(st.sampled_from((MINUTES, MONEY, INCIDENTS))),
            available=draw_from(st.integers(0, 300)),
            date_from=DAY + timedelta(draw_from(st.integers(0, 5))),
            date_until=draw_from(
                st.none() | st.integers(6, 12).map(lambda days: DAY + timedelta(days))
            ),
            granted=DAY + timedelta(draw_from(st.integers(0, 3))),
            service_types=frozenset(draw_from(st.sets(st.integers(1, 2)))),
            overrun=draw_from(st.sampled_from((REFUSED, BILLED))),
        )
        for number in range(1, draw_from(st.integers(0, 5)) + 1)
    ]


@st.composite
def demands(draw_from):
    return [
        Demand(
            key=number,
            number=number,
            customer=draw_from(st.sampled_from((ACME, GLOBEX))),
            day=DAY + timedelta(draw_from(st.integers(0, 14))),
            minutes=draw_from(st.integers(0, 200)),
            amount=draw_from(st.integers(0, 30000)) / 100,
            incident=draw_from(st.none() | st.integers(1, 3)),
            service_type=draw_from(st.integers(1, 3)),
        )
        for number in range(1, draw_from(st.integers(0, 8)) + 1)
    ]


@tagged("post_install", "-at_install")
class TestAllowanceDraw(BaseCase):
    def test_block_pays_until_it_is_empty_and_the_rest_is_left_over(self):
        """V7: 13 hours on a block of 10."""
        terms = block(overrun=BILLED)
        draws = draw([terms], [work(1, 480), work(2, 300)])
        self.assertEqual(who_paid(draws), [(1, 1, 480), (2, 1, 120), (2, None, 180)])
        self.assertEqual((draws[2].limit, draws[2].amount), (terms, 270))

    def test_what_expires_first_pays_first(self):
        late = block(1, 60, date_until=date(2026, 9, 1))
        early = block(2, 60, date_until=date(2026, 6, 1))
        never = block(3, 60)
        draws = draw([never, late, early], [work(1, 150)])
        self.assertEqual(who_paid(draws), [(1, 2, 60), (1, 1, 60), (1, 3, 30)])

    def test_of_two_that_expire_together_the_older_one_pays_first(self):
        new = block(1, 60, granted=date(2026, 2, 2))
        old = block(2, 60, granted=date(2026, 2, 1))
        self.assertEqual(who_paid(draw([new, old], [work()])), [(1, 2, 60)])

    def test_work_of_an_earlier_day_is_served_first(self):
        draws = draw(
            [block(available=60)], [work(1, day=date(2026, 3, 5)), work(2, day=DAY)]
        )
        self.assertEqual(who_paid(draws), [(2, 1, 60), (1, None, 60)])

    def test_block_pays_neither_before_its_first_day_nor_from_its_end(self):
        bucket = block(date_until=date(2026, 4, 1))
        before, last, after = date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 1)
        draws = draw(
            [bucket], [work(1, day=before), work(2, day=last), work(3, day=after)]
        )
        self.assertEqual(who_paid(draws), [(1, None, 60), (2, 1, 60), (3, None, 60)])
        self.assertIsNone(draws[2].limit)

    def test_scope_keeps_other_work_out(self):
        bucket = block(service_types=frozenset({5}), sites=frozenset({7}))
        draws = draw(
            [bucket],
            [
                work(1, service_type=5, site=7),
                work(2, service_type=6, site=7),
                work(3, service_type=5, site=8),
            ],
        )
        self.assertEqual(who_paid(draws), [(1, 1, 60), (2, None, 60), (3, None, 60)])

    def test_hours_of_an_agreement_pay_for_its_work_only(self):
        bucket = block(agreement=12)
        draws = draw([bucket], [work(1, agreement=12), work(2, agreement=13), work(3)])
        self.assertEqual(who_paid(draws), [(1, 1, 60), (2, None, 60), (3, None, 60)])

    def test_retainer_pays_money_and_the_minutes_that_go_with_it(self):
        retainer = block(unit=MONEY, available=100)
        draws = draw([retainer], [work(1, 60), work(2, 60)])
        self.assertEqual(who_paid(draws), [(1, 1, 60), (2, 1, 6), (2, None, 54)])
        self.assertEqual([it.amount for it in draws], [90, 10, 80])

    def test_retainer_pays_in_its_currency_only(self):
        retainer = block(unit=MONEY, available=100, currency=1)
        draws = draw([retainer], [work(1, currency=2)])
        self.assertEqual(who_paid(draws), [(1, None, 60)])

    def test_retainer_pays_for_parts_and_a_block_of_hours_does_not(self):
        part = Demand(key=1, number=1, customer=ACME, day=DAY, amount=35.5)
        hours, retainer = block(1), block(2, 50, unit=MONEY)
        [paid] = draw([hours, retainer], [part])
        self.assertEqual((paid.bucket, paid.quantity), (retainer, 35.5))

    def test_incident_is_counted_once_per_ticket(self):
        bucket = block(unit=INCIDENTS, available=1)
        draws = draw(
            [bucket],
            [work(1, incident=77), work(2, incident=77), work(3, incident=78)],
        )
        self.assertEqual(who_paid(draws), [(1, 1, 60), (2, 1, 60), (3, None, 60)])
        self.assertEqual([it.quantity for it in draws[:2]], [1, 0])

    def test_incident_that_was_paid_is_covered_after_the_expiry(self):
        bucket = block(
            unit=INCIDENTS,
            available=0,
            date_until=date(2026, 3, 2),
            incidents=frozenset({77}),
        )
        draws = draw([bucket], [work(1, day=date(2026, 5, 1), incident=77)])
        self.assertEqual((who_paid(draws), draws[0].quantity), ([(1, 1, 60)], 0))

    def test_late_work_takes_back_what_was_rolled_over(self):
        march = block(1, 0, date_until=date(2026, 4, 1), rolled_to=2, rolled=120)
        april = block(2, 150, date_from=date(2026, 4, 1))
        draws = draw([march, april], [work(1, 60), work(2, 120, date(2026, 4, 2))])
        self.assertEqual(who_paid(draws), [(1, 1, 60), (2, 2, 90), (2, None, 30)])

    def test_no_more_comes_back_than_was_rolled_over(self):
        march = block(1, 0, date_until=date(2026, 4, 1), rolled_to=2, rolled=30)
        april = block(2, 150, date_from=date(2026, 4, 1))
        draws = draw([march, april], [work(1, 60)])
        self.assertEqual(who_paid(draws), [(1, 1, 30), (1, None, 30)])

    def test_what_costs_nothing_is_left_over_once(self):
        free = Demand(key=1, number=1, customer=ACME, day=DAY)
        self.assertEqual(who_paid(draw([block()], [free])), [(1, None, 0)])


@tagged("post_install", "-at_install")
class TestAllowanceDrawProperties(BaseCase):
    @patient
    @given(buckets(), demands())
    def test_parts_add_up_to_the_work(self, buckets, demands):
        minutes, amounts = defaultdict(int), defaultdict(float)
        for part in draw(buckets, demands):
            minutes[part.demand.key] += part.minutes
            amounts[part.demand.key] += part.amount
        for demand in demands:
            self.assertEqual(minutes[demand.key], demand.minutes)
            self.assertAlmostEqual(amounts[demand.key], demand.amount, 6)

    @patient
    @given(buckets(), demands())
    def test_no_bucket_gives_more_than_it_has(self, buckets, demands):
        """I-7: never below zero."""
        used = defaultdict(float)
        for part in draw(buckets, demands):
            if part.bucket:
                self.assertGreaterEqual(part.quantity, 0)
                used[part.bucket.id] += part.quantity
        for bucket in buckets:
            self.assertLessEqual(round(used[bucket.id], 6), bucket.available)

    @patient
    @given(buckets(), demands(), st.randoms())
    def test_order_of_entry_does_not_matter(self, buckets, demands, random):
        before = draw(buckets, demands)
        random.shuffle(buckets)
        random.shuffle(demands)
        self.assertEqual(draw(buckets, demands), before)

    @patient
    @given(buckets(), demands())
    def test_buckets_pay_only_for_what_they_are_about(self, buckets, demands):
        for demand, bucket, quantity, *_rest in draw(buckets, demands):
            if bucket:
                self.assertTrue(bucket.is_about(demand))
            if bucket and quantity:
                self.assertTrue(bucket.is_valid_on(demand.day))

    @patient
    @given(buckets(), demands())
    def test_nothing_is_left_over_while_a_bucket_could_pay(self, buckets, demands):
        draws = draw(buckets, demands)
        used = defaultdict(float)
        for part in draws:
            if part.bucket:
                used[part.bucket.id] += part.quantity
        for part in draws:
            if part.bucket or not (part.minutes or part.amount):
                continue
            for bucket in buckets:
                if bucket.is_about(part.demand) and bucket.is_valid_on(part.demand.day):
                    self.assertLess(bucket.available - used[bucket.id], 1)

    @patient
    @given(buckets(), demands(), st.integers(0, 8))
    def test_later_work_changes_nothing_for_earlier_work(self, buckets, demands, count):
        ordered = sorted(demands, key=lambda it: (it.day, it.number))
        earlier = draw(buckets, ordered[:count])
        self.assertEqual(draw(buckets, demands)[: len(earlier)], earlier)
