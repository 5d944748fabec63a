"""Posted invoices and their customers leave for accounting elsewhere, each once."""

import base64
import csv
import io
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.helpdesk_psa_billing.tools import ledger_sheet

from .charge_common import ChargeCommon


@tagged("post_install", "-at_install")
class TestInvoiceExport(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.write({"ref": "K-100", "vat": False})

    def _post(self, invoice, day="2026-03-31"):
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _invoice(self):
        self._approve(self._work(60))
        return self._post(self._bill_work())

    def _export(self, user=None, **values):
        wizard = (
            self.env["psa.invoice.export"]
            .with_user(user or self.bea)
            .create(
                {
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "separator": "comma",
                    "decimal": "point",
                    **values,
                }
            )
        )
        wizard.action_export()
        return wizard

    def _read(self, content, delimiter=","):
        text = base64.b64decode(content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))

    def test_each_journal_item_is_a_row_and_an_invoice_adds_up_to_nothing(self):
        invoice = self._invoice()
        rows = self._read(self._export().invoice_file)
        self.assertEqual(
            {row["line_kind"]: float(row["amount"]) for row in rows},
            {"sale": -90, "tax": -18, "receivable": 108},
        )
        self.assertEqual({row["document"] for row in rows}, {invoice.name})
        self.assertEqual({row["customer_code"] for row in rows}, {"K-100"})

    def test_tax_rows_name_their_tax_and_its_base(self):
        self._invoice()
        rows = self._read(self._export().invoice_file)
        [tax] = [row for row in rows if row["line_kind"] == "tax"]
        self.assertEqual((tax["tax"], float(tax["tax_base"])), ("20 %", -90))
        [sale] = [row for row in rows if row["line_kind"] == "sale"]
        self.assertEqual(sale["taxes"], "20 %")

    def test_credit_note_counts_the_other_way(self):
        credit = self._credit(self._invoice(), date=date(2026, 3, 31))
        self._post(credit)
        rows = self._read(self._export().invoice_file)
        self.assertEqual(sum(float(row["amount"]) for row in rows), 0)
        kinds = {row["type"]: row["reversed_document"] for row in rows}
        self.assertEqual(set(kinds), {"invoice", "credit_note"})
        self.assertTrue(kinds["credit_note"])

    def test_customers_of_the_invoices_have_a_file_of_their_own(self):
        self._invoice()
        [row] = self._read(self._export().customer_file)
        self.assertEqual(
            (row["customer_code"], row["customer_name"]), ("K-100", "ACME")
        )

    def test_analytic_shares_are_named(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        account = self.env["account.analytic.account"].create(
            {"name": "Service", "code": "SRV", "plan_id": plan.id}
        )
        self._approve(self._work(60))
        invoice = self._bill_work()
        self._get_line(invoice).analytic_distribution = {str(account.id): 100}
        self._post(invoice)
        rows = self._read(self._export().invoice_file)
        [sale] = [row for row in rows if row["line_kind"] == "sale"]
        self.assertEqual(sale["analytic"], "SRV: 100")

    def test_exported_invoices_are_marked_and_left_out_the_next_time(self):
        invoice = self._invoice()
        self._export()
        self.assertTrue(invoice.psa_exported_at)
        with self.assertRefused(UserError, "nothing to export"):
            self._export()

    def test_they_can_be_exported_again(self):
        self._invoice()
        first = self._export().invoice_file
        self.assertEqual(self._export(only_new=False).invoice_file, first)

    def test_invoice_that_becomes_a_draft_is_exported_anew(self):
        invoice = self._invoice()
        self._export()
        invoice.button_draft()
        self.assertFalse(invoice.psa_exported_at)
        invoice.action_post()
        self.assertEqual(self._export().done_count, 1)

    def test_drafts_other_days_and_journals_stay_behind(self):
        self._invoice()
        self._approve(self._work(30))
        self._bill_work(date(2026, 5, 1))
        other = self.env["account.journal"].create(
            {"name": "Other", "code": "OTH", "type": "sale"}
        )
        for values in (
            {"date_from": "2026-02-01", "date_to": "2026-02-28"},
            {"journal_ids": [Command.set(other.ids)]},
        ):
            with self.assertRefused(UserError, "nothing to export"):
                self._export(**values)
        self.assertEqual(self._export().done_count, 1)

    def test_columns_are_those_that_the_docs_tell(self):
        self._invoice()
        wizard = self._export()
        [row, *_others] = self._read(wizard.invoice_file)
        self.assertEqual(tuple(row), ledger_sheet.INVOICE_COLUMNS)
        [row] = self._read(wizard.customer_file)
        self.assertEqual(tuple(row), ledger_sheet.CUSTOMER_COLUMNS)

    def test_file_for_spreadsheets_with_a_decimal_comma(self):
        self._invoice()
        wizard = self._export(separator="semicolon", decimal="comma")
        rows = self._read(wizard.invoice_file, ";")
        self.assertIn("-90", {row["amount"] for row in rows})
        self.assertTrue(
            base64.b64decode(wizard.invoice_file).startswith(b"\xef\xbb\xbf")
        )

    def test_any_number_of_invoices_takes_as_many_queries(self):
        self._invoice()
        other = self._create_ticket(partner_id=self.zoe.id)
        for number in range(4):
            self._approve(self._work(30 + number) | self._work(30, ticket=other))
            self._post(self._bill_work(date(2026, 5 + number, 1)))
        moves = self.env["account.move"].search([("psa_is_charged", "=", True)])
        counts = []
        for some in (moves[:1], moves):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._psa_get_export_rows()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertGreater(len(moves), 4)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_agent_and_lead_do_not_export(self):
        invoice = self._invoice()
        for user in (self.ada, self.lea):
            with self.assertRaises(AccessError):
                self._export(user=user)
        self.assertFalse(invoice.psa_exported_at)

    def test_other_company_is_not_exported(self):
        self._invoice()
        with self.assertRaises(UserError):
            self._export(company_id=self.company_2.id)
