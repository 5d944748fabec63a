"""Invoices of runs leave as Factur-X, UBL and FEC where Odoo offers these, undisturbed.

In a French company with Odoo's electronic invoices, which the add-on does not depend on. One
database for all: it takes minutes to make.
"""

import base64
import json

import pytest
from lxml import etree

from devtools import odoo_cli as cli

BILL = """
import base64, io, json
from odoo import fields
from odoo.fields import Command
from odoo.tools.pdf import OdooPdfFileReader

today = fields.Date.today()
company = env.company
company.write({
    "country_id": env.ref("base.fr").id, "vat": "FR23334175221", "phone": "+33 1 23 45 67 89",
    "email": "office@msp.example.com", "street": "1 rue de la Paix", "zip": "75002",
    "city": "Paris", "company_registry": "33417522101010",
})
env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
company.psa_work_billing_start = fields.Date.subtract(today, days=90)
company.psa_statement_format = "pdf_xlsx"
bank = env["res.partner.bank"].create({
    "acc_number": "FR7630006000011234567890189", "partner_id": company.partner_id.id,
    "allow_out_payment": True,
})
product, labour = env["product.product"].create([
    {"name": "Infogérance", "type": "service", "list_price": 250, "psa_recurring": True},
    {"name": "Main d'œuvre", "type": "service", "list_price": 90},
])
customer = env["res.partner"].create({
    "name": "Client", "is_company": True, "country_id": env.ref("base.fr").id,
    "vat": "FR40303265045", "street": "2 rue Neuve", "zip": "69001", "city": "Lyon",
    "email": "compta@client.example.com", "psa_is_customer": True,
    "company_registry": "30326504500017",
})
plan = env["psa.billing.plan"].create({
    "name": "Tout", "company_id": company.id, "rule_ids": [
        Command.create({"name": "Tout", "kind": "any", "outcome": "billed"})
    ],
})
company.psa_billing_plan_id = plan
service = env["psa.service.type"].create({"name": "Aide", "product_id": labour.id})
agreement = env["psa.agreement"].create({
    "customer_id": customer.id, "date_start": today,
    "line_ids": [(0, 0, {"name": "Infogérance", "product_id": product.id})],
})
agreement.action_activate()
ticket = env["psa.ticket"].create({"name": "Imprimante", "partner_id": customer.id})
employee = env["hr.employee"].search([], limit=1) or env["hr.employee"].create(
    {"name": "Ada", "user_id": env.uid}
)
entries = env["account.analytic.line"].create([
    {
        "name": "Tambour remplacé", "psa_ticket_id": ticket.id, "employee_id": employee.id,
        "psa_service_type_id": service.id, "psa_minutes": 60, "psa_billable": True,
        "date": fields.Date.subtract(today, days=days),
    }
    for days in (1, 20)
])
entries.psa_approved_at = fields.Datetime.now()
charges = env["psa.charge"]._get_charges_of_work(entries)
charges.action_approve()
charges[0].is_late = True
run = env["psa.billing.run"].create({
    "customer_ids": customer.ids, "work_until": fields.Date.add(today, days=1),
})
run.action_propose()
run.action_draft()
invoice = run.move_ids
invoice.partner_bank_id = bank
invoice.action_post()


def send(move, edi):
    env["account.move.send"]._generate_and_send_invoices(
        move, sending_methods=["manual"], invoice_edi_format=edi
    )
    move.invalidate_recordset()
    return {
        "xml": base64.b64encode(move.ubl_cii_xml_id.raw or b"").decode(),
        "statements": [move.psa_statement_pdf_id.name, move.psa_statement_xlsx_id.name],
        "sections": move.invoice_line_ids.filtered(
            lambda it: it.display_type == "line_section"
        ).mapped("name"),
        "amounts": [move.amount_untaxed, move.amount_tax, move.amount_total],
        "lines": move.invoice_line_ids.filtered(
            lambda it: it.display_type == "product"
        ).mapped("price_subtotal"),
    }


facts = {"ubl": send(invoice, "ubl_bis3")}
invoice.button_draft()
invoice.action_post()
facts["facturx"] = send(invoice, "facturx")
reader = OdooPdfFileReader(io.BytesIO(invoice.invoice_pdf_report_id.raw), strict=False)
embedded = dict(reader.getAttachments())
facts["facturx"]["xml"] = base64.b64encode(embedded["factur-x.xml"]).decode()
export = env["psa.invoice.export"].create({"date_from": today, "date_to": today})
facts["has_fec"] = export.has_fec
export.action_write_fec()
facts["fec"] = base64.b64decode(export.fec_file).decode()
facts["lock"] = str(company.fiscalyear_lock_date or "")
facts["number"] = invoice.name
print("FACTS", json.dumps(facts))
"""


@pytest.fixture(scope="module")
def facts():
    """Return what came out in a French company with electronic invoices."""
    with cli.scratch_database() as name:
        cli.create(
            name, ["helpdesk_psa_billing", "l10n_fr_account", "account_edi_ubl_cii"]
        )
        done = cli.run("shell", "--no-http", database=name, stdin=BILL)
    [line] = [it for it in done.stdout.splitlines() if it.startswith("FACTS ")]
    return json.loads(line.removeprefix("FACTS "))


def read_xml(facts, name):
    return etree.fromstring(base64.b64decode(facts[name]["xml"]))


def find(tree, path):
    """Return the texts of elements, whatever their namespace."""
    steps = "".join(f"//*[local-name()='{step}']" for step in path.split("/"))
    return [node.text for node in tree.xpath(steps)]


def test_ubl_has_the_lines_and_amounts_of_the_invoice(facts):
    tree = read_xml(facts, "ubl")
    untaxed, tax, total = facts["ubl"]["amounts"]
    assert [float(it) for it in find(tree, "InvoiceLine/LineExtensionAmount")] == facts[
        "ubl"
    ]["lines"]
    assert float(find(tree, "LegalMonetaryTotal/LineExtensionAmount")[0]) == untaxed
    assert float(find(tree, "TaxTotal/TaxAmount")[0]) == tax
    assert float(find(tree, "PayableAmount")[0]) == total


def test_ubl_takes_the_statement_of_work_along(facts):
    names = [
        node.get("filename")
        for node in read_xml(facts, "ubl").xpath(
            "//*[local-name()='EmbeddedDocumentBinaryObject']"
        )
    ]
    assert set(facts["ubl"]["statements"]) < set(names)


def test_facturx_has_the_lines_and_amounts_of_the_invoice(facts):
    tree = read_xml(facts, "facturx")
    lines = find(tree, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount")
    assert [float(it) for it in lines] == facts["facturx"]["lines"]
    assert float(find(tree, "GrandTotalAmount")[0]) == facts["facturx"]["amounts"][2]


def test_sections_and_late_lines_are_on_the_invoice_all_the_same(facts):
    assert len(facts["ubl"]["sections"]) == 3
    assert len(facts["ubl"]["lines"]) == 3


def test_fec_has_the_invoice_and_the_books_stay_open(facts):
    assert facts["has_fec"]
    header, *rows = facts["fec"].splitlines()
    assert header.startswith("JournalCode|JournalLib|EcritureNum")
    mine = [row.split("|") for row in rows if f"|{facts['number']}|" in row]
    debit, credit = (
        sum(float(row[column].replace(",", ".")) for row in mine) for column in (11, 12)
    )
    assert mine
    assert debit == pytest.approx(credit)
    assert facts["lock"] == ""
