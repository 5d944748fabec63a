"""What happens to a database around uninstalling."""

from odoo.tools import SQL


def uninstall_hook(env):
    """Remove what our tables would keep Odoo from deleting; invoices stay as they are."""
    env.cr.execute("DELETE FROM psa_billing_finding")
    env.cr.execute("DELETE FROM psa_budget")
    env.cr.execute("DELETE FROM psa_charge")
    env.cr.execute("DELETE FROM psa_period")
    env.cr.execute("DELETE FROM psa_billing_run")
    # Terms keep the prices that revisions brought; what these followed goes.
    env.cr.execute("UPDATE psa_agreement_amendment SET price_revision_id = NULL")
    env.cr.execute("DELETE FROM psa_price_revision")
    env.cr.execute("DELETE FROM psa_price_reference")
    env.cr.execute(
        "UPDATE psa_agreement SET revision_method = 'none', revision_formula_id = NULL"
    )
    env.cr.execute("UPDATE res_company SET psa_revision_formula_id = NULL")
    env.cr.execute("DELETE FROM psa_price_formula")
    env.cr.execute("UPDATE psa_price_index SET replaced_by_id = NULL")
    # What is left out for a reason would hold the reasons.
    for table in (
        "psa_presence",
        "psa_usage_reading",
        "psa_usage_meter",
        "psa_licence_seat",
        "psa_licence",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    for table in ("res_partner", "psa_equipment"):
        env.cr.execute(
            SQL("UPDATE %s SET psa_count_exclusion_id = NULL", SQL.identifier(table))
        )
    env.invalidate_all()
