"""The arithmetic of clocks, without a database."""

from datetime import datetime, timedelta
from random import Random

from odoo.tests import BaseCase, tagged

from ..tools.sla_clock import Moment, Terms, explain, split_stints, trace
from ..tools.working_time import ALWAYS, Holiday, Shift, WorkingTime

OFFICE = WorkingTime("UTC", [Shift(day, 9 * 3600, 18 * 3600) for day in range(5)])
LUNCH = WorkingTime(
    "Europe/Paris",
    [
        Shift(day, start * 3600, stop * 3600)
        for day in range(6)
        for start, stop in ((8, 12), (14, 17))
    ],
    [Holiday(datetime(2026, 1, 7), datetime(2026, 1, 8), "Founders' day")],
)
MINUTE = timedelta(minutes=1)
HOUR = 3600


def at(day, hour, minute=0):
    """Return a moment of January 2026, whose 5th is a Monday."""
    return datetime(2026, 1, day, hour, minute)


def terms(hours, time=OFFICE, since=None, warning_percent=75):
    seconds = None if hours is None else int(hours * HOUR)
    return Terms(since or at(1, 0), seconds, time, warning_percent)


FOUR_HOURS = terms(4)


@tagged("post_install", "-at_install")
class TestClock(BaseCase):
    """One promise at a time: when it is due, what was used, whether it was kept."""

    def _trace(self, metric, start, *moments):
        return trace(
            metric,
            [Moment(start, "start"), *(Moment(*moment) for moment in moments)],
        )

    def _read(self, metric, start, *moments, terms=FOUR_HOURS, extension=0):
        [cycle] = self._trace(metric, start, *moments)
        terms = terms if isinstance(terms, list) else [terms]
        return cycle.get_reading(terms, extension)

    # When is it due

    def test_two_hours_from_friday_half_past_five_end_monday_half_past_ten(self):
        reading = self._read("resolution", at(9, 17, 30), terms=terms(2))
        self.assertEqual(reading.due_at, at(12, 10, 30))

    def test_clock_around_the_clock_does_not_stop_for_the_night(self):
        reading = self._read("resolution", at(9, 17, 30), terms=terms(4, ALWAYS))
        self.assertEqual(reading.due_at, at(9, 21, 30))

    def test_holiday_and_lunch_do_not_count(self):
        reading = self._read("resolution", at(6, 15), terms=terms(4, LUNCH))
        self.assertEqual(reading.due_at, at(8, 10))  # 1 h on Tuesday, 3 h on Thursday

    def test_at_risk_after_its_share(self):
        reading = self._read("resolution", at(5, 9), terms=terms(4))
        self.assertEqual(reading.warning_at, at(5, 12))

    def test_promise_that_no_calendar_reaches_is_never_due(self):
        reading = self._read("resolution", at(5, 9), terms=terms(200_000))
        self.assertFalse(reading.due_at)
        self.assertEqual(reading.state, "running")

    # Was it kept

    def test_kept_in_time_is_met(self):
        reading = self._read("first_response", at(5, 9), (at(5, 13), "agent_reply"))
        self.assertEqual(reading.state, "met")
        self.assertEqual(reading.elapsed_seconds, 4 * HOUR)
        self.assertEqual(reading.due_at, at(5, 13))

    def test_a_minute_late_is_breached(self):
        reading = self._read("first_response", at(5, 9), (at(5, 13, 1), "agent_reply"))
        self.assertEqual(reading.state, "breached")
        self.assertEqual(reading.due_at, at(5, 13))
        self.assertEqual(reading.stopped_at, at(5, 13, 1))

    def test_evening_after_the_due_time_is_late_although_nobody_works(self):
        reading = self._read("first_response", at(5, 14), (at(5, 19), "agent_reply"))
        self.assertEqual(reading.elapsed_seconds, 4 * HOUR)
        self.assertEqual(reading.state, "breached")

    def test_person_or_answer_acknowledges(self):
        for kind, value in (("assign", True), ("agent_reply", None)):
            reading = self._read("acknowledge", at(5, 9), (at(5, 10), kind, value))
            self.assertEqual(reading.stopped_at, at(5, 10))

    def test_acknowledged_at_once_still_has_a_due_time(self):
        reading = self._read("acknowledge", at(5, 9), (at(5, 9), "assign", True))
        self.assertEqual((reading.state, reading.due_at), ("met", at(5, 13)))
        self.assertEqual(reading.elapsed_seconds, 0)

    def test_cancelled_ticket_keeps_no_promise_and_breaks_none(self):
        reading = self._read("resolution", at(5, 9), (at(5, 10), "mode", "cancel"))
        self.assertEqual(reading.state, "cancelled")

    def test_cancelling_hides_no_breach(self):
        reading = self._read("resolution", at(5, 9), (at(5, 14), "mode", "cancel"))
        self.assertEqual(reading.state, "breached")

    # Pauses

    def test_waiting_time_is_not_used(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            (at(5, 11), "mode", "pause"),
            (at(6, 11), "mode", "run"),
        )
        self.assertEqual(reading.due_at, at(6, 13))
        self.assertEqual(reading.elapsed_seconds, 2 * HOUR)
        self.assertEqual(reading.paused_seconds, 9 * HOUR)

    def test_paused_clock_is_not_due(self):
        reading = self._read("resolution", at(5, 9), (at(5, 11), "mode", "pause"))
        self.assertEqual(reading.state, "paused")
        self.assertFalse(reading.due_at)
        self.assertEqual(reading.elapsed_seconds, 2 * HOUR)

    def test_pause_does_not_heal_a_breach(self):
        reading = self._read("resolution", at(5, 9), (at(5, 14), "mode", "pause"))
        self.assertEqual((reading.state, reading.due_at), ("paused", at(5, 13)))

    def test_pause_at_the_very_last_moment_keeps_the_promise(self):
        paused = (at(5, 13), "mode", "pause")
        self.assertFalse(self._read("resolution", at(5, 9), paused).due_at)
        resumed = (at(6, 10), "mode", "run")
        reading = self._read("resolution", at(5, 9), paused, resumed)
        self.assertEqual(reading.due_at, at(6, 10))

    def test_waiting_excuses_no_missing_first_response(self):
        for metric in ("acknowledge", "first_response"):
            reading = self._read(metric, at(5, 9), (at(5, 10), "mode", "pause"))
            self.assertEqual(reading.due_at, at(5, 13))

    # Reopening

    def test_reopening_resumes_with_the_time_used(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            (at(5, 12), "mode", "stop"),
            (at(7, 9), "mode", "run"),
        )
        self.assertEqual((reading.state, reading.due_at), ("running", at(7, 10)))
        self.assertEqual(reading.elapsed_seconds, 3 * HOUR)

    def test_closing_after_resolving_changes_nothing(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            (at(5, 12), "mode", "stop", "resolved"),
            (at(9, 12), "mode", "stop", "closed"),
        )
        self.assertEqual((reading.state, reading.stopped_at), ("met", at(5, 12)))

    def test_answer_to_a_resolved_ticket_is_not_a_late_first_response(self):
        reading = self._read(
            "first_response",
            at(5, 9),
            (at(5, 12), "mode", "stop"),
            (at(9, 12), "agent_reply"),
        )
        self.assertEqual((reading.state, reading.stopped_at), ("met", at(5, 12)))

    # Next response

    def test_each_unanswered_message_begins_one_cycle(self):
        first, second = self._trace(
            "next_response",
            at(5, 9),
            (at(5, 10), "agent_reply"),
            (at(5, 11), "customer_message"),
            (at(5, 12), "customer_message"),
            (at(5, 13), "agent_reply"),
            (at(5, 14), "customer_message"),
        )
        self.assertEqual(first.get_reading([terms(4)]).elapsed_seconds, 2 * HOUR)
        self.assertEqual(second.started_at, at(5, 14))

    def test_second_message_before_the_first_answer_is_not_another_promise(self):
        cycles = self._trace("next_response", at(5, 9), (at(5, 10), "customer_message"))
        self.assertFalse(cycles)

    def test_message_that_reopens_begins_a_cycle(self):
        [cycle] = self._trace(
            "next_response",
            at(5, 9),
            (at(5, 10), "agent_reply"),
            (at(5, 11), "mode", "stop"),
            (at(6, 9), "customer_message"),
            (at(6, 9), "mode", "run"),
        )
        self.assertEqual(cycle.get_reading([terms(4)]).due_at, at(6, 13))

    def test_message_to_a_resolved_ticket_waits_for_the_reopening(self):
        history = [
            (at(5, 10), "agent_reply"),
            (at(5, 11), "mode", "stop"),
            (at(6, 9), "customer_message"),
        ]
        self.assertFalse(self._trace("next_response", at(5, 9), *history))
        [cycle] = self._trace(
            "next_response", at(5, 9), *history, (at(7, 9), "mode", "run")
        )
        self.assertEqual(cycle.started_at, at(7, 9))

    # Terms that change

    def test_shorter_promise_counts_what_was_used(self):
        reading = self._read(
            "resolution", at(5, 9), terms=[terms(8), terms(4, since=at(5, 12))]
        )
        self.assertEqual(reading.due_at, at(5, 13))

    def test_shorter_promise_that_is_used_up_was_due_when_it_was(self):
        reading = self._read(
            "resolution", at(5, 9), terms=[terms(8), terms(2, since=at(5, 12))]
        )
        self.assertEqual(reading.due_at, at(5, 11))

    def test_other_hours_count_from_the_change_only(self):
        reading = self._read(
            "resolution",
            at(9, 17),
            terms=[terms(8), terms(4, ALWAYS, since=at(12, 10))],
        )
        # 1 h on Friday, 1 h on Monday, 2 h left day and night
        self.assertEqual(reading.due_at, at(12, 12))

    def test_pause_survives_a_change_of_terms(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            (at(5, 10), "mode", "pause"),
            (at(5, 15), "mode", "run"),
            terms=[terms(8), terms(4, since=at(5, 12))],
        )
        self.assertEqual(reading.due_at, at(5, 18))
        self.assertEqual(reading.paused_seconds, 5 * HOUR)

    def test_promise_that_is_taken_back_ends_there(self):
        reading = self._read(
            "resolution", at(5, 9), terms=[terms(8), terms(None, since=at(5, 12))]
        )
        self.assertEqual((reading.state, reading.stopped_at), ("cancelled", at(5, 12)))
        self.assertEqual(reading.elapsed_seconds, 3 * HOUR)

    def test_what_happens_after_a_promise_was_taken_back_changes_it_no_more(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            (at(5, 16), "mode", "stop"),
            terms=[terms(8), terms(None, since=at(5, 12))],
        )
        self.assertEqual((reading.state, reading.stopped_at), ("cancelled", at(5, 12)))

    def test_promise_that_is_made_again_goes_on(self):
        reading = self._read(
            "resolution",
            at(5, 9),
            terms=[
                terms(8),
                terms(None, since=at(5, 11)),
                terms(4, since=at(5, 15)),
            ],
        )
        self.assertEqual((reading.state, reading.due_at), ("running", at(5, 17)))

    def test_extension_adds_service_hours(self):
        reading = self._read("resolution", at(5, 17), extension=2 * HOUR)
        self.assertEqual(reading.target_seconds, 6 * HOUR)
        self.assertEqual(reading.due_at, at(6, 14))

    # Teams

    def test_each_team_has_its_own_time(self):
        stints = split_stints(
            [
                Moment(at(5, 9), "start"),
                Moment(at(5, 9), "team", ref="desk"),
                Moment(at(5, 9), "mode", "run"),
                Moment(at(5, 12), "team", ref="field"),
                Moment(at(5, 15), "mode", "stop"),
            ]
        )
        readings = {
            team: cycle.get_reading([terms(4)])
            for team, moments in stints
            for cycle in trace("resolution", moments)
        }
        self.assertEqual(readings["desk"].elapsed_seconds, 3 * HOUR)
        self.assertEqual(readings["desk"].state, "met")
        self.assertEqual(readings["field"].started_at, at(5, 12))
        self.assertEqual(readings["field"].elapsed_seconds, 3 * HOUR)

    def test_team_that_gets_a_person_with_the_ticket_has_acknowledged(self):
        for person, is_done in ((True, True), (False, False)):
            stints = split_stints(
                [
                    Moment(at(5, 9), "start"),
                    Moment(at(5, 9), "team", ref="desk"),
                    Moment(at(5, 9), "assign", True),
                    Moment(at(5, 12), "team", ref="field"),
                    Moment(at(5, 12), "assign", person),
                ]
            )
            [cycle] = trace("acknowledge", stints[1][1])
            self.assertEqual(cycle.get_reading([terms(4)]).state == "met", is_done)

    def test_team_takes_over_the_message_nobody_answered(self):
        stints = split_stints(
            [
                Moment(at(5, 9), "start"),
                Moment(at(5, 9), "team", ref="desk"),
                Moment(at(5, 9), "mode", "run"),
                Moment(at(5, 10), "agent_reply"),
                Moment(at(5, 11), "customer_message"),
                Moment(at(5, 12), "team", ref="field"),
            ]
        )
        [cycle] = trace("next_response", stints[1][1])
        self.assertEqual(cycle.started_at, at(5, 12))

    # Why is it late

    def test_intervals_say_why(self):
        [cycle] = self._trace(
            "resolution",
            at(5, 16),
            (at(6, 10), "mode", "pause", "Waiting for customer"),
            (at(6, 12), "mode", "run"),
        )
        intervals = explain(cycle, [terms(8)], at(6, 13))
        self.assertEqual(
            [(part.phase, part.start, part.stop, part.reason) for part in intervals],
            [
                ("running", at(5, 16), at(5, 18), None),
                ("closed", at(5, 18), at(6, 9), None),
                ("running", at(6, 9), at(6, 10), None),
                ("paused", at(6, 10), at(6, 12), "Waiting for customer"),
                ("running", at(6, 12), at(6, 13), None),
            ],
        )


