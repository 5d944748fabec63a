from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    psa_recurring = fields.Boolean(
        string="Recurring",
        help="Offered on the lines of agreements, which invoice it period by period.",
    )
