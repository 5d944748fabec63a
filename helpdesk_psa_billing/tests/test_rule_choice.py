"""Which rule decides: the part without a database."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.working_time import Holiday, Shift, WorkingTime

from ..tools import hours_bands
from ..tools.hours_bands import Band, cut, share, split
from ..tools.rule_choice import PlanTerms, RuleTerms, Work, choose, decide

patient = settings(deadline=None)

MAY_DAY = Holiday(datetime(2026, 4, 30, 22), datetime(2026, 5, 1, 22), "1 May")
OFFICE = WorkingTime(
    "Europe/Paris", [Shift(day, 8 * 3600, 18 * 3600) for day in range(5)], [MAY_DAY]
)
WEEK = WorkingTime(
    "Europe/Paris", [Shift(d, 0, 24 * 3600) for d in range(6)], [MAY_DAY]
)
BANDS = (
    Band(1, "Office hours", OFFICE),
    Band(2, "Evenings and Saturdays", WEEK),
    Band(3, "Sundays and holidays"),
)
DAY = date(2026, 6, 1)


def at(*moment):
    return datetime(2026, *moment, tzinfo=UTC)


# Around both changes of summer time, too.
starts = st.one_of(
    st.integers(0, 364 * 24 * 60),
    st.integers(87 * 24 * 60, 89 * 24 * 60),
    st.integers(296 * 24 * 60, 298 * 24 * 60),
).map(lambda minute: at(1, 1) + timedelta(minutes=minute))
lengths = st.integers(1, 4 * 24 * 60)


@st.composite
def rules(draw, number):
    conditions = []
    for name, values in (
        ("service_type", (1, 2, 3)),
        ("ticket_type", (1, 2)),
        ("band", (1, 2, 3)),
    ):
        chosen = draw(st.sets(st.sampled_from(values)))
        if chosen:
            conditions.append((name, frozenset(chosen)))
    return RuleTerms(
        number,
        date_from=draw(st.sampled_from((None, date(2026, 3, 1)))),
        date_until=draw(st.sampled_from((None, date(2026, 9, 1)))),
        conditions=tuple(conditions),
        outcome=draw(st.sampled_from(("covered", "billed"))),
    )


@st.composite
def plan_lists(draw):
    plans = []
    for number in range(draw(st.integers(0, 3))):
        count = draw(st.integers(0, 4))
        plans.append(
            PlanTerms(
                number + 1,
                bands=draw(st.sampled_from((BANDS, BANDS[:1], ()))),
                rules=tuple(draw(rules(10 * number + it)) for it in range(count)),
            )
        )
    return plans


works = st.builds(
    lambda start, length, breaks, service, kind: Work(
        key=1,
        kind="time",
        day=start.date(),
        minutes=max(1, length - breaks),
        start=start,
        stop=start + timedelta(minutes=length),
        service_type=service,
        ticket_type=kind,
    ),
    starts,
    lengths,
    st.integers(0, 60),
    st.sampled_from((False, 1, 2, 3)),
    st.sampled_from((False, 1, 2)),
)


@tagged("post_install", "-at_install")
class TestHoursBands(BaseCase):
    def test_evening_begins_at_closing_time(self):
        # 17:00 to 20:00 in Paris
        self.assertEqual(split(at(6, 1, 15), at(6, 1, 18), BANDS), [(1, 60), (2, 120)])

    def test_first_band_that_holds_the_moment_wins(self):
        self.assertEqual(split(at(6, 6, 8), at(6, 6, 9), BANDS), [(2, 60)])

    def test_holiday_is_no_office_day(self):
        self.assertEqual(split(at(5, 1, 8), at(5, 1, 9), BANDS), [(3, 60)])

    def test_day_around_the_clock_passes_through_all_its_bands(self):
        # Saturday 22:00 to Monday 09:00 in Paris
        self.assertEqual(
            split(at(6, 6, 20), at(6, 8, 7), BANDS),
            [(2, 120 + 8 * 60), (3, 24 * 60), (1, 60)],
        )

    def test_night_in_which_summer_time_begins_is_an_hour_shorter(self):
        # Saturday 22:00 to Sunday 06:00 in Paris
        self.assertEqual(
            split(at(3, 28, 21), at(3, 29, 4), BANDS), [(2, 120), (3, 300)]
        )

    def test_night_in_which_summer_time_ends_is_an_hour_longer(self):
        self.assertEqual(
            split(at(10, 24, 20), at(10, 25, 5), BANDS), [(2, 120), (3, 420)]
        )

    def test_breaks_are_taken_off_in_proportion(self):
        self.assertEqual(
            split(at(6, 1, 15), at(6, 1, 17), BANDS, minutes=90), [(1, 45), (2, 45)]
        )

    def test_time_in_no_band_is_not_lost(self):
        self.assertEqual(
            split(at(6, 1, 15), at(6, 1, 17), BANDS[:1]), [(1, 60), (False, 60)]
        )

    def test_outside_of_a_calendar_is_what_is_not_inside(self):
        band = Band(7, "After hours", OFFICE, "outside")
        self.assertEqual(
            split(at(6, 1, 15), at(6, 1, 17), [band]), [(False, 60), (7, 60)]
        )

    @patient
    @given(starts, lengths)
    def test_parts_follow_each_other_without_gap(self, start, length):
        stop = start + timedelta(minutes=length)
        parts = cut(start, stop, BANDS)
        self.assertEqual((parts[0][0], parts[-1][1]), (start, stop))
        for (_begin, end, band), (begin, _end, other) in zip(
            parts, parts[1:], strict=False
        ):
            self.assertEqual(end, begin)
            self.assertNotEqual(band, other)

    @patient
    @given(starts, lengths, st.integers(0, 120))
    def test_minutes_are_conserved(self, start, length, breaks):
        minutes = max(0, length - breaks)
        parts = split(start, start + timedelta(minutes=length), BANDS, minutes)
        self.assertEqual(sum(part for _band, part in parts), minutes)

    @patient
    @given(starts, lengths, st.integers(1, 1000))
    def test_cutting_by_hand_gives_the_same_bands(self, start, length, cut_at):
        stop = start + timedelta(minutes=length)
        middle = start + timedelta(minutes=cut_at % length)
        whole = dict(split(start, stop, BANDS))
        halves = {}
        for begin, end in ((start, middle), (middle, stop)):
            for band, minutes in split(begin, end, BANDS) if begin < end else ():
                halves[band] = halves.get(band, 0) + minutes
        self.assertEqual(whole, halves)

    @patient
    @given(st.integers(0, 5000), st.lists(st.integers(0, 900), min_size=1))
    def test_shares_add_up_and_are_in_proportion(self, minutes, lengths):
        shares = share(minutes, lengths)
        self.assertEqual(sum(shares), minutes)
        for part, length in zip(shares, lengths, strict=True):
            if sum(lengths):
                self.assertLess(abs(part - minutes * length / sum(lengths)), 1.0001)

    def test_naive_moments_are_utc(self):
        naive = cut(datetime(2026, 6, 1, 15), datetime(2026, 6, 1, 17), BANDS)
        self.assertEqual(naive[0][1], datetime(2026, 6, 1, 16))


@tagged("post_install", "-at_install")
class TestRuleChoice(BaseCase):
    def test_not_billable_work_asks_no_rule(self):
        work = Work(1, "time", DAY, 60, is_billable=False)
        choice = choose(work, [PlanTerms(1, rules=(RuleTerms(1),))])
        self.assertEqual((choice.outcome, choice.trail), ("not_billed", ()))

    def test_no_rule_means_pending_never_free(self):
        self.assertEqual(choose(Work(1, "time", DAY, 60), []).outcome, "pending")

    def test_trail_names_the_first_failing_condition_of_each_rule(self):
        plans = [
            PlanTerms(
                1,
                rules=(
                    RuleTerms(1, date_from=date(2026, 7, 1)),
                    RuleTerms(2, date_until=DAY),
                    RuleTerms(3, conditions=(("service_type", frozenset({8})),)),
                ),
            ),
            PlanTerms(2, rules=(RuleTerms(4), RuleTerms(5))),
        ]
        choice = choose(Work(1, "time", DAY, 60, service_type=9), plans)
        self.assertEqual(
            [(it.plan_id, it.rule_id, it.obstacle) for it in choice.trail],
            [
                (1, 1, "not_yet"),
                (1, 2, "over"),
                (1, 3, "service_type"),
                (2, 4, None),
            ],
        )

    def test_work_of_unknown_hours_lies_in_the_first_band(self):
        rules = (
            RuleTerms(1, conditions=(("band", frozenset({2})),)),
            RuleTerms(2, conditions=(("band", frozenset({1})),)),
        )
        ((piece, choice),) = decide(
            Work(1, "time", DAY, 60), [PlanTerms(1, bands=BANDS, rules=rules)]
        )
        self.assertEqual((piece.band, choice.rule.id), (1, 2))
        self.assertTrue(choice.is_band_assumed)

    def test_hours_that_no_rule_asks_for_are_not_assumed(self):
        ((_piece, choice),) = decide(
            Work(1, "time", DAY, 60), [PlanTerms(1, bands=BANDS, rules=(RuleTerms(2),))]
        )
        self.assertFalse(choice.is_band_assumed)

    def test_rule_that_does_not_ask_for_hours_keeps_the_work_whole(self):
        work = Work(1, "time", DAY, 180, start=at(6, 1, 15), stop=at(6, 1, 18))
        ((piece, choice),) = decide(
            work, [PlanTerms(1, bands=BANDS, rules=(RuleTerms(2),))]
        )
        self.assertEqual((piece, choice.rule.id), (work, 2))

    def test_next_plan_splits_by_its_own_bands_what_is_left(self):
        first = PlanTerms(
            1,
            bands=BANDS[:1],
            rules=(RuleTerms(1, conditions=(("band", frozenset({1})),)),),
        )
        second = PlanTerms(
            2,
            bands=BANDS,
            rules=(RuleTerms(2, conditions=(("band", frozenset({2, 3})),)),),
        )
        # Saturday 22:00 to Sunday 01:00, after Friday 17:00
        work = Work(1, "time", DAY, 180, start=at(6, 1, 15), stop=at(6, 1, 18))
        self.assertEqual(
            [
                (it.minutes, c.rule.id, it.band)
                for it, c in decide(work, [first, second])
            ],
            [(60, 1, 1), (120, 2, 2)],
        )

    @patient
    @given(works, plan_lists())
    def test_pieces_add_up_to_the_work(self, work, plans):
        pieces = decide(work, plans)
        self.assertEqual(sum(piece.minutes for piece, _c in pieces), work.minutes)
        self.assertTrue(all(piece.key == work.key for piece, _choice in pieces))

    @patient
    @given(works, plan_lists())
    def test_choice_is_a_pure_function(self, work, plans):
        self.assertEqual(decide(work, plans), decide(replace(work), list(plans)))

    @patient
    @given(works, plan_lists())
    def test_decision_is_what_the_rules_say_read_one_by_one(self, work, plans):
        """The first rule of the first plan that no condition keeps from it."""
        for piece, choice in decide(work, plans):
            middle = hours_bands.cut(piece.start, piece.stop, ())[0][0]
            expected = None
            for plan in plans:
                band = cut(middle, middle + timedelta(seconds=1), plan.bands)[0][2]
                seen = replace(work, band=band)
                fits = [it for it in plan.rules if not it.find_obstacle(seen)]
                if fits:
                    expected = fits[0]
                    break
            self.assertEqual(choice.rule, expected)

    @patient
    @given(works, plan_lists())
    def test_rules_after_the_one_that_decides_do_not_matter(self, work, plans):
        if not plans:
            return
        extra = RuleTerms(99, outcome="not_billed", reason="late")
        last = replace(plans[-1], rules=(*plans[-1].rules, extra))
        for piece, choice in decide(work, [*plans[:-1], last]):
            if choice.rule != extra:
                self.assertIn(
                    choice.rule,
                    [other.rule for _piece, other in decide(work, plans)],
                )
            self.assertGreater(piece.minutes, 0)

    def test_order_of_the_bands_does_not_change_with_the_order_of_questions(self):
        moments = [at(1, 1) + timedelta(hours=hour) for hour in range(0, 8000, 7)]
        expected = [cut(it, it + timedelta(hours=5), BANDS) for it in moments]
        shuffled = list(enumerate(moments))
        random.Random(7).shuffle(shuffled)
        for index, moment in shuffled:
            self.assertEqual(
                cut(moment, moment + timedelta(hours=5), BANDS), expected[index]
            )
