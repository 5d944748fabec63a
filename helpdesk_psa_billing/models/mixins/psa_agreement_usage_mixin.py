from odoo import fields, models


class PsaAgreementUsageMixin(models.AbstractModel):
    """Shows the meters by which an agreement is billed."""

    _name = "psa.agreement.usage.mixin"
    _description = "Agreement by Usage"

    has_usage_lines = fields.Boolean(compute="_compute_has_usage_lines")

    def _compute_has_usage_lines(self):
        for agreement in self:
            agreement.has_usage_lines = bool(agreement._get_usage_lines())

    def _get_usage_lines(self):
        """Return the lines that are billed by meter readings now or will, drafts too."""
        return self.line_ids.filtered(
            lambda it: it.quantity_method == "usage" and it.state != "over"
        )

    def action_open_meters(self):
        """Open the meters by which the agreement is billed."""
        self.ensure_one()
        return self._get_usage_lines().action_open_meters()
