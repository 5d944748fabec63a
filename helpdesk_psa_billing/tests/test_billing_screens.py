"""What people see and press: the schedule, revenue, invoices of a customer, settings."""

from ast import literal_eval
from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .billing_common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingSchedule(BillingCommon):
    def _get_period(self, agreement, day):
        return agreement.period_ids.filtered(lambda it: it.date_from == day)

    def test_activation_opens_the_schedule_if_the_company_wants_it(self):
        self.company.psa_billing_opens_schedule = True
        agreement = self._create_billed([{}], activate=False)
        action = agreement.with_user(self.lea).action_activate()
        self.assertEqual(action["res_model"], "psa.period")
        self.assertEqual(action["views"][0][1], "calendar")
        self.assertEqual(
            self.env["psa.period"].search(action["domain"]), agreement.period_ids
        )

    def test_activation_stays_on_the_agreement_otherwise(self):
        agreement = self._create_billed([{}], activate=False)
        self.assertIs(agreement.with_user(self.lea).action_activate(), True)

    def test_second_agreement_with_a_reference_is_refused(self):
        self._create_billed([{}], name="CT-12")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._create_billed([{}], name="ct-12")
        found = self.env["psa.agreement"].search([("name", "=ilike", "ct-12")])
        self.assertEqual(found.name, "CT-12")

    def test_agreement_never_posts_itself(self):
        agreement = self._create_billed([{}])
        before = self.env["account.move"].search_count([])
        agreement._sync_periods()
        with self.enter_registry_test_mode():
            self.env.ref(
                "account.ir_cron_auto_post_draft_entry"
            ).method_direct_trigger()
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual(set(agreement.period_ids.mapped("billing_state")), {"planned"})

    def test_billing_user_skips_periods_with_a_reason(self):
        agreement = self._create_billed([{}])
        period = self._get_period(agreement, date(2026, 2, 1)).with_user(self.bea)
        action = period.action_ask_skip()
        wizard = Form(
            self.env["psa.period.skip"]
            .with_user(self.bea)
            .with_context(**action["context"])
        )
        wizard.reason = "A month free"
        wizard.save().action_skip()
        self.assertEqual(period.billing_state, "skipped")
        self.assertEqual(period.skip_reason, "A month free")
        period.action_plan()
        self.assertEqual(period.billing_state, "planned")

    def test_lead_without_billing_does_not_skip(self):
        agreement = self._create_billed([{}])
        period = self._get_period(agreement, date(2026, 2, 1))
        with self.assertRaises(AccessError):
            period.with_user(self.lea).action_ask_skip()
        self.assertEqual(period.billing_state, "planned")

    def test_drafted_period_is_not_skipped(self):
        agreement = self._create_billed([{}])
        self._run(date(2026, 1, 1))
        period = self._get_period(agreement, date(2026, 1, 1)).with_user(self.bea)
        with self.assertRaisesRegex(UserError, "charged already"):
            period.action_skip("Too late")
        self.assertEqual(period.billing_state, "drafted")

    def test_each_status_is_found(self):
        agreement = self._create_billed([{}])
        self._run(date(2026, 1, 1)).move_ids.action_post()
        self._run(date(2026, 2, 1))
        self._get_period(agreement, date(2026, 3, 1)).action_skip("Free")
        for state in ("invoiced", "drafted", "skipped", "planned"):
            found = self.env["psa.period"].search([("billing_state", "in", [state])])
            self.assertTrue(found)
            self.assertEqual(
                found,
                agreement.period_ids.filtered(
                    lambda it, state=state: it.billing_state == state
                ),
            )

    def test_only_recurring_products_are_offered(self):
        self.env["product.product"].create({"name": "Care of once", "type": "service"})
        field = self.env["psa.agreement.line"]._fields["product_id"]
        found = (
            self.env["product.product"]
            .with_user(self.lea)
            .search([("name", "ilike", "care"), *literal_eval(field.domain)])
        )
        self.assertEqual(found, self.care)

    def test_schedule_is_listed_by_few_queries(self):
        self._create_billed([{}, {"name": "More", "quantity": 2}])
        self._run(date(2026, 3, 1))
        names = ["display_name", "customer_id", "billing_state", "charged_amount"]
        periods = self.env["psa.period"].with_user(self.bea)
        specification = {name: {} for name in names}
        periods.web_search_read([], specification)
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            periods.web_search_read([], specification)


