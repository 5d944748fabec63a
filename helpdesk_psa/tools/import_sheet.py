"""Reading a sheet of customers, sites and contacts. No database."""

import csv
import io
import re
import unicodedata
import zipfile
from collections import namedtuple
from datetime import date, datetime

import openpyxl

MAX_ROWS = 50_000
MAX_COLUMNS = 200
# Of the file, and of what a workbook holds when it is unpacked.
MAX_BYTES = 50 << 20
MAX_UNPACKED_BYTES = 500 << 20

SHORT, LONG = 64, 200

# party: whom the column describes. `settings` are those of the row's contact, or of its
# site if the row names no contact, or of its customer if it names no site either.
# field: the field of `res.partner` it fills, if it fills one as it is.
Column = namedtuple("Column", "name party field kind size headings")

# The first heading is the one of the template; spelling is compared by `fold`.
COLUMNS = tuple(
    Column(name, party, field, kind, size, tuple(headings.split("|")))
    for name, party, field, kind, size, headings in (
        (
            "customer_xmlid",
            "customer",
            "",
            "xmlid",
            LONG,
            "Customer external ID|External ID|ID externe du client|ID externe|ID client",
        ),
        (
            "customer_ref",
            "customer",
            "ref",
            "text",
            SHORT,
            "Reference|Customer reference|Ref|Référence|Référence client|"
            "Référence du client|Code client",
        ),
        (
            "customer_name",
            "customer",
            "name",
            "text",
            LONG,
            "Customer|Customer name|Company|Client|Nom du client|Société|Entreprise",
        ),
        (
            "customer_group",
            "customer",
            "psa_customer_group_id",
            "group",
            LONG,
            "Customer group|Group|Top level|Groupe de clients|Groupe|"
            "Niveau hiérarchique",
        ),
        (
            "customer_vat",
            "customer",
            "vat",
            "vat",
            SHORT,
            "VAT|VAT number|Tax ID|TVA|Numéro de TVA|N° TVA|TVA intracommunautaire",
        ),
        (
            "customer_email",
            "customer",
            "email",
            "email",
            LONG,
            "Customer e-mail|Customer email|E-mail du client|E-mail client",
        ),
        (
            "customer_phone",
            "customer",
            "phone",
            "text",
            SHORT,
            "Customer phone|Téléphone du client|Téléphone client",
        ),
        (
            "customer_street",
            "customer",
            "street",
            "text",
            LONG,
            "Customer street|Street|Adresse du client|Rue du client|Rue|Adresse",
        ),
        (
            "customer_zip",
            "customer",
            "zip",
            "text",
            SHORT,
            "Customer ZIP|ZIP|Postcode|Code postal du client|Code postal",
        ),
        (
            "customer_city",
            "customer",
            "city",
            "text",
            LONG,
            "Customer city|City|Ville du client|Ville",
        ),
        (
            "customer_country",
            "customer",
            "country_id",
            "country",
            LONG,
            "Customer country|Country|Pays du client|Pays",
        ),
        (
            "customer_lang",
            "customer",
            "lang",
            "lang",
            LONG,
            "Language|Customer language|Langue|Langue du client",
        ),
        (
            "customer_color",
            "customer",
            "psa_color",
            "color",
            SHORT,
            "Colour|Color|Customer colour|Couleur|Couleur du client",
        ),
        (
            "customer_type",
            "customer",
            "psa_customer_type_id",
            "type",
            LONG,
            "Type|Customer type|Type de client",
        ),
        (
            "customer_tags",
            "customer",
            "category_id",
            "tags",
            LONG,
            "Tags|Customer tags|Étiquettes",
        ),
        (
            "customer_domains",
            "customer",
            "",
            "domains",
            2000,
            "E-mail domains|Domains|Customer domains|Domaines|Domaines e-mail|"
            "Domaines du client",
        ),
        ("site_name", "site", "name", "text", LONG, "Site|Site name|Nom du site"),
        (
            "site_street",
            "site",
            "street",
            "text",
            LONG,
            "Site street|Adresse du site|Rue du site",
        ),
        ("site_zip", "site", "zip", "text", SHORT, "Site ZIP|Code postal du site"),
        ("site_city", "site", "city", "text", LONG, "Site city|Ville du site"),
        (
            "site_country",
            "site",
            "country_id",
            "country",
            LONG,
            "Site country|Pays du site",
        ),
        (
            "site_domains",
            "site",
            "",
            "domains",
            2000,
            "Site e-mail domains|Site domains|Domaines du site|Domaines e-mail du site",
        ),
        (
            "contact_xmlid",
            "contact",
            "",
            "xmlid",
            LONG,
            "Contact external ID|ID externe du contact|ID contact",
        ),
        (
            "contact_name",
            "contact",
            "name",
            "text",
            LONG,
            "Contact|Contact name|User|Nom du contact|Utilisateur",
        ),
        (
            "contact_email",
            "contact",
            "email",
            "email",
            LONG,
            "Contact e-mail|E-mail|Email address|E-mail du contact|Adresse e-mail",
        ),
        (
            "contact_phone",
            "contact",
            "phone",
            "text",
            SHORT,
            "Contact phone|Phone|Téléphone|Téléphone du contact",
        ),
        (
            "contact_function",
            "contact",
            "function",
            "text",
            LONG,
            "Job|Job position|Job title|Fonction|Poste",
        ),
        (
            "contact_lang",
            "contact",
            "lang",
            "lang",
            LONG,
            "Contact language|Langue du contact",
        ),
        (
            "contact_portal",
            "contact",
            "psa_portal_access",
            "portal",
            SHORT,
            "Portal access|Accès au portail|Accès portail",
        ),
        ("vip", "settings", "psa_vip", "boolean", SHORT, "VIP"),
        (
            "acknowledge",
            "settings",
            "psa_send_acknowledgement",
            "yes_no",
            SHORT,
            "Send acknowledgement|Acknowledge new tickets|Acknowledgement|"
            "Accusé de réception|Envoyer un accusé de réception",
        ),
        (
            "never_email",
            "settings",
            "psa_never_email",
            "boolean",
            SHORT,
            "Never e-mail|Never send e-mails|Ne jamais envoyer d'e-mail|"
            "Jamais d'e-mail",
        ),
        (
            "team",
            "settings",
            "psa_team_id",
            "team",
            LONG,
            "Usual team|Team|Équipe habituelle|Équipe",
        ),
        (
            "priority",
            "settings",
            "psa_priority",
            "priority",
            SHORT,
            "Usual priority|Priority|Priorité habituelle|Priorité",
        ),
    )
)

