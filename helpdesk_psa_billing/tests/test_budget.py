"""Planned and actual, warnings, and nothing of it if budgets are switched off."""

from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .charge_common import APRIL, MARCH
from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestBudget(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.partner_id = cls.acme
        cls.ada_employee.hourly_cost = 90

    def _plan_budget(self, user=None, **values):
        """Plan ten hours at 90 that cost 90, as Lea; return the budget as she sees it."""
        budgets = self.env["psa.budget"].with_user(user or self.lea)
        return budgets.create(
            {
                "project_id": self.project.id,
                "company_id": self.company.id,
                "planned_hours": 10,
                "hour_price": 90,
                "hour_cost": 90,
                **values,
            }
        )

    def _work_on_project(self, minutes, day=MARCH):
        return self._log(
            False,
            minutes,
            date=day,
            project_id=self.project.id,
            task_id=self.task.id,
            psa_service_type_id=self.remote.id,
            psa_billable=True,
        )

    def test_ten_hours_planned_and_six_worked(self):
        self._work_on_project(360)
        budget = self._plan_budget()
        self.assertEqual(budget.name, "Servers of ACME")
        self.assertEqual(budget.customer_id, self.acme)
        self.assertEqual((budget.planned_cost, budget.planned_revenue), (900, 900))
        self.assertEqual(budget.actual_hours, 6)
        self.assertEqual((budget.actual_cost, budget.actual_revenue), (540, 540))
        self.assertEqual((budget.used_percent, budget.state), (60, "within"))

    def test_report_has_plan_and_actual_side_by_side(self):
        self._work_on_project(360)
        budget = self._plan_budget(other_cost=50, other_revenue=100)
        self.assertEqual(
            self._read(
                "planned_hours",
                "actual_hours",
                "planned_cost",
                "actual_cost",
                "planned_margin",
                "actual_margin",
                "hours_percent",
                model="psa.budget.report",
                budget_id=budget.id,
            ),
            [10, 6, 950, 540, 50, 0, 60],
        )

    def test_internal_project_has_actual_cost_too(self):
        self.project.partner_id = False
        self._work_on_project(60)
        budget = self._plan_budget()
        self.assertEqual((budget.actual_cost, budget.actual_revenue), (90, 0))

    def test_days_outside_do_not_count(self):
        for day in (date(2026, 2, 28), MARCH, date(2026, 3, 31), APRIL):
            self._work_on_project(60, day=day)
        budget = self._plan_budget(date_from=MARCH, date_until=APRIL)
        self.assertEqual(budget.actual_hours, 2)

    def test_budget_of_an_agreement_counts_its_fees_and_work(self):
        agreement = self._create_billed([{"price_unit": 100}])
        self._run(date(2026, 1, 1))
        self._work(60)
        budget = self._plan_budget(project_id=False, agreement_id=agreement.id)
        self.assertEqual(budget.actual_hours, 1)
        self.assertEqual(budget.actual_revenue, 190)

    def test_responsible_is_warned_once_and_once_more_when_it_is_used_up(self):
        budget = self._plan_budget()
        self._work_on_project(420)
        self._warn(budget)
        self.assertFalse(budget.activity_ids)
        self._work_on_project(60)
        self._warn(budget)
        self._warn(budget)
        self.assertEqual(len(budget.activity_ids), 1)
        self.assertIn("80", budget.activity_ids.summary)
        self._work_on_project(120)
        self._warn(budget)
        self.assertEqual(len(budget.activity_ids), 2)
        self.assertEqual(budget.activity_ids.user_id, self.lea)

    def _warn(self, budget):
        self.env["psa.budget"]._cron_warn()
        budget.invalidate_recordset()

    def test_archived_budget_keeps_its_figures_and_leaves_the_report(self):
        self._work_on_project(60)
        budget = self._plan_budget()
        budget.active = False
        self.assertEqual(budget.actual_hours, 1)
        report = self.env["psa.budget.report"].with_user(self.lea)
        self.assertFalse(report.search([]))

    def test_money_of_another_company_is_turned_into_ours(self):
        foreign = self.env["res.currency"].create({"name": "XFO", "symbol": "X"})
        self.company_2.currency_id = foreign
        for company, currency in ((self.company, foreign), (self.company_2, foreign)):
            self.env["res.currency.rate"].create(
                {
                    "name": "2026-01-01",
                    "rate": 4,
                    "currency_id": currency.id,
                    "company_id": company.id,
                }
            )
        self.lea.company_ids |= self.company_2
        self._plan_budget()
        self._plan_budget(
            project_id=self._create_project("Abroad", company_id=self.company_2.id).id,
            company_id=self.company_2.id,
        )
        report = self.env["psa.budget.report"].with_user(self.lea)
        report = report.with_context(
            allowed_company_ids=(self.company | self.company_2).ids
        )
        [[planned]] = report._read_group([], [], ["planned_revenue:sum"])
        # 900 of ours, and 900 of theirs at four to one of ours.
        self.assertEqual(planned, 900 + 225)

    def test_budgets_are_found_by_their_state(self):
        budget = self._plan_budget()
        budgets = self.env["psa.budget"].with_user(self.lea)
        self.assertIn(budget, budgets.search([("state", "=", "within")]))
        self._work_on_project(660)
        budgets.invalidate_model()
        self.assertIn(budget, budgets.search([("state", "=", "over")]))

    def test_budget_is_for_one_thing(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._plan_budget(project_id=False)
        agreement = self._create_billed([{}])
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._plan_budget(agreement_id=agreement.id)

    def test_off_shows_nothing_of_it(self):
        settings = self.env["res.config.settings"]
        settings.create({"group_psa_budget": False}).execute()
        self.assertFalse(self.lea.has_group("helpdesk_psa_billing.group_psa_budget"))
        for model in ("project.project", "psa.agreement"):
            names = self.env[model].with_user(self.lea).fields_get()
            self.assertNotIn("psa_budget_count", names)
        menus = self.env["ir.ui.menu"].with_user(self.lea)._visible_menu_ids()
        for name in ("psa_budget_menu", "psa_budget_report_menu"):
            self.assertNotIn(self.env.ref(f"helpdesk_psa_billing.{name}").id, menus)

    def test_on_has_a_menu_and_a_button(self):
        self.assertTrue(self.lea.has_group("helpdesk_psa_billing.group_psa_budget"))
        menus = self.env["ir.ui.menu"].with_user(self.lea)._visible_menu_ids()
        self.assertIn(self.env.ref("helpdesk_psa_billing.psa_budget_menu").id, menus)
        budget = self._plan_budget()
        project = self.project.with_user(self.lea)
        self.assertEqual(project.psa_budget_count, 1)
        self.assertEqual(project.action_psa_open_budgets()["res_id"], budget.id)

    def test_hours_allocated_to_the_project_are_planned(self):
        self.project.allocated_hours = 25
        action = self.project.with_user(self.lea).action_psa_open_budgets()
        budgets = self.env["psa.budget"].with_user(self.lea)
        form = Form(budgets.with_context(**action["context"]))
        self.assertEqual(form.planned_hours, 25)

    def test_agents_and_other_companies_have_no_part_in_it(self):
        budget = self._plan_budget()
        with self.assertRaises(AccessError):
            budget.with_user(self.ada).read(["name"])
        other = self._create_billing_user(
            "otto", "Otto Other", "user", company=self.company_2
        )
        self.assertFalse(self.env["psa.budget"].with_user(other).search([]))

    def test_closed_customer_group_is_not_seen(self):
        budget = self._plan_budget()
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Pod", "restrict": True, "user_ids": [Command.set(self.bea.ids)]}
        )
        for model in ("psa.budget", "psa.budget.report"):
            self.assertFalse(self.env[model].with_user(self.lea).search([]))
        self.assertTrue(budget.with_user(self.bea).read(["actual_cost"]))
