"""A copier of ACME whose black pages are billed by use."""

from datetime import date

from odoo.fields import Command

from .billing_common import BillingCommon
from .count_common import at

MAY_31, JUNE_1, JUNE_30, JULY_1 = (
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 6, 30),
    date(2026, 7, 1),
)
JULY_31, AUGUST_1, AUGUST_31 = (
    date(2026, 7, 31),
    date(2026, 8, 1),
    date(2026, 8, 31),
)


class UsageCommon(BillingCommon):
    """The copier stands at headquarters; a black page costs 0.05 from June on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls._create_product("Black page", 0.05)
        cls.copier = cls._create_equipment("Copier", "SN-COPIER").with_env(cls.env)
        cls.meter = cls._create_meter()

    @classmethod
    def _create_meter(cls, **values):
        """Enter the meter of the copier as an agent would."""
        meters = cls.env["psa.usage.meter"].with_user(cls.ada)
        values = {
            "name": "Black",
            "product_id": cls.page.id,
            "equipment_id": cls.copier.id,
            "date_start": JUNE_1,
            **values,
        }
        return meters.create(values).with_env(cls.env)

    def _agree(self, agreement=None, **values):
        """Agree upon a line that bills black pages by month, from June on."""
        return self._create_billed(
            [
                {
                    "name": "Pages",
                    "product_id": self.page.id,
                    "quantity_method": "usage",
                    "price_unit": 0.05,
                    **values,
                }
            ],
            **{"date_start": JUNE_1, **(agreement or {})},
        ).line_ids

    def _read(self, *readings, meter=None, **values):
        """Enter pairs (day, value) as an agent on the last of these days.

        :return: the readings
        """
        meter = meter or self.meter
        with at(max(day for day, _value in readings)):
            return (
                self.env["psa.usage.reading"]
                .with_user(self.ada)
                .create(
                    [
                        {"meter_id": meter.id, "date": day, "value": value, **values}
                        for day, value in readings
                    ]
                )
                .with_env(self.env)
            )

    def _correct(self, reading, day, **values):
        """Enter a reading in the place of another one, on a day, as an agent."""
        with at(day):
            return (
                self.env["psa.usage.reading"]
                .with_user(self.ada)
                .create(
                    {
                        "meter_id": reading.meter_id.id,
                        "date": reading.date,
                        "corrects_id": reading.id,
                        "note": "Digits swapped",
                        **values,
                    }
                )
                .with_env(self.env)
            )

    def _tiers(self, *tiers):
        """Return the values of a line with tiers, pairs (above, price)."""
        return {
            "price_method": "tiers",
            "tier_mode": "graduated",
            "tier_ids": [
                Command.create({"quantity_above": above, "price_unit": price})
                for above, price in tiers
            ],
        }
