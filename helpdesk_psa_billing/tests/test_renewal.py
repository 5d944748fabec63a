"""An agreement is renewed as it is, or with other terms."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .revision_common import RevisionCommon


@tagged("-at_install", "post_install")
class TestRenewal(RevisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls._create_revised(
            name="CT-41", date_end=date(2026, 12, 31), renewal="explicit"
        )

    def _renew(self, user=None):
        """Let Lea prepare the renewal with other terms in November."""
        with self._at(2026, 11, 2):
            action = self.term.with_user(user or self.lea).action_renew_with_terms()
        return (
            self.env[action["res_model"]].with_user(self.lea).browse(action["res_id"])
        )

    def test_a_renewal_with_other_terms_starts_from_the_present_ones(self):
        amendment = self._renew()
        self.assertEqual(amendment.date, date(2027, 1, 1))
        self.assertEqual(amendment.renewal_end, date(2027, 12, 31))
        self.assertEqual(amendment.line_ids.price_unit, 100)
        self.assertEqual(self.term.date_end, date(2026, 12, 31))

    def test_a_renewal_is_prepared_once(self):
        self.assertEqual(self._renew(), self._renew())

    def test_the_new_version_moves_the_end_and_the_prices(self):
        amendment = self._renew()
        amendment.line_ids.price_unit = 110
        with self._at(2026, 11, 10):
            amendment.action_apply()
        self.assertEqual(self.term.date_end, date(2027, 12, 31))
        self._run(date(2026, 12, 1))
        self._run(date(2027, 1, 1))
        amounts = {it.service_from: it.amount for it in self.term.charge_ids}
        self.assertEqual(amounts[date(2026, 12, 1)], 100)
        self.assertEqual(amounts[date(2027, 1, 1)], 110)

    def test_a_draft_renewal_binds_nobody(self):
        self._renew().line_ids.price_unit = 110
        self._run(date(2027, 1, 1))
        self.assertEqual(
            max(self.term.charge_ids.mapped("service_until")), date(2027, 1, 1)
        )

    def test_a_renewal_by_hand_is_not_revised_on_the_same_day(self):
        amendment = self._renew()
        amendment.line_ids.price_unit = 110
        with self._at(2026, 11, 10):
            amendment.action_apply()
        revision = self._prepare(self.term)
        self.assertFalse(revision.line_ids)

    def test_an_agreement_without_end_is_not_renewed(self):
        with self.assertRefused(UserError, "no end"):
            self.agreement.with_user(self.lea).action_renew_with_terms()
        self.assertFalse(self.agreement.amendment_ids)

    def test_agents_renew_nothing(self):
        with self.assertRefused(AccessError):
            self._renew(self.ada)
        self.assertFalse(self.term.amendment_ids)
