from odoo import api, models


class PsaAgreementSuspension(models.Model):
    _inherit = "psa.agreement.suspension"

    @api.model_create_multi
    def create(self, vals_list):
        suspensions = super().create(vals_list)
        suspensions._reopen_periods()
        return suspensions

    def write(self, vals):
        self._reopen_periods()
        result = super().write(vals)
        self._reopen_periods()
        return result

    def unlink(self):
        self._reopen_periods()
        return super().unlink()

    def _reopen_periods(self):
        """Days that are suspended or resumed after they were charged are charged anew."""
        for suspension in self:
            self.env["psa.period"].sudo()._reopen(
                suspension.agreement_id.line_ids,
                suspension.date_from,
                suspension.date_until,
            )
