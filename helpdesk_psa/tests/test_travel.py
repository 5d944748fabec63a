from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .intervention_common import MONDAY_9AM, MONDAY_11AM
from .schedule_common import at
from .test_dispatch import DispatchCommon

MONDAY = ("2026-03-02 00:00:00", "2026-03-03 00:00:00")


class TravelCommon(DispatchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.acme._psa_get_main_site()
        cls.site.write({"street": "1 Kay St", "city": "Lyon"})
        cls.globex.psa_is_customer = True
        cls.site_2 = cls.globex._psa_get_main_site()
        cls.site_2.write({"street": "2 Quay St", "city": "Mâcon"})

    @classmethod
    def _create_second(cls, **values):
        """Plan Ada's second visit of Monday, at Globex from 13 to 14."""
        return cls._create_planned(
            **{
                "customer_id": cls.globex.id,
                "planned_start": MONDAY_9AM.replace(hour=13),
                "planned_end": MONDAY_9AM.replace(hour=14),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestTravel(TravelCommon):
    """How long the way takes, and who says so."""

    def test_travel_is_that_of_the_site_else_of_the_customer_else_of_the_type(self):
        self.type_repair.travel_minutes = 15
        self.assertEqual(self._create_intervention().travel_minutes, 15)
        self.acme.psa_travel_minutes = 30
        self.assertEqual(self._create_intervention().travel_minutes, 30)
        self.site.psa_travel_minutes = 45
        self.assertEqual(self._create_intervention().travel_minutes, 45)

    def test_travel_is_changed_on_the_visit(self):
        self.site.psa_travel_minutes = 45
        visit = self._create_planned()
        visit.with_user(self.ada).travel_minutes = 20
        self.site.psa_travel_minutes = 60
        self.assertEqual(visit.travel_minutes, 20)
        self.assertEqual(visit.leave_at, MONDAY_9AM - timedelta(minutes=20))

    def test_a_planner_s_own_minutes_beat_those_of_the_site(self):
        self.site.psa_travel_minutes = 45
        self.assertEqual(self._create_planned(travel_minutes=5).travel_minutes, 5)

    @mute_logger("odoo.sql_db")
    def test_travel_is_never_negative_nor_a_day(self):
        visit = self._create_planned(travel_minutes=20)
        for minutes in (-1, 1440):
            with self.assertRefused(CheckViolation, "travel_minutes_of_a_day"):
                visit.travel_minutes = minutes
                visit.flush_recordset()
        visit.invalidate_recordset()
        self.assertEqual(visit.travel_minutes, 20)

    def test_the_day_s_card_says_when_to_leave(self):
        visit = self._create_planned(travel_minutes=35).with_user(self.ada)
        self.assertEqual(visit.travel_label, "Leave at 8:25 AM, 35 min of travel")
        visit.travel_minutes = 0
        self.assertFalse(visit.travel_label)

    def test_an_unplanned_visit_has_no_time_to_leave(self):
        visit = self._create_intervention(travel_minutes=35)
        self.assertFalse(visit.leave_at)
        self.assertFalse(visit.travel_label)

    def test_the_board_shows_the_travel_of_a_visit(self):
        visit = self._create_planned(travel_minutes=35)
        self.assertEqual(self._get_block(visit, self.rita)["travel"], 35)

    def test_a_dispatcher_changes_the_travel_in_the_dialog(self):
        visit = self._create_planned(travel_minutes=35)
        self._plan(visit, travel=50)
        self.assertEqual(visit.travel_minutes, 50)
        self._plan(visit)
        self.assertEqual(visit.travel_minutes, 50)

    def test_a_colleague_s_travel_is_not_changed_by_an_agent(self):
        visit = self._create_planned(user=self.lea, travel_minutes=35)
        with self.assertRefused(AccessError):
            self._plan(visit, user=self.ada, travel=50)
        self.assertEqual(visit.travel_minutes, 35)

    def test_tickets_have_no_travel(self):
        ticket = self._create_ticket(
            user_id=self.ada.id, planned_start=MONDAY_9AM, planned_end=MONDAY_11AM
        )
        self._plan(ticket, travel=50)
        self.assertEqual(self._get_block(ticket)["travel"], 0)


@tagged("post_install", "-at_install")
class TestItinerary(TravelCommon):
    """The way through a technician's day."""

    def _get_itinerary(self, user=None, of=None):
        board = self.env["psa.dispatch"].with_user(user or self.rita)
        return board.get_itinerary((of or self.ada).id, *MONDAY)

    def test_the_visits_of_a_day_are_in_their_order_with_one_way_through_them(self):
        second = self._create_second(travel_minutes=20)
        first = self._create_planned(travel_minutes=35)
        itinerary = self._get_itinerary()
        self.assertEqual(
            [stop["id"] for stop in itinerary["stops"]], [first.id, second.id]
        )
        self.assertEqual(itinerary["stops"][0]["leave_at"], "2026-03-02 08:25:00")
        self.assertEqual(itinerary["travel"], 55)
        self.assertRegex(itinerary["url"], "destination=2\\+Quay.*waypoints=1\\+Kay")

    def test_what_is_done_is_listed_and_driven_to_no_more(self):
        first, _second = self._create_planned(), self._create_second()
        first.state = "done"
        itinerary = self._get_itinerary()
        self.assertEqual(
            [stop["is_over"] for stop in itinerary["stops"]], [True, False]
        )
        self.assertNotIn("Kay", itinerary["url"])

    def test_other_days_other_people_and_cancelled_visits_are_left_out(self):
        self._create_planned(user=self.lea)
        tuesday = timedelta(days=1)
        self._create_planned(
            planned_start=MONDAY_9AM + tuesday, planned_end=MONDAY_11AM + tuesday
        )
        self._create_second()._cancel("No key")
        self.assertEqual(self._get_itinerary(), {"stops": [], "travel": 0, "url": ""})

    def test_the_itinerary_hides_what_its_reader_may_not_see(self):
        self._create_planned()
        self._create_second()
        self.globex.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Pod", "restrict": True, "user_ids": [Command.set(self.lea.ids)]}
        )
        self.assertEqual(len(self._get_itinerary(self.rita)["stops"]), 1)
        self.assertEqual(len(self._get_itinerary(self.lea)["stops"]), 2)
        self.assertEqual(self._get_itinerary(self.bob)["stops"], [])
        with self.assertRefused(AccessError, "for users of the helpdesk"):
            self._get_itinerary(self.user_employee)

    def _get_day_route(self, visits, user=None):
        model = self.env["psa.intervention"].with_user(user or self.ada)
        return model.get_day_route(visits.ids)

    def test_my_day_leads_through_the_visits_of_today(self):
        overdue = self._create_planned(
            planned_start=datetime(2026, 2, 27, 9),
            planned_end=datetime(2026, 2, 27, 10),
        )
        first, second = self._create_planned(), self._create_second()
        with at("2026-03-02 08:00:00"):
            route = self._get_day_route(overdue | second | first)
        self.assertEqual(route["day"], "Monday 2 March")
        self.assertEqual([stop["id"] for stop in route["stops"]], [first.id, second.id])
        self.assertIn("waypoints=1+Kay", route["url"])

    def test_without_a_visit_today_my_day_leads_through_the_next_day_shown(self):
        visit = self._create_planned()
        with at("2026-02-27 08:00:00"):
            self.assertEqual(self._get_day_route(visit)["day"], "Monday 2 March")
        with at("2026-03-03 08:00:00"):
            self.assertEqual(self._get_day_route(visit), {})

    def test_the_day_is_that_of_the_technician_s_time_zone(self):
        self.ada.tz = "Pacific/Auckland"
        late = self._create_planned(
            planned_start=datetime(2026, 3, 2, 20), planned_end=datetime(2026, 3, 2, 21)
        )
        with at("2026-03-02 08:00:00"):
            route = self.env["psa.intervention"].with_user(self.ada)
            route = route.with_context(tz="Pacific/Auckland").get_day_route(late.ids)
        self.assertEqual(route["day"], "Tuesday 3 March")

    def test_a_stranger_is_told_nothing_of_a_visit(self):
        visit = self._create_planned()
        for user in (self.bob, self.user_employee):
            with at("2026-03-02 08:00:00"), self.assertRefused(AccessError):
                self._get_day_route(visit, user)

    def test_a_long_day_takes_no_more_queries_than_a_short_one(self):
        for index in range(24):
            self._create_planned(
                planned_start=MONDAY_9AM.replace(minute=index),
                planned_end=MONDAY_11AM.replace(minute=index),
            )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.assertEqual(len(self._get_itinerary()["stops"]), 24)
