"""What is taken back of charges adds up, whatever the order and the numbers."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.charge_portions import get_part, take

UNITS = st.decimals(0, 100, places=2).map(float)


def round_cents(amount):
    return round(amount, 2)


class TestChargePortions(BaseCase):
    @given(st.lists(UNITS, max_size=6), UNITS)
    def test_units_are_taken_in_order_and_never_more_than_there_are(
        self, open_units, units
    ):
        taken = take(open_units, units, 2)
        self.assertAlmostEqual(sum(taken), min(units, sum(open_units)), places=2)
        for index, (part, available) in enumerate(zip(taken, open_units, strict=True)):
            self.assertLessEqual(part, available)
            if part < available:
                self.assertAlmostEqual(sum(taken[index + 1 :]), 0, places=2)

    @given(
        st.decimals(-1000, 1000, places=2).map(float),
        st.lists(st.integers(1, 9), min_size=1, max_size=6),
    )
    def test_amounts_of_parts_add_up_to_the_whole(self, amount, parts):
        left, whole, total = amount, sum(parts), 0
        for part in parts:
            share = get_part(left, part, whole, round_cents)
            total += share
            left = round(left - share, 2)
            whole -= part
        self.assertAlmostEqual(total, amount, places=2)
