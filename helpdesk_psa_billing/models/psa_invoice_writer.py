from odoo import api, models


class PsaInvoiceWriter(models.AbstractModel):
    """Drafts many invoices at once."""

    _name = "psa.invoice.writer"
    _description = "Writer of Invoices"

    @api.model
    def _write_invoices(self, vals_list):
        """Draft invoices of ordinary values of `account.move.create`, in their order."""
        return self.env["account.move"].create(vals_list)

    @api.model
    def _write_invoices_safely(self, vals_list):
        """Draft invoices; one that cannot be drafted does not stop the others.

        :return: pairs (invoice or None, why not) in order
        """
        try:
            with self.env.cr.savepoint():
                return [(move, None) for move in self._write_invoices(vals_list)]
        except Exception as error:
            if len(vals_list) <= 1:
                return [(None, str(error))] * len(vals_list)
        half = len(vals_list) // 2
        return self._write_invoices_safely(
            vals_list[:half]
        ) + self._write_invoices_safely(vals_list[half:])