METRICS = ("acknowledge", "first_response", "next_response", "resolution")
CALENDARS = (OFFICE, LUNCH, ALWAYS)


class _Walk:
    """The slow, obvious clock: it looks at the ticket once a minute."""

    def __init__(self, metric, started_at, target):
        self.metric = metric
        self.target = target
        self.started_at = started_at
        self.is_over = False
        self.used = self.on_hold = 0
        self.used_until = started_at
        self.late_since = self.stopped_at = self.stopped_by = None
        self.phase = None

    def look(self, moment, mode, time):
        """See what the ticket is like from this minute to the next."""
        before, self.phase = self.phase, self._get_phase(mode)
        if before == "run" and self.phase != "run":
            self._leave(moment)
        if self.phase in ("stop", "cancel"):
            if before not in ("stop", "cancel"):
                self.stopped_at, self.stopped_by = moment, self.phase
            return
        self.stopped_at = self.stopped_by = None
        if self.phase == "run":
            if self.late_since is None and self.used >= self.target:
                is_back = before in ("pause", "stop", "cancel")
                self.late_since = moment if is_back else self.used_until
            if time.is_open(moment):
                self.used += 60
                self.used_until = moment + MINUTE
        elif time.is_open(moment):
            self.on_hold += 60

    def _get_phase(self, mode):
        if mode == "pause" and self.metric in ("acknowledge", "first_response"):
            return "run"
        return mode

    def _leave(self, moment):
        """What was used up in the evening was late before it stopped."""
        is_used_up = self.late_since is None and self.target <= self.used
        if is_used_up and self.used_until < moment:
            self.late_since = self.used_until

    def finish(self, moment):
        if self.phase == "run":
            self._leave(moment)
        if self.stopped_at is None:
            self.stopped_at = moment
        self.is_over = True

    def get_state(self):
        if self.stopped_at is None:
            return {"run": "running", "pause": "paused"}[self.phase]
        if self.late_since is not None and self.late_since < self.stopped_at:
            return "breached"
        return "cancelled" if self.stopped_by == "cancel" else "met"


