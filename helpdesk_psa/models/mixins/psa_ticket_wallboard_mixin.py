from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Minutes ahead that count as "due soon", and tickets shown as next due.
SOON_MINUTES = 60
NEXT_LIMIT = 12
TICKET_FIELDS = [
    "number",
    "name",
    "priority",
    "customer_id",
    "user_id",
    "team_id",
    "sla_due_at",
    "sla_warning_at",
    "sla_phase",
]


class PsaTicketWallboardMixin(models.AbstractModel):
    """Counts what a team's wallboard shows, as the current user may see it."""

    _name = "psa.ticket.wallboard.mixin"
    _description = "Helpdesk Wallboard"

    @api.model
    @api.readonly
    def get_wallboard_data(self, team_id=False):
        """Return everything the wallboard shows, in a handful of queries.

        :param int team_id: show this team only; one that the user does not see, or that is
            gone, counts as all teams
        :rtype: dict
        """
        self.browse().check_access("read")
        teams = self.env["psa.team"].search_fetch([("active", "=", True)], ["name"])
        team = teams.filtered(lambda known: known.id == team_id)
        scope = Domain("team_id", "=", team.id) if team else Domain.TRUE
        return {
            "now": fields.Datetime.to_string(fields.Datetime.now()),
            "teams": [{"id": known.id, "name": known.name} for known in teams],
            "team_id": team.id,
            "tiles": self._get_wallboard_tiles(scope),
            "tickets": self._get_wallboard_tickets(scope),
        }

    @api.model
    def _get_wallboard_tiles(self, scope):
        """Return the counters as dicts with key, label, count and domain.

        :param Domain scope: tickets that the board is about
        """
        now = fields.Datetime.now()
        is_open = self._get_open_domain()
        soon = Domain("sla_due_at", ">", now) & Domain(
            "sla_due_at", "<=", now + timedelta(minutes=SOON_MINUTES)
        )
        today = Domain("stage_category", "in", ("resolved", "closed")) & Domain(
            "resolved_at", ">=", self._get_start_of_today()
        )
        tiles = [
            ("open", self.env._("Open"), is_open),
            (
                "unassigned",
                self.env._("Unassigned"),
                is_open & Domain("user_id", "=", False),
            ),
            ("breached", self.env._("Overdue"), self._get_sla_state_domain("breached")),
            ("soon", self.env._("Due within the hour"), soon),
            ("warning", self.env._("At risk"), self._get_sla_state_domain("warning")),
            ("resolved", self.env._("Resolved today"), today),
        ]
        return [
            {
                "key": key,
                "label": label,
                "count": self.search_count(scope & domain),
                "domain": _to_list(scope & domain),
            }
            for key, label, domain in tiles
        ]

    @api.model
    def _get_start_of_today(self):
        """Return when the user's day began, in UTC."""
        local = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.astimezone(UTC).replace(tzinfo=None)

    @api.model
    def _get_wallboard_tickets(self, scope):
        """Return the tickets that are due next, those overdue first."""
        tickets = self.search_fetch(
            scope & Domain("sla_due_at", "!=", False),
            TICKET_FIELDS,
            order="sla_due_at, id",
            limit=NEXT_LIMIT,
        )
        moment = fields.Datetime.to_string
        return [
            {
                "id": ticket.id,
                "number": ticket.number,
                "name": ticket.name,
                "priority": ticket.priority,
                "customer": ticket.customer_id.display_name or "",
                "agent_id": ticket.user_id.id,
                "agent": ticket.user_id.name or "",
                "team": ticket.team_id.name,
                "due_at": moment(ticket.sla_due_at),
                "warning_at": moment(ticket.sla_warning_at) or False,
                "phase": ticket.sla_phase,
            }
            for ticket in tickets
        ]


def _to_list(domain):
    """Return a domain as the web client takes it: moments as text."""
    return list(
        domain.map_conditions(
            lambda item: Domain(
                item.field_expr,
                item.operator,
                fields.Datetime.to_string(item.value)
                if isinstance(item.value, datetime)
                else item.value,
            )
        )
    )
