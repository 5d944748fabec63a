from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users

from .sla_common import SlaCommon, at, when


@tagged("post_install", "-at_install")
class TestSlaPolicies(SlaCommon):
    """Which policy counts for a ticket, and what policies refuse."""

    def _get_policy(self, **values):
        return self._open("mon 09:00", **values).sla_policy_id

    def test_every_condition_decides_alone(self):
        group = self.env["psa.customer.group"].create({"name": "North"})
        below = group.create({"name": "Harbour", "parent_id": group.id})
        self.globex.psa_is_customer = True  # which gives it a main site
        self.globex.psa_customer_group_id = below
        tag = self.env["psa.tag"].create({"name": "Security"})
        field = self.team.copy({"name": "Field", "alias_name": False})
        zoe = {"partner_id": self.zoe.id}
        vip = self._create_contact("Vic", "vic@acme.example.com", self.acme)
        vip.psa_vip = True
        for condition, values in (
            ({"type_ids": self.type_request.ids}, {"type_id": self.type_request.id}),
            ({"team_ids": field.ids}, {"team_id": field.id}),
            ({"customer_ids": self.globex.ids}, zoe),
            ({"customer_group_ids": group.ids}, zoe),
            ({"site_ids": self.globex.psa_site_ids.ids}, zoe),
            ({"tag_ids": tag.ids}, {"tag_ids": tag.ids}),
            ({"min_priority": "2"}, {"priority": "3"}),
            ({"max_priority": "0"}, {"priority": "0"}),
            ({"is_vip": True}, {"partner_id": vip.id}),
        ):
            with self.subTest(condition=condition):
                policy = self._create_policy("Any", ("resolution", 4), **condition)
                self.assertEqual(self._get_policy(**values), policy)
                self.assertFalse(
                    self._get_policy(
                        type_id=self.type_incident.id, partner_id=self.casey.id
                    ),
                    str(condition),
                )
                policy.active = False

    def test_all_conditions_must_fit(self):
        self._create_policy(
            "Urgent at ACME",
            ("resolution", 4),
            customer_ids=self.acme.ids,
            min_priority="3",
        )
        self.assertTrue(self._get_policy(priority="3"))
        self.assertFalse(self._get_policy(priority="2"))
        self.assertFalse(self._get_policy(priority="3", partner_id=self.zoe.id))

    def test_first_policy_in_order_counts(self):
        second = self._create_policy("Second", ("resolution", 4), sequence=20)
        first = self._create_policy("First", ("resolution", 4), sequence=10)
        self.assertEqual(self._get_policy(), first)
        first.sequence = 30
        self.assertEqual(self._get_policy(), second)

    def test_target_of_the_priority_comes_before_the_one_of_all(self):
        self._create_policy("Standard", ("resolution", 8), ("resolution", 2, "3"))
        urgent = self._open("mon 09:00", priority="3")
        self.assertEqual(urgent.sla_due_at, at("mon 11:00"))
        self.assertEqual(self._open("mon 09:00").sla_due_at, at("mon 17:00"))

    def test_policy_of_another_company_does_not_count(self):
        self._create_policy(
            "Abroad",
            ("resolution", 4),
            company_id=self.company_2.id,
        )
        self.assertFalse(self._get_policy())

    @users("rita")
    def test_ticket_says_why_its_policy_counts(self):
        self._create_policy(
            "Gold", ("resolution", 4), sequence=1, customer_ids=self.globex.ids
        )
        self._create_policy("Standard", ("resolution", 8))
        ticket = self._open("mon 09:00").with_user(self.rita)
        self.assertEqual(
            ticket.sla_policy_reason,
            "“Gold” is for other customers.\n“Standard” is the first that fits.",
        )

    def test_changed_policy_reaches_open_tickets_when_it_is_applied(self):
        policy = self._create_policy("Standard", ("resolution", 8))
        ticket = self._open("mon 09:00")
        done = self._open("mon 09:00")
        self._write("mon 10:00", done, stage_id=self.stage_resolved.id)
        policy.with_user(self.max).target_ids.hours = 4
        self.assertEqual(ticket.sla_due_at, at("mon 17:00"))
        with when("mon 11:00"):
            policy.with_user(self.max).action_apply()
            self.env.flush_all()
            with self._own_cursors():
                cron = self.env.ref("helpdesk_psa.ir_cron_psa_sla_apply")
                cron.method_direct_trigger()
            self.env.invalidate_all()
        self.assertEqual(ticket.sla_due_at, at("mon 13:00"))
        self.assertEqual(self._get_clock(done).target_seconds, 8 * 3600)
        self.assertFalse(policy.is_applying)

    def test_agent_does_not_change_policies(self):
        policy = self._create_policy("Standard", ("resolution", 8))
        for user in (self.ada, self.lea):
            with self.assertRefused(AccessError):
                policy.with_user(user).name = "Mine"
            with self.assertRefused(AccessError):
                policy.with_user(user).action_apply()
        self.assertEqual(policy.name, "Standard")
        self.assertFalse(policy.is_applying)

    def test_calendar_without_open_hours_is_refused(self):
        empty = self.env["resource.calendar"].create({"name": "Never"})
        empty.attendance_ids.unlink()
        with self.assertRefused(ValidationError, "no open hours"):
            self._create_policy("Never", ("resolution", 1), calendar_id=empty.id)
        self.assertFalse(self.env["psa.sla.policy"].search([("name", "=", "Never")]))

    def test_target_without_time_is_refused(self):
        with self.assertRefused(ValidationError, "between"):
            self._create_policy("Nothing", ("resolution", 0))
        self.assertFalse(self.env["psa.sla.policy"].search([("name", "=", "Nothing")]))

    def test_used_policy_is_archived_not_deleted(self):
        policy = self._create_policy("Standard", ("resolution", 8))
        self._open("mon 09:00")
        with self.assertRefused(UserError, "Archive"):
            policy.with_user(self.max).unlink()
        self.assertTrue(policy.exists())
        policy.with_user(self.max).active = False
        self.assertFalse(self._get_policy())

    def test_status_that_pauses_from_now_on_pauses_its_tickets(self):
        self._create_policy("Standard", ("resolution", 4))
        ticket = self._open("mon 09:00")
        self._write("mon 10:00", ticket, stage_id=self.stage_open.id)
        with when("mon 11:00"):
            self.stage_open.with_user(self.max).sla_clock = "pause"
        clock = self._get_clock(ticket)
        self.assertEqual((clock.state, clock.elapsed_seconds), ("paused", 2 * 3600))
        self.assertIn("Pause", ticket.event_ids.sorted("id")[-1].summary)


