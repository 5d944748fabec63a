from odoo import api, fields, models

# What the customer signs for. Whether he pays for it is decided in the office, later.
SIGNED_FIELDS = {
    "date",
    "employee_id",
    "name",
    "psa_intervention_id",
    "psa_minutes",
    "psa_service_type_id",
    "psa_start",
    "psa_stop",
    "unit_amount",
    "user_id",
}


class PsaInterventionEntryMixin(models.AbstractModel):
    """A time entry of a visit: it counts for the visit and is locked by its signature."""

    _name = "psa.intervention.entry.mixin"
    _description = "Time Entry of an Intervention"

    psa_intervention_id = fields.Many2one(
        "psa.intervention",
        string="Intervention",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._check_intervention_readable()
        entries._check_intervention_unlocked()
        return entries

    def write(self, vals):
        if vals.keys() & SIGNED_FIELDS:
            self._check_intervention_unlocked()
        result = super().write(vals)
        if vals.get("psa_intervention_id"):
            self._check_intervention_readable()
            self._check_intervention_unlocked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_intervention_unlocked()

    def _check_intervention_readable(self):
        """Refuse time on a visit that the user may not see."""
        # sudo: which they are; access is checked with the rights of the user
        visits_sudo = self.sudo().psa_intervention_id
        if visits_sudo and not self.env.su:
            visits_sudo.sudo(False).check_access("read")

    def _check_intervention_unlocked(self):
        # sudo: whoever may write the entry is told that the sheet is signed
        self.sudo().psa_intervention_id._hold_unlocked()
