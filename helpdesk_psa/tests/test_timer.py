from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import freeze_all_time

from .time_common import TimeCommon


@tagged("post_install", "-at_install")
class TestTimer(TimeCommon):
    """A timer makes one entry or says why not, whatever happens meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._create_ticket()

    def _start(self, ticket=None, user=None, at="2026-03-02 09:00"):
        with freeze_all_time(self._at(at)):
            return (
                (ticket or self.ticket)
                .with_user(user or self.ada)
                .action_psa_start_timer()
            )

    def _stop(self, at="2026-03-02 09:12", ticket=None, user=None, **values):
        """Stop, change some of the dialog, and save.

        :return: the dialog, saved
        """
        user = user or self.ada
        with freeze_all_time(self._at(at)):
            action = (ticket or self.ticket).with_user(user).action_psa_stop_timer()
            with self._open_dialog(action, user) as dialog:
                for name, value in values.items():
                    setattr(dialog, name, value)
            dialog.record.action_save()
        return dialog.record

    def _get_timer(self, user=None):
        return self.env["psa.timer"].with_user(user or self.ada)._get_mine()

    # Start and stop

    def test_twelve_minutes_give_a_fifth_of_an_hour_to_confirm(self):
        self._start()
        with freeze_all_time(self._at("2026-03-02 09:12")):
            action = self.ticket.with_user(self.ada).action_psa_stop_timer()
            dialog = self._open_dialog(action)
            self.assertAlmostEqual(dialog.hours, 0.2)
            self.assertEqual(str(dialog.date), "2026-03-02")
            self.assertEqual(dialog.service_type_id, self.remote)
            self.assertTrue(dialog.billable)
            self.assertEqual(dialog.stage_id, self.ticket.stage_id)
            self.assertEqual(dialog.project_reason, "support project of the company")
            self.assertFalse(dialog.warning)
            dialog.save().action_save()
        entry = self._entries(self.ticket)
        self.assertEqual((entry.psa_minutes, entry.unit_amount), (12, 0.2))
        self.assertEqual(entry.psa_start, self._at("2026-03-02 09:00"))
        self.assertEqual(entry.psa_stop, self._at("2026-03-02 09:12"))
        self.assertFalse(self._get_timer())

    def test_one_dialog_logs_time_and_moves_the_ticket(self):
        self._start()
        self._stop(
            stage_id=self.stage_resolved,
            progress=100,
            name="Changed the toner",
            billable=False,
            service_type_id=self.on_site,
            hours=0.25,
        )
        entry = self._entries(self.ticket)
        self.assertEqual(entry.psa_minutes, 15)
        self.assertEqual(entry.name, "Changed the toner")
        self.assertEqual(entry.psa_service_type_id, self.on_site)
        self.assertEqual(self.ticket.stage_id, self.stage_resolved)
        self.assertEqual(self.ticket.progress, 100)

    def test_the_status_stays_when_the_dialog_does_not_change_it(self):
        self._start()
        with freeze_all_time(self._at("2026-03-02 09:12")):
            action = self.ticket.with_user(self.ada).action_psa_stop_timer()
            dialog = self._open_dialog(action).save()
            events = len(self.ticket.event_ids)
            dialog.action_save()
        self.assertEqual(len(self.ticket.event_ids), events)

    def test_a_service_type_in_the_dialog_says_whether_it_is_billable(self):
        self._start()
        self._stop(service_type_id=self.internal)
        self.assertFalse(self._entries(self.ticket).psa_billable)

    def test_start_work_takes_the_ticket_and_starts(self):
        self.ticket.with_user(self.ada).action_start_work()
        self.assertEqual(self.ticket.user_id, self.ada)
        self.assertEqual(self.ticket.stage_category, "open")
        self.assertTrue(self.ticket.with_user(self.ada).psa_is_timed)
        self.assertFalse(self.ticket.with_user(self.lea).psa_is_timed)

    def test_a_timer_on_a_colleagues_ticket_leaves_it_his(self):
        self.ticket.user_id = self.lea
        self._start()
        self.assertEqual(self.ticket.user_id, self.lea)
        self.assertEqual(self.ticket.stage_category, "new")

    def test_starting_again_on_the_same_ticket_changes_nothing(self):
        self._start()
        self._start(at="2026-03-02 10:00")
        self.assertEqual(self._get_timer().started_at, self._at("2026-03-02 09:00"))

    def test_a_discarded_timer_leaves_no_entry(self):
        self._start()
        action = self.ticket.with_user(self.ada).action_psa_stop_timer()
        self._open_dialog(action).save().action_discard()
        self.assertFalse(self._get_timer())
        self.assertFalse(self._entries(self.ticket))

    def test_a_closed_dialog_lets_the_timer_run(self):
        self._start()
        self.ticket.with_user(self.ada).action_psa_stop_timer()
        self.assertEqual(self._get_timer().started_at, self._at("2026-03-02 09:00"))

    # Where tasks and visits stand

    def _stop_on(self, record, **values):
        """Start on a record as Ada, stop after an hour and save.

        :param values: what is changed in the dialog
        """
        with freeze_all_time(self._at("2026-03-02 09:00")):
            record.with_user(self.ada).action_psa_start_timer()
        return self._stop(at="2026-03-02 10:00", ticket=record, **values)

    def test_one_dialog_logs_time_and_moves_the_task(self):
        self.ada.group_ids += self.env.ref("project.group_project_user")
        stages = self.env["project.task.type"].create(
            [
                {"name": name, "project_ids": self.project.ids}
                for name in ("Doing", "Tested")
            ]
        )
        self.task.stage_id = stages[0]
        self._stop_on(self.task, task_stage_id=stages[1], task_state="03_approved")
        self.assertEqual(self.task.stage_id, stages[1])
        self.assertEqual(self.task.state, "03_approved")
        self.assertEqual(self.task.effective_hours, 1)

    def test_task_stays_when_the_dialog_does_not_change_it(self):
        self.ada.group_ids += self.env.ref("project.group_project_user")
        self.task.state = "02_changes_requested"
        dialog = self._stop_on(self.task)
        self.assertEqual(dialog.task_state, "02_changes_requested")
        self.assertEqual(self.task.state, "02_changes_requested")

    def test_task_is_moved_by_whoever_may_write_it(self):
        """Agents without the right to edit projects log their time all the same."""
        dialog = self._stop_on(self.task)
        self.assertFalse(dialog.can_move)
        self.assertEqual(self.task.state, "01_in_progress")
        self.assertEqual(self.task.effective_hours, 1)

    def _create_visit(self):
        return (
            self.env["psa.intervention"]
            .with_user(self.ada)
            .create(
                {
                    "name": "Mend it",
                    "customer_id": self.acme.id,
                    "technician_ids": [(6, 0, self.ada.ids)],
                }
            )
        )

    def test_one_dialog_logs_time_and_ends_the_visit(self):
        visit = self._create_visit()
        with freeze_all_time(self._at("2026-03-02 09:00")):
            visit.action_begin()
        self._stop(at="2026-03-02 10:00", ticket=visit, is_visit_done=True)
        self.assertEqual(visit.state, "done")
        self.assertEqual(visit.time_hours, 1)

    def test_visit_goes_on_unless_the_dialog_says_that_it_is_done(self):
        visit = self._create_visit()
        with freeze_all_time(self._at("2026-03-02 09:00")):
            visit.action_begin()
        self._stop(at="2026-03-02 10:00", ticket=visit)
        self.assertEqual(visit.state, "in_progress")

    def test_visit_with_an_empty_checklist_is_not_ended_and_nothing_is_logged(self):
        visit = self._create_visit()
        self.env["psa.checklist.item"].with_user(self.ada).create(
            {"name": "Test page", "intervention_id": visit.id, "is_required": True}
        )
        with freeze_all_time(self._at("2026-03-02 09:00")):
            visit.action_begin()
        with self.assertRefused(UserError, "Test page"):
            self._stop(at="2026-03-02 10:00", ticket=visit, is_visit_done=True)
        self.assertEqual(visit.state, "in_progress")
        self.assertFalse(visit.time_hours)
        self.assertTrue(self._get_timer())

    # Another one

    def test_a_second_start_stops_the_first_in_its_dialog(self):
        other = self._create_ticket(name="Screen flickers")
        self._start()
        with freeze_all_time(self._at("2026-03-02 09:20")):
            action = other.with_user(self.ada).action_start_work()
            dialog = self._open_dialog(action)
        self.assertIn("Screen flickers", dialog.next_name)
        self.assertIn("Printer down", action["name"])
        self.assertFalse(other.user_id, "nothing happens before the first is saved")
        with freeze_all_time(self._at("2026-03-02 09:21")):
            dialog.save().action_save()
        self.assertEqual(self._entries(self.ticket).psa_minutes, 20)
        timer = self._get_timer()
        self.assertEqual(timer._get_record(), other)
        self.assertEqual(timer.started_at, self._at("2026-03-02 09:20"))
        self.assertEqual(other.user_id, self.ada)

    def test_the_second_start_given_up_lets_the_first_run(self):
        other = self._create_ticket(name="Screen flickers")
        self._start()
        self._start(other)
        self.assertEqual(self._get_timer()._get_record(), self.ticket)
        self.assertFalse(self._entries(self.ticket))

    def test_the_database_keeps_one_timer_per_user(self):
        self._start()
        other = self._create_ticket()
        timers = self.env["psa.timer"].with_user(self.ada)
        with self.assertRefused(IntegrityError), mute_logger("odoo.sql_db"):
            timers._start(other)
        self.assertEqual(self._get_timer()._get_record(), self.ticket)

    def test_each_user_has_his_own_timer(self):
        self._start()
        self._start(user=self.lea)
        self._stop(user=self.lea)
        self.assertTrue(self._get_timer())
        self.assertEqual(self._entries(self.ticket).user_id, self.lea)

    # Races

    def test_stopped_in_two_browsers_it_makes_one_entry(self):
        self._start()
        action = self.ticket.with_user(self.ada).action_psa_stop_timer()
        first = self._open_dialog(action).save()
        second = self._open_dialog(action).save()
        first.hours = second.hours = 0.5
        first.action_save()
        with self.assertRefused(UserError, "already stopped in another window"):
            second.action_save()
        self.assertEqual(len(self._entries(self.ticket)), 1)

    def test_saved_twice_it_makes_one_entry(self):
        self._start()
        dialog = self._stop()
        with self.assertRefused(UserError, "already stopped"):
            dialog.action_save()
        self.assertEqual(len(self._entries(self.ticket)), 1)

    def test_an_old_dialog_does_not_end_the_next_timer(self):
        self._start()
        action = self.ticket.with_user(self.ada).action_psa_stop_timer()
        old = self._open_dialog(action).save()
        old.hours = 1
        self._stop()
        self._start(at="2026-03-02 11:00")
        with self.assertRefused(UserError, "already stopped"):
            old.action_save()
        self.assertTrue(self._get_timer())
        self.assertEqual(len(self._entries(self.ticket)), 1)

    def test_stop_without_a_timer_is_a_clear_refusal(self):
        with self.assertRefused(UserError, "another window"):
            self.ticket.with_user(self.ada).action_psa_stop_timer()
        for act in ("action_stop", "action_discard", "action_open_record"):
            with self.assertRefused(UserError, "No timer runs"):
                getattr(self.env["psa.timer"].with_user(self.ada), act)()

    # Moments

    def test_the_change_of_clocks_neither_adds_nor_takes_an_hour(self):
        self.ada.tz = "Europe/Paris"  # 2026-03-29: 2:00 becomes 3:00
        self._start(at="2026-03-29 00:30")
        self._stop(at="2026-03-29 01:30")
        entry = self._entries(self.ticket)
        self.assertEqual(entry.psa_minutes, 60)
        self.assertEqual(str(entry.date), "2026-03-29")

    def test_the_change_to_winter_neither(self):
        self.ada.tz = "Europe/Paris"  # 2026-10-25: 3:00 becomes 2:00
        self._start(at="2026-10-25 00:30")
        self._stop(at="2026-10-25 01:30")
        self.assertEqual(self._entries(self.ticket).psa_minutes, 60)

    def test_work_over_midnight_stays_whole_on_the_day_it_began(self):
        self.ada.tz = "America/New_York"
        self._start(at="2026-03-03 04:30")  # 23:30 on the 2nd, there
        self._stop(at="2026-03-03 06:00")
        entry = self._entries(self.ticket)
        self.assertEqual(str(entry.date), "2026-03-02")
        self.assertEqual(entry.psa_minutes, 90)

    def test_no_minute_is_a_clear_refusal_and_the_timer_runs_on(self):
        self._start()
        with freeze_all_time(self._at("2026-03-02 09:00") + timedelta(seconds=20)):
            action = self.ticket.with_user(self.ada).action_psa_stop_timer()
            dialog = self._open_dialog(action)
            self.assertIn("less than a minute", dialog.warning)
            dialog = dialog.save()
        with self.assertRefused(ValidationError, "at least one minute"):
            dialog.action_save()
        self.assertTrue(self._get_timer())
        self.assertFalse(self._entries(self.ticket))

    def test_a_forgotten_timer_asks_for_the_truth(self):
        self._start()
        with freeze_all_time(self._at("2026-03-03 10:00")):
            action = self.ticket.with_user(self.ada).action_psa_stop_timer()
            dialog = self._open_dialog(action)
            self.assertIn("25:00 is more than a day", dialog.warning)
            saved = dialog.save()
            with self.assertRefused(ValidationError, "more than a day"):
                saved.action_save()
            self.assertTrue(self._get_timer())
            dialog.hours = 2
            dialog.save().action_save()
        self.assertEqual(self._entries(self.ticket).psa_minutes, 120)

    def test_a_wrong_clock_of_the_server_gives_no_negative_time(self):
        self._start()
        with freeze_all_time(self._at("2026-03-02 08:59")):
            action = self.ticket.with_user(self.ada).action_psa_stop_timer()
            self.assertEqual(self._open_dialog(action).hours, 0)

    # The top bar

    def test_the_top_bar_is_told_what_runs(self):
        self.assertFalse(self.env["psa.timer"].with_user(self.ada).get_current())
        self._start()
        with freeze_all_time(self._at("2026-03-02 10:00")):
            current = self.env["psa.timer"].with_user(self.ada).get_current()
        self.assertEqual(current["elapsed_seconds"], 3600)
        self.assertEqual(current["res_id"], self.ticket.id)
        self.assertIn("Printer down", current["name"])

    def test_windows_of_the_user_are_told_of_start_and_end(self):
        sent = self._patch("res.users", "_bus_send")
        self._start()
        self._stop()
        kinds = [
            call.args[1] for call in sent.call_args_list if "timer" in call.args[1]
        ]
        self.assertEqual(kinds, ["psa.timer/changed"] * 2)

    def test_a_timer_of_a_ticket_now_hidden_names_nothing(self):
        stranger = self._create_user("stan", "Stan Stranger", "agent")
        self._create_employee(stranger)
        self._start(user=stranger)
        self.team.privacy = "members"
        current = self.env["psa.timer"].with_user(stranger).get_current()
        self.assertNotIn("Printer", current["name"])
        self.assertTrue(self.env["psa.timer"].with_user(stranger).action_discard())

    # Who

    def test_readers_have_no_timer(self):
        with self.assertRefused(AccessError):
            self.ticket.with_user(self.rita).action_psa_start_timer()
        self.assertFalse(self.env["psa.timer"].search([]))

    def test_nobody_touches_the_timer_of_another(self):
        self._start()
        timer = self._get_timer()
        with self.assertRefused(AccessError):
            timer.with_user(self.ada).started_at = self._at("2026-03-02 01:00")
        with self.assertRefused(AccessError):
            timer.with_user(self.ada).unlink()
        action = self.ticket.with_user(self.ada).action_psa_stop_timer()
        with freeze_all_time(self._at("2026-03-02 09:12")):
            stolen = self._open_dialog(action, self.lea).save()
        with self.assertRefused(UserError, "already stopped"):
            stolen.action_save()
        self.assertTrue(timer.exists())

    def test_leads_see_who_works_on_what_agents_only_their_own(self):
        self._start()
        timers = self.env["psa.timer"]
        self.assertIn("Printer", timers.with_user(self.lea).search([]).record_name)
        other = self._create_user("otto", "Otto Other", "agent")
        self.assertFalse(timers.with_user(other).search([]))

    def test_the_dialog_serves_records_with_a_timer_only(self):
        dialogs = self.env["psa.time.log"].with_user(self.ada)
        with self.assertRefused(UserError, "No time is logged"):
            dialogs.create({"res_model": "res.users", "res_id": self.ada.id})

    def test_a_ticket_with_a_timer_that_is_deleted_takes_it_along(self):
        self._start()
        self.ticket.with_user(self.max).unlink()
        self.assertFalse(self.env["psa.timer"].search([]))


@tagged("post_install", "-at_install")
class TestTimerWindows(TimeCommon, HttpCase):
    """Two browsers of the same agent, each logged in on its own."""

    def setUp(self):
        super().setUp()
        self.ticket = self._create_ticket()
        self.first, self.second = self._log_in(), self._log_in()

    def _log_in(self):
        """Return the client of another browser, with a session of its own."""
        self.session = None  # the one before stays logged in
        self.authenticate("ada", "ada")
        return self.opener

    def _request(self, browser, route, **params):
        self.opener = browser
        return self.make_jsonrpc_request(route, params)

    def _call(self, browser, model, method, *args, **kwargs):
        return self._request(
            browser,
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=args,
            kwargs=kwargs,
        )

    def _reload(self, browser):
        """Return what the top bar shows after the page was loaded anew."""
        info = self._request(browser, "/web/session/get_session_info")
        return info["psa_timer"]

    def _listen(self, browser, **params):
        """Return the kinds of messages that the bus has for a browser."""
        self.env.cr.precommit.run()  # as on commit: it writes the messages
        answer = self._request(
            browser, "/websocket/peek_notifications", channels=[], **params
        )
        return [
            line["message"]["type"]
            for line in answer["notifications"]
            if line["message"]["type"].startswith("psa.timer")
        ]

    def _subscribe(self, *browsers):
        """Let browsers begin to listen; they hear what comes afterwards."""
        self.env.cr.precommit.run()
        last = self.env["bus.bus"].sudo().search([], order="id desc", limit=1).id or 0
        for browser in browsers:
            self._listen(browser, last=last, is_first_poll=True)
        return last

    def test_the_other_browser_is_told_and_shows_the_timer(self):
        last = self._subscribe(self.first, self.second)
        self._call(self.first, "psa.ticket", "action_psa_start_timer", self.ticket.ids)
        self.assertEqual(self._listen(self.second, last=last), ["psa.timer/changed"])
        current = self._call(self.second, "psa.timer", "get_current")
        self.assertEqual(current["res_id"], self.ticket.id)
        self.assertEqual(self._reload(self.second)["res_id"], self.ticket.id)

    def test_stopped_in_one_browser_it_is_gone_in_the_other(self):
        self._call(self.first, "psa.ticket", "action_psa_start_timer", self.ticket.ids)
        last = self._subscribe(self.first, self.second)
        self._call(self.second, "psa.timer", "action_discard")
        self.assertEqual(self._listen(self.first, last=last), ["psa.timer/changed"])
        self.assertFalse(self._reload(self.first))

    def test_the_message_goes_to_the_agent_and_to_nobody_else(self):
        self.session = None
        self.authenticate("lea", "lea")
        colleague = self.opener
        last = self._subscribe(self.first, colleague)
        self._call(self.first, "psa.ticket", "action_psa_start_timer", self.ticket.ids)
        self.assertEqual(self._listen(colleague, last=last), [])
        self.assertFalse(self._reload(colleague))
        self.assertEqual(self._listen(self.first, last=last), ["psa.timer/changed"])
