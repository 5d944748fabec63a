"""The rule that finds the agreement of a piece of work, as a table of cases."""

import random
from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.agreement_dates import get_next_ends, get_notice_date, iter_ends
from ..tools.agreement_match import LEVELS, Term, Work, clip, find_term, subtract

# Customers
HOLDING, ACME, GLOBEX = 1, 2, 3
# Sites
PARIS, LYON = 11, 12
# Equipment, and its categories from the nearest to the widest
HP3, HP4, SRV = 21, 22, 23
PRINTER, HARDWARE, SERVER = 31, 32, 33
# Services, ticket types, ticket categories from the nearest to the widest
REMOTE, ON_SITE = 41, 42
INCIDENT, REQUEST = 51, 52
PAPER, PRINTING = 61, 62

YEAR = ((date(2026, 1, 1), date(2027, 1, 1)),)
FOR_EVER = ((date(2026, 1, 1), None),)
MAY = date(2026, 5, 15)
EQUIPMENT = {
    HP3: (PRINTER, HARDWARE),
    HP4: (PRINTER, HARDWARE),
    SRV: (SERVER, HARDWARE),
}


def term(line, customer=ACME, periods=YEAR, order=(), **scopes):
    return Term(
        line_id=line,
        agreement_id=line,
        customer_id=customer,
        periods=periods,
        order=order,
        **{name: frozenset(ids) for name, ids in scopes.items()},
    )


def work(*equipment, day=MAY, customer=ACME, parents=(HOLDING,), **values):
    return Work(
        day=day,
        customer=customer,
        parents=parents,
        equipment={it: EQUIPMENT[it] for it in equipment},
        **values,
    )


ALL = term(1)
AT_PARIS = term(2, site_ids={PARIS})
PRINTERS = term(3, equipment_category_ids={PRINTER})
ANY_HARDWARE = term(4, equipment_category_ids={HARDWARE})
ONLY_HP3 = term(5, equipment_ids={HP3})
OF_HOLDING = term(6, customer=HOLDING)
REMOTE_ONLY = term(7, service_ids={REMOTE})
INCIDENTS = term(8, ticket_type_ids={INCIDENT})
ABOUT_PRINTING = term(9, ticket_category_ids={PRINTING})
PRINTERS_AT_PARIS = term(10, equipment_category_ids={PRINTER}, site_ids={PARIS})
# An amendment of 1 May: until then hardware was covered, from then on HP-3 only.
BEFORE = term(
    20,
    periods=((date(2026, 1, 1), date(2026, 5, 1)),),
    equipment_category_ids={HARDWARE},
)
AFTER = term(21, periods=((date(2026, 5, 1), date(2027, 1, 1)),), equipment_ids={HP3})
# Suspended in June.
SUSPENDED = term(
    22,
    periods=tuple(subtract(list(YEAR), [(date(2026, 6, 1), date(2026, 7, 1))])),
)

