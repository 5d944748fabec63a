from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.translate import LazyTranslate

from ..const import PRIORITIES, SLA_KINDS
from ..tools.sla_policy import Promise, Rule

_lt = LazyTranslate(__name__)

# Models that policies are about.
SUBJECTS = {"ticket": "psa.ticket", "task": "project.task"}
# Tickets whose clocks are brought in line at a time.
BATCH_SIZE = 200

# Conditions that name records: {condition: field}.
CONDITION_FIELDS = {
    "type": "type_ids",
    "team": "team_ids",
    "customer": "customer_ids",
    "group": "customer_group_ids",
    "site": "site_ids",
    "tag": "tag_ids",
    "equipment": "equipment_category_ids",
    "project": "project_ids",
}

# Why a policy does not count, by what `Rule.find_obstacle` says.
OBSTACLES = {
    None: _lt("“%(policy)s” is the first that fits."),
    "company": _lt("“%(policy)s” is another company's."),
    "enforced": _lt("“%(policy)s” came into force after the request."),
    "priority": _lt("“%(policy)s” is for other priorities."),
    "vip": _lt("“%(policy)s” is for VIPs only."),
    "type": _lt("“%(policy)s” is for other types."),
    "team": _lt("“%(policy)s” is for other teams."),
    "customer": _lt("“%(policy)s” is for other customers."),
    "group": _lt("“%(policy)s” is for other customer groups."),
    "site": _lt("“%(policy)s” is for other sites."),
    "tag": _lt("“%(policy)s” is for other tags."),
    "equipment": _lt("“%(policy)s” is for other equipment."),
    "project": _lt("“%(policy)s” is for other projects."),
}
OTHER_OBSTACLE = _lt("“%(policy)s” is for other cases.")


