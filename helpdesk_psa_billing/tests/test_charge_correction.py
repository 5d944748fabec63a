"""What is deleted, cut short, cancelled or credited is due again, exactly that."""

import random
from contextlib import suppress
from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .billing_common import BillingCommon

JANUARY = date(2026, 1, 1)
SEQUENCES = 12
STEPS = 12


class CorrectionCase(BillingCommon):
    """A care contract: ten PCs at 10.00 in January 2026, and what becomes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_accountant()

    @classmethod
    def _create_accountant(cls):
        user = cls._create_user("alex", "Alex Accountant", "readonly")
        group = cls.env.ref("account.group_account_invoice")
        user.group_ids = [Command.link(group.id)]
        return user

    def _bill(self, quantity=10, price=10, day=JANUARY):
        """Agree upon a month of so many PCs, and return its draft invoice."""
        self.agreement = self._create_billed(
            [{"quantity": quantity, "price_unit": price}], date_end="2026-01-31"
        )
        return self._draft(day)

    def _draft(self, day=JANUARY):
        """Bill what is due, and return the drafts as the accountant sees them."""
        return self._run(day).move_ids.with_user(self.accountant)

    def _credit(self, invoice, modify=False, **values):
        """Reverse an invoice as the accountant does; return the credit note or new invoice."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": JANUARY, **values})
        )
        wizard.reverse_moves(is_modify=modify)
        return wizard.new_move_ids

    def _set_quantity(self, move, quantity):
        line = move.invoice_line_ids
        move.write(
            {"invoice_line_ids": [Command.update(line.id, {"quantity": quantity})]}
        )

    def _get_net(self):
        """Return what the agreement was charged, over all invoices and credit notes."""
        charges = self.agreement.with_env(self.env).line_ids.period_ids.charge_ids
        return sum(charges.mapped("amount"))

    def _get_invoiced(self):
        """Return what live invoices less credit notes of the agreement say, before tax."""
        moves = self.env["account.move"].search(
            [("partner_id", "=", self.acme.id), ("state", "!=", "cancel")]
        )
        return sum(moves.mapped("amount_untaxed_signed"))


@tagged("post_install", "-at_install")
class TestDraft(CorrectionCase):
    def test_deleted_draft_is_drafted_again(self):
        self._bill().unlink()
        self.assertEqual(self._get_net(), 0)
        self.assertEqual(self._draft().amount_untaxed, 100)

    def test_deleted_draft_is_drafted_again_once(self):
        # What OCA's contract does: the date has moved on, so the period is never invoiced;
        # or, once it is set back, it is invoiced twice (V11).
        self._bill().unlink()
        again = self._draft()
        self.assertFalse(self._draft())
        self.assertEqual(again.invoice_line_ids.quantity, 10)
        self.assertEqual(self._get_invoiced(), 100)

    def test_cancelled_draft_is_drafted_again(self):
        draft = self._bill()
        draft.button_cancel()
        self.assertEqual(self._draft().amount_untaxed, 100)

    def test_cancelled_draft_stays_cancelled(self):
        draft = self._bill()
        draft.button_cancel()
        with self.assertRaisesRegex(UserError, "went back to billing"):
            draft.button_draft()
        self.assertEqual(draft.state, "cancel")

    def test_deleted_line_is_drafted_again(self):
        draft = self._bill()
        draft.write({"invoice_line_ids": [Command.delete(draft.invoice_line_ids.id)]})
        self.assertEqual(self._draft().amount_untaxed, 100)

    def test_lowered_quantity_is_due_again_once_posted(self):
        draft = self._bill()
        self._set_quantity(draft, 7)
        self.assertFalse(self._draft())
        draft.action_post()
        self.assertEqual(self._get_net(), 70)
        self.assertEqual(self._draft().amount_untaxed, 30)

    def test_parts_of_a_charge_add_up_to_the_cent(self):
        draft = self._bill(quantity=3, price=33.335)
        self.assertEqual(draft.amount_untaxed, 100.01)
        self._set_quantity(draft, 1)
        draft.action_post()
        rest = self._draft()
        self.assertEqual(self._get_net(), 100.01)
        self.assertEqual(draft.amount_untaxed + rest.amount_untaxed, 100.01)

    def test_raised_quantity_and_changed_price_touch_no_charge(self):
        draft = self._bill()
        draft.write(
            {
                "invoice_line_ids": [
                    Command.update(
                        draft.invoice_line_ids.id, {"quantity": 12, "price_unit": 9}
                    )
                ]
            }
        )
        draft.action_post()
        self.assertEqual(self._get_net(), 100)
        self.assertFalse(self._draft())

    def test_invoice_reset_to_draft_keeps_what_it_bills(self):
        invoice = self._bill()
        invoice.action_post()
        invoice.button_draft()
        self.assertFalse(self._draft())
        self.assertEqual(self._get_net(), 100)

    def test_posted_invoice_that_is_cancelled_is_drafted_again(self):
        invoice = self._bill()
        invoice.action_post()
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._draft().amount_untaxed, 100)

    def test_charge_is_invoiced_once_its_invoice_is_posted(self):
        draft = self._bill()
        charge = draft.with_env(self.env).invoice_line_ids.psa_charge_ids
        self.assertEqual(charge.state, "approved")
        draft.action_post()
        self.assertEqual(charge.state, "invoiced")


