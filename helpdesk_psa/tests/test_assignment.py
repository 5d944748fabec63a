from datetime import datetime
from random import Random

from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .common import HelpdeskCommon

MONDAY_10AM = datetime(2026, 3, 2, 10)
MONDAY_8PM = datetime(2026, 3, 2, 20)


@tagged("post_install", "-at_install")
class TestAssignment(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eva = cls._create_user("eva", "Eva Agent", "agent")
        cls.team.write(
            {
                "member_ids": [(6, 0, (cls.ada | cls.lea | cls.eva).ids)],
                "assign_method": "balanced",
            }
        )
        cls.members = cls.ada | cls.lea | cls.eva
        cls.office_hours = cls._create_calendar("UTC")

    @classmethod
    def _create_calendar(cls, tz, company=None):
        """Create working hours: Monday to Friday, 9:00 to 17:00 in a time zone."""
        return cls.env["resource.calendar"].create(
            {
                "name": f"Office hours {tz}",
                "tz": tz,
                "company_id": (company or cls.company).id,
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "morning",
                        },
                    )
                    for day in range(5)
                ],
            }
        )

    def _employ(self, user, calendar, company=None):
        """Make a user an employee; his time zone is that of the hours."""
        user.tz = calendar.tz  # an employee's time zone is his user's
        return self.env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": (company or self.company).id,
                "resource_calendar_id": calendar.id,
                "tz": calendar.tz,
            }
        )

    def _absent(self, calendar, resource=None, company=None, start="2026-03-02"):
        company = company or self.company
        leaves = self.env["resource.calendar.leaves"].with_company(company)
        return leaves.create(
            {
                "name": "Away",
                "calendar_id": calendar.id if calendar else False,
                "resource_id": resource.id if resource else False,
                "date_from": f"{start} 00:00:00",
                "date_to": f"{start} 23:59:59",
            }
        )

    def _open(self, count=1, **values):
        """Open tickets as Max, who is no member of the team."""
        return (
            self.env["psa.ticket"]
            .with_user(self.max)
            .create(
                [
                    {"name": f"Ticket {index}", "team_id": self.team.id, **values}
                    for index in range(count)
                ]
            )
        )

    def _get_loads(self, tickets):
        """Return how many of the tickets each member has, fewest first."""
        return sorted(
            len(tickets.filtered(lambda ticket, user=user: ticket.user_id == user))
            for user in self.members
        )

    # By hand

    def test_manual_team_leaves_new_tickets_to_whoever_takes_them(self):
        self.team.assign_method = "manual"
        self.assertFalse(self._open().user_id)

    def test_agent_takes_tickets(self):
        self.team.assign_method = "manual"
        tickets = self._open(2)
        with freeze_all_time(MONDAY_10AM):
            tickets.with_user(self.ada).action_assign_to_me()
        self.assertEqual(tickets.user_id, self.ada)
        self.assertEqual(tickets.mapped("assigned_at"), [MONDAY_10AM] * 2)

    def test_reassignment_stamps_anew_and_taking_back_clears(self):
        ticket = self._open(user_id=self.ada.id)
        with freeze_all_time(MONDAY_10AM):
            ticket.with_user(self.ada).user_id = self.lea
        self.assertEqual(ticket.assigned_at, MONDAY_10AM)
        ticket.with_user(self.lea).user_id = False
        self.assertFalse(ticket.assigned_at)

    def test_assigning_the_same_agent_again_changes_nothing(self):
        with freeze_all_time(MONDAY_10AM):
            ticket = self._open(user_id=self.ada.id)
        events = len(ticket.event_ids)
        ticket.with_user(self.lea).user_id = self.ada
        self.assertEqual(ticket.assigned_at, MONDAY_10AM)
        self.assertEqual(len(ticket.event_ids), events)

    def test_agent_is_told_of_what_others_give_him(self):
        ticket = self._open(user_id=self.ada.id)
        messages = self.env["mail.message"].search([], order="id desc", limit=1)
        ticket.with_user(self.ada).user_id = self.lea
        told = self.env["mail.message"].search([("id", ">", messages.id)])
        self.assertEqual(told.notified_partner_ids, self.lea.partner_id)
        self.assertIn(ticket.number, told.subject)

    def test_agent_is_not_told_of_what_he_takes_himself(self):
        ticket = self._open(user_id=self.lea.id)
        messages = self.env["mail.message"].search([], order="id desc", limit=1)
        ticket.with_user(self.ada).action_assign_to_me()
        self.assertFalse(self.env["mail.message"].search([("id", ">", messages.id)]))

    def test_many_tickets_given_at_once_make_one_message(self):
        tickets = self._open(5, user_id=self.ada.id)
        messages = self.env["mail.message"].search([], order="id desc", limit=1)
        tickets.with_user(self.ada).user_id = self.lea
        told = self.env["mail.message"].search([("id", ">", messages.id)])
        self.assertEqual(len(told), 1)
        for ticket in tickets:
            self.assertIn(ticket.number, told.body)

    # Each in turn

    def test_round_robin_gives_each_member_one_in_turn(self):
        self.team.assign_method = "round_robin"
        agents = []
        for minute in range(6):
            with freeze_all_time(MONDAY_10AM.replace(minute=minute)):
                agents.append(self._open().user_id)
        self.assertEqual(set(agents[:3]), set(self.members))
        self.assertEqual(agents[3:], agents[:3])

    def test_round_robin_goes_on_with_whoever_waited_longest(self):
        self.team.assign_method = "round_robin"
        for hour, user in ((11, self.ada), (12, self.eva), (13, self.lea)):
            with freeze_all_time(MONDAY_10AM.replace(hour=hour)):
                self._open(user_id=user.id)
        with freeze_all_time(MONDAY_10AM.replace(hour=14)):
            self.assertEqual(self._open().user_id, self.ada)

    def test_round_robin_ignores_the_load(self):
        self.team.assign_method = "round_robin"
        for hour, user, count in (
            (11, self.ada, 5),
            (12, self.eva, 1),
            (13, self.lea, 1),
        ):
            with freeze_all_time(MONDAY_10AM.replace(hour=hour)):
                self._open(count, user_id=user.id)
        self.assertEqual(self._open().user_id, self.ada)

    def test_round_robin_spreads_a_batch_of_ten(self):
        self.team.assign_method = "round_robin"
        tickets = self._open(10)
        self.assertEqual(self._get_loads(tickets), [3, 3, 4])
        agents = [ticket.user_id for ticket in tickets]
        self.assertEqual(agents[:3], agents[3:6])

    # Least to do

    def test_balanced_gives_to_whoever_has_least_to_do(self):
        self._open(2, user_id=self.ada.id)
        self._open(1, user_id=self.lea.id)
        self.assertEqual(self._open().user_id, self.eva)

    def test_balanced_spreads_a_batch_of_ten(self):
        self.assertEqual(self._get_loads(self._open(10)), [3, 3, 4])

    def test_balanced_counts_what_members_do_in_other_teams(self):
        other = self.team.copy({"name": "Other", "alias_name": False})
        self._open(3, team_id=other.id, user_id=self.ada.id)
        self.assertEqual(self._get_loads(self._open(4)), [0, 2, 2])

    def test_balanced_never_lets_loads_differ_by_more_than_one(self):
        random = Random(20)
        tickets = self.env["psa.ticket"]
        for _round in range(12):
            tickets |= self._open(random.randint(1, 4))
            loads = self._get_loads(tickets)
            self.assertLessEqual(loads[-1] - loads[0], 1, loads)

    def test_waiting_tickets_do_not_count(self):
        self._open(3, user_id=self.ada.id, stage_id=self.stage_waiting.id)
        self._open(1, user_id=self.lea.id)
        self._open(1, user_id=self.eva.id)
        self.assertEqual(self._open().user_id, self.ada)

    def test_resolved_tickets_do_not_count(self):
        self._open(3, user_id=self.ada.id, stage_id=self.stage_resolved.id)
        self._open(1, user_id=self.lea.id)
        self._open(1, user_id=self.eva.id)
        self.assertEqual(self._open().user_id, self.ada)

    def test_limit_of_open_tickets_stops_the_rest(self):
        self.team.assign_max_open = 2
        tickets = self._open(10)
        self.assertEqual(self._get_loads(tickets), [2, 2, 2])
        self.assertEqual(len(tickets.filtered(lambda ticket: not ticket.user_id)), 4)

    def test_limit_counts_what_an_agent_took_by_hand(self):
        self.team.assign_max_open = 2
        self._open(5, user_id=self.ada.id)
        self.assertEqual(self._get_loads(self._open(10)), [0, 2, 2])

    # Who is at work

    def test_member_without_any_hours_is_always_available(self):
        with freeze_all_time(MONDAY_8PM):
            self.assertTrue(self._open().user_id)

    def test_archived_member_gets_nothing(self):
        (self.lea | self.eva).active = False
        self.assertEqual(self._open(3).user_id, self.ada)

    def test_member_on_leave_gets_nothing(self):
        for user in self.members:
            employee = self._employ(user, self.office_hours)
            if user != self.ada:
                self._absent(self.office_hours, resource=employee.resource_id)
        with freeze_all_time(MONDAY_10AM):
            self.assertEqual(self._open(3).user_id, self.ada)

    def test_member_off_shift_gets_nothing(self):
        for user in self.lea | self.eva:
            self._employ(user, self.office_hours)
        with freeze_all_time(MONDAY_8PM):
            self.assertEqual(self._open(3).user_id, self.ada)
        with freeze_all_time(MONDAY_10AM):
            self.assertEqual(self._get_loads(self._open(3)), [0, 1, 2])

    def test_teams_hours_count_for_members_without_their_own(self):
        self.team.calendar_id = self.office_hours
        with freeze_all_time(MONDAY_8PM):
            self.assertFalse(self._open().user_id)
        with freeze_all_time(MONDAY_10AM):
            self.assertTrue(self._open().user_id)

    def test_own_hours_beat_the_teams(self):
        self.team.calendar_id = self.office_hours
        self._employ(self.eva, self._create_calendar("America/New_York"))
        with freeze_all_time(MONDAY_8PM):  # 15:00 in New York
            self.assertEqual(self._open(3).user_id, self.eva)

    def test_hours_are_read_in_the_members_time_zone(self):
        self.team.member_ids = self.eva
        self._employ(self.eva, self._create_calendar("Asia/Tokyo"))
        with freeze_all_time(MONDAY_10AM):  # 19:00 in Tokyo
            self.assertFalse(self._open().user_id)
        with freeze_all_time(datetime(2026, 3, 2, 3)):  # noon in Tokyo
            self.assertEqual(self._open().user_id, self.eva)

    def test_nobody_works_on_a_public_holiday(self):
        self.team.calendar_id = self.office_hours
        self._employ(self.ada, self.office_hours)
        self._absent(self.office_hours)
        with freeze_all_time(MONDAY_10AM):
            self.assertFalse(self._open().user_id)
        with freeze_all_time(MONDAY_10AM.replace(day=3)):
            self.assertTrue(self._open().user_id)

    def test_holiday_of_another_company_does_not_matter(self):
        self.office_hours.company_id = False
        self.team.calendar_id = self.office_hours
        holiday = self._absent(self.office_hours, company=self.company_2)
        self.assertEqual(holiday.company_id, self.company_2)
        with freeze_all_time(MONDAY_10AM):
            self.assertTrue(self._open().user_id)

    def test_employee_file_of_another_company_does_not_matter(self):
        self.team.member_ids = self.ada
        self.ada.company_ids |= self.company_2
        abroad = self._create_calendar("Asia/Tokyo", company=self.company_2)
        self._employ(self.ada, abroad, company=self.company_2)
        with freeze_all_time(MONDAY_10AM):
            self.assertEqual(self._open().user_id, self.ada)

    # When nobody was there

    def _run(self):
        with self._own_cursors():
            self.env.ref("helpdesk_psa.ir_cron_psa_assign").method_direct_trigger()

    def test_ticket_of_the_night_is_assigned_in_the_morning(self):
        self.team.calendar_id = self.office_hours
        with freeze_all_time(MONDAY_8PM):
            ticket = self._open()
            self._run()
        self.assertFalse(ticket.user_id)
        with freeze_all_time(MONDAY_10AM.replace(day=3)):
            self._run()
        self.assertIn(ticket.user_id, self.members)
        self.assertEqual(ticket.assigned_at, MONDAY_10AM.replace(day=3))

    def test_urgent_ticket_of_the_night_is_assigned_first(self):
        self.team.assign_max_open = 1
        self.team.member_ids = self.ada
        self.team.calendar_id = self.office_hours
        with freeze_all_time(MONDAY_8PM):
            normal, urgent = self._open(priority="1"), self._open(priority="3")
        with freeze_all_time(MONDAY_10AM.replace(day=3)):
            self._run()
        self.assertEqual(urgent.user_id, self.ada)
        self.assertFalse(normal.user_id)

    def test_scheduler_leaves_manual_teams_and_begun_tickets_alone(self):
        self.team.assign_method = "manual"
        new, begun = self._open(), self._open(stage_id=self.stage_open.id)
        self._run()
        self.assertFalse(new.user_id)
        self.team.assign_method = "balanced"
        self._run()
        self.assertTrue(new.user_id)
        self.assertFalse(begun.user_id)

    def test_team_without_members_leaves_its_tickets_unassigned(self):
        self.team.member_ids = False
        self.assertFalse(self._open().user_id)
        self.team.assign_method = "round_robin"
        self.assertFalse(self._open().user_id)
