"""A proof as an Excel workbook: the same as on paper, to filter and add up. No database.

Days are dates, amounts and hours are numbers (1.5 is one hour and a half, as Excel shows no
negative durations), and the titles of the columns stay in sight.
"""

import io
from dataclasses import dataclass

import xlsxwriter

# Characters that Excel refuses in the name of a sheet.
FORBIDDEN = str.maketrans("", "", "[]:*?/\\'")

# Words that a workbook is written with; whoever calls translates them.
WORDS = {
    "sheet_summary": "Summary",
    "sheet_work": "Work",
    "sheet_recurring": "Recurring",
    "sheet_allowances": "Allowances",
    "sheet_counted": "Counted",
    "sheet_check": "Invoice",
    "title": "Statement of work",
    "customer": "Customer",
    "invoice": "Invoice",
    "currency": "Currency",
    "from": "From",
    "to": "To",
    "coverage_total": "What became of it",
    "total": "Total",
    "date": "Date",
    "start": "Start",
    "stop": "End",
    "person": "Person",
    "ticket": "Ticket",
    "subject": "Subject",
    "service": "Service",
    "note": "Note",
    "worked": "Worked (h)",
    "charged": "Charged (h)",
    "quantity": "Quantity",
    "unit": "Unit",
    "coverage": "Coverage",
    "rule": "Rule",
    "band": "Hours of the day",
    "rate": "Rate",
    "discount": "Discount (%)",
    "amount": "Amount",
    "explanation": "Explanation",
    "late": "Entered late",
    "yes": "yes",
    "description": "Description",
    "allowance": "Allowance",
    "what": "What",
    "expires": "Expires on",
    "before": "Before",
    "used": "Used by this work",
    "after": "Left",
    "list": "List",
    "name": "Name",
    "reference": "Serial number, e-mail or subscription",
    "days": "Days",
    "since": "Since the last invoice",
    "new": "new",
    "was": "before: %s",
    "gone": "no longer there",
    "line": "Line of the invoice",
    "of_charges": "By its charges",
    "of_invoice": "On the invoice",
    "difference": "Difference",
    "other": "not from the helpdesk",
}


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    :param str word: key of its title
    :param float width: in characters
    :param str style: text, date, time, hours, number or money
    """

    word: str
    width: float = 14
    style: str = "text"


WORK = (
    Column("date", 11, "date"),
    Column("start", 8, "time"),
    Column("stop", 8, "time"),
    Column("person", 20),
    Column("ticket", 11),
    Column("subject", 32),
    Column("service", 16),
    Column("note", 48),
    Column("worked", 11, "hours"),
    Column("charged", 11, "hours"),
    Column("quantity", 10, "number"),
    Column("unit", 9),
    Column("coverage", 30),
    Column("rule", 20),
    Column("band", 16),
    Column("rate", 11, "money"),
    Column("discount", 11, "number"),
    Column("amount", 13, "money"),
    Column("late", 12),
    Column("explanation", 60),
)
RECURRENT = (
    Column("from", 11, "date"),
    Column("to", 11, "date"),
    Column("description", 48),
    Column("quantity", 10, "number"),
    Column("unit", 9),
    Column("rate", 11, "money"),
    Column("discount", 11, "number"),
    Column("amount", 13, "money"),
    Column("explanation", 60),
)
ALLOWANCES = (
    Column("allowance", 34),
    Column("date", 11, "date"),
    Column("what", 22),
    Column("quantity", 12, "number"),
    Column("unit", 12),
    Column("expires", 11, "date"),
)
COUNTED = (
    Column("list", 40),
    Column("name", 30),
    Column("reference", 34),
    Column("quantity", 10, "number"),
    Column("days", 9),
    Column("since", 20),
)
CHECK = (
    Column("line", 50),
    Column("of_charges", 16, "money"),
    Column("of_invoice", 16, "money"),
    Column("difference", 14, "money"),
    Column("what", 22),
)


def write(proof, words=None, units=None):
    """Return a workbook that tells a proof.

    :param proof: `tools.proof.Proof`
    :param dict words: those of `WORDS` in the reader's language
    :param dict units: {unit of an allowance: word}
    :rtype: bytes
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        # What people wrote is text, whatever it begins with.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheets = _Sheets(book, {**WORDS, **(words or {})}, proof.money.decimals)
    _write_summary(sheets, proof)
    if work := proof.work.lines:
        sheets.add("sheet_work", WORK, [_get_work_row(sheets, it) for it in work])
    if recurring := proof.recurring.lines:
        rows = [_get_recurring_row(it) for it in recurring]
        sheets.add("sheet_recurring", RECURRENT, rows)
    if proof.allowances:
        rows = _get_allowance_rows(sheets, proof, units or {})
        sheets.add("sheet_allowances", ALLOWANCES, rows)
    if proof.counted:
        sheets.add("sheet_counted", COUNTED, _get_counted_rows(sheets, proof))
    if proof.check:
        sheets.add("sheet_check", CHECK, _get_check_rows(sheets, proof.check))
    book.close()
    return buffer.getvalue()


