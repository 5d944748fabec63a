"""Lists of what was counted, compared. No database."""

import random
import unittest
from datetime import date

from odoo.addons.helpdesk_psa_billing.tools.presence import (
    Presence,
    compare,
    thaw,
)


class TestPresence(unittest.TestCase):
    def _random_list(self, chance):
        return [
            Presence("psa.licence", number, f"L{number}", "", chance.randint(1, 3))
            for number in chance.sample(range(20), chance.randint(0, 12))
        ]

    def test_frozen_list_comes_back_as_it_was(self):
        chance = random.Random(63)
        for _turn in range(200):
            start = date.fromordinal(739000 + chance.randint(0, 500))
            spans = ((None, start), (start, None))[: chance.randint(1, 2)]
            presence = Presence("psa.equipment", 4, "PC", "SN", 1, spans)
            self.assertEqual(thaw(presence.freeze()), presence)

    def test_what_came_less_what_went_is_the_difference(self):
        chance = random.Random(62)
        for _turn in range(500):
            old, new = self._random_list(chance), self._random_list(chance)
            found = compare(old, new)
            self.assertEqual(
                found.quantity,
                sum(it.quantity for it in new) - sum(it.quantity for it in old),
            )
            parts = (*found.added, *found.kept, *(it for _was, it in found.changed))
            self.assertEqual({it.res_id for it in parts}, {it.res_id for it in new})

    def test_same_list_has_no_difference(self):
        chance = random.Random(61)
        for _turn in range(100):
            things = self._random_list(chance)
            self.assertFalse(compare(things, things))

    def test_lists_read_backwards_tell_the_opposite(self):
        chance = random.Random(60)
        for _turn in range(200):
            old, new = self._random_list(chance), self._random_list(chance)
            there, back = compare(old, new), compare(new, old)
            self.assertEqual(set(there.added), set(back.removed))
            self.assertEqual(there.quantity, -back.quantity)