# what happens, the work, the terms, the line that covers it, how closely
CASES = [
    ("nothing without terms", work(), [], None, None),
    ("the customer's general term", work(), [ALL], 1, "customer"),
    ("not of another customer", work(customer=GLOBEX, parents=()), [ALL], None, None),
    ("equipment before category", work(HP3), [PRINTERS, ONLY_HP3], 5, "equipment"),
    ("equipment before site", work(HP3, site=PARIS), [AT_PARIS, ONLY_HP3], 5, "equipment"),
    ("equipment before customer", work(HP3), [ALL, ONLY_HP3], 5, "equipment"),
    ("category before site", work(HP4, site=PARIS), [AT_PARIS, PRINTERS], 3, "category"),
    ("category before customer", work(HP4), [ALL, PRINTERS], 3, "category"),
    ("site before customer", work(site=PARIS), [ALL, AT_PARIS], 2, "site"),
    ("customer before parent", work(), [OF_HOLDING, ALL], 1, "customer"),
    ("parent when nothing else", work(), [OF_HOLDING], 6, "parent"),
    ("parent's site term", work(site=PARIS), [
        term(30, customer=HOLDING, site_ids={PARIS}), ALL], 30, "site"),
    ("own before parent's at equal level", work(HP3), [
        term(31, customer=HOLDING, equipment_ids={HP3}), ONLY_HP3], 5, "equipment"),
    ("not a sister company's", work(customer=GLOBEX), [ALL, OF_HOLDING], 6, "parent"),
    ("not a subsidiary's", work(customer=HOLDING, parents=()), [ALL], None, None),
    ("nearer category first", work(HP3), [ANY_HARDWARE, PRINTERS], 3, "category"),
    ("category above", work(SRV), [PRINTERS, ANY_HARDWARE], 4, "category"),
    ("other equipment not covered", work(HP4), [ONLY_HP3], None, None),
    ("other equipment falls back", work(HP4), [ONLY_HP3, ALL], 1, "customer"),
    ("no equipment named", work(), [ONLY_HP3, PRINTERS], None, None),
    ("one of two equipments", work(SRV, HP3), [ONLY_HP3, ANY_HARDWARE], 5, "equipment"),
    ("other site not covered", work(site=LYON), [AT_PARIS], None, None),
    ("no site known", work(), [AT_PARIS], None, None),
    ("category at the right site", work(HP4, site=PARIS), [
        PRINTERS_AT_PARIS, PRINTERS], 10, "category"),
    ("category at the wrong site", work(HP4, site=LYON), [
        PRINTERS_AT_PARIS, PRINTERS], 3, "category"),
    ("service covered", work(service=REMOTE), [ALL, REMOTE_ONLY], 7, "customer"),
    ("service not covered", work(service=ON_SITE), [REMOTE_ONLY], None, None),
    ("service unknown yet", work(), [REMOTE_ONLY], 7, "customer"),
    ("unknown service: general first", work(), [REMOTE_ONLY, term(40)], 40, "customer"),
    ("type covered", work(ticket_type=INCIDENT), [ALL, INCIDENTS], 8, "customer"),
    ("type not covered", work(ticket_type=REQUEST), [INCIDENTS], None, None),
    ("category of the ticket, from above", work(
        ticket_categories=(PAPER, PRINTING)), [ALL, ABOUT_PRINTING], 9, "customer"),
    ("ticket without category", work(), [ABOUT_PRINTING], None, None),
    ("first day", work(day=date(2026, 1, 1)), [ALL], 1, "customer"),
    ("day before", work(day=date(2025, 12, 31)), [ALL], None, None),
    ("last day", work(day=date(2026, 12, 31)), [ALL], 1, "customer"),
    ("day after", work(day=date(2027, 1, 1)), [ALL], None, None),
    ("open end", work(day=date(2040, 1, 1)), [term(50, periods=FOR_EVER)], 50, "customer"),
    ("April has April's terms", work(SRV, day=date(2026, 4, 30)), [
        BEFORE, AFTER], 20, "category"),
    ("May has the amendment's", work(SRV, day=date(2026, 5, 1)), [BEFORE, AFTER], None, None),
    ("amendment covers HP-3", work(HP3, day=date(2026, 5, 1)), [
        BEFORE, AFTER], 21, "equipment"),
    ("HP-3 in April by category", work(HP3, day=date(2026, 4, 30)), [
        BEFORE, AFTER], 20, "category"),
    ("suspended", work(day=date(2026, 6, 15)), [SUSPENDED], None, None),
    ("suspended falls back", work(day=date(2026, 6, 15)), [
        SUSPENDED, OF_HOLDING], 6, "parent"),
    ("last day of suspension", work(day=date(2026, 6, 30)), [SUSPENDED], None, None),
    ("after suspension", work(day=date(2026, 7, 1)), [SUSPENDED], 22, "customer"),
    ("tie: people's order", work(), [term(60, order=(20,)), term(61, order=(10,))],
        61, "customer"),
    ("tie of order: the older line", work(), [term(63), term(62)], 62, "customer"),
]  # fmt: skip


