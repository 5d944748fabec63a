from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class PsaTimer(models.Model):
    """The clock that runs while somebody works on one thing. Each user has one at most."""

    _name = "psa.timer"
    _description = "Timer"
    _order = "started_at desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    res_model = fields.Char(string="Kind of record", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record", required=True, readonly=True
    )
    record_name = fields.Char(string="Work", compute="_compute_record_name")
    started_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    elapsed_hours = fields.Float(
        string="Elapsed",
        compute="_compute_elapsed_hours",
        help="Hours since the start.",
    )

    _user_uniq = models.UniqueIndex(
        "(user_id)", "Your timer is already running on something else."
    )
    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record_name(self):
        for timer in self:
            record = timer._get_record()
            timer.record_name = (
                record.display_name
                if record and record.has_access("read")
                else self.env._("Something you may not see")
            )

    @api.depends("started_at")
    def _compute_elapsed_hours(self):
        now = fields.Datetime.now()
        for timer in self:
            timer.elapsed_hours = (now - timer.started_at).total_seconds() / 3600

    @api.model
    def _is_timed_model(self, model):
        """Whether a timer may run on a model: those that inherit `psa.timed.mixin`."""
        registry = self.env.registry
        return (
            model in registry
            and issubclass(registry[model], registry["psa.timed.mixin"])
            and not registry[model]._abstract
        )

    def _get_record(self):
        """Return what the timer runs on, empty if it is gone."""
        self.ensure_one()
        if not self._is_timed_model(self.res_model):
            return self.browse()
        return self.env[self.res_model].browse(self.res_id).exists()

    @api.model
    def _get_mine(self):
        """Return the running timer of the user, or an empty recordset."""
        return self.search([("user_id", "=", self.env.uid)], limit=1)

    # === WHAT THE TOP BAR CALLS === #

    @api.model
    def get_current(self):
        """Return the user's running timer for the top bar, or False.

        :return: dict of id, res_model, res_id, name and elapsed_seconds
        """
        timer = self._get_mine()
        if not timer:
            return False
        elapsed = fields.Datetime.now() - timer.started_at
        return {
            "id": timer.id,
            "res_model": timer.res_model,
            "res_id": timer.res_id,
            "name": timer.record_name,
            # Seconds, not a moment: the clock of the browser may be wrong.
            "elapsed_seconds": max(int(elapsed.total_seconds()), 0),
        }

    @api.model
    def action_stop(self):
        """Open the dialog of the user's timer."""
        return self._get_running()._open_dialog()

    @api.model
    def action_discard(self):
        """End the user's timer without an entry."""
        # sudo: timers are ended by stopping or discarding only
        self._get_running().sudo().unlink()
        return True

    @api.model
    def action_open_record(self):
        """Open what the user's timer runs on."""
        timer = self._get_running()
        return {
            "type": "ir.actions.act_window",
            "res_model": timer.res_model,
            "res_id": timer.res_id,
            "views": [(False, "form")],
        }

    @api.model
    def _get_running(self):
        """Return the user's timer.

        :raise UserError: if none runs
        """
        timer = self._get_mine()
        if not timer:
            raise UserError(
                self.env._("No timer runs. It was stopped in another window.")
            )
        return timer

    def _open_dialog(self, next_record=None, *, next_is_work=False):
        """Return the dialog that stops the timer, prefilled with what it measured.

        A timer whose record is gone ends at once.

        :param next_record: record on which a timer starts when this one has ended
        :param bool next_is_work: whether the next start also takes the ticket
        """
        self.ensure_one()
        record = self._get_record()
        if not record:
            self.sudo().unlink()  # sudo: it measures nothing any more
            raise UserError(
                self.env._("What you worked on was deleted, and your timer with it.")
            )
        now = fields.Datetime.now()
        context = {
            "default_res_model": self.res_model,
            "default_res_id": self.res_id,
            "default_from_timer": True,
            "default_timer_id": self.id,
            "default_start": fields.Datetime.to_string(self.started_at),
            "default_stop": fields.Datetime.to_string(max(now, self.started_at)),
            "default_date": fields.Date.to_string(self._get_day()),
            "dialog_size": "medium",
        }
        if next_record:
            context |= {
                "default_next_model": next_record._name,
                "default_next_id": next_record.id,
                "default_next_is_work": next_is_work,
                "default_next_at": fields.Datetime.to_string(now),
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Stop the timer of %(record)s", record=record.display_name
            ),
            "res_model": "psa.time.log",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def _get_day(self):
        """Return the day on which the timer started, where the user is.

        Work over midnight stays one entry of that day.
        """
        self.ensure_one()
        return fields.Datetime.context_timestamp(self, self.started_at).date()

    # === START AND END === #

    @api.model
    def _start(self, record, at=None):
        """Start the user's timer on a record he may read.

        :param datetime at: naive UTC; now if not given
        :raise AccessError: if the user may not see the record or logs no time
        """
        if not self._is_timed_model(record._name):
            raise AccessError(self.env._("No timer runs on records of this kind."))
        record.ensure_one().check_access("read")
        # sudo: timers are made by starting and ended by stopping, never edited
        return (
            self.sudo()
            .create(
                {
                    "user_id": self.env.uid,
                    "res_model": record._name,
                    "res_id": record.id,
                    "started_at": at or fields.Datetime.now(),
                }
            )
            .sudo(self.env.su)
        )

    @api.model_create_multi
    def create(self, vals_list):
        timers = super().create(vals_list)
        timers._announce()
        return timers

    def unlink(self):
        self._announce()
        return super().unlink()

    def _announce(self):
        """Make the top bars of all windows of the users look at the timer again."""
        for timer in self:
            timer.user_id._bus_send("psa.timer/changed", {})
