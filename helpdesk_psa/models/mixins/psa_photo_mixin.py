from odoo import models


class PsaPhotoMixin(models.AbstractModel):
    """Makes the photos of a record its own, so that whoever sees the record sees them.

    The model has a field `photo_ids`. A phone uploads before the record is saved: such a
    file belongs to nothing, and only its author could open it.
    """

    _name = "psa.photo.mixin"
    _description = "Record with Photos"

    def _own_photos(self):
        # sudo: the uploader gives the photos away by putting them on the record
        for record in self.sudo():
            strays = record.photo_ids.filtered(
                lambda photo: photo.res_model == self._name and not photo.res_id
            )
            strays.write({"res_id": record.id})

    def _check_file_unlocked(self, file):
        """Refuse to touch a file that the customer has signed for.

        :param file: `ir.attachment` of the record
        :raise UserError: if the sheet is signed, or the file is a report that was
        """
        sheet = self._get_sheet()
        is_report = file in sheet.signed_report_ids
        if is_report or file.res_field or file in self.photo_ids:
            sheet._check_unlocked()
        if is_report:
            sheet._refuse_report_change()

    def _get_sheet(self):
        """Return the intervention that the photos belong to, if any."""
        return self
