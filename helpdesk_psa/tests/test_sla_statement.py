from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .sla_report_common import SlaReportCommon


@tagged("post_install", "-at_install")
class TestSlaStatement(SlaReportCommon):
    """What a customer gets on paper about the promises made to him."""

    def _create_statement(self, user=None, **values):
        return (
            self.env["psa.sla.statement"]
            .with_user(user or self.lea)
            .create(
                {
                    "customer_id": self.acme.id,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                    **values,
                }
            )
        )

    def _render(self, statement):
        report = "helpdesk_psa.psa_sla_statement"
        reports = self.env["ir.actions.report"].with_user(statement.env.user)
        html, _type = reports._render_qweb_html(report, statement.ids)
        return html.decode()

    def test_a_line_for_each_metric_with_its_share(self):
        for hours in (1, 2, 9):
            self._create_clock(hours)
        self._create_clock(1, metric="first_response")
        summary = self._create_statement()._get_summary()
        self.assertEqual(
            [(line["metric"], line["met"], line["breached"]) for line in summary],
            [("first_response", 1, 0), ("resolution", 2, 1)],
        )
        self.assertAlmostEqual(summary[1]["percent"], 200 / 3)

    def test_last_day_is_included_in_the_time_zone_of_the_reader(self):
        self.lea.tz = "Europe/Paris"
        self._create_clock(1, started_at=datetime(2026, 3, 31, 21, 59))
        self._create_clock(1, started_at=datetime(2026, 3, 31, 22, 0))
        self.assertEqual(self._create_statement()._get_summary()[0]["count"], 1)

    def test_other_customers_and_internal_promises_stay_out(self):
        self._create_clock(1, ticket=self._create_ticket(partner_id=self.zoe.id))
        self._create_clock(1, kind="ola")
        with self.assertRaisesRegex(UserError, "Nothing was promised"):
            self._create_statement().action_print()

    def test_paper_names_the_late_ticket_and_the_reason(self):
        reason = self.env["psa.sla.breach.reason"].create({"name": "Part not in stock"})
        clock = self._create_clock(11, breach_reason_id=reason.id)
        html = self._render(self._create_statement())
        self.assertIn(clock.ticket_id.number, html)
        self.assertIn("Part not in stock", html)
        self.assertIn("03:00", html)

    def test_reasons_can_be_left_out(self):
        reason = self.env["psa.sla.breach.reason"].create({"name": "Part not in stock"})
        self._create_clock(11, breach_reason_id=reason.id)
        html = self._render(self._create_statement(has_reasons=False))
        self.assertNotIn("Part not in stock", html)

    def test_days_in_the_wrong_order_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "before its first"):
            self._create_statement(date_to=date(2026, 2, 1))

    # === WHOSE TICKETS, AND WHO ASKS === #

    def _create_private_clocks(self):
        """One promise kept by everybody, one broken by a team of the managers only."""
        private = self.env["psa.team"].create(
            {
                "name": "Directors",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": [(6, 0, self.max.ids)],
            }
        )
        self._create_clock(1)
        ticket = self._create_ticket(self.max, team_id=private.id)
        return self._create_clock(11, ticket=ticket)

    def test_figures_are_the_customers_whoever_prints_them(self):
        hidden = self._create_private_clocks()
        self.assertFalse(hidden.with_user(self.lea).has_access("read"))
        papers = []
        for user in (self.lea, self.max):
            statement = self._create_statement(user)
            [line] = statement._get_summary()
            self.assertEqual((line["count"], line["met"], line["breached"]), (2, 1, 1))
            papers.append(self._render(statement))
        for paper in papers:
            self.assertIn(hidden.ticket_id.number, paper)

    def test_report_on_the_screen_stays_what_the_reader_may_see(self):
        self._create_private_clocks()
        domain = [("policy_id", "=", self.policy.id)]
        reports = self.env["psa.sla.report"]
        self.assertEqual(reports.with_user(self.lea).search_count(domain), 1)
        self.assertEqual(reports.with_user(self.max).search_count(domain), 2)

    def test_customer_of_a_closed_group_is_told_by_his_pod_and_managers(self):
        self._create_clock(1)
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.lea.ids)]}
        )
        for user in (self.lea, self.max):
            self.assertTrue(self._create_statement(user)._get_summary())
        lou = self._create_user("lou", "Lou Lead", "lead")
        statement = self._create_statement(lou)
        with self.assertRefused(AccessError, "support pod"):
            statement.action_print()
        with self.assertRefused(AccessError, "support pod"):
            self._render(statement)

    def test_statement_of_another_company_is_refused(self):
        self._create_clock(1)
        rob = self._create_user("rob", "Rob", "lead", company=self.company_2)
        statement = self._create_statement(rob, company_id=self.company.id)
        with self.assertRefused(AccessError, "you do not work"):
            statement.action_print()
        with self.assertRefused(AccessError, "you do not work"):
            self._render(statement)

    def test_only_leaders_and_managers_make_one(self):
        portal = mail_new_test_user(
            self.env, login="casey_portal", groups="base.group_portal"
        )
        for user in (self.rita, self.ada, portal):
            with self.assertRefused(AccessError):
                self._create_statement(user)
