"""A customer's month: what was done, what is billed, and what the customer reads of it.

ACME has two PCs under care, and a third one comes. Remote work in office hours is covered,
in the evening it costs half as much again. Work on site is paid from a block of two hours, and
then billed; journeys and parts are billed. One evening is entered late, and a part comes back.
"""

from datetime import date, datetime, time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tests.charge_common import ChargeCommon
from odoo.addons.mail.tests.common import freeze_all_time

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestCustomerMonth(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pcs = cls.env["psa.equipment.category"].create({"name": "PCs"})
        cls.switch = cls._create_product("Switch", 80, type="consu")
        cls.network = cls._create_ticket(name="Network is slow")

    def test_month_of_a_customer(self):
        self._agree()
        self._bring_pc("PC-1", "2026-02-01")
        self._bring_pc("PC-2", "2026-02-01")
        self._sell_block()

        first = self._bill(MARCH)
        self._check(first, {"Care": [20]})

        self._work_in_march()
        self._bring_pc("PC-3", "2026-03-16")

        invoice = self._bill(APRIL)
        self._check(
            invoice,
            {
                "Care": [30],
                "Evening": [135],
                "Visit beyond the block": [120],
                "Journey": [30],
                "Switch": [80],
            },
        )
        self._check_annex(invoice)

        late = self._enter_the_evening_that_was_forgotten()
        note = self._give_the_switch_back(invoice)
        may = self._bill(MAY)
        self._check_late(may, late)
        self._check_books([first, invoice, note, may])

    # === WHAT IS AGREED === #

    def _agree(self):
        plan = self._create_plan(
            "Care plan",
            [
                {
                    "name": "Evening",
                    "kind": "time",
                    "service_type_ids": [Command.set(self.remote.ids)],
                    "band_ids": [Command.set(self.other_hours.ids)],
                    "outcome": "billed",
                    "multiplier": 1.5,
                },
                {
                    "name": "Remote help",
                    "kind": "time",
                    "service_type_ids": [Command.set(self.remote.ids)],
                    "outcome": "covered",
                },
                {
                    "name": "Visits",
                    "kind": "time",
                    "service_type_ids": [Command.set(self.onsite.ids)],
                    "outcome": "allowance",
                },
                {"name": "Journeys and parts", "kind": "any", "outcome": "billed"},
            ],
            band_ids=[Command.set((self.office_hours | self.other_hours).ids)],
        )
        with self._on(date(2026, 2, 20)):
            self.agreement = self._create_billed(
                [
                    {
                        "name": "Care",
                        "price_unit": 10,
                        "quantity_method": "equipment",
                        "equipment_category_ids": [Command.set(self.pcs.ids)],
                    },
                    {"name": "Help desk", "product_id": False},
                ],
                name="CARE-1",
                date_start="2026-03-01",
                billing_plan_id=plan.id,
            )

    def _bring_pc(self, name, day):
        with self._on(date.fromisoformat(day)):
            self._create_equipment(
                name, serial=f"SN-{name}", category_id=self.pcs.id, install_date=day
            )

    def _sell_block(self):
        self.block = (
            self.env["psa.allowance"]
            .with_user(self.boss)
            .create(
                {
                    "customer_id": self.acme.id,
                    "date_from": "2026-03-01",
                    "granted_date": "2026-03-01",
                    "overrun": "billed",
                    "opening_quantity": 2,
                }
            )
        )

    # === WHAT IS DONE === #

    def _work_in_march(self):
        entries = self._log_hours("Looked at the mails", 3, 9, 10)
        entries |= self._log_hours("Server restarted", 3, 19, 20)
        entries |= self._log_hours("Switch replaced", 10, 9, 12, self.onsite)
        entries |= self._log_hours("To ACME and back", 10, 12, 12.5, self.travel)
        self.part = (
            self.env["psa.item"]
            .with_user(self.ada)
            .create(
                {
                    "ticket_id": self.network.id,
                    "product_id": self.switch.id,
                    "lot": "SN-SW-7",
                    "date": "2026-03-10",
                }
            )
        )
        self._approve(entries)
        self._charges(self.part).with_user(self.bea).action_approve()

    def _log_hours(self, note, day, start, stop, service=None):
        """Log work of a day of March, as Ada."""
        midnight = datetime(2026, 3, day)
        return self._work(
            round((stop - start) * 60),
            day=midnight.date(),
            ticket=self.network,
            service=service,
            name=note,
            psa_start=midnight.replace(hour=int(start)),
            psa_stop=midnight.replace(hour=int(stop), minute=round(stop % 1 * 60)),
        )

    def _enter_the_evening_that_was_forgotten(self):
        with self._on(date(2026, 4, 20)):
            entry = self._log_hours("Backup repaired", 26, 20, 21)
            self._approve(entry)
        return self._charges(entry)

    def _give_the_switch_back(self, invoice):
        """Credit the part, which is never billed, and pay the money out."""
        with self._on(date(2026, 4, 22)):
            note = self._credit(
                invoice,
                date=date(2026, 4, 22),
                psa_credit_disposition="write_off",
            )
            lines = note.invoice_line_ids.filtered(
                lambda it: it.display_type == "product"
            )
            others = lines.filtered(lambda it: it.product_id != self.switch)
            note.invoice_line_ids = [Command.delete(line.id) for line in others]
            note.action_post()
            self.assertEqual(note.amount_untaxed, 80)
            value = note._psa_get_proof()
            self.assertEqual([it.note for it in value.lines], [self._name_part()])
            self.assertEqual((value.amount, value.check.invoiced), (-80, -80))
            self._pay(note)
        return note

    # === BILLS === #

    def _on(self, day):
        return freeze_all_time(datetime.combine(day, time(9)))

    def _bill(self, day):
        """Bill what is due on a day and the work before it; post, and have it paid."""
        run = self._run(day, work_until=day)
        with self._on(day):
            run.with_user(self.bea).action_post()
            move = run.move_ids
            self.assertEqual((len(move), move.state), (1, "posted"))
            self._pay(move)
        return move.with_user(self.accountant)

    def _pay(self, move):
        # Without numbers on these tables PostgreSQL plans the payment for hours.
        self.env.flush_all()
        self.env.cr.execute("ANALYZE account_move_line, account_partial_reconcile")
        self.env["account.payment.register"].with_user(self.bea).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        # A payment waits for the bank's statement unless it has no account of its own.
        move.matched_payment_ids.filtered(
            lambda it: it.state == "in_process"
        ).with_user(self.bea).action_validate()
        self.assertEqual(move.payment_state, "paid")

    # === WHAT STANDS ON PAPER === #

    def _check(self, invoice, expected):
        """Hold the lines of an invoice to {what they bill: amounts before tax}."""
        found = {}
        for line in invoice.invoice_line_ids:
            if line.display_type == "product":
                name = self._get_kind(line)
                found.setdefault(name, []).append(line.price_subtotal)
        self.assertEqual(found, expected)
        self.assertEqual(
            invoice.amount_untaxed, sum(sum(it) for it in expected.values())
        )
        self.assertEqual(invoice.amount_tax, invoice.amount_untaxed * 0.2)

    def _get_kind(self, line):
        """Return which of the things that ACME pays for a line bills."""
        kinds = {
            self.care: "Care",
            self.labour: "Evening",
            self.visit_labour: "Visit beyond the block",
            self.travel.product_id: "Journey",
            self.switch: "Switch",
        }
        return kinds[line.product_id.with_env(self.env)]

    def _check_annex(self, invoice):
        """Read the statement of March line by line."""
        value = invoice._psa_get_proof()
        covered = f"Covered by {self.agreement.name}"
        block = self.block.name
        self.assertEqual(
            [
                (
                    line.day.day,
                    line.person,
                    line.note,
                    line.raw_minutes,
                    line.charged_minutes,
                    line.coverage,
                    line.rate,
                    line.amount,
                )
                for line in value.work.lines
            ],
            [
                (3, "Ada Agent", "Looked at the mails", 60, 0, covered, 0, 0),
                (3, "Ada Agent", "Server restarted", 60, 60, "Billed", 135, 135),
                (10, "Ada Agent", self._name_part(), 0, 0, "Billed", 80, 80),
                (10, "Ada Agent", "Switch replaced", 120, 120, f"From {block}", 0, 0),
                (
                    10,
                    "Ada Agent",
                    "Switch replaced",
                    60,
                    60,
                    f"Billed, beyond {block}",
                    120,
                    120,
                ),
                (10, "Ada Agent", "To ACME and back", 30, 30, "Billed", 60, 30),
            ],
        )
        [allowance] = value.allowances
        self.assertEqual(
            (allowance.before.text, allowance.used.text, allowance.after.text),
            ("0:00 h", "2:00 h", "0:00 h"),
        )
        self.assertEqual(
            [(it.day, it.text, it.quantity.text) for it in allowance.movements],
            [(MARCH, "Grant", "2:00 h")],
        )
        [counted] = value.counted
        self.assertEqual(
            [(row.name, row.is_new) for row in counted.rows],
            [("PC-1", False), ("PC-2", False), ("PC-3", True)],
        )
        self.assertEqual([it.amount for it in value.recurring.lines], [30])
        self.assertTrue(value.check.is_even)
        self.assertEqual(value.amount, invoice.amount_untaxed)
        self.assertEqual(
            {it.destination: it.raw_minutes for it in value.totals},
            {"covered": 60, "allowance": 120, "billed": 150},
        )

    def _name_part(self):
        return f"{self.switch.display_name}, serial number SN-SW-7"

    def _check_late(self, invoice, late):
        """The forgotten evening is on the next invoice, and says that it is late."""
        self._check(invoice, {"Care": [30], "Evening": [135]})
        [line] = invoice._psa_get_proof().work.lines
        self.assertTrue(line.is_late)
        self.assertEqual((line.charge, line.day), (late.id, date(2026, 3, 26)))
        sections = invoice.invoice_line_ids.filtered(
            lambda it: it.display_type == "line_section"
        )
        self.assertIn("Work of earlier periods, entered late", sections.mapped("name"))

    def _check_books(self, moves):
        """All is paid, the ledger is what was invoiced, and the audit finds nothing."""
        every = self.env["account.move"].union(*(it.with_env(self.env) for it in moves))
        self.assertEqual(set(every.mapped("payment_state")), {"paid"})
        receivable = every.line_ids.filtered(
            lambda it: it.account_id.account_type == "asset_receivable"
        )
        self.assertFalse(any(receivable.mapped("amount_residual")))
        charges = self.env["psa.charge"].search([("customer_id", "=", self.acme.id)])
        billed = charges.filtered("move_id")
        self.assertEqual(
            sum(billed.mapped("amount")), sum(every.mapped("amount_untaxed_signed"))
        )
        self.assertEqual(
            sum(charges.mapped("raw_minutes")),
            sum(charges.analytic_line_id.mapped("psa_minutes")),
        )
        with self._on(date(2026, 5, 2)):
            self.env.flush_all()
            self.env["psa.billing.check"].with_user(self.bea).action_run()
        findings = self.env["psa.billing.finding"].search(
            [("state", "!=", "gone"), ("customer_id", "=", self.acme.id)]
        )
        self.assertEqual(findings.mapped("text"), [])
