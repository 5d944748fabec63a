"""Invoices of what was counted: by the day, corrected, with their evidence."""

import random
from datetime import date, timedelta
from fractions import Fraction

from odoo.exceptions import UserError
from odoo.tests import tagged

from .count_common import JULY_1, JUNE_1, JUNE_10, JUNE_20, CountCommon, at

JUNE_30 = date(2026, 6, 30)


@tagged("post_install", "-at_install")
class TestCountBilling(CountCommon):
    def _amounts(self, run):
        return run.line_ids.charge_ids.sorted("work_date").mapped("amount")

    def test_twelve_active_pcs_are_quantity_twelve(self):
        with at(date(2026, 5, 1)):
            for number in range(3, 14):
                self._create_pc(f"PC-{number}")
            self.pc_1.active = False
        self._create_line()
        charge = self._run(JUNE_1).line_ids.charge_ids
        self.assertEqual((charge.quantity, charge.amount), (12, 120))

    def test_charge_keeps_the_list_that_it_counted(self):
        line = self._create_line()
        charge = self._run(JUNE_1).line_ids.charge_ids
        self.assertEqual(
            [(it["name"], it["reference"]) for it in charge.counted],
            [("PC-1", "SERIAL-PC-1"), ("PC-2", "SERIAL-PC-2")],
        )
        self.assertEqual(line.period_ids.sorted("date_from")[0].counted, charge.counted)

    def test_evidence_stays_when_the_pc_is_deleted(self):
        self._create_line()
        charge = self._run(JUNE_1).line_ids.charge_ids
        evidence = charge.counted
        with at(JUNE_10):
            self.pc_1.with_user(self.lea).unlink()
        charge.invalidate_recordset()
        self.assertEqual(charge.counted, evidence)
        self.assertEqual(self._amounts(self._run(JULY_1)), [10])

    def test_pc_that_comes_on_the_10th_costs_21_of_30_days_with_the_next_invoice(self):
        self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        run = self._run(JULY_1)
        correction = run.line_ids.charge_ids.sorted("work_date")[0]
        self.assertEqual(self._amounts(run), [7, 30])
        self.assertEqual(correction.explanation, "+ PC-3: 21/30 days")
        self.assertIn("correction", correction.name)

    def test_pc_that_goes_on_the_10th_is_given_back_for_21_of_30_days(self):
        self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self.pc_1.active = False
        run = self._run(JULY_1)
        self.assertEqual(self._amounts(run), [-7, 10])
        self.assertEqual(
            run.line_ids.charge_ids.sorted("work_date")[0].explanation,
            "± PC-1: 9/30 days",
        )

    def test_pc_that_pauses_pays_for_its_days(self):
        self._create_line(count_by_day=True, billing_timing="arrears")
        with at(JUNE_10):
            self.pc_1.active = False
        with at(JUNE_20):
            self.pc_1.active = True
        charge = self._run(JULY_1).line_ids.charge_ids
        self.assertEqual(charge.amount, 16.67)

    def test_swapped_pcs_cost_what_one_costs(self):
        line = self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self.pc_1.active = False
            self._create_pc("PC-3")
        self.assertEqual(self._amounts(self._run(JUNE_10)), [])
        period = line.period_ids.sorted("date_from")[0]
        self.assertEqual(
            [it["name"] for it in period.counted], ["PC-1", "PC-2", "PC-3"]
        )

    def test_count_of_one_day_ignores_what_comes_later(self):
        self._create_line()
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        self.assertEqual(self._amounts(self._run(JULY_1)), [30])

    def test_pc_entered_late_is_charged_after_all(self):
        self._create_line()
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3", install_date="2026-05-20")
        self.assertEqual(self._amounts(self._run(JUNE_10)), [10])

    def test_pc_marked_as_spare_from_the_first_is_given_back(self):
        self._create_line()
        self._run(JUNE_1)
        rows = self.pc_1.psa_presence_ids.with_user(self.bea)
        rows.exclusion_id = self.reason
        self.assertEqual(self._amounts(self._run(JUNE_10)), [-10])

    def test_what_nobody_changes_by_hand_is_counted_again_after_the_period(self):
        line = self._create_line(count_by_day=True)
        self._run(JUNE_1)
        period = line.period_ids.sorted("date_from")[0]
        self.env.flush_all()
        with at(JULY_1), self.enter_registry_test_mode():
            self.env.ref("helpdesk_psa_billing.psa_period_cron").method_direct_trigger()
        self.assertTrue(period.is_open)
        self._run(JULY_1)
        self.assertFalse(period.check_date)

    def test_morning_run_leaves_corrections_to_the_next_invoice(self):
        self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        self.assertFalse(self._run(JUNE_20, take_corrections=False).line_ids)
        run = self._run(JULY_1, take_corrections=False)
        self.assertEqual(self._amounts(run), [7, 30])

    def test_morning_run_takes_corrections_that_are_wanted_at_once(self):
        self._create_line({"correction_billing": "now"}, count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        self.assertEqual(self._amounts(self._run(JUNE_20, take_corrections=False)), [7])

    def test_morning_run_gives_back_to_agreements_that_are_over(self):
        line = self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            line.agreement_id.with_user(self.lea)._terminate(JUNE_10, "Sold")
        run = self._run(JUNE_20, take_corrections=False)
        self.assertFalse(run.line_ids)
        line.agreement_id._settle(JUNE_20)
        run = self._run(JUNE_20, take_corrections=False)
        self.assertEqual(len(run.line_ids), 1)

    def test_button_bills_the_correction_now(self):
        line = self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
            action = line.agreement_id.with_user(self.bea).action_bill_now()
        run = self.env["psa.billing.run"].browse(action["res_id"])
        self.assertEqual(self._amounts(run), [7])

    def test_button_says_that_nothing_is_due(self):
        line = self._create_line()
        self._run(JUNE_1)
        runs = self.env["psa.billing.run"].search_count([])
        with at(JUNE_10), self.assertRefused(UserError, "Nothing is due"):
            line.agreement_id.with_user(self.bea).action_bill_now()
        self.assertEqual(self.env["psa.billing.run"].search_count([]), runs)

    def test_whatever_comes_and_goes_each_pc_pays_for_its_own_days(self):
        chance = random.Random(178)
        line = self._create_line(count_by_day=True)
        pcs = [self.pc_1, self.pc_2]
        for day in (JUNE_1 + timedelta(number) for number in range(30)):
            with at(day):
                for pc in chance.sample(pcs, chance.randint(0, 2)):
                    pc.active = not pc.active
                if chance.random() < 0.2:
                    pcs.append(self._create_pc(f"PC-{len(pcs) + 1}"))
            if chance.random() < 0.3:
                self._run(day)
        self._run(JUNE_30)
        period = line.period_ids.sorted("date_from")[0]
        days = sum(
            len(self._count(line, JUNE_1 + timedelta(number))) for number in range(30)
        )
        due = Fraction(10 * days, 30)
        self.assertEqual(
            sum(round(100 * it.amount) for it in period.charge_ids),
            int(100 * due + Fraction(1, 2)),
        )
