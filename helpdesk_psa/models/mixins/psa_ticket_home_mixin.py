from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import OPEN_CATEGORIES

# Days that the home page looks back on finished tickets.
QUEUE_DAYS = 7
CHART_DAYS = 30
# Tickets shown under "Latest on my tickets".
RECENT_LIMIT = 8


class PsaTicketHomeMixin(models.AbstractModel):
    """Counts what the home page shows, as the current user may see it."""

    _name = "psa.ticket.home.mixin"
    _description = "Helpdesk Overview"

    @api.model
    def get_home_data(self):
        """Return everything the home page shows, in a handful of queries.

        Every number comes with the domain of the list that it counts.

        :rtype: dict
        """
        self.browse().check_access("read")
        by_team, by_stage, by_priority, by_user = self._read_grouping_sets(
            self._get_open_domain(),
            [["team_id"], ["stage_id"], ["priority"], ["user_id"]],
            ["__count", "read_at:count", "user_id:count"],
        )
        return {
            "queues": self._get_home_queues(by_stage, by_priority, by_user),
            "teams": self._get_home_teams(by_team),
            "stages": self._get_home_stages(by_stage),
            "chart_days": CHART_DAYS,
            "recent": self._get_home_recent(),
            "can_create": self.has_access("create"),
        }

    @api.model
    def _get_open_domain(self):
        return Domain("stage_category", "in", OPEN_CATEGORIES)

    @api.model
    def _get_done_domain(self, days, categories):
        """Return the domain of the tickets that were done in the last days."""
        since = fields.Datetime.now() - timedelta(days=days)
        return Domain("stage_category", "in", categories) & Domain(
            "resolved_at", ">=", fields.Datetime.to_string(since)
        )

    @api.model
    def _get_home_queues(self, by_stage, by_priority, by_user):
        """Return the queues as dicts with key, label, count and domain.

        :param by_stage: rows (stage, tickets, read ones, assigned ones), open tickets
        :param by_priority: the same by priority
        :param by_user: the same by agent
        """
        is_open = self._get_open_domain()
        total = sum(count for _stage, count, _read, _assigned in by_stage)
        done = self._get_done_domain(QUEUE_DAYS, ("resolved", "closed"))
        waiting = Domain("stage_category", "=", "waiting")
        queues = [
            (
                "unread",
                self.env._("Unread"),
                total - sum(read for _stage, _count, read, _assigned in by_stage),
                is_open & Domain("read_at", "=", False),
            ),
            (
                "unassigned",
                self.env._("Unassigned"),
                total - sum(assigned for _stage, _count, _read, assigned in by_stage),
                is_open & Domain("user_id", "=", False),
            ),
            (
                "mine",
                self.env._("My tickets"),
                sum(row[1] for row in by_user if row[0] == self.env.user),
                is_open & Domain("user_id", "=", self.env.uid),
            ),
            (
                "waiting",
                self.env._("Waiting"),
                sum(row[1] for row in by_stage if row[0].category == "waiting"),
                waiting,
            ),
            (
                "high",
                self.env._("High priority"),
                sum(row[1] for row in by_priority if row[0] in ("2", "3")),
                is_open & Domain("priority", "in", ("2", "3")),
            ),
            (
                "resolved",
                self.env._("Resolved in %(days)s days", days=QUEUE_DAYS),
                self.search_count(done),
                done,
            ),
        ]
        return [
            {"key": key, "label": label, "count": count, "domain": list(domain)}
            for key, label, count, domain in queues
        ]

    @api.model
    def _get_home_teams(self, by_team):
        """Return the teams with open tickets, and the user's own even without."""
        counts = {team: rest for team, *rest in by_team}
        teams = self.env["psa.team"].union(*counts) | self._get_home_own_teams()
        return [
            {
                "id": team.id,
                "name": team.name,
                "open": self._get_home_team_count(team, total),
                "unassigned": self._get_home_team_count(
                    team, total - assigned, Domain("user_id", "=", False)
                ),
                "unread": self._get_home_team_count(
                    team, total - read, Domain("read_at", "=", False)
                ),
            }
            for team in teams.sorted(lambda team: (team.sequence, team.name, team.id))
            for total, read, assigned in [counts.get(team, (0, 0, 0))]
        ]

    @api.model
    def _get_home_own_teams(self):
        return self.env.user.psa_team_ids.filtered(
            lambda team: team.company_id in self.env.companies
        )

    @api.model
    def _get_home_team_count(self, team, count, domain=Domain.TRUE):
        of_team = Domain("team_id", "=", team.id) & self._get_open_domain() & domain
        return {"count": count, "domain": list(of_team)}

    @api.model
    def _get_home_stages(self, by_stage):
        """Return the slices of the chart.

        Open tickets by status, then what was done lately: all tickets ever done would
        dwarf the rest, and take long to count.

        :param by_stage: rows (stage, tickets, …) of the open tickets
        """
        done = self._get_done_domain(CHART_DAYS, ("resolved", "closed", "cancelled"))
        rows = [(row[0], row[1], self._get_open_domain()) for row in by_stage]
        rows += [
            (stage, count, done)
            for stage, count in self._read_group(done, ["stage_id"], ["__count"])
        ]
        rows.sort(key=lambda row: (row[0].sequence, row[0].id))
        return [
            {
                "id": stage.id,
                "name": stage.name,
                "category": stage.category,
                "count": count,
                "domain": list(Domain("stage_id", "=", stage.id) & domain),
            }
            for stage, count, domain in rows
        ]

    @api.model
    def _get_home_recent(self):
        """Return the user's open tickets on which something happened last."""
        latest = self.env["psa.event"]._read_group(
            [
                ("ticket_id.user_id", "=", self.env.uid),
                ("ticket_id.stage_category", "in", OPEN_CATEGORIES),
                ("ticket_id.active", "=", True),
            ],
            ["ticket_id"],
            ["id:max"],
            order="id:max desc",
            limit=RECENT_LIMIT,
        )
        events = self.env["psa.event"].browse(event_id for _ticket, event_id in latest)
        return [
            {
                "id": event.ticket_id.id,
                "number": event.ticket_id.number,
                "name": event.ticket_id.name,
                "author": event.ticket_id.author_name or "",
                "stage": event.ticket_id.stage_id.name,
                "at": fields.Datetime.to_string(event.at),
                "summary": event.summary,
            }
            for event in events
        ]
