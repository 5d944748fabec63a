from odoo import api, fields, models

REPORT = "helpdesk_psa_billing.psa_statement_report"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The files of a statement, and the fields that keep them.
FILES = {"pdf": "psa_statement_pdf_file", "xlsx": "psa_statement_xlsx_file"}


class PsaMoveStatementMixin(models.AbstractModel):
    """The statement of work that goes out with an invoice.

    What was sent is kept: it stays as it was, until the invoice is a draft again.
    """

    _name = "psa.move.statement.mixin"
    _description = "Statement of Work of an Invoice"

    psa_statement_pdf_id = fields.Many2one(
        "ir.attachment",
        string="Statement of work",
        compute="_compute_psa_statement_ids",
        help="As it was sent.",
    )
    psa_statement_pdf_file = fields.Binary(
        attachment=True, copy=False, readonly=True, string="Statement of work (file)"
    )
    psa_statement_xlsx_id = fields.Many2one(
        "ir.attachment",
        string="Statement of work in Excel",
        compute="_compute_psa_statement_ids",
        help="As it was sent.",
    )
    psa_statement_xlsx_file = fields.Binary(
        attachment=True,
        copy=False,
        readonly=True,
        string="Statement of work in Excel (file)",
    )

    @api.depends(*FILES.values())
    def _compute_psa_statement_ids(self):
        # sudo: whoever sees the invoice sees what was sent with it
        found = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", self.ids),
                    ("res_field", "in", list(FILES.values())),
                ]
            )
        )
        kept = {(it.res_id, it.res_field): it.id for it in found}
        for move in self:
            for extension, field in FILES.items():
                move[f"psa_statement_{extension}_id"] = kept.get(
                    (move._origin.id, field), False
                )

    def _get_fields_to_detach(self):
        """Override of `account`: what was sent stays in the history of a draft."""
        return [*super()._get_fields_to_detach(), *FILES.values()]

    def _detach_attachments(self):
        """Override of `account`: see at once that nothing is kept any more."""
        result = super()._detach_attachments()
        self.invalidate_recordset(
            ["psa_statement_pdf_id", "psa_statement_xlsx_id", *FILES.values()]
        )
        return result

    # === FILES === #

    def _psa_get_statement_formats(self):
        """Return which files go out with the invoice: some of `FILES`.

        None without work: of what recurs the invoice itself says everything.
        """
        self.ensure_one()
        if not self.psa_is_charged:
            return []
        chosen = self.partner_id.with_company(
            self.company_id
        )._psa_get_statement_format()
        formats = {"pdf": ["pdf"], "pdf_xlsx": ["pdf", "xlsx"]}.get(chosen, [])
        if not formats or not self._psa_has_work():
            return []
        return formats

    def _psa_has_work(self):
        return any(charge._is_work() for charge in self._get_psa_charges())

    def _psa_get_statement_name(self, extension):
        """Return the name of a file, in the customer's language."""
        self.ensure_one()
        move = self.with_context(lang=self.partner_id.lang or self.env.lang)
        number = (self.name or "").strip("/") or str(self.id)
        return move.env._(
            "Statement of work %(invoice)s.%(extension)s",
            invoice=number.replace("/", "_"),
            extension=extension,
        )

    def _psa_keep_statements(self, skipped=()):
        """Make the statements that go out with the invoices and are not there yet.

        :param skipped: names of files that whoever sends left out
        :return: the `ir.attachment` records that go out, also those from before
        """
        kept = self.env["ir.attachment"]
        for move in self:
            for extension in move._psa_get_statement_formats():
                name = move._psa_get_statement_name(extension)
                if name not in skipped:
                    kept |= move[f"psa_statement_{extension}_id"] or (
                        move._psa_create_statement(extension, name)
                    )
        return kept

    def _psa_create_statement(self, extension, name):
        """Make a statement and keep it with the invoice."""
        self.ensure_one()
        content, mimetype = getattr(self, f"_psa_render_{extension}")()
        # sudo: whoever may send the invoice makes what is sent with it
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": "account.move",
                    "res_id": self.id,
                    "res_field": FILES[extension],
                }
            )
        )
        self.invalidate_recordset(
            [f"psa_statement_{extension}_id", FILES[extension]], flush=False
        )
        return attachment

    def _psa_render_pdf(self):
        """Return the statement on paper, and its type."""
        content, _type = (
            self.env["ir.actions.report"]
            .with_company(self.company_id)
            ._render_qweb_pdf(REPORT, self.ids)
        )
        return content, "application/pdf"

    def _psa_render_xlsx(self):
        """Return the statement as a workbook, and its type."""
        proof = self._psa_get_proof()
        return self.env["psa.charge"]._write_proof_sheet(proof), XLSX

    # === WHAT PEOPLE PRESS === #

    def action_psa_preview_proof(self):
        """Show the proof on the screen."""
        return self._psa_report("psa_statement_preview")

    def action_psa_print_proof(self):
        """Print the statement of work."""
        return self._psa_report("psa_statement_report")

    def _psa_report(self, name):
        report = self.env.ref(f"helpdesk_psa_billing.{name}")
        return report.report_action(self, config=False)

    def action_psa_download_proof(self):
        """Download the statement of work as an Excel file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/psa/statement/{self.id}.xlsx",
            "target": "download",
        }
