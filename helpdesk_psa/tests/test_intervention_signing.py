import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intervention_common import SIGNATURE, InterventionCommon


class SigningCommon(InterventionCommon):
    def setUp(self):
        super().setUp()
        self.pdf = self.startPatcher(
            patch.object(
                self.env.registry["ir.actions.report"],
                "_render_qweb_pdf",
                autospec=True,
                return_value=(b"%PDF-1.4 signed", "pdf"),
            )
        )

    def _sign(self, intervention, **values):
        """Sign as Ada, with Casey, by the dialog that the screen opens."""
        action = intervention.with_user(self.ada).action_sign()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.ada)
            .with_context(**action["context"])
            .create(
                {
                    "customer_name": "Casey Customer",
                    "customer_signature": SIGNATURE,
                    "technician_signature": SIGNATURE,
                    **values,
                }
            )
        )
        return dialog.action_sign()

    def _make_reports(self):
        """Run the scheduler's job.

        :return: the mails it put in the outgoing queue
        """
        known = self.env["mail.mail"].search([])
        self.env.flush_all()
        with self._own_cursors(), self.mock_mail_gateway():
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_intervention_report"
            ).method_direct_trigger()
        return self.env["mail.mail"].search([]) - known


@tagged("post_install", "-at_install")
class TestInterventionSigning(SigningCommon):
    def test_signing_closes_the_sheet(self):
        intervention = self._create_planned()
        self._sign(intervention, work_done="New fuser")
        self.assertRecordValues(
            intervention,
            [
                {
                    "state": "closed",
                    "customer_signed_by": "Casey Customer",
                    "technician_signed_by_id": self.ada.id,
                    "work_done": "New fuser",
                    "customer_signature": SIGNATURE.encode(),
                }
            ],
        )
        self.assertTrue(intervention.customer_signed_at)

    def test_unsigned_sheet_does_not_close(self):
        intervention = self._create_planned()
        with self.assertRefused(UserError, "Let the customer sign"):
            self._sign(intervention, customer_signature=False)
        self.assertEqual(intervention.state, "planned")

    def test_technician_signs_too(self):
        intervention = self._create_planned()
        with self.assertRefused(UserError, "Sign the sheet yourself"):
            self._sign(intervention, technician_signature=False)
        self.assertEqual(intervention.state, "planned")

    def test_signature_has_a_name(self):
        intervention = self._create_planned()
        with self.assertRefused(UserError, "Write the name"):
            self._sign(intervention, customer_name=False)
        self.assertFalse(intervention.customer_signature)

    def test_visit_without_anybody_to_sign_closes_with_a_reason(self):
        intervention = self._create_planned()
        self._sign(
            intervention,
            customer_signature=False,
            is_unsigned=True,
            unsigned_reason="Office closed",
        )
        self.assertEqual(intervention.state, "closed")
        self.assertEqual(intervention.unsigned_reason, "Office closed")
        self.assertFalse(intervention.customer_signed_by)

    def test_writing_the_state_is_no_signature(self):
        intervention = self._create_planned()
        intervention.state = "done"
        with self.assertRefused(UserError, "is not signed"):
            intervention.state = "closed"
        self.assertEqual(intervention.state, "done")

    def test_signed_sheet_does_not_change(self):
        intervention = self._create_planned()
        self._sign(intervention)
        for values in (
            {"work_done": "More"},
            {"planned_start": False},
            {"state": "in_progress"},
            {"item_ids": [(0, 0, {"product_id": self.toner.id})]},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(UserError, "A helpdesk manager can reopen it"),
            ):
                intervention.write(values)
        self.assertFalse(intervention.work_done)
        self.assertTrue(intervention.planned_start)
        self.assertFalse(intervention.item_ids)

    def test_part_of_a_signed_sheet_does_not_change(self):
        intervention = self._create_planned()
        item = self.env["psa.item"].create(
            {"intervention_id": intervention.id, "product_id": self.toner.id}
        )
        self._sign(intervention)
        item = item.with_user(self.ada)
        with self.assertRefused(UserError, "is signed"):
            item.quantity = 2
        with self.assertRefused(UserError, "is signed"):
            item.unlink()
        self.assertEqual(item.quantity, 1)

    def test_office_may_still_decide_who_pays_for_a_part(self):
        intervention = self._create_planned()
        item = self.env["psa.item"].create(
            {"intervention_id": intervention.id, "product_id": self.toner.id}
        )
        self._sign(intervention)
        item.with_user(self.lea).is_billable = False
        self.assertFalse(item.is_billable)

    def test_manager_reopens_with_a_reason(self):
        intervention = self._create_planned()
        self._sign(intervention)
        self._make_reports()
        report = intervention.report_attachment_id
        intervention.with_user(self.max)._reopen("Hours were wrong")
        self.assertEqual(intervention.state, "in_progress")
        self.assertFalse(intervention.customer_signature)
        self.assertTrue(report.exists())
        self.assertIn("Hours were wrong", intervention.message_ids[0].body)
        intervention.with_user(self.ada).work_done = "2 h, not 3"
        self.assertEqual(intervention.work_done, "2 h, not 3")

    def test_reopened_sheet_is_signed_again_with_a_report_of_its_own(self):
        intervention = self._create_planned()
        self._sign(intervention)
        self._make_reports()
        intervention.with_user(self.max)._reopen("Hours were wrong")
        self._sign(intervention)
        self._make_reports()
        reports = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "psa.intervention"),
                ("res_id", "=", intervention.id),
                ("res_field", "=", False),
            ]
        )
        self.assertEqual(len(reports), 2)

    def test_agent_does_not_reopen(self):
        intervention = self._create_planned()
        self._sign(intervention)
        with self.assertRefused(UserError, "Only helpdesk managers"):
            intervention.with_user(self.ada)._reopen("Please")
        self.assertEqual(intervention.state, "closed")

    def test_reader_does_not_sign(self):
        intervention = self._create_planned()
        with self.assertRefused(AccessError):
            intervention.with_user(self.rita).action_sign()
        self.assertEqual(intervention.state, "planned")


