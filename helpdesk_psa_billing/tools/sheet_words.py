"""What people write in the cells of sheets of licences and agreements. No database."""

import re

from odoo.addons.helpdesk_psa.tools.import_sheet import fold

# Words by what they mean; each is compared without accents and capitals.
AGREEMENT_TYPES = {
    "managed": ("managed", "managed service", "infogerance", "services manages"),
    "maintenance": ("maintenance",),
    "prepaid": ("prepaid", "prepaye", "carnet"),
    "warranty": ("warranty", "garantie"),
    "project": ("project", "projet"),
}
RENEWALS = {
    "none": ("none", "no", "aucune", "aucun", "non"),
    "explicit": ("explicit", "by agreement", "expresse", "explicite", "sur accord"),
    "tacit": ("tacit", "automatic", "tacite", "automatique", "yes", "oui"),
}
TIMINGS = {
    "advance": ("advance", "in advance", "a echoir", "terme a echoir", "d avance"),
    "arrears": ("arrears", "in arrears", "echu", "terme echu"),
}
ALIGNMENTS = {
    "anniversary": ("anniversary", "from the start day", "anniversaire"),
    "calendar": ("calendar", "of the calendar", "calendrier", "civile", "civil"),
}
GROUPINGS = {
    "customer": ("customer", "client"),
    "site": ("site",),
    "agreement": ("agreement", "contract", "contrat"),
    "purchase_order": ("purchase order", "po", "commande", "bon de commande"),
}
METHODS = {
    "fixed": ("fixed", "fixe", "forfait"),
    "equipment": ("equipment", "devices", "assets", "equipements", "parc", "postes"),
    "contacts": ("contacts", "users", "people", "utilisateurs", "personnes"),
    "licences": ("licences", "licenses", "seats", "subscriptions", "abonnements"),
    "usage": (
        "meter readings",
        "meters",
        "usage",
        "compteurs",
        "releves",
        "consommation",
    ),
}
PRICE_METHODS = {
    "fixed": ("fixed", "fixed price", "fixe", "prix fixe"),
    "pricelist": ("pricelist", "price list", "liste de prix", "tarif"),
}
CHARGE_KINDS = {
    "recurring": ("each period", "recurring", "chaque periode", "recurrent"),
    "one_time": ("once", "one time", "une fois", "ponctuel"),
}
RHYTHMS = {
    (1, "week"): ("week", "weekly", "semaine", "hebdomadaire"),
    (1, "month"): ("month", "monthly", "mois", "mensuel", "mensuelle"),
    (3, "month"): ("quarter", "quarterly", "trimestre", "trimestriel"),
    (6, "month"): ("half year", "half yearly", "semestre", "semestriel"),
    (1, "year"): ("year", "yearly", "annual", "an", "annee", "annuel", "annuelle"),
}
SPAN_UNITS = {
    "day": ("day", "days", "jour", "jours"),
    "week": ("week", "weeks", "semaine", "semaines"),
    "month": ("month", "months", "mois"),
    "year": ("year", "years", "an", "ans"),
}
SPAN = re.compile(r"^(\d{1,3}) (\w+)$")


def find_word(words, text):
    """Return the key of a word, None if nobody knows it.

    >>> find_word(TIMINGS, "À échoir"), find_word(TIMINGS, "never")
    ('advance', None)
    """
    word = fold(text)
    return next((key for key, known in words.items() if word in known), None)


def parse_span(text):
    """Return (number, unit) of a stretch of time, or None.

    >>> parse_span("3 months"), parse_span("1 an"), parse_span("soon")
    ((3, 'month'), (1, 'year'), None)
    """
    found = SPAN.match(fold(text))
    unit = found and find_word(SPAN_UNITS, found.group(2))
    return (int(found.group(1)), unit) if unit and int(found.group(1)) else None


def parse_rhythm(text):
    """Return (interval, unit) in which something is invoiced, or None.

    >>> parse_rhythm("Trimestriel"), parse_rhythm("2 months"), parse_rhythm("5 days")
    ((3, 'month'), (2, 'month'), None)
    """
    rhythm = find_word(RHYTHMS, text) or parse_span(text)
    return rhythm if rhythm and rhythm[1] != "day" else None


def parse_number(text):
    """Return the number in a cell, 0 or more, or None.

    >>> parse_number("12,50"), parse_number("1 234.5"), parse_number("-1")
    (12.5, 1234.5, None)
    >>> parse_number("1,234.50"), parse_number("1.234,50"), parse_number("a")
    (1234.5, 1234.5, None)
    """
    digits = re.sub(r"[\s\u00a0\u202f€$£%']", "", text)
    if re.match(r"^\d{1,3}(,\d{3})*\.\d+$", digits):
        digits = digits.replace(",", "")
    elif re.match(r"^\d{1,3}(\.\d{3})*,\d+$|^\d+,\d+$", digits):
        digits = digits.replace(".", "").replace(",", ".")
    return float(digits) if re.match(r"^\d+(\.\d+)?$", digits) else None
