"""What meters count is billed after the period, once, with what is included (B-064)."""

import random
from datetime import date, timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .count_common import at
from .usage_common import (
    AUGUST_1,
    AUGUST_31,
    JULY_1,
    JULY_31,
    JUNE_1,
    JUNE_30,
    MAY_31,
    UsageCommon,
)


@tagged("post_install", "-at_install")
class TestUsageBilling(UsageCommon):
    def _amounts(self, run):
        return run.line_ids.charge_ids.mapped("amount")

    def test_pages_of_june_are_billed_in_july(self):
        self._agree()
        self._read((MAY_31, 1000), (JUNE_30, 1400))
        self.assertFalse(self._run(JUNE_30).line_ids)
        run = self._run(JULY_1)
        charge = run.line_ids.charge_ids
        self.assertEqual((charge.quantity, charge.amount), (400, 20))
        self.assertIn("400 (1,000 → 1,400)", charge.explanation)
        self.assertEqual(run.move_ids.amount_untaxed, 20)

    def test_price_of_parts_of_a_cent_is_told_in_full(self):
        line = self._agree(price_unit=0.012)
        self.assertIn("0.012", line.price_text)
        self._read((MAY_31, 1000), (JUNE_30, 1400))
        charge = self._run(JULY_1).line_ids.charge_ids
        self.assertIn("0.012", charge.explanation)
        self.assertEqual(charge.amount, 4.8)

    def test_included_pages_are_free_and_never_turn_into_credit(self):
        self._agree(included_quantity=300)
        self._read((MAY_31, 1000), (JUNE_30, 1400), (JULY_31, 1600))
        self.assertEqual(self._amounts(self._run(JULY_1)), [5])
        self.assertFalse(self._run(AUGUST_1).line_ids.charge_ids)

    def test_minimum_is_charged_though_less_was_used(self):
        self._agree(minimum_quantity=500)
        self._read((MAY_31, 1000), (JUNE_30, 1100))
        self.assertEqual(self._amounts(self._run(JULY_1)), [25])

    def test_tiers_price_each_slice_of_what_was_used(self):
        self._agree(**self._tiers((0, 0.05), (1000, 0.04)))
        self._read((MAY_31, 0), (JUNE_30, 1500))
        self.assertEqual(self._amounts(self._run(JULY_1)), [70])

    def test_meters_of_a_line_share_what_is_included(self):
        self._agree(included_quantity=500)
        other = self._create_meter(name="Annex")
        self._read((MAY_31, 0), (JUNE_30, 400))
        self._read((MAY_31, 0), (JUNE_30, 300), meter=other)
        self.assertEqual(self._amounts(self._run(JULY_1)), [10])

    def test_line_of_some_devices_leaves_the_meters_of_others(self):
        other = self._create_equipment("Printer", "SN-PRINTER").with_env(self.env)
        elsewhere = self._create_meter(equipment_id=other.id)
        self._agree(equipment_ids=[Command.set(self.copier.ids)])
        self._read((MAY_31, 0), (JUNE_30, 400))
        self._read((MAY_31, 0), (JUNE_30, 300), meter=elsewhere)
        self.assertEqual(self._amounts(self._run(JULY_1)), [20])

    def test_missing_reading_is_refused_by_name_and_the_rest_is_billed(self):
        agreement = self._agree().agreement_id
        care = self._create_billed([{}], name="CT-13", date_start=JULY_1)
        self._read((MAY_31, 1000))
        run = self._run(JULY_1)
        refused = run.line_ids.filtered(lambda it: it.state == "refused")
        self.assertEqual(refused.agreement_id, agreement)
        self.assertRegex(refused.reason, "Copier: Black of 06/30/2026.*estimate")
        self.assertEqual(run.line_ids.charge_ids.agreement_line_id, care.line_ids)
        self._read((JUNE_30, 1400))
        self.assertEqual(self._amounts(self._run(JULY_1)), [20])

    def test_fee_of_the_same_agreement_does_not_wait_for_the_reading(self):
        agreement = self._create_billed(
            [
                {"name": "Rent", "price_unit": 30, "billing_timing": "arrears"},
                {
                    "name": "Pages",
                    "product_id": self.page.id,
                    "quantity_method": "usage",
                },
            ],
            date_start=JUNE_1,
        )
        self.assertEqual(agreement.line_ids[1].billing_timing, "arrears")
        run = self._run(JULY_1)
        self.assertEqual(self._amounts(run), [30])
        self.assertEqual(run.refused_count, 1)

    def test_line_without_any_meter_is_refused(self):
        self.meter.unlink()
        self._agree()
        run = self._run(JULY_1)
        self.assertRegex(run.line_ids.reason, "ACME has no meter of “Black page”")
        self.assertFalse(run.line_ids.charge_ids)

    def test_estimate_is_made_good_by_the_next_reading(self):
        self._agree()
        self._read((MAY_31, 1000))
        self._read((JUNE_30, 1400), is_estimated=True)
        june = self._run(JULY_1)
        self.assertIn("estimated", june.line_ids.charge_ids.explanation)
        self._read((JULY_31, 1500))
        july = self._run(AUGUST_1)
        self.assertEqual(self._amounts(june) + self._amounts(july), [20, 5])

    def test_correction_goes_on_the_next_invoice_as_a_labelled_difference(self):
        self._agree(included_quantity=300)
        readings = self._read((MAY_31, 1000), (JUNE_30, 1400))
        june = self._run(JULY_1)
        june.move_ids.action_post()
        self._correct(readings[1], date(2026, 7, 20), value=1380)
        self._read((JULY_31, 1780))
        july = self._run(AUGUST_1)
        charges = july.line_ids.charge_ids.sorted("amount")
        self.assertEqual(charges.mapped("amount"), [-1, 5])
        self.assertRegex(charges[0].name, "06/01/2026.*correction")
        self.assertEqual(charges[0].explanation, "± Copier: Black: 400 → 380")
        self.assertEqual(july.move_ids.amount_untaxed, 4)

    def test_late_reading_moves_use_between_the_periods_and_loses_nothing(self):
        self._agree(**self._tiers((0, 0.05), (500, 0.04)))
        self._read((MAY_31, 0), (JUNE_30, 600), (JULY_31, 1000))
        self._run(JULY_1)
        self._run(AUGUST_1)
        wrong = self.meter.reading_ids.filtered(lambda it: it.date == JUNE_30)
        self._correct(wrong, AUGUST_1, value=400)
        run = self._run(AUGUST_31)
        self.assertEqual(
            sorted(self._amounts(run)),
            [-9, 9],  # 29 → 20 in June, 20 → 29 in July
        )

    def test_skipped_period_charges_nothing_and_the_next_one_its_own_use(self):
        line = self._agree()
        self._read((MAY_31, 0), (JUNE_30, 400), (JULY_31, 500))
        june = line.period_ids.sorted("date_from")[0]
        june.with_user(self.bea).action_skip("Goodwill")
        self.assertFalse(self._run(JULY_1).line_ids)
        self.assertEqual(self._amounts(self._run(AUGUST_1)), [5])

    def test_meter_that_comes_in_mid_month_is_billed_from_its_first_reading(self):
        self.meter.with_user(self.ada).date_start = date(2026, 6, 10)
        self._agree()
        self._read((date(2026, 6, 10), 7000), (JUNE_30, 7100))
        self.assertEqual(self._amounts(self._run(JULY_1)), [5])

    def test_amendment_splits_the_included_pages_by_days(self):
        line = self._agree(included_quantity=300)
        self._read((MAY_31, 0), (date(2026, 6, 15), 400), (JUNE_30, 600))
        self._amend(line.agreement_id, date(2026, 6, 16), price_unit=0.1)
        amounts = self._amounts(self._run(JULY_1))
        self.assertEqual(amounts, [12.5, 5])  # 250 × 0.05, then 50 × 0.10

    def test_line_by_usage_is_billed_in_arrears_only(self):
        line = self._agree()
        self.assertEqual(line.billing_timing, "arrears")
        for values in (
            {"billing_timing": "advance"},
            {"charge_kind": "one_time"},
            {"count_by_day": True},
        ):
            with (
                self.subTest(values=values),
                self.assertRefused(ValidationError, "meter readings"),
            ):
                self._agree({"name": f"X-{next(iter(values))}"}, **values)

    def test_frozen_list_keeps_the_readings_as_evidence(self):
        line = self._agree()
        self._read((MAY_31, 1000), (JUNE_30, 1400))
        run = self._run(JULY_1)
        (frozen,) = line.period_ids.sorted("date_from")[0].counted
        self.assertEqual(frozen["name"], "Copier: Black")
        self.assertEqual(frozen["reference"], "1,000 → 1,400")
        (annex,) = run.move_ids._psa_get_annex()
        self.assertEqual((annex.kind, annex.quantity), ("usage", 400))
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", run.move_ids.ids
        )[0]
        self.assertIn("1,000 → 1,400", html.decode())

    def test_billing_check_agrees_with_what_was_billed(self):
        line = self._agree(included_quantity=300)
        self._read((MAY_31, 0), (date(2026, 6, 15), 400), (JUNE_30, 600))
        self._amend(line.agreement_id, date(2026, 6, 16), price_unit=0.1)
        self._run(JULY_1)
        with at(JULY_1):
            self.env["psa.billing.check"].with_user(self.bea).action_run()
        found = self.env["psa.billing.finding"].search(
            [("customer_id", "=", self.acme.id), ("state", "=", "open")]
        )
        self.assertFalse(found.mapped("check_id.code"))

    def test_year_ahead_shows_the_minimum_only(self):
        line = self._agree(minimum_quantity=100)
        entries = [
            entry
            for month in line.agreement_id.billing_preview["months"]
            for day in month["days"]
            for entry in day["entries"]
        ]
        self.assertTrue(entries)
        self.assertEqual({it["amount"] for it in entries}, {5})
        self.assertIn("By the readings", entries[-1]["explanation"])

    def test_whatever_is_read_and_corrected_last_less_first_is_billed(self):
        """Property: Σ billed units = last reading − first one, whatever the life."""
        self.meter.with_user(self.lea).unlink()
        chance = random.Random(64)
        for life in range(3):
            with self.subTest(life=life):
                line = self._agree({"name": f"CT-{life}"})
                meter = self._create_meter(agreement_id=line.agreement_id.id)
                used = self._live(line.agreement_id, meter, chance)
                self.assertEqual(self._get_billed(line), used)

    def _live(self, agreement, meter, chance):
        """Read a counter for three months, with mistakes; return what was used."""
        only = {"agreement_ids": [Command.set(agreement.ids)]}
        first = value = chance.randrange(5000)
        self._read((MAY_31, value), meter=meter)
        wrong = None
        for end in (JUNE_30, JULY_31, AUGUST_31):
            value += chance.randrange(100, 900)
            slip = chance.randrange(60)
            reading = self._read((end, value - slip), meter=meter)
            self._run(end + timedelta(1), **only)
            if wrong and chance.random() < 0.7:
                self._correct(wrong[0], end + timedelta(3), value=wrong[1])
                wrong = None
            if slip:
                wrong = (reading, value)
        if wrong:
            self._correct(wrong[0], end + timedelta(9), value=wrong[1])
        else:
            self.assertEqual(reading.value, value)
        self._run(end + timedelta(10), **only)
        return meter.last_value - first

    def _get_billed(self, line):
        """Return the units that the periods of a line charged."""
        charged = line.period_ids.filtered("charge_ids")
        for period in charged:
            amount = sum(period.charge_ids.mapped("amount"))
            self.assertAlmostEqual(amount, period.quantity * 0.05, 2)
        return sum(charged.mapped("quantity"))
