from odoo import fields, models


class PsaCheckMixin(models.AbstractModel):
    """What the mixins of checks have in common."""

    _name = "psa.check.mixin"
    _description = "Checks of Billing"

    def _get_probes(self):
        """Return the probes, a list of :class:`Probe`.

        Override to add some. A check that is added is a record whose code a probe knows.
        """
        return []

    def _get_grace(self, code):
        """Return the days that something may wait before a check tells of it."""
        checks = self.env["psa.billing.check"].with_context(active_test=False)
        return checks.search([("code", "=", code)]).grace_days

    def _get_deadline(self, code):
        """Return the day before which something waits for too long."""
        today = fields.Date.context_today(self)
        return fields.Date.subtract(today, days=self._get_grace(code))