@tagged("post_install", "-at_install")
class TestInterventionReport(SigningCommon):
    def _render(self, intervention):
        """Return the report's HTML, as the scheduler makes it."""
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "helpdesk_psa.psa_intervention_report", intervention.ids
        )
        return html.decode()

    def test_report_is_mailed_to_the_contact_on_site(self):
        intervention = self._create_planned(partner_id=self.casey.id)
        self._sign(intervention)
        mails = self._make_reports()
        self.assertEqual(mails.recipient_ids, self.casey)
        self.assertEqual(mails.attachment_ids.raw, b"%PDF-1.4 signed")
        self.assertIn(intervention.number, mails.subject)
        self.assertEqual(intervention.report_status, "sent")

    def test_report_is_kept_on_the_visit_its_ticket_and_its_equipment(self):
        printer = self._create_equipment()
        ticket = self._create_ticket(equipment_ids=printer.ids)
        intervention = ticket._create_interventions()
        self._sign(intervention)
        self._make_reports()
        for record in (intervention, ticket, printer):
            files = self.env["ir.attachment"].search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("res_field", "=", False),
                ]
            )
            self.assertEqual(files.mapped("raw"), [b"%PDF-1.4 signed"], record)

    def test_customer_without_address_gets_no_mail_and_the_report_is_kept(self):
        intervention = self._create_planned()
        intervention.report_partner_id = False
        self._sign(intervention, report_partner_id=False)
        self.assertFalse(self._make_reports())
        self.assertEqual(intervention.report_status, "kept")
        self.assertTrue(intervention.report_attachment_id)

    def test_customer_who_wants_no_mail_gets_none(self):
        self.casey.psa_never_email = True
        intervention = self._create_planned(partner_id=self.casey.id)
        self._sign(intervention)
        self.assertFalse(self._make_reports())
        self.assertEqual(intervention.report_status, "kept")

    def test_type_says_whether_the_report_is_mailed(self):
        self.type_repair.mail_report = False
        intervention = self._create_planned(
            partner_id=self.casey.id, type_id=self.type_repair.id
        )
        self._sign(intervention)
        self.assertFalse(self._make_reports())
        self.assertTrue(intervention.report_attachment_id)

    def test_report_that_fails_says_why_and_holds_up_no_other(self):
        broken, good = (
            self._create_planned(partner_id=self.casey.id) for _index in range(2)
        )
        for intervention in (broken, good):
            self._sign(intervention)

        def render(_reports, _ref, res_ids, **_options):
            if broken.id in res_ids:
                raise OSError("Unable to find Wkhtmltopdf")
            return b"%PDF-1.4 signed", "pdf"

        self.pdf.side_effect = render
        with self.assertLogs("odoo.addons.helpdesk_psa", "ERROR"):
            self._make_reports()
        self.assertEqual(broken.report_status, "failed")
        self.assertIn("Wkhtmltopdf", broken.report_error)
        self.assertEqual(good.report_status, "sent")

    def test_failed_report_is_sent_when_asked_for_again(self):
        intervention = self._create_planned(partner_id=self.casey.id)
        self._sign(intervention)
        self.pdf.side_effect = UserError("No disk")
        with self.assertLogs("odoo.addons.helpdesk_psa", "ERROR"):
            self._make_reports()
        self.pdf.side_effect = None
        intervention.with_user(self.ada).action_send_report()
        self.assertEqual(len(self._make_reports()), 1)

    def test_report_tells_what_the_customer_signed_for(self):
        printer = self._create_equipment()
        intervention = self._create_planned(
            partner_id=self.casey.id,
            equipment_ids=printer.ids,
            description="It does not print",
        )
        self.env["psa.item"].create(
            {
                "intervention_id": intervention.id,
                "product_id": self.toner.id,
                "lot": "LOT-77",
            }
        )
        self._sign(intervention, work_done="New fuser")
        html = self._render(intervention)
        for words in (
            intervention.number,
            "It does not print",
            "New fuser",
            "Toner",
            "LOT-77",
            "SN-1",
            "Casey Customer",
            "Ada Agent",
        ):
            self.assertIn(words, html)
        self.assertEqual(html.count(f"base64,{SIGNATURE}"), 2)

    def test_internal_words_never_reach_the_report(self):
        intervention = self._create_planned(note="Customer pays late")
        intervention.message_post(body="They shout at us")
        self._sign(intervention)
        html = self._render(intervention)
        self.assertNotIn("pays late", html)
        self.assertNotIn("shout", html)

    def test_report_speaks_the_language_of_who_gets_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.casey.lang = "fr_FR"
        self.type_repair.with_context(lang="fr_FR").name = "Réparation"
        intervention = self._create_planned(
            partner_id=self.casey.id, type_id=self.type_repair.id
        )
        self._sign(intervention)
        self.assertIn("Réparation", self._render(intervention))

    def test_pending_report_needs_no_rights_of_the_technician(self):
        """The file is there for whoever sees the visit, though the scheduler made it."""
        intervention = self._create_planned(partner_id=self.casey.id)
        self._sign(intervention)
        self._make_reports()
        report = intervention.report_attachment_id.with_user(self.rita)
        self.assertEqual(base64.b64decode(report.datas), b"%PDF-1.4 signed")
