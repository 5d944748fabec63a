from odoo import fields, models
from odoo.exceptions import UserError


class PsaInterventionSigningMixin(models.AbstractModel):
    """Gives an intervention its signatures, which lock the sheet."""

    _name = "psa.intervention.signing.mixin"
    _description = "Signing of an Intervention"

    customer_signature = fields.Binary(
        attachment=True, copy=False, readonly=True, string="Customer's signature"
    )
    customer_signed_by = fields.Char(
        string="Signed by",
        copy=False,
        readonly=True,
        help="Who signed at the customer's.",
    )
    customer_signed_at = fields.Datetime(string="Signed at", copy=False, readonly=True)
    technician_signature = fields.Binary(attachment=True, copy=False, readonly=True)
    technician_signed_by_id = fields.Many2one(
        "res.users", string="Technician who signed", copy=False, readonly=True
    )
    technician_signed_at = fields.Datetime(copy=False, readonly=True)
    unsigned_reason = fields.Char(
        string="Why the customer did not sign", copy=False, readonly=True
    )

    def _is_locked(self):
        """Tell whether the sheet is signed, so that nothing of it may change."""
        self.ensure_one()
        return self.state == "closed"

    def _check_unlocked(self):
        """Refuse changes of a signed sheet.

        :raise UserError: names the sheet and the way out
        """
        for intervention in self:
            if intervention._is_locked():
                raise UserError(
                    self.env._(
                        "The intervention %(number)s is signed: its times, items and "
                        "checklist stay as they are. A helpdesk manager can reopen it, "
                        "with a reason; then it is signed again.",
                        number=intervention.number,
                    )
                )
