from odoo import fields, models
from odoo.fields import Domain


class ProjectProject(models.Model):
    _inherit = "project.project"

    psa_use_sla = fields.Boolean(
        string="SLA on tasks",
        help="Tasks of this project get the promises of the SLA policies for tasks: due "
        "time, clocks, escalations.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("psa_use_sla"):
            self._psa_start_clocks()
        return result

    def _psa_start_clocks(self):
        """Begin the history of the open tasks that have none yet."""
        tasks = self.env["project.task"]
        open_tasks = tasks.search(
            tasks._get_sla_open_domain() & Domain("project_id", "in", self.ids)
        )
        # sudo: the history is written, whoever may read it
        known = (
            self.env["psa.event"]
            .sudo()
            ._read_group([("task_id", "in", open_tasks.ids)], ["task_id"])
        )
        started = tasks.concat(*(task for (task,) in known))
        (open_tasks - started)._start_history()
