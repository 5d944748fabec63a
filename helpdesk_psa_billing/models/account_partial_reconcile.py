from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `account`: a payment makes blocks usable that wait for it."""
        partials = super().create(vals_list)
        partials._psa_get_invoices().invoice_line_ids._psa_settle_allowances()
        return partials

    def unlink(self):
        """Override of `account`: a payment that is taken back takes its blocks back."""
        invoices = self._psa_get_invoices()
        result = super().unlink()
        invoices.exists().invoice_line_ids._psa_settle_allowances()
        return result

    def _psa_get_invoices(self):
        """Return the customers' invoices that are paid or credited."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        return moves.filtered(lambda it: it.is_sale_document())
