from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.sla_escalation import Standing, Step, plan
from odoo.addons.helpdesk_psa.tools.working_time import (
    ALWAYS,
    Shift,
    WorkingTime,
)

HOUR = 3600
OFFICE = WorkingTime(shifts=[Shift(day, 9 * HOUR, 18 * HOUR) for day in range(5)])


def at(day, hour=0, minute=0):
    """Return a moment of January 2026, whose 5th is a Monday."""
    return datetime(2026, 1, day, hour, minute)


def clock(**values):
    """Return a clock of four hours, started on Monday at nine."""
    standing = {
        "state": "running",
        "due_at": at(5, 13),
        "target_seconds": 4 * HOUR,
        "elapsed_seconds": 0,
        "elapsed_at": at(5, 9),
        "time": OFFICE,
        "metric": "resolution",
    }
    return Standing(**{**standing, **values})


def step(timing="before", amount=1800, in_hours=True, number=1, **values):
    return Step(number, timing, amount, in_hours, **values)


@tagged("post_install", "-at_install")
class TestEscalationPlan(BaseCase):
    """When steps fall due, without a database."""

    def assertMoments(self, standing, *expected, steps, fired=()):
        planned = [moment for moment, _step in plan(steps, standing, fired)]
        self.assertEqual(planned, list(expected))

    def test_minutes_before_and_after_the_due_time(self):
        steps = [step("after", 3600), step("before", 1800, number=2)]
        self.assertMoments(clock(), at(5, 12, 30), at(5, 14), steps=steps)

    def test_share_of_the_time_used(self):
        self.assertMoments(clock(), at(5, 11), steps=[step("percent", 50)])

    def test_share_counts_what_was_used_before_a_pause(self):
        paused_for_a_day = clock(elapsed_seconds=HOUR, elapsed_at=at(6, 9))
        self.assertMoments(paused_for_a_day, at(6, 10), steps=[step("percent", 50)])

    def test_hundred_per_cent_is_the_due_time(self):
        self.assertMoments(clock(), at(5, 13), steps=[step("percent", 100, False)])

    def test_minutes_are_those_of_service_hours(self):
        late = clock(due_at=at(6, 9, 10))
        self.assertMoments(late, at(5, 17, 40), steps=[step("before", 1800)])

    def test_day_and_night_they_are_those_of_the_clock_on_the_wall(self):
        late = clock(due_at=at(6, 9, 10))
        self.assertMoments(late, at(6, 8, 40), steps=[step("before", 1800, False)])

    def test_what_falls_at_closing_time_waits_for_the_morning(self):
        friday = clock(due_at=at(9, 18))
        self.assertMoments(friday, at(12, 9), steps=[step("before", 0)])
        self.assertMoments(friday, at(9, 18), steps=[step("before", 0, False)])

    def test_clock_that_does_not_run_plans_nothing(self):
        for state in ("paused", "met", "breached", "cancelled"):
            self.assertMoments(clock(state=state), steps=[step()])

    def test_steps_that_happened_and_those_of_other_clocks_are_left_out(self):
        steps = [step(), step(number=2, metric="first_response")]
        self.assertMoments(clock(), steps=steps, fired={1})

    def test_step_made_after_its_moment_leaves_the_clock_alone(self):
        self.assertMoments(clock(), steps=[step(since=at(5, 12, 31))])
        self.assertMoments(clock(), at(5, 12, 30), steps=[step(since=at(5, 12, 30))])

    def test_clock_that_is_never_due_has_only_shares(self):
        never = clock(due_at=None)
        self.assertMoments(never, steps=[step(), step("after", number=2)])

    def test_simultaneous_steps_keep_their_order(self):
        steps = [step(number=number) for number in (3, 1, 2)]
        planned = [planned.id for _moment, planned in plan(steps, clock())]
        self.assertEqual(planned, [3, 1, 2])

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.builds(
                Step,
                st.integers(1, 50),
                st.sampled_from(["percent", "before", "after"]),
                st.integers(1, 200),
                st.booleans(),
                st.none(),
                st.none(),
            ),
            max_size=8,
        ),
        st.integers(1, 200 * HOUR),
        st.integers(0, 300 * HOUR),
        st.sampled_from([OFFICE, ALWAYS]),
    )
    def test_plan_is_in_order_and_in_service_hours(self, steps, target, elapsed, time):
        now = at(7, 10) + timedelta(minutes=7)
        standing = clock(
            target_seconds=target,
            elapsed_seconds=elapsed,
            elapsed_at=now,
            due_at=time.add(now, target - elapsed) if target != elapsed else now,
            time=time,
        )
        planned = plan(steps, standing)
        moments = [moment for moment, _step in planned]
        self.assertEqual(moments, sorted(moments))
        self.assertEqual(len(planned), len(steps))
        for moment, planned_step in planned:
            if planned_step.is_in_service_hours:
                self.assertTrue(time.is_open(moment))