class _Sheets:
    """The workbook that is being written, with its styles and words."""

    def __init__(self, book, words, decimals):
        self.book = book
        self.words = words
        money = "#,##0." + "0" * decimals if decimals else "#,##0"
        formats = {
            "text": {"text_wrap": True},
            "date": {"num_format": "yyyy-mm-dd"},
            "time": {"num_format": "hh:mm"},
            "hours": {"num_format": "0.00"},
            "number": {"num_format": "#,##0.##"},
            "money": {"num_format": money},
        }
        self.styles = {
            name: book.add_format({"valign": "top", **values})
            for name, values in formats.items()
        }
        self.sums = {
            name: book.add_format({"bold": True, "top": 1, **values})
            for name, values in formats.items()
        }
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.label = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E9ECEF", "bottom": 1, "text_wrap": True}
        )

    def open(self, word):
        """Add a sheet, ready to be printed, and return it."""
        sheet = self.book.add_worksheet(self.words[word].translate(FORBIDDEN)[:31])
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def add(self, word, columns, rows):
        """Add a sheet with a table; hours and money are added up below it."""
        sheet = self.open(word)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            sheet.write_string(0, number, self.words[column.word], self.head)
        for position, row in enumerate(rows, 1):
            self.write_row(sheet, position, columns, row, self.styles)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        self._add_up(sheet, columns, rows)

    def write_row(self, sheet, position, columns, row, styles):
        """Write the cells of a row, each as what it is; nothing for None or an empty text."""
        for number, (column, value) in enumerate(zip(columns, row, strict=True)):
            style = styles[column.style]
            if value is None or value == "":
                continue
            if column.style in ("date", "time"):
                sheet.write_datetime(position, number, value, style)
            elif column.style == "text":
                sheet.write_string(position, number, str(value), style)
            else:
                sheet.write_number(position, number, value, style)

    def _add_up(self, sheet, columns, rows):
        added = [
            column.word in ("worked", "charged", "amount", "of_charges", "of_invoice")
            for column in columns
        ]
        if not any(added):
            return
        sums = [
            round(sum(row[number] or 0 for row in rows), 6) if is_added else None
            for number, is_added in enumerate(added)
        ]
        self.write_row(sheet, len(rows) + 1, columns, sums, self.sums)


def _write_summary(sheets, proof):
    words = sheets.words
    sheet = sheets.open("sheet_summary")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 16)
    sheet.write_string(0, 0, words["title"], sheets.title)
    facts = (
        ("customer", proof.customer),
        ("invoice", proof.document),
        ("currency", proof.money.code),
        ("from", proof.day_from),
        ("to", proof.day_until),
    )
    row = 2
    for word, value in facts:
        if not value:
            continue
        sheet.write_string(row, 0, words[word], sheets.label)
        if isinstance(value, str):
            sheet.write_string(row, 1, value)
        else:
            sheet.write_datetime(row, 1, value, sheets.styles["date"])
        row += 1
    columns = (
        Column("coverage_total"),
        Column("worked", style="hours"),
        Column("charged", style="hours"),
        Column("amount", style="money"),
    )
    row += 1
    for number, column in enumerate(columns):
        sheet.write_string(row, number, words[column.word], sheets.head)
    for total in proof.totals:
        row += 1
        cells = (
            total.label,
            total.raw_minutes / 60,
            total.charged_minutes / 60,
            total.amount,
        )
        sheets.write_row(sheet, row, columns, cells, sheets.styles)
    cells = (
        words["total"],
        proof.work.raw_minutes / 60,
        proof.work.charged_minutes / 60,
        proof.work.amount,
    )
    sheets.write_row(sheet, row + 1, columns, cells, sheets.sums)


def _get_work_row(sheets, line):
    return (
        line.day,
        line.start,
        line.stop,
        line.person,
        line.ticket,
        line.subject,
        line.service,
        line.note,
        line.raw_minutes / 60 if line.is_time else None,
        line.charged_minutes / 60 if line.is_time else None,
        None if line.is_time else line.quantity or None,
        line.unit if line.quantity and not line.is_time else "",
        line.coverage,
        line.rule,
        line.band,
        line.rate if line.is_billed else None,
        line.discount or None,
        line.amount if line.is_billed else None,
        sheets.words["yes"] if line.is_late else "",
        line.explanation,
    )


def _get_recurring_row(line):
    return (
        line.day,
        line.day_until,
        line.note,
        line.quantity,
        line.unit,
        line.rate,
        line.discount or None,
        line.amount,
        line.explanation,
    )


def _get_allowance_rows(sheets, proof, units):
    rows = []
    words = sheets.words
    for allowance in proof.allowances:
        share = 60 if allowance.unit == "minutes" else 1
        facts = [
            (None, words["before"], allowance.before.value),
            *((it.day, it.text, it.quantity.value) for it in allowance.movements),
            (None, words["used"], -allowance.used.value),
            (proof.as_of, words["after"], allowance.after.value),
        ]
        rows += [
            (
                allowance.name,
                day,
                what,
                # Nothing is not less than nothing.
                (value / share) or 0.0,
                units.get(allowance.unit, allowance.unit),
                allowance.date_until,
            )
            for day, what, value in facts
        ]
    return rows


def _get_counted_rows(sheets, proof):
    words = sheets.words
    rows = []
    for counted in proof.counted:
        for row in counted.rows:
            since = words["new"] if row.is_new else ""
            if row.before is not None:
                since = words["was"] % f"{row.before:g}"
            rows.append(
                (
                    counted.title,
                    row.name,
                    row.reference,
                    row.quantity,
                    row.days,
                    since,
                )
            )
        rows += [
            (counted.title, name, reference, None, "", words["gone"])
            for name, reference in counted.removed
        ]
    return rows


def _get_check_rows(sheets, check):
    return [
        (
            row.label,
            None if row.is_other else row.charged,
            row.invoiced,
            None if row.is_other else row.difference,
            sheets.words["other"] if row.is_other else "",
        )
        for row in check.rows
    ]
