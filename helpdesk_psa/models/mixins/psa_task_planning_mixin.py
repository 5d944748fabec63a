from odoo import api, fields, models
from odoo.fields import Domain


class PsaTaskPlanningMixin(models.AbstractModel):
    """When somebody is to work on a task of a project, for the dispatch board."""

    _name = "psa.task.planning.mixin"
    _description = "Planning of a Task"
    _inherit = ["psa.dispatch.mixin"]

    _dispatch_start = "psa_planned_start"
    _dispatch_end = "psa_planned_end"
    _dispatch_users = "user_ids"
    _dispatch_due = "date_deadline"
    _dispatch_search = ("name", "project_id.name", "partner_id.name")

    psa_planned_start = fields.Datetime(
        string="Planned start",
        copy=False,
        index="btree_not_null",
        help="When somebody is to work on it; shown on the helpdesk's dispatch board.",
    )
    psa_planned_end = fields.Datetime(string="Planned end", copy=False)

    @api.model
    def _get_dispatch_live_domain(self):
        return (
            Domain("project_id", "!=", False)
            & Domain("state", "!=", "1_canceled")
            & Domain("is_template", "=", False)
        )

    @api.model
    def _get_dispatch_open_domain(self):
        return self._get_dispatch_live_domain() & Domain("is_closed", "=", False)

    @api.model
    def _get_dispatch_customer_domain(self, customer_id):
        return Domain("partner_id.commercial_partner_id", "=", customer_id)

    @api.model
    def _get_dispatch_team_domain(self, team_id):
        """Override: projects have no helpdesk team."""
        return Domain.TRUE

    def _get_dispatch_minutes(self):
        return (
            round((self.allocated_hours or 0) * 60) or super()._get_dispatch_minutes()
        )

    def _get_dispatch_lock(self):
        if not self.is_closed:
            return ""
        return self.env._(
            "The task “%(task)s” is done: it is not moved any more.", task=self.name
        )

    def _get_dispatch_block(self):
        """Override to name the task's project and customer."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        customer = self.partner_id.commercial_partner_id
        return {
            **super()._get_dispatch_block(),
            "kind": "task",
            "customer_id": customer.id,
            "customer": customer.name or "",
            "place": self.project_id.name or "",
            "type": self.project_id.name or "",
            "color": self.color,
            "tone": "done" if self.is_closed else "planned",
            "state": labels.get(self.state, ""),
        }
