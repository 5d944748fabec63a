from odoo import api, fields, models
from odoo.tools.misc import format_date, format_time


class PsaInterventionDayMixin(models.AbstractModel):
    """What a technician sees and presses on the phone, on the day of the visit."""

    _name = "psa.intervention.day.mixin"
    _description = "Technician's Day"

    planned_label = fields.Char(
        string="When",
        compute="_compute_planned_label",
        help="From when to when, in your time zone; with the day if that is not today.",
    )
    is_late = fields.Boolean(
        compute="_compute_is_late",
        help="The planned time is over and nobody has begun.",
    )
    is_mine = fields.Boolean(
        compute="_compute_is_mine", help="You are one of its technicians."
    )

    @api.depends("planned_start", "planned_end")
    @api.depends_context("tz", "lang")
    def _compute_planned_label(self):
        today = fields.Date.context_today(self)
        for intervention in self:
            start, end = intervention.planned_start, intervention.planned_end
            if not start:
                intervention.planned_label = False
                continue
            day = fields.Datetime.context_timestamp(intervention, start).date()
            times = " – ".join(
                format_time(self.env, moment, tz=self.env.tz.zone, time_format="short")
                for moment in (start, end)
            )
            intervention.planned_label = (
                times
                if day == today
                else f"{format_date(self.env, day, date_format='EEE d MMM')}, {times}"
            )

    @api.depends("planned_end", "state")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for intervention in self:
            intervention.is_late = bool(
                intervention.state in ("planned", "on_the_way")
                and intervention.planned_end
                and intervention.planned_end < now
            )

    @api.depends("technician_ids")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for intervention in self:
            intervention.is_mine = self.env.user in intervention.technician_ids

    # === ON THE ROAD, AT WORK === #

    def action_leave(self):
        """Set off: a technician's travel time starts to count."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "on_the_way":
            self.state = "on_the_way"
        return self._start_my_timer()

    def action_begin(self):
        """Begin the work on site: the travel is logged, the work starts to count."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "on_the_way":
            self._log_my_timer()
        if self.state != "in_progress":
            self.state = "in_progress"
        return self._start_my_timer()

    def action_stop(self):
        """Stop the clock: the dialog asks what was done."""
        self.ensure_one()
        return self.action_psa_stop_timer()

    def action_open_route(self):
        """Open the way to the site in the map application."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.route_url, "target": "new"}

    def action_call(self):
        """Call the contact on site."""
        self.ensure_one()
        number = "".join(self.contact_phone.split())
        return {"type": "ir.actions.act_url", "url": f"tel:{number}", "target": "self"}

    def _start_my_timer(self):
        """Start the timer of whoever is one of the technicians.

        :return: True, or the dialog of a timer that runs on something else
        """
        if not self.is_mine or self._has_my_timer():
            return True
        return self.action_psa_start_timer()

    def _has_my_timer(self):
        """Tell whether the user's timer runs here, now."""
        self.invalidate_recordset(["psa_is_timed"])
        return self.psa_is_timed

    def _log_my_timer(self):
        """Turn what the user's timer measured here into an entry, without a question.

        Less than a minute makes none.
        """
        if not self._has_my_timer():
            return
        dialog_action = self.action_psa_stop_timer()
        dialog = (
            self.env[dialog_action["res_model"]]
            .with_context(**dialog_action["context"])
            .create({})
        )
        if dialog.hours:
            dialog.name = dialog.service_type_id.name
            dialog.action_save()
        else:
            dialog.action_discard()
        self.invalidate_recordset(["psa_is_timed", "time_hours", "time_ids"])
