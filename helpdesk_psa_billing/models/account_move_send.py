from odoo import models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    def _get_placeholder_mail_attachments_data(
        self, move, invoice_edi_format=None, extra_edis=None, pdf_report=None
    ):
        """Override of `account`: whoever sends sees the statement of work that goes out."""
        result = super()._get_placeholder_mail_attachments_data(
            move, invoice_edi_format, extra_edis, pdf_report
        )
        for extension in move._psa_get_statement_formats():
            if move[f"psa_statement_{extension}_id"]:
                continue
            name = move._psa_get_statement_name(extension)
            result.append(
                {
                    "id": f"placeholder_{name}",
                    "name": name,
                    "mimetype": "application/pdf"
                    if extension == "pdf"
                    else "application/vnd.ms-excel",
                    "placeholder": True,
                }
            )
        return result

    def _get_invoice_extra_attachments(self, move):
        """Override of `account`: statements that were sent once are sent again."""
        result = super()._get_invoice_extra_attachments(move)
        return result + move.psa_statement_pdf_id + move.psa_statement_xlsx_id

    def _generate_invoice_documents(self, invoices_data, allow_fallback_pdf=False):
        """Override of `account`: make the statements of work before the invoice.

        So they are at hand for electronic invoices that take further documents along, which
        look for what was attached by hand.
        """
        for move, data in invoices_data.items():
            widget = data.get("mail_attachments_widget")
            skipped = [it["name"] for it in widget or () if it.get("skip")]
            statements = move._psa_keep_statements(skipped)
            if widget is None:
                continue
            known = {it["id"] for it in widget}
            widget += [
                {
                    "id": attachment.id,
                    "name": attachment.name,
                    "mimetype": attachment.mimetype,
                    "placeholder": False,
                    "manual": True,
                    "protect_from_deletion": True,
                }
                for attachment in statements
                if attachment.id not in known
            ]
        return super()._generate_invoice_documents(
            invoices_data, allow_fallback_pdf=allow_fallback_pdf
        )
