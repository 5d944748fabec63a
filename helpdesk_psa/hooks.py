"""What happens to a database around installing and uninstalling."""

from odoo.tools import SQL

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

# What stays, or goes later, and would keep Odoo from deleting what it names: time and
# contacts are Odoo's own.
HOLDERS = (
    ("account_analytic_line", "psa_service_type_id"),
    ("account_analytic_line", "psa_intervention_id"),
    ("res_partner", "psa_customer_type_id"),
    ("psa_intervention_type", "checklist_id"),
)


def post_init_hook(env):
    """Give the first team an address, if the database has a mail domain."""
    team = env.ref("helpdesk_psa.psa_team_support", raise_if_not_found=False)
    if team and not team.alias_id and team.company_id.alias_domain_id:
        taken = env["mail.alias"].search_count(
            [
                ("alias_name", "=", "support"),
                ("alias_domain_id", "=", team.company_id.alias_domain_id.id),
            ]
        )
        if not taken:
            team.alias_name = "support"


def uninstall_hook(env):
    """Remove our aliases and unused sites; what hangs on tickets goes with the tickets.

    Odoo drops our tables without calling `unlink`, so what other tables hold about
    tickets would stay: an alias to a model that is gone makes each mail to it fail.
    """
    models = (
        "psa.ticket",
        "psa.team",
        "psa.mail.log",
        "psa.equipment",
        "psa.agreement",
        "psa.agreement.amendment",
        "psa.intervention",
        "psa.schedule",
    )
    env["psa.team"].with_context(active_test=False).search(
        [("alias_id", "!=", False)]
    ).alias_id = False
    env["mail.alias"].search([("alias_model_id.model", "=", "psa.ticket")]).unlink()
    env["mail.activity"].with_context(active_test=False).search(
        [("res_model", "in", models)]
    ).unlink()
    env["rating.rating"].search([("res_model", "in", models)]).unlink()
    env["mail.followers"].search([("res_model", "in", models)]).unlink()
    env["mail.message"].search([("model", "in", models)]).unlink()
    env["ir.attachment"].search([("res_model", "in", models)]).unlink()
    env.flush_all()
    for table, column in HOLDERS:
        table, column = SQL.identifier(table), SQL.identifier(column)
        env.cr.execute(
            SQL("UPDATE %s SET %s = NULL WHERE %s IS NOT NULL", table, column, column)
        )
    # Tickets hold their teams, types and statuses, which Odoo deletes before the tables;
    # agreements and equipment hold customers and sites.
    for table in (
        "psa_sla_clock",
        "psa_ticket",
        "psa_intervention",
        "psa_schedule",
        "psa_agreement",
        "psa_equipment",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all()
    _find_unused_sites(env).with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()


def _find_unused_sites(env):
    """Return the sites that say nothing the customer does not say himself.

    Main sites are made with the customer's address. Those that were never given people,
    an address or a way to reach them would only be left-overs; the others become
    ordinary addresses of the customer.
    """
    sites = (
        env["res.partner"]
        .with_context(active_test=False)
        .search(
            [("type", "=", "psa_site"), ("email", "=", False), ("phone", "=", False)]
        )
    )
    return sites.filtered(
        lambda site: (
            not site.psa_site_contact_ids
            and not site.child_ids
            and site._get_address_values() == site.parent_id._get_address_values()
        )
    )
