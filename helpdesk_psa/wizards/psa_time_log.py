from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.duration import (
    DAY_MINUTES,
    format_duration,
    hours_to_minutes,
    minutes_between,
)

# A task waits because of another one, never because somebody says so.
WAITING_STATE = "04_waiting_normal"
# States in which a visit may be ended.
OPEN_VISIT_STATES = ("to_plan", "planned", "on_the_way", "in_progress")


class PsaTimeLog(models.TransientModel):
    """One dialog to log time, by hand or of a timer, and to say where the work stands."""

    _name = "psa.time.log"
    _description = "Log Time"

    # What was worked on
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    record_name = fields.Char(string="Work", compute="_compute_record")
    company_id = fields.Many2one("res.company", compute="_compute_record")
    project_id = fields.Many2one("project.project", compute="_compute_record")
    project_reason = fields.Char(string="Why this project", compute="_compute_record")
    is_ticket = fields.Boolean(compute="_compute_record")
    can_move = fields.Boolean(
        compute="_compute_can_move", help="You may say where the work stands."
    )

    # The timer
    from_timer = fields.Boolean()
    timer_id = fields.Many2one("psa.timer", ondelete="set null")
    next_model = fields.Char()
    next_id = fields.Many2oneReference(model_field="next_model", string="Next record")
    next_is_work = fields.Boolean(help="Starting work also takes the ticket.")
    next_at = fields.Datetime()
    next_name = fields.Char(string="Next", compute="_compute_next_name")

    # The entry
    date = fields.Date(required=True, default=fields.Date.context_today)
    start = fields.Datetime(
        string="Start time", help="When the work began. Not needed, but kept if known."
    )
    stop = fields.Datetime(
        string="End time", help="When the work ended. Not needed, but kept if known."
    )
    hours = fields.Float(
        string="Duration",
        compute="_compute_hours",
        store=True,
        readonly=False,
        help="Hours and minutes, as 1:30. Kept to the minute, never rounded.",
    )
    name = fields.Char(string="Note")
    service_type_id = fields.Many2one(
        "psa.service.type",
        string="Service type",
        compute="_compute_service_type_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('company_id', 'in', [False, company_id])]",
    )
    billable = fields.Boolean(
        compute="_compute_billable",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Whether the customer may be charged for this time.",
    )
    warning = fields.Char(compute="_compute_warning")

    # Where the work stands
    allowed_stage_ids = fields.Many2many("psa.ticket.stage", compute="_compute_allowed")
    stage_id = fields.Many2one(
        "psa.ticket.stage",
        string="Status",
        compute="_compute_standing",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('id', 'in', allowed_stage_ids)]",
    )
    progress = fields.Integer(
        string="Done (%)",
        compute="_compute_standing",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Between 0 and 100.",
    )
    task_stage_id = fields.Many2one(
        "project.task.type",
        string="Stage",
        compute="_compute_standing",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('project_ids', '=', project_id)]",
    )
    task_state = fields.Selection(
        "_get_task_states",
        string="State of the task",
        compute="_compute_standing",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    is_visit_done = fields.Boolean(
        string="The visit is done",
        help="Ends the visit; what its checklist requires must be filled in.",
    )

    @api.model
    def _get_task_states(self):
        """Return the states that people give a task."""
        states = self.env["project.task"]._fields["state"]
        return [
            (state, label)
            for state, label in states._description_selection(self.env)
            if state != WAITING_STATE
        ]

    # === COMPUTES === #

    def _get_record(self):
        """Return what was worked on.

        :raise UserError: if no time is logged there or it is gone
        """
        self.ensure_one()
        if not self.env["psa.timer"]._is_timed_model(self.res_model):
            raise UserError(self.env._("No time is logged on records of this kind."))
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("What you worked on was deleted."))
        record.check_access("read")
        return record

    @api.depends("res_model", "res_id")
    def _compute_record(self):
        for dialog in self:
            record = dialog._get_record()
            dialog.record_name = record.display_name
            dialog.company_id = record._psa_get_company()
            dialog.is_ticket = record._name == "psa.ticket"
            dialog.project_id, dialog.project_reason = record._get_time_project()

    @api.depends("next_model", "next_id")
    def _compute_next_name(self):
        for dialog in self:
            record = dialog._get_next_record()
            dialog.next_name = record.display_name if record else False

    def _get_next_record(self):
        """Return the record that asked for the timer, if one did."""
        if not self.env["psa.timer"]._is_timed_model(self.next_model):
            return None
        return self.env[self.next_model].browse(self.next_id).exists()

    @api.depends("start", "stop")
    def _compute_hours(self):
        for dialog in self:
            start, stop = dialog.start, dialog.stop
            if start and stop and stop >= start:
                dialog.hours = minutes_between(start, stop) / 60

    @api.depends("res_model", "res_id")
    def _compute_service_type_id(self):
        for dialog in self:
            defaults = dialog._get_record()._get_time_defaults()
            dialog.service_type_id = defaults["psa_service_type_id"]

    @api.depends("service_type_id")
    def _compute_billable(self):
        for dialog in self:
            dialog.billable = dialog._get_record()._is_time_billable(
                dialog.service_type_id
            )

    @api.depends("res_model", "res_id")
    def _compute_allowed(self):
        for dialog in self:
            record = dialog._get_record()
            dialog.allowed_stage_ids = dialog.is_ticket and record.allowed_stage_ids

    @api.depends("res_model", "res_id")
    def _compute_can_move(self):
        for dialog in self:
            record = dialog._get_record()
            is_open = (
                record._name != "psa.intervention" or record.state in OPEN_VISIT_STATES
            )
            dialog.can_move = is_open and record.has_access("write")

    @api.depends("res_model", "res_id")
    def _compute_standing(self):
        for dialog in self:
            record = dialog._get_record()
            is_task = record._name == "project.task"
            dialog.stage_id = dialog.is_ticket and record.stage_id
            dialog.progress = dialog.is_ticket and record.progress
            dialog.task_stage_id = is_task and record.stage_id
            dialog.task_state = (
                is_task and record.state != WAITING_STATE and record.state
            )

    @api.depends("hours", "start", "stop", "from_timer", "company_id")
    def _compute_warning(self):
        for dialog in self:
            minutes = hours_to_minutes(dialog.hours)
            if dialog.start and dialog.stop and dialog.stop < dialog.start:
                dialog.warning = self.env._("The work stops before it starts.")
            elif minutes > DAY_MINUTES:
                dialog.warning = self.env._(
                    "%(duration)s is more than a day. Was the timer forgotten? Type how "
                    "long you really worked.",
                    duration=format_duration(minutes),
                )
            elif dialog.from_timer and not minutes:
                dialog.warning = self.env._(
                    "The timer ran for less than a minute. Type a duration, or discard "
                    "the timer."
                )
            else:
                dialog.warning = self.env["account.analytic.line"]._psa_word_overlap(
                    self.env.user._psa_get_employee(dialog.company_id, refuse=False),
                    dialog.start,
                    dialog.stop,
                    self.env["account.analytic.line"],
                )

    # === ACTIONS === #

    def action_save(self):
        """Make the entry, end the timer, move the work on, start the next timer."""
        self.ensure_one()
        record = self._get_record()
        timer_sudo = self._claim_timer()
        self.env["account.analytic.line"].create(self._prepare_entry_values(record))
        if timer_sudo:
            timer_sudo.unlink()
        if self.can_move:
            self._move_on(record)
        return self._start_next() or {"type": "ir.actions.act_window_close"}

    def action_discard(self):
        """End the timer without an entry."""
        self.ensure_one()
        self._claim_timer().unlink()
        return self._start_next() or {"type": "ir.actions.act_window_close"}

    def _claim_timer(self):
        """Return the timer, locked, so that it makes one entry however often it is stopped.

        :raise UserError: if another window has stopped it
        """
        # sudo: a timer is ended by stopping it; the search finds only one's own
        timers_sudo = self.env["psa.timer"].sudo()
        if not self.from_timer:
            return timers_sudo
        timer_sudo = timers_sudo.search(
            [("id", "=", self.timer_id.id), ("user_id", "=", self.env.uid)]
        ).try_lock_for_update()
        if not timer_sudo:
            raise UserError(
                self.env._(
                    "This timer was already stopped in another window. Its entry, if "
                    "there is one, stands; nothing was logged twice."
                )
            )
        return timer_sudo

    def _prepare_entry_values(self, record):
        """Return the values of the time entry."""
        return {
            "company_id": self.company_id.id,
            "project_id": self.project_id.id,
            **record._psa_prepare_entry_values(),
            "employee_id": self.env.user._psa_get_employee(self.company_id).id,
            "date": self.date,
            "psa_start": self.start,
            "psa_stop": self.stop,
            "psa_minutes": hours_to_minutes(self.hours),
            "name": self.name,
            "psa_service_type_id": self.service_type_id.id,
            "psa_billable": self.billable,
        }

    def _move_on(self, record):
        """Write where the work stands, as far as that was changed."""
        values = self._get_standing_fields().get(record._name, {})
        changes = {
            name: value
            for name, value in values.items()
            if value is not False and value != record[name]
        }
        if changes:
            record.write(record._convert_to_write(changes))
        if record._name == "psa.intervention" and self.is_visit_done:
            record.action_done()

    def _get_standing_fields(self):
        """Return ``{model: {field of the record: what the dialog says}}``."""
        return {
            "psa.ticket": {
                "stage_id": self.stage_id or False,
                "progress": self.progress,
            },
            "project.task": {
                "stage_id": self.task_stage_id or False,
                "state": self.task_state,
            },
        }

    def _start_next(self):
        """Start the timer that waited for this one to end.

        :return: an action if the next start needs one
        """
        record = self._get_next_record()
        if not record:
            return
        if self.next_is_work:
            record._start_work()
        record._psa_check_can_log()
        self.env["psa.timer"]._start(record, at=self.next_at)
        return
