from datetime import timedelta
from random import Random
from unittest.mock import patch

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import freeze_all_time, mail_new_test_user

from ..models import psa_sla_replan
from .sla_common import SlaCommon, at, when

HOUR = 3600
FAILING = "odoo.addons.helpdesk_psa.models.mixins.psa_sla_clock_escalation_mixin"


class EscalationCommon(SlaCommon):
    """A promise of four hours in office hours, and steps that the test adds to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy("Standard", ("resolution", 4))

    @classmethod
    def _add_step(cls, timing="before", minutes=30, *, policy=None, **values):
        """Add a step that tells the team leader, unless told otherwise."""
        deeds = {"notify_agent": False, "notify_leader": True}
        return cls.env["psa.sla.escalation"].create(
            {
                "policy_id": (policy or cls.policy).id,
                "timing": timing,
                "delay_minutes": minutes,
                "since_at": False,
                **deeds,
                **values,
            }
        )

    def _run(self, moment):
        """Let the scheduler pass at a moment."""
        with when(moment):
            self._pass()

    def _pass(self):
        self.env.flush_all()
        with self._own_cursors():
            self.env.ref(
                "helpdesk_psa.ir_cron_psa_sla_escalate"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _get_told(self, user):
        """Return the subjects of what a user was told, in order."""
        notifications = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("mail_message_id.message_type", "=", "user_notification"),
            ],
            order="id",
        )
        return notifications.mail_message_id.mapped("subject")

    def _get_fired(self, ticket):
        """Return what has happened to a ticket's clocks, in order."""
        return ticket.sudo().sla_clock_ids.escalation_log_ids.sorted("id")

    def assertFired(self, ticket, *steps):
        self.assertEqual(
            list(self._get_fired(ticket).escalation_id), list(steps), "steps done"
        )


