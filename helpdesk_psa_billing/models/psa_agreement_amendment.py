from odoo import fields, models


class PsaAgreementAmendment(models.Model):
    _inherit = "psa.agreement.amendment"

    price_revision_id = fields.Many2one(
        "psa.price.revision",
        string="Price revision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The revision that the amendment carries out.",
    )
