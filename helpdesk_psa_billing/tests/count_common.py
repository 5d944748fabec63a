"""Two PCs of ACME and a line that counts them."""

from datetime import date, datetime, time, timedelta

from odoo.fields import Command

from odoo.addons.mail.tests.common import freeze_all_time

from .billing_common import BillingCommon

JUNE_1, JUNE_2, JUNE_10, JUNE_20, JULY_1 = (
    date(2026, 6, 1),
    date(2026, 6, 2),
    date(2026, 6, 10),
    date(2026, 6, 20),
    date(2026, 7, 1),
)


def at(day):
    """Let it be a day, at nine."""
    return freeze_all_time(datetime.combine(day, time(9)))


class CountCommon(BillingCommon):
    """PC-1 stands at ACME's headquarters and PC-2 at its plant since New Year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pcs = cls.env["psa.equipment.category"].create(
            {"name": "PCs", "parent_id": cls.hardware.id}
        )
        with at(date(2026, 1, 1)):
            cls.pc_1 = cls._create_pc("PC-1")
            cls.pc_2 = cls._create_pc("PC-2", site_id=cls.plant.id)
        cls.reason = cls.env["psa.count.exclusion"].create({"name": "Kiosk"})

    @classmethod
    def _create_pc(cls, name, **values):
        """Enter a PC of ACME as an agent would, with its name as serial number."""
        pc = cls._create_equipment(
            name, f"SERIAL-{name}", **{"category_id": cls.pcs.id, **values}
        )
        return pc.with_env(cls.env)

    def _create_line(self, agreement=None, **values):
        """Agree upon a line that counts PCs at 10 per month, billed from June on."""
        return self._create_billed(
            [
                {
                    "price_unit": 10,
                    "quantity_method": "equipment",
                    "equipment_category_ids": [Command.set(self.pcs.ids)],
                    **values,
                }
            ],
            **{"date_start": JUNE_1, **(agreement or {})},
        ).line_ids

    def _count(self, line, day):
        """Return the names of what a line counts on a day."""
        return [it.name for it in line._get_presences(day, day + timedelta(1))[line]]
