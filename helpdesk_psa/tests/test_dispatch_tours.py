from datetime import datetime, time, timedelta

from odoo.fields import Command, Date, Datetime
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

    def test_a_leader_sees_skills_and_the_way_through_a_day(self):
        skill = self.env["hr.employee.category"].create(
            {"name": "Networks (tour)", "psa_is_skill": True}
        )
        self.env["hr.employee"].create(
            {
                "name": "Lea",
                "user_id": self.lea.id,
                "company_id": self.company.id,
                "category_ids": [Command.set(skill.ids)],
            }
        )
        self.globex.psa_is_customer = True
        self.acme._psa_get_main_site().street = "1 Kay St"
        self.globex._psa_get_main_site().street = "2 Quay St"
        day = Date.today()
        # On a weekend the board shows the coming week.
        day += timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
        for hour, customer in ((10, self.acme), (13, self.globex)):
            start = datetime.combine(day, time(hour))
            self._create_planned(
                name=f"Mend the rack of {customer.name}",
                customer_id=customer.id,
                skill_ids=[Command.set(skill.ids)],
                travel_minutes=30,
                planned_start=start,
                planned_end=start + timedelta(hours=1),
            )
        self.start_tour("/odoo/dispatch", "psa_dispatch_day", login="lea", timeout=120)

    def test_a_leader_sees_the_dates_of_a_schedule_before_saving(self):
        self.start_tour(
            "/odoo/schedules", "psa_schedule_preview", login="lea", timeout=120
        )
        schedule = self.env["psa.schedule"].search(
            [("name", "=", "Check of the backups")]
        )
        self.assertEqual((schedule.state, schedule.interval), ("running", 2))
