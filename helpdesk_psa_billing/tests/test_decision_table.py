"""What becomes of which work: the table of docs/billing-decisions.md is true."""

import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from . import decision_table

PAGE = Path(__file__).parents[2] / "docs" / "billing-decisions.md"


@tagged("post_install", "-at_install")
class TestDecisionTable(BaseCase):
    def test_each_case_happens_as_the_table_says(self):
        plans = decision_table.read_plans()
        cases = decision_table.read("decision_table.csv")
        self.assertGreaterEqual(len(cases), 80)
        for row in cases:
            with self.subTest(case=row["case"]):
                self.assertEqual(decision_table.tell(row, plans), row["what happens"])

    def test_each_rule_decides_about_some_case(self):
        told = " ".join(
            row["what happens"] for row in decision_table.read("decision_table.csv")
        )
        for row in decision_table.read("decision_rules.csv"):
            with self.subTest(rule=row["rule"]):
                self.assertRegex(told, rf"\({row['rule']}(, hours assumed)?\)")

    def test_page_of_the_documentation_shows_the_table(self):
        if not PAGE.exists():
            self.skipTest("The documentation is not beside the add-on.")
        page = _squeeze(PAGE.read_text(encoding="utf-8"))
        for line in decision_table.to_markdown().splitlines():
            with self.subTest(line=line):
                self.assertTrue(_squeeze(line) in page, "Export the page again.")


def _squeeze(text):
    """Return a text as it is before tables are laid out."""
    return re.sub(r"\s+", " ", re.sub(r"-{3,}", "---", text)).strip()
