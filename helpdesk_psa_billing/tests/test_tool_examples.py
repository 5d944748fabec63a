"""The examples in the docstrings of `tools/` are true."""

import doctest

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa_billing.tools import (
    billing_period,
    billing_rounding,
    hours_bands,
    presence,
    price_index,
    price_tier,
    proof,
    proration,
    sheet_words,
    usage,
    work_price,
)


@tagged("post_install", "-at_install")
class TestToolExamples(BaseCase):
    def test_examples_give_what_they_say(self):
        for module in (
            billing_period,
            billing_rounding,
            hours_bands,
            presence,
            price_index,
            price_tier,
            proof,
            proration,
            sheet_words,
            usage,
            work_price,
        ):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)
