"""The leak detector finds each leak that is planted, and holds up only whom it concerns."""

from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .charge_common import APRIL
from .test_billing_check import JUNE, WorkCheckCase

LEAKS = ("time_unapproved", "charge_unapproved", "work_late")
MAY_20 = datetime(2026, 5, 20, 12)


class LeakCase(WorkCheckCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        checks = cls.env["psa.billing.check"].with_context(active_test=False)
        checks.search([("code", "in", LEAKS)]).active = True

    def _find(self, code, record=None):
        """Return what a check finds, about a record."""
        found = self._check().filtered(lambda it: it.check_id.code == code)
        if record is None:
            return found
        return found.filtered(
            lambda it: (it.res_model, it.res_id) == (record._name, record.id)
        )

    def _close(self, ticket):
        self._meddle(
            "psa_ticket", ticket, stage_category="resolved", resolved_at=MAY_20
        )

    def _plan_until(self, day):
        """Have the periods of the agreement end before a day, as if nobody planned."""
        periods = self.agreement.line_ids.period_ids
        periods.filtered(lambda it: it.date_from >= day).unlink()

    def _free(self, charge):
        """Plant work at nothing: a finding that blocks."""
        self._meddle("psa_charge", charge, amount=0, price_unit=0)


@tagged("post_install", "-at_install")
class TestLeakDetector(LeakCase):
    def test_closed_ticket_without_time(self):
        ticket = self._create_ticket()
        self._close(ticket)
        self._assert_found(
            "ticket_untimed",
            ticket,
            "It was done by 05/20/2026, and nobody logged time, a part or a visit.",
        )

    def test_closed_ticket_with_time_or_a_part_is_no_leak(self):
        timed, supplied = self._create_ticket(), self._create_ticket()
        self._work(ticket=timed)
        self.env["psa.item"].create(
            {"ticket_id": supplied.id, "product_id": self.care.id}
        )
        self._close(timed | supplied)
        self.assertFalse(self._find("ticket_untimed"))

    def test_open_ticket_without_time_is_no_leak(self):
        self._create_ticket()
        self.assertFalse(self._find("ticket_untimed"))

    def test_visit_without_time(self):
        visit = self.env["psa.intervention"].create(
            {"name": "Printer", "customer_id": self.acme.id}
        )
        self._meddle("psa_intervention", visit, state="done", done_at=MAY_20)
        self._assert_found("visit_untimed", visit)

    def test_time_that_nobody_approved(self):
        self._assert_found(
            "time_unapproved",
            self.acme,
            "0:30 since 03/01/2026 are not approved (entries: 1).",
        )

    def test_time_of_this_month_may_wait(self):
        self._charges(self.pending).unlink()
        self._work(day=date(2026, 6, 10))
        self.assertFalse(self._find("time_unapproved"))

    def test_charge_that_nobody_approved(self):
        self._approve_time(self.pending)
        finding = self._assert_found("charge_unapproved", self.acme)
        self.assertIn("45.00 since 03/01/2026", finding.text)

    def test_amounts_of_two_currencies_are_never_added(self):
        abroad = self._work()
        self._approve_time(self.pending | abroad)
        franc = self.env.ref("base.CHF")
        self._meddle("psa_charge", self._charges(abroad), currency_id=franc.id)
        texts = self._find("charge_unapproved", self.acme).mapped("text")
        self.assertEqual(len(texts), 2)
        self.assertTrue(any("45.00" in it for it in texts))
        self.assertTrue(any("90.00" in it and "CHF" in it for it in texts))

    def test_company_whose_runs_approve_waits_for_nobody(self):
        self._approve_time(self.pending)
        self.company.psa_billing_approves_work = True
        self.assertFalse(self._find("charge_unapproved"))

    def test_late_work(self):
        self._meddle("psa_charge", self._charges(self.pending), is_late=True)
        self._assert_found("work_late", self.acme)

    def test_agreement_without_periods_to_come(self):
        self._plan_until(date(2026, 7, 1))
        self._assert_found(
            "period_unplanned",
            self.agreement.line_ids[0],
            "Nothing is planned from 07/01/2026 on, though the line goes on.",
        )

    def test_agreement_that_ends_needs_no_periods_to_come(self):
        self._plan_until(date(2026, 7, 1))
        self._meddle(
            "psa_agreement_line", self.agreement.line_ids, date_until=date(2026, 7, 1)
        )
        self.assertFalse(self._find("period_unplanned"))

    def test_agreement_line_at_nothing(self):
        line = self.agreement.line_ids[1]
        self._meddle("psa_agreement_line", line, price_unit=0)
        self._assert_found("line_free", line, "“Backup” is invoiced at 0.")

    def test_counted_is_not_billed(self):
        line = self.period.agreement_line_id
        self._meddle("psa_agreement_line", line, quantity_method="contacts")
        self._meddle("psa_period", self.period, quantity=3)
        self._assert_found("period_miscounted", self.period)

    def test_prices_that_should_have_changed(self):
        self._meddle(
            "psa_agreement", self.agreement, revision_date_next=date(2026, 5, 1)
        )
        self._assert_found("revision_overdue", self.agreement)

    def test_draft_that_nobody_posts(self):
        self._approve(self.pending)
        invoice = self._bill_work()
        self._meddle("account_move", invoice, create_date=MAY_20)
        self._assert_found("invoice_forgotten", invoice)

    def test_each_leak_has_a_remedy_that_opens_or_mends(self):
        self._close(self._create_ticket())
        self._plan_until(date(2026, 7, 1))
        for finding in self._check():
            action = finding.with_user(self.bea).action_remedy()
            self.assertTrue(action["type"].startswith("ir.actions."))
            self.assertTrue(finding.remedy_label)


@tagged("post_install", "-at_install")
class TestRemedy(LeakCase):
    def test_one_click_plans_the_periods_and_closes_the_finding(self):
        self._plan_until(date(2026, 7, 1))
        finding = self._find("period_unplanned", self.agreement.line_ids[0])
        action = finding.with_user(self.bea).action_remedy()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(finding.state, "gone")
        days = self.agreement.line_ids[0].period_ids.mapped("date_from")
        self.assertIn(date(2027, 1, 1), days)

    def test_time_is_one_click_away_for_leads(self):
        finding = self._find("time_unapproved", self.acme)
        action = finding.with_user(self.lea).action_remedy()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.pending)

    def test_who_does_not_approve_time_sees_its_charges(self):
        finding = self._find("time_unapproved", self.acme)
        action = finding.with_user(self.bea).action_remedy()
        found = (
            self.env[action["res_model"]].with_user(self.bea).search(action["domain"])
        )
        self.assertEqual(found, self._charges(self.pending))

    def test_lead_does_not_mend_what_only_billing_writes(self):
        self._plan_until(date(2026, 7, 1))
        finding = self._find("period_unplanned", self.agreement.line_ids[0])
        before = self.agreement.line_ids.period_ids
        with self.assertRaises(AccessError):
            finding.with_user(self.lea).action_remedy()
        self.assertEqual(self.agreement.line_ids.period_ids, before)


