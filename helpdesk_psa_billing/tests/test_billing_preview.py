"""The year ahead of an agreement, before and after it is saved."""

from datetime import date, datetime

from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .billing_common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingPreview(BillingCommon):
    def _write(self, date_start="2026-02-01", lines=(), **values):
        """Return the form of an agreement that nobody has saved, as a lead fills it in."""
        form = Form(self.env["psa.agreement"].with_user(self.lea))
        form.customer_id = self.acme
        form.date_start = date_start
        for name, value in values.items():
            form[name] = value
        for values in lines:
            with form.line_ids.new() as line:
                line.name = "Care"
                line.product_id = self.care
                for name, value in values.items():
                    line[name] = value
        return form

    def _get_days(self, preview):
        return {
            day["date"]: day["total"]
            for month in preview["months"]
            for day in month["days"]
        }

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_quarters_from_february_are_marked_before_saving(self):
        form = self._write(billing_interval=3, lines=[{"quantity": 2}])
        self.assertEqual(
            self._get_days(form.billing_preview),
            {
                "2026-02-01": 200,
                "2026-05-01": 200,
                "2026-08-01": 200,
                "2026-11-01": 200,
            },
        )
        self.assertEqual(form.billing_preview["total"], 800)
        self.assertFalse(self.env["psa.agreement"].search([]))
        self.assertFalse(self.env["psa.period"].search([]))

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_twelve_months_show_twelve_dates(self):
        form = self._write("2026-01-31", lines=[{}])
        days = list(self._get_days(form.billing_preview))
        self.assertEqual(len(days), 12)
        self.assertEqual(days[:3], ["2026-01-31", "2026-02-28", "2026-03-31"])
        self.assertEqual(
            [month["month"] for month in form.billing_preview["months"]][::11],
            ["2026-01-01", "2026-12-01"],
        )

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_each_change_shows_at_once(self):
        form = self._write(lines=[{}])
        self.assertEqual(form.billing_preview["total"], 1200)
        with form.line_ids.edit(0) as line:
            line.discount = 10
        self.assertEqual(form.billing_preview["total"], 1080)
        form.date_end = "2026-03-31"
        self.assertEqual(form.billing_preview["total"], 180)

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_fee_of_once_and_days_in_advance_show(self):
        form = self._write(
            billing_lead_days=5,
            date_end="2026-02-28",
            lines=[{}, {"product_id": self.setup_fee, "charge_kind": "one_time"}],
        )
        self.assertEqual(self._get_days(form.billing_preview), {"2026-01-27": 350})
        [day] = form.billing_preview["months"][0]["days"]
        self.assertEqual([it["amount"] for it in day["entries"]], [100, 250])

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_short_first_month_costs_its_days(self):
        form = self._write("2026-06-10", billing_alignment="calendar", lines=[{}])
        days = self._get_days(form.billing_preview)
        self.assertEqual(
            list(days.items())[:2], [("2026-06-10", 70), ("2026-07-01", 100)]
        )

    @freeze_all_time(datetime(2026, 1, 10, 9))
    def test_tiers_show_before_saving(self):
        form = self._write()
        with form.line_ids.new() as line:
            line.name = "Care"
            line.product_id = self.care
            line.quantity = 12
            line.price_method = "tiers"
            line.tier_mode = "graduated"
            for above, price in ((0, 10), (10, 8)):
                with line.tier_ids.new() as tier:
                    tier.quantity_above = above
                    tier.price_unit = price
        self.assertEqual(self._get_days(form.billing_preview)["2026-02-01"], 116)

    def test_what_is_invoiced_or_skipped_shows_as_such(self):
        agreement = self._create_billed([{}])
        self._run(date(2026, 1, 1))
        february = agreement.period_ids.filtered(
            lambda it: it.date_from == date(2026, 2, 1)
        )
        february.with_user(self.bea).action_skip("A month free")
        with freeze_all_time(datetime(2026, 1, 10, 9)):
            preview = agreement.with_user(self.bea).billing_preview
        entries = [
            (day["date"], entry["state"], entry["amount"])
            for month in preview["months"][:3]
            for day in month["days"]
            for entry in day["entries"]
        ]
        self.assertEqual(
            entries,
            [
                ("2026-01-01", "drafted", 100),
                ("2026-02-01", "skipped", 0),
                ("2026-03-01", "planned", 100),
            ],
        )

    def test_year_ahead_adds_up_to_what_the_runs_charge(self):
        values = {"date_start": "2026-01-20", "billing_alignment": "calendar"}
        agreement = self._create_billed([{"quantity": 3}], activate=False, **values)
        with freeze_all_time(datetime(2026, 1, 10, 9)):
            total = agreement.with_user(self.lea).billing_preview["total"]
        agreement.action_activate()
        run = self._run(date(2026, 12, 31))
        self.assertEqual(total, sum(run.move_ids.mapped("amount_untaxed")))

    def test_agents_do_not_see_what_is_invoiced(self):
        agreement = self._create_billed([{}])
        names = agreement.with_user(self.ada).fields_get()
        self.assertNotIn("billing_preview", names)
        self.assertNotIn("monthly_amount", names)
        arch = self.env["psa.agreement"].with_user(self.ada).get_view(view_type="form")
        self.assertNotIn("billing_preview", arch["arch"])
