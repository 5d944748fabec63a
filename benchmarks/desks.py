"""The models that are compared: how each is set up, filled and worked with."""

from odoo import Command

from . import generator
from .client import Client

USERS = 15
TEAMS = 4


class Desk:
    """A model on which a team works off what customers ask for."""

    label = None
    model = None
    action = None
    groups = []
    # Where the work goes, and who is in charge.
    team_field = None
    user_field = "user_id"
    is_open_sql = None
    has_acknowledgements = False
    # Whether an answer waits in the outgoing queue, instead of leaving at once.
    queues_answers = False
    import_context = {"tracking_disable": True}

    def __init__(self, env):
        self.users = self._make_users(env)
        self.teams = self._make_teams(env)
        self.stages = self._find_stages(env)
        self.address = self._make_address(env)
        self.contacts = []
        self.open_ids = []
        self.client = None

    def fill(self, env, total):
        """Create `total` records by SQL and remember what the operations need."""
        generator.make_requests(env, total, USERS, TEAMS)
        values = {
            "total": total,
            "company": env.company.id,
            "users": self.users,
            "teams": self.teams,
            "open_stages": self.stages[:3],
            "done_stage": self.stages[3],
            **self._get_fill_values(env),
        }
        generator.copy_requests(
            env, self.statement, self.model, self.is_open_sql, values
        )
        env.cr.execute("SELECT partner_id, email FROM bench_customer ORDER BY n")
        self.contacts = env.cr.fetchall()
        generator.analyze(env)
        partner_ids = [partner_id for partner_id, _email in self.contacts]
        self.open_ids = (
            env[self.model]
            .search([*self.open_domain, ("partner_id", "in", partner_ids)], order="id")
            .ids
        )

    def open_client(self, env):
        """Open the web client as the user of `env`."""
        self.client = Client(env, self.model, self.action)

    def get_values(self, number):
        """Return the values of a new record, which nobody has in charge yet."""
        partner_id, _email = self.contacts[number % len(self.contacts)]
        return {
            "name": f"The printer is out of order {number}",
            "partner_id": partner_id,
            self.team_field: self.teams[number % TEAMS],
        }

    def get_my_domain(self, env):
        """Return the domain of the open records that the user works on."""
        return [*self.open_domain, (self.user_field, "in", [env.uid])]

    def _make_users(self, env):
        groups = [env.ref(group).id for group in ("base.group_user", *self.groups)]
        return (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "name": f"Agent {number}",
                        "login": f"bench_agent_{number}",
                        "email": f"agent{number}@bench.example",
                        "group_ids": [Command.set(groups)],
                    }
                    for number in range(USERS)
                ]
            )
            .ids
        )

    def _make_address(self, env):
        domain = env["mail.alias.domain"].create({"name": "bench.example"})
        env.company.alias_domain_id = domain
        team = env[self.team_model].browse(self.teams[0])
        team.write({"alias_name": "desk", "alias_domain_id": domain.id})
        return "desk@bench.example"

    def _get_fill_values(self, env):
        return {}


class TicketDesk(Desk):
    """Our tickets."""

    label = "ticket"
    modules = ["helpdesk_psa"]
    model = "psa.ticket"
    action = "helpdesk_psa.psa_ticket_action"
    groups = ["helpdesk_psa.group_psa_agent"]
    team_model = "psa.team"
    team_field = "team_id"
    statement = generator.TICKETS
    is_open_sql = "stage_category IN ('new', 'open', 'waiting')"
    open_domain = [("stage_category", "in", ["new", "open", "waiting"])]
    import_context = {"tracking_disable": True, "psa_import_mode": True}
    has_acknowledgements = True
    queues_answers = True

    def _make_teams(self, env):
        self._make_promises(env)
        return (
            env["psa.team"]
            .create(
                [
                    {"name": f"Team {number}", "member_ids": [Command.set(self.users)]}
                    for number in range(TEAMS)
                ]
            )
            .ids
        )

    def _make_promises(self, env):
        """Let each new ticket start four clocks, three of the customer's and a team's."""
        promises = {
            "sla": {
                "acknowledge": 1,
                "first_response": 4,
                "next_response": 8,
                "resolution": 40,
            },
            "ola": {"resolution": 16},
        }
        env["psa.sla.policy"].create(
            [
                {
                    "name": kind.upper(),
                    "kind": kind,
                    "calendar_id": env.company.resource_calendar_id.id,
                    "enforced_from_at": False,
                    "target_ids": [
                        Command.create({"metric": metric, "hours": hours})
                        for metric, hours in targets.items()
                    ],
                }
                for kind, targets in promises.items()
            ]
        )

    def _find_stages(self, env):
        first = {}
        for stage in env["psa.ticket.stage"].search([]):
            first.setdefault(stage.category, stage.id)
        return [first[category] for category in ("new", "open", "waiting", "resolved")]

    def _get_fill_values(self, env):
        closed = env["psa.ticket.stage"].search([("category", "=", "closed")], limit=1)
        return {
            "done_stage": closed.id,
            "type": env["psa.ticket.type"].search([], limit=1).id,
            "sequence": env.ref("helpdesk_psa.ir_sequence_psa_ticket").id,
        }


