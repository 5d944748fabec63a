from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """Override of `account`: payments without an entry pay for blocks too."""
        if not vals.keys() & {"state", "invoice_ids"}:
            return super().write(vals)
        invoices = self.invoice_ids
        result = super().write(vals)
        (invoices | self.invoice_ids)._psa_settle_allowances()
        return result
