from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import PRIORITIES, SLA_METRICS

# Whoever promises more than a year of service hours has mistyped.
MAX_HOURS = 9999


class PsaSlaTarget(models.Model):
    """How long one thing may take at one priority."""

    _name = "psa.sla.target"
    _description = "SLA Target"
    _inherit = ["psa.remembered.mixin"]
    _order = "policy_id, priority desc nulls last, metric, id"
    _check_company_auto = True

    policy_id = fields.Many2one(
        "psa.sla.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    priority = fields.Selection(
        PRIORITIES, help="Empty: every priority without a target of its own."
    )
    metric = fields.Selection(
        SLA_METRICS,
        required=True,
        default="first_response",
        help="Acknowledgement: until the ticket is given to a person or answered.\n"
        "First response: until the first public message of an agent.\n"
        "Next response: from each unanswered message of the customer to the answer.\n"
        "Resolution: until the ticket is resolved.\n"
        "The last two pause while a status pauses the clock.",
    )
    hours = fields.Float(
        string="Within",
        required=True,
        help="Hours of service in which it is promised.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service hours",
        check_company=True,
        ondelete="restrict",
        help="Empty: the service hours of the policy.",
    )
    is_always_open = fields.Boolean(
        string="24/7", help="This clock runs day and night, whatever the policy says."
    )

    _metric_uniq = models.UniqueIndex(
        "(policy_id, metric, COALESCE(priority, ''))",
        "A policy has one target for each priority and metric.",
    )

    @api.constrains("calendar_id")
    def _check_open_hours(self):
        # sudo: whether there are open hours is all that is asked
        self.sudo().calendar_id._psa_check_open_hours()

    @api.depends("metric", "hours")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["metric"]._description_selection(self.env))
        for target in self:
            target.display_name = labels.get(target.metric)

    @api.constrains("hours")
    def _check_hours(self):
        for target in self:
            if not 0 < target._get_seconds() <= MAX_HOURS * 3600:
                raise ValidationError(
                    self.env._(
                        "A target lies between a second and %(hours)s hours.",
                        hours=MAX_HOURS,
                    )
                )

    def _get_seconds(self):
        self.ensure_one()
        return round(self.hours * 3600)

    def _get_calendar(self):
        """Return the service hours in which the target counts; empty: day and night."""
        self.ensure_one()
        if self.is_always_open:
            return self.calendar_id.browse()
        return self.calendar_id or self.policy_id.calendar_id
