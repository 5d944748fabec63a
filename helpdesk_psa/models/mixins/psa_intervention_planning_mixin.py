from odoo import fields, models


class PsaInterventionPlanningMixin(models.AbstractModel):
    """Which schedule wants a visit, and when it was over."""

    _name = "psa.intervention.planning.mixin"
    _description = "Planning of an Intervention"
    _inherit = ["psa.schedule.target.mixin"]

    def _get_schedule_end(self):
        """Override: a visit that was cancelled is over as well, on its planned day."""
        self.ensure_one()
        if self.state == "cancelled":
            return self.planned_start or fields.Datetime.to_datetime(
                self.schedule_date or self.create_date
            )
        return self.state in ("done", "closed") and (self.done_at or self.write_date)
