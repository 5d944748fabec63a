"""What stands on the invoices of a run, and to whom they go."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .billing_common import BillingCommon

RUN_LOGGER = "odoo.addons.helpdesk_psa_billing.models.psa_billing_run"


@tagged("post_install", "-at_install")
class TestBillingInvoice(BillingCommon):
    def _get_lines(self, moves):
        return moves.invoice_line_ids.filtered(lambda it: it.display_type == "product")

    # === WHO GETS WHICH INVOICE === #

    def test_agreements_of_a_customer_share_an_invoice_with_a_section_each(self):
        self._create_billed([{}], name="A-1")
        self._create_billed([{}], name="A-2")
        run = self._run(date(2026, 1, 1))
        sections = run.move_ids.invoice_line_ids.filtered(
            lambda it: it.display_type == "line_section"
        )
        self.assertEqual(sections.mapped("name"), ["A-1", "A-2"])
        self.assertEqual(run.move_ids.amount_untaxed, 200)

    def test_agreement_may_have_invoices_of_its_own(self):
        self._create_billed([{}], name="A-1", invoice_grouping="agreement")
        self._create_billed([{}], name="A-2", invoice_grouping="agreement")
        run = self._run(date(2026, 1, 1))
        self.assertEqual(sorted(run.move_ids.mapped("invoice_origin")), ["A-1", "A-2"])

    def test_each_site_may_have_an_invoice_of_its_own(self):
        self._create_billed(
            [
                {"site_ids": [Command.set(self.headquarters.ids)], "price_unit": 10},
                {"site_ids": [Command.set(self.plant.ids)], "price_unit": 20},
            ],
            invoice_grouping="site",
        )
        run = self._run(date(2026, 1, 1))
        self.assertEqual(sorted(run.move_ids.mapped("amount_untaxed")), [10, 20])

    def test_agreements_with_one_order_number_share_its_invoice(self):
        for name, order in (("A-1", "PO-7"), ("A-2", "PO-7"), ("A-3", "PO-8")):
            self._create_billed(
                [{}],
                name=name,
                purchase_order=order,
                invoice_grouping="purchase_order",
            )
        run = self._run(date(2026, 1, 1))
        self.assertEqual(
            sorted(run.move_ids.mapped(lambda it: (it.ref, it.amount_untaxed))),
            [("PO-7", 200), ("PO-8", 100)],
        )

    def test_third_party_gets_the_invoice_if_it_pays(self):
        self._create_billed([{}], partner_invoice_id=self.globex.id)
        run = self._run(date(2026, 1, 1))
        self.assertEqual(run.move_ids.partner_id, self.globex)
        self.assertEqual(run.line_ids.customer_id, self.acme)

    def test_payer_of_several_customers_gets_one_invoice_if_agreed(self):
        for customer in (self.acme, self.globex):
            self._create_billed(
                [{}],
                name=f"A-{customer.name}",
                customer_id=customer.id,
                partner_invoice_id=self.globex.id,
                invoice_grouping="payer",
            )
        run = self._run(date(2026, 1, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 200)

    # === WHAT IT SAYS === #

    def test_invoice_carries_what_the_agreement_says(self):
        term = self.env["account.payment.term"].create({"name": "In 45 days"})
        journal = self.env["account.journal"].create(
            {
                "name": "Maintenance",
                "code": "MNT",
                "type": "sale",
                "company_id": self.company.id,
            }
        )
        self.company.psa_billing_memo = "<p>Thank you</p>"
        self._create_billed(
            [{}],
            payment_term_id=term.id,
            journal_id=journal.id,
            invoice_memo="<p>As agreed</p>",
        )
        move = self._run(date(2026, 1, 1), invoice_date="2026-01-05").move_ids
        self.assertEqual(move.invoice_payment_term_id, term)
        self.assertEqual(move.journal_id, journal)
        self.assertEqual(move.invoice_date, date(2026, 1, 5))
        self.assertIn("Thank you", move.narration)
        self.assertIn("As agreed", move.narration)

    def test_lines_are_written_in_the_language_of_whoever_pays(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.acme.lang = "fr_FR"
        self._create_billed([{}], date_start="2026-06-10", billing_alignment="calendar")
        line = self._get_lines(self._run(date(2026, 6, 10)).move_ids)
        self.assertIn("21 jours sur 30", line.name)

    def test_discount_is_shown_and_the_amount_is_exact(self):
        self._create_billed([{"price_unit": 33.33, "quantity": 3, "discount": 10}])
        line = self._get_lines(self._run(date(2026, 1, 1)).move_ids)
        self.assertEqual(line.discount, 10)
        self.assertEqual(line.quantity, 3)
        self.assertEqual(line.price_subtotal, 89.99)
        self.assertEqual(line.psa_charge_ids.amount, 89.99)

    def test_revenue_of_counted_things_is_the_same_before_and_after_the_first_invoice(
        self,
    ):
        """Two devices, one of them included."""
        agreement = self._create_billed(
            [
                {
                    "quantity_method": "equipment",
                    "equipment_category_ids": [Command.set(self.hardware.ids)],
                    "included_quantity": 1,
                    "price_unit": 10,
                }
            ],
            date_start="2026-11-01",
        )
        self.assertEqual(agreement.monthly_amount, 10)
        self._run(date(2027, 1, 1))
        agreement.line_ids._compute_monthly_amount()
        self.assertEqual(agreement.line_ids.monthly_amount, 10)

    def test_graduated_tiers_charge_each_slice_at_its_price(self):
        self._create_billed(
            [
                {
                    "quantity": 12,
                    "price_method": "tiers",
                    "tier_mode": "graduated",
                    "tier_ids": [
                        Command.create({"quantity_above": 0, "price_unit": 10}),
                        Command.create({"quantity_above": 10, "price_unit": 8}),
                    ],
                }
            ]
        )
        run = self._run(date(2026, 1, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 116)

    def test_price_of_the_pricelist_on_the_first_day_of_the_period(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Partners",
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "fixed",
                            "fixed_price": price,
                            "applied_on": "1_product",
                            "product_tmpl_id": self.care.product_tmpl_id.id,
                            "date_start": start,
                            "date_end": end,
                        }
                    )
                    for price, start, end in (
                        (80, "2026-01-01 00:00:00", "2026-01-31 23:59:59"),
                        (90, "2026-02-01 00:00:00", "2026-12-31 23:59:59"),
                    )
                ],
            }
        )
        self._create_billed([{"price_method": "pricelist"}], pricelist_id=pricelist.id)
        run = self._run(date(2026, 2, 1))
        self.assertEqual(
            run.line_ids.charge_ids.sorted("work_date").mapped("amount"), [80, 90]
        )

    def test_foreign_currency_is_that_of_the_agreement(self):
        currency = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "CHF")])
        )
        currency.active = True
        self._create_billed([{"price_unit": 10}], currency_id=currency.id)
        move = self._run(date(2026, 1, 1)).move_ids
        self.assertEqual(move.currency_id, currency)
        self.assertEqual(move.amount_untaxed, 10)

    def test_one_time_fee_is_charged_once(self):
        self._create_billed(
            [{}, {"product_id": self.setup_fee.id, "charge_kind": "one_time"}]
        )
        first = self._run(date(2026, 1, 1))
        second = self._run(date(2026, 2, 1))
        self.assertEqual(first.move_ids.amount_untaxed, 350)
        self.assertEqual(second.move_ids.amount_untaxed, 100)

    def test_taxes_of_the_line_replace_those_of_the_product(self):
        reduced = self.tax.copy({"name": "5.5 %", "amount": 5.5})
        self._create_billed([{"tax_ids": [Command.set(reduced.ids)]}])
        move = self._run(date(2026, 1, 1)).move_ids
        self.assertEqual(move.amount_tax, 5.5)

    def test_fiscal_position_maps_taxes_of_the_line(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        self._create_billed(
            [{"tax_ids": [Command.set(self.tax.ids)]}], fiscal_position_id=position.id
        )
        move = self._run(date(2026, 1, 1)).move_ids
        self.assertEqual(move.fiscal_position_id, position)
        self.assertFalse(move.amount_tax)

    def test_analytic_accounts_of_the_agreement_are_on_its_lines(self):
        plan = self.env["account.analytic.plan"].create({"name": "Contracts"})
        account = self.env["account.analytic.account"].create(
            {"name": "CT-12", "plan_id": plan.id, "company_id": self.company.id}
        )
        self._create_billed([{}], analytic_distribution={str(account.id): 100})
        line = self._get_lines(self._run(date(2026, 1, 1)).move_ids)
        self.assertEqual(line.analytic_distribution, {str(account.id): 100})

    # === WHAT IS REFUSED === #

    def test_agreement_that_cannot_be_invoiced_is_listed_and_blocks_nothing(self):
        good = self._create_billed([{}], name="GOOD")
        bad = self._create_billed(
            [{"product_id": self.setup_fee.id}],
            name="BAD",
            customer_id=self.globex.id,
        )
        self.setup_fee.active = False
        run = self._run(date(2026, 1, 1))
        refused = run.line_ids.filtered(lambda it: it.state == "refused")
        self.assertEqual(refused.agreement_id, bad)
        self.assertIn("archived", refused.reason)
        self.assertEqual(run.move_ids.invoice_origin, good.name)
        self.assertTrue(bad.period_ids.sorted("date_from")[0].is_open)

    def test_archived_product_of_former_terms_blocks_nothing(self):
        agreement = self._create_billed([{"product_id": self.setup_fee.id}])
        self._run(date(2026, 1, 1))
        self._amend(agreement, date(2026, 2, 1), product_id=self.care.id)
        self.setup_fee.active = False
        run = self._run(date(2026, 2, 1))
        self.assertEqual(run.move_ids.amount_untaxed, 100)
        self.assertEqual(self._get_lines(run.move_ids).product_id, self.care)

    @mute_logger(RUN_LOGGER)
    def test_invoice_that_odoo_refuses_is_listed_and_blocks_nothing(self):
        """An archived account is found by Odoo only when the invoice is drafted."""
        self._create_billed([{}], name="GOOD")
        self._create_billed([{}], name="BAD", customer_id=self.globex.id)
        archived = self.env["account.journal"].create(
            {
                "name": "Old",
                "code": "OLD",
                "type": "sale",
                "company_id": self.company_2.id,
            }
        )
        self.env.cr.execute(
            "UPDATE psa_agreement SET journal_id = %s WHERE name = 'BAD'",
            [archived.id],
        )
        self.env.invalidate_all()
        run = self._run(date(2026, 1, 1))
        self.assertEqual(run.move_ids.invoice_origin, "GOOD")
        refused = run.line_ids.filtered(lambda it: it.state == "refused")
        self.assertEqual(refused.customer_id, self.globex)
        self.assertTrue(refused.reason)

    def test_what_was_refused_is_billed_once_it_is_mended(self):
        self._create_billed([{"product_id": self.setup_fee.id}])
        self.setup_fee.active = False
        self._run(date(2026, 1, 1))
        self.setup_fee.active = True
        run = self._run(date(2026, 1, 2))
        self.assertEqual(run.move_ids.amount_untaxed, 250)

    # === REVIEWING === #

    def test_invoice_left_out_is_proposed_by_the_next_run(self):
        self._create_billed([{}])
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create({"date": "2026-01-01"})
        )
        run.action_propose()
        run.line_ids.action_exclude()
        with self.assertRaisesRegex(UserError, "Nothing is proposed"):
            run.action_draft()
        self.assertFalse(run.move_ids)
        self.assertEqual(self._run(date(2026, 1, 1)).move_ids.amount_untaxed, 100)

    def test_proposing_again_takes_what_changed_into_account(self):
        agreement = self._create_billed([{}])
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create({"date": "2026-01-01"})
        )
        run.action_propose()
        agreement.period_ids.sorted("date_from")[0].with_user(self.bea).action_skip(
            "Gift"
        )
        run.action_propose()
        self.assertFalse(run.line_ids)
        self.assertFalse(agreement.charge_ids)

    def test_second_run_leaves_alone_what_the_first_proposes(self):
        self._create_billed([{}])
        runs = self.env["psa.billing.run"].with_user(self.bea)
        first, second = runs.create([{"date": "2026-01-01"}] * 2)
        first.action_propose()
        second.action_propose()
        self.assertEqual(first.proposed_count, 1)
        self.assertFalse(second.line_ids)

    def test_run_posts_what_it_drafted(self):
        self._create_billed([{}])
        run = self._run(date(2026, 1, 1))
        run.with_user(self.bea).action_post()
        self.assertEqual(run.state, "posted")
        self.assertEqual(run.move_ids.state, "posted")

    def test_each_morning_goes_as_far_as_the_company_wants(self):
        self._create_billed([{}])
        self.company.psa_billing_automation = "post"
        self.env["psa.billing.run"]._cron_start()
        run = self.env["psa.billing.run"].search([], limit=1)
        self.assertEqual(run.state, "posted")
        self.assertEqual(set(run.move_ids.mapped("state")), {"posted"})

    def test_morning_on_which_nothing_is_due_leaves_no_run(self):
        self._create_billed([{}])
        self.company.psa_billing_automation = "draft"
        runs = self.env["psa.billing.run"]
        runs._cron_start()
        runs._cron_start()
        self.assertEqual(len(runs.search([])), 1)
        self.assertEqual(
            len(self.env["account.move"].search([("psa_run_id", "!=", False)])), 1
        )

    @mute_logger(RUN_LOGGER)
    def test_company_that_cannot_be_billed_does_not_stop_the_others(self):
        self._create_billed([{}])
        (self.company | self.company_2).psa_billing_automation = "draft"
        runs = type(self.env["psa.billing.run"])
        start = runs._start

        def fail_abroad(run, company):
            if company == self.company_2:
                raise ValueError("No journal")
            return start(run, company)

        with patch.object(runs, "_start", fail_abroad):
            self.env["psa.billing.run"]._cron_start()
        self.assertEqual(
            self.env["psa.billing.run"].search([]).company_id, self.company
        )

    def test_nothing_starts_by_itself_unless_wanted(self):
        self._create_billed([{}])
        self.env["psa.billing.run"]._cron_start()
        self.assertFalse(self.env["psa.billing.run"].search([]))
