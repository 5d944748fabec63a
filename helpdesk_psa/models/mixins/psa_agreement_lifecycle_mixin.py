from odoo import api, fields, models

from ...tools.agreement_dates import get_notice_date


class PsaAgreementLifecycleMixin(models.AbstractModel):
    """What becomes of an agreement: in force, suspended, renewed, ended."""

    _name = "psa.agreement.lifecycle.mixin"
    _description = "Agreement Lifecycle"

    notice_date = fields.Date(
        compute="_compute_notice_date",
        store=True,
        string="Notice by",
        help="Last day on which notice can be given before the present end.",
    )

    @api.depends("date_end", "notice_count", "notice_unit")
    def _compute_notice_date(self):
        for agreement in self:
            agreement.notice_date = agreement.date_end and get_notice_date(
                agreement.date_end, agreement.notice_count, agreement.notice_unit
            )
