"""Whether work, products and what recurs become invoices can be tried without a trace."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .charge_common import ChargeCommon

# Of which nothing may stay.
MODELS = (
    "account.move",
    "psa.charge",
    "psa.ticket",
    "psa.agreement",
    "psa.billing.run",
    "account.analytic.line",
    "psa.item",
    "res.partner",
    "mail.mail",
    "mail.message",
)


@tagged("post_install", "-at_install")
class TestInvoiceChain(ChargeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cable = cls._create_product("Cable", 5, type="consu", psa_recurring=False)

    def _test(self, user=None, **values):
        chain = (
            self.env["psa.invoice.chain"]
            .with_user(user or self.bea)
            .create(
                {
                    "service_type_id": self.remote.id,
                    "product_id": self.cable.id,
                    "recurring_product_id": self.care.id,
                    **values,
                }
            )
        )
        # Its own transaction sees what this one made.
        with self.enter_registry_test_mode():
            chain.action_test()
        return chain

    def _get_states(self, chain):
        return {step.name: step.state for step in chain.step_ids}

    def _count_all(self):
        self.env.flush_all()
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in MODELS
        }

    def test_all_three_become_posted_invoices(self):
        states = self._get_states(self._test())
        for title in ("Labour", "Product", "Recurring"):
            for step in ("draft", "amounts and taxes", "post", "statement of work"):
                self.assertEqual(states[f"{title}: {step}"], "ok", f"{title}: {step}")
        self.assertEqual(states["Sales journal"], "ok")

    def test_nothing_of_it_stays(self):
        before = self._count_all()
        self._test()
        self.assertEqual(self._count_all(), before)

    def test_next_invoice_has_the_number_it_would_have_had(self):
        self._approve(self._work(60))
        self._test()
        invoice = self._bill_work()
        invoice.action_post()
        self.assertTrue(invoice.name.endswith("00001"))

    def test_broken_step_is_told_with_its_reason_and_ends_that_invoice_only(self):
        self.plan.rule_ids.write({"outcome": "not_billed", "reason": "Goodwill"})
        chain = self._test()
        states = self._get_states(chain)
        self.assertEqual(states["Labour: draft"], "failed")
        self.assertNotIn("Labour: post", states)
        self.assertEqual(states["Recurring: post"], "ok")
        failed = chain.step_ids.filtered(lambda it: it.name == "Labour: draft")
        self.assertIn("Goodwill", failed.detail)
        self.assertTrue(failed.remedy)

    def test_missing_price_and_tax_are_told_with_a_remedy(self):
        self.cable.taxes_id = False
        self.labour.list_price = 0
        chain = self._test()
        by_name = {step.name: step for step in chain.step_ids}
        for name in ("Labour: price and tax", "Product: price and tax"):
            self.assertEqual(by_name[name].state, "warning")
            self.assertTrue(by_name[name].remedy)

    def test_work_that_is_not_billed_at_all_is_told(self):
        self.company.psa_work_billing_start = False
        self.assertEqual(self._get_states(self._test())["Billing of work"], "failed")

    def test_agent_and_lead_do_not_test_it(self):
        for user in (self.ada, self.lea):
            with self.assertRaises(AccessError):
                self._test(user=user)
