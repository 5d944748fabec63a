from odoo import api, fields, models


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = [
        "project.task",
        "psa.timed.mixin",
        "psa.task.sla.mixin",
        "psa.task.planning.mixin",
    ]

    psa_use_sla = fields.Boolean(related="project_id.psa_use_sla")

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks._start_history()
        return tasks

    def write(self, vals):
        if vals.keys().isdisjoint({"state", *self._psa_event_fields}):
            return super().write(vals)
        measured = self._filter_measured()
        before = measured._get_event_values()
        states = {task: task.state for task in measured} if "state" in vals else {}
        result = super().write(vals)
        measured._log_changes(before)
        measured._log_states(states)
        return result

    def _compute_state(self):
        """Override of `project` to tell the history of tasks that wait for others."""
        saved = self.filtered(lambda task: isinstance(task.id, int))
        before = {task: task.state for task in saved._filter_measured()}
        result = super()._compute_state()
        self._log_states(before)
        return result

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        self._log_message(message)
        return result

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: the time is the task's."""
        values = super()._psa_prepare_entry_values()
        return {**values, "task_id": self.id, "project_id": self.project_id.id}

    def _get_time_project(self, create=True):
        """Override of `psa.timed.mixin`: time of a task never goes elsewhere."""
        self.ensure_one()
        return self.project_id, self.env._("project of the task")
