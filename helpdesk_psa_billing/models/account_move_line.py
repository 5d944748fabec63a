from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    psa_charge_ids = fields.One2many(
        "psa.charge",
        "invoice_line_id",
        string="Charges",
        help="What the line bills, each with its reason.",
    )
