from odoo import api, fields, models


class PsaSlaEscalationLog(models.Model):
    """A step that has happened to a clock: the proof that it does not happen again."""

    _name = "psa.sla.escalation.log"
    _description = "SLA Escalation Done"
    _order = "fired_at, id"

    clock_id = fields.Many2one(
        "psa.sla.clock", required=True, index=True, ondelete="cascade", readonly=True
    )
    ticket_id = fields.Many2one(related="clock_id.ticket_id")
    task_id = fields.Many2one(related="clock_id.task_id")
    metric = fields.Selection(related="clock_id.metric")
    escalation_id = fields.Many2one(
        "psa.sla.escalation",
        string="Step as it is now",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    sentences = fields.Json(
        readonly=True, help="The step as it was then, in each language."
    )
    sentence = fields.Char(string="Step", compute="_compute_sentence")
    planned_at = fields.Datetime(
        string="Planned", required=True, readonly=True, help="When it was to happen."
    )
    fired_at = fields.Datetime(string="Done", required=True, readonly=True)
    error = fields.Char(
        string="Problem",
        readonly=True,
        help="Why the step could not be done, or not wholly.",
    )

    _once_uniq = models.UniqueIndex(
        "(clock_id, escalation_id)", "This step has been done for this clock already."
    )

    @api.depends("sentences")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for log in self:
            sentences = log.sentences or {}
            log.sentence = sentences.get(
                self.env.lang, next(iter(sentences.values()), False)
            )

    @api.depends("sentence", "error")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for log in self:
            log.display_name = log.sentence
            if log.error:
                log.display_name = self.env._(
                    "%(step)s (problem: %(error)s)", step=log.sentence, error=log.error
                )
