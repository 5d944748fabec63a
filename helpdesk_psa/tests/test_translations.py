import re
from io import BytesIO
from unittest import SkipTest

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

MODULE = "helpdesk_psa"
# What a translation must keep: values put into a sentence, elements and their directives.
KEPT = re.compile(r"%\(\w+\)\w|%[sd]|\{\{.*?\}\}|<\w+|\bt-[\w-]+=\"[^\"]*\"")


def read_catalog(name):
    return polib.pofile(file_path(f"{MODULE}/i18n/{name}"))


def get_terms(catalog):
    """Return where each term comes from: without it a translation is not loaded."""
    return {
        (entry.msgid, place)
        for entry in catalog
        if not entry.obsolete
        for place, _line in entry.occurrences
    }


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """If the terms of the screens changed, run ./dev pot and translate the new ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env.ref(f"base.module_{MODULE}").demo:
            raise SkipTest("Demo data would be exported as well.")
        cls.french = read_catalog("fr.po")
        exported = BytesIO()
        trans_export(None, [MODULE], exported, "po", cls.env)
        cls.screens = polib.pofile(exported.getvalue().decode())

    def assertSameTerms(self, catalog):
        known, current = get_terms(catalog), get_terms(self.screens)
        self.assertFalse(sorted(current - known), "terms are missing from the catalog")
        self.assertFalse(sorted(known - current), "terms are no longer on the screens")

    def test_the_template_has_every_term_of_the_screens(self):
        self.assertSameTerms(read_catalog(f"{MODULE}.pot"))

    def test_the_french_catalog_has_every_term_of_the_screens(self):
        self.assertSameTerms(self.french)

    def test_every_term_is_translated_into_french(self):
        self.assertFalse([entry.msgid for entry in self.french.untranslated_entries()])
        self.assertFalse([entry.msgid for entry in self.french.fuzzy_entries()])

    def test_a_translation_keeps_the_values_and_elements_of_its_term(self):
        for entry in self.french.translated_entries():
            with self.subTest(term=entry.msgid):
                self.assertCountEqual(
                    KEPT.findall(entry.msgstr), KEPT.findall(entry.msgid)
                )

    def test_what_the_browser_says_is_exported(self):
        templates = [
            entry.msgid
            for entry in self.french
            if "odoo-javascript" in entry.comment.split("\n")
        ]
        self.assertIn("Read tickets beside the list", templates)
        self.assertIn("Open tickets, and those done in the last %s days", templates)
