"""Each minute and each part has exactly one destination, and says why."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .charge_common import APRIL, FEBRUARY, MARCH, MAY, ChargeCommon


@tagged("post_install", "-at_install")
class TestRating(ChargeCommon):
    def test_logged_time_is_charged_at_once_by_the_rule(self):
        charge = self._charges(self._work(90))
        self.assertEqual(charge.destination, "billed")
        self.assertEqual((charge.minutes, charge.raw_minutes), (90, 90))
        self.assertEqual((charge.price_unit, charge.amount), (90, 135))
        self.assertEqual(charge.customer_id, self.acme)
        self.assertIn("1:30", charge.explanation)
        self.assertIn("All work", charge.explanation)
        self.assertEqual(charge.state, "draft")

    def test_time_of_20_minutes_costs_a_third_of_an_hour_to_the_cent(self):
        self.assertEqual(self._charges(self._work(20)).amount, 30)

    def test_work_that_no_rule_is_about_is_pending_and_never_free(self):
        self.company.psa_billing_plan_id = False
        charge = self._charges(self._work())
        self.assertEqual(charge.destination, "pending")
        self.assertEqual((charge.raw_minutes, charge.amount), (60, 0))
        self.assertIn("no billing plan", charge.explanation)

    def test_work_without_a_price_is_pending(self):
        self.remote.product_id = False
        charge = self._charges(self._work())
        self.assertEqual(charge.destination, "pending")
        self.assertIn("no price", charge.explanation)

    def test_half_an_hour_that_is_not_billable_never_reaches_an_invoice(self):
        entry = self._work(30, psa_billable=False)
        charges = self._approve(entry)
        self.assertEqual(charges.destination, "not_billed")
        self.assertTrue(charges.reason)
        self.assertFalse(self._bill_work())

    def test_changed_time_changes_its_draft_charge(self):
        entry = self._work()
        charge = self._charges(entry)
        entry.psa_minutes = 30
        self.assertEqual(charge.amount, 45)
        entry.psa_service_type_id = self.onsite
        self.assertEqual((charge.amount, charge.product_id), (60, self.visit_labour))

    def test_note_of_an_entry_changes_nothing_of_its_charge(self):
        entry = self._work()
        charge = self._charges(entry)
        before = charge.write_date
        entry.name = "Something else"
        self.assertEqual((charge.write_date, charge.amount), (before, 90))

    def test_deleted_time_leaves_no_charge(self):
        entry = self._work()
        charge = self._charges(entry)
        entry.unlink()
        self.assertFalse(charge.exists())

    def test_evening_is_split_at_the_border_of_office_hours(self):
        self.plan.band_ids = self.office_hours | self.other_hours
        self._create_rule(
            self.plan,
            name="Evenings × 1.5",
            kind="time",
            band_ids=[Command.set(self.other_hours.ids)],
            multiplier=1.5,
            sequence=-1,
        )
        entry = self._work(
            180,
            day=date(2026, 3, 2),
            psa_start="2026-03-02 17:00:00",
            psa_stop="2026-03-02 20:00:00",
        )
        charges = self._charges(entry)
        self.assertEqual(charges.mapped("raw_minutes"), [60, 120])
        self.assertEqual(charges.mapped("price_unit"), [90, 135])
        self.assertEqual(charges.mapped("amount"), [90, 270])

    def test_rounding_is_applied_once_however_often_it_is_saved(self):
        self.plan.rule_ids.rounding_step = 15
        entry = self._work(5)
        charge = self._charges(entry)
        self.assertEqual((charge.raw_minutes, charge.minutes), (5, 15))
        entry.psa_minutes = 5
        charge._rate(entry.with_env(self.env), self.env["psa.item"])
        self.assertEqual((charge.raw_minutes, charge.minutes), (5, 15))
        self.assertEqual(self._charges(entry), charge)

    def test_difference_of_a_days_rounding_is_on_its_last_entry(self):
        self.plan.rule_ids.write({"rounding_step": 30, "rounding_scope": "ticket_day"})
        first, second = self._work(10), self._work(15)
        charges = self._charges(first | second)
        self.assertEqual(charges.mapped("minutes"), [10, 20])
        second.unlink()
        self.assertEqual(self._charges(first).minutes, 30)

    def test_part_is_charged_at_its_price(self):
        cable = self._create_product("Cable", 12, type="consu")
        item = (
            self.env["psa.item"]
            .with_user(self.ada)
            .create(
                {
                    "ticket_id": self.ticket.id,
                    "product_id": cable.id,
                    "quantity": 3,
                    "date": MARCH,
                }
            )
        )
        charge = self._charges(item)
        self.assertEqual((charge.quantity, charge.amount), (3, 36))
        item.quantity = 2
        self.assertEqual(charge.amount, 24)
        item.is_billable = False
        self.assertEqual((charge.destination, charge.amount), ("not_billed", 0))

    def test_work_on_equipment_in_warranty_is_not_billed(self):
        self.printer.warranty_end = date(2026, 3, 1)
        self.ticket.equipment_ids = self.printer
        under, after = self._work(day=MARCH), self._work(day=date(2026, 3, 2))
        self.assertEqual(self._charges(under).destination, "not_billed")
        self.assertIn("warranty", self._charges(under).explanation)
        self.assertEqual(self._charges(after).destination, "billed")

    def test_time_before_billing_of_work_began_has_no_charge(self):
        self.company.psa_work_billing_start = MARCH
        self.assertFalse(self._charges(self._work(day=date(2026, 2, 28))))
        self.assertTrue(self._charges(self._work(day=MARCH)))

    def test_earlier_start_brings_in_the_work_since_then(self):
        self.company.psa_work_billing_start = APRIL
        entry = self._work(day=MARCH)
        self.company.psa_work_billing_start = FEBRUARY
        self.env["psa.charge"]._rate_missing(lambda *_args, **_values: True)
        self.assertEqual(self._charges(entry).amount, 90)

    def test_changed_rule_reaches_draft_charges(self):
        entry = self._work()
        charge = self._charges(entry)
        self.plan.rule_ids.with_user(self.boss).multiplier = 2
        self.assertTrue(charge.is_stale)
        charge._rate_stale()
        self.assertEqual((charge.amount, charge.is_stale), (180, False))

    def test_moved_ticket_takes_its_draft_charges_along(self):
        entry = self._work()
        self.ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(self._charges(entry).customer_id, self.globex)

    def test_moved_ticket_leaves_invoiced_charges_where_they_are(self):
        entry, later = self._work(60), self._work(30)
        self._bill_and_post(entry)
        self.ticket.with_user(self.ada).partner_id = self.zoe
        self.assertEqual(self._charges(entry).customer_id, self.acme)
        self.assertEqual(self._charges(later).customer_id, self.globex)

    def test_foreseen_is_what_is_stored_then(self):
        foreseen = self._foresee(self.lea)
        self.assertFalse(self.env["psa.charge"].search([]))
        entry = self._work(30)
        [part] = foreseen["parts"]
        self.assertEqual(part["text"], self._charges(entry).explanation)

    def test_nobody_foresees_the_work_of_a_hidden_ticket(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.max.ids)]}
        )
        self.acme.psa_customer_group_id = group
        with self.assertRaises(AccessError):
            self._foresee(self.ada)

    def _foresee(self, user):
        """Return what becomes of half an hour on the ticket, as its dialog asks."""
        values = {
            "res_model": "psa.ticket",
            "res_id": self.ticket.id,
            "date": "2026-03-01",
            "hours": 0.5,
            "service_type_id": self.remote.id,
            "billable": True,
        }
        return self.env["psa.charge"].with_user(user).foresee("psa.time.log", values)


@tagged("post_install", "-at_install")
class TestSaleOrder(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls._create_product(
            "Project hours", 100, invoice_policy="delivery", service_type="timesheet"
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.acme.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        cls.order.action_confirm()
        cls.order_line = cls.order.order_line

    def test_time_that_a_sales_order_bills_is_marked_so_and_not_billed(self):
        entry = self._work(so_line=self.order_line.id)
        charges = self._approve(entry)
        self.assertEqual(charges.destination, "sale_order")
        self.assertIn(self.order.name, charges.explanation)
        self.assertFalse(self._bill_work())

    def test_odoo_chooses_no_sales_line_for_time_of_tickets(self):
        self.project.write({"allow_billable": True, "partner_id": self.acme.id})
        self.project.sale_line_id = self.order_line
        entry = self._work(project_id=self.project.id)
        task_entry = self._log(project_id=self.project.id, task_id=self.task.id)
        self.assertFalse(entry.so_line)
        self.assertEqual(task_entry.sudo().so_line, self.order_line)

    def test_project_time_of_a_customer_is_charged_beside_support(self):
        self.project.partner_id = self.acme
        support = self._work(60)
        project = self._work(
            30, ticket=False, project_id=self.project.id, task_id=self.task.id
        )
        self._approve(support | project)
        invoice = self._bill_work()
        sections = invoice.invoice_line_ids.filtered(
            lambda it: it.display_type == "line_section"
        )
        self.assertEqual(sections.mapped("name"), ["Support", "Projects"])
        self.assertEqual(invoice.amount_untaxed, 135)


@tagged("post_install", "-at_install")
class TestApproval(ChargeCommon):
    def test_charge_needs_approved_time(self):
        entry = self._work()
        charge = self._charges(entry)
        with self.assertRaisesRegex(UserError, "not approved yet"):
            charge.with_user(self.bea).action_approve()
        self.assertEqual(charge.state, "draft")
        self._approve_time(entry)
        charge.with_user(self.bea).action_approve()
        self.assertEqual((charge.state, charge.approved_by_id), ("approved", self.bea))

    def test_pending_work_is_not_approved(self):
        self.company.psa_billing_plan_id = False
        entry = self._work()
        self._approve_time(entry)
        charge = self._charges(entry)
        with self.assertRaisesRegex(UserError, "pending"):
            charge.with_user(self.bea).action_approve()
        self.assertEqual(charge.state, "draft")

    def test_leader_without_billing_approves_no_charge(self):
        entry = self._work()
        self._approve_time(entry)
        with self.assertRaises(AccessError):
            self._charges(entry).with_user(self.lea).action_approve()
        self.assertEqual(self._charges(entry).state, "draft")

    def test_approved_time_keeps_its_price(self):
        # Odoo bills old time at the new price (V4).
        charge = self._approve(self._work())
        self.labour.list_price = 130
        self.plan.rule_ids.multiplier = 3
        charge._rate_stale()
        self.assertEqual(self._bill_work().amount_untaxed, 90)

    def test_approval_decides_by_what_holds_at_that_moment(self):
        entry = self._work()
        self.plan.rule_ids.multiplier = 2
        self.assertEqual(self._approve(entry).amount, 180)

    def test_approval_taken_back_lets_the_rules_decide_again(self):
        charge = self._approve(self._work())
        self.plan.rule_ids.multiplier = 2
        charge.with_user(self.bea).action_unapprove()
        self.assertEqual((charge.state, charge.amount), ("draft", 180))

    def test_time_of_an_approved_charge_stays_approved(self):
        entry = self._work()
        charge = self._approve(entry)
        with self.assertRaisesRegex(UserError, "Take the approval back"):
            entry.with_user(self.max)._psa_withdraw_approval("mistake")
        self.assertTrue(entry.psa_approved_at)
        charge.with_user(self.bea).action_unapprove()
        entry.with_user(self.max)._psa_withdraw_approval("mistake")
        self.assertFalse(entry.psa_approved_at)

    def test_leader_writes_off_with_a_reason(self):
        charge = self._charges(self._work())
        with self.assertRaisesRegex(UserError, "Say why"):
            charge.with_user(self.lea)._write_off(" ")
        charge.with_user(self.lea)._write_off("Goodwill")
        self.assertEqual(
            (charge.destination, charge.reason, charge.approved_by_id),
            ("written_off", "Goodwill", self.lea),
        )
        self.assertFalse(self._bill_work())

    def test_billing_user_and_agent_write_nothing_off(self):
        charge = self._charges(self._work())
        for user in (self.bea, self.ada):
            with self.assertRaises(AccessError):
                charge.with_user(user)._write_off("Goodwill")
        self.assertEqual(charge.destination, "billed")

    def test_write_off_is_taken_back(self):
        charge = self._charges(self._work())
        charge.with_user(self.boss)._write_off("Goodwill")
        charge.with_user(self.bea).action_unapprove()
        self.assertEqual((charge.destination, charge.amount), ("billed", 90))


@tagged("post_install", "-at_install")
class TestBilling(ChargeCommon):
    def test_june_goes_though_july_is_not_approved(self):
        march = self._work(60, day=date(2026, 3, 31))
        april = self._work(30, day=APRIL)
        self._approve_time(march)
        self._run(APRIL, work_until=APRIL, approve_work=True)
        self.assertEqual(self._charges(march).move_id.amount_untaxed, 90)
        self.assertEqual(self._charges(april).state, "draft")
        self.assertFalse(self._charges(april).is_late)

    def test_only_approved_work_goes_unless_the_run_approves(self):
        entry = self._work()
        self._approve_time(entry)
        self.assertFalse(self._bill_work())
        self.assertEqual(self._bill_work(approve_work=True).amount_untaxed, 90)

    def test_recurring_and_work_are_on_one_invoice_in_sections(self):
        self._create_billed([{"price_unit": 100}], date_end="2026-04-30")
        self._run(MARCH, take_work=False).move_ids.action_post()
        self._approve(self._work())
        invoice = self._bill_work()
        self.assertEqual(invoice.amount_untaxed, 190)
        titles = invoice.invoice_line_ids.filtered(
            lambda it: it.display_type == "line_section"
        ).mapped("name")
        self.assertEqual(len(titles), 2)
        self.assertEqual(titles[1], "Support")

    def test_work_of_a_ticket_is_one_line_of_its_hours(self):
        self._approve(self._work(20) | self._work(20) | self._work(20))
        line = self._get_line(self._bill_work())
        self.assertEqual((line.quantity, line.price_subtotal), (1, 90))
        self.assertIn("1:00 h", line.name)

    def test_two_runs_take_work_once(self):
        self._approve(self._work())
        self.assertEqual(self._bill_work().amount_untaxed, 90)
        self.assertFalse(self._bill_work())

    def test_cancelled_run_leaves_work_for_the_next(self):
        self._approve(self._work())
        run = self.env["psa.billing.run"].with_user(self.bea)
        run = run.create({"date": APRIL, "company_id": self.company.id})
        run.action_propose()
        self.assertEqual(run.line_ids.amount, 90)
        run.action_cancel()
        self.assertEqual(self._bill_work().amount_untaxed, 90)

    def test_archived_customer_is_refused_with_a_reason_and_nobody_else(self):
        other = self._create_ticket(partner_id=self.zoe.id)
        self._approve(self._work() | self._work(ticket=other))
        self.acme.with_context(active_test=False).active = False
        run = self._run(APRIL, work_until=APRIL)
        self.assertEqual(run.move_ids.partner_id, self.globex)
        self.assertRegex(run.refused_line_ids.reason, "archived")

    def test_customer_may_want_an_invoice_per_ticket(self):
        self.acme.psa_invoice_grouping = "ticket"
        other = self._create_ticket()
        self._approve(self._work() | self._work(ticket=other))
        self.assertEqual(len(self._bill_work()), 2)

    def test_time_typed_late_is_on_the_next_invoice_on_its_own_line(self):
        # Odoo never picks it up (V3).
        self._bill_and_post(self._work(60))
        late, usual = self._work(90, day=date(2026, 3, 29)), self._work(30, day=APRIL)
        self.assertTrue(self._charges(late).is_late)
        self.assertFalse(self._charges(usual).is_late)
        self._approve(late | usual)
        invoice = self._bill_work(MAY)
        self.assertEqual(invoice.amount_untaxed, 180)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("name")[2],
            "Work of earlier periods, entered late",
        )

    def test_time_not_approved_in_time_comes_late_too(self):
        entry, forgotten = self._work(60), self._work(30)
        self._bill_and_post(entry)
        self.assertTrue(self._charges(forgotten).is_late)

    def test_approved_work_that_nobody_pays_for_waits_for_no_run(self):
        entry, free = self._work(60), self._work(30, psa_billable=False)
        self._approve(free)
        self._bill_and_post(entry)
        self.assertFalse(self._charges(free).is_late)

    def test_invoiced_work_is_neither_edited_nor_deleted(self):
        # As good as Odoo (V8).
        entry = self._work()
        self._bill_and_post(entry)
        for act in (
            lambda: entry.sudo().write({"psa_minutes": 30}),
            lambda: entry.sudo().write({"psa_ticket_id": False}),
            lambda: entry.sudo().unlink(),
        ):
            with self.assertRaises(UserError):
                act()
        self.assertEqual((entry.psa_minutes, self._charges(entry).amount), (60, 90))

    def test_invoiced_part_is_neither_edited_nor_deleted(self):
        cable = self._create_product("Cable", 12, type="consu")
        item = self.env["psa.item"].create(
            {"ticket_id": self.ticket.id, "product_id": cable.id, "date": MARCH}
        )
        self._charges(item).with_user(self.bea).action_approve()
        self._bill_work()
        with self.assertRaisesRegex(UserError, "Delete the draft"):
            item.with_user(self.ada).quantity = 2
        with self.assertRaisesRegex(UserError, "Delete the draft"):
            item.with_user(self.ada).unlink()
        self.assertEqual(item.quantity, 1)


@tagged("post_install", "-at_install")
class TestWorkCorrection(ChargeCommon):
    def test_partly_credited_work_is_billed_again_and_nothing_else(self):
        # Odoo drafts 9 h instead of 4.5 h (V1).
        first = self._bill_and_post(self._work(240) | self._work(240))
        credit = self._credit(first)
        self._set_line(credit, 3.5)
        credit.action_post()
        self._approve(self._work(60, day=APRIL))
        second = self._bill_work(MAY)
        self.assertEqual(self._get_hours(second), 4.5)
        self.assertEqual(self._get_hours(first | credit | second), 9)

    def test_line_that_was_not_credited_is_not_billed_again(self):
        # Odoo bills it again (V2).
        first = self._bill_and_post(
            self._work(60) | self._work(120, service=self.onsite)
        )
        credit = self._credit(first)
        line = self._get_line(credit, self.visit_labour)
        credit.write({"invoice_line_ids": [Command.delete(line.id)]})
        credit.action_post()
        second = self._bill_work(MAY)
        self.assertEqual(second.invoice_line_ids.product_id, self.labour)
        self.assertEqual(self._get_hours(second), 1)

    def test_lowered_draft_leaves_the_rest_for_the_next_invoice(self):
        # Odoo refuses to bill it ever (V5).
        self._approve(self._work(240) | self._work(240))
        draft = self._bill_work()
        self._set_line(draft, 5)
        draft.action_post()
        second = self._bill_work(MAY)
        self.assertEqual(self._get_hours(second), 3)
        self.assertEqual(draft.amount_untaxed + second.amount_untaxed, 720)

    def test_deleted_draft_gives_its_work_back(self):
        charge = self._approve(self._work())
        self._bill_work().unlink()
        self.assertEqual((charge.state, charge.amount), ("approved", 90))
        self.assertEqual(self._bill_work().amount_untaxed, 90)

    def test_credited_work_is_billed_at_the_price_it_had(self):
        invoice = self._bill_and_post(self._work())
        self.labour.list_price = 500
        self._credit(invoice).action_post()
        self.assertEqual(self._bill_work(MAY).amount_untaxed, 90)

    def test_credit_that_writes_off_is_never_billed(self):
        entry = self._work()
        invoice = self._bill_and_post(entry)
        self._credit(invoice, psa_credit_disposition="write_off").action_post()
        self.assertFalse(self._bill_work(MAY))
        self.assertEqual(self._get_totals(self._charges(entry)), {"written_off": 60})

    def test_newest_work_is_taken_back_first(self):
        old, new = self._work(60, day=MARCH), self._work(60, day=date(2026, 3, 9))
        invoice = self._bill_and_post(old | new)
        credit = self._credit(invoice)
        self._set_line(credit, 1)
        credit.action_post()
        self.assertTrue(self._charges(new).filtered("reverses_id"))
        self.assertFalse(self._charges(old).filtered("reverses_id"))

    def test_deleted_credit_note_bills_nothing_again(self):
        entry = self._work()
        invoice = self._bill_and_post(entry)
        credit = self._credit(invoice)
        credit.action_post()
        credit.button_draft()
        credit.name = False
        credit.unlink()
        self.assertEqual(len(self._charges(entry)), 1)
        self.assertFalse(self._bill_work(MAY))

    def test_credit_note_that_is_reversed_bills_nothing_twice(self):
        entry = self._work()
        invoice = self._bill_and_post(entry)
        credit = self._credit(invoice)
        credit.action_post()
        self._credit(credit).action_post()
        self.assertFalse(self._bill_work(MAY))
        self.assertEqual(self._get_totals(self._charges(entry)), {"billed": 60})

    def test_replaced_invoice_bills_in_place_of_the_old_one(self):
        invoice = self._bill_and_post(self._work())
        copy = self._credit(invoice, modify=True)
        self.assertFalse(self._bill_work(MAY))
        copy.action_post()
        self.assertFalse(self._bill_work(MAY))
        self.assertEqual(copy.amount_untaxed, 90)