@tagged("post_install", "-at_install")
class TestFindingsHoldInvoicesUp(LeakCase):
    """ACME has an hour to bill and work at nothing; Globex has an hour."""

    def setUp(self):
        super().setUp()
        self.hour = self._work(day=date(2026, 3, 5))
        self._approve(self.hour)
        self.zero = self._work(15, day=date(2026, 3, 6))
        self._approve(self.zero)
        self._free(self._charges(self.zero))
        ticket = self._create_ticket(partner_id=self.zoe.id)
        self.other = self._work(ticket=ticket)
        self._approve(self.other)

    def _get_refused(self, run):
        return run.with_user(self.bea).refused_line_ids

    def test_only_the_customer_with_the_finding_is_held_up(self):
        run = self._run(date(2026, 6, 15), work_until=APRIL)
        self.assertEqual(run.move_ids.commercial_partner_id, self.globex)
        refused = self._get_refused(run)
        self.assertEqual(refused.customer_id, self.acme)
        self.assertEqual(refused.reason, "One finding to settle.")
        charge = self._charges(self.hour)
        self.assertEqual((charge.state, charge.invoice_line_id.id), ("approved", False))
        self.assertFalse(charge.run_line_id)

    def test_remedy_of_the_refusal_is_the_finding(self):
        run = self._run(date(2026, 6, 15), work_until=APRIL)
        action = self._get_refused(run).action_remedy()
        findings = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(findings.res_id, self._charges(self.zero).id)

    def test_after_the_disposition_the_customer_is_drafted(self):
        run = self._run(date(2026, 6, 15), work_until=APRIL)
        run.with_user(self.bea).finding_ids.filtered(
            lambda it: it.blocking == "block"
        ).action_accept("Goodwill")
        action = run.with_user(self.bea).action_try_again()
        again = run.browse(action["res_id"]).with_user(self.bea)
        again.action_draft()
        self.assertEqual(again.move_ids.commercial_partner_id, self.acme)
        self.assertFalse(again.refused_line_ids)

    def test_what_is_mended_meanwhile_holds_nothing_up(self):
        run = self._propose()
        self.assertEqual(run.blocking_count, 1)
        self._meddle("psa_charge", self._charges(self.zero), reason="Goodwill")
        run.action_draft()
        self.assertEqual(run.move_ids.commercial_partner_id, self.acme | self.globex)

    def test_check_that_warns_holds_nothing_up(self):
        self._get_check("charge_free").with_user(self.boss).blocking = "warn"
        run = self._propose()
        self.assertIn("charge_free", run.finding_ids.check_id.mapped("code"))
        run.action_draft()
        self.assertFalse(run.refused_line_ids)

    def test_check_that_is_off_is_not_spoken_of(self):
        self._get_check("charge_free").with_user(self.boss).blocking = "off"
        run = self._propose()
        self.assertNotIn("charge_free", run.finding_ids.check_id.mapped("code"))
        run.action_draft()
        self.assertFalse(run.refused_line_ids)

    def test_finding_of_later_days_holds_nothing_up(self):
        self._meddle("psa_charge", self._charges(self.zero), reason="Goodwill")
        later = self._work(15, day=date(2026, 5, 6))
        self._approve(later)
        self._free(self._charges(later))
        run = self._run(date(2026, 6, 15), work_until=APRIL)
        self.assertIn(self.acme, run.move_ids.commercial_partner_id)

    def test_without_a_reason_it_stays_held_up(self):
        run = self._propose()
        finding = run.finding_ids.filtered(lambda it: it.blocking == "block")
        with self.assertRaisesRegex(UserError, "Say why"):
            finding.action_accept("")
        run.action_draft()
        self.assertEqual(run.refused_line_ids.customer_id, self.acme)

    def test_only_billing_managers_say_what_holds_invoices_up(self):
        check = self._get_check("charge_free")
        for user in (self.bea, self.lea):
            with self.assertRaises(AccessError):
                check.with_user(user).blocking = "off"
        self.assertEqual(check.blocking, "block")

    def _propose(self):
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create(
                {
                    "date": date(2026, 6, 15),
                    "company_id": self.company.id,
                    "work_until": APRIL,
                }
            )
        )
        run.action_propose()
        return run

    def _get_check(self, code):
        return self.env.ref(f"helpdesk_psa_billing.psa_billing_check_{code}")


