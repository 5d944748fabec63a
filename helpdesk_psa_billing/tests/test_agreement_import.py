"""Agreements with their lines come in a sheet."""

import csv
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ..tools.agreement_sheet import COLUMNS
from .import_common import DATA, ImportCommon

# What is wrong with a row, and what the refusal says.
REFUSALS = [
    ({"Customer": "Nobody Ltd"}, "“Nobody Ltd” does not exist"),
    ({"Agreement": ""}, "Agreement is empty"),
    ({"Start": ""}, "is new and has no start"),
    ({"End": "2025-01-01"}, "end before it starts"),
    ({"Invoiced every": "5 days"}, "Invoiced every: “5 days” is not known"),
    ({"Notice": "2 weeks"}, "write it in months or years"),
    ({"Product": "Bolt"}, "“Bolt” is not a recurring product"),
    ({"Counts": "equipment"}, "fill in the categories"),
    ({"Equipment categories": "Spaceships"}, "Spaceships.*create it first"),
    ({"Site": "Moon"}, "ACME has no site “Moon”"),
    ({"Discount": "120"}, "100 % at most"),
    ({"Line": "", "Product": ""}, "names none"),
]


@tagged("post_install", "-at_install")
class TestAgreementImport(ImportCommon):
    def _row(self, **cells):
        return {
            "Customer": "ACME",
            "Agreement": "A-1",
            "Title": "Care",
            "Type": "managed",
            "Start": "2026-01-31",
            "End": "",
            "Renewal": "",
            "Notice": "2 months",
            "Invoiced every": "quarter",
            "When": "in arrears",
            "Periods": "calendar",
            "Line": "Users",
            "Product": "Care",
            "Counts": "users",
            "Quantity": "",
            "Included": "2",
            "Price": "12,50",
            "Discount": "10",
            "Site": "",
            "Equipment categories": "",
            **cells,
        }

    def _do(self, *rows, **values):
        return self._import(*rows, kind="agreements", **values)

    def _find(self, reference="A-1"):
        return self.env["psa.agreement"].search([("name", "=", reference)])

    def test_dry_run_writes_nothing(self):
        job = self._check(self._row(), kind="agreements")
        self.assertEqual(job.created_count, 1)
        self.assertFalse(self._find())

    def test_agreement_comes_in_as_a_draft_with_everything_said(self):
        self._do(self._row())
        agreement = self._find()
        self.assertEqual(agreement.state, "draft")
        self.assertEqual(agreement.customer_id, self.acme)
        self.assertEqual(agreement.date_start, date(2026, 1, 31))
        self.assertEqual((agreement.notice_count, agreement.notice_unit), (2, "month"))
        self.assertEqual(agreement.billing_alignment, "calendar")
        line = agreement.line_ids
        self.assertEqual((line.billing_interval, line.billing_unit), (3, "month"))
        self.assertEqual(line.billing_timing, "arrears")
        self.assertEqual(
            (line.product_id, line.quantity_method), (self.care, "contacts")
        )
        self.assertEqual((line.price_unit, line.discount), (12.5, 10))
        self.assertEqual(line.included_quantity, 2)

    def test_rows_of_one_reference_are_lines_of_one_agreement(self):
        job = self._do(
            self._row(),
            {"Customer": "ACME", "Agreement": "a-1", "Line": "PCs", "Product": "Care"}
            | {"Counts": "equipment", "Equipment categories": "Hardware / PCs"},
        )
        self.assertEqual(job.created_count, 2)
        lines = self._find().line_ids
        self.assertEqual(lines.mapped("name"), ["Users", "PCs"])
        self.assertEqual(lines[1].equipment_category_ids, self.pcs)

    def test_line_may_have_dates_and_a_rhythm_of_its_own(self):
        self._do(
            self._row(
                **{
                    "Line from": "2026-03-01",
                    "Line until": "2026-08-31",
                    "Line invoiced every": "month",
                    "Site": "Plant",
                }
            )
        )
        line = self._find().line_ids
        self.assertEqual(line.date_from, date(2026, 3, 1))
        self.assertEqual(line.date_until, date(2026, 9, 1))
        self.assertEqual(line.billing_interval, 1)
        self.assertEqual(line.site_ids, self.plant)

    def test_second_import_changes_nothing(self):
        rows = [self._row(), self._row(Line="More", Quantity="3", Counts="fixed")]
        self._do(*rows)
        job = self._do(*rows)
        self.assertEqual((job.unchanged_count, job.row_count), (2, 2))
        self.assertEqual(len(self._find().line_ids), 2)

    def test_second_import_of_what_is_in_force_changes_nothing(self):
        self._do(self._row(), puts_in_force=True)
        self.assertEqual(self._find().state, "active")
        job = self._do(self._row(), puts_in_force=True)
        self.assertEqual((job.unchanged_count, job.refused_count), (1, 0))

    def test_drafts_are_changed(self):
        self._do(self._row())
        job = self._do(self._row(Price="15", Title="More care"))
        self.assertEqual(job.updated_count, 1)
        self.assertEqual(self._find().line_ids.price_unit, 15)
        self.assertEqual(self._find().title, "More care")

    def test_what_is_in_force_is_not_changed(self):
        self._do(self._row(), puts_in_force=True)
        job = self._do(self._row(Price="15"), self._row(Line="Another"))
        messages = job.refused_row_ids.sorted("number").mapped("message")
        self.assertRegex(messages[0], "in force.*amendment.*Price")
        self.assertRegex(messages[1], "in force.*new line")
        self.assertEqual(self._find().line_ids.price_unit, 12.5)
        self.assertEqual(len(self._find().line_ids), 1)

    def test_agreement_in_force_plans_its_periods(self):
        self._do(self._row(), puts_in_force=True)
        self.assertTrue(self._find().period_ids)

    def test_agreement_with_a_refused_row_stays_a_draft(self):
        job = self._do(
            self._row(), self._row(Line="Bad", Product="Nothing"), puts_in_force=True
        )
        self.assertEqual(job.refused_count, 1)
        self.assertEqual(self._find().state, "draft")

    def test_reference_of_another_customer_is_refused(self):
        self._do(self._row())
        job = self._do(self._row(Customer="Globex"))
        self.assertRegex(job.refused_row_ids.message, "agreement with ACME")
        self.assertEqual(self._find().customer_id, self.acme)

    def test_rows_that_contradict_each_other_are_refused(self):
        job = self._do(self._row(), self._row(Line="More", Title="Other"))
        self.assertRegex(job.refused_row_ids.message, "row 2 says something else")
        self.assertEqual(len(self._find().line_ids), 1)

    def test_bad_rows_are_refused_with_the_remedy_and_good_ones_come_in(self):
        self.env["product.product"].create({"name": "Bolt"})
        rows = [
            self._row(**{"Agreement": f"B-{number}"} | cells)
            for number, (cells, _message) in enumerate(REFUSALS)
        ]
        job = self._do(self._row(), *rows)
        refused = job.refused_row_ids.sorted("number")
        self.assertEqual(len(refused), len(REFUSALS))
        for row, (_cells, message) in zip(refused, REFUSALS, strict=True):
            self.assertRegex(row.message, message)
        self.assertEqual(len(self._find()), 1)
        self.assertFalse(self._find("B-3"))

    def test_sample_files_are_read_and_name_every_column(self):
        for kind in ("csv", "xlsx"):
            path = f"helpdesk_psa_billing/static/{kind}/psa_agreements.{kind}"
            with file_open(path, "rb") as file:
                job = self._check(data=file.read(), kind="agreements")
            self.assertFalse(job.error)
            self.assertFalse(job.unknown_headings)
        own = {it.headings[0] for it in COLUMNS if it.party in ("agreement", "line")}
        self.assertLessEqual(own, {*job.headings})

    def test_agent_imports_nothing(self):
        with self.assertRefused(UserError):
            self._check(self._row(), kind="agreements", user=self.ada)
        self.assertFalse(self._find())

    def _prepare_sample(self):
        """Enter the customers, products and categories that the sample data names."""
        data = (DATA / "customers.csv").read_bytes()
        job = self._import(data=data, kind="customers", customer_key="ref")
        self.assertFalse(job.refused_row_ids.mapped("message"))
        self.assertEqual((job.error, job.done_count), (False, 50))
        with (DATA / "recurring_products.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["Name"] != self.setup_fee.name:
                    self._create_product(row["Name"], float(row["Sales Price"]))
        with (DATA / "equipment_categories.csv").open(encoding="utf-8") as file:
            self.env["psa.equipment.category"].create(
                [{"name": row["Name"]} for row in csv.DictReader(file)]
            )

    def test_fifty_agreements_come_in_and_once_more_nothing_happens(self):
        self._prepare_sample()
        for name in ("agreements.csv", "agreements.xlsx"):
            data = (DATA / name).read_bytes()
            job = self._check(data=data, kind="agreements", customer_key="ref")
            self.assertFalse(job.refused_row_ids.mapped("message"))
            if name.endswith("csv"):
                self.assertEqual((job.created_count, job.row_count), (100, 100))
                job.puts_in_force = True
                job.action_import()
            else:
                self.assertEqual((job.unchanged_count, job.row_count), (100, 100))
        agreements = self.env["psa.agreement"].search([("name", "=like", "AG-00%")])
        self.assertEqual(len(agreements), 50)
        self.assertNotIn("draft", agreements.mapped("state"))
        self.assertEqual(len(agreements.line_ids), 100)

    def test_licences_of_the_sample_come_in_too(self):
        self._prepare_sample()
        job = self._import(
            data=(DATA / "licences.csv").read_bytes(),
            kind="licences",
            customer_key="ref",
        )
        self.assertFalse(job.refused_row_ids.mapped("message"))
        self.assertEqual(job.good_count, 40)

    def test_sheet_is_imported_by_few_queries(self):
        rows = [
            self._row(Agreement=f"Q-{number // 2}", Line=f"Line {number % 2}")
            for number in range(60)
        ]
        job = self._check(*rows, kind="agreements")
        with self.assertQueryCount(400):
            job.action_import()
        self.assertEqual(job.created_count, 60)
