from odoo import api, fields, models


class PsaChargeAllowanceMixin(models.AbstractModel):
    """What a charge draws on an allowance."""

    _name = "psa.charge.allowance.mixin"
    _description = "Use of an Allowance"

    allowance_id = fields.Many2one(
        "psa.allowance",
        index="btree_not_null",
        ondelete="restrict",
        help="It pays for the work, or its terms hold for work beyond it.",
    )
    allowance_quantity = fields.Float(
        string="Units drawn",
        digits=(16, 4),
        help="Minutes, money or incidents taken off the allowance; negative if given back.",
    )

    allowance_text = fields.Char(string="Drawn", compute="_compute_allowance_text")

    # Balances add these up.
    _allowance_idx = models.Index(
        "(allowance_id, state) INCLUDE (allowance_quantity) "
        "WHERE allowance_id IS NOT NULL"
    )

    @api.depends("allowance_id", "allowance_quantity")
    @api.depends_context("lang")
    def _compute_allowance_text(self):
        for charge in self:
            charge.allowance_text = charge.allowance_id and (
                charge.allowance_id._format_quantity(charge.allowance_quantity)
            )
