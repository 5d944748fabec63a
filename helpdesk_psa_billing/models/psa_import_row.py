from odoo import fields, models


class PsaImportRow(models.Model):
    _inherit = "psa.import.row"

    subject_name = fields.Char(string="Licence or agreement")
    licence_id = fields.Many2one(
        "psa.licence", string="Licence record", ondelete="set null"
    )
    agreement_id = fields.Many2one(
        "psa.agreement", string="Agreement record", ondelete="set null"
    )

    def _get_record(self):
        """Override: the licence or the agreement of the row."""
        return self.licence_id or self.agreement_id or super()._get_record()
