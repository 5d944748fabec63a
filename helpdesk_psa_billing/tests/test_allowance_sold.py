"""Blocks that are sold by an order or an invoice, paid, credited and cancelled."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import freeze_all_time, mail_new_test_user

from .allowance_common import AllowanceCommon


@tagged("post_install", "-at_install")
class TestAllowanceSold(AllowanceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(datetime(2026, 3, 10, 9)))
        cls.block = cls._create_product(
            "10 hours",
            800,
            psa_recurring=False,
            psa_allowance_unit="minutes",
            psa_allowance_quantity=10,
            psa_allowance_months=12,
            invoice_policy="order",
        )
        cls.sam = mail_new_test_user(
            cls.env,
            login="sam",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=cls.company.id,
        )

    def _order(self, quantity=1, **values):
        order = (
            self.env["sale.order"]
            .with_user(self.sam)
            .create(
                {
                    "partner_id": self.acme.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.block.id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order

    def _invoice(self, quantity=1, post=True, price=800):
        invoice = (
            self.env["account.move"]
            .with_user(self.bea)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.acme.id,
                    "invoice_date": "2026-03-10",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.block.id,
                                "quantity": quantity,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
        if post:
            invoice.action_post()
        return invoice

    def _pay(self, invoice):
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.bea)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({})
        )
        return wizard._create_payments()

    def _credit(self, invoice, quantity=None, price=None):
        """Credit an invoice as Odoo's wizard does, perhaps a part of it."""
        credit = invoice.with_user(self.bea)._reverse_moves(
            [{"invoice_date": date(2026, 3, 10)}]
        )
        if quantity:
            credit.invoice_line_ids.quantity = quantity
        if price:
            credit.invoice_line_ids.price_unit = price
        credit.action_post()
        return credit

    def _allowance(self):
        return self.env["psa.allowance"].search([("customer_id", "=", self.acme.id)])

    def _granted(self):
        return self._allowance().granted_quantity

    def test_posted_invoice_grants_its_hours(self):
        """S-185: 10 h at 800."""
        self._invoice(post=False)
        self.assertFalse(self._allowance())
        self._invoice(2)
        allowance = self._allowance()
        self.assertEqual(allowance.granted_quantity, 1200)
        self.assertEqual(
            (allowance.date_from, allowance.date_until),
            (date(2026, 3, 10), date(2027, 3, 10)),
        )
        self.assertEqual(allowance.usable_from, "invoiced")

    def test_order_waits_for_its_invoice(self):
        order = self._order()
        allowance = self._allowance()
        self.assertEqual((allowance.state, allowance.granted_quantity), ("waiting", 0))
        order.with_user(
            self.env.ref("base.user_admin")
        )._create_invoices().action_post()
        self.assertEqual(self._allowance(), allowance)
        self.assertEqual((allowance.state, allowance.granted_quantity), ("open", 600))

    def test_block_is_usable_once_ordered_if_that_is_agreed(self):
        self.block.psa_allowance_usable_from = "ordered"
        order = self._order(2)
        self.assertEqual(self._granted(), 1200)
        order.with_user(self.sam).order_line.product_uom_qty = 3
        self.assertEqual(self._granted(), 1800)
        order.with_user(self.sam)._action_cancel()
        self.assertEqual(self._granted(), 0)
        self.assertEqual(
            self._allowance().move_ids.mapped("quantity"), [1200, 600, -1800]
        )

    def test_block_is_usable_once_paid_if_that_is_agreed(self):
        self.company.psa_allowance_usable_from = "paid"
        invoice = self._invoice()
        self.assertEqual(self._allowance().state, "waiting")
        payment = self._pay(invoice)
        self.assertEqual((self._allowance().state, self._granted()), ("open", 600))
        payment.with_user(self.bea).action_draft()
        payment.with_user(self.bea).action_cancel()
        self.assertEqual(self._granted(), 0)

    def test_credit_note_takes_the_hours_back(self):
        invoice = self._invoice()
        self._credit(invoice)
        self.assertEqual(self._granted(), 0)
        self.assertEqual(self._allowance().move_ids.mapped("quantity"), [600, -600])

    def test_part_of_a_block_is_credited(self):
        self._credit(self._invoice(2), quantity=0.5)
        self.assertEqual(self._granted(), 900)

    def test_lower_price_takes_no_hours_back(self):
        self._credit(self._invoice(), price=100)
        self.assertEqual(self._granted(), 600)

    def test_invoice_in_draft_again_takes_the_hours_back_and_posting_grants_once(self):
        invoice = self._invoice()
        invoice.button_draft()
        self.assertEqual(self._granted(), 0)
        invoice.action_post()
        self.assertEqual(self._granted(), 600)
        self.assertEqual(len(self._allowance()), 1)

    def test_credited_hours_that_are_used_are_handed_to_somebody(self):
        """I-7: what is approved stays, and the balance is not negative."""
        invoice = self._invoice()
        allowance = self._allowance()
        self._draw(allowance, 240, day=date(2026, 3, 10), state="approved")
        self._credit(invoice)
        self.assertEqual(
            (allowance.granted_quantity, allowance.remaining_quantity), (240, 0)
        )
        [activity] = allowance.activity_ids
        self.assertIn("4:00 h", activity.summary)

    def test_terms_come_from_the_product(self):
        self.block.write(
            {
                "psa_allowance_overrun": "refused",
                "psa_allowance_overrun_price": 99,
                "psa_allowance_service_type_ids": self.remote.ids,
            }
        )
        self._invoice()
        allowance = self._allowance()
        self.assertEqual((allowance.overrun, allowance.overrun_price), ("refused", 99))
        self.assertEqual(allowance.service_type_ids, self.remote)

    def test_money_is_worth_what_it_is_sold_for(self):
        self.block.write({"psa_allowance_unit": "money", "psa_allowance_quantity": 0})
        self._invoice(price=500)
        self.assertEqual(self._granted(), 500)

    def test_new_block_starts_with_the_usual_size(self):
        """S-187: default block size."""
        self.company.write({"psa_allowance_hours": 20, "psa_allowance_months": 6})
        with Form(
            self.env["product.template"].with_company(self.company)
        ) as product_form:
            product_form.name = "Block"
            product_form.type = "service"
            product_form.psa_allowance_unit = "minutes"
        product = product_form.record
        self.assertEqual(
            (product.psa_allowance_quantity, product.psa_allowance_months), (20, 6)
        )

    def test_invoices_without_blocks_grant_nothing(self):
        self.block.psa_allowance_unit = False
        self._invoice()
        self.assertFalse(self._allowance())


