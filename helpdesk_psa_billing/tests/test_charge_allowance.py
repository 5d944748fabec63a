"""Allowances pay for work, rules and minimums say the rest."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .charge_common import APRIL, MARCH, MAY, ChargeCommon


@tagged("post_install", "-at_install")
class TestPaidAhead(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.rule_ids.write({"outcome": "allowance"})

    def _grant(self, hours, **values):
        return (
            self.env["psa.allowance"]
            .with_user(self.boss)
            .create(
                {
                    "customer_id": self.acme.id,
                    "company_id": self.company.id,
                    "unit": "minutes",
                    "date_from": "2026-01-01",
                    "granted_date": "2026-01-01",
                    "overrun": "billed",
                    "opening_quantity": hours,
                    **values,
                }
            )
            .with_env(self.env)
        )

    def test_work_beyond_the_block_is_billed(self):
        # Odoo bills nothing of it (V7).
        block = self._grant(10)
        entry = self._work(13 * 60)
        charges = self._charges(entry)
        self.assertEqual(self._get_totals(charges), {"allowance": 600, "billed": 180})
        self.assertEqual(sum(charges.mapped("amount")), 270)
        self.assertEqual(block.remaining_quantity, 0)

    def test_work_beyond_it_has_its_own_price_if_agreed(self):
        self._grant(1, overrun_price=150)
        charges = self._charges(self._work(90))
        self.assertEqual(charges.mapped("amount"), [0, 75])

    def test_work_beyond_a_strict_block_is_pending(self):
        self._grant(1, overrun="refused")
        totals = self._get_totals(self._charges(self._work(90)))
        self.assertEqual(totals, {"allowance": 60, "pending": 30})

    def test_deleted_work_gives_its_minutes_to_what_came_after(self):
        self._grant(1)
        first, second = self._work(60), self._work(60, day=date(2026, 3, 2))
        self.assertEqual(self._charges(second).destination, "billed")
        first.unlink()
        self.assertEqual(self._charges(second).destination, "allowance")

    def test_deleted_part_gives_its_money_to_what_came_after(self):
        self._grant(90, unit="money", currency_id=self.company.currency_id.id)
        cable = self._create_product("Cable", 90, type="consu")
        part = self.env["psa.item"].create(
            {"ticket_id": self.ticket.id, "product_id": cable.id, "date": MARCH}
        )
        entry = self._work(60, day=date(2026, 3, 2))
        self.assertEqual(self._charges(entry).destination, "billed")
        part.unlink()
        self.assertEqual(self._charges(entry).destination, "allowance")

    def test_time_moved_to_another_customer_gives_its_minutes_back(self):
        self._grant(1)
        first, second = self._work(60), self._work(60, day=date(2026, 3, 2))
        first.psa_ticket_id = self._create_ticket(partner_id=self.zoe.id)
        self.assertEqual(self._charges(second).destination, "allowance")

    def test_ticket_of_another_customer_gives_its_minutes_back(self):
        self._grant(1)
        other = self._create_ticket()
        self._work(60, ticket=other)
        second = self._work(60, day=date(2026, 3, 2))
        self.assertEqual(self._charges(second).destination, "billed")
        other.write({"partner_id": self.zoe.id})
        self.assertEqual(self._charges(second).destination, "allowance")

    def test_work_dated_earlier_is_paid_first(self):
        self._grant(1)
        later = self._work(60, day=date(2026, 3, 9))
        earlier = self._work(60, day=MARCH)
        self.assertEqual(self._charges(earlier).destination, "allowance")
        self.assertEqual(self._charges(later).destination, "billed")

    def test_approved_work_keeps_what_it_drew(self):
        self._grant(1)
        later = self._work(60, day=date(2026, 3, 9))
        self._approve(later)
        earlier = self._work(60, day=MARCH)
        self.assertEqual(self._charges(later).destination, "allowance")
        self.assertEqual(self._charges(earlier).destination, "billed")

    def test_block_and_rest_are_explained_before_the_time_is_saved(self):
        block = self._grant(2)
        foreseen = (
            self.env["psa.charge"]
            .with_user(self.ada)
            .foresee(
                "account.analytic.line",
                {
                    "psa_ticket_id": self.ticket.id,
                    "psa_service_type_id": self.remote.id,
                    "unit_amount": 2.5,
                    "date": MARCH,
                    "psa_billable": True,
                },
            )
        )
        paid, billed = [part["text"] for part in foreseen["parts"]]
        self.assertIn(block.name, paid)
        self.assertIn("2:00", paid)
        self.assertIn("0:30", billed)
        self.assertEqual(block.remaining_quantity, 120)

    def test_written_off_work_draws_nothing(self):
        block = self._grant(1)
        charge = self._charges(self._work(60))
        charge.with_user(self.lea)._write_off("Goodwill")
        self.assertEqual(block.remaining_quantity, 60)


@tagged("post_install", "-at_install")
class TestMinimum(ChargeCommon):
    def _agree(self, date_start="2026-03-01", **values):
        return self._create_billed(
            [
                {
                    "product_id": False,
                    "minimum_service_type_id": self.remote.id,
                    **values,
                }
            ],
            date_start=date_start,
        )

    def test_three_hours_of_five_are_billed_as_five(self):
        self._agree(minimum_minutes=300)
        self._approve(self._work(180))
        invoice = self._bill_work()
        self.assertEqual(self._get_hours(invoice), 5)
        self.assertEqual(invoice.amount_untaxed, 450)

    def test_minimum_is_billed_once(self):
        self._agree(minimum_minutes=300)
        self._bill_work()
        self.assertFalse(self._bill_work())

    def test_work_above_the_minimum_adds_nothing(self):
        self._agree(minimum_minutes=120)
        self._approve(self._work(180))
        self.assertEqual(self._get_hours(self._bill_work()), 3)

    def test_least_amount_is_made_up_for(self):
        self._agree(minimum_amount=200)
        self._approve(self._work(60))
        self.assertEqual(self._bill_work().amount_untaxed, 200)

    def test_late_work_gives_back_what_the_minimum_took(self):
        self._agree(minimum_minutes=300)
        self._bill_work().action_post()
        self._approve(self._work(60))
        run = self._run(MAY, work_until=APRIL)
        self.assertEqual(sum(run.line_ids.mapped("amount")), 0)

    def test_work_that_came_late_is_billed_beyond_the_minimum_only(self):
        self._agree(minimum_minutes=300)
        self._approve(self._work(180))
        self._bill_work().action_post()
        self._approve(self._work(180))
        self.assertEqual(self._bill_work(MAY, work_until=APRIL).amount_untaxed, 90)

    def test_credited_month_is_billed_again_with_its_minimum(self):
        self._agree(minimum_minutes=300)
        self._approve(self._work(180))
        invoice = self._bill_work()
        invoice.action_post()
        self._credit(invoice, psa_credit_disposition="bill_again").action_post()
        again = self._bill_work()
        self.assertEqual(self._get_hours(again), 5)
        again.action_post()
        self.assertFalse(self._bill_work(MAY, work_until=APRIL))

    def test_work_that_is_written_off_is_not_billed_by_the_minimum(self):
        self._agree(minimum_minutes=300)
        self._approve(self._work(180))
        invoice = self._bill_work()
        invoice.action_post()
        self._credit(invoice, psa_credit_disposition="write_off").action_post()
        self.assertFalse(self._bill_work(MAY, work_until=APRIL))

    def test_goodwill_before_the_invoice_counts_towards_the_minimum(self):
        self._agree(minimum_minutes=300)
        entry = self._work(180)
        self._approve_time(entry)
        self._charges(entry).with_user(self.lea)._write_off("Goodwill")
        self.assertEqual(self._get_hours(self._bill_work()), 2)

    def test_time_that_an_allowance_pays_does_not_count_towards_the_minimum(self):
        self.plan.rule_ids.write({"outcome": "allowance"})
        self.env["psa.allowance"].with_user(self.boss).create(
            {
                "customer_id": self.acme.id,
                "date_from": "2026-01-01",
                "opening_quantity": 2,
            }
        )
        self._agree(minimum_minutes=300)
        entry = self._work(180)
        self.assertEqual(
            self._get_totals(self._approve(entry)), {"allowance": 120, "billed": 60}
        )
        self.assertEqual(self._get_hours(self._bill_work()), 5)

    def test_month_that_begins_in_its_midst_has_its_share_of_the_minimum(self):
        self._agree("2026-03-17", minimum_minutes=310)
        self.assertEqual(self._get_hours(self._bill_work()), 2.5)

    def test_month_waits_while_something_is_not_approved(self):
        self._agree(minimum_minutes=300)
        self._work(60)
        self.assertFalse(self._bill_work())


@tagged("post_install", "-at_install")
class TestRatingQueries(ChargeCommon):
    def _log_many(self, count, day=MARCH):
        return self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "psa_ticket_id": self.ticket.id,
                    "psa_service_type_id": self.remote.id,
                    "employee_id": self.ada_employee.id,
                    "psa_minutes": 30,
                    "psa_billable": True,
                    "date": day,
                }
                for _number in range(count)
            ]
        )

    def _count_queries(self, entries):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["psa.charge"]._rate(entries, self.env["psa.item"])
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_100_entries_are_rated_in_about_as_many_queries_as_10(self):
        few, many = self._log_many(10), self._log_many(100)
        self._charges(few, many).unlink()
        self._count_queries(few)
        self._charges(few).unlink()
        for_few, for_many = self._count_queries(few), self._count_queries(many)
        self.assertEqual(len(self._charges(many)), 100)
        self.assertLessEqual(for_many, for_few + 5)
        self.assertLess(for_many, 60)

    def test_rating_what_is_rated_writes_nothing(self):
        entries = self._log_many(100)
        self._count_queries(entries)
        charges = self._charges(entries)
        before = charges.mapped("write_date")
        self.assertLess(self._count_queries(entries), 40)
        self.assertEqual(charges.mapped("write_date"), before)

    def test_rule_by_the_hour_needs_no_query_per_entry(self):
        self.plan.band_ids = self.office_hours | self.other_hours
        self._create_rule(
            self.plan,
            name="Evenings",
            kind="time",
            band_ids=[Command.set(self.other_hours.ids)],
            multiplier=2,
            sequence=-1,
        )
        entries = self._log_many(50)
        self._charges(entries).unlink()
        self.assertLess(self._count_queries(entries), 70)
