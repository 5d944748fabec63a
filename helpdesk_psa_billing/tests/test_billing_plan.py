"""Which plans and rules are asked, in which order, and what stands in them."""

from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.rule_choice import Work, decide
from .plan_common import PlanCommon

DAY = date(2026, 6, 1)  # a Monday


@tagged("post_install", "-at_install")
class TestBillingPlan(PlanCommon):
    def _ask(self, **values):
        """Return the plans that are asked about work for ACME."""
        work = Work(
            **{
                "key": 1,
                "kind": "time",
                "day": DAY,
                "minutes": 60,
                "company": self.company.id,
                "customer": self.acme.id,
                **values,
            }
        )
        return (
            self.env["psa.billing.plan"].with_user(self.ada)._get_plan_terms([work])[0]
        )

    def test_plans_are_asked_from_the_closest_to_the_farthest(self):
        region = self.env["psa.customer.group"].create({"name": "Region"})
        pod = self.env["psa.customer.group"].create(
            {"name": "Pod", "parent_id": region.id}
        )
        self.acme.psa_customer_group_id = pod
        plans = [self._create_plan(name) for name in "123456"]
        agreement = self._create_billed(
            [{"billing_plan_id": plans[0].id}], billing_plan_id=plans[1].id
        )
        self.acme.psa_billing_plan_id = plans[2]
        pod.billing_plan_id = plans[3]
        region.billing_plan_id = plans[4]
        self.company.psa_billing_plan_id = plans[5]
        asked = self._ask(agreement=agreement.id, agreement_line=agreement.line_ids.id)
        self.assertEqual(
            [(it.id, it.level) for it in asked],
            [
                (plans[0].id, "line"),
                (plans[1].id, "agreement"),
                (plans[2].id, "customer"),
                (plans[3].id, "group"),
                (plans[4].id, "group"),
                (plans[5].id, "company"),
            ],
        )

    def test_plan_that_stands_twice_is_asked_once(self):
        plan = self._create_plan("Only")
        self.acme.psa_billing_plan_id = plan
        self.company.psa_billing_plan_id = plan
        self.assertEqual([it.level for it in self._ask()], ["customer"])

    def test_plan_of_a_customer_holds_in_its_company_only(self):
        plan = self._create_plan("Ours")
        self.acme.with_company(self.company).psa_billing_plan_id = plan
        self.assertTrue(self._ask())
        self.assertFalse(self._ask(company=self.company_2.id))

    def test_plans_of_a_thousand_entries_cost_a_handful_of_queries(self):
        self.acme.psa_billing_plan_id = self._create_plan("ACME", [{"name": "All"}])
        work = Work(1, "time", DAY, 60, company=self.company.id, customer=self.acme.id)
        plans = self.env["psa.billing.plan"].with_user(self.ada)
        plans._get_plan_terms([work])
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            plans._get_plan_terms([work] * 1000)

    def test_changed_rule_holds_at_once(self):
        plan = self._create_plan("ACME", [{"name": "All", "multiplier": 1.5}])
        self.acme.psa_billing_plan_id = plan
        self.assertEqual(self._ask()[0].rules[0].multiplier, 1.5)
        plan.rule_ids.with_user(self.boss).multiplier = 2
        self.assertEqual(self._ask()[0].rules[0].multiplier, 2)

    def test_condition_on_something_archived_stays_a_condition(self):
        plan = self._create_plan(
            "ACME", [{"name": "R", "service_type_ids": [Command.set(self.remote.ids)]}]
        )
        self.acme.psa_billing_plan_id = plan
        self.remote.active = False
        self.assertEqual(
            self._ask()[0].rules[0].conditions,
            (
                ("kind", frozenset({"time"})),
                ("service_type", frozenset(self.remote.ids)),
            ),
        )

    def test_work_over_closing_time_is_split_between_bands(self):
        plan = self._create_plan(
            "ACME",
            [
                {
                    "name": "Late",
                    "multiplier": 1.5,
                    "band_ids": [Command.set(self.other_hours.ids)],
                },
                {"name": "Day"},
            ],
            band_ids=[Command.set((self.office_hours | self.other_hours).ids)],
        )
        self.acme.psa_billing_plan_id = plan
        values = {
            "minutes": 180,
            "start": datetime(2026, 6, 1, 17),
            "stop": datetime(2026, 6, 1, 20),
        }
        work = Work(
            1,
            "time",
            DAY,
            company=self.company.id,
            customer=self.acme.id,
            **values,
        )
        pieces = decide(work, self._ask())
        self.assertEqual(
            [(piece.minutes, choice.rule.multiplier) for piece, choice in pieces],
            [(60, 1.0), (120, 1.5)],
        )

    def test_nothing_is_given_away_without_a_reason(self):
        plan = self._create_plan("ACME")
        for values in (
            {"outcome": "not_billed"},
            {"price_method": "fixed", "price": 0},
            {"multiplier": 0},
            {"has_own_discount": True, "discount": 100},
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, "Write the reason"),
            ):
                self._create_rule(plan, **values)
        self.assertTrue(self._create_rule(plan, multiplier=0, reason="Goodwill"))

    def test_rule_asks_for_bands_of_its_plan_only(self):
        plan = self._create_plan("ACME")
        with self.assertRaisesRegex(ValidationError, "hours bands"):
            self._create_rule(plan, band_ids=[Command.set(self.office_hours.ids)])

    def test_band_stays_in_a_plan_whose_rules_ask_for_it(self):
        plan = self._create_plan("P", band_ids=[Command.set(self.office_hours.ids)])
        self._create_rule(plan, band_ids=[Command.set(self.office_hours.ids)])
        with self.assertRaisesRegex(ValidationError, "hours bands"):
            plan.band_ids = False

    def test_plan_stays_with_its_company(self):
        plan = self._create_plan("ACME")
        with self.assertRaisesRegex(UserError, "stays with its company"):
            plan.company_id = self.company_2
        self.assertEqual(plan.company_id, self.company)

    def test_service_type_that_a_rule_asks_for_is_not_deleted(self):
        plan = self._create_plan("ACME")
        kind = self.env["psa.service.type"].create({"name": "Drone"})
        self._create_rule(plan, service_type_ids=[Command.set(kind.ids)])
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            kind.unlink()
        self.assertTrue(kind.exists())

    def test_trial_plan_is_asked_before_all_others(self):
        self.company.psa_billing_plan_id = self._create_plan("Usual")
        trial = self._create_plan("Trial")
        plans = self.env["psa.billing.plan"].with_context(psa_trial_plan_id=trial.id)
        work = Work(1, "time", DAY, company=self.company.id, customer=self.acme.id)
        (asked,) = plans._get_plan_terms([work])
        self.assertEqual([it.name for it in asked], ["Trial", "Usual"])

    def test_trial_date_takes_the_rules_of_that_day(self):
        plan = self._create_plan(
            "ACME",
            [
                {"name": "Old", "date_until": "2026-07-01"},
                {"name": "New", "date_from": "2026-07-01"},
            ],
        )
        self.acme.psa_billing_plan_id = plan
        plans = self.env["psa.billing.plan"].with_context(
            psa_trial_date=date(2026, 7, 1)
        )
        work = Work(1, "time", DAY, company=self.company.id, customer=self.acme.id)
        ((asked,),) = plans._get_plan_terms([work])
        self.assertEqual([rule.name for rule in asked.rules], ["New"])
        self.assertFalse(asked.rules[0].find_obstacle(work))

    def test_base_price_is_that_of_the_pricelist_on_the_day(self):
        product = self._create_product("Remote work", 90)
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "2026",
                "currency_id": self.currency.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": product.id,
                            "compute_price": "fixed",
                            "fixed_price": 99,
                            "date_start": "2026-07-01",
                        }
                    )
                ],
            }
        )
        june, july = (
            (product.id, pricelist.id, self.currency.id, day, 1.0)
            for day in (date(2026, 6, 30), date(2026, 7, 1))
        )
        prices = self.env["psa.billing.plan"]._get_base_prices([june, july])
        self.assertEqual(prices, {june: 90, july: 99})

    def test_rule_says_what_it_is_about_and_what_becomes_of_it(self):
        plan = self._create_plan("P", band_ids=[Command.set(self.other_hours.ids)])
        rule = self._create_rule(
            plan,
            service_type_ids=[Command.set(self.remote.ids)],
            band_ids=[Command.set(self.other_hours.ids)],
            multiplier=1.5,
            rounding_step=15,
            surcharge_percent=10,
        )
        self.assertEqual(rule.conditions_text, f"{self.remote.name} · Other hours")
        self.assertEqual(
            rule.terms_text,
            "Pricelist × 1.5 · surcharge 10 % · rounded up to 15 min",
        )
