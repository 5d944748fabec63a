from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import tagged

from .intervention_common import MONDAY_9AM, MONDAY_11AM
from .schedule_common import ScheduleCommon

WEEK = ("2026-03-02 00:00:00", "2026-03-09 00:00:00")
NINE, ELEVEN = "2026-03-02 09:00:00", "2026-03-02 11:00:00"
ONE, THREE = "2026-03-02 13:00:00", "2026-03-02 15:00:00"


class DispatchCommon(ScheduleCommon):
    def _get_board(self, user=None, **filters):
        board = self.env["psa.dispatch"].with_user(user or self.lea)
        return board.get_board(*WEEK, filters)

    def _get_block(self, record, user=None, **filters):
        """Return what the week's board shows of a record, or None."""
        for block in self._get_board(user, **filters)["blocks"]:
            if (block["model"], block["id"]) == (record._name, record.id):
                return block
        return None

    def _plan(self, record, user=None, expected=None, **values):
        """Plan a record from one to three on Monday, unless told otherwise."""
        board = self.env["psa.dispatch"].with_user(user or self.lea)
        values = {"start": ONE, "end": THREE, **values}
        return board.plan(record._name, record.id, values, expected)


@tagged("post_install", "-at_install")
class TestDispatchBoard(DispatchCommon):
    """What the board shows, and to whom."""

    def test_a_planned_visit_is_in_the_row_of_its_technician(self):
        visit = self._create_planned()
        block = self._get_block(visit, user=self.rita)
        self.assertEqual(
            (block["start"], block["end"], block["user_ids"], block["customer"]),
            (NINE, ELEVEN, self.ada.ids, "ACME"),
        )
        rows = self._get_board(self.rita)["rows"]
        self.assertIn(self.ada.id, [row["id"] for row in rows])

    def test_tickets_and_tasks_with_a_time_are_on_the_board(self):
        ticket = self._create_ticket(
            user_id=self.ada.id, planned_start=MONDAY_9AM, planned_end=MONDAY_11AM
        )
        task = self.env["project.task"].create(
            {
                "name": "Write the offer",
                "project_id": self.env["project.project"].create({"name": "Move"}).id,
                "user_ids": [Command.set(self.ada.ids)],
                "psa_planned_start": MONDAY_9AM,
                "psa_planned_end": MONDAY_11AM,
            }
        )
        self.assertEqual(self._get_block(ticket)["tone"], "planned")
        self.assertEqual(
            self._get_block(task, self.env.ref("base.user_admin"))["kind"], "task"
        )

    def test_a_task_is_planned_by_those_who_may_write_it(self):
        project = self.env["project.project"].create(
            {"name": "Move", "privacy_visibility": "employees"}
        )
        task = self.env["project.task"].create(
            {"name": "Offer", "project_id": project.id, "user_ids": False}
        )
        self.assertTrue(task.with_user(self.lea).has_access("read"))
        with self.assertRefused(AccessError):
            self._plan(task, to_user_id=self.ada.id)
        self.assertFalse(task.user_ids)

    def test_a_task_that_is_due_shows_as_a_deadline(self):
        task = self.env["project.task"].create(
            {
                "name": "Write the offer",
                "project_id": self.env["project.project"].create({"name": "Move"}).id,
                "user_ids": [Command.set(self.ada.ids)],
                "date_deadline": MONDAY_9AM,
            }
        )
        block = self._get_block(task, self.env.ref("base.user_admin"))
        self.assertTrue(block["is_deadline"])
        self.assertEqual(block["due"], NINE)

    def test_what_is_not_planned_is_on_the_list(self):
        visit = self._create_intervention(name="Mend the rack")
        listed = self._get_board()["unplanned"]["blocks"]
        self.assertIn(visit.id, [block["id"] for block in listed])
        self.assertIsNone(self._get_block(visit))

    def test_the_list_is_searched_by_customer_and_city(self):
        self.globex.psa_is_customer = True
        self.globex._psa_get_main_site().city = "Lyon"
        visit = self._create_intervention(customer_id=self.globex.id)
        self._create_intervention()
        board = self.env["psa.dispatch"].with_user(self.lea)
        found = board.get_unplanned({"search": "glob lyon"})["blocks"]
        self.assertEqual([block["id"] for block in found], visit.ids)

    def test_tickets_without_a_time_are_listed_under_their_own_tab(self):
        ticket = self._create_ticket()
        board = self.env["psa.dispatch"].with_user(self.lea)
        found = board.get_unplanned({"kind": "psa.ticket"})["blocks"]
        self.assertIn(ticket.id, [block["id"] for block in found])

    def test_working_hours_are_those_of_the_technician_s_time_zone(self):
        calendar = self.calendar.copy({"tz": "America/New_York"})
        self._employ(self.ada, calendar)
        row = self._get_row(self.ada)
        self.assertEqual(
            row["working"][0], ["2026-03-02 13:00:00", "2026-03-02 21:00:00"]
        )
        self.assertEqual(row["minutes"], 5 * 8 * 60)

    def _employ(self, user, calendar=None):
        employee = self.env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": self.company.id,
                "resource_calendar_id": (calendar or self.calendar).id,
            }
        )
        employee.tz = (calendar or self.calendar).tz
        return employee

    def _get_row(self, user, viewer=None):
        [row] = [row for row in self._get_board(viewer)["rows"] if row["id"] == user.id]
        return row

    def test_a_leave_shows_without_its_reason_and_a_holiday_with_its_name(self):
        employee = self._employ(self.ada)
        leaves = self.env["resource.calendar.leaves"]
        values = {"calendar_id": self.calendar.id, "company_id": self.company.id}
        leaves.create(
            {
                **values,
                "name": "Operation",
                "resource_id": employee.resource_id.id,
                "date_from": datetime(2026, 3, 3),
                "date_to": datetime(2026, 3, 3, 23, 59),
            }
        )
        leaves.create(
            {
                **values,
                "name": "Founder's day",
                "date_from": datetime(2026, 3, 5),
                "date_to": datetime(2026, 3, 5, 23, 59),
            }
        )
        row = self._get_row(self.ada)
        self.assertEqual(
            [leave["name"] for leave in row["leaves"]], ["Absent", "Founder's day"]
        )
        self.assertEqual(row["minutes"], 3 * 8 * 60)

    def test_a_team_s_board_has_its_members_only(self):
        other = self.team.copy(
            {"alias_name": False, "member_ids": [Command.set(self.max.ids)]}
        )
        rows = self._get_board(team_id=other.id)["rows"]
        self.assertEqual([row["id"] for row in rows], self.max.ids)

    def test_the_board_hides_what_its_reader_may_not_see(self):
        visit = self._create_planned(user=self.lea, team_id=self.team.id)
        self.team.privacy = "members"
        self.team.member_ids = self.lea
        self.assertIsNone(self._get_block(visit, self.ada))
        self.assertIsNotNone(self._get_block(visit, self.lea))
        self.assertIsNone(self._get_block(visit, self.bob))

    def test_a_closed_group_s_visits_are_for_its_pod(self):
        visit = self._create_planned(user=self.lea)
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Pod", "restrict": True, "user_ids": [Command.set(self.lea.ids)]}
        )
        self.assertIsNone(self._get_block(visit, self.ada))
        self.assertIsNotNone(self._get_block(visit, self.lea))

    def test_whoever_has_no_helpdesk_sees_no_board(self):
        with self.assertRefused(AccessError, "for users of the helpdesk"):
            self._get_board(self.user_employee)

    def test_a_full_board_takes_a_bounded_number_of_queries(self):
        users = self.env["res.users"]
        for number in range(30):
            users |= self._create_user(f"tech{number}", f"Tech {number}", "agent")
        self.team.member_ids = users
        self.env["psa.intervention"].create(
            [
                {
                    "name": f"Visit {number}",
                    "customer_id": self.acme.id,
                    "technician_ids": [Command.set(users[number % 30].ids)],
                    "planned_start": MONDAY_9AM + timedelta(minutes=number * 10),
                    "planned_end": MONDAY_11AM + timedelta(minutes=number * 10),
                }
                for number in range(500)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            board = self._get_board()
        self.assertEqual(len(board["blocks"]), 500)
        self.assertEqual(len(board["rows"]), 30)


@tagged("post_install", "-at_install")
class TestDispatchPlan(DispatchCommon):
    """Who may move what, and what happens when two do it at once."""

    def test_a_leader_plans_a_visit_that_waits(self):
        visit = self._create_intervention()
        answer = self._plan(visit, to_user_id=self.ada.id)
        self.assertFalse(answer["is_stale"])
        self.assertRecordValues(
            visit,
            [
                {
                    "technician_ids": self.ada.ids,
                    "planned_start": datetime(2026, 3, 2, 13),
                    "planned_end": datetime(2026, 3, 2, 15),
                    "state": "planned",
                }
            ],
        )

    def test_a_visit_moved_to_another_row_keeps_its_second_technician(self):
        visit = self._create_planned(
            technician_ids=[Command.set((self.ada | self.max).ids)]
        )
        self._plan(visit, from_user_id=self.ada.id, to_user_id=self.lea.id)
        self.assertEqual(visit.technician_ids, self.lea | self.max)

    def test_a_ticket_moved_to_another_row_changes_its_agent(self):
        ticket = self._create_ticket(user_id=self.ada.id)
        self._plan(ticket, from_user_id=self.ada.id, to_user_id=self.lea.id)
        self.assertEqual(ticket.user_id, self.lea)
        self.assertEqual(ticket.planned_start, datetime(2026, 3, 2, 13))

    def test_a_time_taken_away_sends_the_visit_back_to_the_list(self):
        visit = self._create_planned()
        self._plan(visit, start=False, end=False)
        self.assertEqual(visit.state, "to_plan")
        self.assertFalse(visit.planned_start)

    def test_an_agent_plans_what_nobody_has_for_himself(self):
        visit = self._create_intervention(user=self.lea)
        self._plan(visit, user=self.ada, to_user_id=self.ada.id)
        self.assertEqual(visit.technician_ids, self.ada)

    def test_an_agent_moves_his_own_visit_in_time(self):
        visit = self._create_planned()
        self._plan(
            visit, user=self.ada, from_user_id=self.ada.id, to_user_id=self.ada.id
        )
        self.assertEqual(visit.planned_start, datetime(2026, 3, 2, 13))

    def test_an_agent_moves_no_visit_of_a_colleague(self):
        visit = self._create_planned(user=self.lea)
        with self.assertRefused(AccessError, "Ask a team leader"):
            self._plan(visit, user=self.ada)
        with self.assertRefused(AccessError, "Ask a team leader"):
            self._plan(
                visit,
                user=self.ada,
                from_user_id=self.lea.id,
                to_user_id=self.ada.id,
            )
        self.assertEqual(visit.planned_start, MONDAY_9AM)
        self.assertEqual(visit.technician_ids, self.lea)

    def test_an_agent_gives_his_visit_to_no_colleague(self):
        visit = self._create_planned()
        with self.assertRefused(AccessError):
            self._plan(
                visit, user=self.ada, from_user_id=self.ada.id, to_user_id=self.lea.id
            )
        self.assertEqual(visit.technician_ids, self.ada)

    def test_a_reader_plans_nothing(self):
        visit = self._create_intervention()
        with self.assertRefused(AccessError):
            self._plan(visit, user=self.rita, to_user_id=self.rita.id)
        self.assertFalse(visit.planned_start)

    def test_nothing_is_planned_for_somebody_without_helpdesk(self):
        visit = self._create_intervention()
        with self.assertRefused(UserError, "Only active helpdesk agents"):
            self._plan(visit, to_user_id=self.user_employee.id)
        self.assertFalse(visit.technician_ids)

    def test_a_visit_of_another_company_is_out_of_reach(self):
        visit = self._create_intervention()
        with self.assertRefused(AccessError):
            self._plan(visit, user=self.bob, to_user_id=self.bob.id)
        self.assertFalse(visit.planned_start)

    def test_other_records_are_not_planned(self):
        with self.assertRefused(UserError, "does not plan such records"):
            self._plan(self.acme)

    def test_a_visit_that_is_done_is_not_moved(self):
        visit = self._create_planned()
        visit.state = "done"
        with self.assertRefused(UserError, "is done: it is not moved"):
            self._plan(visit)
        self.assertEqual(visit.planned_start, MONDAY_9AM)

    def test_an_end_before_the_start_is_refused(self):
        visit = self._create_planned()
        with self.assertRefused(UserError, "must be after the start"):
            self._plan(visit, start=THREE, end=ONE)
        self.assertEqual(visit.planned_start, MONDAY_9AM)

    def test_the_second_of_two_dispatchers_is_told_and_changes_nothing(self):
        visit = self._create_planned()
        seen = {"start": NINE, "end": ELEVEN, "user_ids": self.ada.ids}
        self._plan(visit, expected=seen)
        answer = self._plan(
            visit, expected=seen, start=NINE, end=THREE, to_user_id=self.lea.id
        )
        self.assertTrue(answer["is_stale"])
        self.assertIn("was moved by somebody else", answer["message"])
        self.assertEqual(visit.planned_start, Datetime.to_datetime(ONE))
        self.assertEqual(visit.technician_ids, self.ada)

    def test_reading_a_ticket_meanwhile_is_no_conflict(self):
        ticket = self._create_ticket()
        seen = {"start": False, "end": False, "user_ids": []}
        ticket.with_user(self.max).mark_read()
        answer = self._plan(ticket, expected=seen, to_user_id=self.ada.id)
        self.assertFalse(answer["is_stale"])

    def test_a_time_on_a_leave_is_planned_with_a_warning(self):
        employee = self.env["hr.employee"].create(
            {
                "name": "Ada",
                "user_id": self.ada.id,
                "company_id": self.company.id,
                "resource_calendar_id": self.calendar.id,
                "tz": "UTC",
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "resource_id": employee.resource_id.id,
                "date_from": datetime(2026, 3, 2),
                "date_to": datetime(2026, 3, 2, 23, 59),
            }
        )
        visit = self._create_intervention()
        answer = self._plan(visit, to_user_id=self.ada.id)
        self.assertEqual(answer["warnings"], ["Ada Agent is away then: Absent."])
        self.assertEqual(visit.state, "planned")

    def test_open_boards_are_told_of_a_move(self):
        visit = self._create_intervention()
        self._reset_bus()
        with self.assertBus(
            [
                (
                    self.env.cr.dbname,
                    "res.groups",
                    self.env.ref("helpdesk_psa.group_psa_readonly").id,
                )
            ],
            [
                {
                    "type": "helpdesk_psa/dispatch_changed",
                    "payload": {"keys": [f"psa.intervention,{visit.id}"]},
                }
            ],
        ):
            visit.with_user(self.lea).planned_start = MONDAY_9AM
