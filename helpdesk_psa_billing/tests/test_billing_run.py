"""Agreements that invoice themselves, each period once."""

from datetime import date

from odoo.tests import tagged

from .billing_common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingRun(BillingCommon):
    def _get_lines(self, run):
        return run.move_ids.invoice_line_ids.filtered(
            lambda it: it.display_type == "product"
        )

    def test_month_in_advance_is_invoiced_on_its_first_day(self):
        self._create_billed([{"quantity": 3}])
        run = self._run(date(2026, 1, 1))
        self.assertEqual(run.move_ids.state, "draft")
        self.assertEqual(run.move_ids.partner_id, self.acme)
        self.assertEqual(run.move_ids.amount_untaxed, 300)
        self.assertEqual(run.move_ids.amount_total, 360)

    def test_run_twice_the_same_day_drafts_one_invoice(self):
        self._create_billed([{}])
        first = self._run(date(2026, 1, 1))
        second = self._run(date(2026, 1, 1))
        self.assertEqual(len(first.move_ids), 1)
        self.assertFalse(second.line_ids)
        self.assertFalse(second.move_ids)

    def test_months_from_the_31st_do_not_drift(self):
        agreement = self._create_billed([{}], date_start="2026-01-31")
        periods = agreement.period_ids.sorted("date_from")[:4]
        self.assertEqual(
            [str(day) for day in periods.mapped("date_from")],
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
        )

    def test_start_within_a_calendar_month_pays_its_days(self):
        self._create_billed([{}], date_start="2026-06-10", billing_alignment="calendar")
        run = self._run(date(2026, 6, 10))
        self.assertEqual(run.move_ids.amount_untaxed, 70)

    def test_missed_months_are_charged_each_with_its_own_dates(self):
        self._create_billed([{}])
        run = self._run(date(2026, 3, 5))
        charges = self._get_lines(run).psa_charge_ids.sorted("work_date")
        self.assertEqual(
            [str(day) for day in charges.mapped("service_from")],
            ["2026-01-01", "2026-02-01", "2026-03-01"],
        )
        self.assertEqual(run.move_ids.amount_untaxed, 300)
