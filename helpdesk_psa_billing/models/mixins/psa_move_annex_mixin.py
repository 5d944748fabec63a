from odoo import models


class PsaMoveAnnexMixin(models.AbstractModel):
    """Lists on an invoice what was counted for it, and what is new since the last one."""

    _name = "psa.move.annex.mixin"
    _description = "Annex of an Invoice"

    def _psa_get_annex(self):
        """Return what was counted for the invoice, in the language of the context.

        :return: tuple of `tools.proof.Counted`, one for each charge of something counted
        """
        self.ensure_one()
        # sudo: whoever may see the invoice may see what it is about
        return self.sudo().invoice_line_ids.psa_charge_ids._prove_counts()
