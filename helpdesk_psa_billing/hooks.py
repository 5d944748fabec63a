"""What happens to a database around uninstalling."""


def uninstall_hook(env):
    """Remove what our tables would keep Odoo from deleting; invoices stay as they are."""
    env.cr.execute("DELETE FROM psa_charge")
    env.cr.execute("DELETE FROM psa_period")
    env.cr.execute("DELETE FROM psa_billing_run")
    env.invalidate_all()
