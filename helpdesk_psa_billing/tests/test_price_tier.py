"""What a quantity costs by tiers: the part without a database."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa_billing.tools.price_tier import (
    GRADUATED,
    VOLUME,
    Portion,
    Tier,
    get_amount,
    get_billable_quantity,
    get_portions,
)
from odoo.addons.helpdesk_psa_billing.tools.proration import exact

patient = settings(deadline=None)

TIERS = [Tier(0, 10.0), Tier(10, 8.0), Tier(50, 6.5)]

quantities = st.integers(0, 20000).map(lambda number: number / 100)
prices = st.integers(0, 9999).map(lambda number: number / 100)


@st.composite
def tier_lists(draw):
    bounds = draw(st.sets(st.integers(1, 150), max_size=4)) | {0}
    return draw(st.permutations([Tier(bound, draw(prices)) for bound in bounds]))


@tagged("post_install", "-at_install")
class TestBillableQuantity(BaseCase):
    def test_only_what_exceeds_the_included_quantity_is_billed(self):
        self.assertEqual(get_billable_quantity(1250, included=1000), 250)
        self.assertEqual(get_billable_quantity(800, included=1000), 0)

    def test_at_least_the_minimum_is_billed(self):
        self.assertEqual(get_billable_quantity(12, minimum=20), 20)
        self.assertEqual(get_billable_quantity(25, minimum=20), 25)
        self.assertEqual(get_billable_quantity(12, included=10, minimum=5), 5)


@tagged("post_install", "-at_install")
class TestTiers(BaseCase):
    def test_volume_bills_all_units_at_the_price_reached(self):
        for quantity, amount in ((1, 10), (10, 100), (11, 88), (50, 400), (51, 331.5)):
            with self.subTest(quantity=quantity):
                self.assertEqual(get_amount(quantity, TIERS, VOLUME), exact(amount))

    def test_graduated_bills_the_units_of_each_tier_at_its_price(self):
        self.assertEqual(
            get_portions(60, TIERS, GRADUATED),
            [Portion(10, 10), Portion(40, 8), Portion(10, Fraction(13, 2))],
        )
        self.assertEqual(get_amount(60, TIERS, GRADUATED), 485)

    def test_the_bound_itself_is_still_in_the_lower_tier(self):
        for mode in (VOLUME, GRADUATED):
            self.assertEqual(get_portions(10, TIERS, mode), [Portion(10, 10)])

    def test_parts_of_a_unit_are_priced(self):
        self.assertEqual(get_amount(10.5, TIERS, GRADUATED), 104)
        self.assertEqual(get_amount(10.5, TIERS, VOLUME), 84)

    def test_nothing_costs_nothing(self):
        for mode in (VOLUME, GRADUATED):
            self.assertEqual(get_portions(0, TIERS, mode), [])
            self.assertEqual(get_amount(0, TIERS, mode), 0)

    def test_tiers_without_a_price_for_the_first_unit_are_refused(self):
        for tiers in ([], [Tier(5, 10.0)]):
            with self.assertRaises(ValueError):
                get_amount(1, tiers, VOLUME)

    @patient
    @given(quantities, tier_lists(), st.sampled_from([VOLUME, GRADUATED]))
    def test_portions_add_up_to_the_quantity(self, quantity, tiers, mode):
        portions = get_portions(quantity, tiers, mode)
        self.assertEqual(sum(portion.quantity for portion in portions), exact(quantity))
        self.assertTrue(all(portion.quantity > 0 for portion in portions))

    @patient
    @given(quantities, quantities, tier_lists())
    def test_graduated_never_costs_less_for_more(self, first, second, tiers):
        less, more = sorted((first, second))
        self.assertLessEqual(
            get_amount(less, tiers, GRADUATED), get_amount(more, tiers, GRADUATED)
        )

    @patient
    @given(quantities, prices, st.sampled_from([VOLUME, GRADUATED]))
    def test_one_tier_is_a_plain_price(self, quantity, price, mode):
        self.assertEqual(
            get_amount(quantity, [Tier(0, price)], mode), exact(quantity) * exact(price)
        )