@tagged("post_install", "-at_install")
class TestEscalation(EscalationCommon):
    """Steps happen by themselves, once, in order."""

    # === WHEN === #

    def test_leader_is_told_once_thirty_minutes_before_the_due_time(self):
        self._add_step("before", 30)
        self._open("mon 09:00")
        self._run("mon 12:29")
        self.assertEqual(len(self._get_told(self.lea)), 0)
        self._run("mon 12:30")
        self._run("mon 12:31")
        [subject] = self._get_told(self.lea)
        self.assertIn("Resolution due", subject)

    def test_steps_happen_at_shares_before_and_after(self):
        half = self._add_step("percent", percent=50)
        before = self._add_step("before", 30)
        after = self._add_step("after", 60)
        ticket = self._open("mon 09:00")
        self._run("mon 11:00")
        self.assertFired(ticket, half)
        self._run("mon 12:30")
        self.assertFired(ticket, half, before)
        self._run("mon 14:00")
        self.assertFired(ticket, half, before, after)

    def test_after_an_outage_all_that_was_missed_happens_in_order(self):
        after = self._add_step("after", 60, sequence=1)
        before = self._add_step("before", 30, sequence=2)
        half = self._add_step("percent", percent=50, sequence=3)
        ticket = self._open("mon 09:00")
        self._run("mon 17:00")
        self.assertFired(ticket, half, before, after)
        self.assertEqual(
            self._get_fired(ticket).mapped("planned_at"),
            [at("mon 11:00"), at("mon 12:30"), at("mon 14:00")],
        )

    def test_outside_service_hours_a_step_waits_for_the_morning(self):
        self._add_step("after", 0)
        self._open("mon 14:00")  # due at 18:00, when the office closes
        self._run("mon 23:00")
        self.assertEqual(self._get_told(self.lea), [])
        self._run("tue 09:00")
        self.assertEqual(len(self._get_told(self.lea)), 1)

    def test_day_and_night_it_does_not_wait(self):
        self._add_step("after", 60, is_in_service_hours=False)
        self._open("mon 14:00")
        self._run("mon 19:00")
        self.assertEqual(len(self._get_told(self.lea)), 1)

    def test_paused_clock_does_nothing(self):
        step = self._add_step("before", 30)
        ticket = self._open("mon 09:00")
        self._write("mon 12:00", ticket, stage_id=self.stage_waiting.id)
        self._run("mon 17:00")
        self.assertFired(ticket)
        self._write("tue 09:00", ticket, stage_id=self.stage_open.id)
        self._run("tue 09:29")
        self.assertFired(ticket)
        self._run("tue 09:30")
        self.assertFired(ticket, step)

    def test_resolved_ticket_does_nothing_any_more(self):
        self._add_step("before", 30)
        ticket = self._open("mon 09:00")
        self._write("mon 12:00", ticket, stage_id=self.stage_resolved.id)
        self._run("mon 17:00")
        self.assertFired(ticket)
        self.assertFalse(self._get_clock(ticket).next_escalation_at)

    def test_higher_priority_brings_its_steps_forward(self):
        self._create_policy("Urgent", ("resolution", 1), min_priority="3", sequence=1)
        urgent = self.env["psa.sla.policy"].search([("name", "=", "Urgent")])
        step = self._add_step("before", 30, policy=urgent)
        ticket = self._open("mon 09:00")
        self._write("mon 09:10", ticket, priority="3")
        self.assertEqual(self._get_clock(ticket).next_escalation_at, at("mon 09:30"))
        self._run("mon 09:30")
        self.assertFired(ticket, step)

    def test_new_step_leaves_alone_what_had_passed_its_moment(self):
        late, early = self._open("mon 09:00"), self._open("mon 11:30")
        with when("mon 12:45"):
            step = self._add_step("before", 30, since_at=at("mon 12:45"))
        self._replan("mon 12:45")
        self._run("mon 17:00")
        self.assertFired(late)
        self.assertFired(early, step)

    def _replan(self, moment):
        with when(moment):
            self.env.flush_all()
            with self._own_cursors():
                self.env.ref(
                    "helpdesk_psa.ir_cron_psa_sla_replan"
                ).method_direct_trigger()
            self.env.invalidate_all()

    def test_step_of_one_metric_leaves_the_others_alone(self):
        self.policy.target_ids = [(0, 0, {"metric": "first_response", "hours": 1})]
        step = self._add_step("before", 30, metric="first_response")
        ticket = self._open("mon 09:00")
        self._run("mon 17:00")
        self.assertFired(ticket, step)

    def test_internal_promises_have_steps_as_well(self):
        policy = self._create_policy("Team", ("resolution", 2), kind="ola")
        step = self._add_step("before", 30, policy=policy)
        ticket = self._open("mon 09:00")
        self._run("mon 10:30")
        self.assertFired(ticket, step)

    # === WHAT === #

    def test_agent_followers_and_others_are_told(self):
        self._add_step(
            notify_agent=True,
            notify_leader=False,
            notify_followers=True,
            notify_user_ids=self.max.ids,
        )
        ticket = self._open("mon 09:00", user_id=self.ada.id)
        ticket.message_subscribe(partner_ids=self.rita.partner_id.ids)
        self._run("mon 12:30")
        for user in (self.ada, self.rita, self.max):
            self.assertEqual(len(self._get_told(user)), 1, user.name)

    def test_customer_who_follows_is_never_told(self):
        self._add_step(notify_followers=True)
        ticket = self._open("mon 09:00")
        self.assertIn(self.casey, ticket.message_partner_ids)
        self._run("mon 12:30")
        self.assertFalse(
            self.env["mail.notification"].search(
                [
                    ("res_partner_id", "=", self.casey.id),
                    ("mail_message_id.message_type", "=", "user_notification"),
                ]
            )
        )

    def test_leader_is_told_of_tickets_that_nobody_has(self):
        self._add_step(notify_agent=True, notify_leader=False)
        self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertEqual(len(self._get_told(self.lea)), 1)

    def test_who_may_not_see_the_ticket_is_not_told(self):
        self.team.privacy = "members"
        self._add_step(notify_user_ids=(self.rita | self.max).ids)
        self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertEqual(self._get_told(self.rita), [])
        self.assertEqual(len(self._get_told(self.max)), 1)

    def test_many_tickets_at_once_are_one_message(self):
        self._add_step()
        for _ticket in range(3):
            self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertEqual(self._get_told(self.lea), ["3 promises come due"])

    def test_mail_reaches_who_prefers_the_inbox(self):
        self._add_step(notify_by="email")
        self._open("mon 09:00")
        with self.mock_mail_gateway():
            self._run("mon 12:30")
        self.assertEqual(self._new_mails.recipient_ids, self.lea.partner_id)

    def test_activity_is_planned_for_the_day_it_is_due(self):
        self._add_step(notify_by="activity")
        ticket = self._open("mon 09:00")
        self._run("mon 12:30")
        activity = ticket.activity_ids
        self.assertEqual(activity.user_id, self.lea)
        self.assertEqual(activity.date_deadline, at("mon 00:00").date())

    def test_step_assigns_raises_and_moves(self):
        second_line = self.env["psa.team"].create(
            {"name": "Second line", "company_id": self.company.id}
        )
        self._add_step(user_id=self.ada.id, priority="3", team_id=second_line.id)
        ticket = self._open("mon 09:00", priority="1")
        self._run("mon 12:30")
        self.assertRecordValues(
            ticket,
            [
                {
                    "user_id": self.ada.id,
                    "priority": "3",
                    "team_id": second_line.id,
                }
            ],
        )

    def test_higher_priority_stays(self):
        self._add_step(priority="1")
        ticket = self._open("mon 09:00", priority="3")
        self._run("mon 12:30")
        self.assertEqual(ticket.priority, "3")

    def test_server_action_runs_on_the_ticket(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Rename",
                "model_id": self.env["ir.model"]._get_id("psa.ticket"),
                "state": "code",
                "code": "record.write({'name': 'Escalated'})",
            }
        )
        self._add_step(notify_leader=False, action_server_id=action.id)
        ticket = self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertEqual(ticket.name, "Escalated")

    # === THE RECORD OF IT === #

    def test_history_tells_of_steps_and_of_the_breach_in_words(self):
        self._add_step("before", 30)
        ticket = self._open("mon 09:00")
        self._run("mon 17:00")
        told = {
            event.kind: (event.summary, event.at)
            for event in ticket.event_ids
            if event.kind in ("sla_step", "breach")
        }
        self.assertEqual(
            told["sla_step"][0], "SLA: 30 min before due: tell the team leader"
        )
        self.assertEqual(
            told["breach"], ("SLA: due time missed (Resolution)", at("mon 13:00"))
        )

    def test_breach_is_told_once_even_without_any_step(self):
        ticket = self._open("mon 09:00")
        for moment in ("mon 12:59", "mon 13:00", "mon 13:01", "tue 09:00"):
            self._run(moment)
        breaches = ticket.event_ids.filtered(lambda event: event.kind == "breach")
        self.assertEqual(breaches.mapped("at"), [at("mon 13:00")])

    def test_breach_during_an_outage_is_told_after_the_ticket_is_resolved(self):
        ticket = self._open("mon 09:00")
        self._write("mon 14:00", ticket, stage_id=self.stage_resolved.id)
        self._run("mon 15:00")
        breaches = ticket.event_ids.filtered(lambda event: event.kind == "breach")
        self.assertEqual(breaches.mapped("at"), [at("mon 13:00")])

    def test_ticket_resolved_in_time_has_no_breach(self):
        ticket = self._open("mon 09:00")
        self._write("mon 12:00", ticket, stage_id=self.stage_resolved.id)
        self._run("tue 15:00")
        self.assertNotIn("breach", ticket.event_ids.mapped("kind"))

    def test_step_done_stays_as_it_was_when_the_policy_changes(self):
        step = self._add_step("before", 30)
        ticket = self._open("mon 09:00")
        self._run("mon 12:30")
        step.write({"delay_minutes": 90})
        [log] = self._get_fired(ticket)
        self.assertEqual(log.sentence, "30 min before due: tell the team leader")

    # === ONCE === #

    def test_second_scheduler_leaves_what_the_first_works_on(self):
        step = self._add_step()
        ticket = self._open("mon 09:00")
        clocks = self.env["psa.sla.clock"]
        with patch.object(
            type(clocks), "try_lock_for_update", lambda self, **kw: self.browse()
        ):
            self._run("mon 12:30")
        self.assertFired(ticket)
        self._run("mon 12:31")
        self.assertFired(ticket, step)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_step_that_was_done(self):
        self._add_step()
        ticket = self._open("mon 09:00")
        self._run("mon 12:30")
        log = self._get_fired(ticket)
        with self.assertRefused(IntegrityError), self.env.cr.savepoint():
            log.copy()

    def test_agent_who_is_faster_postpones_the_step_to_the_next_pass(self):
        step = self._add_step()
        ticket = self._open("mon 09:00")
        fire = self._patch(
            "psa.sla.escalation", "_fire", side_effect=SerializationFailure()
        )
        self._run("mon 12:30")
        self.assertFired(ticket)
        fire.side_effect = lambda self, clocks: {}
        self._run("mon 12:31")
        self.assertFired(ticket, step)

    @mute_logger(FAILING)
    def test_bad_step_blocks_nothing_and_says_why(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("psa.ticket"),
                "state": "code",
                "code": "if record.priority == '3':\n"
                "    raise UserError('No such printer')",
            }
        )
        bad = self._add_step(action_server_id=action.id)
        good = self._add_step("after", 0)
        broken = self._open("mon 09:00", priority="3")
        fine = self._open("mon 09:00", priority="1")
        self._run("mon 17:00")
        self.assertFired(broken, bad, good)
        self.assertFired(fine, bad, good)
        self.assertIn("No such printer", self._get_fired(broken)[0].error)
        self.assertFalse(self._get_fired(fine)[0].error)
        told = broken.event_ids.filtered(lambda event: event.kind == "sla_step")
        self.assertIn("No such printer", told[-1].summary)

    def test_each_step_happens_once_whatever_the_scheduler_does(self):
        """Random pauses, outages and double passes, against a walk by the minute."""
        steps = {
            self._add_step("percent", percent=50, is_in_service_hours=False): 120,
            self._add_step("before", 30, is_in_service_hours=False): 210,
            self._add_step("before", 0, is_in_service_hours=False): 240,
        }
        self.policy.target_ids.is_always_open = True
        random = Random(77)
        for _history in range(12):
            ticket = self._open("mon 09:00")
            now, used, is_running, seen = at("mon 09:00"), 0, True, 0
            for _change in range(random.randint(4, 14)):
                minutes = random.randint(1, 70)
                now += timedelta(minutes=minutes)
                used += minutes if is_running else 0
                with freeze_all_time(now):
                    if random.random() < 0.4:
                        is_running = not is_running
                        stage = self.stage_open if is_running else self.stage_waiting
                        ticket.with_user(self.ada).stage_id = stage
                    for _pass in range(random.choice((0, 0, 1, 2))):
                        self._pass()
                        seen = max(seen, used if is_running else 0)
            expected = [step for step, needed in steps.items() if needed <= seen]
            self.assertFired(ticket, *expected)

    # === COST === #

    def test_scheduler_looks_up_only_what_is_due(self):
        self.env.flush_all()
        self.env.cr.execute("ANALYZE psa_sla_clock")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM psa_sla_clock WHERE next_escalation_at <= now()"
            " ORDER BY next_escalation_at, id LIMIT 50"
        )
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("psa_sla_clock_next_escalation_idx", plan)

    def test_clocks_that_are_not_due_are_not_touched(self):
        self._add_step()
        later = self._get_clock(self._open("mon 12:00"))
        before = later.write_date
        self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertEqual(later.write_date, before)

    # === THE STEP ITSELF === #

    def test_step_reads_as_a_sentence(self):
        step = self._add_step(
            "before",
            90,
            metric="resolution",
            notify_agent=True,
            priority="3",
            user_id=self.ada.id,
        )
        self.assertEqual(
            step.sentence,
            "Resolution, 1 h 30 min before due: assign to Ada Agent, raise the priority "
            "to Urgent, tell the agent, the team leader",
        )

    def test_step_that_does_nothing_is_refused(self):
        with self.assertRefused(ValidationError, "does nothing"):
            self._add_step(notify_leader=False)

    def test_agents_read_steps_and_managers_write_them(self):
        step = self._add_step()
        self.assertTrue(step.with_user(self.ada).sentence)
        with self.assertRefused(AccessError):
            step.with_user(self.ada).write({"delay_minutes": 5})
        step.with_user(self.max).write({"delay_minutes": 5})
        self.assertEqual(step.delay_minutes, 5)

    def test_steps_of_private_teams_are_hidden_from_others(self):
        self._add_step()
        ticket = self._open("mon 09:00")
        self._run("mon 12:30")
        logs = self.env["psa.sla.escalation.log"]
        self.assertTrue(logs.with_user(self.rita).search([]))
        self.team.privacy = "members"
        self.assertFalse(logs.with_user(self.rita).search([]))
        self.assertTrue(logs.with_user(self.ada).search([]))
        self.assertFalse(logs.with_user(self.bob).search([]))
        self.assertFired(ticket, *self.policy.escalation_ids)


