from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "psa.allowance.source.mixin"]

    psa_allowance_ids = fields.One2many(
        "psa.allowance", "sale_line_id", string="Allowances"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: a block that is added to a confirmed order is granted."""
        lines = super().create(vals_list)
        lines._psa_settle_allowances()
        return lines

    def write(self, vals):
        """Override of `sale`: another quantity of a confirmed block grants another size."""
        result = super().write(vals)
        if "product_uom_qty" in vals:
            self._psa_settle_allowances()
        return result

    def _psa_settle_allowances(self):
        """Let allowances say what confirmed lines say."""
        sold = self.filtered(lambda it: it.state == "sale" and it._psa_is_block())
        self.env["psa.allowance"]._settle_sold(sold)

    def _psa_prepare_allowance_values(self):
        """Return the values of the allowance that the line sells."""
        self.ensure_one()
        order = self.order_id
        quantity = self.product_uom_qty or 1
        return {
            **self.env["psa.allowance"]._prepare_sold_values(
                self.product_id, order.company_id, self.price_subtotal / quantity
            ),
            "customer_id": order.partner_id.commercial_partner_id.id,
            "currency_id": order.currency_id.id,
            "user_id": order.user_id.id,
            "date_from": fields.Date.context_today(self),
        }

    def _psa_get_granted_units(self, usable_from):
        """Return how many units of the product are granted now, and since when."""
        self.ensure_one()
        if usable_from != "ordered":
            return self._psa_count_invoiced(self.invoice_lines, usable_from == "paid")
        today = fields.Date.context_today(self)
        if self.state != "sale":
            return 0.0, today
        ordered = self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id
        )
        credits = self.invoice_lines.filtered(
            lambda it: it.move_type == "out_refund" and it.parent_state == "posted"
        )
        taken = sum(
            it._psa_get_product_units() for it in credits if not it._psa_is_discount()
        )
        day = fields.Date.context_today(self, self.order_id.date_order)
        return max(ordered - taken, 0.0), day

    def _psa_explain_grant(self):
        """Return where the hours come from, in words."""
        self.ensure_one()
        return self.env._("Sold with %(order)s.", order=self.order_id.name)

    def _psa_explain_return(self):
        """Return why hours are taken back, in words."""
        self.ensure_one()
        return self.env._(
            "%(order)s was cancelled, lowered or credited.", order=self.order_id.name
        )
