"""The printer under CT-12 fails: from the customer's mail over the dispatch board, where the
visit is planned, to the report that is signed on a phone."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.helpdesk_psa.tests.work_common import WorkCommon


@tagged("post_install", "-at_install")
class TestInterventionStory(WorkCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["hr.employee"].create(
            {"name": "Ada", "user_id": cls.ada.id, "company_id": cls.company.id}
        )
        today = fields.Date.today()
        cls.agreement = cls._create_agreement(
            date_start=today - timedelta(days=30), date_end=today + timedelta(days=300)
        )
        cls.checklist = cls.env["psa.checklist"].create(
            {
                "name": "Printer",
                "item_ids": [(0, 0, {"name": "Test page", "is_required": True})],
            }
        )
        cls.env.ref(
            "helpdesk_psa.psa_intervention_type_repair"
        ).checklist_id = cls.checklist

    def test_printer_of_an_agreement_is_mended_on_site(self):
        ticket = self._let_the_printer_fail()
        self.assertEqual(ticket.equipment_ids, self.printer)
        self.assertEqual(ticket.agreement_id, self.agreement)

        visit = self._ask_for_a_visit(ticket)
        self.assertEqual(visit.equipment_ids, self.printer)
        self.assertEqual(visit.agreement_id, self.agreement)
        self.assertEqual(visit.state, "to_plan")

        self.start_tour(
            "/odoo/dispatch", "psa_board_plans_visit", login="lea", timeout=120
        )
        self.env.invalidate_all()
        self.assertEqual(visit.technician_ids, self.ada)
        self.assertEqual(visit.state, "planned")
        self.assertEqual(visit.planned_start.date(), fields.Date.today())
        self.assertEqual(visit.sudo().appointment_ids.partner_ids, self.ada.partner_id)

        self._take_the_phone()
        self.start_tour("/odoo/my-day", "psa_phone_visit", login="ada", timeout=240)
        self.env.invalidate_all()
        self.assertEqual(visit.state, "closed")
        self.assertEqual(visit.work_done, "New fuser")
        self.assertEqual(ticket.time_hours, 3)

        mail = self._make_report()
        self.assertEqual(mail.recipient_ids, self.casey)
        self.assertEqual(mail.attachment_ids.mimetype, "application/pdf")
        for record in (visit, ticket, self.printer):
            self.assertIn(b"%PDF-1.4 signed", self._get_files(record))

    def _let_the_printer_fail(self):
        line = self._receive(
            subject="Printer is out of order",
            body="It stopped this morning. Serial number VNB3K12345.",
        )
        return line.ticket_id.with_user(self.ada)

    def _ask_for_a_visit(self, ticket):
        """Press the ticket's button: the visit waits on the board."""
        action = ticket.action_create_intervention()
        return self.env["psa.intervention"].with_user(self.ada).browse(action["res_id"])

    def _take_the_phone(self):
        """Let the next browser be a small one with a touch screen."""
        self.browser_size = "390x844"
        self.touch_enabled = True

    def _make_report(self):
        """Run the scheduler's job with a stand-in for the maker of PDFs."""
        known = self.env["mail.mail"].search([])
        report = self.env.registry["ir.actions.report"]
        with (
            patch.object(
                report, "_render_qweb_pdf", return_value=(b"%PDF-1.4 signed", "pdf")
            ),
            self._own_cursors(),
            self.mock_mail_gateway(),
        ):
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_intervention_report"
            ).method_direct_trigger()
        return self.env["mail.mail"].search([]) - known

    def _get_files(self, record):
        return (
            self.env["ir.attachment"]
            .search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("res_field", "=", False),
                ]
            )
            .mapped("raw")
        )
