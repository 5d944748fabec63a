from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_confirm(self):
        """Override of `sale`: blocks that are ordered are granted, or wait for the invoice."""
        result = super()._action_confirm()
        self.order_line._psa_settle_allowances()
        return result

    def _action_cancel(self):
        """Override of `sale`: what a cancelled order granted is taken back."""
        result = super()._action_cancel()
        # sudo: whoever cancels an order need not see allowances
        blocks = self.sudo().order_line.filtered("psa_allowance_ids")
        self.env["psa.allowance"]._settle_sold(blocks)
        return result