class TaskDesk(Desk):
    """Odoo's tasks, alone in their database."""

    label = "task"
    modules = ["project", "crm"]
    model = "project.task"
    action = "project.action_view_all_task"
    groups = ["project.group_project_user"]
    team_model = "project.project"
    team_field = "project_id"
    user_field = "user_ids"
    statement = generator.TASKS
    is_open_sql = "state = '01_in_progress'"
    open_domain = [("is_closed", "=", False)]

    def _make_teams(self, env):
        stages = env["project.task.type"].create(
            [
                {"name": name, "sequence": number, "fold": name == "Done"}
                for number, name in enumerate(["New", "In progress", "Waiting", "Done"])
            ]
        )
        self.stages = stages.ids
        return (
            env["project.project"]
            .create(
                [
                    {"name": f"Project {number}", "type_ids": [Command.set(stages.ids)]}
                    for number in range(TEAMS)
                ]
            )
            .ids
        )

    def _find_stages(self, env):
        return self.stages


class LeadDesk(Desk):
    """Odoo's opportunities, alone in their database."""

    label = "lead"
    modules = ["project", "crm"]
    model = "crm.lead"
    action = "crm.crm_lead_action_pipeline"
    groups = ["sales_team.group_sale_salesman_all_leads"]
    team_model = "crm.team"
    team_field = "team_id"
    statement = generator.LEADS
    is_open_sql = "won_status = 'pending'"
    open_domain = [("won_status", "=", "pending")]

    def get_values(self, number):
        return {**super().get_values(number), "type": "opportunity"}

    def _make_teams(self, env):
        return (
            env["crm.team"]
            .create([{"name": f"Sales {number}"} for number in range(TEAMS)])
            .ids
        )

    def _find_stages(self, env):
        stages = env["crm.stage"].search([], order="sequence")
        return [*stages.filtered(lambda stage: not stage.is_won)[:3].ids, stages[-1].id]


class OcaDesk(Desk):
    """The tickets of OCA's helpdesk, with three service levels, in their own database."""

    label = "oca"
    modules = ["helpdesk_mgmt", "helpdesk_mgmt_sla"]
    model = "helpdesk.ticket"
    action = "helpdesk_mgmt.helpdesk_ticket_action"
    groups = ["helpdesk_mgmt.group_helpdesk_user"]
    team_model = "helpdesk.ticket.team"
    team_field = "team_id"
    statement = generator.OCA_TICKETS
    is_open_sql = (
        "stage_id IN (SELECT id FROM helpdesk_ticket_stage WHERE closed IS NOT TRUE)"
    )
    open_domain = [("stage_id.closed", "=", False)]

    def get_values(self, number):
        return {**super().get_values(number), "description": "<p>It prints nothing</p>"}

    def _make_teams(self, env):
        values = {"user_ids": [Command.set(self.users)], "use_sla": True}
        teams = env["helpdesk.ticket.team"].create(
            [{"name": f"Team {number}", **values} for number in range(TEAMS)]
        )
        done = env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1)
        env["helpdesk.sla"].create(
            [
                {"name": f"In {hours} hours", "hours": hours, "stage_id": done.id}
                for hours in (2, 8, 40)
            ]
        )
        return teams.ids

    def _find_stages(self, env):
        stages = env["helpdesk.ticket.stage"].search([], order="sequence, id")
        done = stages.filtered("closed")
        return [*(stages - done)[:3].ids, done[0].id]


DESKS = (TicketDesk, TaskDesk, LeadDesk)
PEERS = (OcaDesk,)
