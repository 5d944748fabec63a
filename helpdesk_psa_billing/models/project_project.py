from odoo import models


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "psa.budgeted.mixin"]

    _psa_budget_field = "project_id"

    def _update_timesheets_sale_line_id(self):
        """Override of `sale_timesheet`: time of the helpdesk keeps what was set by hand."""
        ours = self.timesheet_ids.filtered(lambda it: it._psa_is_helpdesk())
        kept = {line: line.so_line for line in ours}
        result = super()._update_timesheets_sale_line_id()
        for line, so_line in kept.items():
            if line.so_line != so_line:
                line.so_line = so_line
        return result
