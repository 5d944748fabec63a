"""Journeys in a browser: the customer's form, and the import of a sheet."""

from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCustomerTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What an agent needs to edit customers is Odoo's right to edit contacts.
        cls.agent = new_test_user(
            cls.env,
            "ada_tour",
            groups="helpdesk_psa.group_psa_agent,base.group_partner_manager",
            name="Ada Agent",
            email="ada@desk.example.com",
            lang="en_US",
            tz="UTC",
        )
        cls.leader = new_test_user(
            cls.env,
            "lea_tour",
            groups="helpdesk_psa.group_psa_lead",
            name="Lea Lead",
            lang="en_US",
            tz="UTC",
        )

    def test_an_agent_keeps_a_customer(self):
        gold = self.env["psa.customer.type"].create(
            {
                "name": "Tour gold",
                "customer_properties": [
                    {"name": "engineer", "string": "Named engineer", "type": "char"}
                ],
            }
        )
        firm = self.env["res.partner"].create(
            {
                "name": "Acorn Construction",
                "is_company": True,
                "psa_is_customer": True,
                "psa_customer_type_id": gold.id,
            }
        )
        self.env["psa.ticket"].create(
            {"name": "Label printer jams", "partner_id": firm.id}
        )
        self.start_tour(
            "/odoo/helpdesk-customer-list",
            "psa_customer_form",
            login="ada_tour",
            timeout=180,
        )
        self.assertEqual(set(firm.psa_site_ids.mapped("name")), {"Main site", "Lyon"})
        self.assertEqual(firm.psa_contact_ids.name, "Luc Perrin")
        self.assertTrue(firm.psa_vip)

    def test_a_leader_imports_a_sheet(self):
        self.start_tour(
            "/odoo/helpdesk-imports",
            "psa_import_customers",
            login="lea_tour",
            timeout=180,
        )
        bakery = self.env["res.partner"].search([("name", "=", "Tour Bakery")])
        self.assertTrue(bakery.psa_is_customer)
        self.assertEqual(bakery.psa_contact_ids.name, "Brian Baker")
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Tour Garage")]))
