from odoo import api, models


class PsaAgreementMatchingMixin(models.AbstractModel):
    """Finds the agreement that covers a piece of work."""

    _name = "psa.agreement.matching.mixin"
    _description = "Agreement Matching"

    @api.model
    def _clear_terms(self):
        """Forget the terms that are remembered per customer; agreements change rarely."""
        self.env.registry.clear_cache()
