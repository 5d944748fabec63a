from odoo import models


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["project.task", "psa.timed.mixin"]

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: the time is the task's."""
        values = super()._psa_prepare_entry_values()
        return {**values, "task_id": self.id, "project_id": self.project_id.id}
