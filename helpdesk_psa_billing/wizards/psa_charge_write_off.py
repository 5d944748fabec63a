from odoo import fields, models


class PsaChargeWriteOff(models.TransientModel):
    """Asks why work is never billed."""

    _name = "psa.charge.write.off"
    _description = "Write off Charges"

    charge_ids = fields.Many2many("psa.charge", required=True)
    reason = fields.Char(
        required=True, help="Shown on the charge and to whoever audits the billing."
    )

    def action_write_off(self):
        """Write the charges off."""
        self.charge_ids._write_off(self.reason)
        return {"type": "ir.actions.act_window_close"}
