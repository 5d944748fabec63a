"""A run's invoice in a French company has French VAT and accounts."""

import json

BILL = """
import json
from odoo import fields
company = env.company
company.country_id = env.ref("base.fr")
env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
product = env["product.product"].create(
    {"name": "Infogérance", "type": "service", "list_price": 250, "psa_recurring": True}
)
customer = env["res.partner"].create(
    {"name": "Client", "is_company": True, "country_id": env.ref("base.fr").id}
)
agreement = env["psa.agreement"].create(
    {
        "customer_id": customer.id,
        "date_start": fields.Date.today(),
        "line_ids": [
            (0, 0, {"name": "Infogérance", "product_id": product.id, "quantity": 4})
        ],
    }
)
agreement.action_activate()
run = env["psa.billing.run"].create({"agreement_ids": agreement.ids})
run.action_propose()
run.action_draft()
invoice = run.move_ids
invoice.action_post()
print("FACTS", json.dumps({
    "state": invoice.state,
    "currency": invoice.currency_id.name,
    "amounts": [invoice.amount_untaxed, invoice.amount_tax, invoice.amount_total],
    "taxes": invoice.invoice_line_ids.tax_ids.mapped("amount"),
    "accounts": {
        line.display_type: line.account_id.code[:3] for line in invoice.line_ids
    },
}))
"""


def test_run_in_france_has_vat_of_20_percent_on_french_accounts(
    scratch_database, odoo_cli
):
    odoo_cli.create(scratch_database, ["helpdesk_psa_billing", "l10n_fr_account"])
    done = odoo_cli.run("shell", "--no-http", database=scratch_database, stdin=BILL)
    [line] = [it for it in done.stdout.splitlines() if it.startswith("FACTS ")]
    assert json.loads(line.removeprefix("FACTS ")) == {
        "state": "posted",
        "currency": "EUR",
        "amounts": [1000, 200, 1200],
        "taxes": [20],
        "accounts": {"product": "707", "tax": "445", "payment_term": "411"},
    }
