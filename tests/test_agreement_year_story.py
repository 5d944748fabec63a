"""A year in the life of an agreement: each invoice to the cent, paid and reconciled.

ACME has two PCs when it starts on 31 January. One more comes and another one goes, a price is
agreed anew, a credit note is given, work rests for ten days, the scheduler is down for two
months, prices follow an index, and the agreement is renewed.
"""

from datetime import date, datetime, time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tests.billing_common import BillingCommon
from odoo.addons.mail.tests.common import freeze_all_time


@tagged("post_install", "-at_install")
class TestAgreementYear(BillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pcs = cls.env["psa.equipment.category"].create({"name": "PCs"})
        cls.pc_product = cls._create_product("PC", 10)
        cls.index = cls.env["psa.price.index"].create(
            {
                "name": "Index of the story",
                "frequency": "12",
                "publication_days": 0,
                "value_ids": [
                    Command.create(
                        {"month": month, "value": value, "published_date": published}
                    )
                    for month, value, published in (
                        ("2025-11-01", 300, "2025-11-28"),
                        ("2026-11-01", 319.5, "2026-11-28"),
                    )
                ],
            }
        )
        cls.formula = cls.env["psa.price.formula"].create(
            {
                "name": "Formula of the story",
                "term_ids": [Command.create({"index_id": cls.index.id, "weight": 1})],
            }
        )

    def test_year_of_an_agreement(self):
        first_pc, _second_pc = (self._bring_pc(name) for name in ("PC-1", "PC-2"))
        agreement = self._agree()

        invoice = self._bill(date(2026, 1, 31))
        self._check(invoice, {"Care": [100], "PCs": [20]})
        self.assertEqual(invoice.amount_total, 144)

        with self._on(date(2026, 2, 14)):
            self._bring_pc("PC-3", install_date="2026-02-14")
        # 14 of 28 days of the period that was paid in advance.
        invoice = self._bill(date(2026, 2, 28))
        self._check(invoice, {"Care": [100], "PCs": [5, 30]})

        self._check(self._bill(date(2026, 3, 31)), {"Care": [100], "PCs": [30]})

        with self._on(date(2026, 4, 20)):
            self._amend(agreement, date(2026, 5, 15), only="Care", price_unit=120)
        # 15 of 31 days at the old price, 16 at the new one.
        self._check(self._bill(date(2026, 4, 30)), {"Care": [48.39], "PCs": [30]})
        self._check(self._bill(date(2026, 5, 15)), {"Care": [61.94]})

        invoice = self._bill(date(2026, 5, 31))
        self._check(invoice, {"Care": [120], "PCs": [30]})
        with self._on(date(2026, 6, 5)):
            self._credit_half_of(invoice, "Care")
        self._check(self._bill(date(2026, 6, 30)), {"Care": [120], "PCs": [30]})

        with self._on(date(2026, 7, 8)):
            agreement.with_user(self.lea)._suspend(
                date(2026, 7, 10), date(2026, 7, 20), "Works in the building"
            )
        # Ten of 31 days come off what was paid in advance.
        invoice = self._bill(date(2026, 7, 31))
        self._check(invoice, {"Care": [-38.71, 120], "PCs": [-9.67, 30]})

        self._check(self._bill(date(2026, 8, 31)), {"Care": [120], "PCs": [30]})
        with self._on(date(2026, 9, 10)):
            first_pc.with_user(self.lea).active = False
        # Ten of 30 days with three PCs, the rest with two.
        invoice = self._bill(date(2026, 9, 30))
        self._check(invoice, {"Care": [120], "PCs": [-6.67, 20]})

        # Nobody billed in November: each period keeps its own dates.
        invoice = self._bill(date(2026, 12, 31))
        self._check(invoice, {"Care": [120] * 3, "PCs": [20] * 3})
        self.assertEqual(
            sorted(set(invoice.invoice_line_ids.psa_charge_ids.mapped("service_from"))),
            [date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)],
        )

        self._revise(agreement)
        with self._on(date(2027, 1, 31)):
            agreement._look_after(date(2027, 1, 31))
        self.assertEqual(agreement.date_end, date(2028, 1, 30))
        invoice = self._bill(date(2027, 1, 31))
        self._check(invoice, {"Care": [127.8], "PCs": [21.3]})

        self._check_books(agreement)

    # === WHAT HAPPENS === #

    def _on(self, day):
        return freeze_all_time(datetime.combine(day, time(9)))

    def _bring_pc(self, name, **values):
        return self._create_equipment(
            name,
            serial=f"SN-{name}",
            category_id=self.pcs.id,
            model="OptiPlex",
            **{"install_date": "2026-01-15", **values},
        )

    def _agree(self):
        with self._on(date(2026, 1, 10)):
            return self._create_billed(
                [
                    {"name": "Care", "price_unit": 100},
                    {
                        "name": "PCs",
                        "product_id": self.pc_product.id,
                        "price_unit": 10,
                        "quantity_method": "equipment",
                        "equipment_category_ids": [Command.set(self.pcs.ids)],
                        "count_by_day": True,
                    },
                ],
                name="YEAR-1",
                date_start="2026-01-31",
                date_end="2027-01-30",
                renewal="tacit",
                revision_method="index",
                revision_formula_id=self.formula.id,
            )

    def _bill(self, day):
        """Run what is due on a day; post the invoice, and have it paid."""
        run = self._run(day)
        with self._on(day):
            run.with_user(self.bea).action_post()
            move = run.move_ids
            self.assertEqual((len(move), move.state), (1, "posted"))
            self._pay(move)
        self.assertEqual(move.payment_state, "paid")
        return move

    def _pay(self, move):
        self.env["account.payment.register"].with_user(self.bea).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        # A payment waits for the bank's statement unless it has no account of its own.
        move.matched_payment_ids.filtered(
            lambda it: it.state == "in_process"
        ).with_user(self.bea).action_validate()

    def _credit_half_of(self, invoice, name):
        """Give half of a line back for good, and pay it out."""
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.bea)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "journal_id": invoice.journal_id.id,
                    "psa_credit_disposition": "write_off",
                }
            )
        )
        note = invoice.browse(wizard.refund_moves()["res_id"]).with_user(self.bea)
        lines = note.invoice_line_ids.filtered(lambda it: it.display_type == "product")
        credited = lines.filtered(lambda it: it.name.startswith(name))
        note.invoice_line_ids = [
            Command.update(credited.id, {"quantity": 0.5}),
            *(Command.delete(line.id) for line in lines - credited),
        ]
        note.action_post()
        self.assertEqual(note.amount_untaxed, 60)
        self._pay(note)

    def _revise(self, agreement):
        """Tell the customer of the new prices, and put them in force."""
        with self._on(date(2026, 12, 1)):
            agreement.with_user(self.boss).action_revise_prices()
            revision = agreement.revision_ids.with_user(self.boss)
            self.assertEqual(revision.date, date(2027, 1, 31))
            self.assertEqual(revision.coefficient, 1.065)
            revision.action_mark_notified()
            revision.action_apply()

    # === WHAT STANDS ON PAPER === #

    def _check(self, invoice, expected):
        """Hold the lines of an invoice to {what they say: amounts}."""
        lines = invoice.invoice_line_ids.filtered(
            lambda it: it.display_type == "product"
        )
        found = {
            name: sorted(
                lines.filtered(lambda it, name=name: it.name.startswith(name)).mapped(
                    "price_subtotal"
                )
            )
            for name in expected
        }
        self.assertEqual(found, expected, fields.Date.to_string(invoice.invoice_date))
        self.assertEqual(len(lines), sum(map(len, expected.values())))

    def _check_books(self, agreement):
        """What was invoiced less what was credited is what the ledger says."""
        moves = agreement.charge_ids.move_id
        self.assertEqual(set(moves.mapped("payment_state")), {"paid"})
        invoiced = sum(moves.mapped("amount_untaxed_signed"))
        billed = agreement.charge_ids.filtered(lambda it: it.destination == "billed")
        self.assertAlmostEqual(sum(billed.mapped("amount")), invoiced, 2)
        with self._on(date(2027, 2, 1)):
            self.env.invalidate_all()
            self.assertEqual(agreement.monthly_amount, 149.1)