class _Watcher:
    """Somebody who sits beside the ticket and starts and stops walks of one metric."""

    def __init__(self, metric, target):
        self.metric, self.target = metric, target
        self.walks = []
        self.mode, self.is_answered, self.is_waiting = "run", False, False

    @property
    def live(self):
        return self.walks[-1] if self.walks and not self.walks[-1].is_over else None

    def take(self, event):
        if event.kind == "start" and self.metric != "next_response":
            self.walks.append(_Walk(self.metric, event.at, self.target))
        elif event.kind == "mode":
            self.mode = event.value
        elif event.kind == "customer_message":
            self.is_waiting = self.is_waiting or (self.is_answered and not self.live)
        elif event.kind == "agent_reply":
            self.is_answered, self.is_waiting = True, False
            self._finish(event.at, self.metric != "resolution")
        elif event.kind == "assign":
            self._finish(event.at, event.value and self.metric == "acknowledge")
        is_open = self.mode in ("run", "pause")
        if self.metric == "next_response" and self.is_waiting and is_open:
            self.walks.append(_Walk(self.metric, event.at, self.target))
            self.is_waiting = False

    def _finish(self, moment, is_kept):
        """A clock that stands still already keeps the moment at which it stopped."""
        walk = self.live
        if walk and is_kept:
            if self.mode in ("stop", "cancel") and walk.stopped_at is None:
                walk.stopped_at, walk.stopped_by = moment, self.mode
            walk.finish(moment)

    def look(self, moment, time):
        for walk in self.walks:
            if not walk.is_over:
                walk.look(moment, self.mode, time)


