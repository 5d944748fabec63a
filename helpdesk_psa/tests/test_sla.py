from datetime import timedelta
from random import Random

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.mail.tests.common import freeze_all_time

from .sla_common import MONDAY, SlaCommon, at, when

HOUR = 3600


@tagged("post_install", "-at_install")
class TestSlaExamples(SlaCommon):
    """The examples of the capabilities, word by word."""

    def test_priorities_have_their_own_response_and_resolution(self):
        self._create_policy(
            "Standard",
            ("first_response", 1, "3"),
            ("resolution", 4, "3"),
            ("first_response", 8, "1"),
            ("resolution", 24, "1"),
        )
        urgent = self._open("mon 09:00", priority="3")
        self.assertEqual(
            self._get_clock(urgent, "first_response").due_at, at("mon 10:00")
        )
        self.assertEqual(self._get_clock(urgent).due_at, at("mon 13:00"))
        normal = self._open("mon 09:00", priority="1")
        self.assertEqual(
            self._get_clock(normal, "first_response").due_at, at("mon 17:00")
        )
        self.assertEqual(self._get_clock(normal).due_at, at("wed 15:00"))

    def test_two_hours_from_friday_half_past_five_end_monday_half_past_ten(self):
        self._create_policy("Standard", ("resolution", 2))
        ticket = self._open("fri 17:30")
        self.assertEqual(self._get_clock(ticket).due_at, at("mon+1 10:30"))

    def test_gold_of_the_customer_overrides_the_default(self):
        self._create_policy("Standard", ("resolution", 24), sequence=20)
        gold = self._create_policy(
            "Gold", ("resolution", 4), sequence=10, customer_ids=self.acme.ids
        )
        ticket = self._open("mon 09:00")
        self.assertEqual(ticket.sla_policy_id, gold)
        self.assertEqual(ticket.sla_due_at, at("mon 13:00"))
        other = self._open("mon 09:00", partner_id=self.zoe.id)
        self.assertEqual(other.sla_policy_id.name, "Standard")
        self.assertEqual(other.sla_due_at, at("wed 15:00"))

    def test_urgent_tickets_run_day_and_night_while_others_keep_office_hours(self):
        self._create_policy(
            "Standard",
            {
                "metric": "resolution",
                "hours": 4,
                "priority": "3",
                "is_always_open": True,
            },
            ("resolution", 4),
        )
        urgent = self._open("fri 17:00", priority="3")
        self.assertEqual(self._get_clock(urgent).due_at, at("fri 21:00"))
        normal = self._open("fri 17:00", priority="1")
        self.assertEqual(self._get_clock(normal).due_at, at("mon+1 12:00"))

    def test_clock_pauses_while_waiting_for_customer(self):
        self._create_policy("Standard", ("resolution", 4))
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, stage_id=self.stage_waiting.id)
        clock = self._get_clock(ticket)
        self.assertEqual(clock.elapsed_seconds, HOUR)
        self.assertEqual(clock.state, "paused")
        self._say("tue 09:00", ticket, "customer")
        self.assertEqual((clock.state, clock.due_at), ("running", at("tue 12:00")))
        self.assertEqual(clock.paused_seconds, 8 * HOUR)

    def test_priority_raised_on_hold_keeps_the_pause(self):
        self._create_policy("Standard", ("resolution", 8, "1"), ("resolution", 4, "3"))
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, stage_id=self.stage_waiting.id)
        self._write("mon 12:00", ticket, priority="3")
        self._write("mon 15:00", ticket, stage_id=self.stage_open.id)
        clock = self._get_clock(ticket)
        self.assertEqual(clock.due_at, at("mon 18:00"))
        self.assertEqual(clock.paused_seconds, 5 * HOUR)

    def test_agents_answer_stops_the_update_clock_and_the_customer_restarts_it(self):
        self._create_policy("Standard", ("first_response", 1), ("next_response", 2))
        ticket = self._open("mon 09:00")
        self._say("mon 09:30", ticket)
        self.assertEqual(self._get_clock(ticket, "first_response").state, "met")
        self.assertFalse(self._get_clock(ticket, "next_response"))
        self._say("mon 10:00", ticket, "customer")
        self.assertEqual(ticket.sla_due_at, at("mon 12:00"))
        self._say("mon 11:00", ticket)
        self.assertEqual(self._get_clock(ticket, "next_response").state, "met")
        self.assertFalse(ticket.sla_due_at)

    def test_second_mail_before_the_first_answer_moves_no_target(self):
        self._create_policy("Standard", ("first_response", 1), ("next_response", 4))
        ticket = self._open("mon 09:00")
        self._say("mon 09:30", ticket, "customer")
        self.assertEqual(ticket.sla_due_at, at("mon 10:00"))
        self.assertFalse(self._get_clock(ticket, "next_response"))

    def test_internal_promise_stands_beside_the_customers(self):
        self._create_policy("Standard", ("resolution", 8))
        self._create_policy(
            "Desk", ("resolution", 2), kind="ola", team_ids=self.team.ids
        )
        ticket = self._open("mon 09:00")
        ola = self._get_clock(ticket, kind="ola")
        self.assertEqual((ola.due_at, ola.ola_team_id), (at("mon 11:00"), self.team))
        self.assertEqual(ticket.sla_due_at, at("mon 17:00"))

    def test_changed_severity_moves_the_due_time(self):
        self._create_policy("Standard", ("resolution", 8), ("resolution", 2, "3"))
        severity = self.env["psa.severity"].create({"name": "Fire", "priority": "3"})
        ticket = self._open("mon 09:00")
        self.assertEqual(ticket.sla_due_at, at("mon 17:00"))
        self._write("mon 09:30", ticket, severity_id=severity.id)
        self.assertEqual(ticket.sla_due_at, at("mon 11:00"))

    def test_type_decides_the_promise(self):
        self._create_policy("Requests", ("resolution", 8), sequence=20)
        self._create_policy(
            "Incidents", ("resolution", 2), sequence=10, type_ids=self.type_incident.ids
        )
        incident = self._open("mon 09:00", type_id=self.type_incident.id)
        request = self._open("mon 09:00", type_id=self.type_request.id)
        self.assertEqual(incident.sla_due_at, at("mon 11:00"))
        self.assertEqual(request.sla_due_at, at("mon 17:00"))

    def test_mail_template_names_the_due_time_in_the_customers_language(self):
        self._create_policy("Standard", ("resolution", 4))
        ticket = self._open("mon 09:00")
        template = self.env["mail.template"].create(
            {
                "model_id": self.env["ir.model"]._get_id("psa.ticket"),
                "subject": "{{ object.number }}: {{ format_date(object.sla_due_at) }}",
                "lang": "fr_FR",
            }
        )
        self.env["res.lang"]._activate_lang("fr_FR")
        subject = template._render_field("subject", ticket.ids, compute_lang=True)
        self.assertEqual(subject[ticket.id], f"{ticket.number}: 05/01/2026")

    def test_next_team_has_an_internal_promise_of_its_own(self):
        field = self.team.copy({"name": "Field", "alias_name": False})
        self._create_policy("OLA", ("resolution", 2), kind="ola")
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, team_id=field.id)
        first, second = self._get_clock(ticket, kind="ola").sorted("cycle")
        self.assertEqual((first.state, first.ola_team_id), ("met", self.team))
        self.assertEqual((second.due_at, second.ola_team_id), (at("mon 12:00"), field))

    def test_requests_before_the_cut_off_are_not_measured(self):
        self._create_policy(
            "New promise", ("resolution", 2), enforced_from_at=at("mon 12:00")
        )
        self.assertFalse(self._open("mon 11:59").sla_clock_ids)
        self.assertTrue(self._open("mon 12:00").sla_clock_ids)


