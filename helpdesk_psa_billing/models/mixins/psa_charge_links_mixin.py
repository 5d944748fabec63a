from odoo import models


class PsaChargeLinksMixin(models.AbstractModel):
    """Where a charge comes from and where it is invoiced, one click away."""

    _name = "psa.charge.links.mixin"
    _description = "Links of a Charge"

    def action_open_invoice(self):
        """Open the invoice of the charge."""
        return self._open_form(self.move_id)

    def action_open_period(self):
        """Open the period that is charged."""
        return self._open_form(self.period_id)

    def action_open_work(self):
        """Open the ticket or visit of the work."""
        return self._open_form(self.ticket_id or self.intervention_id)

    def _open_form(self, record):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
