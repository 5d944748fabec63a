"""The screen “Ready to bill”: its figures, filters and buttons, and who sees what."""

import time
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .charge_common import APRIL, ChargeCommon

NOW = datetime(2026, 4, 2, 9)


class CockpitCase(ChargeCommon):
    """On 2 April ACME has an agreement of 100 a month and an approved hour of March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(NOW))
        cls.agreement = cls._create_billed([{}], date_start="2026-04-01")
        cls.acme.user_id = cls.lea
        cls.hour = cls._work()
        cls._approve(cls.hour)

    def _open(self, user=None, **options):
        cockpit = self.env["psa.billing.cockpit"].with_user(user or self.bea)
        return cockpit.get_cockpit({"until": "2026-04-01", **options})

    def _filter(self, **filters):
        """Return the names of the rows that a filter leaves."""
        return [row["name"] for row in self._open(filters=filters)["rows"]]

    def _get_row(self, data, name="ACME"):
        return next(row for row in data["rows"] if row["name"] == name)

    def _create_other(self, **values):
        """Have an approved hour of Globex."""
        ticket = self._create_ticket(partner_id=self.zoe.id)
        entry = self._work(ticket=ticket, **values)
        self._approve(entry)
        return entry


@tagged("post_install", "-at_install")
class TestCockpitFigures(CockpitCase):
    def test_ready_and_due_make_the_next_invoice(self):
        row = self._get_row(self._open())
        self.assertEqual(row["ready"], {"count": 1, "minutes": 60, "amount": 90.0})
        self.assertEqual(row["recurring"], {"count": 1, "minutes": 0, "amount": 100.0})
        self.assertEqual(row["invoiced"], 190)

    def test_what_is_to_approve_waits_for_somebody(self):
        entry = self._work(30)
        self._approve_time(entry)
        figures = self._open()["figures"]
        self.assertEqual(
            figures["approve"], {"count": 1, "minutes": 30, "amount": 45.0}
        )
        self.assertEqual(figures["time"]["count"], 0)

    def test_time_that_is_not_approved_is_told_apart(self):
        self._work(30)
        figures = self._open()["figures"]
        self.assertEqual(figures["approve"]["count"], 0)
        self.assertEqual(figures["time"]["minutes"], 30)

    def test_work_without_a_rule_is_pending(self):
        self.company.psa_billing_plan_id = False
        self._work(45)
        pending = self._open()["figures"]["pending"]
        self.assertEqual(pending, {"count": 1, "minutes": 45, "amount": 0})

    def test_work_of_the_day_and_later_is_not_counted(self):
        before = self._open()["figures"]
        self._approve(self._work(day=APRIL))
        self.assertEqual(self._open()["figures"]["ready"], before["ready"])
        later = self._open(until="2026-04-02")["figures"]["ready"]
        self.assertEqual(later["count"], 2)

    def test_late_work_is_counted_beside(self):
        self._bill_work().action_post()
        late = self._work(30, day=date(2026, 3, 20))
        self.assertTrue(self._charges(late).is_late)
        self.assertEqual(self._open()["figures"]["late"]["minutes"], 30)

    def test_draft_invoices_are_counted_until_they_are_posted(self):
        invoice = self._bill_work()
        figures = self._open()["figures"]
        self.assertEqual(figures["ready"]["count"], 0)
        self.assertEqual(figures["draft"]["amount"], 190)
        invoice.action_post()
        self.assertEqual(self._open()["figures"]["draft"]["count"], 0)

    def test_another_currency_is_counted_in_the_companys(self):
        dollar, euro = self.env.ref("base.USD"), self.env.ref("base.EUR")
        other = dollar if self.company.currency_id == euro else euro
        other.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 2,
            }
        )
        self._create_billed(
            [{"price_unit": 50}],
            name="CT-99",
            customer_id=self.globex.id,
            currency_id=other.id,
            date_start="2026-04-01",
        )
        row = self._get_row(self._open(), "Globex")
        self.assertEqual(row["recurring"]["amount"], 25)

    def test_estimate_of_what_is_due_is_what_a_run_proposes(self):
        self._create_billed(
            [
                {"quantity": 7, "discount": 10},
                {"name": "Yearly", "billing_unit": "year", "price_unit": 600},
                {"name": "Once", "charge_kind": "one_time", "price_unit": 250},
            ],
            name="CT-13",
            customer_id=self.globex.id,
            date_start="2026-04-01",
        )
        told = self._get_row(self._open(), "Globex")["recurring"]["amount"]
        run = self._run(NOW.date(), work_until=APRIL)
        drafted = run.move_ids.filtered(
            lambda it: it.commercial_partner_id == self.globex
        )
        self.assertEqual(drafted.amount_untaxed, told)

    def test_findings_are_told_with_those_that_hold_up(self):
        self._plant_finding()
        data = self._open()
        self.assertEqual(data["figures"]["findings"]["blocking"], 1)
        self.assertEqual(self._get_row(data)["blocking"], 1)

    def test_nothing_to_bill(self):
        data = self._open(until="2025-01-01", filters={"kind": "time"})
        self.assertEqual(data["rows"], [])
        self.assertEqual(data["figures"]["ready"]["count"], 0)

    def _plant_finding(self):
        zero = self._work(15)
        self._approve(zero)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE psa_charge SET amount = 0, price_unit = 0 WHERE id = %s",
            [self._charges(zero).id],
        )
        self.env.invalidate_all()
        self.env["psa.billing.cockpit"].with_user(self.bea).check_now()


@tagged("post_install", "-at_install")
class TestCockpitRows(CockpitCase):
    def test_rows_are_customers_agreements_tickets_kinds_or_account_managers(self):
        other = self._create_other()
        names = {
            grouping: {row["name"] for row in self._open(grouping=grouping)["rows"]}
            for grouping in ("customer", "agreement", "ticket", "kind", "manager")
        }
        self.assertEqual(names["customer"], {"ACME", "Globex"})
        self.assertEqual(
            names["agreement"], {self.agreement.display_name, "Without agreement"}
        )
        tickets = (self.hour | other).psa_ticket_id.mapped("display_name")
        self.assertEqual(names["ticket"], {*tickets, "Without ticket"})
        self.assertEqual(names["kind"], {"Time", "Recurring"})
        self.assertEqual(names["manager"], {"Lea Lead", "Nobody in particular"})

    def test_each_filter_leaves_its_own(self):
        group = self.env["psa.customer.group"].create({"name": "Law"})
        self.globex.psa_customer_group_id = group
        self._create_other()
        self.assertEqual(self._filter(search="glo"), ["Globex"])
        self.assertEqual(self._filter(search="CT-12"), ["ACME"])
        self.assertEqual(self._filter(group_id=group.id), ["Globex"])
        self.assertEqual(self._filter(manager_id=self.lea.id), ["ACME"])
        self.assertEqual(self._filter(agreement_id=self.agreement.id), ["ACME"])
        self.assertEqual(self._filter(kind="period"), ["ACME"])
        self.assertEqual(self._filter(customer_id=self.globex.id), ["Globex"])
        self.assertEqual(self._filter(late=True), [])
        self.assertEqual(self._filter(blocked=True), [])

    def test_list_behind_each_figure_is_what_it_counts(self):
        data = self._open()
        for bucket in (
            "approve",
            "time",
            "pending",
            "ready",
            "recurring",
            "late",
            "draft",
        ):
            action = self._open_list(bucket)
            count = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(count, data["figures"][bucket]["count"], bucket)

    def test_list_behind_a_row_is_that_of_the_row(self):
        self._create_other()
        action = self._open_list("ready", [self.globex.id])
        found = self.env["psa.charge"].search(action["domain"])
        self.assertEqual(found.customer_id, self.globex)

    def _open_list(self, bucket, keys=None):
        cockpit = self.env["psa.billing.cockpit"].with_user(self.bea)
        return cockpit.open_list({"until": "2026-04-01"}, bucket, keys)


@tagged("post_install", "-at_install")
class TestCockpitButtons(CockpitCase):
    OPTIONS = {"until": "2026-04-01"}

    def _cockpit(self, user):
        return self.env["psa.billing.cockpit"].with_user(user)

    def test_account_manager_approves_the_rows_of_his_customers(self):
        mine, other = self._work(30), self._create_waiting()
        self._approve_time(mine)
        result = self._cockpit(self.lea).approve(
            self.OPTIONS, [self.acme.id, self.globex.id]
        )
        self.assertEqual(result, {"approved": 1, "left": 1})
        self.assertEqual(self._charges(mine).approved_by_id, self.lea)
        self.assertEqual(self._charges(other).state, "draft")

    def test_nothing_of_ones_own_is_told(self):
        other = self._create_waiting()
        with self.assertRaisesRegex(UserError, "Nothing here is yours"):
            self._cockpit(self.lea).approve(self.OPTIONS, [self.globex.id])
        self.assertEqual(self._charges(other).state, "draft")

    def test_billing_user_drafts_the_customers_he_chose(self):
        self._create_other()
        run_id = self._cockpit(self.bea).draft(self.OPTIONS, [self.acme.id])
        run = self.env["psa.billing.run"].browse(run_id)
        self.assertEqual(run.state, "drafted")
        self.assertEqual(run.move_ids.commercial_partner_id, self.acme)
        self.assertEqual(run.move_ids.amount_untaxed, 190)
        self.assertEqual(self._open()["run_id"], run.id)

    def test_preview_drafts_nothing(self):
        run_id = self._cockpit(self.bea).draft(
            self.OPTIONS, [self.acme.id], goal="propose"
        )
        shown = self._cockpit(self.bea).get_run(run_id)
        self.assertEqual(shown["state"], "proposed")
        self.assertEqual([it["amount"] for it in shown["lines"]], [190])
        self.assertFalse(self.env["psa.billing.run"].browse(run_id).move_ids)

    def test_agreement_is_drafted_alone(self):
        self._create_billed([{}], name="CT-13", date_start="2026-04-01")
        run_id = self._cockpit(self.bea).draft(
            {**self.OPTIONS, "grouping": "agreement"}, [self.agreement.id]
        )
        run = self.env["psa.billing.run"].browse(run_id)
        self.assertEqual(run.move_ids.invoice_origin, self.agreement.name)

    def test_nothing_chosen_drafts_nothing(self):
        for options, keys in (
            (self.OPTIONS, []),
            ({**self.OPTIONS, "grouping": "agreement"}, [0]),
            ({**self.OPTIONS, "grouping": "ticket"}, [self.ticket.id]),
        ):
            with self.assertRaises(UserError):
                self._cockpit(self.bea).draft(options, keys)
        self.assertFalse(self.env["psa.billing.run"].search([]))

    def test_run_on_the_screen_ends_posted(self):
        run_id = self._cockpit(self.bea).draft(self.OPTIONS, [self.acme.id])
        run = self.env["psa.billing.run"].browse(run_id).with_user(self.bea)
        run.action_post()
        shown = self._cockpit(self.bea).get_run(run_id)
        self.assertEqual((shown["state"], shown["posted"]), ("posted", 1))
        self.assertFalse(self._open()["run_id"])

    def _create_waiting(self):
        """Have an hour of Globex whose time is approved."""
        entry = self._work(ticket=self._create_ticket(partner_id=self.zoe.id))
        self._approve_time(entry)
        return entry


@tagged("post_install", "-at_install")
class TestCockpitAccess(CockpitCase):
    def test_agent_and_reader_see_no_money(self):
        for user in (self.ada, self.rita):
            with self.assertRaises(AccessError):
                self._open(user)

    def test_lead_looks_and_does_not_draft(self):
        data = self._open(self.lea)
        self.assertEqual(self._get_row(data)["invoiced"], 190)
        self.assertFalse(data["can_bill"])
        with self.assertRaises(AccessError):
            self.env["psa.billing.cockpit"].with_user(self.lea).draft(
                {"until": "2026-04-01"}, [self.acme.id]
            )
        self.assertFalse(self.env["psa.billing.run"].search([]))

    def test_other_company_sees_nothing_and_cannot_ask(self):
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        self.assertFalse(self._open(foreigner)["rows"])
        with self.assertRaises(AccessError):
            self._open(foreigner, company_id=self.company.id)

    def test_closed_group_is_counted_for_its_pod_only(self):
        group = self.env["psa.customer.group"].create(
            {"name": "Bank", "restrict": True, "user_ids": [Command.set(self.boss.ids)]}
        )
        self.acme.psa_customer_group_id = group
        self.assertFalse(self._open()["rows"])
        self.assertEqual(self._get_row(self._open(self.boss))["invoiced"], 190)

    def test_run_of_another_company_is_not_shown(self):
        run = self._run(NOW.date(), work_until=APRIL)
        foreigner = self._create_billing_user(
            "fay", "Fay Foreign", "manager", company=self.company_2
        )
        with self.assertRaises(AccessError):
            self.env["psa.billing.cockpit"].with_user(foreigner).get_run(run.id)


@tagged("post_install", "-at_install")
class TestCockpitAtScale(CockpitCase):
    """500 customers with 20,000 entries, written by SQL."""

    CUSTOMERS, ENTRIES = 500, 40
    GROUPINGS = ("customer", "agreement", "ticket", "kind", "manager")

    def test_it_opens_and_filters_by_a_bounded_number_of_queries(self):
        few = self._count_queries()
        self._write_ledger()
        started = time.monotonic()
        data = self._open()
        self.assertLess(time.monotonic() - started, 10)
        self.assertEqual(data["row_count"], self.CUSTOMERS + 1)
        self.assertEqual(
            data["figures"]["ready"]["count"], self.CUSTOMERS * self.ENTRIES // 2 + 1
        )
        many = self._count_queries()
        for grouping in self.GROUPINGS:
            self.assertLessEqual(many[grouping], few[grouping] + 5, grouping)
            self.assertLess(many[grouping], 60)

    def _count_queries(self):
        """Return how many queries each grouping takes, from a cold cache."""
        counts = {}
        for grouping in self.GROUPINGS:
            self._open(grouping=grouping, filters={"search": "e"})
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._open(grouping=grouping, filters={"search": "e"})
            counts[grouping] = self.env.cr.sql_log_count - before
        return counts

    def _write_ledger(self):
        customers = self.env["res.partner"].create(
            [
                {"name": f"Customer {number}", "is_company": True}
                for number in range(self.CUSTOMERS)
            ]
        )
        self.env.flush_all()
        # A copy of an entry and of its charge for each: half approved, half to approve.
        self._copy_rows(
            "account_analytic_line",
            self.hour.id,
            f"generate_series(1, {self.ENTRIES * self.CUSTOMERS})",
            {},
        )
        self.env.cr.execute(
            "SELECT array_agg(id) FROM account_analytic_line WHERE id > %s",
            [self.hour.id],
        )
        entries = self.env.cr.fetchone()[0]
        self._copy_rows(
            "psa_charge",
            self._charges(self.hour).id,
            "unnest(%(entries)s, %(customers)s) AS new(entry, customer)",
            {
                "analytic_line_id": "new.entry",
                "customer_id": "new.customer",
                "state": "CASE new.entry %% 2 WHEN 0 THEN 'draft' ELSE 'approved' END",
            },
            entries=entries,
            customers=[
                customers[number % self.CUSTOMERS].id for number in range(len(entries))
            ],
        )
        self.env.cr.execute("ANALYZE psa_charge")
        self.env.invalidate_all()

    def _copy_rows(self, table, row_id, source, changes, **values):
        """Copy a row once for each row of a source, with other values."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name != 'id'",
            [table],
        )
        names = [name for (name,) in self.env.cr.fetchall()]
        columns = ", ".join(f'"{name}"' for name in names)
        wanted = ", ".join(changes.get(name, f'old."{name}"') for name in names)
        self.env.cr.execute(
            f"INSERT INTO {table} ({columns}) SELECT {wanted} "
            f"FROM {table} old, {source} WHERE old.id = {int(row_id)}",
            values,
        )
