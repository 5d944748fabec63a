from odoo import fields, models

from ..const import PRIORITIES, SLA_KINDS


class PsaSlaPolicy(models.Model):
    """Promises about time, and which tickets they are made for."""

    _name = "psa.sla.policy"
    _description = "SLA Policy"
    _order = "sequence, id"
    _check_company_auto = True

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
        "res.company", index=True, help="Leave empty to use it in every company."
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
    clock_ids = fields.One2many("psa.sla.clock", "policy_id", string="Clocks")

    _warning_percent_range = models.Constraint(
        "CHECK (warning_percent BETWEEN 1 AND 100)",
        "The share after which a ticket is at risk is between 1 and 100 %.",
    )
