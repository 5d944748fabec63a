from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from .schedule_common import ScheduleCommon


@tagged("post_install", "-at_install")
class TestDispatchTours(ScheduleCommon, HttpCase):
    """The board and the schedules in a browser, as a team leader."""

    def test_a_leader_plans_a_visit_by_dragging_it(self):
        visit = self._create_intervention(name="Mend the rack")
        self.start_tour("/odoo/dispatch", "psa_dispatch_drag", login="lea", timeout=120)
        self.assertEqual(visit.technician_ids, self.ada)
        self.assertEqual(visit.state, "planned")
        start = Datetime.context_timestamp(
            visit.with_user(self.lea), visit.planned_start
        )
        self.assertEqual((start.weekday(), start.hour), (2, 14))

    def test_a_leader_sees_the_dates_of_a_schedule_before_saving(self):
        self.start_tour(
            "/odoo/schedules", "psa_schedule_preview", login="lea", timeout=120
        )
        schedule = self.env["psa.schedule"].search(
            [("name", "=", "Check of the backups")]
        )
        self.assertEqual((schedule.state, schedule.interval), ("running", 2))
