from odoo import api, fields, models

from ..const import OPEN_CATEGORIES, STAGE_CATEGORIES

# What the clocks do in a status unless the administrator says otherwise.
CLOCK_OF_CATEGORY = {
    "new": "run",
    "open": "run",
    "waiting": "pause",
    "resolved": "stop",
    "closed": "stop",
    "cancelled": "stop",
}


class PsaTicketStage(models.Model):
    """A step of a ticket's life, called "Status" on the screens."""

    _name = "psa.ticket.stage"
    _description = "Ticket Status"
    _inherit = ["psa.remembered.mixin"]  # types remember their statuses
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(
        translate=True,
        help="What an agent should know before using this status.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to offer it in every company."
    )
    category = fields.Selection(
        STAGE_CATEGORIES,
        required=True,
        default="open",
        help="What the status means for queues, reports and automatic steps:\n"
        "new and in progress need an agent, waiting needs the customer or a supplier,\n"
        "resolved may still be reopened, closed and cancelled are over.",
    )
    sla_clock = fields.Selection(
        [("run", "Runs"), ("pause", "Pauses"), ("stop", "Stops")],
        string="Clock",
        compute="_compute_sla_clock",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What the time promised to the customer does while a ticket is here.",
    )
    fold = fields.Boolean(
        string="Folded in kanban",
        help="Show the column closed, so that its cards are not loaded.",
    )
    type_ids = fields.Many2many(
        "psa.ticket.type",
        "psa_ticket_type_stage_rel",
        "stage_id",
        "type_id",
        string="Types",
        help="Ticket types that may use this status.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Notice to the customer",
        domain="[('model', '=', 'psa.ticket')]",
        help="Sent to the requester once, each time a ticket enters this status.",
    )

    @api.depends("category")
    def _compute_sla_clock(self):
        for stage in self:
            stage.sla_clock = CLOCK_OF_CATEGORY.get(stage.category, "run")

    def _get_sla_mode(self):
        """Return what clocks do in this status: run, pause, stop or cancel."""
        self.ensure_one()
        if self.sla_clock == "stop" and self.category == "cancelled":
            return "cancel"
        return self.sla_clock

    def _is_open(self):
        """Whether somebody still has to act on tickets in this status."""
        self.ensure_one()
        return self.category in OPEN_CATEGORIES

    def write(self, vals):
        """Override to let the clocks of tickets in these statuses follow a new rule."""
        if vals.keys().isdisjoint({"sla_clock", "category"}):
            return super().write(vals)
        before = {stage: stage._get_sla_mode() for stage in self}
        result = super().write(vals)
        changed = self.filtered(lambda stage: stage._get_sla_mode() != before[stage])
        changed._log_clock_rule()
        return result

    def _log_clock_rule(self):
        """Tell the histories of the measured tickets what the statuses do from now on."""
        # sudo: a rule counts for tickets that its author may not see, too
        tickets = self.env["psa.ticket"].sudo().with_context(active_test=False)
        measured = tickets.search(
            [("stage_id", "in", self.ids), ("sla_phase", "!=", False)]
        )
        measured._log_events(
            {"ticket_id": ticket.id, "kind": "clock", "new": str(ticket.stage_id.id)}
            for ticket in measured
        )
