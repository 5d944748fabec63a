from random import randint

from odoo import fields, models


class PsaTag(models.Model):
    """A word that agents stick on tickets to find them together again."""

    _name = "psa.tag"
    _description = "Ticket Tag"
    _order = "name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    color = fields.Integer(string="Colour", default=lambda self: randint(1, 11))
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))", "A tag with this name exists already."
    )