@tagged("post_install", "-at_install")
class TestEveryLeakIsSettled(LeakCase):
    def test_after_dispositions_the_run_drafts_and_after_posting_the_audit_is_clean(
        self,
    ):
        self._close(self._create_ticket())
        self._plan_until(date(2026, 7, 1))
        self._approve_time(self.pending)
        hour = self._work(day=date(2026, 3, 5))
        zero = self._work(15, day=date(2026, 3, 6))
        self._approve(hour | zero)
        self._free(self._charges(zero))
        line = self.agreement.line_ids[1]
        self._meddle("psa_agreement_line", line, price_unit=0)
        self.assertLessEqual(
            {
                "ticket_untimed",
                "period_unplanned",
                "charge_unapproved",
                "charge_free",
                "line_free",
            },
            set(self._check().check_id.mapped("code")),
        )
        # What has a remedy is mended, the rest is accepted with its reason.
        self._find("period_unplanned")[:1].with_user(self.bea).action_remedy()
        self._charges(self.pending).with_user(self.bea).action_approve()
        left = self._check().filtered(lambda it: it.state == "open")
        left.with_user(self.bea).action_accept("Free of charge, as agreed")
        invoice = self._run(JUNE.date(), work_until=APRIL).move_ids
        self.assertEqual(invoice.commercial_partner_id, self.acme)
        self.assertEqual(invoice.amount_untaxed, 90 + 45)
        invoice.with_user(self.accountant).action_post()
        left = self._check().filtered(lambda it: it.state == "open")
        self.assertFalse(left.mapped("text"))
