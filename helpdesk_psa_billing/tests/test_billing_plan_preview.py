"""What the work of a past month would have been by a plan as it stands now."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .charge_common import APRIL, MARCH, ChargeCommon


@tagged("post_install", "-at_install")
class TestPlanPreview(ChargeCommon):
    def _preview(self, plan, user=None, **values):
        """Preview March by the rules of 1 July."""
        previews = self.env["psa.billing.plan.preview"].with_user(user or self.bea)
        preview = previews.create(
            {
                "plan_id": plan.id,
                "date_from": MARCH,
                "date_until": APRIL,
                "rule_date": date(2026, 7, 1),
                **values,
            }
        )
        preview.action_compute()
        return preview

    def test_new_price_shows_its_difference_and_changes_nothing(self):
        charges = self._charges(self._work(60) | self._work(30))
        self._create_rule(
            self.plan,
            sequence=-1,
            price_method="fixed",
            price=100,
            date_from=date(2026, 7, 1),
        )
        preview = self._preview(self.plan)
        line = preview.line_ids
        self.assertEqual(line.customer_id, self.acme)
        self.assertEqual(
            (line.minutes, line.amount_now, line.amount_then, preview.difference),
            (90, 135, 150, 15),
        )
        self.assertEqual(sum(charges.mapped("amount")), 135)

    def test_plan_that_nobody_has_is_tried_on_a_customer(self):
        self._work(90)
        trial = self._create_plan("Trial", [{"name": "All in", "outcome": "covered"}])
        self.assertFalse(self._preview(trial).line_ids)
        line = self._preview(trial, customer_ids=[Command.set(self.acme.ids)]).line_ids
        self.assertEqual(
            (line.amount_now, line.amount_then, line.covered_minutes), (135, 0, 90)
        )

    def test_work_that_no_rule_is_about_is_to_decide(self):
        self._work(90)
        self.plan.rule_ids.service_type_ids = self.onsite
        self.assertEqual(self._preview(self.plan).line_ids.pending_minutes, 90)

    def test_work_with_and_without_hours_of_one_day_goes_together(self):
        self._work(60)
        self._work(
            30,
            psa_start=datetime(2026, 3, 1, 9),
            psa_stop=datetime(2026, 3, 1, 9, 30),
        )
        self.assertEqual(self._preview(self.plan).line_ids.amount_then, 135)

    def test_work_of_other_months_does_not_count(self):
        self._work(90)
        self._work(600, day=APRIL)
        self.assertEqual(self._preview(self.plan).line_ids.minutes, 90)

    def test_work_that_is_approved_is_foreseen_like_any_other(self):
        self.plan.rule_ids.write({"rounding_scope": "ticket_day", "rounding_step": 60})
        self._approve(self._work(60) | self._work(30))
        preview = self._preview(self.plan)
        self.assertEqual((preview.amount_now, preview.amount_then), (180, 180))

    def test_span_that_ends_before_it_begins_is_refused(self):
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            self._preview(self.plan, date_until=date(2026, 2, 1))

    def test_agent_who_sees_no_charges_sees_no_preview(self):
        with self.assertRaises(AccessError):
            self._preview(self.plan, user=self.ada)
        self.assertFalse(self.env["psa.billing.plan.preview"].search([]))


@tagged("post_install", "-at_install")
class TestPlanPreviewTour(HttpCase, ChargeCommon):
    def test_manager_writes_a_rule_and_sees_what_last_month_would_have_been(self):
        last_month = date.today().replace(day=1) - timedelta(1)
        self.company.psa_work_billing_start = last_month.replace(day=1)
        charges = self._charges(self._work(90, day=last_month))
        plan = self._create_plan("Summer prices")
        self.acme.with_company(self.company).psa_billing_plan_id = plan
        self.start_tour(
            "/odoo/helpdesk-billing-plans",
            "psa_write_rule_and_preview",
            login="boss",
            timeout=180,
        )
        self.assertEqual(plan.rule_ids.price, 100)
        self.assertEqual(sum(charges.exists().mapped("amount")), 135)
