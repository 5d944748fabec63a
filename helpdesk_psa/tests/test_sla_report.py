from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .sla_report_common import SlaReportCommon


@tagged("post_install", "-at_install")
class TestSlaReport(SlaReportCommon):
    """What the report of promises tells, and to whom."""

    def _read(self, user, *aggregates, groupby=()):
        rows = (
            self.env["psa.sla.report"]
            .with_user(user)
            ._read_group([("policy_id", "=", self.policy.id)], groupby, aggregates)
        )
        return rows if groupby else rows[0]

    def test_average_and_nine_of_ten(self):
        for hours in range(1, 11):
            self._create_clock(hours, promised_hours=20)
        average, percentile = self._read(
            self.rita, "used_hours:avg", "used_hours_p90:avg"
        )
        self.assertAlmostEqual(average, 5.5)
        self.assertAlmostEqual(percentile, 9.1)

    def test_nine_of_ten_is_of_each_group(self):
        for hours in (2, 4):
            self._create_clock(hours)
            self._create_clock(hours + 10, promised_hours=24, metric="first_response")
        rows = self._read(self.rita, "used_hours_p90:avg", groupby=["metric"])
        self.assertEqual(
            {metric: round(hours, 6) for metric, hours in rows},
            {"resolution": 3.8, "first_response": 13.8},
        )

    def test_share_of_promises_kept(self):
        for hours in (1, 2, 3, 12):
            self._create_clock(hours)
        self.assertEqual(
            self._read(self.rita, "met_percent:avg", "met:sum", "breached:sum"),
            (75.0, 3, 1),
        )

    def test_hours_late_leave_out_those_in_time(self):
        for hours in (1, 9, 11):
            self._create_clock(hours)
        self.assertEqual(self._read(self.rita, "late_hours:avg"), (2.0,))

    def test_clock_past_its_due_time_is_late_before_it_stops(self):
        now = fields.Datetime.now()
        self._create_clock(
            1,
            state="running",
            stopped_at=False,
            started_at=now - timedelta(hours=3),
            due_at=now - timedelta(hours=1),
        )
        self.assertEqual(
            self._read(self.rita, "__count", groupby=["outcome"]), [("breached", 1)]
        )

    def test_running_and_cancelled_clocks_are_neither_met_nor_breached(self):
        now = fields.Datetime.now()
        self._create_clock(
            1, state="running", stopped_at=False, due_at=now + timedelta(hours=1)
        )
        self._create_clock(2, state="cancelled")
        self.assertEqual(
            self._read(self.rita, "__count", "met_percent:avg", "used_hours:avg"),
            (2, 0.0, 0.0),
        )

    def test_private_team_stays_out_of_the_figures_of_others(self):
        private = self.env["psa.team"].create(
            {
                "name": "Directors",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": [(6, 0, self.lea.ids)],
            }
        )
        self._create_clock(1, ticket=self._create_ticket(self.lea, team_id=private.id))
        self.assertEqual(self._read(self.ada, "__count"), (0,))
        self.assertEqual(self._read(self.lea, "__count"), (1,))

    def test_other_company_stays_out(self):
        self._create_clock(1)
        self.assertEqual(self._read(self.bob, "__count"), (0,))

    def test_portal_user_is_refused(self):
        portal_user = mail_new_test_user(
            self.env, login="casey_portal", groups="base.group_portal"
        )
        with self.assertRaises(AccessError):
            self._read(portal_user, "__count")

    def test_row_opens_its_ticket(self):
        clock = self._create_clock(1)
        row = self.env["psa.sla.report"].with_user(self.ada).browse(clock.id)
        action = row.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("psa.ticket", clock.ticket_id.id)
        )
