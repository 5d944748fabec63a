"""Types of customers, each with fields of its own (S-032)."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestCustomerTypes(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.gold, cls.silver = cls.env["psa.customer.type"].create(
            [
                {
                    "name": "Tier One",
                    "customer_properties": [
                        {"name": "engineer", "string": "Engineer", "type": "char"},
                        {"name": "review", "string": "Review", "type": "date"},
                    ],
                },
                {"name": "Tier Two"},
            ]
        )

    def test_the_type_gives_its_customers_extra_fields(self):
        acme = self.acme.with_user(self.lea)
        acme.psa_customer_type_id = self.gold
        acme.psa_properties = {"engineer": "Ada"}
        (values,) = acme.read(["psa_properties"])
        self.assertEqual(
            [
                (line["string"], line.get("value") or "")
                for line in values["psa_properties"]
            ],
            [("Engineer", "Ada"), ("Review", "")],
        )
        self.globex.psa_customer_type_id = self.silver
        self.assertFalse(dict(self.globex.psa_properties))

    def test_another_type_drops_the_fields_that_it_has_not(self):
        acme = self.acme.with_user(self.lea)
        acme.psa_customer_type_id = self.gold
        acme.psa_properties = {"engineer": "Ada"}
        acme.psa_customer_type_id = self.silver
        self.assertFalse(dict(acme.psa_properties))

    def test_customers_are_found_and_grouped_by_extra_field(self):
        self.acme.psa_customer_type_id = self.gold
        self.acme.psa_properties = {"engineer": "Ada"}
        partners = self.env["res.partner"].with_user(self.ada)
        found = partners.search([("psa_properties.engineer", "=", "Ada")])
        self.assertEqual(found, self.acme)
        groups = partners.formatted_read_group(
            [("psa_customer_type_id", "=", self.gold.id)],
            ["psa_properties.engineer"],
            ["__count"],
        )
        self.assertEqual(
            [(group["psa_properties.engineer"], group["__count"]) for group in groups],
            [("Ada", 1)],
        )

    def test_the_type_counts_and_opens_its_customers(self):
        (self.acme | self.globex).psa_customer_type_id = self.gold  # one is no customer
        gold = self.gold.with_user(self.ada)
        self.assertEqual(gold.customer_count, 1)
        action = gold.action_open_customers()
        partners = self.env["res.partner"].with_user(self.ada)
        self.assertEqual(partners.search(action["domain"]), self.acme)

    def test_leaders_define_extra_fields_and_agents_do_not(self):
        definition = [{"name": "floor", "string": "Floor", "type": "integer"}]
        with self.assertRefused(AccessError):
            self.silver.with_user(self.ada).customer_properties = definition
        self.assertFalse(self.silver.customer_properties)
        self.silver.with_user(self.lea).customer_properties = definition
        self.assertEqual(self.silver.customer_properties[0]["string"], "Floor")

    def test_a_type_in_use_is_not_deleted(self):
        self.acme.psa_customer_type_id = self.gold
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.gold.with_user(self.lea).unlink()
        self.assertEqual(self.acme.psa_customer_type_id, self.gold)

    def test_readers_see_the_extra_fields(self):
        self.acme.psa_customer_type_id = self.gold
        self.acme.psa_properties = {"engineer": "Ada"}
        acme = self.acme.with_user(self.rita)
        (values,) = acme.read(["psa_properties", "psa_customer_type_id"])
        self.assertEqual(values["psa_properties"][0]["value"], "Ada")
