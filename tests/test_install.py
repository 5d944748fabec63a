"""A database that was used can be updated and can do without the add-on again (I-17)."""

import json

# A day's work on a fresh database with demo data, as the administrator's helpdesk sees it.
USE = """
env.cr.commit()
partner = env["res.partner"].create({"name": "Kept Casey", "email": "casey@kept.example"})
firm = env["res.partner"].create({"name": "Kept firm", "is_company": True, "psa_is_customer": True})
env["res.partner"].create(
    {"name": "Kept Lyon", "type": "psa_site", "parent_id": firm.id, "city": "Lyon"}
)
ticket = env["psa.ticket"].create(
    {"name": "Kept question", "partner_id": partner.id, "body": "<p>Where is my time?</p>"}
)
ticket.message_post(body="Here it is.", subtype_xmlid="mail.mt_comment", message_type="comment")
ticket.action_resolve()
env["psa.team"].create({"name": "Second line", "alias_name": "second-line"})
env.ref("helpdesk_psa.mail_template_psa_acknowledge").subject = "Our own words"
project = env["project.project"].create({"name": "Kept project", "allow_timesheets": True})
employee = env["hr.employee"].create({"name": "Kept Ada"})
env["account.analytic.line"].create(
    {"name": "Kept hours", "project_id": project.id, "employee_id": employee.id, "unit_amount": 1.5}
)
env.cr.commit()
"""

COUNT = """
import json
print("FACTS", json.dumps({
    "tickets": env["psa.ticket"].search_count([]),
    "events": env["psa.event"].search_count([]),
    "numbers": env["psa.ticket"].search([], order="id").mapped("number"),
    "subject": env.ref("helpdesk_psa.mail_template_psa_acknowledge").subject,
}))
"""

UNINSTALL = """
env["ir.module.module"].search([("name", "=", "helpdesk_psa")]).button_immediate_uninstall()
"""

LEFT_OVERS = {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'psa_%'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE column_name LIKE 'psa_%' AND table_schema = 'public'",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'psa_%'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'psa.%'",
    "fields": "SELECT model || '.' || name FROM ir_model_fields WHERE name LIKE 'psa_%'",
    "crons": "SELECT cron_name FROM ir_cron WHERE cron_name LIKE 'Helpdesk%'",
    "aliases": "SELECT alias_name FROM mail_alias WHERE alias_name IN ('support', 'second-line')",
    "templates": "SELECT id FROM mail_template WHERE model LIKE 'psa.%'",
    "messages": "SELECT id FROM mail_message WHERE model LIKE 'psa.%'",
    "followers": "SELECT id FROM mail_followers WHERE res_model LIKE 'psa.%'",
    "activities": "SELECT id FROM mail_activity WHERE res_model LIKE 'psa.%'",
    "attachments": "SELECT id FROM ir_attachment WHERE res_model LIKE 'psa.%'",
    "sites": "SELECT id FROM res_partner WHERE type = 'psa_site'",
    "unused sites": "SELECT s.id FROM res_partner s JOIN res_partner c ON c.id = s.parent_id"
    " WHERE c.name LIKE 'Kept %' AND s.name = 'Main site'",
    "numbering": "SELECT code FROM ir_sequence WHERE code LIKE 'psa.%'",
    "groups": "SELECT g.id FROM res_groups g JOIN ir_model_data d ON d.res_id = g.id"
    " AND d.model = 'res.groups' WHERE d.module = 'helpdesk_psa'",
}

KEPT = {
    "partners": "SELECT count(*) FROM res_partner WHERE name = 'Kept Casey'",
    "sites with an address": "SELECT count(*) FROM res_partner WHERE name = 'Kept Lyon'"
    " AND type = 'other'",
    "time": "SELECT count(*) FROM account_analytic_line WHERE name = 'Kept hours'"
    " AND unit_amount = 1.5",
    "projects": "SELECT count(*) FROM project_project WHERE name->>'en_US' = 'Kept project'",
}


def test_a_used_database_is_updated_and_uninstalled_without_loss(
    scratch_database, odoo_cli
):
    odoo_cli.create(
        scratch_database, ["helpdesk_psa", "helpdesk_psa_portal"], demo=True
    )
    _shell(odoo_cli, scratch_database, USE)
    before = _facts(odoo_cli, scratch_database)

    odoo_cli.run(
        "--update=helpdesk_psa", "--stop-after-init", database=scratch_database
    )

    assert before["tickets"] >= 60
    assert before["subject"] == "Our own words"
    assert _facts(odoo_cli, scratch_database) == before

    _shell(odoo_cli, scratch_database, UNINSTALL)

    left = {
        what: odoo_cli.query(sql, scratch_database) for what, sql in LEFT_OVERS.items()
    }
    assert {what: rows for what, rows in left.items() if rows} == {}
    kept = {what: odoo_cli.query(sql, scratch_database) for what, sql in KEPT.items()}
    assert kept == dict.fromkeys(KEPT, ["1"])


def _shell(odoo_cli, name, script):
    return odoo_cli.run(
        "shell", "--no-http", "--log-level=error", database=name, stdin=script
    ).stdout


def _facts(odoo_cli, name):
    output = _shell(odoo_cli, name, COUNT)
    line = next(line for line in output.splitlines() if line.startswith("FACTS"))
    return json.loads(line.removeprefix("FACTS"))
