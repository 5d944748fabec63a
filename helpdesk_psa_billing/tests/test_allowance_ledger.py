"""I-7: an allowance is never wrong, whatever happens to it, to agreements and to work."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import Random

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tools.allowance_draw import Demand, draw
from odoo.addons.mail.tests.common import freeze_all_time

from .allowance_common import AllowanceCommon

START = date(2026, 3, 1)


@tagged("post_install", "-at_install")
class TestAllowanceLedger(AllowanceCommon):
    """Random lives of a customer's allowances; work is drawn anew after each step."""

    def setUp(self):
        super().setUp()
        self.works = {}
        self.today = START
        self.agreement = self.env["psa.agreement"]

    # === WHAT HAPPENS === #

    def _grant(self, random):
        days = random.choice((None, 10, 20))
        self._create_allowance(
            random.randint(1, 6),
            date_from=self.today,
            granted_date=self.today,
            date_until=days and self.today + timedelta(days),
            overrun=random.choice(("billed", "refused")),
        )

    def _agree(self, random):
        """Agree on hours per month, whose rest goes on or expires; at most one at a time."""
        if self.agreement:
            return
        self.agreement = self._create_billed(
            [
                {
                    "allowance_unit": "minutes",
                    "allowance_quantity": random.randint(1, 8),
                    "allowance_rollover": random.random() < 0.8,
                    "allowance_rollover_cap": random.choice((0, 0, 2)),
                    "allowance_keep_months": random.choice((0, 0, 1)),
                    "allowance_overrun": random.choice(("billed", "refused")),
                }
            ],
            name=f"CT-{self.acme.name}",
            customer_id=self.acme.id,
            date_start=self.today,
        )

    def _amend_agreement(self, random):
        """Agree on other hours from some day on, also one that is over."""
        if self.agreement:
            day = self.today + timedelta(random.choice((-10, 0, 5, 30)))
            with suppress(UserError), self.env.cr.savepoint():
                self._amend(
                    self.agreement,
                    max(day, self.agreement.date_start),
                    allowance_quantity=random.randint(1, 8),
                )

    def _work(self, random):
        """Log work of today or of a day before."""
        day = max(START, self.today - timedelta(random.choice((0, 0, 1, 6))))
        entry = self._log(self.ticket, random.randint(1, 300), date=day)
        self.works[entry] = entry.psa_minutes

    def _edit(self, random):
        entry = random.choice(self._get_free() or [None])
        if entry:
            self.works[entry] = entry.psa_minutes = random.randint(1, 300)

    def _delete(self, random):
        entry = random.choice(self._get_free() or [None])
        if entry:
            self._get_charges(entry).unlink()
            del self.works[entry]

    def _approve(self, random):
        charges = self._get_charges(*self.works)
        drafts = charges.filtered(lambda it: it.state == "draft")
        for entry in drafts.analytic_line_id.sorted("date")[:2]:
            self._get_charges(entry).state = "approved"

    def _adjust(self, random):
        allowance = random.choice(self._get_allowances() or [None])
        if allowance and not allowance.expired_quantity:
            units = random.randint(-120, 120)
            units = max(units, -int(max(allowance.remaining_quantity, 0)))
            if units:
                allowance._book("adjustment", units, "Goodwill")

    def _take_back_grant(self, random):
        allowance = random.choice(self._get_allowances() or [None])
        if allowance and not allowance.expired_quantity:
            allowance._take_back(random.randint(1, 600), "Credited")

    def _wait(self, random):
        self.today += timedelta(random.choice((1, 1, 3, 40)))

    # === WHAT FOLLOWS === #

    def _get_allowances(self):
        return self.env["psa.allowance"].search([("customer_id", "=", self.acme.id)])

    def _get_charges(self, *entries):
        ids = [entry.id for entry in entries]
        return self.env["psa.charge"].search([("analytic_line_id", "in", ids)])

    def _get_free(self):
        """Return entries that are not approved yet."""
        return [
            it
            for it in self.works
            if "approved" not in self._get_charges(it).mapped("state")
        ]

    def _rate_all(self):
        """Draw anew for what is not approved, as the rating does."""
        entries = self._get_free()
        drafts = self._get_charges(*entries)
        buckets = self.env["psa.allowance"]._get_buckets(
            self.company, self.acme, START, self.today, redrawn=drafts
        )
        drafts.unlink()
        demands = [
            Demand(
                key=it,
                customer=self.acme.id,
                day=it.date,
                number=it.id,
                minutes=it.psa_minutes,
                incident=self.ticket.id,
                agreement=self.agreement.id or None,
            )
            for it in entries
        ]
        for number, part in enumerate(draw(buckets, demands)):
            self._store(number, part)

    def _store(self, number, part):
        allowance = self.env["psa.allowance"].browse(part.bucket and part.bucket.id)
        limit = part.limit and part.limit.overrun
        self.env["psa.charge"].create(
            {
                "name": "Work",
                "sequence": number,
                "analytic_line_id": part.demand.key.id,
                "ticket_id": self.ticket.id,
                "company_id": self.company.id,
                "customer_id": self.acme.id,
                "currency_id": self.currency.id,
                "work_date": part.demand.day,
                "raw_minutes": part.minutes,
                "minutes": part.minutes,
                "destination": "allowance"
                if allowance
                else ("billed" if limit == "billed" else "pending"),
                "allowance_id": allowance.id,
                "allowance_quantity": part.quantity if allowance else 0,
            }
        )

    def _check(self):
        self.env.invalidate_all()
        charges = self._get_charges(*self.works)
        for allowance in self._get_allowances():
            own = charges.filtered(lambda it, mine=allowance: it.allowance_id == mine)
            ledger = sum(allowance.move_ids.mapped("quantity")) - sum(
                own.mapped("allowance_quantity")
            )
            self.assertEqual(allowance.remaining_quantity, ledger)
            self.assertGreaterEqual(ledger, 0, "below zero")
            ended = allowance.date_until and allowance.date_until <= self.today
            if ended:
                self.assertEqual(ledger, 0, "expired hours are left")
            for charge in own:
                self.assertLessEqual(allowance.date_from, charge.work_date)
                if allowance.date_until:
                    self.assertLess(charge.work_date, allowance.date_until)
        self.assertEqual(
            sum(charges.mapped("minutes")), sum(self.works.values()), "work is lost"
        )

    def _live(self, seed, steps=40, is_agreed=False):
        random = Random(seed)
        deeds = (
            self._grant,
            *[self._agree] * is_agreed,
            *[self._amend_agreement] * is_agreed,
            *[self._work] * 4,
            self._edit,
            self._delete,
            self._approve,
            self._adjust,
            self._take_back_grant,
            *[self._wait] * 2,
        )
        for _step in range(steps):
            with freeze_all_time(datetime.combine(self.today, time(9))):
                random.choice(deeds)(random)
            with freeze_all_time(datetime.combine(self.today, time(18))):
                self.env.invalidate_all()
                before = self._get_facts()
                self._settle_begun()
                self._rate_all()
                self.env["psa.allowance"]._settle_all_ended()
                self._check()
                self.assertEqual(self._get_facts(), before, "approved work changed")

    def _settle_begun(self):
        """Grant what begun periods include, as the scheduler does."""
        periods = self.env["psa.period"]
        periods.search(periods._get_begun_domain())._settle_allowances()

    def _get_facts(self):
        """Return what is approved."""
        charges = self._get_charges(*self.works)
        return charges.filtered(lambda it: it.state == "approved").read(
            ["minutes", "allowance_id", "allowance_quantity", "destination"]
        )

    def _start(self, name):
        self.works = {}
        self.agreement = self.env["psa.agreement"]
        self.today = START
        self.acme = self._create_firm(name, psa_is_customer=True)

    def test_balance_is_right_after_any_life(self):
        for seed in range(4):
            with self.subTest(seed=seed), self.env.cr.savepoint():
                self._start(f"Firm {seed}")
                self._live(seed)

    def test_balance_is_right_after_any_life_of_an_agreement(self):
        for seed in range(6):
            with self.subTest(seed=seed), self.env.cr.savepoint():
                self._start(f"Client {seed}")
                self._live(seed, steps=60, is_agreed=True)
                self._assert_rest_went_on()

    def _assert_rest_went_on(self):
        """What one allowance gave to the next, that one got."""
        moves = self._get_allowances().move_ids
        rollovers = moves.filtered(lambda it: it.kind == "rollover")
        self.assertEqual(sum(rollovers.mapped("quantity")), 0)
        for allowance in rollovers.allowance_id:
            cap = allowance.rollover_cap
            if cap:
                self.assertLessEqual(allowance._get_rolled_out(), cap)