@tagged("-at_install", "post_install")
class TestAgreementMatch(BaseCase):
    """Equipment > category > site > customer > parent company, on the day of the work."""

    def test_table_of_cases(self):
        for name, what, terms, line, level in CASES:
            with self.subTest(name):
                match = find_term(what, terms)
                self.assertEqual(match and match.term.line_id, line)
                self.assertEqual(match and match.level, level)

    def test_table_has_at_least_thirty_cases_of_their_own(self):
        self.assertGreaterEqual(len({name for name, *_case in CASES}), 30)

    def test_order_of_the_terms_does_not_matter(self):
        rng = random.Random(5)
        for name, what, terms, line, _level in CASES:
            with self.subTest(name):
                shuffled = rng.sample(terms, len(terms))
                match = find_term(what, shuffled)
                self.assertEqual(match and match.term.line_id, line)

    def test_match_always_holds_on_the_day_and_is_for_the_customer_or_a_parent(self):
        rng = random.Random(7)
        terms = [what for _n, _w, case, _l, _v in CASES for what in case]
        for _round in range(500):
            what = work(
                *rng.sample(list(EQUIPMENT), rng.randint(0, 3)),
                day=date(2026, 1, 1) + timedelta(days=rng.randint(-30, 400)),
                customer=rng.choice([ACME, GLOBEX]),
                site=rng.choice([None, PARIS, LYON]),
            )
            match = find_term(what, rng.sample(terms, 6))
            if match:
                start, until = match.period
                self.assertLessEqual(start, what.day)
                self.assertTrue(until is None or what.day < until)
                self.assertIn(match.term.customer_id, (what.customer, *what.parents))
                self.assertIn(match.level, LEVELS)

    def test_closer_term_is_never_beaten_by_adding_wider_ones(self):
        wider = [PRINTERS, ANY_HARDWARE, AT_PARIS, ALL, OF_HOLDING]
        for count in range(len(wider) + 1):
            match = find_term(work(HP3, site=PARIS), [*wider[:count], ONLY_HP3])
            self.assertEqual(match.term, ONLY_HP3)


@tagged("-at_install", "post_install")
class TestAgreementDates(BaseCase):
    """Notice, renewals and gaps, day by day."""

    def test_notice_counts_from_the_day_after_the_end(self):
        self.assertEqual(
            get_notice_date(date(2026, 5, 31), 3, "month"), date(2026, 2, 28)
        )
        self.assertEqual(
            get_notice_date(date(2026, 5, 31), 0, "day"), date(2026, 5, 31)
        )

    def test_renewals_of_month_ends_do_not_drift(self):
        ends = iter_ends(date(2026, 1, 30), 1, "month")
        months = [next(ends) for _step in range(13)]
        self.assertEqual(months[1], date(2026, 2, 27))
        self.assertEqual(months[2], date(2026, 3, 30))
        self.assertEqual(months[12], date(2027, 1, 30))

    def test_scheduler_that_was_down_brings_each_renewal_once(self):
        first = date(2020, 12, 31)
        ends = get_next_ends(first, first, 1, "year", date(2023, 6, 1))
        self.assertEqual(
            ends, [date(2021, 12, 31), date(2022, 12, 31), date(2023, 12, 31)]
        )
        self.assertFalse(get_next_ends(first, ends[-1], 1, "year", date(2023, 6, 1)))

    def test_gaps_cut_days_and_nothing_else(self):
        rng = random.Random(11)
        start = date(2026, 1, 1)
        for _round in range(200):
            period = (start, start + timedelta(days=60))
            gaps = []
            for _gap in range(rng.randint(0, 4)):
                begin = start + timedelta(days=rng.randint(-5, 65))
                gaps.append((begin, begin + timedelta(days=rng.randint(1, 20))))
            left = subtract([period], gaps)
            for offset in range(-3, 64):
                day = start + timedelta(days=offset)
                inside = period[0] <= day < period[1] and not any(
                    begin <= day < end for begin, end in gaps
                )
                self.assertEqual(inside, any(a <= day < b for a, b in left))

    def test_clipping_keeps_the_common_days(self):
        january = (date(2026, 1, 1), date(2026, 2, 1))
        self.assertIsNone(clip(january, (date(2026, 2, 1), None)))
        self.assertEqual(clip((date(2026, 1, 15), None), january)[1], january[1])
