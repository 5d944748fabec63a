"""Who answers for billing is told once a night of what the billing check found."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_billing_check import CheckCase


@tagged("post_install", "-at_install")
class TestFindingDigest(CheckCase):
    """Bo manages billing; Bea bills, and is told only if she is chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.psa_check_user_ids = cls.boss

    def _check_at_night(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.psa_billing_check_cron"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _get_digests(self, user):
        return self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("message_type", "=", "user_notification"),
                ("subject", "=like", "Billing check%"),
            ],
            order="id",
        )

    def test_many_findings_are_one_message(self):
        self._meddle("psa_charge", self.agreement.charge_ids, amount=900)
        self._check_at_night()
        digest = self._get_digests(self.boss)
        count = len(self._get_findings())
        self.assertGreater(count, 10)
        self.assertEqual(digest.subject, f"Billing check: {count} to settle")
        self.assertIn("Periods charged for more than they are worth", digest.body)
        self.assertIn("/odoo/billing-findings", digest.body)
        self.assertFalse(self._get_digests(self.bea))

    def test_finding_is_told_once(self):
        self._meddle("psa_charge", self.charge, amount=400)
        self._check_at_night()
        self._check_at_night()
        self.assertEqual(len(self._get_digests(self.boss)), 1)

    def test_what_comes_later_is_told_by_itself(self):
        self._meddle("psa_charge", self.charge, amount=400)
        self._check_at_night()
        run_line = self.billing_run.line_ids[:1]
        self._meddle("psa_billing_run_line", run_line, state="refused", reason="")
        self._check_at_night()
        last = self._get_digests(self.boss)[-1]
        self.assertEqual(last.subject, "Billing check: 1 to settle")
        self.assertIn("Refusals", last.body)

    def test_acceptance_that_no_longer_holds_is_told_again(self):
        self._meddle("psa_charge", self.charge, amount=400)
        self._check_at_night()
        self._get_findings().with_user(self.bea).action_accept("As agreed")
        self._meddle("psa_charge", self.charge, amount=500)
        self._check_at_night()
        self.assertEqual(len(self._get_digests(self.boss)), 2)

    def test_clean_ledger_says_nothing(self):
        self._check_at_night()
        self.assertFalse(self._get_digests(self.boss))

    def test_without_a_choice_billing_managers_are_told(self):
        self.company.psa_check_user_ids = False
        self._meddle("psa_charge", self.charge, amount=400)
        self._check_at_night()
        self.assertTrue(self._get_digests(self.boss))
        self.assertFalse(self._get_digests(self.bea))

    def test_nobody_is_told_of_customers_that_are_closed_to_him(self):
        self.company.psa_check_user_ids = self.boss | self.bea
        self.acme.psa_customer_group_id = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [Command.set(self.boss.ids)]}
        )
        self._meddle("psa_charge", self.charge, amount=400)
        self._check_at_night()
        self.assertTrue(self._get_digests(self.boss))
        self.assertFalse(self._get_digests(self.bea))

    def test_check_by_hand_sends_nothing_and_the_night_tells(self):
        self._meddle("psa_charge", self.charge, amount=400)
        self._check()
        self.assertFalse(self._get_digests(self.boss))
        self._check_at_night()
        self.assertTrue(self._get_digests(self.boss))
