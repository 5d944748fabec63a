"""Whatever happens to work: nothing of it is lost, nothing billed twice, no price moves."""

import random
from contextlib import suppress
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .charge_common import APRIL, FEBRUARY, MARCH, MAY, ChargeCommon

SEQUENCES = 6
STEPS = 18
BILLING_DAYS = (FEBRUARY, MARCH, APRIL, MAY)


@tagged("post_install", "-at_install")
class TestRandomLife(ChargeCommon):
    """Work, parts, edits, approvals, invoices, lowered drafts, credit notes, cancellations,
    new prices and late entries, in random order: I-1, I-3, I-5 and I-9 hold after each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.band_ids = cls.office_hours | cls.other_hours
        cls._create_rule(
            cls.plan,
            name="Evenings × 1.5",
            kind="time",
            band_ids=[Command.set(cls.other_hours.ids)],
            multiplier=1.5,
            sequence=-1,
        )
        cls._create_rule(
            cls.plan,
            name="On site in quarters of an hour",
            kind="time",
            service_type_ids=[Command.set(cls.onsite.ids)],
            rounding_step=15,
            rounding_scope="ticket_day",
            sequence=-2,
        )
        cls._create_rule(
            cls.plan,
            name="Travel is covered",
            kind="time",
            service_type_ids=[Command.set(cls.travel.ids)],
            outcome="covered",
            sequence=-3,
        )
        cls._create_rule(
            cls.plan,
            name="Expenses are included",
            kind="item",
            item_kind="expense",
            outcome="not_billed",
            reason="Included",
            sequence=-4,
        )
        cls.cable = cls._create_product("Cable", 7, type="consu")
        cls.agreement = cls._create_billed([{"price_unit": 10}])

    def test_after_each_step_work_adds_up(self):
        for seed in range(SEQUENCES):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._live(random.Random(seed))
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def _live(self, rng):
        self.frozen = {}
        for _step in range(STEPS):
            with suppress(UserError), self.env.cr.savepoint():
                rng.choice(self._get_steps(rng))()
            self.env.invalidate_all()
            self._assert_adds_up()
        self._settle()
        self._assert_adds_up()
        self._assert_billed_once()

    # === STEPS === #

    def _get_steps(self, rng):
        steps = [lambda: self._log_work(rng)] * 4 + [lambda: self._bill(rng)] * 2
        steps += [lambda: self._use_part(rng)] * 2
        steps += [lambda: self._change_terms(rng)]
        if parts := self._get_parts():
            steps += self._get_part_steps(rng.choice(parts), rng)
        if entries := self._get_entries():
            entry = rng.choice(entries)
            steps += [
                lambda: self._edit(entry, rng),
                lambda: entry.sudo().unlink(),
                lambda: self._approve(entry),
                lambda: self._approve(entry),
                lambda: self._charges(entry).with_user(self.bea).action_unapprove(),
                lambda: self._charges(entry)[:1].with_user(self.lea)._write_off("Gift"),
            ]
        if moves := self._get_moves():
            move = rng.choice(moves)
            steps += [lambda: self._handle_invoice(move, rng)] * 4
        return steps

    def _get_part_steps(self, part, rng):
        return [
            lambda: self._edit_part(part, rng),
            lambda: part.sudo().unlink(),
            lambda: self._charges(part).with_user(self.bea).action_approve(),
            lambda: self._charges(part).with_user(self.bea).action_approve(),
            lambda: self._charges(part).with_user(self.bea).action_unapprove(),
            lambda: self._charges(part)[:1].with_user(self.lea)._write_off("Gift"),
        ]

    def _use_part(self, rng):
        self.env["psa.item"].with_user(self.ada).create(
            {
                "ticket_id": self.ticket.id,
                "product_id": self.cable.id,
                "kind": rng.choice(["part", "part", "expense"]),
                "quantity": rng.choice([1, 3, 2.5, 12]),
                "date": MARCH + timedelta(days=rng.randrange(-20, 40)),
                "is_billable": rng.random() < 0.9,
            }
        )

    def _edit_part(self, part, rng):
        part.sudo().write(
            rng.choice(
                [
                    {"quantity": rng.choice([1, 4, 0.5])},
                    {"is_billable": not part.is_billable},
                    {"date": part.date + timedelta(days=rng.randrange(-9, 9))},
                    {"product_id": rng.choice([self.cable.id, self.care.id])},
                    {"ticket_id": self._create_ticket().id},
                ]
            )
        )

    def _log_work(self, rng):
        day = MARCH + timedelta(days=rng.randrange(-20, 40))
        minutes = rng.choice([5, 20, 50, 90, 240])
        values = {}
        if rng.random() < 0.5:
            values = {
                "psa_start": f"{day} 16:30:00",
                "psa_stop": f"{day} 20:30:00",
            }
            minutes = 240
        service = rng.choice([self.remote, self.onsite, self.travel])
        self._work(
            minutes,
            day=day,
            service=service,
            psa_billable=rng.random() < 0.9,
            **values,
        )

    def _edit(self, entry, rng):
        entry.sudo().write(
            rng.choice(
                [
                    {"psa_minutes": rng.choice([10, 45, 300])},
                    {"psa_service_type_id": self.onsite.id},
                    {"psa_billable": False},
                    {"date": entry.date + timedelta(days=rng.randrange(-9, 9))},
                    {"psa_ticket_id": self._create_ticket().id},
                ]
            )
        )

    def _bill(self, rng):
        day = rng.choice(BILLING_DAYS)
        self._run(day, work_until=day, approve_work=rng.random() < 0.5)

    def _change_terms(self, rng):
        rule = rng.choice(self.plan.rule_ids)
        rng.choice(
            [
                lambda: setattr(self.labour, "list_price", rng.choice([70, 130])),
                lambda: setattr(self.cable, "list_price", rng.choice([5, 9])),
                lambda: rule.write({"multiplier": rng.choice([1, 2])}),
                lambda: self._amend(self.agreement, MARCH, price_unit=12),
                self._rate_stale,
            ]
        )()

    def _rate_stale(self):
        self.env["psa.charge"].search([("is_stale", "=", True)])._rate_stale()

    def _handle_invoice(self, move, rng):
        if move.state == "draft":
            rng.choice(
                [
                    move.action_post,
                    move.action_post,
                    lambda: self._lower(move, rng),
                    move.button_cancel,
                    lambda: self._delete(move),
                ]
            )()
        elif move.state == "posted":
            disposition = rng.choice(["bill_again", "bill_again", "write_off"])
            rng.choice(
                [
                    move.button_draft,
                    lambda: self._credit(move, psa_credit_disposition=disposition),
                    lambda: self._credit(
                        move, psa_credit_disposition=disposition
                    ).action_post(),
                ]
            )()
        else:
            move.button_draft()

    def _lower(self, move, rng):
        for line in move.invoice_line_ids.filtered("psa_charge_ids")[:2]:
            quantity = round(line.quantity * rng.choice([0.25, 0.5, 0.9]), 2)
            move.write(
                {"invoice_line_ids": [Command.update(line.id, {"quantity": quantity})]}
            )

    def _delete(self, move):
        move.name = False
        move.unlink()

    def _get_entries(self):
        return (
            self.env["account.analytic.line"]
            .search([("psa_ticket_id", "!=", False)], order="id")
            .with_user(self.ada)
        )

    def _get_parts(self):
        return self.env["psa.item"].search([], order="id").with_user(self.ada)

    def _get_moves(self):
        return (
            self.env["account.move"]
            .search([("partner_id", "=", self.acme.id)], order="id")
            .with_user(self.accountant)
        )

    def _settle(self):
        """Bring everything to an end: whatever is due is posted."""
        for note in self._get_moves().filtered(
            lambda it: it.state == "draft" and it.move_type == "out_refund"
        ):
            self._delete(note)
        self._get_moves().filtered(lambda it: it.state == "draft").action_post()
        entries = self._get_entries().sudo()
        self._approve_time(entries.filtered(lambda it: not it.psa_approved_at))
        day = date(2026, 6, 1)
        self._run(day, work_until=day, approve_work=True).move_ids.with_user(
            self.accountant
        ).action_post()

    # === INVARIANTS === #

    def _assert_adds_up(self):
        for entry in self._get_entries().sudo():
            charges = self._charges(entry)
            # I-1, I-3: each minute has exactly one destination.
            self.assertEqual(sum(charges.mapped("raw_minutes")), entry.psa_minutes)
            for total in self._get_totals(charges).values():
                self.assertGreater(total, 0)
            if all(it.state == "draft" for it in charges):
                self._assert_rounding_is_idempotent(entry, charges)
            self._assert_frozen(charges)
        for part in self._get_parts().sudo():
            charges = self._charges(part)
            # I-1, I-3: each unit has exactly one destination.
            self.assertAlmostEqual(sum(charges.mapped("quantity")), part.quantity, 2)
            if all(it.state == "draft" for it in charges):
                self._assert_rounding_is_idempotent(part, charges)
            self._assert_frozen(charges)
        self._assert_lines_say_what_charges_say()

    def _assert_rounding_is_idempotent(self, work, charges):
        """I-9: to rate once more changes nothing."""
        if any(charges.mapped("is_stale")):
            return
        before = [(it.id, it.minutes, it.amount) for it in charges]
        charges._rate_work(work.with_env(self.env))
        again = self._charges(work)
        self.assertEqual([(it.id, it.minutes, it.amount) for it in again], before)

    def _assert_frozen(self, charges):
        """I-5: an approved price stays, whatever changes afterwards."""
        for charge in charges:
            terms = (charge.price_unit, charge.multiplier, charge.currency_id)
            if charge.state == "draft":
                self.frozen.pop(charge.id, None)
            elif charge.id in self.frozen:
                self.assertEqual(terms, self.frozen[charge.id])
            else:
                self.frozen[charge.id] = terms

    def _assert_lines_say_what_charges_say(self):
        charges = self.env["psa.charge"].search([("period_id", "=", False)])
        for line in charges.invoice_line_id.filtered(
            lambda it: it.parent_state == "posted"
        ):
            sign = -1 if line.move_type == "out_refund" else 1
            self.assertAlmostEqual(
                sum(line.psa_charge_ids.mapped("amount")),
                sign * line.price_subtotal,
                delta=0.02,
            )

    def _assert_billed_once(self):
        """I-1: net invoiced is what is billed of the work, neither more nor less."""
        for part in self._get_parts().sudo():
            charges = self._charges(part).filtered(
                lambda it: it.destination == "billed"
            )
            invoiced = charges.filtered(lambda it: it.move_id.state == "posted")
            self.assertAlmostEqual(
                sum(invoiced.mapped("quantity")), sum(charges.mapped("quantity")), 2
            )
            self.assertLessEqual(sum(invoiced.mapped("quantity")), part.quantity + 0.01)
        for entry in self._get_entries().sudo():
            charges = self._charges(entry).filtered(
                lambda it: it.destination == "billed"
            )
            invoiced = charges.filtered(lambda it: it.move_id.state == "posted")
            self.assertEqual(
                sum(invoiced.mapped("minutes")), sum(charges.mapped("minutes"))
            )
            roots = charges.filtered(lambda it: not it.origin_id)
            self.assertLessEqual(
                sum(invoiced.mapped("minutes")), sum(roots.mapped("minutes"))
            )
