from odoo import models


class PsaLineBlockMixin(models.AbstractModel):
    """Lines of invoices that sell blocks, or that belong to orders that do."""

    _name = "psa.line.block.mixin"
    _description = "Invoice Line of a Block"
    _inherit = ["psa.allowance.source.mixin"]

    def _psa_settle_allowances(self):
        """Let allowances say what the lines and their orders say."""
        blocks = self.filtered(
            lambda it: it.display_type == "product" and it._psa_is_block()
        )
        if not blocks:
            return
        allowances = self.env["psa.allowance"]
        # sudo: whoever posts an invoice need not see the orders
        orders = blocks.sudo().sale_line_ids
        allowances._settle_sold(orders.filtered(lambda it: it._psa_is_block()))
        alone = blocks.filtered(lambda it: not it.sudo().sale_line_ids)
        sold = self.browse().concat(*(it._psa_get_sold_line() for it in alone))
        allowances._settle_sold(sold)

    def _psa_get_sold_line(self):
        """Return the line that sold what this one bills or takes back."""
        self.ensure_one()
        if self.move_id.move_type == "out_refund":
            return self.psa_origin_line_id
        return self if self.move_id.move_type == "out_invoice" else self.browse()

    def _psa_get_product_units(self):
        """Return the quantity in the unit of the product."""
        self.ensure_one()
        unit = self.product_uom_id or self.product_id.uom_id
        return unit._compute_quantity(self.quantity, self.product_id.uom_id)

    def _psa_prepare_allowance_values(self):
        """Return the values of the allowance that the line sells without an order."""
        self.ensure_one()
        move = self.move_id
        quantity = self.quantity or 1
        return {
            **self.env["psa.allowance"]._prepare_sold_values(
                self.product_id, move.company_id, self.price_subtotal / quantity
            ),
            "customer_id": move.commercial_partner_id.id,
            "currency_id": move.currency_id.id,
            "user_id": move.invoice_user_id.id,
            "date_from": move.invoice_date,
        }

    def _psa_get_granted_units(self, usable_from):
        """Return how many units of the product are granted now, and since when."""
        self.ensure_one()
        lines = self | self.search(
            [("psa_origin_line_id", "=", self.id), ("move_type", "=", "out_refund")]
        )
        # Nothing was ordered: to be usable once ordered is to be usable once invoiced.
        return self._psa_count_invoiced(lines, usable_from == "paid")

    def _psa_explain_grant(self):
        """Return where the hours come from, in words."""
        self.ensure_one()
        return self.env._("Sold with %(invoice)s.", invoice=self.move_id.name)

    def _psa_explain_return(self):
        """Return why hours are taken back, in words."""
        self.ensure_one()
        return self.env._(
            "%(invoice)s was credited, cancelled or is no longer paid.",
            invoice=self.move_id.name,
        )
