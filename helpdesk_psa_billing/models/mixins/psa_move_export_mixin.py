from odoo import fields, models

# Kinds of journal items, as files name them.
LINE_KINDS = {
    "product": "sale",
    "tax": "tax",
    "payment_term": "receivable",
    "rounding": "rounding",
}


class PsaMoveExportMixin(models.AbstractModel):
    """What accounting elsewhere gets to know of an invoice, and when it did."""

    _name = "psa.move.export.mixin"
    _description = "Export of an Invoice"

    psa_exported_at = fields.Datetime(
        string="Exported",
        readonly=True,
        copy=False,
        help="When it was last written to a file for accounting elsewhere. An invoice that "
        "becomes a draft again is exported anew.",
    )

    def button_draft(self):
        """Override of `account`: what changes is exported again."""
        result = super().button_draft()
        self.filtered("psa_exported_at").write({"psa_exported_at": False})
        return result

    def _psa_get_export_rows(self):
        """Return the rows of the invoices: dicts by `ledger_sheet.INVOICE_COLUMNS`.

        One per journal item; the amounts of an invoice add up to nothing. A bounded number
        of queries for any number of invoices.
        """
        lines = self.line_ids.filtered(lambda it: it.display_type in LINE_KINDS)
        accounts = lines._psa_get_analytic_names()
        return [
            line._psa_prepare_export_row(accounts)
            for move in self
            for line in move.line_ids
            if line.display_type in LINE_KINDS
        ]