@tagged("post_install", "-at_install")
class TestSlaExtension(SlaCommon):
    """A promise gets more time, or is explained when it was not kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy("Standard", ("first_response", 2), ("resolution", 8))
        cls.ticket = cls._open("mon 09:00")
        cls.clock = cls.ticket.sudo().sla_clock_ids.filtered(
            lambda clock: clock.metric == "resolution"
        )

    def _extend(self, user, hours=2, reason="Part on its way", clock=None):
        wizard = self.env["psa.sla.extend"].with_user(user)
        return wizard.create(
            {
                "ticket_id": self.ticket.id,
                "clock_id": (clock or self.clock).id,
                "hours": hours,
                "reason": reason,
            }
        ).action_extend()

    def test_leader_extends_and_the_history_says_why(self):
        with when("mon 10:00"):
            self._extend(self.lea)
        self.assertEqual(self.clock.due_at, at("tue 10:00"))
        self.assertEqual(self.clock.extension_seconds, 2 * 3600)
        self.assertEqual(
            self.ticket.event_ids.sorted("id")[-1].summary,
            "Resolution extended by 02:00 h: Part on its way",
        )

    def test_wizard_proposes_what_is_due_next_and_shows_when_it_would_be(self):
        wizard = (
            self.env["psa.sla.extend"]
            .with_user(self.lea)
            .new({"ticket_id": self.ticket.id, "hours": 1})
        )
        self.assertEqual(wizard.clock_id.metric, "first_response")
        self.assertEqual(wizard.new_due_at, at("mon 12:00"))

    def test_agent_does_not_extend(self):
        with self.assertRefused(AccessError):
            self._extend(self.ada)
        self.assertEqual(self.clock.due_at, at("mon 17:00"))

    def test_extension_needs_a_reason_and_a_time(self):
        for values in ({"reason": " "}, {"hours": 0}, {"hours": -1}, {"hours": 99999}):
            with self.subTest(values), self.assertRefused(ValidationError):
                self._extend(self.lea, **values)
        self.assertEqual(self.clock.due_at, at("mon 17:00"))

    def test_stopped_promise_is_not_extended(self):
        self._write("mon 10:00", self.ticket, stage_id=self.stage_resolved.id)
        with self.assertRefused(ValidationError, "stopped"):
            self._extend(self.lea)
        self.assertFalse(self.clock.extension_seconds)

    def test_promise_of_another_ticket_is_not_extended(self):
        other = self._open("mon 09:00")
        with self.assertRefused(ValidationError):
            self._extend(self.lea, clock=self._get_clock(other))
        self.assertEqual(self._get_clock(other).due_at, at("mon 17:00"))

    def test_agent_says_why_it_was_late(self):
        reason = self.env["psa.sla.breach.reason"].create({"name": "Supplier"})
        self._write("tue 10:00", self.ticket, stage_id=self.stage_resolved.id)
        clock = self.clock.with_user(self.ada)
        clock.write({"breach_reason_id": reason.id, "breach_note": "Lost parcel"})
        self.assertEqual(clock.breach_reason_id, reason)

    def test_nothing_to_explain_while_in_time(self):
        with when("mon 10:00"), self.assertRefused(UserError, "not late"):
            self.clock.with_user(self.ada).breach_note = "Lost parcel"
        self.assertFalse(self.clock.breach_note)

    def test_nobody_sets_a_clock(self):
        for user in (self.ada, self.lea, self.max):
            with self.assertRefused(UserError):
                self.clock.with_user(user).due_at = at("fri 09:00")
            with self.assertRefused(AccessError):
                self.clock.with_user(user).unlink()
        self.assertEqual(self.clock.due_at, at("mon 17:00"))

    def test_used_and_left_time_follow_the_present(self):
        with when("mon 12:00"):
            self.clock.invalidate_recordset()
            clock = self.clock.with_user(self.rita)
            self.assertEqual((clock.used_hours, clock.remaining_hours), (3, 5))
            self.assertFalse(clock.is_late)
        with when("tue 10:00"):
            self.clock.invalidate_recordset()
            self.assertEqual(self.clock.remaining_hours, -2)
            self.assertTrue(self.clock.is_late)
            late = self.env["psa.sla.clock"].search([("is_late", "=", True)])
            self.assertIn(self.clock, late)


@tagged("post_install", "-at_install")
class TestPriorityRules(SlaCommon):
    """Who sets a priority, which the promises depend on."""

    def test_locked_priority_is_changed_by_leaders_only(self):
        self.team.is_priority_locked = True
        severity = self.env["psa.severity"].search([], limit=1)
        ticket = self._create_ticket(priority="2")
        for values in ({"priority": "3"}, {"severity_id": severity.id}):
            with self.assertRefused(AccessError, "leaders"):
                ticket.with_user(self.ada).write(values)
        self.assertEqual(ticket.priority, "2")
        ticket.with_user(self.lea).priority = "3"
        self.assertEqual(ticket.priority, "3")

    def test_same_priority_again_is_no_change(self):
        self.team.is_priority_locked = True
        ticket = self._create_ticket(priority="2")
        ticket.with_user(self.ada).write({"priority": "2", "name": "Again"})
        self.assertEqual(ticket.name, "Again")

    def test_vip_has_at_least_the_teams_priority(self):
        self.team.vip_priority = "2"
        self.casey.psa_vip = True
        self.assertEqual(self._create_ticket(priority="0").priority, "2")
        self.assertEqual(self._create_ticket(priority="3").priority, "3")
        self.assertEqual(
            self._create_ticket(priority="0", partner_id=self.zoe.id).priority, "0"
        )

    def test_vips_priority_does_not_fall(self):
        self.team.vip_priority = "2"
        self.casey.psa_vip = True
        ticket = self._create_ticket()
        ticket.with_user(self.ada).priority = "0"
        self.assertEqual(ticket.priority, "2")

    def test_ticket_that_turns_out_to_be_a_vips_is_raised_even_where_locked(self):
        self.team.write({"vip_priority": "3", "is_priority_locked": True})
        self.casey.psa_vip = True
        ticket = self._create_ticket(partner_id=False)
        ticket.with_user(self.ada).partner_id = self.casey
        self.assertEqual(ticket.priority, "3")
