"""The proof of an invoice in a browser."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_proof import ProofCommon


@tagged("post_install", "-at_install")
class TestProofTours(HttpCase, ProofCommon):
    def test_accountant_reads_the_proof_and_jumps_to_the_signed_report(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        visit = self.env["psa.intervention"].create(
            {
                "name": "Toner",
                "customer_id": self.acme.id,
                "ticket_ids": [Command.set(self.ticket.ids)],
                "technician_ids": [Command.set(self.ada.ids)],
            }
        )
        report = self.env["ir.attachment"].create(
            {
                "name": "I.pdf",
                "raw": b"%PDF-1.4",
                "res_model": visit._name,
                "res_id": visit.id,
            }
        )
        visit.sudo().report_attachment_id = report
        billed = self._work(60, psa_intervention_id=visit.id, name="Changed the toner")
        invoice = self._bill_and_post(billed | self._work(30, service=self.onsite))
        self.start_tour(
            f"/odoo/helpdesk-invoices/{invoice.id}",
            "psa_read_proof",
            login="bea",
            timeout=180,
        )
        self.assertEqual(invoice._psa_get_proof().work.raw_minutes, 90)
