from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    psa_run_id = fields.Many2one(
        "psa.billing.run",
        string="Billing run",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
