"""An invoice is proven by the work that it bills, to the minute and to the cent."""

import io
from dataclasses import replace
from datetime import date, datetime
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfReader, PdfWriter

from odoo.addons.helpdesk_psa_billing.tools import proof_sheet

from .charge_common import APRIL, MARCH, MAY, ChargeCommon

MONDAY = date(2026, 3, 2)
REPORT = "helpdesk_psa_billing.psa_statement_report"


class ProofCommon(ChargeCommon):
    """ACME's work of March is billed by the hour, unless a test says otherwise."""

    def _cover(self, **conditions):
        """Let a rule before the others cover work."""
        return self._create_rule(
            self.plan,
            name="Care",
            sequence=-1,
            kind="any",
            outcome="covered",
            **conditions,
        )

    def _grant(self, hours, **values):
        return (
            self.env["psa.allowance"]
            .with_user(self.boss)
            .create(
                {
                    "customer_id": self.acme.id,
                    "company_id": self.company.id,
                    "date_from": "2026-01-01",
                    "granted_date": "2026-01-01",
                    "overrun": "billed",
                    "opening_quantity": hours,
                    **values,
                }
            )
            .with_env(self.env)
        )

    def _print(self, move, lang=None):
        """Return the statement as it is printed, as text."""
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.accountant)
            ._render_qweb_html(REPORT, move.ids)
        )
        return html.decode()