@tagged("post_install", "-at_install")
class TestAllowanceAdjust(AllowanceCommon):
    def _adjust(self, allowance, quantity, user=None, reason="Goodwill"):
        return (
            self.env["psa.allowance.adjust"]
            .with_user(user or self.boss)
            .create(
                {
                    "allowance_id": allowance.id,
                    "quantity": quantity,
                    "reason": reason,
                }
            )
            .action_adjust()
        )

    def test_adjustment_says_who_and_why(self):
        allowance = self._create_allowance()
        self._adjust(allowance, -1.5)
        move = allowance.move_ids[-1]
        self.assertEqual(
            (move.kind, move.quantity, move.reason, move.create_uid),
            ("adjustment", -90, "Goodwill", self.boss),
        )
        self.assertEqual(allowance.remaining_quantity, 510)

    def test_no_more_is_taken_away_than_is_left(self):
        allowance = self._create_allowance()
        self._draw(allowance, 550)
        with self.assertRaisesRegex(UserError, "Only 0:50 h are left"):
            self._adjust(allowance, -1)
        self.assertEqual(allowance.granted_quantity, 600)

    def test_nothing_is_no_adjustment(self):
        allowance = self._create_allowance()
        with self.assertRaisesRegex(UserError, "how much"):
            self._adjust(allowance, 0)
        self.assertEqual(len(allowance.move_ids), 1)

    def test_billing_user_does_not_adjust(self):
        allowance = self._create_allowance()
        for user in (self.bea, self.lea, self.ada):
            with self.assertRaises(AccessError):
                self._adjust(allowance, 1, user=user)
        self.assertEqual(allowance.granted_quantity, 600)
