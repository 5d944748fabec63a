from odoo import fields, models


class PsaAllowanceSourceMixin(models.AbstractModel):
    """A line that may sell a block: of an order, or of an invoice without one."""

    _name = "psa.allowance.source.mixin"
    _description = "Sale of an Allowance"

    def _psa_is_block(self):
        """Tell whether the line sells hours, money or incidents."""
        self.ensure_one()
        return bool(self.product_id.psa_allowance_unit)

    def _psa_count_invoiced(self, lines, is_paid):
        """Return how many units invoices grant, and since when.

        Credit notes take away; one that only lowers the price does not.

        :param lines: `account.move.line` of invoices and credit notes
        :param bool is_paid: count invoices once they are paid
        :rtype: tuple[float, date]
        """
        units, day = 0.0, None
        for line in lines.filtered(lambda it: it.parent_state == "posted"):
            move = line.move_id
            if move.move_type == "out_refund":
                units -= 0 if line._psa_is_discount() else line._psa_get_product_units()
            elif not is_paid or move.payment_state in ("paid", "in_payment"):
                units += line._psa_get_product_units()
                first = (
                    fields.Date.context_today(self) if is_paid else move.invoice_date
                )
                day = min(day or first, first)
        return max(units, 0.0), day or fields.Date.context_today(self)
