"""Account managers approve what their customers are billed."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .charge_common import APRIL, ChargeCommon

NOW = datetime(2026, 4, 2, 9)


class ApproverCase(ChargeCommon):
    """Lea looks after ACME; Liz leads, too, and looks after nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(NOW))
        cls.liz = cls._create_user("liz", "Liz Leader", "lead")
        cls.acme.user_id = cls.lea
        cls.entry = cls._work()
        cls._approve_time(cls.entry)
        cls.charge = cls._charges(cls.entry)

    def _assert_proposal(self, charge=None):
        charge = charge or self.charge
        self.assertEqual(charge.state, "draft")
        self.assertFalse(charge.approved_by_id)
        self.assertFalse(charge.approved_at)


@tagged("post_install", "-at_install")
class TestChargeApprover(ApproverCase):
    def test_account_manager_approves_with_name_and_moment(self):
        self.charge.with_user(self.lea).action_approve()
        self.assertEqual(self.charge.state, "approved")
        self.assertEqual(self.charge.approved_by_id, self.lea)
        self.assertEqual(self.charge.approved_at, NOW)

    def test_lead_who_does_not_look_after_the_customer_is_refused(self):
        with self.assertRaisesRegex(AccessError, "Lea Lead approves this"):
            self.charge.with_user(self.liz).action_approve()
        self._assert_proposal()

    def test_agent_and_reader_are_refused(self):
        for user in (self.ada, self.rita):
            with self.assertRaises(AccessError):
                self.charge.with_user(user).action_approve()
        self._assert_proposal()

    def test_agent_is_no_account_manager_of_what_he_does_not_see(self):
        self.acme.user_id = self.ada
        with self.assertRaises(AccessError):
            self.charge.with_user(self.ada).action_approve()
        self._assert_proposal()

    def test_billing_user_approves_unless_the_company_asks_the_account_manager(self):
        self.charge.with_user(self.bea).action_approve()
        self.assertEqual(self.charge.approved_by_id, self.bea)

    def test_company_that_asks_the_account_manager_refuses_the_billing_user(self):
        self.company.psa_billing_approval = "manager"
        with self.assertRaisesRegex(AccessError, "Lea Lead approves this"):
            self.charge.with_user(self.bea).action_approve()
        self._assert_proposal()

    def test_billing_manager_stands_in_for_the_account_manager(self):
        self.company.psa_billing_approval = "manager"
        self.charge.with_user(self.boss).action_approve()
        self.assertEqual(self.charge.approved_by_id, self.boss)

    def test_what_nobody_looks_after_is_approved_by_any_billing_user(self):
        self.company.psa_billing_approval = "manager"
        self.acme.user_id = False
        self.charge.with_user(self.bea).action_approve()
        self.assertEqual(self.charge.state, "approved")

    def test_account_manager_who_left_holds_nothing_up(self):
        self.company.psa_billing_approval = "manager"
        self.lea.active = False
        self.charge.with_user(self.bea).action_approve()
        self.assertEqual(self.charge.state, "approved")

    def test_owner_of_the_agreement_comes_before_the_salesperson(self):
        agreement = self._create_billed([{}], user_id=self.liz.id)
        ticket = self._create_ticket(agreement_id=agreement.id)
        charge = self._charges(self._work(ticket=ticket))
        self.assertEqual(charge.agreement_id, agreement)
        self.assertEqual(charge.approver_id, self.liz)

    def test_manager_of_the_project_comes_first_for_its_work(self):
        project = self.env["project.project"].create(
            {
                "name": "Move to the cloud",
                "user_id": self.liz.id,
                "partner_id": self.acme.id,
                "company_id": self.company.id,
            }
        )
        entry = self.env["account.analytic.line"].create(
            {
                "name": "Plan",
                "project_id": project.id,
                "employee_id": self.entry.employee_id.id,
                "unit_amount": 1,
                "date": date(2026, 3, 3),
            }
        )
        self.assertEqual(self._charges(entry).approver_id, self.liz)

    def test_of_a_mixed_choice_only_the_own_ones_are_approved(self):
        ticket = self._create_ticket(partner_id=self.zoe.id)
        other = self._work(ticket=ticket)
        self._approve_time(other)
        self.globex.user_id = self.liz
        both = self.charge | self._charges(other)
        action = both.with_user(self.lea).action_approve()
        self.assertIn("1 charges", action["params"]["message"])
        self.assertEqual(self.charge.state, "approved")
        self._assert_proposal(self._charges(other))

    def test_account_manager_takes_his_approval_back(self):
        self.charge.with_user(self.lea).action_approve()
        self.charge.with_user(self.lea).action_unapprove()
        self._assert_proposal(self._charges(self.entry))

    def test_another_lead_does_not_take_it_back(self):
        self.charge.with_user(self.lea).action_approve()
        with self.assertRaises(AccessError):
            self.charge.with_user(self.liz).action_unapprove()
        self.assertEqual(self.charge.state, "approved")

    def test_time_comes_before_its_charge_for_account_managers_too(self):
        charge = self._charges(self._work(30))
        with self.assertRaisesRegex(UserError, "not approved yet"):
            charge.with_user(self.lea).action_approve()
        self._assert_proposal(charge)

    def test_who_approved_and_when_is_not_typed(self):
        with self.assertRaises(UserError):
            self.charge.with_user(self.boss).approved_by_id = self.boss
        self._assert_proposal()


@tagged("post_install", "-at_install")
class TestApprovalInRuns(ApproverCase):
    def test_run_does_not_approve_for_the_account_manager(self):
        self.company.psa_billing_approval = "manager"
        invoices = self._bill_work(approve_work=True)
        self.assertFalse(invoices)
        self._assert_proposal()

    def test_run_by_itself_stands_in_for_nobody(self):
        self.company.psa_billing_approval = "manager"
        self._bill_work(approve_work=True, user=self.env.ref("base.user_root"))
        self._assert_proposal()

    def test_run_bills_what_the_account_manager_approved(self):
        self.company.psa_billing_approval = "manager"
        self.charge.with_user(self.lea).action_approve()
        invoice = self._bill_work(APRIL)
        self.assertEqual(invoice.amount_untaxed, 90)

    def test_run_approves_as_before_where_nobody_is_asked(self):
        invoice = self._bill_work(approve_work=True)
        self.assertEqual(invoice.amount_untaxed, 90)
        self.assertEqual(self.charge.approved_by_id, self.bea)
