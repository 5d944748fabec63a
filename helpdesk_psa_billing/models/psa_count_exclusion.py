from odoo import fields, models


class PsaCountExclusion(models.Model):
    """Why something is not counted though it is there: spare, shared, kiosk."""

    _name = "psa.count.exclusion"
    _description = "Reason Not to Count"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    description = fields.Text(
        translate=True, help="When to choose it, for example “Used by nobody”."
    )
