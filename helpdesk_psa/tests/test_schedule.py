from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .schedule_common import ScheduleCommon, at

GENERATION = "odoo.addons.helpdesk_psa.models.mixins.psa_schedule_generation_mixin"


@tagged("post_install", "-at_install")
class TestScheduleDates(ScheduleCommon):
    """Each date once, whatever happens to the scheduler."""

    def test_a_due_date_becomes_a_ticket_with_what_the_schedule_says(self):
        schedule = self._create_schedule(
            name="Backups, {month} {year}",
            partner_id=self.casey.id,
            priority="2",
            user_ids=[Command.set(self.ada.ids)],
            closing_comment="All backups were restored.",
            type_id=self.type_request.id,
        )
        self._run_scheduler("2026-01-15")
        ticket = schedule.occurrence_ids.ticket_id
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Backups, January 2026",
                    "channel": "schedule",
                    "customer_id": self.acme.id,
                    "partner_id": self.casey.id,
                    "team_id": self.team.id,
                    "user_id": self.ada.id,
                    "priority": "2",
                    "type_id": self.type_request.id,
                    "closing_comment": "All backups were restored.",
                    "schedule_id": schedule.id,
                    "schedule_date": date(2026, 1, 15),
                    "planned_start": False,
                }
            ],
        )

    def test_running_twice_creates_nothing_twice(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        self._run_scheduler("2026-01-15")
        self._run_scheduler("2026-01-16")
        self.assertEqual(schedule.ticket_count, 1)

    def test_the_horizon_creates_ahead(self):
        schedule = self._create_schedule(horizon_days=40)
        self._run_scheduler("2026-01-10")
        self.assertEqual(
            self._get_rows(schedule).mapped("date"),
            [date(2026, 1, 15), date(2026, 2, 15)],
        )

    def test_forty_days_without_scheduler_lose_nothing(self):
        schedule = self._create_schedule(
            unit="week", anchor_date=date(2026, 1, 5), closed_rule="keep"
        )
        self._run_scheduler("2026-01-05")
        self._run_scheduler("2026-02-14")
        rows = self._get_rows(schedule)
        mondays = [date(2026, 1, 5) + timedelta(weeks=week) for week in range(6)]
        self.assertEqual(rows.mapped("date"), mondays)
        self.assertEqual(len(rows.ticket_id), 6)

    def test_of_the_missed_dates_only_the_last_may_be_wanted(self):
        schedule = self._create_schedule(
            unit="week",
            anchor_date=date(2026, 1, 5),
            closed_rule="keep",
            missed_policy="last",
        )
        self._run_scheduler("2026-01-05")
        self._run_scheduler("2026-02-14")
        rows = self._get_rows(schedule)
        self.assertEqual(
            rows.filtered("ticket_id").mapped("date"),
            [date(2026, 1, 5), date(2026, 2, 9)],
        )
        self.assertEqual(
            set(rows.filtered(lambda row: row.state == "skipped").mapped("reason")),
            {"It was missed, and so was a later one."},
        )

    def test_three_years_of_preventive_visits_with_holidays_and_an_outage(self):
        """The plan of the issue: leap day, holidays, a scheduler that was down."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "New Year",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2027, 1, 1),
                "date_to": datetime(2027, 1, 1, 23, 59),
            }
        )
        units = self._create_equipment("Air conditioner 1")
        units |= self._create_equipment("Air conditioner 2")
        schedule = self._create_schedule(
            kind="intervention",
            anchor_date=date(2026, 1, 31),
            horizon_days=14,
            equipment_source="chosen",
            equipment_ids=[Command.set(units.ids)],
            per_equipment=True,
        )
        day, outage = date(2026, 1, 20), (date(2027, 2, 20), date(2027, 4, 1))
        while day <= date(2029, 1, 20):
            if not outage[0] <= day < outage[1]:
                self._run_scheduler(day)
            day += timedelta(days=5)
        rows = self._get_rows(schedule)
        expected = [
            fields.Date.add(date(2026, 1, 31), months=month) for month in range(37)
        ]
        for unit in units:
            own = rows.filtered(lambda row, unit=unit: row.equipment_id == unit)
            self.assertEqual(own.mapped("date"), expected)
        self.assertIn(date(2028, 2, 29), expected)
        self.assertEqual(len(rows.intervention_id), 74)
        self.assertTrue(all(row.planned_date.weekday() < 5 for row in rows))
        self.assertNotIn(date(2027, 1, 1), rows.mapped("planned_date"))

    def test_a_day_that_is_closed_moves_and_keeps_its_name(self):
        schedule = self._create_schedule(anchor_date=date(2026, 1, 17))
        self._run_scheduler("2026-01-17")
        row = schedule.occurrence_ids
        self.assertEqual(row.date, date(2026, 1, 17))
        self.assertEqual(row.planned_date, date(2026, 1, 19))
        self.assertEqual(row.ticket_id.schedule_date, date(2026, 1, 19))

    def test_a_holiday_added_later_creates_no_second_visit(self):
        schedule = self._create_schedule(horizon_days=10)
        self._run_scheduler("2026-01-10")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Strike",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 1, 15),
                "date_to": datetime(2026, 1, 15, 23, 59),
            }
        )
        self._run_scheduler("2026-01-15")
        self._run_scheduler("2026-01-16")
        self.assertEqual(schedule.ticket_count, 1)

    def test_a_deleted_ticket_does_not_come_back(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        schedule.occurrence_ids.ticket_id.with_user(self.max).unlink()
        self._run_scheduler("2026-01-16")
        self.assertEqual(schedule.ticket_count, 0)
        self.assertEqual(len(schedule.occurrence_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_row_of_a_date(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        with self.assertRaises(IntegrityError):
            schedule.occurrence_ids.sudo().copy()

    def test_a_schedule_that_another_process_works_on_is_left_to_it(self):
        schedule = self._create_schedule()
        rows = self.env["psa.schedule.occurrence"]
        twin = {"schedule_id": schedule.id, "date": "2026-01-15", "by_hand": False}
        # The other process has written its row after this one looked.
        standings = schedule._load_standings()
        rows.create(twin)
        with (
            patch.object(
                self.env.registry["psa.schedule"],
                "_load_standings",
                lambda self: standings,
            ),
            at("2026-01-15 08:00:00"),
            mute_logger("odoo.sql_db"),
        ):
            self.assertEqual(schedule.sudo()._generate_alone(), 0)
        self.assertFalse(schedule.error)
        self.assertEqual(schedule.ticket_count, 0)

    def test_a_rhythm_of_long_ago_starts_where_it_is_told(self):
        schedule = self._create_schedule(
            anchor_date=date(2020, 1, 31), date_from=date(2026, 1, 1)
        )
        self._run_scheduler("2026-03-31")
        self.assertEqual(
            self._get_rows(schedule).mapped("date"),
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)],
        )

    def test_equipment_added_later_starts_when_it_is_added(self):
        first, second = (self._create_equipment(f"Unit {n}") for n in (1, 2))
        schedule = self._create_schedule(
            equipment_source="chosen",
            equipment_ids=[Command.set(first.ids)],
            per_equipment=True,
        )
        self._run_scheduler("2026-02-15")
        schedule.equipment_ids = first | second
        self._run_scheduler("2026-03-15")
        own = schedule.occurrence_ids.filtered(lambda row: row.equipment_id == second)
        self.assertEqual(own.mapped("date"), [date(2026, 3, 15)])

    def test_one_ticket_for_all_names_every_equipment(self):
        units = self._create_equipment("Unit 1") | self._create_equipment("Unit 2")
        schedule = self._create_schedule(
            equipment_source="chosen", equipment_ids=[Command.set(units.ids)]
        )
        self._run_scheduler("2026-01-15")
        self.assertEqual(schedule.occurrence_ids.ticket_id.equipment_ids, units)


@tagged("post_install", "-at_install")
class TestScheduleCompletion(ScheduleCommon):
    """Counted from the day on which the last one was done."""

    def _create_chain(self, **values):
        return self._create_schedule(basis="completion", closed_rule="keep", **values)

    def test_the_next_one_waits_until_the_last_one_is_done(self):
        schedule = self._create_chain()
        self._run_scheduler("2026-01-15")
        self._run_scheduler("2026-04-01")
        self.assertEqual(schedule.ticket_count, 1)
        self.assertFalse(schedule.next_date)

    def test_the_next_one_is_counted_from_when_it_was_done(self):
        schedule = self._create_chain()
        self._run_scheduler("2026-01-15")
        with at("2026-01-31 10:00:00"):
            schedule.occurrence_ids.ticket_id.with_user(self.ada).action_resolve()
        self.assertEqual(schedule.next_date, date(2026, 2, 28))
        self._run_scheduler("2026-02-28")
        self.assertEqual(
            self._get_rows(schedule).mapped("date"),
            [date(2026, 1, 15), date(2026, 2, 28)],
        )

    def test_the_form_says_that_the_next_date_waits_for_the_last_one(self):
        schedule = self._create_chain()
        self._run_scheduler("2026-01-15")
        waits = "when what was created is done"
        with at("2026-01-31 10:00:00"):
            self.assertIn(waits, schedule.with_user(self.ada).preview)
            schedule.occurrence_ids.ticket_id.with_user(self.ada).action_resolve()
            schedule.invalidate_recordset(["preview"])
            self.assertNotIn(waits, schedule.with_user(self.ada).preview)

    def test_a_cancelled_visit_does_not_end_the_chain(self):
        schedule = self._create_chain(kind="intervention")
        self._run_scheduler("2026-01-15")
        schedule.occurrence_ids.intervention_id.state = "cancelled"
        self._run_scheduler("2026-02-15")
        self.assertEqual(schedule.intervention_count, 2)

    def test_done_long_before_its_day_gives_no_second_visit_that_day(self):
        schedule = self._create_chain(horizon_days=60)
        with at("2025-12-15 10:00:00"):
            schedule.action_generate()
            schedule.occurrence_ids.ticket_id.with_user(self.ada).action_resolve()
            schedule.action_generate()
        self.assertEqual(
            self._get_rows(schedule).mapped("date"),
            [date(2026, 1, 15), date(2026, 1, 16)],
        )

    def test_it_ends_after_its_number_of_times(self):
        schedule = self._create_chain(end_type="count", end_count=1)
        self._run_scheduler("2026-01-15")
        with at("2026-01-16 10:00:00"):
            schedule.occurrence_ids.ticket_id.with_user(self.ada).action_resolve()
        self._run_scheduler("2026-06-01")
        self.assertEqual(schedule.ticket_count, 1)


@tagged("post_install", "-at_install")
class TestScheduleExceptions(ScheduleCommon):
    """Pause, skip, errors."""

    def test_a_date_left_out_creates_nothing_and_keeps_the_reason(self):
        schedule = self._create_schedule()
        self._skip(schedule, date(2026, 2, 15), "Closed for a fair")
        for day in ("2026-01-15", "2026-02-15", "2026-03-15"):
            self._run_scheduler(day)
        rows = self._get_rows(schedule)
        self.assertEqual(rows.mapped("state"), ["created", "skipped", "created"])
        self.assertEqual(rows[1].reason, "Closed for a fair")

    def _skip(self, schedule, day, reason="Closed"):
        wizard = (
            self.env["psa.schedule.skip"]
            .with_user(self.lea)
            .create({"schedule_id": schedule.id, "date": day, "reason": reason})
        )
        wizard.action_skip()

    def test_a_day_without_date_is_not_left_out(self):
        schedule = self._create_schedule()
        with self.assertRefused(UserError, "has no date on 02/16/2026"):
            self._skip(schedule, date(2026, 2, 16))
        self.assertFalse(schedule.occurrence_ids)

    def test_a_date_that_was_created_is_not_left_out(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        with self.assertRefused(UserError, "was handled already"):
            self._skip(schedule, date(2026, 1, 15))
        self.assertEqual(schedule.occurrence_ids.state, "created")

    def test_a_date_taken_up_again_after_its_turn_is_created_at_once(self):
        schedule = self._create_schedule()
        self._skip(schedule, date(2026, 1, 15))
        self._run_scheduler("2026-02-15")
        self._get_rows(schedule)[0].action_restore()
        self.assertEqual(
            self._get_rows(schedule).mapped("state"), ["created", "created"]
        )

    def test_a_date_taken_up_again_before_its_turn_comes_on_its_day(self):
        schedule = self._create_schedule()
        self._skip(schedule, date(2026, 1, 15))
        schedule.occurrence_ids.action_restore()
        self.assertFalse(schedule.occurrence_ids)
        self._run_scheduler("2026-01-15")
        self.assertEqual(schedule.ticket_count, 1)

    def test_dates_of_a_pause_are_left_out(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        schedule.action_pause()
        self._run_scheduler("2026-03-15")
        self.assertEqual(schedule.ticket_count, 1)
        with at("2026-03-20 08:00:00"):
            schedule.action_start()
        self._run_scheduler("2026-04-15")
        rows = self._get_rows(schedule)
        self.assertEqual(
            rows.mapped("state"), ["created", "skipped", "skipped", "created"]
        )
        self.assertEqual(rows[1].reason, "The schedule was paused.")

    def test_a_draft_creates_nothing(self):
        schedule = self._create_schedule(start=False)
        self._run_scheduler("2026-01-15")
        self.assertFalse(schedule.occurrence_ids)
        with self.assertRefused(UserError, "is not running"):
            schedule.action_generate()

    def test_one_bad_schedule_stops_no_other_and_says_what_to_do(self):
        closed = self.calendar.copy({"attendance_ids": [Command.clear()]})
        bad = self._create_schedule(name="Bad", calendar_id=closed.id)
        good = self._create_schedule(name="Good")
        self._run_scheduler("2026-01-15")
        self.assertEqual((bad.ticket_count, good.ticket_count), (0, 1))
        self.assertIn("finds no working day within 31 days", bad.error)
        self.assertIn("Add working hours to", bad.error)

    def test_the_error_goes_when_its_reason_is_gone(self):
        closed = self.calendar.copy({"attendance_ids": [Command.clear()]})
        schedule = self._create_schedule(calendar_id=closed.id)
        self._run_scheduler("2026-01-15")
        schedule.closed_rule = "keep"
        self._run_scheduler("2026-01-16")
        self.assertFalse(schedule.error)
        self.assertEqual(schedule.ticket_count, 1)

    @mute_logger(GENERATION)
    def test_an_unexpected_failure_leaves_nothing_half_done(self):
        schedule = self._create_schedule()
        model = self.env.registry["psa.schedule.occurrence"]
        with patch.object(model, "create", side_effect=ZeroDivisionError):
            self._run_scheduler("2026-01-15")
        self.assertIn("unexpected reason", schedule.error)
        self.assertEqual(schedule.ticket_count, 0)

    def test_a_working_day_is_asked_for_in_the_zone_of_the_schedule(self):
        schedule = self._create_schedule(
            tz="Pacific/Auckland", has_time=True, start_hour=8.5, duration_hours=2
        )
        with at("2026-01-14 12:00:00"):  # 1 a.m. of the 15th there
            schedule.action_generate()
        ticket = schedule.occurrence_ids.ticket_id
        self.assertEqual(ticket.planned_start, datetime(2026, 1, 14, 19, 30))
        self.assertEqual(ticket.planned_end, datetime(2026, 1, 14, 21, 30))

    def test_the_time_of_day_stays_when_the_clocks_change(self):
        schedule = self._create_schedule(
            tz="Europe/Paris", has_time=True, start_hour=9, horizon_days=120
        )
        with at("2026-01-10 08:00:00"):
            schedule.action_generate()
        starts = self._get_rows(schedule).ticket_id.mapped("planned_start")
        self.assertEqual(sorted({start.hour for start in starts}), [7, 8])

    def test_what_was_missed_waits_to_be_planned(self):
        schedule = self._create_schedule(
            kind="intervention",
            has_time=True,
            user_ids=[Command.set(self.ada.ids)],
        )
        self._run_scheduler("2026-01-20")
        visit = schedule.occurrence_ids.intervention_id
        self.assertEqual(visit.state, "to_plan")
        self.assertFalse(visit.planned_start)

    def test_a_schedule_that_worked_is_archived_and_not_deleted(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        with self.assertRefused(UserError, "Archive it instead"):
            schedule.unlink()
        self.assertTrue(schedule.exists())

    def test_interventions_need_somebody_to_visit(self):
        with self.assertRefused(ValidationError, "name the customer to visit"):
            self._create_schedule(kind="intervention", customer_id=False)


@tagged("post_install", "-at_install")
class TestScheduleWork(ScheduleCommon):
    """Checklists, agreements, and what the form shows before anything is saved."""

    def test_the_checklist_is_on_each_ticket_and_must_be_filled_in(self):
        checklist = self.env["psa.checklist"].create(
            {
                "name": "Backups",
                "item_ids": [
                    Command.create({"name": "Restored a file", "is_required": True}),
                    Command.create({"name": "Changed the tape"}),
                ],
            }
        )
        schedule = self._create_schedule(checklist_id=checklist.id)
        self._run_scheduler("2026-01-15")
        ticket = schedule.occurrence_ids.ticket_id.with_user(self.ada)
        with self.assertRefused(UserError, "“Restored a file” on the checklist"):
            ticket.action_resolve()
        self.assertEqual(ticket.stage_category, "new")
        ticket.checklist_item_ids[0].is_checked = True
        ticket.action_resolve()
        self.assertEqual(ticket.stage_category, "resolved")

    def _create_ticket_with_photo(self):
        """Let Ada photograph the rack of a ticket that was created as scheduled."""
        checklist = self.env["psa.checklist"].create(
            {
                "name": "Rack",
                "item_ids": [
                    Command.create(
                        {"name": "Rack", "kind": "photo", "is_required": True}
                    )
                ],
            }
        )
        schedule = self._create_schedule(checklist_id=checklist.id)
        self._run_scheduler("2026-01-15")
        ticket = schedule.occurrence_ids.ticket_id.with_user(self.ada)
        item = ticket.checklist_item_ids
        photo = (
            self.env["ir.attachment"]
            .with_user(self.ada)
            .create({"name": "rack.png", "raw": b"png", "res_model": item._name})
        )
        return ticket, item, photo

    def test_a_photo_on_a_tickets_checklist_fills_it_in_and_colleagues_see_it(self):
        ticket, item, photo = self._create_ticket_with_photo()
        with self.assertRefused(UserError, "“Rack” on the checklist"):
            ticket.action_resolve()
        item.photo_ids = photo
        self.assertEqual((item.is_filled, item.photo_count), (True, 1))
        self.assertEqual(photo.res_id, item.id)
        self.assertEqual(photo.with_user(self.rita).raw, b"png")
        ticket.action_resolve()
        self.assertEqual(ticket.stage_category, "resolved")

    def test_a_photo_on_a_tickets_checklist_is_hidden_with_the_ticket(self):
        _ticket, item, photo = self._create_ticket_with_photo()
        item.photo_ids = photo
        ticket_sudo = item.sudo().ticket_id
        ticket_sudo.team_id = self.env["psa.team"].create(
            {
                "name": "Directors",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": [Command.set(self.lea.ids)],
            }
        )
        self.env.flush_all()
        for user, may in ((self.rita, False), (self.lea, True), (self.bob, False)):
            self.assertEqual(photo.with_user(user).has_access("read"), may, user.name)

    def test_a_photo_on_a_tickets_checklist_may_be_taken_again(self):
        _ticket, item, photo = self._create_ticket_with_photo()
        item.photo_ids = photo
        photo.unlink()
        self.assertFalse(item.is_filled)

    def test_the_instructions_are_a_note_that_customers_do_not_see(self):
        schedule = self._create_schedule(
            partner_id=self.casey.id, description="Use the key in the safe."
        )
        with self.mock_mail_gateway():
            self._run_scheduler("2026-01-15")
        ticket = schedule.occurrence_ids.ticket_id
        note = ticket.message_ids.filtered(lambda m: "the safe" in (m.body or ""))
        self.assertTrue(note.subtype_id.internal)
        self.assertFalse(self.env["psa.notice"].search([("ticket_id", "=", ticket.id)]))

    def test_the_contact_is_told_if_the_schedule_says_so(self):
        schedule = self._create_schedule(partner_id=self.casey.id, notify_customer=True)
        self._run_scheduler("2026-01-15")
        ticket = schedule.occurrence_ids.ticket_id
        self.assertTrue(self.env["psa.notice"].search([("ticket_id", "=", ticket.id)]))

    def test_the_preview_shows_twelve_dates_before_saving(self):
        with at("2026-01-10 08:00:00"):
            form = Form(self.env["psa.schedule"].with_user(self.lea))
            form.name = "Monthly"
            form.anchor_date = "2026-01-31"
            form.date_from = "2026-01-31"
            form.calendar_id = self.calendar
            preview = form.preview
        self.assertEqual(preview.count("o_psa_schedule_date"), 12)
        self.assertIn("Mon 2 Feb 2026", preview)
        self.assertIn("instead of Sat 31 Jan, closed", preview)
        self.assertFalse(self.env["psa.schedule"].search([("name", "=", "Monthly")]))

    def test_the_preview_tells_what_was_created_left_out_and_missed(self):
        schedule = self._create_schedule(closed_rule="keep", horizon_days=20)
        with at("2026-02-01 08:00:00"):
            schedule._skip(date(2026, 3, 15), "Fair", schedule.equipment_ids)
            schedule.action_generate()
            rows = schedule._get_preview_rows()
        with at("2026-05-01 08:00:00"):
            later = schedule._get_preview_rows()
        self.assertEqual(rows[0]["created"], "Created")
        self.assertEqual(rows[1]["skipped"], "Fair")
        self.assertTrue(later[0]["overdue"])

    def test_the_rhythm_reads_like_a_sentence(self):
        for values, expected in (
            ({}, "Every month on day 15"),
            ({"unit": "day", "interval": 3}, "Every 3 days"),
            (
                {"unit": "week", "mon": True, "thu": True},
                "Every week on Monday, Thursday",
            ),
            ({"unit": "year"}, "Every year on 15 January"),
            (
                {"interval": 2, "month_by": "weekday", "nth": "-1", "weekday": "4"},
                "Every 2 months on the last Friday",
            ),
            ({"basis": "completion"}, "Every month after the last one was done"),
        ):
            schedule = self._create_schedule(start=False, **values)
            self.assertEqual(schedule.rhythm, expected)

    def _create_agreement(self, **values):
        agreement = self.env["psa.agreement"].create(
            {
                "name": "CT-12",
                "customer_id": self.acme.id,
                "company_id": self.company.id,
                "date_start": date(2026, 1, 1),
                **values,
            }
        )
        self.env["psa.agreement.line"].create(
            {"agreement_id": agreement.id, "name": "All units"}
        )
        agreement.action_activate()
        return agreement

    def test_a_preventive_plan_visits_what_the_agreement_covers(self):
        agreement = self._create_agreement()
        unit = self._create_equipment("Unit 1")
        schedule = self._create_schedule(
            kind="intervention",
            agreement_id=agreement.id,
            equipment_source="agreement",
            per_equipment=True,
        )
        self._run_scheduler("2026-01-15")
        self._create_equipment("Unit 2")
        self._run_scheduler("2026-02-15")
        rows = self._get_rows(schedule)
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows[0].equipment_id, unit)
        self.assertEqual(agreement.planned_visit_count, 3)

    def test_a_plan_ends_with_its_agreement(self):
        agreement = self._create_agreement(date_end=date(2026, 2, 20))
        schedule = self._create_schedule(agreement_id=agreement.id)
        self._run_scheduler("2026-05-15")
        self.assertEqual(
            self._get_rows(schedule).mapped("date"),
            [date(2026, 1, 15), date(2026, 2, 15)],
        )

    def test_a_suspended_agreement_is_not_visited(self):
        agreement = self._create_agreement()
        self.env["psa.agreement.suspension"].create(
            {
                "agreement_id": agreement.id,
                "date_from": date(2026, 2, 1),
                "date_until": date(2026, 3, 1),
                "reason": "Unpaid",
            }
        )
        schedule = self._create_schedule(agreement_id=agreement.id)
        self._run_scheduler("2026-03-15")
        rows = self._get_rows(schedule)
        self.assertEqual(rows.mapped("state"), ["created", "skipped", "created"])
        self.assertEqual(rows[1].reason, "The agreement was suspended: Unpaid")


@tagged("post_install", "-at_install")
class TestScheduleAccess(ScheduleCommon):
    """Who sets up schedules, and who sees them."""

    def test_agents_read_schedules_and_change_none(self):
        schedule = self._create_schedule().with_user(self.ada)
        self.assertEqual(schedule.rhythm, "Every month on day 15")
        for act in (
            lambda: schedule.write({"name": "Mine"}),
            schedule.action_pause,
            schedule.action_start,
            schedule.action_generate,
            schedule.unlink,
        ):
            with self.assertRefused(AccessError):
                act()
        self.assertEqual(schedule.name, "Check of the backups")
        self.assertEqual(schedule.state, "running")

    def test_readers_see_dates_and_change_none(self):
        schedule = self._create_schedule()
        self._run_scheduler("2026-01-15")
        row = schedule.occurrence_ids.with_user(self.rita)
        self.assertEqual(row.date, date(2026, 1, 15))
        with self.assertRefused(AccessError):
            row.action_restore()
        self.assertTrue(row.exists())

    def test_another_company_sees_nothing_of_it(self):
        schedule = self._create_schedule()
        self.assertFalse(
            self.env["psa.schedule"]
            .with_user(self.bob)
            .search([("id", "=", schedule.id)])
        )

    def test_schedules_of_private_teams_are_for_their_members(self):
        schedule = self._create_schedule()
        self.team.privacy = "members"
        self.team.member_ids = self.lea
        Schedule = self.env["psa.schedule"]
        domain = [("id", "=", schedule.id)]
        self.assertFalse(Schedule.with_user(self.ada).search(domain))
        self.assertTrue(Schedule.with_user(self.lea).search(domain))
        self.assertTrue(Schedule.with_user(self.max).search(domain))

    def test_schedules_of_closed_groups_are_for_their_pod(self):
        schedule = self._create_schedule()
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Pod", "restrict": True, "user_ids": [Command.set(self.lea.ids)]}
        )
        Schedule = self.env["psa.schedule"]
        domain = [("id", "=", schedule.id)]
        self.assertFalse(Schedule.with_user(self.ada).search(domain))
        self.assertTrue(Schedule.with_user(self.lea).search(domain))

    def test_opening_the_list_takes_a_bounded_number_of_queries(self):
        schedules = self.env["psa.schedule"]
        for number in range(20):
            schedules |= self._create_schedule(name=f"Schedule {number}")
        self.env.invalidate_all()
        schedules = schedules.with_user(self.ada)
        with self.assertQueryCount(12):
            schedules.mapped("next_date")
            schedules.mapped("rhythm")
