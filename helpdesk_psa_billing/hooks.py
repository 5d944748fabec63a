"""What happens to a database around uninstalling."""


def uninstall_hook(env):
    """Remove what our tables would keep Odoo from deleting; invoices stay as they are."""
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
    env.invalidate_all()
