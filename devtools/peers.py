"""Other helpdesks for Odoo, to measure ours beside: they come from PyPI into the cache."""

from . import python_env
from .console import step
from .paths import cached, digest

# OCA's helpdesk with its service levels, and its contracts. A new version gets a new
# folder.
PACKAGES = (
    "odoo-addon-helpdesk_mgmt==19.0.1.3.2",
    "odoo-addon-helpdesk_mgmt_sla==19.0.1.0.0.4",
    "odoo-addon-contract==19.0.1.2.1",
)


def addons_path():
    """Return the folder of the peers' add-ons, fetched first when it is missing."""

    def build(folder):
        with step(f"Fetching {', '.join(PACKAGES)}"):
            python_env.install_into(folder, PACKAGES)

    return cached(f"peers-{digest(*PACKAGES)}", build) / "odoo" / "addons"
