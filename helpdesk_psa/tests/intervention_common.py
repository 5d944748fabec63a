"""The cast of the tests of interventions: ACME's printer, and a visit to mend it."""

from datetime import datetime

from .common import HelpdeskCommon

MONDAY_9AM = datetime(2026, 3, 2, 9)
MONDAY_11AM = datetime(2026, 3, 2, 11)
# The smallest PNG there is.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)


class InterventionCommon(HelpdeskCommon):
    """A type without and one with a checklist, and a spare part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.type_repair = cls.env.ref("helpdesk_psa.psa_intervention_type_repair")
        cls.toner = cls.env["product.product"].create({"name": "Toner"})

    @classmethod
    def _create_intervention(cls, user=None, **values):
        """Plan a visit to ACME as an agent would: Ada, not yet planned."""
        return (
            cls.env["psa.intervention"]
            .with_user(user or cls.ada)
            .create({"name": "Mend the printer", "customer_id": cls.acme.id, **values})
        )

    @classmethod
    def _create_planned(cls, user=None, **values):
        """Plan a visit of Ada's, Monday from 9 to 11."""
        return cls._create_intervention(
            user,
            **{
                "technician_ids": [(6, 0, (user or cls.ada).ids)],
                "planned_start": MONDAY_9AM,
                "planned_end": MONDAY_11AM,
                **values,
            },
        )

    @classmethod
    def _create_equipment(cls, **values):
        """ACME's printer, with the serial number SN-1."""
        return cls.env["psa.equipment"].create(
            {
                "name": "Printer",
                "serial_no": "SN-1",
                "customer_id": cls.acme.id,
                "company_id": cls.company.id,
                **values,
            }
        )