class PsaSlaPolicy(models.Model):
    """Promises about time, and which tickets they are made for."""

    _name = "psa.sla.policy"
    _description = "SLA Policy"
    _inherit = ["psa.remembered.mixin"]
    _order = "sequence, id"
    _check_company_auto = True
    _psa_remembered_fields = (
        "active",
        "sequence",
        "kind",
        "apply_to",
        "company_id",
        "calendar_id",
        "warning_percent",
        "enforced_from_at",
        "min_priority",
        "max_priority",
        "is_vip",
        "target_ids",
        *CONDITION_FIELDS.values(),
    )

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="The first policy in this order that matches a ticket is its own.",
    )
    kind = fields.Selection(
        SLA_KINDS,
        string="Promised to",
        required=True,
        default="sla",
        help="An internal promise (OLA) binds a team while it has the ticket, beside "
        "the promise to the customer.",
    )
    apply_to = fields.Selection(
        [("ticket", "Tickets"), ("task", "Tasks")], required=True, default="ticket"
    )
    description = fields.Text(
        translate=True, help="What agents should know about these promises."
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Leave empty to use it in every company.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service hours",
        check_company=True,
        ondelete="restrict",
        help="The clocks run in these hours only, unless a target says otherwise. "
        "Empty: day and night, every day.",
    )
    warning_percent = fields.Integer(
        string="At risk after (%)",
        default=75,
        help="Share of the promised time after which a ticket is shown as at risk.",
    )
    enforced_from_at = fields.Datetime(
        string="In force from",
        default=fields.Datetime.now,
        help="Requests made before this moment have no clocks of this policy.",
    )

    # Conditions: all that are filled in must match
    type_ids = fields.Many2many("psa.ticket.type", string="Types", check_company=True)
    team_ids = fields.Many2many("psa.team", string="Teams", check_company=True)
    customer_ids = fields.Many2many(
        "res.partner",
        "psa_sla_policy_customer_rel",
        "policy_id",
        "partner_id",
        string="Customers",
        domain="[('psa_is_customer', '=', True)]",
    )
    customer_group_ids = fields.Many2many(
        "psa.customer.group",
        string="Customer groups",
        help="Customers of these groups and of the groups below them.",
    )
    site_ids = fields.Many2many(
        "res.partner",
        "psa_sla_policy_site_rel",
        "policy_id",
        "partner_id",
        string="Sites",
        domain="[('type', '=', 'psa_site')]",
    )
    tag_ids = fields.Many2many(
        "psa.tag",
        string="Tags",
        check_company=True,
        help="Tickets that have at least one of these tags.",
    )
    equipment_category_ids = fields.Many2many(
        "psa.equipment.category",
        string="Equipment",
        check_company=True,
        help="Tickets about equipment of at least one of these categories.",
    )
    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        help="Tasks of these projects. Empty: of every project that uses SLA.",
    )
    min_priority = fields.Selection(PRIORITIES, string="Priority from")
    max_priority = fields.Selection(PRIORITIES, string="Priority up to")
    is_vip = fields.Boolean(
        string="VIP only",
        help="Tickets whose requester, site or customer is marked as VIP.",
    )

    target_ids = fields.One2many(
        "psa.sla.target", "policy_id", string="Targets", copy=True
    )
    escalation_ids = fields.One2many(
        "psa.sla.escalation", "policy_id", string="Escalations", copy=True
    )
    clock_count = fields.Integer(string="Clocks", compute="_compute_clock_count")

    # Where the scheduler is with applying the policy to open tickets
    is_applying = fields.Boolean(readonly=True, copy=False)
    apply_after_id = fields.Integer(readonly=True, copy=False)

    _warning_percent_range = models.Constraint(
        "CHECK (warning_percent BETWEEN 1 AND 100)",
        "The share after which a ticket is at risk is between 1 and 100 %.",
    )

    @api.constrains("calendar_id")
    def _check_open_hours(self):
        # sudo: whether there are open hours is all that is asked
        self.sudo().calendar_id._psa_check_open_hours()

    def _compute_clock_count(self):
        counts = dict(
            self.env["psa.sla.clock"]._read_group(
                [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.clock_count = counts.get(policy, 0)

    def action_open_clocks(self):
        """Open the clocks that ran under the policy."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_sla_clock_action"
        )
        return {
            **action,
            "display_name": self.name,
            "domain": [("policy_id", "=", self.id)],
            "context": {},
        }

    @api.constrains("min_priority", "max_priority")
    def _check_priorities(self):
        for policy in self:
            highest = policy.max_priority or "3"
            if (policy.min_priority or "0") > highest:
                raise ValidationError(
                    self.env._(
                        "No ticket can have a priority from “%(lowest)s” up to "
                        "“%(highest)s”: exchange the two.",
                        lowest=dict(PRIORITIES)[policy.min_priority],
                        highest=dict(PRIORITIES)[highest],
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        clock = (
            self.env["psa.sla.clock"]
            .sudo()
            .search([("policy_id", "in", self.ids)], limit=1)
        )
        if clock:
            raise UserError(
                self.env._(
                    "Clocks have run under “%(policy)s”, so it stays for the reports. "
                    "Archive it instead: it then counts for no new ticket.",
                    policy=clock.policy_id.name,
                )
            )

    # === OPEN TICKETS === #

    def action_apply(self):
        """Choose the policies of all open tickets and tasks again, in the background."""
        self.check_access("write")
        self.write({"is_applying": True, "apply_after_id": 0})
        # sudo: only administrators handle scheduled jobs
        cron = self.env.ref("helpdesk_psa.ir_cron_psa_sla_apply").sudo()
        cron._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Open tickets get the promises of today's policies within a few "
                    "minutes. The time they have used stays used."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _cron_apply(self):
        """Apply the policies to open tickets and tasks, a batch at a time."""
        progress = self.env["ir.cron"]._commit_progress
        pending = self.search([("is_applying", "=", True)])
        progress(remaining=len(pending))
        for subject, policies in pending.grouped("apply_to").items():
            model = self.env[SUBJECTS[subject]]
            domain = model._get_sla_open_domain()
            while records := model.search(
                domain & Domain("id", ">", min(policies.mapped("apply_after_id"))),
                order="id",
                limit=BATCH_SIZE,
            ):
                records._update_clocks(refresh=True)
                policies.apply_after_id = records[-1].id
                if not progress():
                    return
            policies.write({"is_applying": False, "apply_after_id": 0})
            progress(len(policies))

    # === WHICH POLICY COUNTS === #

    @api.model
    @tools.ormcache("subject")
    def _get_rules(self, subject):
        """Return the active policies in order, as every worker remembers them.

        :param str subject: ticket or task
        :rtype: tuple[Rule]
        """
        # sudo: whoever opens a ticket gets the promises of its company
        policies = self.sudo().search([("apply_to", "=", subject)])
        return tuple(policy._to_rule() for policy in policies.with_context(lang=None))

    def _to_rule(self):
        self.ensure_one()
        conditions = self._get_condition_fields()
        targets = {}
        for target in self.target_ids:
            targets.setdefault(target.metric, {})[target.priority] = Promise(
                self.id,
                target._get_seconds(),
                target._get_calendar().id,
                self.warning_percent,
            )
        return Rule(
            policy_id=self.id,
            kind=self.kind,
            company_id=self.company_id.id,
            enforced_from_at=self.enforced_from_at or None,
            min_priority=self.min_priority,
            max_priority=self.max_priority,
            is_vip=self.is_vip,
            conditions=tuple(
                (name, frozenset(self[field].ids))
                for name, field in conditions.items()
                if self[field]
            ),
            targets=targets,
        )

    @api.model
    def _get_condition_fields(self):
        """Return ``{condition: many2many field}``.

        Override to add a condition; its ids come from `_get_sla_condition` of the ticket.
        """
        return CONDITION_FIELDS

    @api.model
    @tools.ormcache("subject")
    def _has_any(self, subject):
        """Whether there may be clocks: archived policies keep theirs."""
        # sudo: remembered for everybody
        policies = self.sudo().with_context(active_test=False)
        return bool(policies.search([("apply_to", "=", subject)], limit=1))

    @api.model
    @tools.ormcache("subject")
    def _get_needs(self, subject):
        """Return the conditions that any policy asks about, `vip` among them."""
        rules = self._get_rules(subject)
        needs = {name for rule in rules for name, _ids in rule.conditions}
        return frozenset(needs | ({"vip"} if any(r.is_vip for r in rules) else set()))

    @api.model
    def _explain_choice(self, subject, facts, chosen_id, preferred_id=None):
        """Say in words why a policy counts, and why those before it do not.

        :param str subject: ticket or task
        :param Facts facts: what is known of it
        :param chosen_id: policy in force, if any
        :param preferred_id: policy agreed on by contract, if any
        :rtype: str
        """
        if preferred_id and preferred_id == chosen_id:
            name = self._get_sudo_name(preferred_id)
            return self.env._("“%(policy)s” was agreed on by contract.", policy=name)
        lines = []
        for rule in self._get_rules(subject):
            if rule.kind != "sla":
                continue
            obstacle = rule.find_obstacle(facts)
            lines.append(self._explain_rule(rule, obstacle))
            if not obstacle:
                break
        if chosen_id and not (lines and rule.policy_id == chosen_id):
            lines.append(
                self.env._(
                    "“%(policy)s” counts since the last time that the type, the "
                    "priority or the customer changed.",
                    policy=self._get_sudo_name(chosen_id),
                )
            )
        return "\n".join(lines)

    @api.model
    def _explain_rule(self, rule, obstacle):
        sentence = self.env._(OBSTACLES.get(obstacle, OTHER_OBSTACLE))
        return sentence % {"policy": self._get_sudo_name(rule.policy_id)}

    @api.model
    def _get_sudo_name(self, policy_id):
        # sudo: whoever sees the ticket may know what was promised
        return self.sudo().browse(policy_id).name
