from datetime import date, timedelta

from odoo.tests import HttpCase, tagged

from .work_common import WorkCommon


@tagged("post_install", "-at_install")
class TestWorkTours(HttpCase, WorkCommon):
    """Equipment and agreements in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = date.today()
        cls.agreement = cls._create_agreement(
            date_start=today - timedelta(days=40), date_end=today + timedelta(days=300)
        )

    def test_serial_number_leads_to_a_ticket_under_its_agreement(self):
        self.start_tour(
            "/odoo/helpdesk-equipment", "psa_serial_to_ticket", login="ada", timeout=180
        )
        ticket = self.env["psa.ticket"].search([("name", "=", "Paper jam")])
        self.assertEqual(ticket.equipment_ids, self.printer)
        self.assertEqual(ticket.agreement_id, self.agreement)
        self.assertEqual(ticket.agreement_source, "automatic")

    def test_lead_amends_an_agreement(self):
        before = self.agreement.line_ids
        self.start_tour(
            "/odoo/helpdesk-agreements", "psa_amend_agreement", login="lea", timeout=180
        )
        after = self.agreement.line_ids - before
        self.assertEqual(before.equipment_ids, self.printer)
        self.assertEqual(before.date_until, date.today())
        self.assertEqual(after.equipment_ids, self.printer | self.server)
        self.assertEqual(after.date_from, date.today())
