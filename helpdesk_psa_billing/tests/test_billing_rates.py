"""The rate card, rates to check, and the history of prices."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import BaseCase, tagged
from odoo.tools.misc import formatLang

from ..tools.rule_choice import RuleTerms
from ..tools.rule_conflict import find_hidden
from .plan_common import PlanCommon


def rule(number, **conditions):
    return RuleTerms(
        number,
        conditions=tuple((name, frozenset(it)) for name, it in conditions.items()),
    )


@tagged("post_install", "-at_install")
class TestHiddenRules(BaseCase):
    def test_rule_below_a_wider_one_is_hidden(self):
        wide, narrow = rule(1, service_type={1, 2}), rule(2, service_type={2}, site={7})
        self.assertEqual(find_hidden([wide, narrow]), {2: 1})
        self.assertEqual(find_hidden([narrow, wide]), {})

    def test_rules_about_different_work_hide_nothing(self):
        self.assertEqual(
            find_hidden([rule(1, service_type={1}), rule(2, service_type={1, 2})]), {}
        )

    def test_rule_that_outlasts_the_earlier_one_is_not_hidden(self):
        first = RuleTerms(1, date_until=self._day(7))
        self.assertEqual(find_hidden([first, RuleTerms(2)]), {})
        second = RuleTerms(2, date_until=self._day(6))
        self.assertEqual(find_hidden([first, second]), {2: 1})

    def test_what_is_below_a_category_is_of_the_category(self):
        rules = [
            rule(1, equipment_category={1}),
            rule(2, equipment_category={2}),
            rule(3, equipment_category={3}),
        ]
        paths = {"equipment_category": {1: {1}, 2: {1, 2}, 3: {3}}}
        self.assertEqual(find_hidden(rules, paths), {2: 1})

    def _day(self, month):
        return date(2026, month, 1)


@tagged("post_install", "-at_install")
class TestRatesToCheck(PlanCommon):
    def test_rule_that_is_never_reached_says_which_one_hides_it(self):
        plan = self._create_plan("P", [{"name": "All"}, {"name": "More"}])
        first, second = plan.with_user(self.bea).rule_ids
        self.assertFalse(first.problem)
        self.assertRegex(second.problem, "never reached: “All”")
        self.assertEqual(plan.problem_count, 1)

    def test_service_type_without_product_has_no_price(self):
        plan = self._create_plan(
            "P", [{"name": "R", "service_type_ids": [Command.set(self.remote.ids)]}]
        )
        self.assertRegex(plan.rule_ids.problem, "sells no product")
        plan.rule_ids.write({"price_method": "fixed", "price": 80})
        self.assertFalse(plan.rule_ids.problem)

    def test_product_without_price_is_told(self):
        self.remote.product_id = self._create_product("Remote", 0)
        plan = self._create_plan(
            "P", [{"name": "R", "service_type_ids": [Command.set(self.remote.ids)]}]
        )
        self.assertRegex(plan.rule_ids.problem, "the price 0")
        self.remote.product_id.list_price = 90
        plan.rule_ids.invalidate_recordset(["problem", "has_problem"])
        self.assertFalse(plan.rule_ids.problem)

    def test_list_of_rates_to_check_holds_those_with_a_problem(self):
        plan = self._create_plan("P", [{"name": "All"}, {"name": "More"}])
        found = (
            self.env["psa.billing.rule"]
            .with_user(self.bea)
            .search([("has_problem", "=", True), ("plan_id", "=", plan.id)])
        )
        self.assertEqual(found.name, "More")


@tagged("post_install", "-at_install")
class TestRateCard(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["psa.service.type"].search([]).active = False
        (cls.remote | cls.onsite).active = True
        cls.remote.product_id = cls._create_product("Remote", 90)
        cls.onsite.product_id = cls._create_product("On site", 0)
        cls.plan = cls._create_plan(
            "P",
            [
                {
                    "name": "Late",
                    "multiplier": 1.5,
                    "service_type_ids": [Command.set(cls.remote.ids)],
                    "band_ids": [Command.set(cls.other_hours.ids)],
                },
                {"name": "R", "service_type_ids": [Command.set(cls.remote.ids)]},
                {"name": "S", "service_type_ids": [Command.set(cls.onsite.ids)]},
                {
                    "name": "Parts",
                    "kind": "item",
                    "item_kind": "part",
                    "outcome": "covered",
                },
            ],
            band_ids=[Command.set((cls.office_hours | cls.other_hours).ids)],
        )

    def _get_cells(self, kind, records, user=None):
        """Return {row: [(text, state) per band]}."""
        plans = self.env["psa.billing.plan"].with_user(user or self.bea)
        card = plans.get_rate_card(kind, records.ids, "2026-06-01")
        return {
            row["name"]: [(it["text"], it["state"]) for it in row["cells"]]
            for row in card["rows"]
        }

    def test_card_of_a_plan_has_a_price_per_band(self):
        cells = self._get_cells("plan", self.plan)
        self.assertEqual(
            [text for text, _state in cells["Remote test"]],
            [self._money(90), self._money(135)],
        )

    def test_included_is_a_value_zero_is_a_warning_nothing_is_a_question(self):
        cells = self._get_cells("plan", self.plan)
        self.assertEqual(cells["Part"], [("Included", "covered")] * 2)
        self.assertEqual(cells["On site test"], [(self._money(0), "zero")] * 2)
        self.assertEqual(cells["Expense"], [("—", "next")] * 2)
        cells = self._get_cells("customer", self.acme)
        self.assertEqual(cells["Expense"], [("To decide", "pending")])

    def test_rule_that_asks_for_more_than_the_card_knows_is_an_exception(self):
        self._create_rule(
            self.plan,
            sequence=-1,
            outcome="covered",
            ticket_type_ids=[Command.set(self.type_incident.ids)],
        )
        plans = self.env["psa.billing.plan"].with_user(self.bea)
        card = plans.get_rate_card("plan", self.plan.ids, "2026-06-01")
        (exception,) = card["rows"][0]["cells"][0]["exceptions"]
        self.assertEqual(
            (exception["about"], exception["text"]),
            (self.type_incident.name, "Included"),
        )
        self.assertEqual(card["rows"][0]["cells"][0]["state"], "billed")

    def test_card_of_a_customer_follows_agreement_pricelist_and_discount(self):
        flat = self._create_plan(
            "Flat",
            [
                {
                    "name": "Flat",
                    "outcome": "covered",
                    "service_type_ids": [Command.set(self.onsite.ids)],
                }
            ],
        )
        self._create_billed([{}], billing_plan_id=flat.id)
        self.acme.psa_billing_plan_id = self.plan
        self.acme.psa_work_discount = 10
        cells = self._get_cells("customer", self.acme)
        self.assertEqual(cells["On site test"], [("Included", "covered")] * 2)
        self.assertEqual(cells["Remote test"][0], (self._money(81), "billed"))

    def test_level_has_a_row_of_its_own_where_it_costs_something_else(self):
        senior = self.env["psa.technician.level"].create({"name": "Senior"})
        self._create_rule(
            self.plan,
            sequence=-1,
            level_ids=[Command.set(senior.ids)],
            service_type_ids=[Command.set(self.remote.ids)],
            price_method="fixed",
            price=140,
        )
        cells = self._get_cells("plan", self.plan)
        self.assertEqual(cells["Remote test, Senior"][0][0], self._money(140))
        self.assertNotIn("On site test, Senior", cells)

    def test_card_of_customers_begins_with_those_who_have_prices_of_their_own(self):
        plans = self.env["psa.billing.plan"].with_user(self.bea)
        before = {it["id"] for it in plans.get_rate_card("customer")["columns"]}
        self.acme.psa_work_discount = 10
        self._create_billed(
            [{"billing_plan_id": self.plan.id}], customer_id=self.globex.id
        )
        after = {it["id"] for it in plans.get_rate_card("customer")["columns"]}
        self.assertEqual(after - before, {self.acme.id, self.globex.id})

    def test_customer_of_another_company_is_not_shown(self):
        stranger = self.env["res.partner"].create(
            {
                "name": "Far",
                "is_company": True,
                "psa_is_customer": True,
                "company_id": self.company_2.id,
            }
        )
        with self.assertRaises(AccessError):
            self._get_cells("customer", stranger)

    def test_card_of_a_dozen_plans_costs_few_queries(self):
        for number in range(11):
            self.plan.copy({"name": str(number)})
        plans = self.env["psa.billing.plan"].with_user(self.bea)
        plans.get_rate_card("plan")
        self.env.invalidate_all()
        with self.assertQueryCount(90):
            card = plans.get_rate_card("plan")
        self.assertEqual(len(card["columns"]), 12)

    def _money(self, amount):
        return formatLang(self.env(user=self.bea), amount, currency_obj=self.currency)


@tagged("post_install", "-at_install")
class TestPriceHistory(PlanCommon):
    def _get_changes(self, record, user=None):
        changes = self.env["psa.billing.parameter.change"].with_user(user or self.bea)
        return changes.search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def test_changed_price_says_who_and_from_what_to_what(self):
        plan = self._create_plan(
            "P", [{"name": "R", "price_method": "fixed", "price": 80}]
        )
        plan.rule_ids.with_user(self.boss).price = 95
        change = self._get_changes(plan.rule_ids)[0]
        self.assertEqual(
            (change.create_uid, change.field_label, change.old_value, change.new_value),
            (self.boss, "Price", "80.00", "95.00"),
        )

    def test_same_value_again_is_no_change(self):
        plan = self._create_plan("P", [{"name": "R", "multiplier": 2}])
        before = self._get_changes(plan.rule_ids)
        plan.rule_ids.multiplier = 2
        self.assertEqual(self._get_changes(plan.rule_ids), before)

    def test_conditions_are_told_by_name(self):
        plan = self._create_plan("P", [{"name": "R"}])
        plan.rule_ids.service_type_ids = self.remote | self.onsite
        change = self._get_changes(plan.rule_ids)[0]
        self.assertEqual(
            (change.old_value, change.new_value), ("", "Remote test, On site test")
        )

    def test_added_and_deleted_rules_are_told(self):
        plan = self._create_plan("P", [{"name": "R"}])
        gone = plan.rule_ids
        changes = self._get_changes(gone)
        gone.with_user(self.boss).unlink()
        kinds = self.env["psa.billing.parameter.change"].search(
            [("res_model", "=", gone._name), ("name", "=", "R")]
        )
        self.assertEqual(changes.mapped("kind"), ["create"])
        self.assertIn("unlink", kinds.mapped("kind"))

    def test_draft_agreement_has_no_history_one_in_force_has(self):
        plan = self._create_plan("P")
        agreement = self._create_billed([{}], activate=False)
        agreement.billing_plan_id = plan
        self.assertFalse(self._get_changes(agreement))
        agreement.with_user(self.lea).action_activate()
        agreement.with_user(self.lea).billing_plan_id = False
        change = self._get_changes(agreement)[0]
        self.assertEqual((change.old_value, change.customer_id), ("P", self.acme))

    def test_discount_of_a_customer_is_kept(self):
        self.acme.with_user(self.lea).psa_work_discount = 10
        change = self._get_changes(self.acme)
        self.assertEqual((change.create_uid, change.new_value), (self.lea, "10.00"))

    def test_history_is_neither_changed_nor_deleted(self):
        plan = self._create_plan("P", [{"name": "R"}])
        change = self._get_changes(plan.rule_ids)
        with self.assertRaises(AccessError):
            change.with_user(self.boss).unlink()
        with self.assertRaisesRegex(UserError, "not changed"):
            change.sudo().write({"new_value": "nicer"})
        with self.assertRaisesRegex(UserError, "not deleted"):
            change.sudo().unlink()
        self.assertTrue(change.exists())

    def test_other_company_does_not_see_the_history(self):
        plan = self._create_plan("P", [{"name": "R"}])
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        self.assertFalse(self._get_changes(plan.rule_ids, foreigner))
        self.assertTrue(self._get_changes(plan.rule_ids, self.lea))

    def test_closed_customer_group_keeps_its_history_to_its_pod(self):
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [Command.set(self.max.ids)]}
        )
        self.acme.psa_work_discount = 10
        self.assertFalse(self._get_changes(self.acme, self.bea))
        self.assertTrue(self._get_changes(self.acme, self.max))

    def test_discount_is_between_nothing_and_all(self):
        with self.assertRaises(ValidationError):
            self.acme.psa_work_discount = 120
        self.assertEqual(self.acme.psa_work_discount, 0)


@tagged("post_install", "-at_install")
class TestMonthlyMinimum(PlanCommon):
    def test_minimum_needs_a_kind_of_work(self):
        with self.assertRaisesRegex(ValidationError, "say as which kind of work"):
            self._create_billed([{"minimum_minutes": 300}], activate=False)

    def test_plan_and_minimum_of_terms_in_force_are_not_edited(self):
        agreement = self._create_billed(
            [{"minimum_minutes": 300, "minimum_service_type_id": self.remote.id}]
        )
        for values in (
            {"minimum_minutes": 60},
            {"billing_plan_id": self._create_plan("P").id},
        ):
            with self.assertRaisesRegex(UserError, "Amend"):
                agreement.line_ids.with_user(self.lea).write(values)
        self.assertEqual(agreement.line_ids.minimum_minutes, 300)

    def test_amendment_carries_plan_and_minimum_over(self):
        plan = self._create_plan("P")
        agreement = self._create_billed(
            [
                {
                    "minimum_minutes": 300,
                    "minimum_service_type_id": self.remote.id,
                    "billing_plan_id": plan.id,
                }
            ]
        )
        self._amend(agreement, "2026-03-01", name="Care, revised")
        line = agreement.line_ids.sorted("date_from")[-1]
        self.assertEqual((line.minimum_minutes, line.billing_plan_id), (300, plan))