@tagged("post_install", "-at_install")
class TestProof(ProofCommon):
    def test_line_says_who_did_what_for_how_long_and_why_it_costs_that(self):
        entry = self._work(50, day=MONDAY, name="Changed the toner")
        invoice = self._bill_and_post(entry)
        [line] = invoice._psa_get_proof().lines
        self.assertEqual(
            (line.day, line.person, line.note, line.ticket),
            (MONDAY, "Ada Agent", "Changed the toner", self.ticket.number),
        )
        self.assertEqual((line.raw_minutes, line.minutes), (50, 50))
        self.assertEqual((line.coverage, line.rule), ("Billed", "All work"))
        self.assertEqual((line.rate, line.amount), (90, 75))

    def test_covered_work_is_told_with_the_invoice_of_its_days(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        billed, covered = self._work(60), self._work(30, service=self.onsite)
        self._approve(billed | covered)
        invoice = self._bill_work()
        value = invoice._psa_get_proof()
        self.assertEqual(
            {it.destination: it.raw_minutes for it in value.totals},
            {"billed": 60, "covered": 30},
        )
        self.assertEqual(
            self._charges(covered).told_move_id, invoice.with_env(self.env)
        )

    def test_covered_work_is_told_once(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        self._bill_and_post(self._work(60) | self._work(30, service=self.onsite))
        april = self._bill_and_post(self._work(60, day=APRIL), until=MAY)
        self.assertEqual(april._psa_get_proof().work.raw_minutes, 60)

    def test_work_told_on_a_cancelled_draft_is_told_with_the_next_invoice(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        self._approve(self._work(60) | self._work(30, service=self.onsite))
        self._bill_work().button_cancel()
        again = self._bill_work(MAY)
        self.assertEqual(again._psa_get_proof().work.raw_minutes, 90)

    def test_work_told_on_a_deleted_draft_is_told_with_the_next_invoice(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        self._approve(self._work(60) | self._work(30, service=self.onsite))
        self._bill_work().unlink()
        again = self._bill_work(MAY)
        self.assertEqual(again._psa_get_proof().work.raw_minutes, 90)

    def test_proposal_has_the_proof_that_its_invoice_will_have(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        self._approve(self._work(60) | self._work(30, service=self.onsite))
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create({"date": APRIL, "work_until": APRIL})
        )
        run.action_propose()
        [before] = run.line_ids._psa_get_proofs().values()
        run.action_draft()
        after = run.move_ids._psa_get_proof()
        self.assertEqual(before.sections, self._without_lines_of(after).sections)
        self.assertIsNone(before.check)

    def test_proposal_is_previewed_on_the_screen(self):
        self._approve(self._work(60, name="Changed the toner"))
        run = (
            self.env["psa.billing.run"]
            .with_user(self.bea)
            .create({"date": APRIL, "work_until": APRIL})
        )
        run.action_propose()
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.bea)
            ._render_qweb_html(
                "helpdesk_psa_billing.psa_proposal_preview", run.line_ids.ids
            )
        )
        self.assertIn("Changed the toner", html.decode())
        self.assertIn("Nothing is invoiced of it yet", html.decode())

    def _without_lines_of(self, value):
        """Return a proof as it was before there was an invoice."""
        return replace(
            value,
            sections=tuple(
                replace(
                    section,
                    lines=tuple(replace(it, invoice_line=0) for it in section.lines),
                )
                for section in value.sections
            ),
        )

    def test_work_that_is_not_billed_says_why(self):
        self.plan.rule_ids.write({"outcome": "not_billed", "reason": "Goodwill"})
        [line] = self._charges(self._work(30))._get_proof().lines
        self.assertEqual(line.coverage, "Not billed: Goodwill")
        self.assertEqual((line.raw_minutes, line.charged_minutes), (30, 0))

    def test_why_something_was_waived_stays_inside(self):
        charges = self._charges(self._work(30))
        charges.with_user(self.boss)._write_off("He would have left us")
        [line] = charges._get_proof().lines
        self.assertEqual((line.coverage, line.explanation), ("Waived", ""))
        self.assertNotIn("left us", repr(charges._get_proof()))

    def test_hours_are_those_of_the_customer(self):
        self.acme.tz = "Europe/Paris"
        entry = self._work(
            60,
            day=MONDAY,
            psa_start=datetime(2026, 3, 2, 8),
            psa_stop=datetime(2026, 3, 2, 9),
        )
        [line] = self._charges(entry)._get_proof().lines
        self.assertEqual(line.start, datetime(2026, 3, 2, 9))

    def test_late_work_is_labelled(self):
        self._bill_and_post(self._work(60))
        late = self._bill_and_post(self._work(30), until=MAY)
        [line] = late._psa_get_proof().lines
        self.assertTrue(line.is_late)
        self.assertIn("entered late", self._print(late))

    def test_part_is_told_with_its_serial_number(self):
        cable = self._create_product("Switch", 80, type="consu")
        item = self.env["psa.item"].create(
            {
                "ticket_id": self.ticket.id,
                "product_id": cable.id,
                "lot": "SN-1",
                "quantity": 2,
                "date": MARCH,
            }
        )
        [line] = self._charges(item)._get_proof().lines
        self.assertEqual(line.note, f"{cable.display_name}, serial number SN-1")
        self.assertEqual((line.quantity, line.amount, line.is_time), (2, 160, False))

    def test_work_stands_by_ticket_or_by_day_as_the_customer_wants(self):
        other = self._create_ticket(name="Mail")
        entries = self._work(60) | self._work(30, ticket=other)
        charges = self._charges(*entries)
        self.assertEqual(len(charges._get_proof().sections), 2)
        self.acme.psa_statement_grouping = "day"
        [section] = charges._get_proof().sections
        self.assertEqual(section.title, "Sunday 1 March 2026")

    def test_changed_price_shows_as_a_difference(self):
        self._approve(self._work(60))
        invoice = self._bill_work()
        line = self._get_line(invoice)
        invoice.write(
            {"invoice_line_ids": [Command.update(line.id, {"price_unit": 80})]}
        )
        invoice.action_post()
        check = invoice._psa_get_proof().check
        self.assertEqual((check.charged, check.invoiced), (90, 80))
        self.assertEqual([it.difference for it in check.differences], [-10])
        self.assertIn("Changed on the invoice", self._print(invoice))

    def test_added_line_is_no_difference(self):
        self._approve(self._work(60))
        invoice = self._bill_work()
        line = {"name": "Gift", "quantity": 1, "price_unit": 5}
        invoice.write({"invoice_line_ids": [Command.create(line)]})
        check = invoice._psa_get_proof().check
        self.assertTrue(check.is_even)
        self.assertEqual([it.label for it in check.others], ["Gift"])
        self.assertEqual(check.invoiced, invoice.amount_untaxed)

    def test_credit_note_tells_what_it_takes_back(self):
        invoice = self._bill_and_post(self._work(60))
        credit = self._credit(invoice, psa_credit_disposition="write_off")
        credit.action_post()
        value = credit._psa_get_proof()
        self.assertTrue(value.is_credit)
        self.assertEqual((value.raw_minutes, value.amount), (-60, -90))
        self.assertTrue(value.check.is_even)
        self.assertEqual(value.check.invoiced, -credit.amount_untaxed)

    def test_any_number_of_charges_takes_as_many_queries(self):
        def count(entries):
            self._approve(entries)
            invoice = self._bill_work()
            invoice.action_post()
            self.env.invalidate_all()
            with self._count_queries() as queries:
                invoice._psa_get_proof()
            return queries.count

        first = count(self._work(30))
        self._work(30)
        many = self.env["account.analytic.line"]
        for number in range(12):
            many |= self._work(10 + number, ticket=self._create_ticket())
        self.assertLessEqual(count(many), first + 1)

    def _count_queries(self):
        cr = self.env.cr

        class Counter:
            def __enter__(self):
                self.before = cr.sql_log_count
                return self

            def __exit__(self, *_error):
                self.count = cr.sql_log_count - self.before

        self.env.flush_all()
        return Counter()


@tagged("post_install", "-at_install")
class TestProofAllowance(ProofCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.rule_ids.write({"outcome": "allowance"})

    def _bill_month(self, hours, day, until):
        self._approve(self._work(hours * 60, day=day))
        self._work_billed(day)
        invoice = self._bill_work(until)
        invoice.action_post()
        return invoice._psa_get_proof()

    def _work_billed(self, day):
        """Work that no allowance pays for, so that there is an invoice."""
        item = self.env["psa.item"].create(
            {
                "ticket_id": self.ticket.id,
                "product_id": self._create_product("Cable", 5, type="consu").id,
                "date": day,
            }
        )
        charge = self._charges(item)
        if charge.destination != "billed":
            self._create_rule(
                self.plan,
                name="Items",
                sequence=-1,
                kind="item",
                outcome="billed",
            )
            charge._rate(charge.analytic_line_id, item)
            charge = self._charges(item)
        charge.with_user(self.bea).action_approve()

    def test_statement_tells_what_was_left_before_and_after(self):
        self._grant(10)
        [told] = self._bill_month(2, MARCH, APRIL).allowances
        self.assertEqual((told.before.value, told.after.value), (0, 480))
        self.assertEqual([it.text for it in told.movements], ["Grant"])
        self.assertTrue(told.is_even)

    def test_next_statement_goes_on_where_the_last_one_ended(self):
        self._grant(10)
        [first] = self._bill_month(2, MARCH, APRIL).allowances
        [second] = self._bill_month(3, APRIL, MAY).allowances
        self.assertEqual(second.before, first.after)
        self.assertEqual((second.used.text, second.after.text), ("3:00 h", "5:00 h"))
        self.assertFalse(second.movements)

    def test_statement_says_the_same_when_it_is_printed_again(self):
        self._grant(10)
        self._approve(self._work(120))
        self._work_billed(MARCH)
        invoice = self._bill_work()
        invoice.action_post()
        before = invoice._psa_get_proof()
        self._bill_month(3, APRIL, MAY)
        self.assertEqual(invoice._psa_get_proof(), before)

    def test_block_is_told_with_what_was_sold(self):
        block = self._grant(10, product_id=self._create_product("Block of 10", 800).id)
        [told] = self._bill_month(2, MARCH, APRIL).allowances
        self.assertEqual(told.name, f"{block.name}, Block of 10")

    def test_reason_of_an_adjustment_stays_inside(self):
        block = self._grant(10)
        block._book("adjustment", -60, "He complained", date=MARCH)
        [told] = self._bill_month(2, MARCH, APRIL).allowances
        self.assertNotIn("complained", repr(told))
        self.assertEqual(told.after.value, 420)

    def test_work_that_runs_over_is_told_in_two_parts(self):
        self._grant(1)
        self._approve(self._work(90))
        invoice = self._bill_work()
        lines = invoice._psa_get_proof().lines
        self.assertEqual(
            [(it.destination, it.raw_minutes) for it in lines],
            [("allowance", 60), ("billed", 30)],
        )


@tagged("post_install", "-at_install")
class TestStatement(ProofCommon):
    def _send(self, invoice):
        """Send the invoice as the accountant; return the names of what went out."""
        self.acme.email = "books@acme.example.com"
        wizard = (
            self.env["account.move.send.wizard"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({})
        )
        wizard.action_send_and_print()
        return self._get_sent(invoice)

    def _get_sent(self, invoice):
        message = invoice.message_ids.filtered("attachment_ids")[:1]
        return sorted(message.attachment_ids.mapped("name"))

    def test_pdf_goes_out_with_the_invoice(self):
        invoice = self._bill_and_post(self._work(60))
        sent = self._send(invoice)
        self.assertIn(invoice._psa_get_statement_name("pdf"), sent)
        self.assertTrue(invoice.psa_statement_pdf_id)
        self.assertFalse(invoice.psa_statement_xlsx_id)

    def test_workbook_goes_out_too_if_the_customer_wants_it(self):
        self.acme.psa_statement_format = "pdf_xlsx"
        invoice = self._bill_and_post(self._work(60))
        self.assertIn(invoice._psa_get_statement_name("xlsx"), self._send(invoice))

    def test_customer_who_wants_none_gets_the_invoice_alone(self):
        self.acme.psa_statement_format = "none"
        sent = self._send(invoice := self._bill_and_post(self._work(60)))
        self.assertEqual(len(sent), 1)
        self.assertFalse(invoice.psa_statement_pdf_id)

    def test_invoice_without_work_goes_out_alone(self):
        invoice = self._bill()
        invoice.action_post()
        self.assertEqual(invoice._psa_get_statement_formats(), [])

    def test_statement_is_sent_again_as_it_was(self):
        invoice = self._bill_and_post(self._work(60))
        self._send(invoice)
        first = invoice.psa_statement_pdf_id
        self.assertIn(first.name, self._send(invoice))
        self.assertEqual(invoice.psa_statement_pdf_id, first)

    def test_draft_lets_go_of_what_was_sent(self):
        invoice = self._bill_and_post(self._work(60))
        self._send(invoice)
        invoice.button_draft()
        self.assertFalse(invoice.psa_statement_pdf_id)

    def test_many_are_printed_at_once_each_in_its_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.globex.lang = "fr_FR"
        other = self._create_ticket(partner_id=self.globex.id)
        self._approve(self._work(60) | self._work(30, ticket=other))
        invoices = self._bill_work()
        self.assertEqual(len(invoices), 2)
        html = self._print(invoices)
        self.assertEqual(html.count("page o_psa_statement"), 2)
        proofs = invoices._psa_get_proofs()
        self.assertEqual({it.lang for it in proofs.values()}, {"en_US", "fr_FR"})

    def test_many_are_printed_without_a_patched_wkhtmltopdf(self):
        other = self._create_ticket(partner_id=self.zoe.id)
        self._approve(self._work(60) | self._work(30, ticket=other))
        invoices = self._bill_work()
        reports = type(self.env["ir.actions.report"])
        page = io.BytesIO()
        writer = PdfWriter()
        writer.add_blank_page(width=100, height=100)
        writer.write(page)

        def convert(_self, bodies, **_options):
            self.assertEqual(len(bodies), 1)
            return page.getvalue()

        with (
            patch.object(reports, "_run_wkhtmltopdf", convert),
            patch.object(reports, "get_wkhtmltopdf_state", lambda _self: "ok"),
        ):
            content, _type = (
                self.env["ir.actions.report"]
                .with_user(self.accountant)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(REPORT, invoices.ids)
            )
        self.assertEqual(len(PdfReader(io.BytesIO(content)).pages), 2)

    def test_statement_never_tells_internal_notes_or_costs(self):
        self.ada_employee.hourly_cost = 33.33
        self.ticket.message_post(
            body="Internal: he is rude", subtype_xmlid="mail.mt_note"
        )
        invoice = self._bill_and_post(self._work(60))
        text = self._print(invoice)
        self.assertNotIn("he is rude", text)
        self.assertNotIn("33.33", text)

    def test_every_word_of_the_workbook_can_be_translated(self):
        words = self.env["psa.charge"]._get_proof_words()
        self.assertEqual(words, proof_sheet.WORDS)

    def test_workbook_of_an_invoice_has_its_lines(self):
        invoice = self._bill_and_post(self._work(60))
        content, _type = invoice._psa_render_xlsx()
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(book["Work"]["A2"].value.date(), MARCH)
        self.assertEqual(book["Invoice"]["C2"].value, 90)


@tagged("post_install", "-at_install")
class TestProofLinks(ProofCommon):
    def test_line_leads_to_its_charges_time_and_tickets(self):
        entry = self._work(60)
        line = self._get_line(self._bill_and_post(entry)).with_user(self.bea)
        self.assertEqual(line.psa_line_charge_count, 1)
        self.assertEqual(line.action_psa_open_tickets()["res_id"], self.ticket.id)
        domain = line.action_psa_open_entries()["domain"]
        self.assertEqual(domain, [("id", "in", entry.ids)])
        domain = line.action_psa_open_charges()["domain"]
        charges = line.env["psa.charge"].search(domain)
        self.assertEqual(charges.analytic_line_id.ids, entry.ids)

    def test_line_leads_to_the_signed_report_and_back(self):
        visit = self._create_visit()
        entry = self._work(60, psa_intervention_id=visit.id)
        report = self.env["ir.attachment"].create({"name": "I.pdf", "raw": b"%PDF"})
        visit.sudo().report_attachment_id = report
        invoice = self._bill_and_post(entry)
        action = self._get_line(invoice).with_user(self.bea).action_psa_open_reports()
        self.assertIn(str(report.id), action["url"])
        action = visit.with_user(self.bea).action_psa_open_work_invoices()
        self.assertEqual(action["res_id"], invoice.id)

    def _create_visit(self):
        return self.env["psa.intervention"].create(
            {
                "name": "Toner",
                "customer_id": self.acme.id,
                "ticket_ids": [Command.set(self.ticket.ids)],
                "technician_ids": [Command.set(self.ada.ids)],
            }
        )

    def test_ticket_leads_to_the_invoice_that_tells_of_it(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        other = self._create_ticket(name="Covered")
        covered = self._work(30, service=self.onsite, ticket=other)
        invoice = self._bill_and_post(self._work(60) | covered)
        action = other.with_user(self.bea).action_psa_open_work_invoices()
        self.assertEqual(action["res_id"], invoice.id)

    def test_invoice_lists_what_it_bills_and_tells_of(self):
        self._cover(service_type_ids=[Command.set(self.onsite.ids)])
        entries = self._work(60) | self._work(30, service=self.onsite)
        invoice = self._bill_and_post(entries).with_user(self.bea)
        self.assertEqual(len(invoice.psa_proof_charge_ids), 2)
        self.assertFalse(invoice.psa_is_proof_uneven)
        self.assertEqual(invoice.psa_entry_count, 2)

    def test_numbers_on_an_invoice_are_nobodys_business_without_billing(self):
        invoice = self._bill_and_post(self._work(60))
        with self.assertRaises(AccessError):
            invoice.with_user(self.accountant).read(["psa_proof_charge_ids"])
        with self.assertRaises(AccessError):
            self._get_line(invoice).with_user(self.accountant).read(
                ["psa_charged_amount"]
            )


@tagged("post_install", "-at_install")
class TestStatementDownload(ProofCommon, HttpCase):
    def _get(self, login, invoice):
        self.authenticate(login, login)
        return self.url_open(f"/psa/statement/{invoice.id}.xlsx")

    def test_workbook_is_downloaded_by_whoever_sees_the_invoice(self):
        invoice = self._bill_and_post(self._work(60))
        answer = self._get("bea", invoice)
        self.assertEqual(answer.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        self.assertIn("Work", book.sheetnames)

    def test_agent_and_stranger_are_told_that_there_is_nothing(self):
        invoice = self._bill_and_post(self._work(60))
        self.assertNotEqual(self._get("ada", invoice).status_code, 200)
        self.authenticate(None, None)
        answer = self.url_open(
            f"/psa/statement/{invoice.id}.xlsx", allow_redirects=False
        )
        self.assertNotEqual(answer.status_code, 200)