@tagged("post_install", "-at_install")
class TestTaskEscalation(EscalationCommon):
    """Steps of a policy for tasks: the project manager answers for the work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket_policy = cls.policy
        cls.policy = cls._create_policy("Tasks", ("resolution", 4), apply_to="task")
        cls.paul, cls.petra = (
            mail_new_test_user(
                cls.env,
                login=login,
                name=login.capitalize(),
                email=f"{login}@msp.example.com",
                groups=f"base.group_user,project.group_project_{group}",
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
                tz="UTC",
                notification_type="inbox",
            )
            for login, group in (("paul", "user"), ("petra", "manager"))
        )
        projects = cls.env["project.project"].with_context(
            mail_auto_subscribe_no_notify=True
        )
        cls.project = projects.create(
            {
                "name": "Rollout",
                "psa_use_sla": True,
                "company_id": cls.company.id,
                "privacy_visibility": "employees",
                "user_id": cls.petra.id,
            }
        )

    def _create_task(self, moment="mon 09:00", **values):
        """Open a task as Paul would, in whose hands it is."""
        with when(moment):
            return (
                self.env["project.task"]
                .with_user(self.paul)
                .create(
                    {
                        "name": "Cabling",
                        "project_id": self.project.id,
                        "partner_id": self.casey.id,
                        "user_ids": [(6, 0, self.paul.ids)],
                        **values,
                    }
                )
            )

    def _change(self, moment, task, **values):
        with when(moment):
            task.with_user(self.paul).write(values)

    def test_project_manager_is_told_once_before_the_due_time(self):
        step = self._add_step("before", 30)
        task = self._create_task()
        self._run("mon 12:29")
        self.assertEqual(self._get_told(self.petra), [])
        self._run("mon 12:30")
        self._run("mon 12:31")
        [subject] = self._get_told(self.petra)
        self.assertIn("Cabling", subject)
        self.assertFired(task, step)

    def test_those_who_do_the_task_and_its_followers_are_told(self):
        self._add_step(notify_agent=True, notify_leader=False, notify_followers=True)
        task = self._create_task()
        task.message_subscribe(partner_ids=(self.ada | self.paul).partner_id.ids)
        self._run("mon 12:30")
        # Petra follows what happens in her project.
        for user, count in (
            (self.paul, 1),
            (self.ada, 1),
            (self.petra, 1),
            (self.max, 0),
        ):
            self.assertEqual(len(self._get_told(user)), count, user.name)

    def test_manager_is_told_of_tasks_that_nobody_does(self):
        self._add_step(notify_agent=True, notify_leader=False)
        self._create_task(user_ids=False)
        self._run("mon 12:30")
        self.assertEqual(len(self._get_told(self.petra)), 1)

    def test_who_may_not_see_the_project_is_not_told(self):
        self.project.privacy_visibility = "followers"
        self.project.message_subscribe(partner_ids=self.paul.partner_id.ids)
        self._add_step(notify_user_ids=self.ada.ids)
        self._create_task()
        self._run("mon 12:30")
        self.assertEqual(self._get_told(self.ada), [])
        self.assertEqual(len(self._get_told(self.petra)), 1)

    def test_step_adds_a_person_raises_the_priority_and_runs_an_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Rename",
                "model_id": self.env["ir.model"]._get_id("project.task"),
                "state": "code",
                "code": "record.write({'name': 'Escalated'})",
            }
        )
        self._add_step(user_id=self.ada.id, priority="1", action_server_id=action.id)
        task = self._create_task(priority="0")
        self._run("mon 12:30")
        self.assertEqual(task.user_ids, self.paul | self.ada)
        self.assertEqual((task.priority, task.name), ("1", "Escalated"))

    def test_shares_before_and_after_happen_in_order_and_once(self):
        after = self._add_step("after", 60, sequence=1)
        before = self._add_step("before", 30, sequence=2)
        half = self._add_step("percent", percent=50, sequence=3)
        task = self._create_task()
        for moment in ("mon 11:00", "mon 17:00", "mon 17:00", "tue 12:00"):
            self._run(moment)
        self.assertFired(task, half, before, after)
        self.assertEqual(len(self._get_told(self.petra)), 3)

    def test_task_that_waits_or_is_done_does_nothing(self):
        self.project.allow_task_dependencies = True
        step = self._add_step("before", 30)
        waiting, done, other = (self._create_task() for _task in range(3))
        self._change("mon 10:00", waiting, depend_on_ids=[(6, 0, other.ids)])
        self._change("mon 10:00", done, state="1_done")
        self._run("mon 17:00")
        self.assertFired(waiting)
        self.assertFired(done)
        self.assertFired(other, step)

    def test_history_tells_of_the_step_and_of_the_breach(self):
        self._add_step("before", 30)
        task = self._create_task()
        self._run("mon 17:00")
        events = self.env["psa.event"].with_user(self.rita)
        told = events.search(
            [("task_id", "=", task.id), ("kind", "in", ("sla_step", "breach"))]
        )
        self.assertEqual(
            {event.summary for event in told},
            {
                "SLA: 30 min before due: tell the project manager",
                "SLA: due time missed (Resolution)",
            },
        )

    def test_activity_is_planned_on_the_task(self):
        self._add_step(notify_by="activity")
        task = self._create_task()
        self._run("mon 12:30")
        self.assertEqual(task.sudo().activity_ids.user_id, self.petra)

    def test_tickets_and_tasks_that_fall_due_together_have_their_own_steps(self):
        for_tickets = self._add_step(policy=self.ticket_policy)
        for_tasks = self._add_step()
        task, ticket = self._create_task(), self._open("mon 09:00")
        self._run("mon 12:30")
        self.assertFired(task, for_tasks)
        self.assertFired(ticket, for_tickets)

    def test_what_only_tickets_have_is_refused(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Rename",
                "model_id": self.env["ir.model"]._get_id("psa.ticket"),
                "state": "code",
                "code": "pass",
            }
        )
        with self.assertRefused(ValidationError, "Tasks have no team"):
            self._add_step(team_id=self.team.id)
        with self.assertRefused(ValidationError, "is not for what the policy"):
            self._add_step(action_server_id=action.id)
        self.assertFalse(self.policy.escalation_ids)


@tagged("post_install", "-at_install")
class TestChangedHours(EscalationCommon):
    """Due times follow the opening hours, in the background."""

    def _replan(self, moment):
        with when(moment):
            self._end_transaction()
            self.env.flush_all()
            with self._own_cursors():
                self.env.ref(
                    "helpdesk_psa.ir_cron_psa_sla_replan"
                ).method_direct_trigger()
            self.env.invalidate_all()

    def _close(self, day, calendar=None):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "date_from": at(f"{day} 00:00"),
                "date_to": at(f"{day} 23:59"),
                "calendar_id": calendar and calendar.id,
            }
        )

    def test_holiday_moves_the_due_time_of_running_clocks(self):
        step = self._add_step("before", 30)
        ticket = self._open("mon 16:00")
        clock = self._get_clock(ticket)
        self.assertEqual(clock.due_at, at("tue 11:00"))
        self._close("tue", self.office_hours)
        self._replan("mon 17:00")
        self.assertEqual(clock.due_at, at("wed 11:00"))
        self._run("tue 17:00")
        self.assertFired(ticket)
        self._run("wed 10:30")
        self.assertFired(ticket, step)

    def test_changed_hours_move_it_back_and_forth(self):
        clock = self._get_clock(self._open("mon 16:00"))
        tuesday = self.office_hours.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "1"
        )
        tuesday.hour_from = 8
        self._replan("mon 17:00")
        self.assertEqual(clock.due_at, at("tue 10:00"))
        tuesday.hour_from = 10
        self._replan("mon 17:00")
        self.assertEqual(clock.due_at, at("tue 12:00"))

    def test_holiday_of_the_company_moves_all_its_clocks_but_not_those_of_others(self):
        self.policy.company_id = False
        ours = self._get_clock(self._open("mon 16:00"))
        with when("mon 16:00"):
            theirs = self._get_clock(
                self._create_ticket(
                    user=self.bob, team_id=self.team_2.id, partner_id=False
                )
            )
        self._close("tue").company_id = self.company
        self._replan("mon 17:00")
        self.assertEqual(ours.due_at, at("wed 11:00"))
        self.assertEqual(theirs.due_at, at("tue 11:00"))

    def test_clocks_by_other_hours_and_stopped_ones_are_left_alone(self):
        done = self._open("mon 09:00")
        self._write("mon 12:00", done, stage_id=self.stage_resolved.id)
        clock = self._get_clock(done)
        before = clock.write_date
        self._close("mon", self.office_hours)
        self._replan("mon 17:00")
        self.assertEqual((clock.write_date, clock.state), (before, "met"))

    def test_interrupted_pass_goes_on_where_it_stopped(self):
        clocks = [self._get_clock(self._open("mon 16:00")) for _ticket in range(3)]
        self._close("tue", self.office_hours)
        self._end_transaction()
        jobs = self.env["psa.sla.replan"].search([])
        jobs.last_clock_id = clocks[1].id
        self._replan("mon 17:00")
        self.assertEqual(
            [clock.due_at for clock in clocks],
            [at("tue 11:00"), at("tue 11:00"), at("wed 11:00")],
        )
        self.assertFalse(jobs.exists())

    def test_many_clocks_follow_in_batches_that_are_kept_one_by_one(self):
        clocks = [self._get_clock(self._open("mon 16:00")) for _ticket in range(5)]
        self._replan("mon 16:30")  # what the schedule itself left in the queue
        self._close("tue", self.office_hours)
        saved = []
        origin = self.env.registry["ir.cron"]._commit_progress

        def commit(cron, processed=0, **values):
            if processed:
                saved.append((processed, self._count_moved(cron.env, clocks)))
            return origin(cron, processed, **values)

        self._patch("ir.cron", "_commit_progress", side_effect=commit)
        with patch.object(psa_sla_replan, "BATCH_SIZE", 2):
            self._replan("mon 17:00")
        self.assertEqual(saved, [(2, 2), (2, 4), (1, 5)])

    def _count_moved(self, env, clocks):
        """Return how many are due on Wednesday, as the scheduler sees it."""
        ids = [clock.id for clock in clocks]
        domain = [("id", "in", ids), ("due_at", "=", at("wed 11:00"))]
        return env["psa.sla.clock"].search_count(domain)

    def test_schedule_that_clocks_run_by_cannot_be_emptied(self):
        with self.assertRefused(UserError, "no open hours"), self.env.cr.savepoint():
            self.office_hours.attendance_ids.unlink()
            self._end_transaction()
        self.assertEqual(len(self.office_hours.attendance_ids), 5)

    def test_schedule_may_be_emptied_on_its_way_to_new_hours(self):
        self.office_hours.switch_calendar_type()
        self._end_transaction()
        self.assertTrue(self.office_hours.two_weeks_calendar)

    def test_policy_refuses_a_schedule_without_hours(self):
        empty = self.office_hours.copy({"attendance_ids": False})
        empty.attendance_ids.unlink()
        with self.assertRefused(ValidationError, "no open hours"):
            self.policy.calendar_id = empty
        with self.assertRefused(ValidationError, "no open hours"):
            self.policy.target_ids.calendar_id = empty
