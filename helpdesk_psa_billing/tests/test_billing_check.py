"""The billing check finds every violation that is planted, and nothing in a clean ledger."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.mail.tests.common import freeze_all_time

from .billing_common import BillingCommon
from .charge_common import ChargeCommon

JUNE = datetime(2026, 6, 15, 9)


class CheckCase(BillingCommon):
    """A contract billed from January to June 2026; then somebody meddles by SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(JUNE))
        cls.agreement = cls._create_billed(
            [{"quantity": 2}, {"name": "Backup", "price_unit": 39.9}]
        )
        cls.billing_run = cls._run(date(2026, 6, 1))
        cls.billing_run.move_ids.with_user(cls.bea).action_post()
        cls.period = cls._get_period(date(2026, 3, 1))
        cls.charge = cls.period.charge_ids
        cls.invoice_line = cls.charge.invoice_line_id

    @classmethod
    def _get_period(cls, day):
        """Return the period of the first line that starts on a day."""
        periods = cls.agreement.line_ids[0].period_ids
        return periods.filtered(lambda it: it.date_from == day)

    def _check(self):
        """Check everything as whoever bills; return what is wrong now."""
        self.env["psa.billing.check"].with_user(self.bea).action_run()
        failed = self.env["psa.billing.check"].search([("problem", "!=", False)])
        self.assertFalse(failed.mapped("problem"))
        return self._get_findings()

    def _get_findings(self, user=None):
        findings = self.env["psa.billing.finding"].with_user(user or self.bea)
        return findings.search([("state", "!=", "gone")])

    def _meddle(self, table, records, **values):
        """Write values past everything that protects them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s)",
                SQL.identifier(table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in values.items()
                ),
                records.ids,
            )
        )
        self.env.invalidate_all()

    def _assert_found(self, code, record, text=None):
        """Assert that a check finds a record, and says so in a whole sentence."""
        found = self._check().filtered(lambda it: it.check_id.code == code)
        self.assertIn(
            (record._name, record.id), [(it.res_model, it.res_id) for it in found]
        )
        finding = found.filtered(lambda it: it.res_id == record.id)[:1]
        self.assertNotIn("%(", finding.text)
        self.assertTrue(finding.text.endswith("."))
        if text:
            self.assertEqual(finding.text, text)
        return finding


@tagged("post_install", "-at_install")
class TestBillingCheckFinds(CheckCase):
    def test_clean_ledger_has_no_finding(self):
        self.assertFalse(self._check())

    def test_days_without_a_period(self):
        self._meddle("psa_period", self.period, date_from=date(2026, 3, 11))
        self._assert_found(
            "period_gap",
            self.period,
            "Nothing bills the days from 03/01/2026 to before 03/11/2026.",
        )

    def test_first_period_that_starts_late(self):
        first = self._get_period(date(2026, 1, 1))
        self._meddle("psa_period", first, date_from=date(2026, 1, 5))
        self._assert_found("period_gap", first)

    def test_days_in_two_periods(self):
        before = self._get_period(date(2026, 2, 1))
        self._meddle(
            "psa_period",
            before,
            date_until=date(2026, 3, 9),
            full_until=date(2026, 3, 9),
        )
        self._assert_found("period_overlap", self.period)

    def test_two_periods_of_one_day(self):
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX psa_period_line_start_uniq")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO psa_period (agreement_line_id, agreement_id, company_id,
                       customer_id, date_from, date_until, full_from, full_until,
                       due_date, state)
                SELECT agreement_line_id, agreement_id, company_id, customer_id,
                       date_from, date_until, full_from, full_until, due_date, state
                  FROM psa_period WHERE id = %s RETURNING id
                """,
                self.period.id,
            )
        )
        twin = self.period.browse(self.env.cr.fetchone())
        self._assert_found("period_twice", twin)

    def test_period_beyond_the_end_of_its_line(self):
        line = self.period.agreement_line_id
        self._meddle("psa_agreement_line", line, date_until=date(2026, 3, 20))
        self._assert_found("period_outside", self.period)

    def test_period_that_drifted(self):
        self._meddle("psa_period", self.period, full_from=date(2026, 2, 27))
        self._assert_found("period_drift", self.period)

    def test_months_from_the_31st_do_not_count_as_drift(self):
        for rhythm in ({"billing_unit": "month"}, {"billing_unit": "week"}):
            agreement = self._create_billed(
                [{**rhythm, "billing_interval": 2}],
                name=f"CT {rhythm}",
                date_start="2026-01-31",
            )
            self._run(date(2026, 6, 15), agreement_ids=agreement.ids).action_post()
        self.assertFalse(self._check())

    def test_line_without_periods(self):
        periods = self.period.agreement_line_id.period_ids
        last = periods.filtered(lambda it: it.date_from >= date(2026, 6, 1))
        uncharged = last.filtered(lambda it: not it.charge_ids)
        charged = last - uncharged
        self._meddle("psa_period", charged, date_until=date(2026, 6, 2))
        uncharged.unlink()
        self._assert_found(
            "period_missing",
            self.period.agreement_line_id,
            "Nothing is planned from 06/02/2026 on.",
        )

    def test_period_charged_twice(self):
        self._meddle("psa_charge", self.charge, amount=400)
        self._assert_found(
            "period_overcharged",
            self.period,
            "$\N{NO-BREAK SPACE}400.00 are charged for a period that is worth "
            "$\N{NO-BREAK SPACE}200.00.",
        )

    def test_period_that_no_run_charged(self):
        with freeze_all_time(JUNE + timedelta(days=30)):
            period = self._get_period(date(2026, 7, 1))
            finding = self._assert_found("period_missed", period)
            self.assertEqual(finding.severity, "warning")

    def test_count_without_its_list(self):
        line = self.period.agreement_line_id
        self._meddle("psa_agreement_line", line, quantity_method="contacts")
        finding = self._assert_found("period_uncounted", self.period)
        self.assertEqual(
            finding.text, "2 are charged, the list that was kept counts 0."
        )

    def test_invoice_with_other_units(self):
        self._meddle("account_move_line", self.invoice_line, quantity=3)
        self._assert_found("invoice_units", self.invoice_line.move_id)

    def test_invoice_with_another_amount(self):
        self._meddle("account_move_line", self.invoice_line, price_subtotal=199)
        self._assert_found("invoice_amount", self.invoice_line.move_id)

    def test_invoice_line_that_nothing_explains(self):
        self._meddle("psa_charge", self.charge, invoice_line_id=None, state="approved")
        self._assert_found("invoice_unexplained", self.invoice_line.move_id)

    def test_charge_that_is_not_invoiced_on_a_posted_invoice(self):
        self._meddle("psa_charge", self.charge, state="approved")
        self._assert_found("invoice_state", self.invoice_line.move_id)

    def test_charge_of_another_company(self):
        self._meddle("psa_charge", self.charge, company_id=self.company_2.id)
        self._assert_found("invoice_party", self.invoice_line.move_id)

    def test_charge_taken_back_twice(self):
        move = self.invoice_line.move_id
        move.with_user(self.bea)._reverse_moves(cancel=True)
        reversal = self.charge.reversal_ids
        self.assertTrue(reversal)
        self._meddle("psa_charge", reversal, amount=-400)
        self._assert_found("reversal_excess", self.charge)

    def test_credit_note_is_no_finding(self):
        for disposition in ("bill_again", "write_off"):
            move = self._run(JUNE.date()).move_ids or self.billing_run.move_ids[-1:]
            credit = move._reverse_moves(
                [{"psa_credit_disposition": disposition}], cancel=False
            )
            credit.action_post()
            self.assertFalse(self._check())

    def test_run_that_does_not_go_on(self):
        self._meddle("psa_billing_run", self.billing_run, state="drafting")
        with freeze_all_time(JUNE + timedelta(days=3)):
            self._assert_found("run_stuck", self.billing_run)

    def test_refusal_without_a_reason(self):
        line = self.billing_run.line_ids[:1]
        self._meddle("psa_billing_run_line", line, state="refused", reason="")
        self._assert_found("refusal_unexplained", self.billing_run)


