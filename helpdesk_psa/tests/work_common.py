"""Equipment and agreements of the cast."""

from datetime import datetime

from odoo.addons.mail.tests.common import freeze_all_time

from .common import HelpdeskCommon


class WorkCommon(HelpdeskCommon):
    """ACME has two sites, a printer and a server; Globex a printer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.acme | cls.globex).psa_is_customer = True
        cls.headquarters = cls.acme._psa_get_main_site()
        cls.plant = cls.env["res.partner"].create(
            {"name": "Plant", "type": "psa_site", "parent_id": cls.acme.id}
        )
        categories = cls.env["psa.equipment.category"]
        cls.hardware = categories.create({"name": "Hardware"})
        cls.printers = categories.create(
            {"name": "Printers", "parent_id": cls.hardware.id}
        )
        cls.servers = categories.create(
            {"name": "Servers", "parent_id": cls.hardware.id}
        )
        cls.printer = cls._create_equipment("HP-3", "VNB3K12345")
        cls.server = cls._create_equipment(
            "SRV-1", "CZ1234567X", category_id=cls.servers.id, model="ProLiant DL380"
        )
        cls.globex_printer = cls._create_equipment(
            "GX-1", "GXP-000777", customer_id=cls.globex.id
        )

    @classmethod
    def _create_equipment(cls, name, serial=False, user=None, **values):
        """Enter an equipment as an agent would: a printer of ACME unless told otherwise."""
        return (
            cls.env["psa.equipment"]
            .with_user(user or cls.ada)
            .create(
                {
                    "name": name,
                    "serial_no": serial,
                    "model": "LaserJet M507",
                    "customer_id": cls.acme.id,
                    "category_id": cls.printers.id,
                    **values,
                }
            )
        )

    @classmethod
    def _create_agreement(cls, user=None, activate=True, **values):
        """Agree upon something as a lead would: CT-12, ACME's printer in 2026."""
        agreement = (
            cls.env["psa.agreement"]
            .with_user(user or cls.lea)
            .create(
                {
                    "name": "CT-12",
                    "type": "maintenance",
                    "customer_id": cls.acme.id,
                    "date_start": "2026-01-01",
                    "date_end": "2026-12-31",
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "Printer",
                                "equipment_ids": [(6, 0, cls.printer.ids)],
                            },
                        )
                    ],
                    **values,
                }
            )
        )
        if activate:
            with freeze_all_time(datetime(2026, 1, 2, 9)):
                agreement.action_activate()
        return agreement.with_env(cls.env)
