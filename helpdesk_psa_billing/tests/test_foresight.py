"""What billing tells before time is saved, who reads money there, and what stays."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .plan_common import PlanCommon

DAY = date(2026, 3, 2)  # a Monday


class ForesightCase(PlanCommon):
    """Remote help is covered, work on site costs 90 an hour, half more off hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.psa_work_billing_start = "2026-01-01"
        cls.hour = cls._create_product("Hour", 90)
        cls.onsite.product_id = cls.hour
        cls.plan = cls._create_plan(
            "Hours",
            [
                {
                    "name": "Remote help",
                    "service_type_ids": [(6, 0, cls.remote.ids)],
                    "outcome": "covered",
                },
                {
                    "name": "On site at night",
                    "service_type_ids": [(6, 0, cls.onsite.ids)],
                    "band_ids": [(6, 0, cls.other_hours.ids)],
                    "multiplier": 1.5,
                },
                {"name": "On site", "service_type_ids": [(6, 0, cls.onsite.ids)]},
            ],
            band_ids=[(6, 0, (cls.office_hours | cls.other_hours).ids)],
        )
        cls.company.psa_billing_plan_id = cls.plan
        cls.env["hr.employee"].create(
            [
                {"name": it.name, "user_id": it.id, "company_id": cls.company.id}
                for it in (cls.ada, cls.lea)
            ]
        )
        cls.ticket = cls.env["psa.ticket"].create(
            {
                "name": "Label printer jams",
                "partner_id": cls.casey.id,
                "company_id": cls.company.id,
            }
        )

    def _foresee(self, user, **values):
        """Return what the dialog of the ticket tells a user: an hour of remote help."""
        return (
            self.env["psa.charge"]
            .with_user(user)
            .foresee(
                "psa.time.log",
                {
                    "res_model": "psa.ticket",
                    "res_id": self.ticket.id,
                    "date": "2026-03-02",
                    "hours": 1,
                    "service_type_id": self.remote.id,
                    "billable": True,
                    **values,
                },
            )
        )

    def _get_texts(self, answer):
        return [part["text"] for part in answer["parts"]]

    def _log(self, user=None, **values):
        """Log an hour of work on site on the ticket."""
        return (
            self.env["account.analytic.line"]
            .with_user(user or self.ada)
            .create(
                {
                    "name": "Rollers",
                    "psa_ticket_id": self.ticket.id,
                    "date": DAY,
                    "psa_minutes": 60,
                    "psa_service_type_id": self.onsite.id,
                    "psa_billable": True,
                    **values,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestForesight(ForesightCase):
    def test_technician_reads_what_is_covered(self):
        answer = self._foresee(self.ada)
        self.assertEqual(answer["parts"][0]["destination"], "covered")
        self.assertIn("1:00 h covered", self._get_texts(answer)[0])
        self.assertIn("Remote help", self._get_texts(answer)[0])

    def test_technician_reads_hours_and_no_money(self):
        answer = self._foresee(self.ada, service_type_id=self.onsite.id)
        [text] = self._get_texts(answer)
        self.assertIn("1:00 h billed", text)
        self.assertNotIn("90", text)
        self.assertNotIn(self.currency.symbol, text)

    def test_lead_reads_the_price(self):
        [text] = self._get_texts(
            self._foresee(self.lea, service_type_id=self.onsite.id)
        )
        self.assertIn(self.currency.format(90), text)

    def test_work_over_the_end_of_the_day_is_told_in_two_parts(self):
        answer = self._foresee(
            self.ada,
            service_type_id=self.onsite.id,
            hours=3,
            start="2026-03-02 17:00:00",
            stop="2026-03-02 20:00:00",
        )
        first, second = self._get_texts(answer)
        self.assertIn("1:00 h billed", first)
        self.assertIn("2:00 h billed, × 1.5", second)

    def test_each_rule_says_why_not(self):
        trail = self._foresee(self.ada, service_type_id=self.onsite.id)["trail"]
        self.assertEqual(
            [(it["rule"], it["holds"]) for it in trail],
            [("Remote help", False), ("On site at night", False), ("On site", True)],
        )
        self.assertEqual(trail[0]["text"], "is about other service types.")
        self.assertEqual(trail[0]["plan"], "Hours")

    def test_no_time_is_nothing_to_tell(self):
        answer = self._foresee(self.ada, hours=0)
        self.assertEqual(answer["hint"], "Type how long it took.")
        self.assertFalse(answer["parts"])

    def test_looking_ahead_stores_nothing(self):
        charges = self.env["psa.charge"].search_count([])
        entries = self.env["account.analytic.line"].search_count([])
        self._foresee(self.ada)
        self.assertEqual(self.env["psa.charge"].search_count([]), charges)
        self.assertEqual(self.env["account.analytic.line"].search_count([]), entries)

    def test_what_is_saved_is_what_was_told(self):
        told = self._get_texts(self._foresee(self.lea, service_type_id=self.onsite.id))
        entry = self._log(self.lea)
        self.assertEqual(entry.sudo().psa_charge_ids.mapped("explanation"), told)

    def test_other_values_of_a_saved_entry_are_tried(self):
        entry = self._log()
        answer = (
            self.env["psa.charge"]
            .with_user(self.ada)
            .foresee(
                "account.analytic.line",
                {
                    "psa_ticket_id": self.ticket.id,
                    "project_id": entry.project_id.id,
                    "date": "2026-03-02",
                    "unit_amount": 2,
                    "psa_service_type_id": self.remote.id,
                    "psa_billable": True,
                },
                entry.id,
            )
        )
        self.assertFalse(answer["is_final"])
        self.assertIn("2:00 h covered", self._get_texts(answer)[0])
        self.assertEqual(entry.psa_minutes, 60)

    def test_approved_charge_tells_what_it_remembers(self):
        entry = self._log()
        entry.with_user(self.lea).action_psa_approve()
        entry.sudo().psa_charge_ids.with_user(self.bea).action_approve()
        self.plan.rule_ids[2].name = "Another name"
        answer = (
            self.env["psa.charge"]
            .with_user(self.lea)
            .foresee("account.analytic.line", {}, entry.id)
        )
        self.assertTrue(answer["is_final"])
        self.assertIn("“On site”", self._get_texts(answer)[0])

    def test_list_of_time_tells_each_what_they_may_read(self):
        entry = self._log()
        shown = self.env["psa.time.entry"].browse(entry.id)
        self.assertIn("1:00 h billed", shown.with_user(self.ada).charge_explanation)
        self.assertNotIn("90", shown.with_user(self.ada).charge_explanation)
        shown.invalidate_recordset()
        self.assertIn("90", shown.with_user(self.lea).charge_explanation)

    def test_time_of_many_is_told_by_few_queries(self):
        for _number in range(10):
            self._log()
        entries = self.env["psa.time.entry"].with_user(self.ada)
        entries = entries.search([("ticket_id", "=", self.ticket.id)])
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            entries.mapped("charge_explanation")

    def _foresee_cell(self, text, user=None, service=None, day="2026-03-02"):
        """Return what the week tells of a cell in the ticket's row."""
        row = {
            "model": "psa.ticket",
            "res_id": self.ticket.id,
            "service_type_id": (service or self.onsite).id,
        }
        week = self.env["psa.time.week"].with_user(user or self.ada)
        return week.foresee_cell(text, day, row)

    def test_cell_of_the_week_tells_before_it_is_saved(self):
        entries = self.env["account.analytic.line"].search_count([])
        [text] = self._get_texts(self._foresee_cell("1.5"))
        self.assertIn("1:30 h billed", text)
        self.assertNotIn("90", text)
        [text] = self._get_texts(self._foresee_cell("1.5", user=self.lea))
        self.assertIn(self.currency.format(90), text)
        self.assertEqual(self.env["account.analytic.line"].search_count([]), entries)

    def test_cell_without_a_duration_says_what_to_type(self):
        self.assertIn("1h30", self._foresee_cell("soon")["hint"])
        self.assertEqual(self._foresee_cell("")["hint"], "Type how long it took.")

    def test_cell_of_several_entries_tells_what_each_became(self):
        self._log()
        self._log(psa_minutes=30)
        first, second = sorted(self._get_texts(self._foresee_cell("1:30")))
        self.assertIn("0:30 h billed", first)
        self.assertIn("1:00 h billed", second)

    def test_cell_with_approved_work_tells_what_its_charge_remembers(self):
        entry = self._log()
        entry.with_user(self.lea).action_psa_approve()
        entry.sudo().psa_charge_ids.with_user(self.bea).action_approve()
        answer = self._foresee_cell("1:00")
        self.assertTrue(answer["is_final"])
        self.assertIn("1:00 h billed", self._get_texts(answer)[0])

    def test_stranger_learns_nothing_of_a_week(self):
        stranger = self._create_user(
            "stan", "Stan Stranger", "agent", company=self.company_2
        )
        self.env["hr.employee"].create(
            {
                "name": "Stan",
                "user_id": stranger.id,
                "company_id": self.company_2.id,
            }
        )
        with self.assertRaises(AccessError):
            self._foresee_cell("1", user=stranger)

    def test_stranger_learns_nothing(self):
        stranger = self._create_user(
            "stan", "Stan Stranger", "agent", company=self.company_2
        )
        with self.assertRaises(AccessError):
            self._foresee(stranger)

    def test_nothing_else_than_time_is_told_about(self):
        with self.assertRaises(AccessError):
            self.env["psa.charge"].with_user(self.ada).foresee("res.partner", {})


@tagged("post_install", "-at_install")
class TestForesightTour(HttpCase, ForesightCase):
    def test_technician_logs_time_and_reads_the_explanation(self):
        self.company.psa_work_billing_start = "2020-01-01"
        self.ticket.user_id = self.ada
        self.start_tour(
            "/odoo/helpdesk-tickets", "psa_foresee_time", login="ada", timeout=180
        )
        entry = self.env["account.analytic.line"].search(
            [("psa_ticket_id", "=", self.ticket.id)]
        )
        self.assertEqual(sorted(entry.mapped("psa_minutes")), [15, 90])
        entry = entry.filtered(lambda it: it.psa_minutes == 90)
        self.assertEqual(entry.psa_charge_ids.destination, "billed")
        shown = self.env["psa.time.entry"].with_user(self.ada).browse(entry.id)
        self.assertIn("1:30 h billed", shown.charge_explanation)

    def test_technician_types_in_the_week_and_reads_what_becomes_of_it(self):
        self.company.psa_work_billing_start = "2020-01-01"
        week = self.env["psa.time.week"].with_user(self.ada)
        self._log(date=week.get_week()["start"])
        self.start_tour(
            "/odoo/helpdesk-week", "psa_foresee_week", login="ada", timeout=180
        )
        minutes = self.env["account.analytic.line"].search(
            [("psa_ticket_id", "=", self.ticket.id)], order="date"
        )
        self.assertEqual(minutes.mapped("psa_minutes"), [60, 75])
