"""A customer's months: hours, what became of them, and what was invoiced (S-023)."""

from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .charge_common import APRIL, MARCH
from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestCustomerMonths(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_rule(
            cls.plan,
            name="Covered",
            sequence=-1,
            outcome="covered",
            service_type_ids=[Command.set(cls.onsite.ids)],
        )

    def _issue(self, entries):
        """Bill work on an invoice of 1 April."""
        self._approve(entries)
        invoice = self._bill_work()
        invoice.invoice_date = APRIL
        invoice.action_post()
        return invoice

    def _get_months(self, user):
        with freeze_all_time(datetime(2026, 4, 15, 9)):
            return self.acme.with_user(user)._psa_get_overview()["months"]

    def test_customers_months_tell_hours_and_amounts(self):
        self._work(90, service=self.onsite)
        self._issue(self._work(60))
        by_month = {it["date"].month: it for it in self._get_months(self.lea)}
        self.assertEqual(by_month[MARCH.month]["covered"], "1:30")
        self.assertEqual(by_month[MARCH.month]["billed"], "1:00")
        self.assertIn("90.00", by_month[APRIL.month]["invoiced"])

    def test_credit_note_comes_off_the_month(self):
        credit = self._credit(self._issue(self._work(60)), date=APRIL)
        credit.invoice_date = APRIL
        credit.action_post()
        by_month = {it["date"].month: it for it in self._get_months(self.lea)}
        self.assertEqual(by_month[APRIL.month]["invoiced"], "")

    def test_agents_see_hours_and_no_money(self):
        self._issue(self._work(60))
        months = self._get_months(self.ada)
        self.assertNotIn("invoiced", months[0])
        with freeze_all_time(datetime(2026, 4, 15, 9)):
            page = str(self.acme.with_user(self.ada).psa_overview)
        self.assertNotIn("Invoiced", page)

    def test_page_shows_the_amounts_to_a_lead(self):
        self._issue(self._work(60))
        with freeze_all_time(datetime(2026, 4, 15, 9)):
            page = str(self.acme.with_user(self.lea).psa_overview)
        self.assertIn("Invoiced", page)
        self.assertIn("90.00", page)
