"""Licences come in a sheet."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ..tools.licence_sheet import COLUMNS
from .import_common import ImportCommon

# What is wrong with a row, and what the refusal says.
REFUSALS = [
    ({"Customer": "Nobody Ltd"}, "“Nobody Ltd” does not exist"),
    ({"Site": "Moon"}, "ACME has no site “Moon”"),
    ({"Product": "Spaceship"}, "Spaceship.*name of a product"),
    ({"User e-mail": "zoe@globex.example.com"}, "Nobody at ACME has the address"),
    ({"Seats": "many"}, "Seats: “many” is not known.*number"),
    ({"Start": "2026-05-01", "End": "2026-04-30"}, "end before it starts"),
    ({"Licence": "", "Product": "", "Subscription ID": ""}, "names no licence"),
    ({"Licence": "", "Product": "", "Subscription ID": "X"}, "does not exist yet"),
]


@tagged("post_install", "-at_install")
class TestLicenceImport(ImportCommon):
    def _row(self, **cells):
        return {
            "Customer": "ACME",
            "Site": "",
            "Licence": "Office",
            "Product": "M365",
            "Subscription ID": "SUB-1",
            "Seats": "12",
            "Start": "1/3/2026",
            "End": "",
            "User e-mail": "",
            **cells,
        }

    def _do(self, *rows, **values):
        return self._import(*rows, kind="licences", **values)

    def _find(self):
        return self.env["psa.licence"].search([("customer_id", "=", self.acme.id)])

    def test_dry_run_writes_nothing(self):
        job = self._check(self._row(), kind="licences")
        self.assertEqual(job.created_count, 1)
        self.assertFalse(self._find())

    def test_licence_comes_in_with_everything_said(self):
        self._do(self._row(Site="Plant", End="28/02/2027"))
        licence = self._find()
        self.assertEqual(licence.name, "Office")
        self.assertEqual(licence.product_id, self.m365)
        self.assertEqual(licence.quantity, 12)
        self.assertEqual(licence.site_id, self.plant)
        self.assertEqual(licence.date_start, date(2026, 3, 1))
        self.assertEqual(licence.date_end, date(2027, 2, 28))

    def test_imported_licence_is_counted_from_its_start(self):
        self._do(self._row())
        line = self._create_line(quantity_method="licences", product_id=self.m365.id)
        self.assertEqual(self._count(line, date(2026, 3, 1)), ["Office"])
        self.assertEqual(self._count(line, date(2026, 2, 28)), [])

    def test_rows_of_several_people_are_one_licence(self):
        job = self._do(
            self._row(**{"User e-mail": "casey@acme.example.com"}),
            self._row(**{"User e-mail": "dana@acme.example.com"}),
        )
        self.assertEqual((job.created_count, job.updated_count), (1, 1))
        self.assertEqual(self._find().seat_ids.partner_id, self.casey | self.dana)

    def test_second_import_changes_nothing(self):
        rows = [self._row(**{"User e-mail": "casey@acme.example.com"})]
        self._do(*rows)
        job = self._do(*rows)
        self.assertEqual((job.unchanged_count, job.row_count), (1, 1))
        self.assertEqual(len(self._find().seat_ids), 1)

    def test_known_subscription_changes_its_seats(self):
        self._do(self._row())
        job = self._do(
            {"Customer": "ACME", "Licence": "", "Seats": "15"}
            | {"Subscription ID": "sub-1"}
        )
        self.assertEqual(job.updated_count, 1)
        self.assertEqual(self._find().quantity, 15)
        self.assertEqual(self._find().name, "Office")

    def test_bad_rows_are_refused_with_the_remedy_and_good_ones_come_in(self):
        rows = [
            self._row(**{"Subscription ID": f"N{number}"} | cells)
            for number, (cells, _message) in enumerate(REFUSALS)
        ]
        job = self._do(self._row(), *rows)
        refused = job.refused_row_ids.sorted("number")
        self.assertEqual(len(refused), len(REFUSALS))
        for row, (_cells, message) in zip(refused, REFUSALS, strict=True):
            self.assertRegex(row.message, message)
        self.assertEqual(len(self._find()), 1)

    def test_row_opens_its_licence(self):
        job = self._do(self._row())
        action = job.row_ids.action_open_party()
        self.assertEqual(action["res_model"], "psa.licence")
        self.assertEqual(action["res_id"], self._find().id)

    def test_sample_files_are_read_and_name_every_column(self):
        for kind in ("csv", "xlsx"):
            path = f"helpdesk_psa_billing/static/{kind}/psa_licences.{kind}"
            with file_open(path, "rb") as file:
                job = self._check(data=file.read(), kind="licences")
            self.assertFalse(job.error)
            self.assertFalse(job.unknown_headings)
        own = {column.headings[0] for column in COLUMNS if column.party == "licence"}
        self.assertLessEqual(own, {*job.headings})

    def test_agent_imports_nothing(self):
        with self.assertRefused(UserError):
            self._check(self._row(), kind="licences", user=self.rita)
        self.assertFalse(self._find())