# What the download of refused rows adds; it may come back.
REASON_HEADINGS = ("Reason for refusal", "Motif du refus")

YES = frozenset(("1", "yes", "y", "true", "x", "oui", "o", "vrai"))
NO = frozenset(("0", "no", "n", "false", "non", "faux"))
PRIORITY_WORDS = {
    "0": "0 low basse faible",
    "1": "1 normal normale",
    "2": "2 high haute elevee",
    "3": "3 urgent urgente",
}
PORTAL_WORDS = {
    "none": ("none", "aucun"),
    "own": ("own", "own tickets", "ses tickets", "ses propres tickets"),
    "site": ("site", "tickets of the site", "tickets du site"),
    "customer": ("customer", "tickets of the customer", "tickets du client"),
}

LIST_SEPARATOR = re.compile(r"[;,\s]+")
TAG_SEPARATOR = re.compile(r"[;,]")
XMLID = re.compile(r"^([A-Za-z0-9_]+\.)?[A-Za-z0-9_-]+$")


class SheetError(Exception):
    """The file as a whole cannot be used.

    :param str reason: a word that :meth:`psa.import._word_sheet_error` puts into a
        sentence
    :param details: what the sentence names
    """

    def __init__(self, reason, **details):
        super().__init__(reason)
        self.reason = reason
        self.details = details


def fold(text):
    """Return a text without case, accents and punctuation, to compare what people type.

    >>> fold("E-mail  du Client*")
    'e mail du client'
    >>> fold("Référence")
    'reference'
    """
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))


def index_headings(columns):
    """Return {folded heading: column name} of some columns."""
    found = {fold(heading): it.name for it in columns for heading in it.headings}
    # Old spellings without the hyphen.
    found.update({key.replace("e mail", "email"): found[key] for key in [*found]})
    return found


HEADINGS = index_headings(COLUMNS)
IGNORED_HEADINGS = frozenset(map(fold, REASON_HEADINGS))
BY_NAME = {column.name: column for column in COLUMNS}


def map_headings(headings, known=HEADINGS):
    """Tell which column each heading means.

    :param list headings: cells of the first row
    :param dict known: what `index_headings` returned for the columns of the sheet
    :return: ``({position: column name}, [unknown headings])``
    :raise SheetError: ``same_heading``, if two of them mean the same; ``no_heading`` if
        none is known

    >>> map_headings(["Client", "Site", "Colour of the cat"])
    ({0: 'customer_name', 1: 'site_name'}, ['Colour of the cat'])
    """
    found, unknown, seen = {}, [], {}
    for position, heading in enumerate(headings):
        key = fold(heading)
        name = known.get(key)
        if not key or key in IGNORED_HEADINGS:
            continue
        if not name:
            unknown.append(heading)
            continue
        if name in seen:
            raise SheetError("same_heading", first=seen[name], second=heading)
        seen[name] = heading
        found[position] = name
    if not found:
        raise SheetError("no_heading")
    return found, unknown