@tagged("post_install", "-at_install")
class TestBillingRunScreen(BillingCommon):
    def _refuse_one(self):
        """Return a run that drafted Globex and refused ACME, and the agreement of ACME."""
        self.env["res.partner"].create({"name": "Old payer", "active": False})
        payer = self.env["res.partner"].create({"name": "Payer"})
        agreement = self._create_billed([{}], partner_invoice_id=payer.id)
        self._create_billed([{}], name="CT-13", customer_id=self.globex.id)
        payer.active = False
        return self._run(date(2026, 1, 1)), agreement

    def test_refused_agreement_is_one_click_away(self):
        run, agreement = self._refuse_one()
        action = run.with_user(self.bea).refused_line_ids.action_open_agreements()
        self.assertEqual(action["res_model"], "psa.agreement")
        self.assertEqual(action["res_id"], agreement.id)

    def test_trying_again_bills_what_was_mended_only(self):
        run, agreement = self._refuse_one()
        agreement.partner_invoice_id = self.acme
        self._create_billed([{}], name="CT-14", customer_id=self.globex.id)
        action = run.with_user(self.bea).action_try_again()
        again = self.env["psa.billing.run"].browse(action["res_id"])
        self.assertEqual(again.state, "proposed")
        self.assertEqual(again.proposed_line_ids.customer_id, self.acme)

    def test_charges_of_a_run_and_of_an_invoice_are_the_same(self):
        self._create_billed([{}, {"name": "More"}])
        run = self._run(date(2026, 1, 1)).with_user(self.bea)
        charges = self.env["psa.charge"].with_user(self.bea)
        of_run = charges.search(run.action_open_charges()["domain"])
        of_invoice = charges.search(run.move_ids.action_psa_open_charges()["domain"])
        self.assertEqual(len(of_run), 2)
        self.assertEqual(of_run, of_invoice)
        self.assertEqual(run.move_ids.psa_charge_count, 2)

    def test_invoice_leads_to_its_run_and_agreement(self):
        agreement = self._create_billed([{}])
        run = self._run(date(2026, 1, 1)).with_user(self.bea)
        invoice = run.move_ids
        self.assertEqual(invoice.action_psa_open_run()["res_id"], run.id)
        self.assertEqual(invoice.action_psa_open_agreements()["res_id"], agreement.id)

    def test_proposal_tells_what_it_is_about(self):
        self._create_billed([{}])
        run = self.env["psa.billing.run"].with_user(self.bea)
        run = run.create({"date": "2026-02-01", "company_id": self.company.id})
        run.action_propose()
        self.assertEqual(
            run.proposed_line_ids.summary, "01/01/2026 – 02/28/2026, 2 charges"
        )

    def test_invoices_of_a_run_are_sent_together(self):
        self.acme.email = "accounts@acme.example.com"
        self.globex.email = "accounts@globex.example.com"
        self._create_billed([{}])
        self._create_billed([{}], name="CT-13", customer_id=self.globex.id)
        invoices = self._run(date(2026, 1, 1)).move_ids.with_user(self.bea)
        invoices.action_post()
        action = invoices.action_send_and_print()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.bea)
            .with_context(**action["context"])
            .create({})
        )
        wizard.action_send_and_print()
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertEqual(invoices.mapped("is_move_sent"), [True, True])
        mails = self.env["mail.mail"].search([("model", "=", "account.move")])
        self.assertCountEqual(
            mails.mail_message_id.filtered("subject").mapped("res_id"), invoices.ids
        )


@tagged("post_install", "-at_install")
class TestRecurringRevenue(BillingCommon):
    def test_revenue_per_month_of_every_rhythm(self):
        agreement = self._create_billed(
            [
                {"quantity": 2},
                {"name": "Quarter", "price_unit": 300, "billing_interval": 3},
                {
                    "name": "Year",
                    "price_unit": 1200,
                    "billing_unit": "year",
                    "discount": 50,
                },
                {"name": "Once", "charge_kind": "one_time"},
            ]
        )
        self.assertEqual(agreement.line_ids.mapped("monthly_amount"), [200, 100, 50, 0])
        self.assertEqual(agreement.with_user(self.lea).monthly_amount, 350)

    def test_lines_that_are_over_or_to_come_bring_in_nothing(self):
        agreement = self._create_billed(
            [
                {},
                {"name": "Over", "date_until": "2026-02-01"},
                {"name": "To come", "date_from": "2099-01-01"},
            ]
        )
        self.assertEqual(agreement.monthly_amount, 100)

    def test_revenue_of_a_customer_is_that_of_his_agreements_in_force(self):
        self._create_billed([{}])
        self._create_billed([{"quantity": 2}], name="CT-13")
        self._create_billed([{"quantity": 5}], name="CT-14", activate=False)
        self.assertEqual(self.acme.with_user(self.bea).psa_monthly_amount, 300)
        self.assertEqual(self.globex.with_user(self.bea).psa_monthly_amount, 0)

    def test_revenue_of_a_customer_is_in_the_currency_of_the_company(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.5,
            }
        )
        self._create_billed([{"price_unit": 100}], currency_id=euro.id)
        self.assertEqual(self.acme.with_user(self.bea).psa_monthly_amount, 200)

    def test_revenue_is_summed_per_customer(self):
        self._create_billed([{}, {"name": "More", "quantity": 2}])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_agreement_line_action_mrr"
        )
        lines = self.env["psa.agreement.line"].with_user(self.bea)
        [(customer, amount)] = lines._read_group(
            literal_eval(action["domain"]),
            ["customer_id"],
            ["monthly_amount:sum"],
        )
        self.assertEqual((customer, amount), (self.acme, 300))

    def test_words_of_a_line(self):
        agreement = self._create_billed(
            [
                {"discount": 5},
                {"billing_interval": 3, "billing_timing": "arrears"},
                {"billing_unit": "year", "billing_interval": 2},
                {"charge_kind": "one_time", "price_method": "pricelist"},
                {
                    "quantity_method": "equipment",
                    "minimum_quantity": 4,
                    "equipment_ids": [Command.set(self.printer.ids)],
                },
            ]
        )
        lines = agreement.line_ids.with_user(self.lea)
        self.assertEqual(
            lines.mapped("rhythm"),
            [
                "Each month, in advance",
                "Each quarter, in arrears",
                "Every 2 years, in advance",
                "Once",
                "Each month, in advance",
            ],
        )
        self.assertEqual(lines[-1].quantity_text, "Equipment, at least 4")
        self.assertEqual(lines[0].price_text, f"{self.currency.format(100)} − 5 %")
        self.assertEqual(lines[3].price_text, "Pricelist")


