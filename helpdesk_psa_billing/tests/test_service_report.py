"""What service brings in and costs, by hand and against the records one by one."""

import random
from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from ..models.psa_service_report import HOURS
from .charge_common import APRIL, FEBRUARY, MARCH
from .figures_common import FiguresCommon

ENTRIES = 60


@tagged("post_install", "-at_install")
class TestProfitability(FiguresCommon):
    def test_hour_sold_at_90_that_cost_30_leaves_60(self):
        self._bill_and_post(self._work(60))
        self.assertEqual(
            self._read("revenue", "cost", "margin", "margin_percent", "hours"),
            [90, 30, 60, 200 / 3, 1],
        )

    def test_rate_of_a_group_is_that_of_its_sums(self):
        # One hour at 90 and three that a fee pays for: 90 by 4, not the mean of 90 and 0.
        self._create_rule(
            self.plan,
            name="Covered",
            sequence=-1,
            outcome="covered",
            service_type_ids=[Command.set(self.onsite.ids)],
        )
        self._bill_and_post(self._work(60) | self._work(180, service=self.onsite))
        self.assertEqual(
            self._read("hours", "covered_hours", "value", "effective_rate"),
            [4, 3, 90 + 3 * 120, 22.5],
        )
        self.assertEqual(self._read("efficiency"), [90 / 450])

    def test_draft_is_expected_and_no_revenue(self):
        self._work(120)
        self.assertEqual(
            self._read("revenue", "expected_revenue", "unbilled_hours", "margin"),
            [0, 180, 2, -60],
        )
        self.assertEqual(self._read("expected_margin"), [120])

    def test_credit_note_takes_revenue_back(self):
        invoice = self._bill_and_post(self._work(60))
        credit = self._credit(invoice)
        self.assertEqual(self._read("revenue"), [90])
        credit.action_post()
        self.assertEqual(
            self._read("revenue", "expected_revenue", "hours", "cost"), [0, 90, 1, 30]
        )

    def test_part_counts_with_its_cost_of_that_day(self):
        cable = self._create_product("Cable", 40, type="consu", standard_price=15)
        item = (
            self.env["psa.item"]
            .with_user(self.ada)
            .create(
                {
                    "ticket_id": self.ticket.id,
                    "product_id": cable.id,
                    "quantity": 2,
                    "date": MARCH,
                }
            )
        )
        self.env.flush_all()
        cable.standard_price = 99
        self._charges(item).with_user(self.bea).action_approve()
        self._bill_work().action_post()
        self.assertEqual(
            self._read("revenue", "labour_revenue", "cost_items", "margin"),
            [80, 0, 30, 50],
        )

    def test_fee_is_labour_and_licences_are_not(self):
        self._create_billed(
            [
                {"price_unit": 100},
                {"name": "Mail", "price_unit": 10, "quantity_method": "licences"},
            ]
        )
        with freeze_all_time(datetime(2026, 1, 1, 9)):
            self.env["psa.licence"].create(
                {
                    "customer_id": self.acme.id,
                    "company_id": self.company.id,
                    "product_id": self.care.id,
                    "quantity": 3,
                    "date_start": "2026-01-01",
                }
            )
        self._run(date(2026, 1, 1)).move_ids.action_post()
        self.assertEqual(self._read("revenue", "labour_revenue"), [130, 100])
        kinds = dict(self._group(["kind"], ["revenue"]))
        self.assertEqual(kinds, {"fee": 100, "resale": 30})

    def test_prepaid_block_counts_when_it_is_invoiced(self):
        block = self._create_product(
            "Block", 800, psa_allowance_unit="minutes", psa_allowance_quantity=10
        )
        invoice = (
            self.env["account.move"]
            .with_user(self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.acme.id,
                    "invoice_date": MARCH,
                    "invoice_line_ids": [
                        Command.create({"product_id": block.id, "tax_ids": False})
                    ],
                }
            )
        )
        self.assertEqual(self._read("revenue"), [0])
        invoice.action_post()
        self.assertEqual(self._read("revenue", customer_id=self.acme.id), [800])

    def test_sales_order_that_bills_our_time_brings_in_its_invoice(self):
        product = self._create_product(
            "Project hours", 100, invoice_policy="delivery", service_type="timesheet"
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.acme.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        self._approve(self._work(60, so_line=order.order_line.id))
        order._create_invoices().action_post()
        self.assertEqual(
            self._read("revenue", "labour_revenue", "order_hours", "margin"),
            [100, 100, 1, 70],
        )

    def test_time_before_work_was_billed_has_its_cost(self):
        self._work(60, day=date(2025, 12, 30))
        self.assertEqual(
            self._read("hours", "uncharged_hours", "cost", customer_id=self.acme.id),
            [1, 1, 30],
        )

    def test_foreign_money_is_turned_into_that_of_the_company(self):
        dollars = self.env.ref("base.USD")
        if dollars == self.company.currency_id:
            dollars = self.env.ref("base.EUR")
        dollars.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 2,
                "currency_id": dollars.id,
                "company_id": self.company.id,
            }
        )
        self.acme.with_company(self.company).property_product_pricelist = self.env[
            "product.pricelist"
        ].create({"name": "Foreign", "currency_id": dollars.id})
        entry = self._work(60)
        self.assertEqual(self._charges(entry).amount, 180)
        self.assertEqual(self._read("expected_revenue", "value"), [90, 90])
        self._bill_and_post(entry)
        self.env["res.currency.rate"].create(
            {
                "name": date.today(),
                "rate": 4,
                "currency_id": dollars.id,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self._read("revenue", "value"), [90, 90])


@tagged("post_install", "-at_install")
class TestReconciliation(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_billed([{"name": "All"}])
        rules = (
            ("Covered", "covered", cls.remote, {}),
            ("Given", "not_billed", cls.travel, {"reason": "On us"}),
        )
        for name, outcome, service, values in rules:
            cls._create_rule(
                cls.plan,
                name=name,
                sequence=-1,
                outcome=outcome,
                service_type_ids=[Command.set(service.ids)],
                **values,
            )

    def test_hours_of_all_columns_add_up_to_those_worked(self):
        entries = self._work_at_random()
        self.env["account.analytic.line"].flush_model()
        names = ["hours", *HOURS]
        groups = self._group(
            ["agreement_id", "date:month"],
            names,
            kind="time",
        )
        for _agreement, _month, hours, *parts in groups:
            self.assertAlmostEqual(hours, sum(parts))
        worked = sum(entries.mapped("psa_minutes")) / 60
        self.assertAlmostEqual(sum(row[2] for row in groups), worked)

    def test_each_agreement_and_month_equals_its_charges(self):
        entries = self._work_at_random()
        some = entries[::3]
        self._approve(some)
        self._bill_work(until=date(2026, 5, 1)).action_post()
        charges = self._charges(entries)
        expected = self._sum_by(
            charges,
            lambda it: (it.agreement_id.id, it.work_date.replace(day=1)),
            lambda it: it.raw_minutes / 60,
            lambda it: it.raw_minutes / 60 * (it.destination == "covered"),
            lambda it: it.raw_minutes / 60 * (it.destination == "billed"),
            lambda it: it.raw_minutes / 60 * (it.destination == "not_billed"),
            lambda it: it.amount if it.state == "invoiced" else 0,
            lambda it: it.amount if it.state != "invoiced" else 0,
            lambda it: it.raw_minutes / 60 * it.base_price,
            lambda it: (
                -it.analytic_line_id.amount
                * it.raw_minutes
                / it.analytic_line_id.psa_minutes
            ),
        )
        groups = self._group(
            ["agreement_id", "date:month"],
            [
                "hours",
                "covered_hours",
                "billed_hours",
                "not_billed_hours",
                "revenue",
                "expected_revenue",
                "value",
                "cost_time",
            ],
            kind="time",
        )
        self.assertEqual(self._sum_groups(groups, 2), expected)

    def _work_at_random(self):
        chance = random.Random(8)
        entries = self.env["account.analytic.line"]
        for _number in range(ENTRIES):
            entries |= self._work(
                chance.choice((15, 20, 45, 60, 95)),
                day=FEBRUARY + timedelta(chance.randrange(80)),
                ticket=chance.choice((self.ticket, self.globex_ticket)),
                service=chance.choice((self.remote, self.onsite, self.travel)),
            )
        return entries.with_env(self.env)


@tagged("post_install", "-at_install")
class TestUnbilled(FiguresCommon):
    def test_unbilled_work_has_its_age(self):
        for days in (0, 31, 61, 91):
            self._work(60, day=date(2026, 5, 1) - timedelta(days))
        with freeze_all_time(datetime(2026, 5, 1, 9)):
            ages = dict(self._group(["age"], ["unbilled_amount"]))
        self.assertEqual(ages, {"0": 90, "30": 90, "60": 90, "90": 90})

    def test_stage_tells_what_it_waits_for(self):
        first, second, third = (self._work(60) for _number in range(3))
        self._approve_time(second)
        self._approve(third)
        self.assertEqual(
            dict(self._group(["stage"], ["unbilled_hours"])),
            {"time": 1, "draft": 1, "approved": 1},
        )
        self._bill_work()
        self.assertEqual(self._read("unbilled_hours", stage="drafted"), [1])
        self.assertEqual(self._read("unbilled_hours", entry_id=first.id), [1])

    def test_pending_work_counts_at_the_price_of_the_pricelist(self):
        self.plan.rule_ids.unlink()
        entry = self._work(120)
        entry.with_env(self.env)._psa_rate()
        self.assertEqual(self._charges(entry).destination, "pending")
        self.assertEqual(
            self._read("unbilled_hours", "unbilled_amount", "expected_revenue"),
            [2, 180, 0],
        )

    def test_what_is_invoiced_is_gone(self):
        self._bill_and_post(self._work(60))
        self.assertEqual(self._read("unbilled_hours", "unbilled_amount"), [0, 0])


@tagged("post_install", "-at_install")
class TestFiguresRights(FiguresCommon):
    def test_leads_and_billing_users_read_figures_and_agents_do_not(self):
        self._work(60)
        for user in (self.lea, self.bea):
            self.assertEqual(self._read("hours", user=user), [1])
        for user in (self.ada, self.rita):
            with self.assertRaises(AccessError):
                self._read("hours", user=user)

    def test_closed_customer_group_is_not_counted(self):
        self._work(60)
        self._work(30, ticket=self.globex_ticket)
        group = self.env["psa.customer.group"].create(
            {"name": "Pod", "restrict": True, "user_ids": [Command.set(self.bea.ids)]}
        )
        self.globex.psa_customer_group_id = group
        self.assertEqual(self._read("hours", user=self.lea), [1])
        self.assertEqual(self._read("hours", user=self.bea), [1.5])

    def test_other_company_is_not_counted(self):
        self._work(60)
        other = self._create_billing_user(
            "otto", "Otto Other", "user", company=self.company_2
        )
        self.assertEqual(self._read("hours", user=other), [0])

    def test_internal_time_is_for_managers(self):
        self._log(
            False, 60, project_id=self.project.id, psa_service_type_id=self.internal.id
        )
        self.assertEqual(self._read("hours", user=self.lea), [0])
        self.assertEqual(self._read("hours", user=self.max), [1])

    def test_row_opens_what_it_is_about(self):
        entry = self._work(60)
        row = self.env["psa.service.report"].with_user(self.lea).search([])
        action = row.action_open_source()
        self.assertEqual(action["res_model"], "psa.charge")
        self.assertEqual(action["res_id"], self._charges(entry).id)

    def test_month_by_month_is_one_query(self):
        self._work(60)
        self._work(60, day=APRIL)
        self.env.flush_all()
        report = self.env["psa.service.report"].with_user(self.lea)
        report._read_group([], ["date:month"], ["revenue:sum"])
        with self.assertQueryCount(1):
            report._read_group([], ["date:month"], ["revenue:sum", "efficiency:avg"])
