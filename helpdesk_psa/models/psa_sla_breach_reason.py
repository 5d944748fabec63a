from odoo import fields, models


class PsaSlaBreachReason(models.Model):
    """Why a promise could not be kept, in the firm's own words."""

    _name = "psa.sla.breach.reason"
    _description = "Reason for a Breach"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