@tagged("post_install", "-at_install")
class TestBillingCheckRevisions(CheckCase):
    def setUp(self):
        super().setUp()
        self.agreement.write({"revision_method": "percentage", "revision_percent": 5})
        self.revision = self.env["psa.price.revision"].create(
            {"agreement_id": self.agreement.id, "date": "2026-07-01"}
        )
        self.revision.action_mark_notified()
        self.revision.action_apply()

    def test_applied_revision_is_no_finding(self):
        self.assertEqual(self.revision.state, "applied")
        self.assertFalse(self._check())

    def test_index_without_values(self):
        self._meddle("psa_price_revision", self.revision, method="index")
        self._assert_found("revision_unproven", self.revision)

    def test_price_revised_backwards(self):
        self._meddle(
            "psa_price_revision_line",
            self.revision.line_ids,
            date_from=date(2026, 5, 1),
        )
        self._assert_found("revision_backwards", self.revision)

    def test_price_revised_twice_on_a_day(self):
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX psa_price_revision_anniversary_uniq")
        twin = self.revision.copy({"date": "2026-07-02"})
        self._meddle("psa_price_revision", twin, state="applied", date=date(2026, 7, 1))
        self._assert_found("revision_twice", twin)


class WorkCheckCase(ChargeCommon, CheckCase):
    """An hour of remote work on 1 March: approved, invoiced and posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Half an hour stays unapproved on purpose: see test_billing_leak.
        waiting = ("time_unapproved", "charge_unapproved", "work_late")
        checks = cls.env["psa.billing.check"].search([("code", "in", waiting)])
        checks.active = False
        cls.entry = cls._work()
        cls.pending = cls._work(30)

    def setUp(self):
        super().setUp()
        self.invoice = self._bill_and_post(self.entry)
        self.work_charge = self._charges(self.entry)


@tagged("post_install", "-at_install")
class TestBillingCheckWork(WorkCheckCase):
    def test_clean_ledger_has_no_finding(self):
        self.assertEqual(self.work_charge.state, "invoiced")
        self.assertFalse(self._check())

    def test_minutes_that_nobody_charges(self):
        self._meddle("account_analytic_line", self.entry, psa_minutes=90)
        self._assert_found(
            "work_minutes",
            self.entry,
            "1:30 were worked, the charges add up to 1:00.",
        )

    def test_minutes_charged_twice(self):
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX psa_charge_entry_uniq")
        self._meddle(
            "psa_charge", self._charges(self.pending), analytic_line_id=self.entry.id
        )
        self._assert_found("work_minutes", self.entry)

    def test_time_invoiced_twice(self):
        self._meddle("psa_charge", self.work_charge, destination="covered")
        self._meddle("psa_charge", self._charges(self.pending), minutes=-60)
        self._meddle(
            "psa_charge",
            self._charges(self.pending),
            state="invoiced",
            invoice_line_id=self.work_charge.invoice_line_id.id,
        )
        self._assert_found("work_overbilled", self.pending)

    def test_time_that_was_never_approved(self):
        self._meddle("account_analytic_line", self.entry, psa_approved_at=None)
        self._assert_found("work_unapproved", self.entry)

    def test_time_that_a_sales_order_bills_too(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.acme.id,
                "order_line": [Command.create({"product_id": self.labour.id})],
            }
        )
        self._meddle("account_analytic_line", self.entry, so_line=order.order_line.id)
        self._assert_found("work_ordered_twice", self.entry)

    def test_time_left_to_an_order_that_does_not_have_it(self):
        self._meddle(
            "psa_charge", self._charges(self.pending), destination="sale_order"
        )
        self._assert_found("work_unordered", self.pending)

    def test_charge_of_another_day(self):
        self._meddle("psa_charge", self.work_charge, work_date=date(2026, 4, 1))
        self._assert_found("work_misplaced", self.entry)

    def test_draft_for_another_customer(self):
        self._meddle(
            "psa_charge", self._charges(self.pending), customer_id=self.globex.id
        )
        self._assert_found("work_misplaced", self.pending)

    def test_time_without_a_charge(self):
        self._charges(self.pending).unlink()
        self._meddle(
            "account_analytic_line", self.pending, write_date=datetime(2026, 3, 1)
        )
        self._assert_found(
            "work_uncharged", self.pending, "0:30 of 03/01/2026 have no charge."
        )

    def test_time_before_the_start_is_no_finding(self):
        self._charges(self.pending).unlink()
        self._meddle(
            "account_analytic_line", self.pending, write_date=datetime(2026, 3, 1)
        )
        self.company.psa_work_billing_start = date(2026, 3, 2)
        self.assertNotIn("work_uncharged", self._check().check_id.mapped("code"))

    def test_item_without_a_charge(self):
        item = self._create_part()
        self._charges(item).unlink()
        self._meddle("psa_item", item, write_date=datetime(2026, 3, 1))
        self._assert_found("item_uncharged", item)

    def test_item_billed_twice(self):
        item = self._create_part()
        charge = self._charges(item)
        self._meddle("psa_charge", charge, quantity=2, price_unit=20)
        self._meddle(
            "psa_charge",
            charge,
            state="invoiced",
            invoice_line_id=self.work_charge.invoice_line_id.id,
        )
        self._assert_found("item_overbilled", item)

    def test_amount_that_is_not_quantity_times_price(self):
        self._meddle("psa_charge", self.work_charge, amount=80)
        self._assert_found("charge_amount", self.work_charge)
        self._meddle("psa_charge", self.charge, amount=180)
        self._assert_found("charge_amount", self.charge)

    def test_work_billed_at_nothing(self):
        self._meddle("psa_charge", self.work_charge, amount=0, price_unit=0)
        self._assert_found("charge_free", self.work_charge)

    def test_work_billed_at_nothing_for_a_reason(self):
        draft = self._charges(self.pending)
        self._meddle("psa_charge", draft, amount=0, price_unit=0, reason="Goodwill")
        self.assertFalse(self._check())

    def test_charge_invoiced_on_no_invoice(self):
        self._meddle("psa_charge", self._charges(self.pending), state="invoiced")
        self._assert_found("charge_state", self._charges(self.pending))

    def test_charge_that_waits_to_be_decided_anew(self):
        draft = self._charges(self.pending)
        self._meddle("psa_charge", draft, is_stale=True)
        cron = self.env.ref("helpdesk_psa_billing.psa_charge_cron_rate")
        self._meddle("ir_cron", cron, lastcall=JUNE)
        self.assertFalse(self._check())
        with freeze_all_time(JUNE + timedelta(days=4)):
            self._assert_found("charge_stale", draft)

    def test_work_that_is_pending_for_long(self):
        draft = self._charges(self.pending)
        self._meddle("psa_charge", draft, destination="pending")
        finding = self._assert_found(
            "work_pending", draft, "0:30 of 03/01/2026 are still pending."
        )
        self.assertEqual(finding.severity, "warning")

    def test_grace_of_a_check_is_the_billing_managers(self):
        draft = self._charges(self.pending)
        self._meddle("psa_charge", draft, destination="pending")
        check = self.env.ref("helpdesk_psa_billing.psa_billing_check_work_pending")
        check.with_user(self.boss).grace_days = 300
        self.assertFalse(self._check())

    def test_approved_work_that_no_run_takes(self):
        self._approve(self.pending)
        self._assert_found("charge_waiting", self._charges(self.pending))

    def test_credited_work_is_no_finding(self):
        for disposition in ("bill_again", "write_off"):
            credit = self.invoice._reverse_moves(
                [{"psa_credit_disposition": disposition}]
            )
            credit.action_post()
            codes = set(self._check().check_id.mapped("code"))
            self.assertLessEqual(codes, {"charge_waiting"})
            self.invoice = self._bill_work() or self.invoice
            self.invoice.filtered(lambda it: it.state == "draft").action_post()
            self.assertFalse(self._check())

    def _create_part(self):
        return self.env["psa.item"].create(
            {
                "ticket_id": self.ticket.id,
                "product_id": self.care.id,
                "quantity": 1,
                "date": date(2026, 3, 1),
            }
        )


@tagged("post_install", "-at_install")
class TestBillingCheckAllowances(WorkCheckCase):
    def setUp(self):
        super().setUp()
        self.allowance = self.env["psa.allowance"].create(
            {
                "customer_id": self.acme.id,
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "opening_quantity": 2,
            }
        )
        self._meddle(
            "psa_charge",
            self._charges(self.pending),
            destination="allowance",
            allowance_id=self.allowance.id,
            allowance_quantity=30,
            is_stale=False,
        )

    def test_work_paid_by_an_allowance_is_no_finding(self):
        self.assertEqual(self.allowance.remaining_quantity, 90)
        self.assertFalse(self._check())

    def test_allowance_below_zero(self):
        self._meddle("psa_charge", self._charges(self.pending), allowance_quantity=150)
        self._assert_found("allowance_negative", self.allowance)

    def test_allowance_whose_rest_could_not_expire(self):
        self._meddle(
            "psa_allowance",
            self.allowance,
            date_until=date(2026, 6, 1),
            settle_problem="Somebody broke it",
        )
        self._assert_found(
            "allowance_unsettled",
            self.allowance,
            "It ended on 06/01/2026, and its rest could not be settled: "
            "Somebody broke it.",
        )

    def test_allowance_of_another_customer(self):
        self._meddle("psa_allowance", self.allowance, customer_id=self.globex.id)
        self._assert_found("allowance_misused", self._charges(self.pending))

    def test_allowance_that_is_over(self):
        self._meddle("psa_allowance", self.allowance, date_until=date(2026, 2, 1))
        self._assert_found("allowance_misused", self._charges(self.pending))


@tagged("post_install", "-at_install")
class TestBillingFinding(CheckCase):
    """What becomes of a finding, and who sees it."""

    def setUp(self):
        super().setUp()
        self._meddle("psa_charge", self.charge, amount=400)
        self.finding = self._check().filtered(
            lambda it: it.check_id.code == "period_overcharged"
        )

    def test_finding_stays_the_same_from_night_to_night(self):
        with freeze_all_time(JUNE + timedelta(days=1)):
            self._check()
        self.assertEqual(self.finding.first_seen_at, JUNE)
        self.assertEqual(self.finding.last_seen_at, JUNE + timedelta(days=1))

    def test_mended_finding_is_closed(self):
        self._meddle("psa_charge", self.charge, amount=200)
        self.assertFalse(self._check())
        self.assertEqual(self.finding.state, "gone")
        self.assertEqual(self.finding.gone_at, JUNE)

    def test_what_is_wrong_once_more_is_a_new_finding(self):
        self._meddle("psa_charge", self.charge, amount=200)
        self._check()
        self._meddle("psa_charge", self.charge, amount=500)
        again = self._assert_found("period_overcharged", self.period)
        self.assertNotEqual(again, self.finding)
        self.assertEqual(self.finding.state, "gone")

    def test_billing_user_accepts_with_a_reason(self):
        action = self.finding.with_user(self.bea).action_ask_accept()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.bea)
            .with_context(**action["context"])
        )
        wizard.reason = "As agreed"
        wizard.save().action_accept()
        self._check()
        self.assertEqual(self.finding.state, "accepted")
        self.assertEqual(self.finding.accepted_by_id, self.bea)
        self.assertEqual(self.finding.check_id.with_user(self.bea).verdict, "accepted")

    def test_without_a_reason_nothing_is_accepted(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.finding.action_accept(" ")
        self.assertEqual(self.finding.state, "open")

    def test_other_figures_open_what_was_accepted(self):
        self.finding.with_user(self.bea).action_accept("As agreed")
        self._meddle("psa_charge", self.charge, amount=500)
        self._check()
        self.assertEqual(self.finding.state, "open")

    def test_acceptance_is_taken_back(self):
        self.finding.with_user(self.bea).action_accept("As agreed")
        self.finding.with_user(self.bea).action_reopen()
        self.assertEqual(self.finding.state, "open")
        self.assertFalse(self.finding.reason)

    def test_finding_leads_to_its_record(self):
        action = self.finding.with_user(self.bea).action_open_record()
        self.assertEqual(action["res_model"], "psa.period")
        self.assertEqual(action["res_id"], self.period.id)
        self.assertEqual(self.finding.subject, self.period.display_name)

    def test_check_that_is_off_finds_nothing_and_closes(self):
        check = self.finding.check_id.with_user(self.boss)
        check.active = False
        self._check()
        self.assertEqual(self.finding.state, "gone")

    def test_check_tells_how_it_stands(self):
        check = self.finding.check_id.with_user(self.bea)
        self.assertEqual((check.verdict, check.open_count), ("broken", 1))
        other = self.env.ref("helpdesk_psa_billing.psa_billing_check_run_stuck")
        self.assertEqual(other.with_user(self.bea).verdict, "holds")

    def test_every_check_has_a_probe_and_every_probe_a_check(self):
        checks = self.env["psa.billing.check"]
        codes = [code for it in checks._get_probes() for code in it.conditions]
        self.assertCountEqual(codes, checks.search([]).mapped("code"))

    def test_broken_probe_stops_no_other(self):
        broken = self.env.ref("helpdesk_psa_billing.psa_billing_check_run_stuck")
        probes = type(self.env["psa.billing.check"])._get_probes
        self.patch(
            type(self.env["psa.billing.check"]),
            "_get_probes",
            lambda checks: [_break(it) for it in probes(checks)],
        )
        with mute_logger(
            "odoo.sql_db", "odoo.addons.helpdesk_psa_billing.models.psa_billing_check"
        ):
            self.env["psa.billing.check"].with_user(self.bea).action_run()
        self.assertEqual(broken.verdict, "failed")
        self.assertEqual(self.finding.check_id.verdict, "broken")

    def test_cron_checks_every_night(self):
        self._meddle("psa_charge", self.charge, amount=200)
        with self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.psa_billing_check_cron"
            ).method_direct_trigger()
        self.assertFalse(self._get_findings())

    def test_button_above_the_list_checks_everything_whatever_is_chosen(self):
        checks = self.env["psa.billing.check"].with_user(self.bea)
        for ids in ([], checks.search([], limit=1).ids):
            with self.subTest(ids=ids):
                action = call_kw(checks, "action_run", [ids], {})
                self.assertEqual(action["res_model"], "psa.billing.finding")
        self.assertTrue(all(it.last_run_at for it in checks.search([])))

    def test_lead_looks_and_does_not_settle(self):
        finding = self._get_findings(self.lea) & self.finding
        self.assertTrue(finding)
        with self.assertRaises(AccessError):
            finding.action_accept("Never mind")
        with self.assertRaises(AccessError):
            self.env["psa.billing.check"].with_user(self.lea).action_run()
        self.assertEqual(self.finding.state, "open")

    def test_nobody_types_a_finding(self):
        with self.assertRaisesRegex(UserError, "not edited"):
            self.finding.with_user(self.boss).state = "gone"
        self.assertEqual(self.finding.state, "open")

    def test_other_company_sees_nothing(self):
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        self.assertFalse(self._get_findings(foreigner))

    def test_closed_customer_group_is_seen_by_its_pod_only(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [Command.set(self.boss.ids)]}
        )
        self.acme.psa_customer_group_id = group
        self.assertFalse(self._get_findings())
        self.assertIn(self.finding, self._get_findings(self.boss))
        self.assertFalse(self._check())
        self.assertEqual(self.finding.with_env(self.env).state, "open")

    def test_list_of_findings_takes_few_queries(self):
        self._meddle("psa_charge", self.agreement.charge_ids, amount=900)
        findings = self._check()
        self.assertGreater(len(findings), 10)
        names = ["subject", "text", "check_id", "customer_id", "state"]
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            findings.web_search_read([], {name: {} for name in names})


def _break(probe):
    """Return a probe that PostgreSQL refuses, if it is that of the runs."""
    if "run_stuck" in probe.conditions:
        probe.conditions["run_stuck"] = (SQL("nothing = 1"), {})
    return probe
