from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime, format_duration

from ..const import CHANNELS, EVENT_KINDS, PRIORITIES, SLA_METRICS, SLA_MODES

# Events that tell of a field: what `old` and `new` point to.
MODEL_OF_KIND = {
    "stage": "psa.ticket.stage",
    "severity": "psa.severity",
    "type": "psa.ticket.type",
    "category": "psa.ticket.category",
    "team": "psa.team",
    "escalation": "psa.team",
    "assign": "res.users",
    "customer": "res.partner",
    "link": "psa.ticket",
    "notice": "mail.template",
    "clock": "psa.ticket.stage",
    "sla_step": "psa.sla.escalation.log",
}


class PsaEvent(models.Model):
    """Something that happened to a ticket or a task.

    Events are the history that users read and the only input of the clocks. They are
    written once and never changed; they go only with their ticket or task.
    """

    _name = "psa.event"
    _description = "Ticket Event"
    _order = "at desc, id desc"
    _rec_name = "summary"

    ticket_id = fields.Many2one(
        "psa.ticket", index=True, ondelete="cascade", readonly=True
    )
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="cascade", readonly=True
    )
    at = fields.Datetime(
        string="When", required=True, readonly=True, default=fields.Datetime.now
    )
    kind = fields.Selection(EVENT_KINDS, string="What", required=True, readonly=True)
    old = fields.Char(
        string="Before",
        readonly=True,
        help="Value before: a record's id, a priority, or nothing.",
    )
    new = fields.Char(
        string="After",
        readonly=True,
        help="Value after: a record's id, a priority, a channel, or nothing.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who",
        readonly=True,
        help="Empty when nobody was logged in: an e-mail, the scheduler.",
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sla_clock = fields.Selection(
        SLA_MODES,
        string="Clock",
        readonly=True,
        help="What the status told the clocks to do from then on.",
    )
    note = fields.Char(string="Reason", readonly=True)
    old_label = fields.Char(compute="_compute_labels", string="From")
    new_label = fields.Char(compute="_compute_labels", string="To")
    summary = fields.Char(compute="_compute_summary", string="What happened")
    company_id = fields.Many2one(related="ticket_id.company_id")
    customer_id = fields.Many2one(related="ticket_id.customer_id")

    _at_idx = models.Index("(at DESC, id DESC)")
    _one_subject = models.Constraint(
        "CHECK (num_nonnulls(ticket_id, task_id) = 1)",
        "An event belongs to one ticket or one task.",
    )

    @api.depends("kind", "old", "new")
    @api.depends_context("lang")
    def _compute_labels(self):
        for kind, events in self.grouped("kind").items():
            label = events._get_labels(kind)
            for event in events:
                event.old_label = label.get(event.old, event.old)
                event.new_label = label.get(event.new, event.new)

    def _get_labels(self, kind):
        """Return ``{stored value: words}`` for the old and new values of one kind."""
        if kind == "priority":
            return dict(self._selection_labels("psa.ticket", "priority") or PRIORITIES)
        if kind == "created":
            return dict(self._selection_labels("psa.ticket", "channel") or CHANNELS)
        if kind not in MODEL_OF_KIND:
            return {}
        ids = {
            int(value)
            for event in self
            for value in (event.old, event.new)
            if value and value.isdigit()
        }
        # sudo: who may read the ticket may read the names in its history
        records = self.env[MODEL_OF_KIND[kind]].sudo().browse(ids).exists()
        labels = {str(record.id): record.display_name for record in records}
        if kind == "stage" and self.task_id:
            labels |= self._selection_labels("project.task", "state")
        return labels

    @api.model
    def _selection_labels(self, model, field):
        """Return the ``(value, label)`` pairs of a selection, in the reader's language."""
        return self.env[model]._fields[field]._description_selection(self.env)

    @api.depends("kind", "old_label", "new_label", "user_id", "message_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for event in self:
            event.summary = event._describe()

    def _describe(self):
        """Return the event in words, in the reader's language.

        Override to word a kind of event that an add-on brings.
        """
        self.ensure_one()
        describe = getattr(self, f"_describe_{self.kind}", None)
        if describe:
            return describe()
        field = dict(self._selection_labels("psa.event", "kind"))[self.kind]
        if not self.old:
            return self.env._("%(field)s: %(new)s", field=field, new=self.new_label)
        return self.env._(
            "%(field)s: %(old)s → %(new)s",
            field=field,
            old=self.old_label,
            new=self.new_label or self.env._("none"),
        )

    def _describe_created(self):
        if not self.new:
            return self.env._("Created")
        return self.env._("Created (%(channel)s)", channel=self.new_label)

    def _describe_read(self):
        hours = int(self.new or 0) / 3600
        return self.env._(
            "Read, %(delay)s h after it arrived", delay=format_duration(hours)
        )

    def _describe_assign(self):
        if not self.new:
            return self.env._("Taken back from %(agent)s", agent=self.old_label)
        return self.env._("Assigned to %(agent)s", agent=self.new_label)

    def _describe_agent_reply(self):
        return self.env._("Agent replied to the customer")

    def _describe_customer_message(self):
        author = self.message_id.sudo().author_id.display_name
        author = author or self.message_id.sudo().email_from
        if not author:
            return self.env._("Customer wrote")
        return self.env._("%(author)s wrote", author=author)

    def _describe_escalation(self):
        return self.env._("Escalated to %(team)s", team=self.new_label)

    def _describe_notice(self):
        return self.env._("Notice sent to the customer: %(name)s", name=self.new_label)

    def _describe_link(self):
        return self.env._("Linked to %(ticket)s", ticket=self.new_label)

    def _describe_extension(self):
        metric = (self.old or "").split(":")[1:2]
        labels = dict(self._selection_labels("psa.sla.clock", "metric") or SLA_METRICS)
        return self.env._(
            "%(metric)s extended by %(hours)s h: %(reason)s",
            metric=labels.get(*metric, ""),
            hours=format_duration(int(self.new or 0) / 3600),
            reason=self.note or "",
        )

    def _describe_clock(self):
        modes = dict(self._selection_labels("psa.event", "sla_clock"))
        return self.env._(
            "The clock in the status %(status)s is set to: %(mode)s",
            status=self.new_label,
            mode=modes.get(self.sla_clock, ""),
        )

    def _describe_requested(self):
        return self.env._(
            "Moment of the request moved: %(old)s → %(new)s",
            old=self._format_moment(self.old),
            new=self._format_moment(self.new),
        )

    def _format_moment(self, value):
        return format_datetime(self.env, fields.Datetime.to_datetime(value))

    def _describe_sla_step(self):
        return self.env._("SLA: %(step)s", step=self.new_label)

    def _describe_breach(self):
        kind, metric = self.new.split(":")
        labels = dict(self._selection_labels("psa.sla.clock", "metric"))
        if kind == "ola":
            return self.env._(
                "SLA: the team missed its due time (%(metric)s)", metric=labels[metric]
            )
        return self.env._("SLA: due time missed (%(metric)s)", metric=labels[metric])

    def action_open_ticket(self):
        """Open the ticket or the task that the event tells of."""
        self.ensure_one()
        return (self.ticket_id or self.task_id).get_formview_action()

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: an event is written once."""
        raise UserError(
            self.env._("History cannot be changed: what happened has happened.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_alone(self):
        """Events go with their ticket, in the database; nobody deletes them alone."""
        raise UserError(self.env._("History cannot be deleted."))
