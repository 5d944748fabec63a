from odoo import fields, models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "psa.move.annex.mixin", "psa.move.links.mixin"]

    psa_run_id = fields.Many2one(
        "psa.billing.run",
        string="Billing run",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
