from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import DONE_CATEGORIES, OPEN_CATEGORIES

# How the board shows each category of status.
TONES = {
    "new": "planned",
    "open": "progress",
    "waiting": "waiting",
    "resolved": "done",
    "closed": "done",
}


class PsaTicketPlanningMixin(models.AbstractModel):
    """When somebody is to work on a ticket, and what he is to write and tick at the end."""

    _name = "psa.ticket.planning.mixin"
    _description = "Planning of a Ticket"
    _inherit = ["psa.schedule.target.mixin", "psa.skilled.mixin"]

    _dispatch_users = "user_id"
    _dispatch_due = "sla_due_at"
    _dispatch_search = ("number", "name", "customer_id.name", "site_id.city")

    planned_start = fields.Datetime(
        copy=False,
        index="btree_not_null",
        help="When the agent is to work on it; shown on the dispatch board.",
    )
    planned_end = fields.Datetime(copy=False)
    closing_comment = fields.Text(
        copy=False,
        help="What was done, in words for the customer; billing prints it on the invoice.",
    )

    @api.depends("category_id")
    def _compute_skill_ids(self):
        """What its category asks for."""
        for ticket in self:
            ticket.skill_ids = ticket.category_id._get_skills()

    @api.depends("team_id", "user_id")
    def _compute_skill_hint(self):
        return super()._compute_skill_hint()

    def _get_skill_hint(self):
        """Override: say as well why nobody gets a ticket automatically."""
        # sudo: the team may be a private one of others
        team_sudo = self.team_id.sudo()
        if self.user_id or not team_sudo._must_have_skills():
            return super()._get_skill_hint()
        if not self.skill_ids or team_sudo._has_skilled_member(self.skill_ids):
            return ""
        return self.env._(
            "Nobody of %(team)s has all the skills asked for, so it is given to nobody.",
            team=team_sudo.name,
        )

    @api.constrains("planned_start", "planned_end")
    def _check_planned_period(self):
        for ticket in self:
            start, end = ticket.planned_start, ticket.planned_end
            if bool(start) != bool(end) or (start and start >= end):
                raise UserError(
                    self.env._(
                        "The ticket %(ticket)s needs a planned start and a later planned "
                        "end, or neither.",
                        ticket=ticket.number,
                    )
                )

    def _get_schedule_end(self):
        self.ensure_one()
        if self.stage_category not in DONE_CATEGORIES:
            return False
        return self.resolved_at or self.closed_at or self.write_date

    def _apply_stage(self):
        """Override to refuse ending a ticket whose checklist lacks a required answer."""
        result = super()._apply_stage()
        # Closing what was resolved before was checked then.
        ended = self.filtered(
            lambda ticket: (
                ticket.stage_category == "resolved"
                or ticket.stage_category == "closed"
                and ticket.resolved_at == ticket.closed_at
            )
        )
        if ended:
            ended._check_checklist()
        return result

    def _check_checklist(self):
        """Refuse what leaves a required line of the checklist empty.

        :raise UserError: naming the first line
        """
        # sudo: the checklist belongs to the ticket
        items = (
            self.env["psa.checklist.item"]
            .sudo()
            .search([("ticket_id", "in", self.ids), ("is_required", "=", True)])
        )
        for item in items:
            if not item.is_filled:
                raise UserError(
                    self.env._(
                        "“%(item)s” on the checklist of %(ticket)s is not filled in yet.",
                        item=item.name,
                        ticket=item.ticket_id.number,
                    )
                )

    # === DISPATCH BOARD === #

    @api.model
    def _get_dispatch_live_domain(self):
        return Domain("stage_category", "!=", "cancelled")

    @api.model
    def _get_dispatch_open_domain(self):
        return Domain("stage_category", "in", OPEN_CATEGORIES)

    def _get_dispatch_lock(self):
        if self.stage_category not in DONE_CATEGORIES:
            return ""
        return self.env._(
            "The ticket %(number)s is done: it is not moved any more.",
            number=self.number,
        )

    def _get_dispatch_block(self):
        """Override to name the ticket's customer, site and status."""
        site = self.site_id
        return {
            **super()._get_dispatch_block(),
            "kind": "ticket",
            "number": self.number or "",
            "customer_id": self.customer_id.id,
            "customer": self.customer_id.name or "",
            "place": site.name or "",
            "city": site.city or "",
            "type": self.type_id.name or "",
            "color": self.type_id.color,
            "tone": TONES.get(self.stage_category, "planned"),
            "state": self.stage_id.name,
        }
