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
            .with_user(user or self.rita)
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
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            report, statement.ids
        )
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
        self.rita.tz = "Europe/Paris"
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

    def test_visitors_and_portal_users_cannot_make_one(self):
        user = mail_new_test_user(
            self.env, login="casey_portal", groups="base.group_portal"
        )
        with self.assertRaises(AccessError):
            self._create_statement(user)
