from odoo import api, models

# Records whose files belong to a sheet that is signed.
SHEET_MODELS = ("psa.intervention", "psa.checklist.item")
# What makes a file another one, or another record's.
CONTENT_FIELDS = {
    "datas",
    "db_datas",
    "raw",
    "res_field",
    "res_id",
    "res_model",
    "store_fname",
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        """Override of `base`: what was signed is not exchanged for something else."""
        if not self.env.su and not CONTENT_FIELDS.isdisjoint(vals):
            self._psa_check_unsigned()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _psa_unlink_except_signed(self):
        # Whoever asks: the trash can of the chatter deletes with all rights.
        self._psa_check_unsigned()

    def _psa_check_unsigned(self):
        """Refuse to touch signatures, photos and the report of a signed sheet.

        :raise UserError: names the sheet and the way out
        """
        # sudo: whoever may touch the file is told that the sheet is signed
        for file in self.sudo():
            if file.res_model in SHEET_MODELS and file.res_id:
                owner = self.env[file.res_model].sudo().browse(file.res_id).exists()
                owner._check_file_unlocked(file)
