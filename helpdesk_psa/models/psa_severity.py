from odoo import fields, models

from ..const import PRIORITIES


class PsaSeverity(models.Model):
    """How much a problem hurts, in the firm's own words; it sets the priority."""

    _name = "psa.severity"
    _description = "Ticket Severity"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    color = fields.Integer(string="Colour")
    description = fields.Text(translate=True)
    priority = fields.Selection(
        PRIORITIES,
        required=True,
        default="1",
        help="Priority a ticket gets when this severity is chosen.",
    )
