"""What came and went of the monthly recurring revenue, and why."""

import random
from collections import defaultdict
from datetime import date, datetime

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .figures_common import FiguresCommon

MODEL = "psa.mrr.report"
JULY = datetime(2026, 7, 10, 9)


@tagged("post_install", "-at_install")
class TestMrrMovement(FiguresCommon):
    def _movements(self, moment=JULY, **domain):
        """Return {(month number, movement): amount} as Lea sees them on a day."""
        with freeze_all_time(moment):
            groups = self._group(
                ["month:month", "kind"], ["amount"], model=MODEL, **domain
            )
        return {(month.month, kind): round(amount, 2) for month, kind, amount in groups}

    def test_year_of_an_agreement_by_hand(self):
        agreement = self._create_billed([{"quantity": 10, "price_unit": 10}])
        with freeze_all_time(datetime(2026, 2, 20)):
            self._amend(agreement, date(2026, 3, 15), price_unit=12)
        with freeze_all_time(datetime(2026, 3, 20)):
            self._amend(agreement, date(2026, 4, 1), quantity=15)
        with freeze_all_time(datetime(2026, 4, 20)):
            self._amend(agreement, date(2026, 5, 10), quantity=5, price_unit=11)
        with freeze_all_time(datetime(2026, 6, 1)):
            agreement.with_user(self.lea)._terminate(date(2026, 6, 20), "Sold")
        self.assertEqual(
            self._movements(),
            {
                (1, "new"): 100,
                (3, "price"): 20,
                (4, "expansion"): 60,
                # Five remain, each a Euro cheaper; ten at 12 are gone.
                (5, "price"): -5,
                (5, "contraction"): -120,
                (6, "churn"): -55,
            },
        )

    def test_second_agreement_of_a_customer_is_expansion(self):
        self._create_billed([{"price_unit": 100}])
        self._create_billed([{"price_unit": 40}], name="CT-13", date_start="2026-02-01")
        self.assertEqual(self._movements(), {(1, "new"): 100, (2, "expansion"): 40})

    def test_renewal_by_another_agreement_is_no_churn(self):
        self._create_billed([{"price_unit": 100}], date_end="2026-03-31")
        self._create_billed(
            [{"price_unit": 100}], name="CT-13", date_start="2026-04-01"
        )
        movements = self._movements()
        self.assertNotIn((4, "churn"), movements)
        self.assertEqual(
            movements,
            {(1, "new"): 100, (4, "expansion"): 100, (4, "contraction"): -100},
        )

    def test_yearly_fee_counts_a_twelfth_and_one_time_fees_nothing(self):
        self._create_billed(
            [
                {"price_unit": 1200, "billing_unit": "year"},
                {"price_unit": 500, "charge_kind": "one_time"},
            ]
        )
        self.assertEqual(self._movements(), {(1, "new"): 100})

    def test_draft_counts_nothing(self):
        self._create_billed([{"price_unit": 100}], activate=False)
        self.assertEqual(self._movements(), {})

    def test_counted_quantity_counts_as_it_was_charged(self):
        # Licences: 3 in January, 5 when February is charged.
        self._create_billed([{"price_unit": 10, "quantity_method": "licences"}])
        licence = self.env["psa.licence"].create(
            {
                "customer_id": self.acme.id,
                "company_id": self.company.id,
                "product_id": self.care.id,
                "quantity": 3,
                "date_start": "2026-01-01",
            }
        )
        self._run(date(2026, 1, 1))
        with freeze_all_time(datetime(2026, 1, 20, 9)):
            licence.quantity = 5
        self._run(date(2026, 2, 1))
        self.assertEqual(
            self._movements(datetime(2026, 2, 15, 9)),
            {(1, "new"): 30, (2, "expansion"): 20},
        )

    def test_movements_add_up_to_the_revenue_of_each_month(self):
        chance = random.Random(9)
        agreements = self.env["psa.agreement"]
        for number in range(8):
            start = date(2026, 1, 1) + relativedelta(months=chance.randrange(4))
            end = start + relativedelta(months=chance.randrange(1, 8), days=-1)
            agreements |= self._create_billed(
                [
                    {"price_unit": chance.choice((50, 70)), "quantity": quantity}
                    for quantity in (chance.randrange(1, 4), 2)
                ],
                name=f"CT-R{number}",
                customer_id=chance.choice((self.acme, self.globex)).id,
                date_start=start,
                date_end=chance.choice((end, False)),
            )
        with freeze_all_time(JULY):
            groups = self._group(
                ["customer_id", "month:month"], ["amount"], model=MODEL
            )
            today = fields.Date.context_today(agreements)
        running = defaultdict(dict)
        for customer, month, amount in groups:
            running[customer][month] = amount
        for customer in (self.acme, self.globex):
            total = 0
            for number in range(7):
                month = date(2026, 1, 1) + relativedelta(months=number)
                total += running[customer].get(month, 0)
                day = min(month + relativedelta(months=1, days=-1), today)
                self.assertAlmostEqual(total, self._get_revenue(customer, day))

    def _get_revenue(self, customer, day):
        """Return what a customer brings in per month on a day, line by line."""
        total = 0
        for line in self.env["psa.agreement.line"].search(
            [("customer_id", "=", customer.id)]
        ):
            end = line.agreement_id.date_end
            is_in_force = (
                line.date_from <= day
                and (not line.date_until or day < line.date_until)
                and (not end or day <= end)
            )
            total += line.quantity * line.price_unit if is_in_force else 0
        return total

    def test_today_it_is_what_the_customer_page_says(self):
        with freeze_all_time(JULY):
            self._create_billed([{"price_unit": 100}, {"price_unit": 33.33}])
            self.assertAlmostEqual(
                self._read("amount", model=MODEL)[0],
                self.acme.with_user(self.lea).psa_monthly_amount,
            )

    def test_agents_do_not_see_it(self):
        with self.assertRaises(AccessError):
            self._read("amount", model=MODEL, user=self.ada)
