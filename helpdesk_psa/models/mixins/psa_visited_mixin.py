from odoo import api, models


class PsaVisitedMixin(models.AbstractModel):
    """A record with a field `intervention_ids`, whose other side is the visit's own field.

    Whoever links the two from here needs what he would need on the visit: Odoo writes the
    relation without asking it.
    """

    _name = "psa.visited.mixin"
    _description = "Record with Interventions"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        default = "default_intervention_ids" in self.env.context
        if default or any("intervention_ids" in vals for vals in vals_list):
            records.sudo().intervention_ids.sudo(self.env.su)._check_relinked()
        return records

    def write(self, vals):
        if "intervention_ids" not in vals:
            return super().write(vals)
        before = {record.id: record.sudo().intervention_ids for record in self}
        result = super().write(vals)
        changed = self.env["psa.intervention"]
        for record in self:
            after = record.sudo().intervention_ids
            changed |= ((after | before[record.id]) - (after & before[record.id])).sudo(
                self.env.su
            )
        changed._check_relinked()
        return result