@tagged("post_install", "-at_install")
class TestFinance(BillingCommon):
    def _create_invoice(self, partner, move_type="out_invoice", user=None, **values):
        return (
            self.env["account.move"]
            .with_user(user or self.bea)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": partner.id,
                    "invoice_line_ids": [
                        Command.create({"product_id": self.care.id}),
                        Command.create({"name": "Free words", "price_unit": 40}),
                    ],
                    **values,
                }
            )
        )

    def test_invoices_of_a_customer_are_those_of_his_company(self):
        mine = self._create_invoice(self.acme)
        mine |= self._create_invoice(self.casey)
        mine |= self._create_invoice(self.acme, "out_refund")
        self._create_invoice(self.globex)
        customer = self.acme.with_user(self.bea)
        action = customer.action_psa_open_invoices()
        self.assertEqual(
            self.env["account.move"].search(action["domain"]), mine.sorted()
        )
        self.assertEqual(customer.psa_invoice_count, 3)

    def test_stand_alone_invoice_has_products_and_free_lines(self):
        invoice = self._create_invoice(self.acme)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_untaxed, 140)
        self.assertEqual(
            invoice.invoice_line_ids.mapped("name"), ["Care", "Free words"]
        )

    def test_memo_and_tax_are_those_of_the_settings(self):
        settings = self.env["res.config.settings"].create(
            {
                "psa_billing_memo": "<p>Quote our number.</p>",
                "psa_sale_tax_id": self.tax.id,
                "psa_billing_lead_days": 7,
            }
        )
        settings.execute()
        product = self.env["product.product"].create(
            {"name": "New", "list_price": 10, "psa_recurring": True}
        )
        agreement = self._create_billed([{"product_id": product.id}])
        invoice = self._run(date(2025, 12, 25)).move_ids
        self.assertEqual(agreement.billing_lead_days, 7)
        self.assertIn("Quote our number.", invoice.narration)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax)

    def test_hour_costs_what_the_employee_costs(self):
        self.ada.employee_id.sudo().unlink()
        employee = self.env["hr.employee"].create(
            {"name": "Ada", "user_id": self.ada.id, "hourly_cost": 35}
        )
        project = self.env["project.project"].create({"name": "Support"})
        entry = self.env["account.analytic.line"].create(
            {
                "name": "Repair",
                "project_id": project.id,
                "employee_id": employee.id,
                "unit_amount": 2,
            }
        )
        self.assertEqual(entry.amount, -70)

    def test_finance_is_in_one_menu(self):
        self.bea.group_ids += self.env.ref("sales_team.group_sale_salesman")
        menu = self.env.ref("helpdesk_psa_billing.psa_billing_menu")
        visible = self.env["ir.ui.menu"].with_user(self.bea)._visible_menu_ids()
        names = menu.child_id.filtered(lambda it: it.id in visible).mapped("name")
        for name in ("Invoices", "Credit notes", "Quotes", "Vendor bills", "Products"):
            self.assertIn(name, names)

    def test_agents_have_no_finance(self):
        menu = self.env.ref("helpdesk_psa_billing.psa_billing_menu")
        visible = self.env["ir.ui.menu"].with_user(self.ada)._visible_menu_ids()
        self.assertNotIn(menu.id, visible)
