import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils

from ..tools import ledger_sheet

# Odoo's exporter of the French accounting file, if it is there.
FEC = "l10n_fr.fec.export.wizard"


class PsaInvoiceExport(models.TransientModel):
    """Writes posted invoices and their customers to files for accounting elsewhere."""

    _name = "psa.invoice.export"
    _description = "Export of Invoices"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self._get_last_month()[0],
        help="First accounting date.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self._get_last_month()[1],
        help="Last accounting date.",
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Journals",
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Empty: all sales journals.",
    )
    only_new = fields.Boolean(
        string="Only what was not exported yet",
        default=True,
        help="Off: also what an earlier file has, for example because that one was lost.",
    )
    separator = fields.Selection(
        [("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tabulator")],
        string="Between columns",
        required=True,
        default=lambda self: "semicolon" if self._has_decimal_comma() else "comma",
    )
    decimal = fields.Selection(
        [("point", "1234.50"), ("comma", "1234,50")],
        string="Amounts",
        required=True,
        default=lambda self: "comma" if self._has_decimal_comma() else "point",
    )

    invoice_count = fields.Integer(
        string="Invoices to export", compute="_compute_counts"
    )
    exported_count = fields.Integer(
        string="Exported before",
        compute="_compute_counts",
        help="Invoices of these days that an earlier file has.",
    )
    draft_count = fields.Integer(
        string="Drafts",
        compute="_compute_counts",
        help="Invoices of these days that are not posted, and are not exported.",
    )
    has_fec = fields.Boolean(compute="_compute_has_fec")

    # What came out
    invoice_file = fields.Binary(readonly=True, attachment=False)
    invoice_file_name = fields.Char(readonly=True)
    customer_file = fields.Binary(readonly=True, attachment=False)
    customer_file_name = fields.Char(readonly=True)
    fec_file = fields.Binary(string="FEC", readonly=True, attachment=False)
    fec_file_name = fields.Char(readonly=True)
    done_count = fields.Integer(string="Invoices in the file", readonly=True)
    customer_count = fields.Integer(string="Customers in the file", readonly=True)

    @api.model
    def _get_last_month(self):
        """Return the first and last day of the month before today's."""
        today = fields.Date.context_today(self)
        return date_utils.get_month(fields.Date.subtract(today, months=1))

    @api.model
    def _has_decimal_comma(self):
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return lang.decimal_point == ","

    @api.depends("company_id", "date_from", "date_to", "journal_ids", "only_new")
    def _compute_counts(self):
        moves = self.env["account.move"]
        for wizard in self:
            period = wizard._get_period_domain()
            posted = period & Domain("state", "=", "posted")
            wizard.invoice_count = moves.search_count(wizard._get_domain())
            wizard.exported_count = moves.search_count(
                posted & Domain("psa_exported_at", "!=", False)
            )
            wizard.draft_count = moves.search_count(
                period & Domain("state", "=", "draft")
            )

    def _compute_has_fec(self):
        self.has_fec = FEC in self.env and self.env[FEC].has_access("create")

    def _get_period_domain(self):
        """Return the domain of the sales documents of the journals and days."""
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("move_type", "in", ("out_invoice", "out_refund"))
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )
        if self.journal_ids:
            domain &= Domain("journal_id", "in", self.journal_ids.ids)
        return domain

    def _get_domain(self):
        """Return the domain of the invoices that are exported."""
        domain = self._get_period_domain() & Domain("state", "=", "posted")
        if self.only_new:
            domain &= Domain("psa_exported_at", "=", False)
        return domain

    def action_export(self):
        """Write the files, and remember what is in them.

        :raise UserError: if there is nothing to export
        """
        self.ensure_one()
        moves = self.env["account.move"].search(
            self._get_domain(), order="date, name, id"
        )
        if not moves:
            raise UserError(
                self.env._(
                    "There is nothing to export: no invoice of these days and journals is "
                    "posted, or all were exported before. To write them once more, take "
                    "the tick off “Only what was not exported yet”."
                )
            )
        customers = moves.commercial_partner_id.sorted(
            lambda it: (it.name or "", it.id)
        )
        self.write(
            {
                **self._write_file("invoice", moves),
                **self._write_file("customer", customers),
                "done_count": len(moves),
                "customer_count": len(customers),
            }
        )
        moves.write({"psa_exported_at": fields.Datetime.now()})
        return self._reopen()

    def _write_file(self, kind, records):
        """Return the values of a file.

        :param str kind: invoice or customer
        """
        columns = {
            "invoice": ledger_sheet.INVOICE_COLUMNS,
            "customer": ledger_sheet.CUSTOMER_COLUMNS,
        }[kind]
        rows = records.with_company(self.company_id)._psa_get_export_rows()
        decimal = "," if self.decimal == "comma" else "."
        content = ledger_sheet.write(columns, rows, self.separator, decimal)
        return {
            f"{kind}_file": base64.b64encode(content),
            f"{kind}_file_name": f"{kind}s_{self.date_from}_{self.date_to}.csv",
        }

    def action_write_fec(self):
        """Write the French accounting file of these days, of which Odoo knows the form.

        The books stay open: closing them is the accountant's decision.
        """
        self.ensure_one()
        exporter = (
            self.env[FEC]
            .with_company(self.company_id)
            .create(
                {
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    "test_file": True,
                }
            )
        )
        result = exporter.generate_fec()
        self.write(
            {
                "fec_file": base64.b64encode(result["file_content"]),
                "fec_file_name": result["file_name"],
            }
        )
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export invoices"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
