"""Billing comes to a helpdesk that is in use, and can leave it again (I-17)."""

# The year's first agreement, before anybody thought of billing.
USE_HELPDESK = """
firm = env["res.partner"].create({"name": "Kept firm", "is_company": True})
agreement = env["psa.agreement"].create(
    {"name": "KEPT-1", "customer_id": firm.id, "date_start": "2026-01-01",
     "line_ids": [(0, 0, {"name": "Everything"})]}
)
agreement.action_activate()
env.cr.commit()
"""

# Billing invoices an agreement, counts licences, and the invoice is posted.
USE_BILLING = """
env["account.chart.template"].try_loading("generic_coa", company=env.company, install_demo=False)
firm = env["res.partner"].search([("name", "=", "Kept firm")])
product = env["product.product"].create(
    {"name": "Kept care", "type": "service", "list_price": 100, "psa_recurring": True}
)
env["psa.licence"].create(
    {"customer_id": firm.id, "product_id": product.id, "quantity": 3, "date_start": "2026-01-01"}
)
agreement = env["psa.agreement"].create(
    {"name": "KEPT-2", "customer_id": firm.id, "date_start": "2026-11-01",
     "line_ids": [
         (0, 0, {"name": "Care", "product_id": product.id}),
         (0, 0, {"name": "Seats", "product_id": product.id, "quantity_method": "licences"}),
     ]}
)
agreement.action_activate()
run = env["psa.billing.run"].create({"date": "2026-11-01", "goal": "post"})
run.action_propose()
env.cr.commit()
print(run.state, run.move_ids.mapped("state"))
"""

UNINSTALL = """
env["ir.module.module"].search([("name", "=", "helpdesk_psa_billing")]).button_immediate_uninstall()
"""

# What only our add-ons have; the same before billing came and after it left.
OURS = {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'psa_%' ORDER BY 1",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE (table_name LIKE 'psa_%' OR column_name LIKE 'psa_%')"
    " AND table_schema = 'public' ORDER BY 1",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'psa.%' ORDER BY 1",
    "crons": "SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Helpdesk%' ORDER BY 1",
    "sequences": "SELECT code FROM ir_sequence WHERE code LIKE 'psa.%' ORDER BY 1",
    "templates": "SELECT name->>'en_US' FROM mail_template WHERE model LIKE 'psa.%' ORDER BY 1",
    "agreements": "SELECT count(*) FROM psa_agreement WHERE name = 'KEPT-1' AND state = 'active'",
}
INVOICES = """
SELECT state, amount_total::int FROM account_move WHERE move_type = 'out_invoice'
"""


def test_billing_joins_a_helpdesk_in_use_and_leaves_its_invoices(
    scratch_database, odoo_cli
):
    odoo_cli.create(scratch_database, ["helpdesk_psa"])
    _shell(odoo_cli, scratch_database, USE_HELPDESK)
    before = _look(odoo_cli, scratch_database)

    odoo_cli.create(scratch_database, ["helpdesk_psa_billing"])
    _shell(odoo_cli, scratch_database, USE_BILLING)
    invoices = odoo_cli.query(INVOICES, scratch_database)
    # 100 for the care and 3 × 100 for the seats, with the 15 % of the generic chart.
    assert invoices == ["posted|460"]

    odoo_cli.run(
        "--update=helpdesk_psa_billing", "--stop-after-init", database=scratch_database
    )
    assert odoo_cli.query(INVOICES, scratch_database) == invoices
    assert odoo_cli.query("SELECT count(*) FROM psa_charge", scratch_database) == ["2"]

    _shell(odoo_cli, scratch_database, UNINSTALL)

    assert _look(odoo_cli, scratch_database) == before
    assert odoo_cli.query(INVOICES, scratch_database) == invoices


def _shell(odoo_cli, name, script):
    return odoo_cli.run(
        "shell", "--no-http", "--log-level=error", database=name, stdin=script
    ).stdout


def _look(odoo_cli, name):
    return {what: odoo_cli.query(sql, name) for what, sql in OURS.items()}