@tagged("post_install", "-at_install")
class TestCreditNote(CorrectionCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._bill()
        self.invoice.action_post()

    def test_draft_credit_note_takes_nothing_back_yet(self):
        self._credit(self.invoice)
        self.assertEqual(self._get_net(), 100)
        self.assertFalse(self._draft())

    def test_credited_invoice_is_billed_again(self):
        self._credit(self.invoice).action_post()
        self.assertEqual(self._get_net(), 0)
        self.assertEqual(self._draft().amount_untaxed, 100)
        self.assertEqual(self._get_invoiced(), 100)

    def test_written_off_credit_is_never_billed(self):
        self._credit(self.invoice, psa_credit_disposition="write_off").action_post()
        self.assertFalse(self._draft())
        self.assertEqual(self._get_invoiced(), 0)
        period = self.agreement.with_env(self.env).line_ids.period_ids
        self.assertEqual(period.billing_state, "credited")

    def test_part_of_a_line_is_credited(self):
        credit = self._credit(self.invoice)
        self._set_quantity(credit, 4)
        credit.action_post()
        self.assertEqual(self._get_net(), 60)
        self.assertEqual(self._draft().amount_untaxed, 40)

    def test_line_deleted_from_the_credit_note_stays_billed(self):
        credit = self._credit(self.invoice)
        credit.write(
            {
                "invoice_line_ids": [
                    Command.delete(credit.invoice_line_ids.id),
                    Command.create(
                        {"name": "Goodwill", "price_unit": 5, "quantity": 1}
                    ),
                ]
            }
        )
        credit.action_post()
        self.assertEqual(self._get_net(), 100)

    def test_lower_price_credited_gives_no_unit_back(self):
        credit = self._credit(self.invoice)
        credit.write(
            {
                "invoice_line_ids": [
                    Command.update(credit.invoice_line_ids.id, {"price_unit": 2})
                ]
            }
        )
        credit.action_post()
        self.assertEqual(self._get_net(), 100)

    def test_two_credit_notes_take_no_more_back_than_was_billed(self):
        self._credit(self.invoice).action_post()
        self._credit(self.invoice).action_post()
        self.assertEqual(self._get_net(), 0)

    def test_deleted_credit_note_takes_nothing_back(self):
        credit = self._credit(self.invoice)
        credit.action_post()
        credit.button_draft()
        credit.name = False
        credit.unlink()
        self.assertEqual(self._get_net(), 100)
        self.assertFalse(self._draft())

    def test_cancelled_write_off_leaves_the_invoice_as_it_was(self):
        credit = self._credit(self.invoice, psa_credit_disposition="write_off")
        credit.action_post()
        credit.button_draft()
        credit.button_cancel()
        charges = self.agreement.with_env(self.env).line_ids.period_ids.charge_ids
        self.assertEqual(charges.mapped("destination"), ["billed"])
        self.assertFalse(charges.is_reversed)

    def test_cancelled_credit_note_may_come_back(self):
        credit = self._credit(self.invoice)
        credit.action_post()
        credit.button_draft()
        credit.button_cancel()
        credit.button_draft()
        credit.action_post()
        self.assertEqual(self._get_net(), 0)

    def test_credit_note_changed_after_posting_takes_back_what_it_says_now(self):
        credit = self._credit(self.invoice)
        credit.action_post()
        credit.button_draft()
        self._set_quantity(credit, 3)
        credit.action_post()
        self.assertEqual(self._get_net(), 70)
        credit.button_draft()
        self._set_quantity(credit, 5)
        credit.action_post()
        self.assertEqual(self._get_net(), 50)

    def test_credit_note_that_is_reversed_bills_again_what_it_took_back(self):
        for disposition in ("bill_again", "write_off"):
            credit = self._credit(self.invoice, psa_credit_disposition=disposition)
            credit.action_post()
            self._credit(credit).action_post()
            self.assertEqual(self._get_net(), 100)
            self.assertFalse(self._draft())

    def test_invoice_that_was_credited_is_not_deleted_behind_the_credit_note(self):
        self._credit(self.invoice).action_post()
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "takes back what is billed here"):
            self.invoice.button_cancel()
        self.assertEqual(self._get_net(), 0)

    def test_replaced_invoice_bills_in_place_of_the_old_one(self):
        copy = self._credit(self.invoice, modify=True)
        self.assertEqual(copy.state, "draft")
        self.assertEqual(self._get_net(), 100)
        self.assertFalse(self._draft())
        copy.unlink()
        self.assertEqual(self._draft().amount_untaxed, 100)

    def test_charge_hangs_on_one_live_line(self):
        self._credit(self.invoice, modify=True)
        charges = self.agreement.with_env(self.env).line_ids.period_ids.charge_ids
        live = charges.filtered(lambda it: not it.reverses_id and not it.is_reversed)
        self.assertEqual(len(live), 1)

    def test_ordinary_invoice_is_posted_and_credited_without_a_look_at_the_ledger(self):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.globex.id,
            "invoice_line_ids": [
                Command.create({"name": "Cable", "quantity": 1, "price_unit": 5})
            ],
        }
        invoice = self.env["account.move"].create(values)
        with self.assertNoLook():
            invoice.action_post()
            invoice._reverse_moves(cancel=True)
            invoice.button_draft()
            invoice.button_cancel()

    def assertNoLook(self):
        """Return a context in which nobody reads charges."""

        def refuse(*_args, **_kwargs):
            self.fail("An invoice without charges looked at the ledger.")

        return patch.object(type(self.env["psa.charge"]), "_search", refuse)


