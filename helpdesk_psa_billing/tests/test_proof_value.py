"""A proof adds up, and its workbook holds real numbers and dates. No database."""

import io
import random
from datetime import date, datetime

import openpyxl

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa_billing.tools import proof, proof_sheet
from odoo.addons.helpdesk_psa_billing.tools.proof import BY_DAY, BY_TICKET, WORK

MONDAY = date(2026, 3, 2)
DESTINATIONS = ("billed", "allowance", "covered", "not_billed", "written_off")


def draw_line(draw, number):
    """Return a line of work that might be."""
    destination = draw.choice(DESTINATIONS)
    minutes = draw.randint(-90, 600)
    return proof.Line(
        charge=number,
        day=date(2026, 3, draw.randint(1, 31)),
        subject=draw.choice(("T1 Printer", "T2 Mail", "T3 Network")),
        raw_minutes=minutes,
        minutes=minutes,
        destination=destination,
        amount=round(draw.uniform(-500, 500), 2) if destination == "billed" else 0.0,
    )


@tagged("post_install", "-at_install")
class TestProofValue(BaseCase):
    def test_sections_and_totals_conserve_minutes_and_money(self):
        draw = random.Random(14)
        for _round in range(60):
            lines = [draw_line(draw, number) for number in range(draw.randint(0, 40))]
            days = {line.day: str(line.day) for line in lines}
            for grouping in (BY_TICKET, BY_DAY):
                value = self._prove(lines, grouping, days)
                self.assertEqual(set(value.lines), set(lines))
                for name in ("raw_minutes", "charged_minutes"):
                    expected = sum(getattr(it, name) for it in lines)
                    for parts in (value.sections, value.totals):
                        self.assertEqual(
                            sum(getattr(it, name) for it in parts), expected
                        )
                self.assertAlmostEqual(
                    sum(it.amount for it in value.sections), value.amount, places=2
                )

    def test_lines_stand_in_the_order_of_their_days_and_hours(self):
        noon = proof.Line(1, MONDAY, start=datetime(2026, 3, 2, 12), subject="T1")
        morning = proof.Line(2, MONDAY, start=datetime(2026, 3, 2, 8), subject="T1")
        value = self._prove([noon, morning])
        self.assertEqual([it.charge for it in value.lines], [2, 1])

    def test_check_tells_changed_lines_from_added_ones(self):
        check = proof.Check(
            "INV/1",
            (
                proof.CheckRow(1, "Labour", 90.0, 80.0),
                proof.CheckRow(2, "Travel", 30.1, 30.1),
                proof.CheckRow(3, "Gift", 0.0, 5.0, is_other=True),
            ),
        )
        self.assertEqual(check.difference, -10)
        self.assertEqual([it.label for it in check.differences], ["Labour"])
        self.assertEqual([it.label for it in check.others], ["Gift"])
        self.assertEqual(check.charged + check.difference + 5, check.invoiced)

    def test_workbook_has_dates_and_numbers_that_are_ones(self):
        [row] = self._read(self._prove([self._line()]), "Work")
        self.assertEqual(row["Date"], datetime(2026, 3, 2))
        self.assertEqual((row["Worked (h)"], row["Charged (h)"]), (0.75, 1))
        self.assertEqual(row["Amount"], 90)

    def test_workbook_never_takes_a_note_for_a_formula(self):
        [row] = self._read(self._prove([self._line(note="=1+1")]), "Work")
        self.assertEqual(row["Note"], "=1+1")

    def test_titles_stay_in_sight_and_sums_stand_below(self):
        book = self._open(self._prove([self._line(), self._line()]))
        sheet = book["Work"]
        self.assertEqual(sheet.freeze_panes, "A2")
        titles = [cell.value for cell in sheet[1]]
        last = dict(zip(titles, (cell.value for cell in sheet[4]), strict=True))
        self.assertEqual((last["Worked (h)"], last["Amount"]), (1.5, 180))

    def test_workbook_speaks_the_words_it_is_given(self):
        value = self._prove([self._line()])
        book = self._open(value, {"sheet_work": "Travaux / mars", "date": "Date !"})
        self.assertIn("Travaux  mars", book.sheetnames)
        self.assertEqual(book["Travaux  mars"]["A1"].value, "Date !")

    def test_hours_of_an_allowance_are_told_in_hours(self):
        hours = {
            name: proof.Quantity(value, "")
            for name, value in (("before", 600), ("used", 150), ("after", 450))
        }
        allowance = proof.Allowance("P-1", "minutes", **hours)
        value = proof.Proof(allowances=(allowance,))
        self.assertTrue(allowance.is_even)
        rows = self._read(value, "Allowances")
        self.assertEqual([row["Quantity"] for row in rows], [10, -2.5, 7.5])

    # === HELPERS === #

    def _line(self, **values):
        return proof.Line(
            **{
                "charge": 1,
                "day": MONDAY,
                "subject": "T1 Printer",
                "note": "Cleaned",
                "raw_minutes": 45,
                "minutes": 60,
                "rate": 90.0,
                "amount": 90.0,
                **values,
            }
        )

    def _prove(self, lines, grouping=BY_TICKET, titles=None):
        money = proof.Money()
        return proof.Proof(
            grouping=grouping,
            sections=proof.arrange(
                [(WORK, line) for line in lines], grouping, money, titles or {}
            ),
            totals=proof.sum_up(lines, {it: it for it in DESTINATIONS}, money),
        )

    def _open(self, value, words=None):
        return openpyxl.load_workbook(io.BytesIO(proof_sheet.write(value, words)))

    def _read(self, value, name):
        """Return the rows of a sheet as dicts, without the sums."""
        titles, *rows = self._open(value)[name].iter_rows(values_only=True)
        rows = [dict(zip(titles, row, strict=True)) for row in rows]
        return [row for row in rows if any(isinstance(it, str) for it in row.values())]
