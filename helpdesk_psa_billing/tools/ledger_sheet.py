"""Invoices and customers as text files that accounting elsewhere reads. No database.

The headings are names that never change and are in no language, so that an import is set up
once. What each holds is told in `docs/billing-proof.md`.
"""

import csv
import io
from datetime import date

# With the mark by which Excel knows UTF-8.
ENCODING = "utf-8-sig"

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

# One row per journal item: the sale, its tax, what is due.
INVOICE_COLUMNS = (
    "document",
    "type",
    "journal",
    "date",
    "invoice_date",
    "due_date",
    "customer_code",
    "customer_name",
    "customer_vat",
    "reference",
    "reversed_document",
    "line_kind",
    "account_code",
    "account_name",
    "product_code",
    "label",
    "quantity",
    "unit_price",
    "discount_percent",
    "taxes",
    "tax",
    "tax_base",
    "debit",
    "credit",
    "amount",
    "currency",
    "amount_currency",
    "analytic",
)

CUSTOMER_COLUMNS = (
    "customer_code",
    "customer_name",
    "is_company",
    "vat",
    "company_registry",
    "street",
    "street2",
    "zip",
    "city",
    "state",
    "country",
    "email",
    "phone",
    "language",
    "receivable_account",
    "payment_terms",
    "currency",
)

# What a spreadsheet would take for a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def write(columns, rows, separator="comma", decimal="."):
    r"""Return rows as a text file.

    :param columns: names of the columns
    :param rows: dicts by column; what lacks is empty
    :param str separator: one of `SEPARATORS`
    :param str decimal: what stands before the cents, a point or a comma
    :rtype: bytes

    >>> write(("a", "b"), [{"a": 1.5, "b": "x;y"}], "semicolon", ",").decode("utf-8-sig")
    'a;b\r\n1,5;"x;y"\r\n'
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=SEPARATORS[separator])
    writer.writerow(columns)
    writer.writerows(
        [_to_text(row.get(column), decimal) for column in columns] for row in rows
    )
    return buffer.getvalue().encode(ENCODING)


def _to_text(value, decimal):
    """Return the text of a cell.

    >>> _to_text(-12.5, "."), _to_text(date(2026, 3, 1), "."), _to_text(True, ".")
    ('-12.5', '2026-03-01', '1')
    >>> _to_text("=1+1", "."), _to_text("two\\nlines", "."), _to_text(None, ".")
    ("'=1+1", 'two lines', '')
    """
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, int | float):
        # Ten digits are more than money has, and hide what floating point adds.
        # Zero has no sign that an import would understand.
        return f"{value or 0:.10f}".rstrip("0").rstrip(".").replace(".", decimal)
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(DANGEROUS) else text
