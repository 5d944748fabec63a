from odoo import fields, models


class PsaImportRow(models.Model):
    _inherit = "psa.import.row"

    subject_name = fields.Char(string="What it is about")
    licence_id = fields.Many2one(
        "psa.licence", string="Licence record", ondelete="set null"
    )
    agreement_id = fields.Many2one(
        "psa.agreement", string="Agreement record", ondelete="set null"
    )

    reading_id = fields.Many2one(
        "psa.usage.reading", string="Reading record", ondelete="set null"
    )

    def _get_record(self):
        """Override: the licence, the agreement or the reading of the row."""
        mine = self.licence_id or self.agreement_id or self.reading_id
        return mine or super()._get_record()
