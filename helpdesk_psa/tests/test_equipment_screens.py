from lxml import etree

from odoo import fields
from odoo.tests import HttpCase, tagged

from .work_common import WorkCommon


@tagged("-at_install", "post_install")
class TestEquipmentSearch(WorkCommon):
    """A serial number finds the equipment and its tickets in one step."""

    def test_exact_serial_comes_first(self):
        longer = self._create_equipment("AA first by name", "VNB3K123456")
        found = self.env["psa.equipment"].with_user(self.ada).name_search("vnb3k12345")
        self.assertEqual([it for it, _name in found], [self.printer.id, longer.id])

    def test_equipment_of_the_tickets_site_is_offered_first(self):
        other = self._create_equipment("AA", site_id=self.plant.id)
        model = self.env["psa.equipment"].with_user(self.ada)
        domain = [("customer_id", "=", self.acme.id)]
        found = model.with_context(psa_site_first=self.headquarters.id).name_search(
            "", domain
        )
        self.assertEqual(found[-1][0], other.id)
        found = model.with_context(psa_site_first=self.plant.id).name_search("", domain)
        self.assertEqual(found[0][0], other.id)

    def test_search_respects_its_limit(self):
        found = self.env["psa.equipment"].name_search("VNB3K12345", limit=1)
        self.assertEqual([it for it, _name in found], self.printer.ids)

    def test_ticket_is_found_by_the_serial_of_its_equipment(self):
        ticket = self._create_ticket(equipment_ids=[(6, 0, self.printer.ids)])
        self._create_ticket()
        found = self.env["psa.ticket"].with_user(self.ada)
        found = found.search([("search_text", "ilike", " vnb3k 12345")])
        self.assertEqual(found, ticket)

    def test_warranty_filter_badge_and_rule_agree(self):
        today = fields.Date.today()
        for days, state in ((-1, "over"), (0, "soon"), (60, "soon"), (61, "valid")):
            self.printer.warranty_end = fields.Date.add(today, days=days)
            self.assertEqual(self.printer.warranty_state, state)
            found = self.env["psa.equipment"].search([("warranty_state", "=", state)])
            self.assertIn(self.printer, found)
            self.assertEqual(self.printer._is_under_warranty(today), days >= 0)

    def test_equipment_list_takes_few_queries(self):
        for number in range(30):
            self._create_equipment(f"P{number}", f"SERIAL{number}")
        self._create_agreement()
        model = self.env["psa.equipment"].with_user(self.ada)
        specification = {
            name: {}
            for name in ("name", "serial_no", "warranty_state", "open_ticket_count")
        }
        specification["agreement_id"] = {"fields": {"display_name": {}}}
        specification["customer_id"] = {"fields": {"display_name": {}}}
        model.web_search_read([], specification, limit=1)
        self.env.invalidate_all()
        with self.assertQueryCount(18):
            model.web_search_read([], specification, limit=40)

    def test_customer_shows_his_equipment_and_agreements(self):
        agreement = self._create_agreement()
        acme = self.acme.with_user(self.rita)
        self.assertEqual(acme.psa_equipment_ids, self.printer | self.server)
        self.assertEqual(acme.psa_agreement_ids, agreement)
        self.assertEqual(acme.psa_equipment_count, 2)
        self.assertEqual(acme.psa_agreement_count, 1)
        self.assertEqual(self.printer.with_user(self.rita).agreement_id, agreement)

    def test_new_ticket_is_prefilled(self):
        self.printer.partner_id = self.casey
        context = self.printer.with_user(self.ada).action_new_ticket()["context"]
        ticket = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .with_context(**context, default_team_id=self.team.id)
            .create({"name": "Jam"})
        )
        self.assertEqual(ticket.equipment_ids, self.printer)
        self.assertEqual(ticket.partner_id, self.casey)
        self.assertEqual(ticket.site_id, self.headquarters)


