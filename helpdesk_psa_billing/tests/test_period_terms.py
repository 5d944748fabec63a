"""What changes of an agreement do to periods that are charged, and to those to come."""

import random
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tools.proration import prorate, round_half_up

from .billing_common import BillingCommon

CHANGES = ("amend", "amend", "suspend", "resume", "run", "run", "run", "post")


@tagged("post_install", "-at_install")
class TestPeriodTerms(BillingCommon):
    def _get_charges(self, agreement):
        return agreement.charge_ids.sorted("id")

    def test_amendment_in_mid_month_charges_each_price_for_its_days(self):
        agreement = self._create_billed([{"price_unit": 300}])
        self._run(date(2026, 6, 1))
        self._amend(agreement, date(2026, 6, 11), price_unit=600)
        run = self._run(date(2026, 6, 11))
        # 20 days of 300 are given back, 20 days of 600 are charged.
        self.assertEqual(run.move_ids.amount_untaxed, 400 - 200)

    def test_amendment_before_the_month_leaves_nothing_to_correct(self):
        agreement = self._create_billed([{"price_unit": 300}])
        self._amend(agreement, date(2026, 2, 1), price_unit=600)
        run = self._run(date(2026, 2, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 900)
        self.assertEqual(len(run.line_ids.charge_ids), 2)

    def test_suspended_days_that_were_charged_come_off_the_next_invoice(self):
        agreement = self._create_billed([{"price_unit": 300}])
        self._run(date(2026, 6, 1))
        agreement.with_user(self.lea)._suspend(
            date(2026, 6, 21), date(2026, 7, 1), "Holidays"
        )
        run = self._run(date(2026, 7, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 300 - 100)

    def test_suspension_that_is_charged_takes_nothing_off(self):
        agreement = self._create_billed(
            [{"price_unit": 300}], suspension_billing="go_on"
        )
        self._run(date(2026, 6, 1))
        agreement.with_user(self.lea)._suspend(
            date(2026, 6, 21), date(2026, 7, 1), "Holidays"
        )
        run = self._run(date(2026, 7, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 300)

    def test_early_end_is_credited_by_a_credit_note(self):
        agreement = self._create_billed([{"price_unit": 300}])
        self._run(date(2026, 6, 1))
        agreement.with_user(self.lea)._terminate(date(2026, 6, 20), "Moved away")
        run = self._run(date(2026, 6, 20))
        self.assertEqual(run.move_ids.move_type, "out_refund")
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertFalse(
            agreement.period_ids.filtered(lambda it: it.date_from > date(2026, 6, 20))
        )

    def test_period_that_was_charged_ahead_of_the_end_is_given_back(self):
        agreement = self._create_billed([{"price_unit": 300}], billing_lead_days=20)
        self._run(date(2026, 6, 15))
        agreement.with_user(self.lea)._terminate(date(2026, 6, 30), "Moved away")
        run = self._run(date(2026, 6, 16))
        self.assertEqual(run.move_ids.amount_untaxed, 300)
        self.assertEqual(run.move_ids.move_type, "out_refund")

    def test_rhythm_of_the_header_does_not_touch_terms_in_force(self):
        agreement = self._create_billed([{}])
        agreement.with_user(self.lea).billing_interval = 3
        self.assertEqual(agreement.line_ids.billing_interval, 1)

    def test_header_of_a_new_agreement_sets_the_rhythm_of_its_lines(self):
        agreement = self._create_billed([{}], billing_interval=3)
        self.assertEqual(agreement.line_ids.billing_interval, 3)
        run = self._run(date(2026, 2, 1))
        self.assertEqual(len(run.line_ids.charge_ids), 1)

    def test_price_in_force_is_not_edited(self):
        agreement = self._create_billed([{"price_unit": 300}])
        with self.assertRaisesRegex(UserError, "Amend"):
            agreement.line_ids.with_user(self.lea).price_unit = 1
        self.assertEqual(agreement.line_ids.price_unit, 300)

    def test_moved_start_charges_only_the_days_from_then_on(self):
        """V12: a first invoice on 1 February does not charge January."""
        agreement = self._create_billed(
            [{"date_from": "2026-02-01", "price_unit": 310}],
            date_start="2026-01-10",
        )
        run = self._run(date(2026, 2, 1))
        # 1 to 9 February of the month from 10 January.
        self.assertEqual(run.move_ids.amount_untaxed, 90)
        self.assertEqual(
            agreement.period_ids.sorted("date_from")[0].full_from, date(2026, 1, 10)
        )

    def test_price_of_the_pricelist_stays_when_work_rests_and_goes_on(self):
        agreement = self._create_billed([{"price_method": "pricelist"}])
        self._run(date(2026, 1, 1))
        as_lead = agreement.with_user(self.lea)
        as_lead._suspend(date(2026, 1, 1), date(2026, 2, 1), "Holidays")
        self._run(date(2026, 1, 2))
        as_lead._resume(date(2026, 1, 1))
        run = self._run(date(2026, 1, 3))
        self.assertEqual(run.move_ids.amount_untaxed, 100)

    def test_invoicing_ahead_moves_the_periods_to_come_at_once(self):
        agreement = self._create_billed([{}])
        agreement.with_user(self.lea).billing_lead_days = 10
        due = agreement.period_ids.sorted("date_from")[1].due_date
        self.assertEqual(due, date(2026, 1, 22))

    def test_suspension_that_is_to_be_charged_after_all_is_charged(self):
        agreement = self._create_billed([{"price_unit": 300}])
        agreement.with_user(self.lea)._suspend(
            date(2026, 6, 21), date(2026, 7, 1), "Holidays"
        )
        self._run(date(2026, 6, 1))
        agreement.with_user(self.lea).suspension_billing = "go_on"
        run = self._run(date(2026, 6, 2))
        self.assertEqual(run.move_ids.amount_untaxed, 100)

    def test_skipped_period_is_not_charged_and_says_why(self):
        agreement = self._create_billed([{}])
        period = agreement.period_ids.sorted("date_from")[0]
        period.with_user(self.bea).action_skip("Offered")
        run = self._run(date(2026, 1, 1))
        self.assertFalse(run.move_ids)
        self.assertEqual(period.skip_reason, "Offered")

    # === WHATEVER HAPPENS === #

    def test_whatever_happens_each_day_is_charged_once_at_its_price(self):
        """I-2, I-4, I-8: random changes and runs end with what a simple count gives."""
        for seed in range(8):
            with self.subTest(seed=seed):
                self._live(random.Random(seed), seed)

    def _live(self, rng, seed):
        start = date(2026, 1, rng.choice((1, 15, 29, 30, 31)))
        agreement = self._create_billed(
            [{"price_unit": rng.choice((100, 33.33, 7.77)), "quantity": 3}],
            name=f"RND-{seed}",
            date_start=start,
            billing_timing=rng.choice(("advance", "advance", "arrears")),
            billing_alignment=rng.choice(("anniversary", "calendar")),
            billing_interval=rng.choice((1, 1, 3)),
        )
        day = start
        for _change in range(10):
            day += timedelta(days=rng.randrange(5, 30))
            self._change(rng, agreement, day)
        if rng.random() < 0.5:
            agreement.with_user(self.lea)._terminate(day, "Moved away")
        self._run(date(2027, 6, 30), agreement_ids=agreement.ids)
        agreement._sync_periods(date(2027, 7, 1))
        self._check_tiles(agreement)
        self._check_amounts(agreement)

    def _change(self, rng, agreement, day):
        """Do something at random."""
        change = rng.choice(CHANGES)
        as_lead = agreement.with_user(self.lea)
        if change == "amend":
            self._amend(agreement, day, price_unit=rng.choice((50, 99.99, 10.01)))
        elif change == "suspend":
            as_lead._suspend(
                day, day + timedelta(days=rng.randrange(1, 50)), "Holidays"
            )
        elif change == "resume":
            as_lead._resume(day)
        else:
            run = self._run(day, agreement_ids=agreement.ids)
            if change == "post":
                run.move_ids.with_user(self.bea).action_post()

    def _check_tiles(self, agreement):
        for line in agreement.line_ids:
            periods = line.period_ids.filtered(lambda it: not it.is_void)
            periods = periods.sorted("date_from")
            for before, after in zip(periods, periods[1:], strict=False):
                self.assertEqual(before.date_until, after.date_from)
            if periods:
                self.assertEqual(periods[0].date_from, line.date_from)

    def _check_amounts(self, agreement):
        """Each period's charges are its days at its price, in parts that add up."""
        gaps = agreement._get_gaps()
        for period in agreement.period_ids:
            if period.due_date > date(2027, 6, 30):
                continue
            line = period.agreement_line_id
            days = [] if period.is_void else self._get_days(period, gaps)
            expected = sum(
                prorate(
                    line.price_unit * 3,
                    period.full_from,
                    period.full_until,
                    [(day, day + timedelta(days=1))],
                    0.01,
                )
                for day in days
            )
            charged = round_half_up(sum(period.charge_ids.mapped("amount")), 0.01)
            self.assertEqual(charged, expected, period.display_name)
            lines = period.charge_ids.invoice_line_id
            signed = sum(lines.mapped(lambda it: -it.balance))
            self.assertEqual(round_half_up(signed, 0.01), expected)

    def _get_days(self, period, gaps):
        count = (period.date_until - period.date_from).days
        days = [period.date_from + timedelta(days=number) for number in range(count)]
        return [
            day
            for day in days
            if not any(a <= day and (b is None or day < b) for a, b in gaps)
        ]
