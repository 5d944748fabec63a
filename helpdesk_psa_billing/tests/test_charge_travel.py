"""Journeys: flat amounts, free zones and kilometres, as they reach the ledger."""

from odoo.fields import Command
from odoo.tests import tagged

from .charge_common import ChargeCommon


@tagged("post_install", "-at_install")
class TestJourney(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey = cls._create_rule(
            cls.plan,
            name="Journey",
            sequence=-1,
            service_type_ids=[Command.set(cls.travel.ids)],
            price_method="flat",
            flat_amount=49,
        )

    def _get_lines(self, *entries):
        return [
            (it.destination, it.raw_minutes, it.amount)
            for it in self._charges(*entries)
        ]

    def test_flat_journey_is_billed_at_its_amount_however_long(self):
        entry = self._work(40, service=self.travel)
        self.assertEqual(self._get_lines(entry), [("billed", 40, 49)])

    def test_flat_journey_per_ticket_and_day_is_billed_once(self):
        self.journey.rounding_scope = "ticket_day"
        there = self._work(40, service=self.travel)
        back = self._work(35, service=self.travel)
        self.assertEqual(self._get_lines(there), [("billed", 40, 49)])
        self.assertEqual(self._get_lines(back), [("covered", 35, 0)])

    def test_call_out_comes_besides_the_hour(self):
        self.journey.write({"price_method": "base", "flat_amount": 30})
        entry = self._work(60, service=self.travel)
        self.assertEqual(
            self._get_lines(entry), [("billed", 60, 60), ("billed", 0, 30)]
        )

    def test_minutes_in_the_free_zone_are_covered(self):
        self.journey.write(
            {"price_method": "base", "flat_amount": 0, "free_minutes": 45}
        )
        near, far = (self._work(it, service=self.travel) for it in (40, 75))
        self.assertEqual(self._get_lines(near), [("covered", 40, 0)])
        self.assertEqual(self._get_lines(far), [("billed", 75, 30)])
