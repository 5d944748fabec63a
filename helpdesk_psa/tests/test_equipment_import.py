import base64
import csv
import io
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ..tools.equipment_sheet import COLUMNS, parse_date
from .work_common import WorkCommon

# What is wrong with a row, and what the refusal says.
REFUSALS = [
    ({"Customer": "Nobody Ltd"}, "“Nobody Ltd” does not exist"),
    ({"Customer": ""}, "Customer is empty"),
    ({"Site": "Moon"}, "ACME has no site “Moon”"),
    ({"Category": "Spaceships"}, "Spaceships.*create it first"),
    ({"User e-mail": "zoe@globex.example.com"}, "Nobody at ACME has the address"),
    ({"Part of": "Big thing"}, "no equipment “Big thing”.*above this one"),
    ({"Installed": "soon"}, "Installed: “soon” is not known"),
    (
        {"Warranty from": "2026-05-01", "Warranty until": "2026-04-30"},
        "end before it starts",
    ),
    ({"Equipment": "", "Model": "", "Serial number": ""}, "names no equipment"),
    (
        {"Customer": "Globex", "Equipment": "", "Serial number": "", "Model": ""},
        "names",
    ),
]


@tagged("post_install", "-at_install")
class TestEquipmentImport(WorkCommon):
    """Lea brings the equipment of her customers in one sheet."""

    def _check(self, *rows, user=None, data=None, **values):
        """Upload a sheet and check it."""
        if data is None:
            headings = list(dict.fromkeys(name for row in rows for name in row))
            out = io.StringIO()
            writer = csv.DictWriter(out, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
            data = out.getvalue().encode()
        job = (
            self.env["psa.import"]
            .with_user(user or self.lea)
            .create({"kind": "equipment", "file": base64.b64encode(data), **values})
        )
        job.action_check()
        return job

    def _import(self, *rows, **values):
        job = self._check(*rows, **values)
        job.action_import()
        return job

    def _row(self, **cells):
        return {
            "Customer": "ACME",
            "Site": "Plant",
            "Equipment": "New printer",
            "Category": "Hardware / Printers",
            "Model": "LaserJet M507",
            "Serial number": "NEW-0001",
            "User e-mail": "casey@acme.example.com",
            "Part of": "",
            "Installed": "1/3/2026",
            "Warranty from": "",
            "Warranty until": "2028-02-29",
            **cells,
        }

    def _find(self, name):
        return self.env["psa.equipment"].search([("name", "=", name)])

    def test_dry_run_writes_nothing(self):
        job = self._check(self._row())
        self.assertEqual(job.created_count, 1)
        self.assertFalse(self._find("New printer"))

    def test_new_equipment_is_created_with_everything_said(self):
        self._import(self._row())
        equipment = self._find("New printer")
        self.assertEqual(equipment.customer_id, self.acme)
        self.assertEqual(equipment.site_id, self.plant)
        self.assertEqual(equipment.category_id, self.printers)
        self.assertEqual(equipment.partner_id, self.casey)
        self.assertEqual(equipment.install_date, date(2026, 3, 1))
        self.assertEqual(equipment.warranty_start, date(2026, 3, 1))
        self.assertEqual(equipment.warranty_end, date(2028, 2, 29))

    def test_second_import_changes_nothing(self):
        self._import(self._row())
        job = self._check(self._row())
        self.assertEqual((job.unchanged_count, job.row_count), (1, 1))

    def test_known_serial_changes_the_equipment(self):
        job = self._import(
            {
                "Customer": "ACME",
                "Serial number": "vnb3k 12345",
                "Model": "LASERJET m507",
                "Location": "Hall",
            }
        )
        self.assertEqual(job.updated_count, 1)
        self.assertEqual(self.printer.location, "Hall")
        self.assertEqual(self.printer.name, "HP-3")

    def test_serial_alone_is_enough_to_recognise_it(self):
        self._import(
            {"Customer": "ACME", "Serial number": "VNB3K12345", "Location": "Hall"}
        )
        self.assertEqual(self.printer.location, "Hall")

    def test_move_by_import_is_kept_in_the_history(self):
        self._import(
            {"Customer": "ACME", "Serial number": "VNB3K12345", "Site": "Plant"}
        )
        self.assertEqual(self.printer.move_ids.to_site_id, self.plant)
        self.assertEqual(self.printer.move_ids.user_id, self.lea)

    def test_part_finds_the_whole_above_it(self):
        self._import(
            self._row(Equipment="Rack", **{"Serial number": "RACK-001"}),
            self._row(
                Equipment="Blade",
                **{"Serial number": "BLADE-01", "Part of": "rack-001"},
            ),
        )
        self.assertEqual(self._find("Blade").parent_id, self._find("Rack"))

    def test_same_equipment_twice_in_the_sheet_is_one(self):
        job = self._import(self._row(), self._row())
        self.assertEqual((job.created_count, job.unchanged_count), (1, 1))
        self.assertEqual(len(self._find("New printer")), 1)

    def test_bad_rows_are_refused_with_the_remedy_and_good_ones_come_in(self):
        rows = [self._row(**cells) for cells, _message in REFUSALS]
        job = self._import(self._row(Equipment="Good"), *rows)
        refused = job.refused_row_ids.sorted("number")
        self.assertEqual(len(refused), len(REFUSALS))
        for row, (_cells, message) in zip(refused, REFUSALS, strict=True):
            self.assertRegex(row.message, message)
        self.assertEqual(self._find("Good").customer_id, self.acme)

    def test_sample_files_are_read_and_name_every_column(self):
        for kind in ("csv", "xlsx"):
            with file_open(
                f"helpdesk_psa/static/{kind}/psa_equipment.{kind}", "rb"
            ) as file:
                job = self._check(data=file.read())
            self.assertFalse(job.error)
            self.assertFalse(job.unknown_headings)
            self.assertEqual(job.refused_count, 3)
        own = {column.headings[0] for column in COLUMNS if column.party == "equipment"}
        self.assertLessEqual(own - {"Serial"}, {*job.headings})

    def test_agent_imports_nothing(self):
        with self.assertRaises(UserError):
            self._check(self._row(), user=self.ada)

    def test_five_hundred_rows_take_few_queries(self):
        rows = [
            self._row(Equipment=f"P{index}", **{"Serial number": f"SERIAL-{index}"})
            for index in range(200)
        ]
        job = self._check(*rows)
        with self.assertQueryCount(130):
            job.action_import()
        self.assertEqual(job.created_count, 200)

    def test_dates_people_write(self):
        self.assertEqual(parse_date("31/12/2026"), date(2026, 12, 31))
        self.assertIsNone(parse_date("31/13/2026"))
