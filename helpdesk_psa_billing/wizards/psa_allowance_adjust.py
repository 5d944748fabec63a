from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.allowance_unit import to_units


class PsaAllowanceAdjust(models.TransientModel):
    """Adds to an allowance or takes from it by hand, for a reason."""

    _name = "psa.allowance.adjust"
    _description = "Adjustment of an Allowance"

    allowance_id = fields.Many2one("psa.allowance", required=True, readonly=True)
    unit = fields.Selection(related="allowance_id.unit")
    remaining_text = fields.Char(related="allowance_id.remaining_text")
    quantity = fields.Float(
        required=True, help="Hours, money or incidents; negative to take away."
    )
    reason = fields.Char(required=True, help="Stays in the history of the allowance.")

    def action_adjust(self):
        """Write the adjustment into the history."""
        self.ensure_one()
        allowance = self.allowance_id
        allowance.check_access("create")
        units = allowance._round(to_units(allowance.unit, self.quantity))
        if not units:
            raise UserError(self.env._("Say how much is added or taken away."))
        allowance._lock_balances()
        allowance.invalidate_recordset(["remaining_quantity"])
        if units < 0 and -units > allowance.remaining_quantity:
            raise UserError(
                self.env._(
                    "Only %(left)s are left of “%(allowance)s”: take away that much at "
                    "most.",
                    left=allowance.remaining_text,
                    allowance=allowance.display_name,
                )
            )
        allowance._book("adjustment", units, self.reason)
        return {"type": "ir.actions.act_window_close"}