@tagged("post_install", "-at_install")
class TestRandomLife(CorrectionCase):
    """Whatever is done to invoices: after the next run each period is billed once."""

    def test_after_any_sequence_the_next_run_bills_what_is_due(self):
        for seed in range(SEQUENCES):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self._live(random.Random(seed))
                savepoint.rollback()

    def _live(self, rng):
        self._bill(quantity=rng.choice([1, 3, 10]), price=rng.choice([10, 33.33, 0.07]))
        due = self._get_net()
        for _step in range(STEPS):
            self._do_something(rng)
            self._assert_consistent()
        for note in self._get_moves().filtered(
            lambda it: it.state == "draft" and it.move_type == "out_refund"
        ):
            note.unlink()
        self._get_moves().filtered(lambda it: it.state == "draft").action_post()
        self._draft()
        self.assertAlmostEqual(self._get_net(), due, places=2)
        self.assertAlmostEqual(self._get_invoiced(), due, places=2)

    def _get_moves(self):
        return (
            self.env["account.move"]
            .search([("partner_id", "=", self.acme.id)], order="id")
            .with_user(self.accountant)
        )

    def _do_something(self, rng):
        """Do one thing that an accountant may do; what is refused changes nothing."""
        steps = [self._draft]
        moves = self._get_moves()
        if moves:
            move = rng.choice(moves)
            if move.state == "draft":
                steps += [move.action_post, lambda: self._lower(move, rng)]
                steps += [move.button_cancel, lambda: self._delete(move)]
            elif move.state == "posted":
                steps += [move.button_draft, lambda: self._credit(move)]
                steps += [lambda: self._credit(move)]
            else:
                steps += [move.button_draft]
        with suppress(UserError), self.env.cr.savepoint():
            rng.choice(steps)()

    def _lower(self, move, rng):
        for line in move.invoice_line_ids[:1]:
            quantity = line.quantity * rng.choice([0, 0.5, 1])
            move.write(
                {"invoice_line_ids": [Command.update(line.id, {"quantity": quantity})]}
            )

    def _delete(self, move):
        move.name = False
        move.unlink()

    def _assert_consistent(self):
        """Assert that posted lines and their charges say the same."""
        self.env.invalidate_all()
        charges = self.agreement.with_env(self.env).line_ids.period_ids.charge_ids
        for line in charges.invoice_line_id.filtered(
            lambda it: it.parent_state == "posted"
        ):
            sign = -1 if line.move_type == "out_refund" else 1
            self.assertAlmostEqual(
                sum(line.psa_charge_ids.mapped("amount")),
                sign * line.price_subtotal,
                places=2,
            )
        for charge in charges:
            self.assertGreaterEqual(
                charge._get_open_amount() * (1 if charge.amount > 0 else -1), -0.001
            )
