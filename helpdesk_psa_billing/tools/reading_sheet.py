"""The columns of a sheet of meter readings. No database."""

from odoo.addons.helpdesk_psa.tools.import_sheet import (
    LONG,
    SHORT,
    Column,
    fold,
    index_headings,
)

from .licence_sheet import CUSTOMER_COLUMNS
from .usage import READ, REPLACEMENT, ROLLOVER

# Words by what they mean; each is compared without accents and capitals.
KINDS = {
    READ: ("reading", "releve", "read"),
    ROLLOVER: ("began again at 0", "began again", "rollover", "passage a zero"),
    REPLACEMENT: (
        "counter replaced",
        "replaced",
        "replacement",
        "compteur remplace",
        "remplacement",
    ),
}

# Columns without a field name a record that the plan looks up.
COLUMNS = CUSTOMER_COLUMNS + tuple(
    Column(name, "reading", field, kind, size, tuple(headings.split("|")))
    for name, field, kind, size, headings in (
        (
            "meter",
            "",
            "text",
            LONG,
            "Meter|Meter ID|Counter|Compteur|N° de compteur|Nom du compteur",
        ),
        (
            "serial_no",
            "",
            "text",
            LONG,
            "Serial number|Serial|Equipment|N° de série|Numéro de série|Équipement",
        ),
        ("date", "date", "date", SHORT, "Date|Read on|Reading date|Date du relevé|Le"),
        ("value", "value", "number", SHORT, "Shows|Value|Reading|Index|Relevé|Valeur"),
        ("kind", "kind", "kind", SHORT, "What happened|Kind|Événement|Nature"),
        (
            "end_value",
            "end_value",
            "number",
            SHORT,
            "Former counter|Old counter|Ancien compteur|Dernier index",
        ),
        ("estimated", "is_estimated", "boolean", SHORT, "Estimated|Estimé|Estimation"),
        ("note", "note", "text", LONG, "Note|Remark|Remarque|Commentaire"),
    )
)

BY_COLUMN = {column.name: column for column in COLUMNS}
HEADINGS = index_headings(COLUMNS)


def find_kind(text):
    """Return the kind of a reading that a word means, None if nobody knows it.

    >>> find_kind("Replaced"), find_kind("Relevé"), find_kind("Stolen")
    ('replacement', 'reading', None)
    """
    word = fold(text)
    return next((kind for kind, words in KINDS.items() if word in words), None)
