from odoo import api, fields, models
from odoo.fields import Domain

from ...const import OPEN_INTERVENTION_STATES

# How the board shows each state.
TONES = {
    "to_plan": "planned",
    "planned": "planned",
    "on_the_way": "progress",
    "in_progress": "progress",
    "done": "done",
    "closed": "done",
}


class PsaInterventionPlanningMixin(models.AbstractModel):
    """Which schedule wants a visit, and what the dispatch board shows of it."""

    _name = "psa.intervention.planning.mixin"
    _description = "Planning of an Intervention"
    _inherit = ["psa.schedule.target.mixin", "psa.skilled.mixin"]

    _dispatch_users = "technician_ids"
    _dispatch_due = "schedule_date"
    _dispatch_search = (
        "number",
        "name",
        "customer_id.name",
        "site_id.name",
        "site_id.city",
    )

    @api.depends("type_id", "ticket_ids")
    def _compute_skill_ids(self):
        """What visits of its type ask for, and what its tickets do."""
        for intervention in self:
            # sudo: a technician may not see all tickets of his visit
            asked = intervention.sudo().ticket_ids.skill_ids
            intervention.skill_ids = intervention.type_id.skill_ids | asked

    def _get_schedule_end(self):
        """Override: a visit that was cancelled is over as well, on its planned day."""
        self.ensure_one()
        if self.state == "cancelled":
            return self.planned_start or fields.Datetime.to_datetime(
                self.schedule_date or self.create_date
            )
        return self.state in ("done", "closed") and (self.done_at or self.write_date)

    # === DISPATCH BOARD === #

    @api.model
    def _get_dispatch_fields(self):
        """Override: states have colours."""
        shown = {"technician_ids", "state", "travel_minutes"}
        return super()._get_dispatch_fields() | shown

    @api.model
    def _get_dispatch_live_domain(self):
        return Domain("state", "!=", "cancelled")

    @api.model
    def _get_dispatch_open_domain(self):
        return Domain("state", "in", OPEN_INTERVENTION_STATES)

    @api.model
    def _get_dispatch_unplanned_domain(self):
        return Domain("state", "=", "to_plan")

    @api.model
    def _get_dispatch_due_domain(self, start, end):
        """Override: what has a technician and no time is on the list, not on the board."""
        return Domain.FALSE

    @api.model
    def _get_dispatch_order(self):
        return "priority desc, schedule_date, requested_at, id"

    def _get_dispatch_minutes(self):
        """Override: as planned, else as long as a visit of its type."""
        hours = self.planned_hours or self.type_id.planned_hours
        return round(hours * 60) or super()._get_dispatch_minutes()

    def _prepare_dispatch_values(self, users, start, end, travel=None):
        """Override: a visit has travel before it."""
        values = super()._prepare_dispatch_values(users, start, end, travel)
        return values if travel is None else {**values, "travel_minutes": travel}

    def _get_dispatch_lock(self):
        if self.state not in ("done", "closed", "cancelled"):
            return ""
        return self.env._(
            "The intervention %(number)s is done: it is not moved any more.",
            number=self.number,
        )

    def _get_dispatch_block(self):
        """Override to name the visit's customer, place and type."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        due = self.schedule_date
        return {
            **super()._get_dispatch_block(),
            "kind": "intervention",
            "number": self.number or "",
            "customer_id": self.customer_id.id,
            "customer": self.customer_id.name or "",
            "place": self.site_id.name or "",
            "city": self.site_id.city or self.customer_id.city or "",
            "due": fields.Date.to_string(due) or False,
            "type": self.type_id.name or "",
            "color": self.type_id.color,
            "tone": TONES.get(self.state, "planned"),
            "state": labels[self.state],
            "travel": self.travel_minutes,
        }
