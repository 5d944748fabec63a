from odoo import api, fields, models
from odoo.exceptions import AccessError


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

    @api.model
    def _start(self, record):
        """Start the user's timer on a record he may read.

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
                }
            )
            .sudo(self.env.su)
        )
