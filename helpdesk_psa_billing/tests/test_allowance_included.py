"""Hours that an agreement includes per period: granted, rolled over, expired."""

from datetime import date, datetime, time
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .allowance_common import AllowanceCommon


@tagged("post_install", "-at_install")
class TestAllowanceIncluded(AllowanceCommon):
    def _agree(self, **line):
        """Agree on ten hours a month from 1 January 2026; it is put in force the 2nd."""
        return self._create_billed(
            [{"allowance_unit": "minutes", "allowance_quantity": 10, **line}]
        )

    def _settle(self, day):
        with (
            freeze_all_time(datetime.combine(day, time(3))),
            self.enter_registry_test_mode(),
        ):
            self.env.ref(
                "helpdesk_psa_billing.ir_cron_psa_allowance_settle"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _allowances(self, customer=None):
        return self.env["psa.allowance"].search(
            [("customer_id", "=", (customer or self.acme).id)], order="date_from"
        )

    def _get_moves(self, customer=None):
        moves = self._allowances(customer).move_ids
        return sorted(moves.mapped(lambda it: (it.date, it.kind, it.quantity)))

    def _balances(self, day, customer=None):
        with freeze_all_time(datetime.combine(day, time(4))):
            self.env.invalidate_all()
            return [
                (it.granted_quantity, it.expired_quantity, it.remaining_quantity)
                for it in self._allowances(customer)
            ]

    def test_period_that_began_includes_its_hours(self):
        agreement = self._agree()
        [january] = self._allowances()
        self.assertEqual(
            (january.granted_quantity, january.date_from, january.date_until),
            (600, date(2026, 1, 1), date(2026, 2, 1)),
        )
        self.assertEqual(january.agreement_id, agreement)
        self.assertEqual(january.name, "CT-12/2026-01-01")

    def test_each_period_is_granted_once(self):
        self._agree()
        for _time in range(2):
            self._settle(date(2026, 2, 1))
        self.assertEqual(len(self._allowances()), 2)
        self.assertEqual(len(self._allowances().move_ids), 3)

    def test_rest_expires_with_the_period(self):
        self._agree()
        self._draw(self._allowances(), 240, date(2026, 1, 10))
        self._settle(date(2026, 2, 1))
        self.assertEqual(
            self._balances(date(2026, 2, 1)), [(600, 360, 0), (600, 0, 600)]
        )

    def test_rest_goes_to_the_next_period_up_to_the_cap(self):
        self._agree(allowance_rollover=True, allowance_rollover_cap=4)
        self._draw(self._allowances(), 60, date(2026, 1, 10))
        self._settle(date(2026, 2, 1))
        self.assertEqual(
            self._balances(date(2026, 2, 1)), [(360, 300, 0), (840, 0, 840)]
        )

    def test_whole_rest_goes_on_without_a_cap(self):
        self._agree(allowance_rollover=True)
        self._settle(date(2026, 2, 1))
        january, february = self._allowances()
        self.assertEqual(february.granted_quantity, 1200)
        self.assertEqual(january.rolled_to_id, february)

    def test_rest_can_be_kept_for_months(self):
        self._agree(allowance_keep_months=2)
        self._settle(date(2026, 3, 31))
        self.assertEqual(
            [remaining for *_others, remaining in self._balances(date(2026, 3, 31))],
            [600, 600, 600],
        )
        self._settle(date(2026, 4, 1))
        self.assertEqual(
            [remaining for *_others, remaining in self._balances(date(2026, 4, 1))],
            [0, 600, 600, 600],
        )

    def test_scheduler_that_was_down_for_weeks_comes_to_the_same(self):
        self._agree(allowance_rollover=True, allowance_rollover_cap=4)
        for day in (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 12)):
            self._settle(day)
        in_time = self._balances(date(2026, 3, 12))
        moves = self._get_moves()
        agreement = self._create_billed(
            [
                {
                    "allowance_unit": "minutes",
                    "allowance_quantity": 10,
                    "allowance_rollover": True,
                    "allowance_rollover_cap": 4,
                }
            ],
            name="CT-13",
            customer_id=self.globex.id,
        )
        self._settle(date(2026, 3, 12))
        self.assertEqual(agreement.allowance_ids.customer_id, self.globex)
        self.assertEqual(self._balances(date(2026, 3, 12), self.globex), in_time)
        self.assertEqual(self._get_moves(self.globex), moves)

    def test_late_work_uses_what_expired(self):
        self._agree()
        self._settle(date(2026, 2, 1))
        self._draw(self._allowances()[0], 90, date(2026, 1, 31))
        self._settle(date(2026, 2, 2))
        self.assertEqual(
            self._balances(date(2026, 2, 2)), [(600, 510, 0), (600, 0, 600)]
        )

    def test_late_work_takes_back_what_was_rolled_over(self):
        self._agree(allowance_rollover=True)
        self._settle(date(2026, 2, 1))
        self._draw(self._allowances()[0], 90, date(2026, 1, 31))
        self._settle(date(2026, 2, 2))
        self.assertEqual(
            self._balances(date(2026, 2, 2)), [(90, 0, 0), (1110, 0, 1110)]
        )

    def test_late_work_is_offered_what_was_rolled_over(self):
        self._agree(allowance_rollover=True)
        self._settle(date(2026, 2, 1))
        day = date(2026, 1, 31)
        buckets = self.env["psa.allowance"]._get_buckets(
            self.company, self.acme, day, day
        )
        january, february = self._allowances()
        self.assertEqual(
            {(it.id, it.available, it.rolled_to, it.rolled) for it in buckets},
            {(january.id, 0, february.id, 600), (february.id, 1200, None, 0)},
        )

    def test_part_of_a_period_includes_its_share(self):
        agreement = self._agree()
        with freeze_all_time(datetime(2026, 1, 20, 9)):
            self._amend(agreement, date(2026, 1, 16), allowance_quantity=31)
        before, after = self._allowances().sorted("date_from")
        self.assertEqual(before.granted_quantity, round(600 * 15 / 31))
        self.assertEqual(before.date_until, date(2026, 1, 16))
        self.assertEqual(after.granted_quantity, 16 * 60)

    def test_rest_follows_an_amendment(self):
        agreement = self._agree(allowance_rollover=True)
        with freeze_all_time(datetime(2026, 1, 20, 9)):
            self._amend(agreement, date(2026, 2, 1), allowance_quantity=20)
        self._settle(date(2026, 2, 1))
        self.assertEqual(self._balances(date(2026, 2, 1)), [(0, 0, 0), (1800, 0, 1800)])

    def test_days_of_a_suspension_include_nothing(self):
        agreement = self._agree()
        with freeze_all_time(datetime(2026, 1, 10, 9)):
            agreement._suspend(date(2026, 1, 11), date(2026, 1, 21), "Closed")
        self.assertEqual(self._allowances().granted_quantity, round(600 * 21 / 31))

    def _break(self, model, method, agreement):
        """Let a method fail for the records of an agreement."""
        records = self.env.registry[model]
        original = getattr(records, method)

        def fail(record, *args):
            if record.agreement_id == agreement:
                raise ValueError("This customer is archived")
            return original(record, *args)

        return patch.object(records, method, fail)

    def _agree_with_two(self):
        return self._agree(), self._create_billed(
            [{"allowance_unit": "minutes", "allowance_quantity": 10}],
            name="CT-13",
            customer_id=self.globex.id,
        )

    def _check_billing(self):
        self.env["psa.billing.check"].with_user(self.bea).action_run()
        findings = self.env["psa.billing.finding"].with_user(self.bea)
        return findings.search([("state", "=", "open")])

    def test_period_that_cannot_be_granted_stops_no_other_and_is_listed(self):
        bad, _good = self._agree_with_two()
        with (
            self._break("psa.period", "_prepare_allowance_values", bad),
            freeze_all_time(datetime(2026, 2, 2, 3)),
        ):
            self._settle(date(2026, 2, 2))
            finding = self._check_billing().filtered(
                lambda it: it.check_id.code == "period_ungranted"
            )
        self.assertEqual(len(self._allowances(self.globex)), 2)
        self.assertEqual(len(self._allowances()), 1)
        self.assertEqual(finding.customer_id, self.acme)
        self.assertEqual(
            finding.text,
            "What the period from 02/01/2026 includes could not be granted: "
            "This customer is archived.",
        )

    def test_period_that_could_not_be_granted_is_granted_once_it_can(self):
        bad, _good = self._agree_with_two()
        with self._break("psa.period", "_prepare_allowance_values", bad):
            self._settle(date(2026, 2, 2))
        period = bad.line_ids.period_ids.filtered("settle_problem")
        self.assertEqual(period.settle_problem, "This customer is archived")
        self._settle(date(2026, 2, 2))
        self.assertFalse(period.settle_problem)
        self.assertEqual(period.allowance_ids.granted_quantity, 600)

    def test_rest_that_cannot_expire_stops_no_other_and_is_listed(self):
        bad, _good = self._agree_with_two()
        with (
            self._break("psa.allowance", "_expire", bad),
            freeze_all_time(datetime(2026, 2, 2, 3)),
        ):
            self._settle(date(2026, 2, 2))
            codes = self._check_billing().check_id.mapped("code")
        self.assertEqual(self._allowances(self.globex)[0].remaining_quantity, 0)
        self.assertEqual(self._allowances()[0].remaining_quantity, 600)
        self.assertIn("allowance_unsettled", codes)
        self._settle(date(2026, 2, 2))
        self.assertEqual(self._allowances()[0].remaining_quantity, 0)
        self.assertFalse(self._allowances()[0].settle_problem)

    def test_sold_block_expires_once(self):
        allowance = self._create_allowance(date_until="2026-04-01")
        self._draw(allowance, 100, date(2026, 3, 5))
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 11)):
            self._settle(day)
        self.assertEqual(
            allowance.move_ids.mapped(lambda it: (it.kind, it.quantity, it.date)),
            [
                ("grant", 600, date(2026, 3, 1)),
                ("expiry", -500, date(2026, 4, 1)),
            ],
        )
