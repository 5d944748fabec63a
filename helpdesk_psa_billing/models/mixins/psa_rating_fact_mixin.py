from odoo import models
from odoo.fields import Domain


class PsaRatingFactMixin(models.AbstractModel):
    """Something that decides about work, as a product's price or a warranty does.

    When it changes, the proposals that follow from it are decided anew; what is approved
    stays.
    """

    _name = "psa.rating.fact.mixin"
    _description = "What Charges follow from"

    def write(self, vals):
        result = super().write(vals)
        if self and vals.keys() & self._psa_get_rating_fields():
            self.env["psa.charge"]._mark_stale(self._psa_get_dependent_domain())
        return result

    def _psa_get_rating_fields(self):
        """Return the fields that charges follow from."""
        return set()

    def _psa_get_dependent_domain(self):
        """Return the domain of the charges that follow from these."""
        return Domain.FALSE
