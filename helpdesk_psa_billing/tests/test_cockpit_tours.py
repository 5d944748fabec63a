"""The screen “Ready to bill” in a browser."""

from datetime import date, timedelta

from odoo.tests import HttpCase, tagged

from .charge_common import ChargeCommon


@tagged("post_install", "-at_install")
class TestCockpitTours(HttpCase, ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last_month = date.today().replace(day=1) - timedelta(days=3)
        cls.company.psa_work_billing_start = cls.last_month - timedelta(days=40)

    def _open(self, tour, login):
        self.start_tour("/odoo/helpdesk-ready-to-bill", tour, login=login, timeout=180)

    def test_accountant_goes_from_findings_to_posted_invoices(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        hour = self._work(day=self.last_month)
        zero = self._work(15, day=self.last_month)
        other = self._work(day=self.last_month, ticket=ticket)
        self._approve(hour | zero | other)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE psa_charge SET amount = 0, price_unit = 0 WHERE id = %s",
            [self._charges(zero).id],
        )
        self.env.invalidate_all()
        self.env["psa.billing.cockpit"].with_user(self.bea).check_now()
        self._open("psa_cockpit_bill", "bea")
        first, second = self.env["psa.billing.run"].search([], order="id")
        self.assertEqual(first.move_ids.commercial_partner_id, self.globex)
        self.assertEqual(second.move_ids.state, "posted")
        self.assertEqual(second.move_ids.amount_untaxed, 90)
        finding = self.env["psa.billing.finding"].search([("state", "=", "accepted")])
        self.assertEqual(finding.accepted_by_id, self.bea)

    def test_account_manager_approves_the_work_of_his_customers(self):
        self.acme.user_id = self.lea
        entry = self._work(day=self.last_month)
        self._approve_time(entry)
        self._open("psa_cockpit_approve", "lea")
        charge = self._charges(entry)
        self.assertEqual(charge.state, "approved")
        self.assertEqual(charge.approved_by_id, self.lea)
        self.assertTrue(charge.approved_at)
