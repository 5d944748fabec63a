from odoo import fields, models


class PsaPriceRevisionWaive(models.TransientModel):
    """Leaves prices as they are this year, and keeps the reason."""

    _name = "psa.price.revision.waive"
    _description = "Waive a Price Revision"

    revision_id = fields.Many2one(
        "psa.price.revision", required=True, ondelete="cascade"
    )
    reason = fields.Char(required=True)

    def action_waive(self):
        """Waive the revision."""
        self.ensure_one()
        self.revision_id.check_access("write")
        self.revision_id._waive(self.reason)
