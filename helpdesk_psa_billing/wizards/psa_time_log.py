from odoo import models


class PsaTimeLog(models.TransientModel):
    _inherit = "psa.time.log"

    def _psa_get_foreseen_entry(self):
        """Return the entry that the dialog would save, see `psa.charge.foresee`."""
        self.ensure_one()
        values = self._prepare_entry_values(self._get_record())
        return self.env["account.analytic.line"].new(values)
