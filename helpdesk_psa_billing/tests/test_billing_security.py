"""Who may do what in billing, and who sees whose money."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.helpdesk_psa.tests.security_common import RightsTable

from .billing_common import BillingCommon

# What each group may do, one letter per operation. Who is not named may do nothing.
RIGHTS = {
    "psa.price.tier": {
        "rita": "r",
        "ada": "r",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "r",
        "boss": "rwcu",
    },
    "psa.period": {"lea": "r", "max": "r", "bea": "rw", "boss": "rw"},
    "psa.charge": {"lea": "r", "max": "r", "bea": "rw", "boss": "rw"},
    "psa.billing.run": {"bea": "rwcu", "boss": "rwcu"},
    "psa.presence": {
        "rita": "r",
        "ada": "r",
        "lea": "rwu",
        "max": "rwu",
        "bea": "rwu",
        "boss": "rwu",
    },
    "psa.count.exclusion": {
        "rita": "r",
        "ada": "r",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "rwcu",
        "boss": "rwcu",
    },
    "psa.licence": {
        "rita": "r",
        "ada": "rwc",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "rwc",
        "boss": "rwcu",
    },
    "psa.licence.seat": {
        "rita": "r",
        "ada": "rwcu",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "rwcu",
        "boss": "rwcu",
    },
    "psa.usage.meter": {
        "rita": "r",
        "ada": "rwc",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "rwc",
        "boss": "rwcu",
    },
    "psa.usage.reading": {
        "rita": "r",
        **dict.fromkeys(("ada", "lea", "max", "bea", "boss"), "rc"),
    },
    "psa.allowance": {
        "rita": "r",
        "ada": "r",
        "lea": "r",
        "max": "r",
        "bea": "rw",
        "boss": "rwcu",
    },
    "psa.allowance.move": dict.fromkeys(
        ("rita", "ada", "lea", "max", "bea", "boss"), "r"
    ),
    "psa.billing.run.line": {"bea": "rw", "boss": "rw"},
    "psa.billing.check": {"lea": "r", "max": "r", "bea": "r", "boss": "rw"},
    "psa.billing.finding": {"lea": "r", "max": "r", "bea": "rw", "boss": "rw"},
    **dict.fromkeys(
        (
            "psa.price.index",
            "psa.price.formula",
            "psa.price.formula.term",
            "psa.billing.plan",
            "psa.billing.rule",
            "psa.hours.band",
            "psa.technician.level",
        ),
        {
            "rita": "r",
            "ada": "r",
            "lea": "r",
            "max": "rwcu",
            "bea": "r",
            "boss": "rwcu",
        },
    ),
    "psa.price.index.value": {
        "rita": "r",
        "ada": "r",
        "lea": "r",
        "max": "rwcu",
        "bea": "rwcu",
        "boss": "rwcu",
    },
    "psa.price.reference": {
        "rita": "r",
        "ada": "r",
        "lea": "rwcu",
        "max": "rwcu",
        "bea": "rwcu",
        "boss": "rwcu",
    },
    "psa.price.revision": {"lea": "r", "max": "r", "bea": "rwcu", "boss": "rwcu"},
    "psa.billing.parameter.change": {"lea": "r", "max": "r", "bea": "r", "boss": "r"},
    "psa.price.revision.line": {"lea": "r", "max": "r", "bea": "r", "boss": "r"},
    **dict.fromkeys(
        (
            "psa.service.report",
            "psa.utilisation.report",
            "psa.mrr.report",
            "psa.budget.report",
        ),
        {"lea": "r", "max": "r", "bea": "r", "boss": "r"},
    ),
    "psa.budget": {"lea": "rwcu", "max": "rwcu", "bea": "rwcu", "boss": "rwcu"},
}


@tagged("post_install", "-at_install")
class TestBillingRights(RightsTable, BillingCommon):
    module = "helpdesk_psa_billing"
    rights = RIGHTS
    logins = ("rita", "ada", "lea", "max", "bea", "boss")

    def test_lead_without_billing_cannot_run_it(self):
        self._create_billed([{}])
        with self.assertRaises(AccessError):
            self._run(date(2026, 1, 1), user=self.lea)
        self.assertFalse(self.env["psa.charge"].search([]))

    def test_billing_user_does_not_write_agreements(self):
        agreement = self._create_billed([{}], activate=False)
        with self.assertRaises(AccessError):
            agreement.with_user(self.bea).action_activate()
        self.assertEqual(agreement.state, "draft")

    def test_other_company_sees_nothing_and_bills_nothing(self):
        agreement = self._create_billed([{}])
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        run = (
            self.env["psa.billing.run"]
            .with_user(foreigner)
            .create({"date": "2026-01-01"})
        )
        run.action_propose()
        self.assertFalse(run.line_ids)
        self.assertFalse(
            self.env["psa.period"]
            .with_user(foreigner)
            .search([("agreement_id", "=", agreement.id)])
        )

    def test_closed_customer_group_is_billed_by_its_pod_only(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [(6, 0, self.max.ids)]}
        )
        self.acme.psa_customer_group_id = group
        agreement = self._create_billed([{}], user=self.max)
        periods = self.env["psa.period"].with_user(self.bea)
        self.assertFalse(periods.search([("agreement_id", "=", agreement.id)]))
        run = self._run(date(2026, 1, 1))
        self.assertFalse(run.line_ids)
        self.assertEqual(run.unseen_count, 1)
        group.user_ids |= self.bea
        self.assertTrue(self._run(date(2026, 1, 1)).move_ids)

    def test_approved_charge_is_not_changed_by_hand(self):
        self._create_billed([{}])
        charge = self._run(date(2026, 1, 1)).line_ids.charge_ids
        with self.assertRaisesRegex(UserError, "not changed"):
            charge.with_user(self.boss).amount = 1
        self.assertEqual(charge.amount, 100)

    def test_invoiced_charge_is_not_deleted(self):
        self._create_billed([{}])
        run = self._run(date(2026, 1, 1))
        run.move_ids.with_user(self.bea).action_post()
        charge = run.line_ids.charge_ids
        with self.assertRaises(AccessError):
            charge.with_user(self.boss).unlink()
        with self.assertRaisesRegex(UserError, "not deleted"):
            charge.unlink()
        self.assertTrue(charge.exists())

    def test_period_in_force_keeps_its_dates(self):
        agreement = self._create_billed([{}])
        period = agreement.period_ids.sorted("date_from")[0]
        with self.assertRaisesRegex(UserError, "not edited"):
            period.with_user(self.bea).write({"date_until": "2026-01-10"})
        self.assertEqual(period.date_until, date(2026, 2, 1))

    def test_run_acts_for_whoever_started_it_only(self):
        """The scheduler goes on with the rights of `user_id`: nobody may name another."""
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create({"date": "2026-01-01", "user_id": self.max.id, "state": "drafting"})
        )
        self.assertEqual((run.user_id, run.state), (self.bea, "new"))
        with self.assertRaisesRegex(UserError, "buttons"):
            run.user_id = self.max
        self.assertEqual(run.user_id, self.bea)
