"""The columns of a sheet of equipment. No database."""

import re
from datetime import date, datetime

from .import_sheet import BY_NAME, LONG, SHORT, Column, index_headings

# As in the sheet of customers: by these the customer is recognised.
_CUSTOMER = ("customer_xmlid", "customer_ref", "customer_name", "customer_vat")

# party, field: as in `import_sheet`; `equipment` columns without a field name a record
# that the plan looks up.
COLUMNS = tuple(
    Column(
        name, BY_NAME[name].party, "", BY_NAME[name].kind, LONG, BY_NAME[name].headings
    )
    for name in _CUSTOMER
) + tuple(
    Column(name, "equipment", field, kind, size, tuple(headings.split("|")))
    for name, field, kind, size, headings in (
        ("site_name", "", "text", LONG, "Site|Site name|Nom du site"),
        (
            "name",
            "name",
            "text",
            LONG,
            "Equipment|Name|Equipment name|Équipement|Nom|Nom de l'équipement|Asset|Parc",
        ),
        (
            "category",
            "category_id",
            "category",
            LONG,
            "Category|Equipment category|Catégorie|Catégorie d'équipement|Type",
        ),
        (
            "model",
            "model",
            "text",
            LONG,
            "Model|Make and model|Modèle|Marque et modèle",
        ),
        (
            "serial_no",
            "serial_no",
            "text",
            LONG,
            "Serial number|Serial|Serial no|S/N|SN|Numéro de série|N° de série|Série",
        ),
        (
            "product",
            "product_id",
            "product",
            LONG,
            "Product|Product reference|Article|Produit|Référence article",
        ),
        (
            "location",
            "location",
            "text",
            LONG,
            "Location|Place|Room|Emplacement|Lieu|Local",
        ),
        (
            "user_email",
            "",
            "email",
            LONG,
            "User e-mail|User|User's e-mail|E-mail de l'utilisateur|Utilisateur",
        ),
        (
            "parent",
            "",
            "text",
            LONG,
            "Part of|Part of (serial or name)|Parent|Fait partie de|Élément de",
        ),
        (
            "install_date",
            "install_date",
            "date",
            SHORT,
            "Installed|Installation date|Install date|Installé le|Date d'installation",
        ),
        (
            "warranty_start",
            "warranty_start",
            "date",
            SHORT,
            "Warranty from|Warranty start|Début de garantie|Garantie du",
        ),
        (
            "warranty_end",
            "warranty_end",
            "date",
            SHORT,
            "Warranty until|Warranty end|Fin de garantie|Garantie jusqu'au|Garantie",
        ),
        (
            "warranty_terms",
            "warranty_terms",
            "text",
            2000,
            "Warranty terms|Conditions de garantie",
        ),
        ("notes", "notes", "html", 5000, "Notes|Remarks|Remarques|Commentaires"),
    )
)

BY_COLUMN = {column.name: column for column in COLUMNS}
HEADINGS = index_headings(COLUMNS)

DAY_FIRST = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$")


def parse_date(text):
    """Return the day that a cell names, or None if it names none.

    Spreadsheets give ISO dates; people write the day first.

    >>> parse_date("2026-03-01"), parse_date("2026-03-01T00:00:00")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))
    >>> parse_date("1/3/2026"), parse_date("31.02.2026"), parse_date("soon")
    (datetime.date(2026, 3, 1), None, None)
    """
    found = DAY_FIRST.match(text)
    try:
        if found:
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
