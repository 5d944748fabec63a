from odoo import models

from .psa_move_export_mixin import LINE_KINDS


class PsaLineExportMixin(models.AbstractModel):
    """A journal item as accounting elsewhere reads it."""

    _name = "psa.line.export.mixin"
    _description = "Export of a Journal Item"

    def _psa_get_analytic_names(self):
        """Return the names of the analytic accounts of the items: {id: name}."""
        ids = {
            int(number)
            for line in self
            for key in line.analytic_distribution or ()
            for number in key.split(",")
        }
        accounts = self.env["account.analytic.account"].browse(ids).exists()
        return {it.id: it.code or it.name for it in accounts}

    def _psa_prepare_export_row(self, analytic_names):
        """Return the item as a row.

        :param analytic_names: {id of an analytic account: name}
        """
        self.ensure_one()
        move, customer = self.move_id, self.move_id.commercial_partner_id
        is_sale = self.display_type == "product"
        return {
            "document": move.name,
            "type": "credit_note" if move.move_type == "out_refund" else "invoice",
            "journal": move.journal_id.code,
            "date": self.date,
            "invoice_date": move.invoice_date,
            "due_date": self.date_maturity or move.invoice_date_due,
            "customer_code": customer._psa_get_export_code(),
            "customer_name": customer.name,
            "customer_vat": customer.vat,
            "reference": move.ref,
            "reversed_document": move.reversed_entry_id.name,
            "line_kind": LINE_KINDS[self.display_type],
            "account_code": self.account_id.code,
            "account_name": self.account_id.name,
            "product_code": self.product_id.default_code,
            "label": self.name,
            "quantity": self.quantity if is_sale else None,
            "unit_price": self.price_unit if is_sale else None,
            "discount_percent": self.discount or None,
            "taxes": ", ".join(self.tax_ids.mapped("name")),
            "tax": self.tax_line_id.name,
            "tax_base": self.tax_base_amount if self.tax_line_id else None,
            "debit": self.debit,
            "credit": self.credit,
            "amount": self.balance,
            "currency": self.currency_id.name,
            "amount_currency": self.amount_currency,
            "analytic": self._psa_word_analytic(analytic_names),
        }

    def _psa_word_analytic(self, names):
        """Return what share goes to which analytic account, for example “A: 60, B: 40”."""
        return ", ".join(
            f"{' + '.join(names.get(int(it), it) for it in key.split(','))}: {share:g}"
            for key, share in (self.analytic_distribution or {}).items()
        )
