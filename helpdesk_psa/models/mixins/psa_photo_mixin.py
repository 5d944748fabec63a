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
