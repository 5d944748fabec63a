"""What is not approved follows what it is priced by; what is approved stays."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .charge_common import MARCH, ChargeCommon


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


@tagged("post_install", "-at_install")
class TestWordsForTheReader(ChargeCommon):
    """ACME reads French, its invoices do; Bea reads English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.acme.lang = cls.casey.lang = "fr_FR"
        cls.plan.rule_ids.with_context(lang="fr_FR").name = "Tout travail"

    def _get_shown(self, charge, lang):
        return charge.with_user(self.bea).with_context(lang=lang).shown_explanation

    def test_each_reads_his_own_language(self):
        charge = self._charges(self._work(90))
        self.assertIn("Tout travail", charge.explanation)
        self.assertEqual(self._get_shown(charge, "fr_FR"), charge.explanation)
        self.assertEqual(
            self._get_shown(charge, "en_US"),
            "1:30 × $\N{NO-BREAK SPACE}90.00. Rule “All work” of the usual plan "
            "“Standard”.",
        )

    def test_every_kind_of_decision_is_worded_again_as_it_was(self):
        self.acme.lang = self.casey.lang = "en_US"
        self.remote.product_id.list_price = 90
        free = self._work(psa_billable=False)
        self._create_rule(
            self.plan,
            sequence=-1,
            service_type_ids=[Command.set(self.travel.ids)],
            outcome="not_billed",
            reason="Included",
        )
        self._create_rule(
            self.plan,
            sequence=-1,
            service_type_ids=[Command.set(self.onsite.ids)],
            outcome="allowance",
            rounding_step=15,
            flat_amount=30,
            surcharge_percent=10,
        )
        self.env["psa.allowance"].create(
            {"customer_id": self.acme.id, "opening_quantity": 1, "date_from": MARCH}
        )
        entries = (
            free
            | self._work(20, service=self.travel)
            | self._work(100, service=self.onsite)
            | self._work(10, ticket=self._create_ticket(partner_id=self.zoe.id))
        )
        charges = self._charges(entries)
        self.assertGreater(len(set(charges.mapped("destination"))), 2)
        for charge in charges:
            self.assertEqual(charge._word(charge._to_part()), charge.explanation)

    def test_what_is_approved_says_the_same_whatever_the_rule_costs_today(self):
        charge = self._approve(self._work())
        self.plan.rule_ids.multiplier = 3
        self.assertIn("90.00", self._get_shown(charge, "en_US"))

    def test_written_off_work_keeps_its_words(self):
        charge = self._charges(self._work())
        charge.with_user(self.lea)._write_off("Goodwill")
        self.assertEqual(self._get_shown(charge, "en_US"), charge.explanation)
