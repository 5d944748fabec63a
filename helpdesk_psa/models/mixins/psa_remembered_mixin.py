from odoo import api, models


class PsaRememberedMixin(models.AbstractModel):
    """Configuration that each worker remembers until somebody changes it."""

    _name = "psa.remembered.mixin"
    _description = "Remembered Configuration"

    # Names of the fields whose change makes the workers forget; none means any field.
    _psa_remembered_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._psa_forget()
        return records

    def write(self, vals):
        result = super().write(vals)
        names = self._psa_remembered_fields
        if not names or not vals.keys().isdisjoint(names):
            self._psa_forget()
        return result

    def unlink(self):
        result = super().unlink()
        self._psa_forget()
        return result

    def _psa_forget(self):
        """Make all workers forget what they remember with `ormcache`.

        Override to invalidate what is computed of it as well.
        """
        self.env.registry.clear_cache()