@tagged("post_install", "-at_install")
class TestSlaClocks(SlaCommon):
    """What each event does to the clocks of a ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            "Standard",
            ("acknowledge", 1),
            ("first_response", 2),
            ("next_response", 4),
            ("resolution", 8),
        )

    def _get_states(self, ticket):
        clocks = ticket.sudo().sla_clock_ids.sorted(lambda c: (c.metric, c.cycle))
        return {(clock.metric, clock.cycle): clock.state for clock in clocks}

    def test_new_ticket_starts_three_clocks(self):
        ticket = self._open("mon 09:00")
        self.assertEqual(
            self._get_states(ticket),
            {
                ("acknowledge", 1): "running",
                ("first_response", 1): "running",
                ("resolution", 1): "running",
            },
        )
        self.assertEqual(ticket.sla_due_at, at("mon 10:00"))

    def test_clocks_start_with_the_request_not_with_its_entry(self):
        ticket = self._open("mon 11:00", requested_at=at("mon 09:30"))
        self.assertEqual(ticket.sla_due_at, at("mon 10:30"))

    def test_assignment_to_a_person_acknowledges(self):
        ticket = self._open("mon 09:00")
        self._write("mon 09:30", ticket, user_id=self.lea.id)
        clock = self._get_clock(ticket, "acknowledge")
        self.assertEqual((clock.state, clock.elapsed_seconds), ("met", HOUR / 2))

    def test_ticket_opened_by_its_agent_is_acknowledged_at_once(self):
        ticket = self._open("mon 09:00", user_id=self.ada.id)
        clock = self._get_clock(ticket, "acknowledge")
        self.assertEqual((clock.state, clock.due_at), ("met", at("mon 10:00")))

    def test_internal_note_stops_nothing(self):
        ticket = self._open("mon 09:00")
        with when("mon 09:30"):
            ticket.with_user(self.ada).message_post(
                body="Look", message_type="comment", subtype_xmlid="mail.mt_note"
            )
        self.assertEqual(set(self._get_states(ticket).values()), {"running"})

    def test_resolving_late_is_a_breach_that_stays_after_reopening(self):
        ticket = self._open("mon 09:00")
        self._write("tue 09:01", ticket, stage_id=self.stage_resolved.id)
        self.assertEqual(self._get_states(ticket)["resolution", 1], "breached")
        self.assertEqual((ticket.sla_phase, ticket.sla_missed), ("missed", True))
        self._write("tue 10:00", ticket, stage_id=self.stage_open.id)
        clock = self._get_clock(ticket)
        self.assertEqual((clock.state, clock.due_at), ("running", at("mon 17:00")))

    def test_reopening_resumes_with_the_time_used(self):
        ticket = self._open("mon 09:00")
        self._write("mon 12:00", ticket, stage_id=self.stage_resolved.id)
        self.assertEqual(self._get_states(ticket)["resolution", 1], "met")
        self._write("wed 09:00", ticket, stage_id=self.stage_open.id)
        clock = self._get_clock(ticket)
        self.assertEqual((clock.state, clock.elapsed_seconds), ("running", 3 * HOUR))
        self.assertEqual(clock.due_at, at("wed 14:00"))

    def test_cancelled_ticket_cancels_its_clocks(self):
        ticket = self._open("mon 09:00")
        self._write("mon 09:30", ticket, stage_id=self.stage_cancelled.id)
        self.assertEqual(set(self._get_states(ticket).values()), {"cancelled"})
        self.assertFalse(ticket.sla_phase)
        self.assertFalse(ticket.sla_due_at)

    def test_customers_note_on_the_page_counts_like_a_mail(self):
        ticket = self._open("mon 09:00")
        self._say("mon 09:30", ticket)
        with when("mon 10:00"):
            self._receive(
                self._build_mail(subject=f"Re: [{ticket.number}]", body="And now?")
            )
        self.assertEqual(
            self._get_clock(ticket, "next_response").started_at, at("mon 10:00")
        )

    def test_two_unanswered_messages_are_two_cycles(self):
        ticket = self._open("mon 09:00")
        self._say("mon 09:30", ticket)
        self._say("mon 10:00", ticket, "customer")
        self._say("mon 11:00", ticket)
        self._say("mon 12:00", ticket, "customer")
        self._say("mon 12:30", ticket, "customer")
        states = self._get_states(ticket)
        self.assertEqual(states["next_response", 1], "met")
        self.assertEqual(states["next_response", 2], "running")
        self.assertEqual(
            self._get_clock(ticket, "next_response", cycle=2).started_at,
            at("mon 12:00"),
        )

    def test_customer_found_later_gets_his_promise(self):
        gold = self._create_policy(
            "Gold", ("resolution", 4), sequence=1, customer_ids=self.globex.ids
        )
        ticket = self._open("mon 09:00", partner_id=False, email_from="who@x.example")
        self._write("mon 10:00", ticket, partner_id=self.zoe.id)
        self.assertEqual(ticket.sla_policy_id, gold)
        self.assertEqual(self._get_clock(ticket).due_at, at("mon 13:00"))
        # Gold promises no first response
        self.assertEqual(self._get_states(ticket)["first_response", 1], "cancelled")

    def test_tag_that_a_policy_asks_for_changes_the_promise(self):
        tag = self.env["psa.tag"].create({"name": "Security"})
        self._create_policy("Security", ("resolution", 1), sequence=1, tag_ids=tag.ids)
        ticket = self._open("mon 09:00")
        self._write("mon 09:30", ticket, tag_ids=[(4, tag.id)])
        self.assertEqual(self._get_clock(ticket).due_at, at("mon 10:00"))

    def test_moved_request_moves_the_clocks_and_is_told(self):
        ticket = self._open("mon 11:00")
        self._write("mon 11:05", ticket, requested_at=at("mon 10:00"))
        self.assertEqual(ticket.sla_due_at, at("mon 11:00"))
        self.assertIn("requested", ticket.event_ids.mapped("kind"))

    def test_imported_tickets_have_no_clocks(self):
        with when("mon 09:00"):
            ticket = (
                self.env["psa.ticket"]
                .with_context(psa_import_mode=True)
                .create({"name": "Old", "team_id": self.team.id, "channel": "import"})
            )
        self._write("mon 10:00", ticket, priority="3")
        self.assertFalse(ticket.sla_clock_ids)

    def test_deleting_a_ticket_deletes_its_clocks(self):
        ticket = self._open("mon 09:00")
        clocks = ticket.sudo().sla_clock_ids
        ticket.with_user(self.max).unlink()
        self.assertFalse(clocks.exists())

    def test_colour_and_search_tell_the_same(self):
        ticket = self._open("mon 09:00", user_id=self.ada.id)
        self._say("mon 09:10", ticket)
        for moment, state in (
            ("mon 09:30", "running"),
            ("mon 15:00", "warning"),
            ("mon 17:00", "breached"),
        ):
            with when(moment):
                self.env.invalidate_all()
                self.assertEqual(ticket.with_user(self.rita).sla_state, state)
                found = self.env["psa.ticket"].search([("sla_state", "=", state)])
                self.assertIn(ticket, found)
        self.assertEqual(ticket.sla_due_at - at("mon 09:00"), timedelta(hours=8))


@tagged("post_install", "-at_install")
class TestSlaHistories(SlaCommon):
    """Clocks are a function of the events: whatever happened, counting again agrees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy(
            "Standard",
            ("acknowledge", 1),
            ("first_response", 2),
            ("next_response", 4),
            ("resolution", 8),
            {
                "metric": "resolution",
                "hours": 4,
                "priority": "3",
                "is_always_open": True,
            },
            sequence=20,
        )
        cls._create_policy(
            "Gold", ("resolution", 6), sequence=10, customer_ids=cls.globex.ids
        )
        cls._create_policy("OLA", ("acknowledge", 1), ("resolution", 4), kind="ola")
        cls.field_team = cls.team.copy({"name": "Field", "alias_name": False})

    def _get_figures(self, tickets):
        names = [
            "kind",
            "metric",
            "cycle",
            "policy_id",
            "state",
            "started_at",
            "due_at",
            "warning_at",
            "stopped_at",
            "target_seconds",
            "elapsed_seconds",
            "elapsed_at",
            "paused_seconds",
        ]
        clocks = tickets.sudo().sla_clock_ids.sorted("id")
        return [[str(clock[name]) for name in names] for clock in clocks]

    def _live(self, random):
        """Let a random story happen to a new ticket; return the ticket."""
        minutes = random.randrange(3000)
        ticket = self._open_after(minutes, priority=random.choice("0123"))
        stages = self.type_incident.stage_ids or self.stage_open
        for _step in range(random.randint(2, 9)):
            minutes += random.choice((0, 5, 45, 130, 700))
            choices = [
                lambda: ticket.write({"stage_id": random.choice(stages).id}),
                lambda: ticket.write({"stage_id": random.choice(stages).id}),
                lambda: ticket.write({"priority": random.choice("0123")}),
                lambda: ticket.write({"user_id": random.choice((False, self.ada.id))}),
                lambda: ticket.write(
                    {"team_id": random.choice((self.team, self.field_team)).id}
                ),
                lambda: ticket.write(
                    {"partner_id": random.choice((self.casey, self.zoe)).id}
                ),
                lambda: ticket._log_event("agent_reply"),
                lambda: ticket._log_event("customer_message"),
            ]
            with freeze_all_time(MONDAY + timedelta(minutes=minutes)):
                random.choice(choices)()
                self.env.flush_all()
        return ticket

    def _open_after(self, minutes, **values):
        with freeze_all_time(MONDAY + timedelta(minutes=minutes)):
            return self._create_ticket(**values)

    def test_counting_again_gives_the_same_numbers_after_any_story(self):
        random = Random(5)
        tickets = self.env["psa.ticket"]
        for _story in range(25):
            tickets |= self._live(random)
        before = self._get_figures(tickets)
        self.assertGreater(len(before), 100)
        self.env.invalidate_all()
        tickets._update_clocks(frozen=True)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._get_figures(tickets), before)

    def test_one_clock_of_a_promise_runs_at_a_time(self):
        random = Random(6)
        tickets = self.env["psa.ticket"].concat(
            *(self._live(random) for _ in range(10))
        )
        for ticket in tickets:
            live = ticket.sudo().sla_clock_ids.filtered(
                lambda clock: clock.state in ("running", "paused")
            )
            keys = [(clock.kind, clock.metric) for clock in live]
            self.assertEqual(len(keys), len(set(keys)))

    def test_past_counted_anew_has_the_clocks_it_would_have_had(self):
        ticket = self._open("mon 09:00")
        self._say("mon 10:00", ticket)
        self._write("mon 12:00", ticket, stage_id=self.stage_resolved.id)
        before = self._get_figures(ticket)
        ticket._count_anew()
        self.assertEqual(sorted(self._get_figures(ticket)), sorted(before))


