"""Invoices written in one step are those that Odoo writes, to the cent."""

import random

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

# What is another for every record, whoever writes it.
OWN_VALUES = {
    "id",
    "create_date",
    "write_date",
    "access_token",
    "move_id",
    "move_name",
    "name",
    "sequence_prefix",
    "sequence_number",
    "line_ids",
    "invoice_line_ids",
    "message_ids",
    "message_follower_ids",
    "activity_ids",
    "full_reconcile_id",
    "matching_number",
    "matched_payment_ids",
    "payment_reference",
}
ROUNDS = 5
PER_ROUND = 20


class InvoiceWriterCase(AccountTestInvoicingCommon):
    """A company with many kinds of taxes, terms and currencies, and random invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.writer = cls.env["psa.invoice.writer"]
        cls.foreign = cls.setup_other_currency("CHF")
        cls.env.company.tax_exigibility = True
        cls._create_taxes()
        cls._create_terms()
        cls.analytic = cls.env["account.analytic.account"].create(
            {
                "name": "Service",
                "plan_id": cls.env["account.analytic.plan"].create({"name": "P"}).id,
            }
        )
        cls.products = cls.product_a + cls.product_b
        cls.partners = cls.partner_a + cls.partner_b

    @classmethod
    def _create_taxes(cls):
        def create(**values):
            return cls.env["account.tax"].create(
                {"type_tax_use": "sale", "amount_type": "percent", **values}
            )

        tag = cls.env["account.account.tag"].create(
            {"name": "base", "applicability": "taxes", "country_id": cls.country().id}
        )
        cls.percent = create(name="20%", amount=20, invoice_legal_notes="Law")
        cls.percent.invoice_repartition_line_ids[0].tag_ids = tag
        cls.included = create(
            name="5.5% incl.", amount=5.5, price_include_override="tax_included"
        )
        cls.fixed = create(
            name="Eco 0.37", amount_type="fixed", amount=0.37, include_base_amount=True
        )
        cls.odd = create(name="7.77%", amount=7.77, analytic=True)
        cls.division = create(name="Division", amount_type="division", amount=9)
        cls.reverse = create(
            name="Reverse charge",
            amount=19,
            invoice_repartition_line_ids=cls._repartition(),
            refund_repartition_line_ids=cls._repartition(),
        )
        children = create(name="A", amount=3.3) + create(name="B", amount=1.1)
        cls.group = create(
            name="Group",
            amount_type="group",
            amount=0,
            children_tax_ids=[Command.set(children.ids)],
        )
        cls.on_payment = create(
            name="On payment",
            amount=10,
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=cls.copy_account(
                cls.company_data["default_account_assets"], {"reconcile": True}
            ).id,
        )
        cls.taxes = [
            cls.percent,
            cls.included,
            cls.fixed,
            cls.odd,
            cls.division,
            cls.reverse,
            cls.group,
            cls.on_payment,
        ]

    @classmethod
    def country(cls):
        return cls.env.company.account_fiscal_country_id

    @classmethod
    def _repartition(cls):
        return [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "factor_percent": 100}),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": -100,
                    "account_id": cls.company_data["default_account_assets"].id,
                }
            ),
        ]

    @classmethod
    def _create_terms(cls):
        def create(name, *lines):
            return cls.env["account.payment.term"].create(
                {
                    "name": name,
                    "line_ids": [
                        Command.create(
                            {"value": value, "value_amount": amount, "nb_days": days}
                        )
                        for value, amount, days in lines
                    ],
                }
            )

        cls.terms = (
            create("30 days", ("percent", 100, 30))
            + create(
                "Thirds",
                ("percent", 33.33, 0),
                ("percent", 33.33, 30),
                ("percent", 33.34, 60),
            )
            + create("First 50", ("fixed", 50, 0), ("percent", 100, 45))
            + create("Same day twice", ("percent", 50, 10), ("percent", 50, 10))
            + cls.pay_terms_b
            + cls.env["account.payment.term"].create(
                {
                    "name": "2/7",
                    "early_discount": True,
                    "discount_percentage": 2,
                    "discount_days": 7,
                    "early_pay_discount_computation": "mixed",
                    "line_ids": [
                        Command.create(
                            {"value": "percent", "value_amount": 100, "nb_days": 30}
                        )
                    ],
                }
            )
        )

    # === RANDOM INVOICES === #

    def _draw(self, rng):
        """Return the values of an invoice, as drawn by a random generator."""
        vals = {
            "move_type": rng.choice(["out_invoice", "out_invoice", "out_refund"]),
            "partner_id": rng.choice(self.partners).id,
            "invoice_date": f"2019-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "ref": "PO 7",
            "invoice_line_ids": [
                Command.create(self._draw_line(rng, number))
                for number in range(rng.randint(1, 6))
            ],
        }
        if rng.random() < 0.4:
            vals["currency_id"] = self.foreign.id
        if rng.random() < 0.7:
            vals["invoice_payment_term_id"] = rng.choice([False, *self.terms.ids])
        if rng.random() < 0.3:
            vals["fiscal_position_id"] = self.fiscal_pos_a.id
        if rng.random() < 0.2:
            vals["narration"] = "<p>Thank you</p>"
        return vals

    def _draw_line(self, rng, number):
        if rng.random() < 0.15:
            return {
                "display_type": rng.choice(["line_section", "line_note"]),
                "name": f"Section {number}",
            }
        line = {
            "product_id": rng.choice(self.products).id,
            "quantity": rng.choice([1, 2, 3.5, 0.333333, 12, -1, 0]),
            "price_unit": rng.choice([0.0, 9.99, 33.333333, 100, 1234.56, 0.01, 77.7]),
        }
        if rng.random() < 0.7:
            line["name"] = f"Line {number}"
        if rng.random() < 0.4:
            line["discount"] = rng.choice([5, 12.5, 33.333, 100])
        if rng.random() < 0.7:
            taxes = rng.sample(self.taxes, rng.randint(0, 3))
            line["tax_ids"] = [Command.set([tax.id for tax in taxes])]
        if rng.random() < 0.3:
            line["analytic_distribution"] = {str(self.analytic.id): 100}
        return line

    # === COMPARISON === #

    def _describe(self, moves):
        """Return all that is stored of each invoice and its items, as far as it is the
        same whoever writes it."""
        self.env.flush_all()
        self.env.invalidate_all()
        self._update_statistics()
        lines = [self._read(move.line_ids, ["name"]) for move in moves]
        return [
            {
                "move": values,
                "lines": items,
                "totals": move.tax_totals,
                "shown": len(move.invoice_line_ids),
                "messages": move.message_ids.mapped("body"),
            }
            for move, values, items in zip(moves, self._read(moves), lines, strict=True)
        ]

    def _update_statistics(self):
        """Tell PostgreSQL of the new items: it takes minutes for Odoo's query about payments
        without."""
        self.env.cr.execute("ANALYZE account_move_line, account_partial_reconcile")

    def _read(self, records, more=()):
        """Return all stored values of records that do not differ by nature.

        Instalments of posted invoices are named after the number.
        """
        names = [
            name
            for name, field in records._fields.items()
            if field.store and field.type != "one2many" and name not in OWN_VALUES
        ]
        return [
            {
                name: record[name].ids
                if record._fields[name].relational
                else str(record[name]).replace(self._get_number(record), "")
                for name in [*names, *more]
            }
            for record in records
        ]

    def _get_number(self, record):
        move = record if record._name == "account.move" else record.move_id
        return move.name or "/"

    def _assert_same(self, ours, theirs):
        """Assert that two lists of invoices are the same, each with its journal items."""
        for our, their in zip(
            self._describe(ours), self._describe(theirs), strict=True
        ):
            self.assertEqual(our, their)


@tagged("post_install", "-at_install")
class TestInvoiceWriter(InvoiceWriterCase):
    def test_written_invoices_are_those_of_odoo(self):
        for method in ("round_globally", "round_per_line"):
            self.env.company.tax_calculation_rounding_method = method
            for seed in range(ROUNDS):
                rng = random.Random(f"{method} {seed}")
                vals_list = [self._draw(rng) for _number in range(PER_ROUND)]
                with self.subTest(method=method, seed=seed):
                    # What is left to Odoo needs no comparison, and two writings by Odoo
                    # itself of an invoice with nothing to pay may differ.
                    vals_list = self._keep_short_way(vals_list)
                    ours = self.writer._write_invoices(vals_list)
                    theirs = self.env["account.move"].create(vals_list)
                    self._assert_same(ours, theirs)

    def test_most_random_invoices_take_the_short_way(self):
        rng = random.Random(7)
        vals_list = [self._draw(rng) for _number in range(100)]
        self.assertGreater(len(self._keep_short_way(vals_list)), 60)

    def _keep_short_way(self, vals_list):
        """Return those of the values that the writer completes itself."""
        _completed, positions = self.writer._complete(vals_list, range(len(vals_list)))
        return [vals_list[at] for at in positions]

    def test_written_invoices_are_posted_and_paid_as_those_of_odoo(self):
        rng = random.Random(1)
        vals_list = [
            vals
            for vals in (self._draw(rng) for _number in range(9))
            if all(
                command[2].get("quantity", 1) > 0
                for command in vals["invoice_line_ids"]
            )
        ]
        ours = self.writer._write_invoices(vals_list).filtered("amount_total")
        theirs = self.env["account.move"].create(vals_list).filtered("amount_total")
        for moves in (ours, theirs):
            moves.action_post()
            self.env.flush_all()
            self._update_statistics()
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=moves.ids
            ).create({"payment_date": "2020-01-01"})._create_payments()
        self._assert_same(ours, theirs)
        self.assertTrue({"paid", "in_payment"} & set(ours.mapped("payment_state")))

    def test_invoice_due_today_without_payment_term(self):
        self.partner_a.property_payment_term_id = False
        move = self.writer._write_invoices([self._simple()])
        self.assertEqual(move.invoice_date_due, fields.Date.context_today(move))

    def test_our_fields_and_labels_are_those_of_each_invoice(self):
        first, second = self.writer._write_invoices(
            [self._simple(name="May"), self._simple(name="June")]
        )
        self.assertEqual(first.invoice_line_ids.name, "May")
        self.assertEqual(second.invoice_line_ids.name, "June")

    def test_unbalanced_values_are_still_refused(self):
        # The checks of Odoo stay on: this account wants another currency.
        account = self.company_data["default_account_revenue"].copy(
            {"currency_id": self.foreign.id}
        )
        self.product_a.property_account_income_id = account
        [(move, error)] = self.writer._write_invoices_safely([self._simple()])
        ordinary = self.env["account.move"].create([self._simple()])
        self.assertEqual((bool(move), error), (bool(ordinary), None))

    def test_order_is_kept_when_some_take_the_ordinary_way(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "biggest_tax",
                "rounding_method": "HALF-UP",
            }
        )
        vals_list = [
            self._simple(ref=str(number))
            | ({"invoice_cash_rounding_id": rounding.id} if number % 2 else {})
            for number in range(6)
        ]
        moves = self.writer._write_invoices(vals_list)
        self.assertEqual(moves.mapped("ref"), ["0", "1", "2", "3", "4", "5"])

    # === FAILURES === #

    def test_one_bad_invoice_is_named_and_the_others_are_written(self):
        vals_list = [self._simple(ref=str(number)) for number in range(10)]
        vals_list[6]["journal_id"] = self.company_data["default_journal_purchase"].id
        with mute_logger("odoo.sql_db"):
            results = self.writer._write_invoices_safely(vals_list)
        self.assertEqual(
            [move and move.ref for move, _error in results],
            ["0", "1", "2", "3", "4", "5", None, "7", "8", "9"],
        )
        errors = [error for _move, error in results if error]
        self.assertEqual(
            errors, ["Cannot create a sale document in a non sale journal"]
        )

    def test_nothing_to_write(self):
        self.assertEqual(self.writer._write_invoices_safely([]), [])
        self.assertFalse(self.writer._write_invoices([]))

    def _simple(self, name="Line", ref=False):
        return {
            "move_type": "out_invoice",
            "partner_id": self.partner_a.id,
            "invoice_date": "2019-05-01",
            "ref": ref,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.product_a.id,
                        "name": name,
                        "quantity": 1,
                        "price_unit": 100,
                    }
                )
            ],
        }
