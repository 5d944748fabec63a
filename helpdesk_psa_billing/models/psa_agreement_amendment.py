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
    renewal_end = fields.Date(
        string="Renewed until",
        copy=False,
        help="Last day of the agreement once the amendment is in force. Empty: the "
        "amendment does not renew it.",
    )

    def _apply(self):
        """Override: an amendment that renews the agreement moves its end."""
        agreement = self.agreement_id
        if (
            self.renewal_end
            and agreement.date_end
            and self.renewal_end > agreement.date_end
        ):
            agreement._renew(self.renewal_end)
        return super()._apply()
