from odoo import models


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["project.task", "psa.timed.mixin"]

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: the time is the task's."""
        values = super()._psa_prepare_entry_values()
        return {**values, "task_id": self.id, "project_id": self.project_id.id}

    def _get_time_project(self, create=True):
        """Override of `psa.timed.mixin`: time of a task never goes elsewhere."""
        self.ensure_one()
        return self.project_id, self.env._("project of the task")
