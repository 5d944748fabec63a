from odoo import models

STATEMENT = "helpdesk_psa_billing.psa_statement"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: print statements of work one by one.

        Several documents at once need a patched wkhtmltopdf, which few systems have.
        """
        ids = res_ids or []
        if len(ids) < 2 or self._get_report(report_ref).report_name != STATEMENT:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        streams = {}
        for res_id in ids:
            streams |= super()._render_qweb_pdf_prepare_streams(
                report_ref, data, [res_id]
            )
        return streams
