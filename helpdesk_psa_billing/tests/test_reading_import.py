"""Meter readings come in a sheet."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from ..tools.reading_sheet import COLUMNS
from .import_common import ImportCommon
from .usage_common import JUNE_30, MAY_31, UsageCommon

# What is wrong with a row, and what the refusal says.
REFUSALS = [
    ({"Customer": "Nobody Ltd"}, "“Nobody Ltd” does not exist"),
    ({"Meter": "Moon"}, "ACME has no meter “Moon”"),
    ({"Meter": ""}, "names no meter"),
    ({"Shows": "many"}, "Shows: “many” is not known.*number"),
    ({"Shows": ""}, "Shows is empty"),
    ({"Date": "2026-06-30", "Shows": "900"}, "less than 1,000"),
    ({"Date": "2099-01-01"}, "day to come"),
    ({"What happened": "stolen"}, "replaced"),
]


@tagged("post_install", "-at_install")
class TestReadingImport(UsageCommon, ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter.reference = "BW-1"

    def _row(self, **cells):
        return {
            "Customer": "ACME",
            "Meter": "BW-1",
            "Serial number": "",
            "Date": "2026-05-31",
            "Shows": "1000",
            "What happened": "",
            "Former counter": "",
            **cells,
        }

    def _do(self, *rows, **values):
        return self._import(*rows, kind="readings", **values)

    def test_dry_run_writes_nothing(self):
        job = self._check(self._row(), kind="readings")
        self.assertEqual(job.created_count, 1)
        self.assertFalse(self.meter.reading_ids)

    def test_readings_come_in_by_meter_id_name_and_serial_number(self):
        self._do(
            self._row(),
            self._row(Meter="Black", Date="2026-06-10", Shows="1 100,5"),
            self._row(**{"Meter": "", "Serial number": "sn-copier"})
            | {"Date": "2026-06-30", "Shows": "1400"},
        )
        readings = self.meter.reading_ids.sorted("date")
        self.assertEqual(readings.mapped("date")[::2], [MAY_31, JUNE_30])
        self.assertEqual(readings.mapped("value"), [1000, 1100.5, 1400])

    def test_replaced_counter_comes_in_with_the_former_one(self):
        self._do(
            self._row(),
            self._row(Date="2026-06-30", Shows="0")
            | {"What happened": "Remplacé", "Former counter": "1200"}
            | {"What happened": "Replaced"},
        )
        self.assertEqual(self.meter.reading_ids.sorted("date")[-1].quantity, 200)

    def test_second_import_changes_nothing(self):
        self._do(self._row())
        job = self._do(self._row())
        self.assertEqual((job.unchanged_count, job.row_count), (1, 1))
        self.assertEqual(len(self.meter.reading_ids), 1)

    def test_other_number_of_the_same_day_is_refused(self):
        self._do(self._row())
        job = self._do(self._row(Shows="1001"))
        self.assertRegex(job.refused_row_ids.message, "showed 1,000 on that day")
        self.assertEqual(self.meter.last_value, 1000)

    def test_several_meters_of_one_name_ask_for_the_id(self):
        self._create_meter(name="Black", reference="BW-2")
        job = self._do(self._row(Meter="Black"))
        self.assertRegex(job.refused_row_ids.message, "several meters “Black”")

    def test_bad_rows_are_refused_with_the_remedy_and_good_ones_come_in(self):
        rows = [self._row(**cells) for cells, _message in REFUSALS]
        job = self._do(self._row(), *rows)
        refused = job.refused_row_ids.sorted("number")
        self.assertEqual(len(refused), len(REFUSALS))
        for row, (_cells, message) in zip(refused, REFUSALS, strict=True):
            self.assertRegex(row.message, message)
        self.assertEqual(len(self.meter.reading_ids), 1)

    def test_row_opens_its_reading(self):
        job = self._do(self._row())
        action = job.row_ids.action_open_party()
        self.assertEqual(action["res_model"], "psa.usage.reading")
        self.assertEqual(action["res_id"], self.meter.reading_ids.id)

    def test_sample_files_are_read_and_name_every_column(self):
        for kind in ("csv", "xlsx"):
            path = f"helpdesk_psa_billing/static/{kind}/psa_readings.{kind}"
            with file_open(path, "rb") as file:
                job = self._check(data=file.read(), kind="readings")
            self.assertFalse(job.error)
            self.assertFalse(job.unknown_headings)
        own = {column.headings[0] for column in COLUMNS if column.party == "reading"}
        self.assertLessEqual(own, {*job.headings})

    def test_reader_imports_nothing(self):
        with self.assertRefused(UserError):
            self._check(self._row(), kind="readings", user=self.rita)
        self.assertFalse(self.meter.reading_ids)
