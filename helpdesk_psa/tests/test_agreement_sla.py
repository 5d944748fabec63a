from datetime import timedelta

from odoo.tests import tagged

from .sla_common import SlaCommon, at, when


@tagged("-at_install", "post_install")
class TestAgreementSla(SlaCommon):
    """A Gold agreement promises more than what everybody gets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls._create_policy("Standard", ("resolution", 8))
        cls.gold = cls._create_policy(
            "Gold",
            ("resolution", 2),
            # Nobody has it by its conditions.
            customer_ids=[(6, 0, cls.globex.ids)],
        )
        cls.globex.psa_is_customer = True
        cls.printer = cls.env["psa.equipment"].create(
            {"name": "HP-3", "customer_id": cls.acme.id}
        )
        cls.agreement = cls.env["psa.agreement"].create(
            {
                "name": "CT-12",
                "customer_id": cls.acme.id,
                "date_start": "2026-01-01",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Printer, Gold",
                            "equipment_ids": [(6, 0, cls.printer.ids)],
                            "sla_policy_id": cls.gold.id,
                        },
                    )
                ],
            }
        )
        with when("mon 08:00"):
            cls.agreement.action_activate()

    def test_agreement_line_decides_the_policy(self):
        ticket = self._open("mon 09:00", equipment_ids=[(6, 0, self.printer.ids)])
        self.assertEqual(ticket.agreement_id, self.agreement)
        self.assertEqual(self._get_clock(ticket).policy_id, self.gold)
        self.assertEqual(self._get_clock(ticket).due_at, at("mon 11:00"))

    def test_ticket_outside_the_agreement_has_the_usual_policy(self):
        ticket = self._open("mon 09:00")
        self.assertEqual(self._get_clock(ticket).policy_id, self.standard)

    def test_policy_changes_when_the_equipment_becomes_known(self):
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, equipment_ids=[(6, 0, self.printer.ids)])
        self.assertEqual(self._get_clock(ticket).policy_id, self.gold)
        self.assertEqual(
            self._get_clock(ticket).due_at, at("mon 09:00") + timedelta(hours=2)
        )

    def test_policy_changes_when_an_agreement_comes_into_force(self):
        premium = self._create_policy("Premium", ("resolution", 1), sequence=99)
        agreement = self.agreement.copy({"name": "CT-13", "date_start": "2026-01-01"})
        agreement.line_ids.write({"equipment_ids": [(5,)], "sla_policy_id": premium.id})
        ticket = self._open("mon 09:00")
        with when("mon 09:30"):
            agreement.action_activate()
        self.assertEqual(ticket.agreement_id, agreement)
        self.assertEqual(self._get_clock(ticket).policy_id, premium)
