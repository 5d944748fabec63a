from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import PRIORITIES, SLA_METRICS

MODEL_OF_SUBJECT = {"ticket": "psa.ticket", "task": "project.task"}
# What decides when a step happens; whatever else it does, running clocks keep their plan.
TIMING_FIELDS = (
    "active",
    "delay_minutes",
    "is_in_service_hours",
    "metric",
    "percent",
    "policy_id",
    "timing",
)


class PsaSlaEscalation(models.Model):
    """What happens by itself when a clock comes near its due time, or passes it."""

    _name = "psa.sla.escalation"
    _description = "SLA Escalation Step"
    _inherit = "psa.remembered.mixin"
    _order = "policy_id, sequence, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Order of steps that happen at the same moment."
    )
    policy_id = fields.Many2one(
        "psa.sla.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    apply_to = fields.Selection(related="policy_id.apply_to")
    sentence = fields.Char(
        string="Step",
        compute="_compute_sentence",
        help="What happens when, in words.",
    )

    # When
    metric = fields.Selection(
        SLA_METRICS, string="Clock", help="Empty: every clock of the policy."
    )
    timing = fields.Selection(
        [
            ("percent", "Share of the time used"),
            ("before", "Before the due time"),
            ("after", "After the due time"),
        ],
        string="When",
        required=True,
        default="before",
    )
    percent = fields.Integer(
        string="Used (%)",
        default=75,
        help="Share of the promised time; 100 is the due time.",
    )
    delay_minutes = fields.Integer(
        string="Minutes",
        default=30,
        help="Minutes before or after the due time; 0 is the due time itself.",
    )
    is_in_service_hours = fields.Boolean(
        string="Only in service hours",
        default=True,
        help="Minutes are those of the clock's service hours, and a step that falls "
        "outside them waits for the next opening. Otherwise it happens day and night.",
    )
    since_at = fields.Datetime(
        string="Since",
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
        help="When the step was made or last timed. Clocks that had passed its moment "
        "before then are left alone.",
    )

    # What
    notify_agent = fields.Boolean(
        string="Tell the agent",
        default=True,
        help="The team leader is told of tickets that nobody has.",
    )
    notify_leader = fields.Boolean(
        string="Tell the team leader", help="Of a task: the project manager."
    )
    notify_followers = fields.Boolean(
        string="Tell the followers", help="Colleagues only, never customers."
    )
    notify_user_ids = fields.Many2many(
        "res.users",
        "psa_sla_escalation_user_rel",
        "escalation_id",
        "user_id",
        string="Also tell",
        domain="[('share', '=', False)]",
    )
    notify_by = fields.Selection(
        [
            ("preference", "Mail or inbox, as each prefers"),
            ("email", "Mail"),
            ("inbox", "Inbox"),
            ("activity", "Activity to do"),
        ],
        string="How",
        required=True,
        default="preference",
    )
    user_id = fields.Many2one(
        "res.users", string="Assign to", domain="[('share', '=', False)]"
    )
    priority = fields.Selection(
        PRIORITIES, string="Raise priority to", help="A higher priority stays."
    )
    team_id = fields.Many2one(
        "psa.team",
        string="Move to team",
        check_company=True,
        help="The ticket is given to a member as the team assigns new tickets.",
    )
    action_server_id = fields.Many2one(
        "ir.actions.server",
        string="Run action",
        ondelete="restrict",
        domain="[('model_id.model', '=', apply_to == 'task' and 'project.task' or "
        "'psa.ticket')]",
        groups="base.group_system",
        help="A server action on the ticket or task. Administrators choose it.",
    )
    log_ids = fields.One2many("psa.sla.escalation.log", "escalation_id", string="Done")

    _percent_range = models.Constraint(
        "CHECK (timing != 'percent' OR percent BETWEEN 1 AND 1000)",
        "The share of the time used is between 1 and 1000 %.",
    )
    _delay_positive = models.Constraint(
        "CHECK (timing = 'percent' OR delay_minutes >= 0)",
        "Minutes before or after the due time cannot be negative.",
    )

    # === IN WORDS === #

    @api.depends(
        "metric",
        "timing",
        "percent",
        "delay_minutes",
        "is_in_service_hours",
        "notify_agent",
        "notify_leader",
        "notify_followers",
        "notify_user_ids",
        "notify_by",
        "user_id",
        "priority",
        "team_id",
        "action_server_id",
        "apply_to",
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for step in self:
            deeds = step._describe_deeds()
            step.sentence = self.env._(
                "%(moment)s: %(deeds)s",
                moment=step._describe_moment(),
                deeds=", ".join(deeds) or self.env._("nothing"),
            )

    @api.depends("sentence")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for step in self:
            step.display_name = step.sentence

    def _describe_moment(self):
        """Return when the step happens, in words."""
        if self.timing == "percent":
            moment = self.env._(
                "When %(percent)s %% of the time is used", percent=self.percent
            )
        elif not self.delay_minutes:
            moment = self.env._("When due")
        else:
            duration = self._describe_duration(self.delay_minutes)
            if self.timing == "before":
                moment = self.env._("%(duration)s before due", duration=duration)
            else:
                moment = self.env._("%(duration)s after due", duration=duration)
        if not self.is_in_service_hours:
            moment = self.env._("%(moment)s, day and night", moment=moment)
        if self.metric:
            metrics = dict(self._fields["metric"]._description_selection(self.env))
            moment = self.env._(
                "%(metric)s, %(moment)s",
                metric=metrics[self.metric],
                moment=moment[:1].lower() + moment[1:],
            )
        return moment

    def _describe_duration(self, minutes):
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return self.env._("%(minutes)s min", minutes=minutes)
        if not minutes:
            return self.env._("%(hours)s h", hours=hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)

    def _describe_deeds(self):
        """Return what the step does, as a list of words."""
        # sudo: whoever reads a policy may know the names in it
        step = self.sudo()
        deeds = []
        if step.team_id:
            deeds.append(self.env._("move to %(team)s", team=step.team_id.name))
        if step.user_id:
            deeds.append(self.env._("assign to %(user)s", user=step.user_id.name))
        if step.priority:
            priorities = dict(self._fields["priority"]._description_selection(self.env))
            deeds.append(
                self.env._(
                    "raise the priority to %(priority)s",
                    priority=priorities[step.priority],
                )
            )
        if step.action_server_id:
            deeds.append(
                self.env._("run “%(action)s”", action=step.action_server_id.name)
            )
        people = step._describe_people()
        if people:
            deeds.append(self._describe_telling(", ".join(people)))
        return deeds

    def _describe_people(self):
        people = []
        if self.notify_agent:
            people.append(self.env._("the agent"))
        if self.notify_leader:
            people.append(
                self.env._("the project manager")
                if self.apply_to == "task"
                else self.env._("the team leader")
            )
        if self.notify_followers:
            people.append(self.env._("the followers"))
        return people + self.notify_user_ids.mapped("name")

    def _describe_telling(self, people):
        if self.notify_by == "email":
            return self.env._("mail %(people)s", people=people)
        if self.notify_by == "activity":
            return self.env._("plan an activity for %(people)s", people=people)
        return self.env._("tell %(people)s", people=people)

    # === CONSTRAINTS === #

    @api.constrains(
        "notify_agent",
        "notify_leader",
        "notify_followers",
        "notify_user_ids",
        "user_id",
        "priority",
        "team_id",
        "action_server_id",
    )
    def _check_deeds(self):
        for step in self:
            if not step._describe_deeds():
                raise ValidationError(
                    self.env._(
                        "The step “%(step)s” does nothing. Choose who is told, or what "
                        "happens to the ticket.",
                        step=step._describe_moment(),
                    )
                )

    @api.constrains("action_server_id", "policy_id", "team_id")
    def _check_subject(self):
        for step in self.sudo():
            model = MODEL_OF_SUBJECT[step.apply_to]
            action = step.action_server_id
            if action and action.model_id.model != model:
                raise ValidationError(
                    self.env._(
                        "The action “%(action)s” is not for what the policy “%(policy)s” "
                        "applies to. Choose another one.",
                        action=action.name,
                        policy=step.policy_id.name,
                    )
                )
            if step.team_id and step.apply_to == "task":
                raise ValidationError(
                    self.env._("Tasks have no team: a step cannot move them to one.")
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        self.env["psa.sla.replan"]._queue_policies(steps.policy_id)
        return steps

    def write(self, vals):
        policies = self.policy_id
        timed = self.filtered(lambda step: step._is_retimed(vals))
        result = super().write(vals)
        if timed:
            super(PsaSlaEscalation, timed).write({"since_at": fields.Datetime.now()})
            self.env["psa.sla.replan"]._queue_policies(policies | self.policy_id)
        return result

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        self.env["psa.sla.replan"]._queue_policies(policies.exists())
        return result

    def _is_retimed(self, vals):
        """Whether values move the moment of the step."""
        for name in TIMING_FIELDS:
            old = self._fields[name].convert_to_write(self[name], self)
            if name in vals and (vals[name] or False) != (old or False):
                return True
        return False

    # === DOING IT === #

    def _fire(self, clocks):
        """Do what the step does, for clocks that have reached it.

        :param clocks: `psa.sla.clock` in sudo, all about tickets or all about tasks
        :return: `{clock: what is to be said about it}`, such as nobody being there to tell
        :rtype: dict
        """
        self.ensure_one()
        tickets, tasks = clocks.ticket_id, clocks.task_id
        if self.team_id:
            self._move_tickets(tickets)
        if self.user_id:
            tickets.filtered(lambda ticket: ticket.user_id != self.user_id).write(
                {"user_id": self.user_id.id}
            )
            tasks.write({"user_ids": [(4, self.user_id.id)]})
        if self.priority:
            for subjects in (tickets, tasks):
                subjects.filtered(
                    lambda subject: (subject.priority or "0") < self.priority
                ).write({"priority": self.priority})
        for subject in (*tickets, *tasks):
            self._run_action(subject)
        return self._notify(clocks)

    def _move_tickets(self, tickets):
        """Hand tickets to the step's team, which may give them to a member."""
        moving = tickets.filtered(lambda ticket: ticket.team_id != self.team_id)
        moving.write({"team_id": self.team_id.id, "user_id": False})
        if not self.user_id:
            moving._assign_automatically()

    def _run_action(self, subject):
        action = self.sudo().action_server_id  # administrators chose it
        if action:
            action.with_context(
                active_model=subject._name,
                active_id=subject.id,
                active_ids=subject.ids,
            ).run()

    def _notify(self, clocks):
        """Tell people of clocks, each of them in one message."""
        audience = {}
        notes = {}
        if not self._describe_people():
            return notes
        for clock in clocks:
            users = self._get_users(clock)
            if not users:
                notes[clock] = self.env._("There was nobody to tell.")
            for user in users:
                audience[user] = audience.get(user, clocks.browse()) | clock
        for user, user_clocks in audience.items():
            user_clocks = user_clocks._filter_readable(user)
            if not user_clocks:
                continue
            if self.notify_by == "activity":
                user_clocks._plan_activities(user)
            else:
                user_clocks._notify_user(user, self.notify_by)
        return notes

    def _get_users(self, clock):
        """Return whom the step tells of a clock."""
        users = self.notify_user_ids
        leader = clock._get_escalation_leader()
        if self.notify_agent:
            users |= clock._get_escalation_agents() or leader
        if self.notify_leader:
            users |= leader
        if self.notify_followers:
            subject = clock.ticket_id or clock.task_id
            users |= subject.message_partner_ids.user_ids
        return users.filtered(lambda user: user.active and not user.share)
