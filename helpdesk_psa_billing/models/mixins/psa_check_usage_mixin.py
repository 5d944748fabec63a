from odoo import models
from odoo.tools import SQL

from ...tools.billing_probe import Probe


class PsaCheckUsageMixin(models.AbstractModel):
    """Tells of use that cannot be billed, as nobody read the meter (B-064, I-3)."""

    _name = "psa.check.usage.mixin"
    _description = "Checks of Usage"
    _inherit = ["psa.check.mixin"]

    def _get_probes(self):
        """Add the probe of periods that wait for readings."""
        return [*super()._get_probes(), self._probe_unread()]

    def _probe_unread(self):
        """Look at the periods that are over and have no readings."""
        # sudo: as all checks do, this one looks at every customer
        periods = self.env["psa.period"].sudo()._get_due_by_usage()
        missing = periods._get_missing_readings()
        source = SQL(
            """
            SELECT period.id, '' AS key, period.company_id, period.customer_id,
                   period.due_date
              FROM psa_period period
             WHERE period.id = ANY(%s)
            """,
            [period.id for period in missing],
        )
        return Probe(
            "psa.period",
            source,
            {
                "usage_unread": (
                    SQL("due_date < %s", self._get_deadline("usage_unread")),
                    {"due_date": SQL("due_date")},
                ),
            },
        )
