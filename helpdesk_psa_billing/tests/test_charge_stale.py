"""What is not approved follows what it is priced by; what is approved stays."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .charge_common import ChargeCommon


@tagged("post_install", "-at_install")
class TestProposalsFollow(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls._work()
        cls.approved = cls._work()
        cls.other = cls._work(service=cls.onsite)

    def setUp(self):
        super().setUp()
        self._approve(self.approved)

    def _is_stale(self, entry):
        self.env.invalidate_all()
        return self._charges(entry).is_stale

    def _rate_again(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.psa_charge_cron_rate"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_new_sales_price_is_that_of_proposals_and_of_nothing_approved(self):
        self.labour.product_tmpl_id.list_price = 110
        self.assertTrue(self._is_stale(self.draft))
        self.assertFalse(self._is_stale(self.approved))
        self.assertFalse(self._is_stale(self.other))
        self._rate_again()
        self.assertEqual(self._charges(self.draft).amount, 110)
        self.assertEqual(self._charges(self.approved).amount, 90)

    def test_price_of_a_variant_is_that_of_its_template(self):
        self.labour.list_price = 110
        self.assertTrue(self._is_stale(self.draft))

    def test_other_fields_of_a_product_change_no_charge(self):
        self.labour.description_sale = "By the hour"
        self.assertFalse(self._is_stale(self.draft))

    def test_cost_counts_if_a_pricelist_starts_from_it(self):
        self.labour.standard_price = 40
        self.assertFalse(self._is_stale(self.draft))
        self.env["product.pricelist"].create(
            {
                "name": "Cost plus",
                "item_ids": [
                    Command.create(
                        {"base": "standard_price", "compute_price": "formula"}
                    )
                ],
            }
        )
        self._rate_again()
        self.labour.standard_price = 50
        self.assertTrue(self._is_stale(self.draft))

    def test_another_product_of_the_service_is_the_new_price(self):
        self.remote.product_id = self.visit_labour
        self.assertTrue(self._is_stale(self.draft))
        self._rate_again()
        self.assertEqual(self._charges(self.draft).amount, 120)

    def test_another_level_of_the_technician_decides_anew(self):
        level = self.env["psa.technician.level"].create({"name": "Senior"})
        self._create_rule(
            self.plan,
            level_ids=[Command.set(level.ids)],
            multiplier=2,
            sequence=-1,
            kind="time",
        )
        self._rate_again()
        self.ada_employee.psa_level_id = level
        self.assertTrue(self._is_stale(self.draft))
        self._rate_again()
        self.assertEqual(self._charges(self.draft).amount, 180)

    def test_warranty_that_is_entered_later_frees_what_is_not_approved(self):
        ticket = self._create_ticket(equipment_ids=[Command.set(self.printer.ids)])
        entry = self._work(ticket=ticket)
        self.assertEqual(self._charges(entry).destination, "billed")
        self.printer.write(
            {
                "warranty_start": date(2026, 1, 1),
                "warranty_end": date(2026, 12, 31),
                "warranty_coverage": "all",
            }
        )
        self.assertTrue(self._is_stale(entry))
        self._rate_again()
        self.assertEqual(self._charges(entry).destination, "not_billed")