def read_table(data):
    """Return the rows of a CSV file or of the first sheet of a workbook, as texts.

    :param bytes data: XLSX; or CSV in UTF-8, UTF-16 or Windows-1252, with semicolons,
        commas or tabs
    :return: list of ``(row number as the spreadsheet shows it, [cell, …])``; empty rows
        are left out; the first one holds the headings
    :raise SheetError: ``empty``, ``too_big``, ``too_many_rows``, ``old_excel``,
        ``not_a_sheet`` or ``unreadable``
    """
    if len(data) > MAX_BYTES:
        raise SheetError("too_big", megabytes=MAX_BYTES >> 20)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError("old_excel")
    rows = _read_workbook(data) if data.startswith(b"PK") else _read_csv(data)
    table = []
    for number, cells in rows:
        if not any(cells):
            continue
        if len(table) > MAX_ROWS:
            raise SheetError("too_many_rows", rows=MAX_ROWS)
        table.append((number, cells))
    if len(table) < 2:
        raise SheetError("empty")
    return table


def _read_workbook(data):
    """Yield the rows of the first sheet of an XLSX file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise SheetError("too_big", megabytes=MAX_UNPACKED_BYTES >> 20)
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        sheet = book.worksheets[0]
        # Some programs write a wrong size, which would hide rows.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
        for number, values in enumerate(rows, 1):
            cells = [_to_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            yield number, cells
    except SheetError:
        raise
    except Exception as error:  # the library raises whatever it stumbles over
        raise SheetError("unreadable", error=str(error)) from error


def _to_text(value):
    """Return the content of a cell as people read it.

    >>> _to_text(75001.0), _to_text(None), _to_text(True), _to_text(" a\\n b ")
    ('75001', '', 'yes', 'a b')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _squeeze(str(value))


def _squeeze(text):
    return " ".join(text.split())


def _read_csv(data):
    """Yield the rows of a CSV file."""
    text = _decode(data)
    if "\x00" in text or _has_control_characters(text):
        raise SheetError("not_a_sheet")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=guess_delimiter(text))
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [_squeeze(cell) for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise SheetError("unreadable", error=str(error)) from error


def _decode(data):
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeError as error:
            raise SheetError("unreadable", error=str(error)) from error
    for charset in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(charset)
        except UnicodeError:
            continue
    return data.decode("latin-1")


def _has_control_characters(text):
    return any(sign < " " and sign not in "\t\r\n\f" for sign in text[:4096])


def guess_delimiter(text):
    """Return what separates the cells, from the row of headings.

    >>> guess_delimiter('Customer;"Site, main";Contact')
    ';'
    >>> guess_delimiter("Customer")
    ','
    """
    heading = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    return max(",;\t", key=heading.count)


def parse_boolean(text):
    """Return what a yes-no cell says, or None if it says neither.

    >>> parse_boolean("Oui"), parse_boolean("FALSE"), parse_boolean("maybe")
    (True, False, None)
    """
    word = fold(text)
    if word in YES:
        return True
    return False if word in NO else None


def parse_priority(text):
    """Return the key of a priority, or None.

    >>> parse_priority("Élevée"), parse_priority("9")
    ('2', None)
    """
    word = fold(text)
    return next(
        (key for key, words in PRIORITY_WORDS.items() if word in words.split()), None
    )


def parse_portal(text):
    """Return the key of a portal access, or None.

    >>> parse_portal("Tickets du site"), parse_portal("all")
    ('site', None)
    """
    word = fold(text)
    return next((key for key, words in PORTAL_WORDS.items() if word in words), None)


def parse_color(text):
    """Return the number of a colour of the palette, 0 to 11, or None.

    >>> parse_color("11"), parse_color("12"), parse_color("red")
    (11, None, None)
    """
    return (
        int(text) if text.isascii() and text.isdecimal() and int(text) <= 11 else None
    )


def parse_xmlid(text):
    """Return a complete external id, or None if it is written in another way.

    >>> parse_xmlid("acme"), parse_xmlid("crm.acme"), parse_xmlid("a b")
    ('__import__.acme', 'crm.acme', None)
    """
    if not XMLID.match(text):
        return None
    return text if "." in text else f"__import__.{text}"


def parse_domains(text):
    """Return the mail domains in a cell, without repetition.

    >>> parse_domains("@Acme.com; acme.fr, acme.com")
    ['acme.com', 'acme.fr']
    """
    words = (word.rpartition("@")[2].lower() for word in LIST_SEPARATOR.split(text))
    return list(dict.fromkeys(word for word in words if word))


def parse_tags(text):
    """Return the names of the tags in a cell, without repetition.

    >>> parse_tags("Construction; Gold , Construction")
    ['Construction', 'Gold']
    """
    words = (_squeeze(word) for word in TAG_SEPARATOR.split(text))
    return list(dict.fromkeys(word for word in words if word))


def compact_vat(text):
    """Return a VAT number as it is compared.

    >>> compact_vat("fr 12.345-678")
    'FR12345678'
    """
    return re.sub(r"[\s.\-]", "", text or "").upper()


def write_csv(headings, rows):
    """Return a CSV file that spreadsheets open as it is.

    :param list headings: texts
    :param rows: lists of texts
    :rtype: bytes
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
