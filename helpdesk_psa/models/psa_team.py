import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import email_normalize, formataddr

from ..const import OPEN_CATEGORIES, PRIORITIES, YES_NO

# The queues of a team: filters of the tickets' search view that make the list, and the
# field that counts it.
QUEUE_FILTERS = {
    "open": ["open"],
    "unassigned": ["open", "unassigned"],
    "unread": ["open", "unread"],
    "waiting": ["waiting"],
    "mine": ["open", "my_tickets"],
}
QUEUE_COUNTERS = {
    "open": "open_ticket_count",
    "unassigned": "unassigned_ticket_count",
    "unread": "unread_ticket_count",
    "waiting": "waiting_ticket_count",
    "mine": "my_ticket_count",
}


class PsaTeam(models.Model):
    """A queue of tickets and the people who work on it."""

    _name = "psa.team"
    _description = "Helpdesk Team"
    _inherit = [
        "psa.remembered.mixin",
        "mail.alias.mixin.optional",
        "mail.thread",
        "rating.parent.mixin",
    ]
    _psa_remembered_fields = ("privacy", "member_ids")
    _order = "sequence, name, id"
    _check_company_auto = True
    _rating_satisfaction_days = 30

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True,
        help="An archived team keeps its tickets and their history; it gets no new ones.",
    )
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    # People
    leader_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    member_ids = fields.Many2many(
        "res.users",
        "psa_team_member_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    department_id = fields.Many2one("hr.department", check_company=True)
    privacy = fields.Selection(
        [("public", "Every agent"), ("members", "Members only")],
        string="Visible to",
        required=True,
        default="public",
        help="“Members only” hides the team and its tickets from agents outside it. "
        "Helpdesk managers see every team.",
    )

    # Work
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Opening hours",
        compute="_compute_calendar_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="Used for members without working hours of their own.",
    )
    project_id = fields.Many2one(
        "project.project",
        check_company=True,
        help="Where the team's time goes when neither the agreement nor the customer "
        "names a project.",
    )
    service_type_id = fields.Many2one(
        "psa.service.type",
        string="Usual service type",
        check_company=True,
        ondelete="restrict",
        help="Service type of new time entries when the type of the ticket names none.",
    )
    time_billable = fields.Selection(
        YES_NO,
        string="Time is billable",
        help="Empty: as the service type of the entry.",
    )
    member_without_employee_ids = fields.Many2many(
        "res.users",
        compute="_compute_member_without_employee_ids",
        string="Members without an employee file",
        help="They cannot log time.",
    )
    assign_method = fields.Selection(
        [
            ("manual", "By hand"),
            ("round_robin", "Each in turn"),
            ("balanced", "Whoever has least to do"),
        ],
        string="Assignment",
        required=True,
        default="manual",
        help="“Each in turn” gives a new ticket to the available member who has waited "
        "longest for one. “Whoever has least to do” counts each member's open tickets; "
        "those waiting for the customer do not count.",
    )
    assign_max_open = fields.Integer(
        string="At most",
        help="A member with that many tickets to work on gets no more automatically. "
        "0 means no limit.",
    )
    assign_skills = fields.Selection(
        [
            ("ignore", "Do not matter"),
            ("prefer", "Those who have them first, else anybody"),
            ("require", "Only those who have them, else nobody"),
        ],
        string="Skills asked for",
        required=True,
        default="ignore",
        help="What the assignment does with the skills that a ticket asks for. A ticket "
        "that nobody of the team may get stays unassigned and says so.",
    )
    assign_on_reply = fields.Boolean(
        string="Whoever replies takes it",
        default=True,
        help="The first agent who replies to a ticket that nobody has becomes its agent.",
    )
    event_type_id = fields.Many2one(
        "calendar.event.type",
        string="Calendar tag",
        ondelete="set null",
        help="Tag of appointments made from the team's tickets. Empty: the usual one of "
        "the helpdesk.",
    )
    escalates_to_id = fields.Many2one(
        "psa.team",
        string="Escalates to",
        check_company=True,
        help="Team that gets a ticket when an agent presses Escalate.",
    )

    # Priority
    is_priority_locked = fields.Boolean(
        string="Only leaders change the priority",
        help="Agents choose the priority and the severity of a new ticket; later only "
        "team leaders change them.",
    )
    vip_priority = fields.Selection(
        PRIORITIES,
        string="VIPs have at least",
        help="Tickets of VIPs never have a lower priority than this one.",
    )

    # What the customer's messages do
    reply_waiting = fields.Selection(
        [("open", "Back in progress"), ("keep", "Stay as it is")],
        string="Reply to a waiting ticket",
        required=True,
        default="open",
    )
    reply_resolved = fields.Selection(
        [("open", "Reopen it"), ("keep", "Stay as it is")],
        string="Reply to a resolved ticket",
        required=True,
        default="open",
    )
    reply_closed = fields.Selection(
        [
            ("follow_up", "Open a linked follow-up"),
            ("open", "Reopen it"),
            ("keep", "Stay as it is"),
        ],
        string="Reply to a closed ticket",
        required=True,
        default="follow_up",
    )
    close_after_days = fields.Integer(
        string="Close resolved tickets after",
        default=5,
        help="Days without news after which a resolved ticket is closed. 0 means never.",
    )

    # What its mails look like
    mail_header = fields.Html(
        translate=True,
        help="Stands above each mail to customers: a logo, a name, colours.",
    )
    mail_signature = fields.Html(
        translate=True,
        help="Stands below each mail to customers, after the agent's own signature.",
    )

    # Who is told what
    acknowledge = fields.Boolean(
        string="Acknowledge new tickets",
        default=True,
        help="Send the requester a mail with the number and the tracking link.",
    )
    acknowledge_template_id = fields.Many2one(
        "mail.template",
        string="Acknowledgement",
        domain="[('model', '=', 'psa.ticket')]",
        default=lambda self: self.env.ref(
            "helpdesk_psa.mail_template_psa_acknowledge", raise_if_not_found=False
        ),
    )
    use_rating = fields.Boolean(
        string="Ask how it went",
        help="The mail that tells of the resolution asks the requester for a rating.",
    )
    follow_up_bad_rating = fields.Boolean(
        string="Follow up bad ratings",
        default=True,
        help="Plan an activity for the team leader when a customer is unhappy.",
    )
    notify_user_ids = fields.Many2many(
        "res.users",
        "psa_team_notify_rel",
        "team_id",
        "user_id",
        string="Also notify",
        domain="[('share', '=', False)]",
        help="Users told of what happens in this team, besides the agent of the ticket.",
    )
    notify_new = fields.Boolean(string="Of each new ticket", default=True)
    notify_message = fields.Boolean(string="Of each customer message", default=True)

    open_ticket_count = fields.Integer(
        string="Open tickets", compute="_compute_ticket_counts"
    )
    unassigned_ticket_count = fields.Integer(
        string="Unassigned tickets", compute="_compute_ticket_counts"
    )
    unread_ticket_count = fields.Integer(
        string="Unread tickets", compute="_compute_ticket_counts"
    )
    waiting_ticket_count = fields.Integer(
        string="Waiting tickets", compute="_compute_ticket_counts"
    )
    my_ticket_count = fields.Integer(
        string="My tickets", compute="_compute_ticket_counts"
    )

    _assign_max_open_positive = models.Constraint(
        "CHECK (assign_max_open >= 0)", "The limit of open tickets cannot be negative."
    )
    _close_after_days_positive = models.Constraint(
        "CHECK (close_after_days >= 0)", "The number of days cannot be negative."
    )

    @api.depends("company_id")
    def _compute_calendar_id(self):
        for team in self:
            team.calendar_id = team.company_id.resource_calendar_id

    @api.depends("member_ids", "company_id")
    def _compute_member_without_employee_ids(self):
        for company, teams in self.grouped("company_id").items():
            # sudo: whether there is a file is all that is told
            known = (
                self.env["hr.employee"]
                .sudo()
                .search(
                    [
                        ("user_id", "in", teams.member_ids._origin.ids),
                        ("company_id", "=", company.id),
                    ]
                )
                .user_id.ids
            )
            for team in teams:
                team.member_without_employee_ids = team.member_ids.filtered(
                    lambda user, known=known: user._origin.id not in known
                )

    @api.model
    def _create_employee_file(self):
        """Make the one employee file that an error message offered to a manager."""
        user = self.env["res.users"].browse(self.env.context["psa_user_id"])
        company = self.env["res.company"].browse(self.env.context["psa_company_id"])
        user._psa_create_employees(company)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(user)s has an employee file now. Try again.", user=user.name
                ),
            },
        }

    def write(self, vals):
        result = super().write(vals)
        if "privacy" in vals:
            events = self.env["calendar.event"]
            events._psa_renew_privacy(Domain("team_id", "in", self.ids))
        return result

    def action_create_employees(self):
        """Give the members who lack one an employee file, so that they can log time."""
        for team in self:
            team.member_without_employee_ids._psa_create_employees(team.company_id)
        return True

    @api.depends_context("uid")
    def _compute_ticket_counts(self):
        """Count the open tickets of each queue; `QUEUE_FILTERS` are their lists."""
        is_open = Domain("team_id", "in", self.ids) & Domain(
            "stage_category", "in", OPEN_CATEGORIES
        )
        for name in QUEUE_COUNTERS.values():
            self[name] = 0
        for team, category, total, assigned, read in self.env["psa.ticket"]._read_group(
            is_open,
            ["team_id", "stage_category"],
            ["__count", "user_id:count", "read_at:count"],
        ):
            team.open_ticket_count += total
            team.unassigned_ticket_count += total - assigned
            team.unread_ticket_count += total - read
            if category == "waiting":
                team.waiting_ticket_count = total
        for team, total in self.env["psa.ticket"]._read_group(
            is_open & Domain("user_id", "=", self.env.uid), ["team_id"], ["__count"]
        ):
            team.my_ticket_count = total

    @api.constrains("company_id")
    def _check_company_of_tickets(self):
        # sudo: tickets of private teams and of companies not selected count as well
        for team in self.sudo():
            stranger = (
                self.env["psa.ticket"]
                .sudo()
                .search(
                    [
                        ("team_id", "=", team.id),
                        ("company_id", "!=", team.company_id.id),
                        ("active", "in", [True, False]),
                    ],
                    limit=1,
                )
            )
            if stranger:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” has tickets of the company %(company)s and "
                        "cannot leave it. Archive it and create another team instead.",
                        team=team.name,
                        company=stranger.company_id.name,
                    )
                )

    @api.constrains("escalates_to_id")
    def _check_escalation(self):
        for team in self:
            if team.escalates_to_id == team:
                raise ValidationError(
                    self.env._(
                        "The team “%(team)s” cannot escalate to itself.", team=team.name
                    )
                )

    def _psa_forget(self):
        """Make the record rules forget which teams each user may see, too."""
        self.env["res.users"].invalidate_model(["psa_hidden_team_ids"])
        return super()._psa_forget()

    def action_open_tickets(self):
        """Open the list of one of the team's queues, named by `psa_queue` in the context.

        Without a name: all tickets of the team.
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_ticket_action"
        )
        context = ast.literal_eval(action.get("context") or "{}")
        filters = QUEUE_FILTERS.get(self.env.context.get("psa_queue"), ())
        return {
            **action,
            "display_name": self.name,
            "domain": [("team_id", "=", self.id)],
            "context": {
                **context,
                **{f"search_default_{name}": 1 for name in filters},
                "default_team_id": self.id,
            },
        }

    def action_open_wallboard(self):
        """Show the team's wallboard."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "helpdesk_psa.psa_wallboard_action"
        )
        return {**action, "context": {"psa_wallboard_team_id": self.id}}

    # === MAIL === #

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("psa.ticket")
        if self.id:
            defaults = ast.literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = {**defaults, "team_id": self.id}
        return values

    def _get_address(self):
        """Return the team's address as written in From and Reply-To, or an empty string."""
        self.ensure_one()
        team_sudo = self.sudo()  # an alias domain is readable by administrators only
        address = team_sudo.alias_email or email_normalize(team_sudo.company_id.email)
        return formataddr((team_sudo.name, address)) if address else ""

    # === ASSIGNMENT === #

    def _get_available_members(self):
        """Return the members who are at work now: on shift, not on leave, not archived.

        A member's own working hours count, else the team's opening hours. Without
        either, the member is always available.
        """
        self.ensure_one()
        members = self.member_ids.filtered("active")
        return members._psa_filter_at_work(self.company_id, self.calendar_id)

    def _pick_assignees(self, requests):
        """Choose who gets the next new tickets.

        :param list requests: a pair for each ticket: the `psa.customer.group` of its
            customer (whoever does not see its tickets gets none) and the
            `hr.employee.category` that it asks for
        :return: a user for each ticket, empty where nobody may take it
        :rtype: list
        """
        self.ensure_one()
        # sudo: the load of a member counts tickets of private teams as well, and who
        # hands a ticket to a private team may not see that team
        team_sudo = self.sudo()
        nobody = self.env["res.users"]
        members = nobody
        if team_sudo.assign_method != "manual" and requests:
            members = team_sudo._get_available_members()
        if not members:
            return [nobody] * len(requests)
        loads = team_sudo._get_loads(members)
        rank = getattr(team_sudo, f"_rank_{team_sudo.assign_method}")(members, loads)
        limit = team_sudo.assign_max_open
        able = team_sudo._get_able_members(members, requests)
        chosen = []
        for request in requests:
            free = [
                tier.filtered(lambda user: not limit or loads[user.id] < limit)
                for tier in able[request]
            ]
            # The first of those who are most able.
            best = next(filter(None, free), nobody)
            user = min(best, key=lambda user: (rank[user.id], user.id), default=nobody)
            chosen.append(user)
            if user:
                loads[user.id] += 1
                rank[user.id] = team_sudo._get_next_rank(rank, user)
        return chosen

    def _get_able_members(self, members, requests):
        """Return ``{request: [members]}``: who may get such a ticket, the ablest first.

        :param members: `res.users` who are at work
        :param list requests: as for `_pick_assignees`
        """
        able = {}
        skills = members._psa_get_skills() if self._minds_skills() else {}
        for request in set(requests):
            customer_group, asked = request
            seeing = (
                customer_group._filter_seeing(members) if customer_group else members
            )
            if not (skills and asked):
                able[request] = [seeing]
                continue
            skilled = seeing.filtered(
                lambda user, asked=asked: asked <= skills[user.id]
            )
            able[request] = [skilled] if self._must_have_skills() else [skilled, seeing]
        return able

    def _minds_skills(self):
        """Tell whether the automatic assignment looks at skills at all."""
        return self.assign_method != "manual" and self.assign_skills != "ignore"

    def _must_have_skills(self):
        """Tell whether nobody else than those with the skills gets a ticket."""
        return self._minds_skills() and self.assign_skills == "require"

    def _has_skilled_member(self, skills):
        """Tell whether a member has all of some skills, be he at work or not."""
        known = self.member_ids._psa_get_skills()
        return any(skills <= known[user.id] for user in self.member_ids)

    def _get_next_rank(self, rank, user):
        """Return a user's rank after one more ticket."""
        if self.assign_method == "balanced":
            return rank[user.id] + 1
        return max(rank.values()) + 1

    def _get_loads(self, members):
        """Return ``{user id: tickets to work on}``; waiting tickets do not count."""
        loads = dict.fromkeys(members.ids, 0)
        for user, count in self.env["psa.ticket"]._read_group(
            [("user_id", "in", members.ids), ("stage_category", "in", ("new", "open"))],
            ["user_id"],
            ["__count"],
        ):
            loads[user.id] = count
        return loads

    def _rank_balanced(self, members, loads):
        return dict(loads)

    def _rank_round_robin(self, members, loads):
        """Return ``{user id: position}``, first the one whose last ticket is oldest.

        One index look-up per member, however many tickets there are.
        """
        self.env["psa.ticket"].flush_model(["team_id", "user_id", "assigned_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id,
                       (SELECT max(assigned_at)
                          FROM psa_ticket
                         WHERE team_id = %(team)s
                           AND user_id = member.id) AS last
                  FROM unnest(%(members)s) AS member(id)
              ORDER BY last NULLS FIRST, member.id
                """,
                team=self.id,
                members=members.ids,
            )
        )
        return {user_id: position for position, (user_id, _last) in enumerate(rows)}
