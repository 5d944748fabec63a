from odoo import models


class PsaIntervention(models.Model):
    _name = "psa.intervention"
    _inherit = ["psa.work.owner.mixin", "psa.intervention"]

    _psa_charge_field = "intervention_id"

    def _psa_get_rated_fields(self):
        """Override: what says for whom and under which agreement the work is."""
        return {
            "agreement_id",
            "company_id",
            "customer_id",
            "equipment_ids",
            "site_id",
            "team_id",
        }