@tagged("post_install", "-at_install")
class TestOracle(BaseCase):
    """Random histories read as by somebody who looks at the ticket every minute."""

    def _make_history(self, random):
        start = at(random.randint(5, 11), random.randint(0, 23), random.randint(0, 59))
        moments = [Moment(start, "start"), Moment(start, "mode", "run", "new")]
        moment = start
        for _step in range(random.randint(0, 12)):
            moment += timedelta(minutes=random.choice((0, 1, 7, 45, 60, 120, 700)))
            kind = random.choice(("mode", "mode", "assign", "reply", "customer"))
            if kind == "mode":
                mode = random.choice(("run", "run", "pause", "stop", "cancel"))
                moments.append(Moment(moment, "mode", mode, mode))
            elif kind == "assign":
                moments.append(Moment(moment, "assign", random.random() < 0.7))
            else:
                name = {"reply": "agent_reply", "customer": "customer_message"}[kind]
                moments.append(Moment(moment, name))
        return moments, moment

    def _make_terms(self, random, start):
        made = []
        since = start
        for _change in range(random.choice((1, 1, 1, 2, 3))):
            seconds = random.choice((15, 60, 240, 480, 900)) * 60
            made.append(Terms(since, seconds, random.choice(CALENDARS), 100))
            since += timedelta(minutes=random.choice((30, 120, 600)))
        return made

    def _walk(self, metric, moments, terms, end):
        """Return the walks of a metric's cycles; everything is looked at each minute."""
        watcher = _Watcher(metric, terms[-1].seconds)
        moment, queue = moments[0].at, list(moments)
        while moment < end:
            while queue and queue[0].at <= moment:
                watcher.take(queue.pop(0))
            time = [term for term in terms if term.at <= moment][-1].time
            watcher.look(moment, time)
            moment += MINUTE
        return watcher.walks

    def test_two_hundred_random_histories_equal_a_walk_minute_by_minute(self):
        random = Random(404)
        for number in range(200):
            moments, last = self._make_history(random)
            start = moments[0].at
            terms = self._make_terms(random, start)
            end = last + timedelta(days=random.choice((0, 1, 3))) + MINUTE
            for metric in METRICS:
                walks = self._walk(metric, moments, terms, end)
                cycles = trace(metric, moments)
                self.assertEqual(len(walks), len(cycles), (number, metric))
                for walk, cycle in zip(walks, cycles, strict=True):
                    with self.subTest(number=number, metric=metric):
                        self._compare(walk, cycle, terms, end)

    def _compare(self, walk, cycle, terms, end):
        reading = cycle.get_reading(terms)
        self.assertEqual(reading.started_at, walk.started_at)
        self.assertEqual(reading.state, walk.get_state())
        self.assertEqual(reading.stopped_at, walk.stopped_at)
        intervals = explain(cycle, terms, end)
        used = sum(part.seconds for part in intervals)
        self.assertEqual(used, walk.used)
        if walk.late_since is not None:
            self.assertEqual(reading.due_at, walk.late_since)
        elif reading.due_at and reading.state in ("running", "paused"):
            self.assertGreaterEqual(reading.due_at, end - MINUTE)
        if reading.state != "running":
            self.assertEqual(reading.elapsed_seconds, walk.used)
        if reading.state != "paused":
            self.assertEqual(reading.paused_seconds, walk.on_hold)
        self._check_tiles(intervals, cycle, reading, end)

    def _check_tiles(self, intervals, cycle, reading, end):
        """The intervals leave no gap from the start to the end or to now."""
        moment = cycle.started_at
        for part in intervals:
            self.assertEqual(part.start, moment)
            moment = part.stop
        if reading.stopped_at is None:
            self.assertEqual(moment, end)
        elif intervals:
            self.assertEqual(moment, reading.stopped_at)
