"""Agreements and runs in a browser."""

from datetime import date

from odoo.tests import HttpCase, tagged

from .billing_common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingTours(HttpCase, BillingCommon):
    def test_account_manager_writes_an_agreement_and_previews_its_year(self):
        self.company.psa_billing_opens_schedule = True
        self.env["product.product"].create({"name": "Carefree", "type": "service"})
        self.start_tour(
            "/odoo/helpdesk-agreements",
            "psa_preview_agreement",
            login="boss",
            timeout=180,
        )
        agreement = self.env["psa.agreement"].search(
            [("customer_id", "=", self.acme.id)]
        )
        self.assertEqual(agreement.state, "active")
        self.assertEqual(agreement.line_ids.quantity, 4)
        self.assertEqual(len(agreement.period_ids), 4)

    def test_accountant_runs_reviews_and_posts(self):
        start = date.today().replace(day=1)
        self._create_billed([{"quantity": 2}], date_start=start)
        payer = self.env["res.partner"].create({"name": "Globex accounts"})
        self._create_billed(
            [{}],
            name="CT-13",
            customer_id=self.globex.id,
            partner_invoice_id=payer.id,
            date_start=start,
        )
        payer.active = False
        self.start_tour(
            "/odoo/helpdesk-billing-runs", "psa_run_billing", login="bea", timeout=180
        )
        run = self.env["psa.billing.run"].search([])
        self.assertEqual(run.move_ids.state, "posted")
        self.assertEqual(run.move_ids.amount_untaxed, 200)
        self.assertEqual(run.refused_line_ids.customer_id, self.globex)