@tagged("post_install", "-at_install")
class TestSlaCost(SlaCommon):
    """What clocks cost: a handful of queries for any number of tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy(
            "Standard",
            ("acknowledge", 1),
            ("first_response", 2),
            ("next_response", 4),
            ("resolution", 8),
        )
        cls.values = [
            {
                "name": f"Ticket {number}",
                "team_id": cls.team.id,
                "partner_id": cls.casey.id,
            }
            for number in range(100)
        ]
        cls.batch = cls.env["psa.ticket"].create(cls.values)
        cls.env.flush_all()

    def _count(self, act):
        """Return the queries that an act takes more with a policy than without any."""
        counts = []
        for has_policy in (True, False):
            has_any = self.env.registry["psa.sla.policy"]._has_any
            if not has_policy:
                self._patch("psa.sla.policy", "_has_any", return_value=False)
            self.assertTrue(has_any)
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                act()
                self.env.flush_all()
                count = self.env.cr.sql_log_count - before
            counts.append(count)
        return counts[0] - counts[1]

    def test_hundred_new_tickets_start_their_clocks_with_ten_queries(self):
        tickets = self.env["psa.ticket"].with_user(self.ada)
        self.assertLessEqual(
            self._count(lambda: tickets.create([dict(vals) for vals in self.values])),
            10,
        )

    def test_hundred_tickets_pause_and_go_on_with_ten_queries(self):
        tickets = self.batch.with_user(self.ada)

        def act():
            tickets.write({"stage_id": self.stage_waiting.id})
            tickets.write({"stage_id": self.stage_open.id})

        self.assertLessEqual(self._count(act), 10)

    def test_status_that_changes_no_clock_costs_nothing(self):
        tickets = self.batch.with_user(self.ada)

        def act():
            tickets.write({"stage_id": self.stage_open.id})
            tickets.write({"stage_id": self.stage_new.id})

        self.assertEqual(self._count(act), 0)

    def test_due_lists_and_escalations_are_found_by_an_index(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO psa_sla_clock (ticket_id, kind, metric, cycle, policy_id, state,
                                       started_at, due_at, next_escalation_at, terms)
            SELECT %(ticket)s, 'sla', 'next_response', 100 + i, %(policy)s, 'met',
                   now(), now() - i * interval '1 hour',
                   CASE WHEN i %% 1000 = 0 THEN now() END, '[]'
              FROM generate_series(1, 20000) AS i
            """,
            {
                "ticket": self.batch[0].id,
                "policy": self.env["psa.sla.policy"].search([], limit=1).id,
            },
        )
        self.env.cr.execute("ANALYZE psa_sla_clock")
        for index, condition in (
            ("psa_sla_clock_next_escalation_idx", "next_escalation_at <= now()"),
            ("psa_sla_clock_due_idx", "state = 'running' AND due_at <= now()"),
        ):
            rows = self.env.execute_query(
                SQL(
                    "EXPLAIN SELECT id FROM psa_sla_clock WHERE %s ORDER BY %s LIMIT 200",
                    SQL(condition),
                    SQL(condition.split()[0] if "next" in condition else "due_at"),
                )
            )
            self.assertIn(index, "\n".join(line for (line,) in rows))