@tagged("-at_install", "post_install")
class TestEquipmentIntake(WorkCommon):
    """A mail that spells a serial number out opens a ticket about the equipment."""

    def _receive_ticket(self, **values):
        self._receive(**values)
        return self.env["psa.ticket"].search([], order="id desc", limit=1)

    def test_serial_in_the_subject_links_the_equipment_and_its_agreement(self):
        agreement = self._create_agreement(date_end=False)
        ticket = self._receive_ticket(subject="Paper jam on VNB3K12345!")
        self.assertEqual(ticket.equipment_ids, self.printer)
        self.assertEqual(ticket.agreement_id, agreement)

    def test_serial_in_the_text_links_the_equipment(self):
        ticket = self._receive_ticket(body="Our printer (s/n VNB3 K12345) is broken.")
        self.assertEqual(ticket.equipment_ids, self.printer)

    def test_site_is_where_the_equipment_stands(self):
        self.printer.site_id = self.plant
        ticket = self._receive_ticket(subject="VNB3K12345 is broken")
        self.assertEqual(ticket.site_id, self.plant)

    def test_part_of_a_serial_means_nothing(self):
        ticket = self._receive_ticket(subject="VNB3K1234 and VNB3K123456 are broken")
        self.assertFalse(ticket.equipment_ids)

    def test_serial_of_another_customer_means_nothing(self):
        ticket = self._receive_ticket(subject="GXP-000777 is broken")
        self.assertEqual(ticket.customer_id, self.acme)
        self.assertFalse(ticket.equipment_ids)

    def test_short_serial_means_nothing(self):
        self._create_equipment("Toaster", "42a")
        ticket = self._receive_ticket(subject="Room 42a is cold")
        self.assertFalse(ticket.equipment_ids)

    def test_customer_without_equipment_costs_no_query(self):
        initech = self._create_firm("Initech")
        peter = self._create_contact("Peter", "peter@initech.example.com", initech)
        tickets = self.env["psa.ticket"]
        vals = {
            "partner_id": peter.id,
            "company_id": self.company.id,
            "name": "VNB3K12345",
        }
        tickets._recognise_equipment([dict(vals)])
        self.env.flush_all()
        with self.assertQueryCount(0):
            tickets._recognise_equipment([dict(vals)])


@tagged("-at_install", "post_install")
class TestEquipmentLabels(HttpCase, WorkCommon):
    """The label's code opens the equipment."""

    def test_sheet_has_a_code_and_the_serial_for_each(self):
        equipment = self.printer | self.server
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.ada)
            ._render_qweb_html(
                "helpdesk_psa.psa_equipment_labels_document", equipment.ids
            )
        )
        page = etree.HTML(html)
        self.assertEqual(len(page.findall(".//img")), 2)
        self.assertIn("VNB3K12345", "".join(page.itertext()))

    def test_thirty_labels_take_two_sheets(self):
        equipment = self.env["psa.equipment"].union(
            *(self._create_equipment(f"P{number}") for number in range(30))
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "helpdesk_psa.psa_equipment_labels_document", equipment.ids
        )
        sheets = etree.HTML(html).xpath("//div[contains(@class, 'page')]")
        self.assertEqual([len(it.findall(".//img")) for it in sheets], [24, 6])

    def test_code_leads_an_agent_to_the_equipment(self):
        self.authenticate("ada", "ada")
        response = self.url_open(
            f"/helpdesk/equipment/{self.printer.id}", allow_redirects=False
        )
        self.assertURLEqual(
            response.headers["Location"], f"/odoo/helpdesk-equipment/{self.printer.id}"
        )

    def test_code_of_another_company_switches_to_it_if_the_user_may(self):
        self.ada.company_ids |= self.company_2
        equipment = self.env["psa.equipment"].create(
            {
                "name": "Abroad",
                "customer_id": self.acme.id,
                "company_id": self.company_2.id,
            }
        )
        self.authenticate("ada", "ada")
        response = self.url_open(
            f"/helpdesk/equipment/{equipment.id}", allow_redirects=False
        )
        self.assertTrue(response.cookies["cids"].startswith(f"{self.company_2.id}-"))

    def test_code_asks_strangers_to_log_in(self):
        response = self.url_open(
            f"/helpdesk/equipment/{self.printer.id}", allow_redirects=False
        )
        self.assertIn("/web/login", response.headers["Location"])
