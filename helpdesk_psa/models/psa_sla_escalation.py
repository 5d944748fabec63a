from odoo import fields, models

from ..const import PRIORITIES, SLA_METRICS


class PsaSlaEscalation(models.Model):
    """What happens by itself when a clock comes near its due time, or passes it."""

    _name = "psa.sla.escalation"
    _description = "SLA Escalation"
    _order = "policy_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    policy_id = fields.Many2one(
        "psa.sla.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    metric = fields.Selection(SLA_METRICS, help="Empty: every clock of the policy.")
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
        string="Used (%)", default=75, help="Share of the promised time."
    )
    delay_minutes = fields.Integer(
        string="Minutes", default=30, help="Minutes before or after the due time."
    )
    is_in_service_hours = fields.Boolean(
        string="Only in service hours",
        default=True,
        help="Minutes are counted, and mails sent, in the clock's service hours only.",
    )

    # What happens
    notify_agent = fields.Boolean(string="Tell the agent", default=True)
    notify_leader = fields.Boolean(string="Tell the team leader")
    notify_user_ids = fields.Many2many(
        "res.users",
        string="Also tell",
        domain="[('share', '=', False)]",
    )
    user_id = fields.Many2one(
        "res.users", string="Assign to", domain="[('share', '=', False)]"
    )
    priority = fields.Selection(
        PRIORITIES, string="Raise priority to", help="A higher priority stays."
    )
    team_id = fields.Many2one("psa.team", string="Move to team", check_company=True)
    action_server_id = fields.Many2one(
        "ir.actions.server", string="Run action", ondelete="restrict"
    )
