from datetime import timedelta

from odoo import fields, models

from ...tools.sla_clock import explain
from .psa_sla_mixin import to_terms, trace_all

# How far ahead a screen knows when the service hours open and close; a page left open
# for longer takes them for closed until it is loaded again.
LOOK_AHEAD = timedelta(days=4)


class PsaSlaTimelineMixin(models.AbstractModel):
    """Shows a clock: what is left of it, and where its time went."""

    _name = "psa.sla.timeline.mixin"
    _description = "Readable SLA Clock"

    def get_timeline(self):
        """Return what the clock did until now, without gaps, for whoever may read it.

        The seconds of the running intervals add up to the elapsed ones.

        :return: dict of title, state, seconds and ``intervals``; each of them has a
            phase (`running`, `closed`, `paused`, `stopped`), a label, start and stop in
            UTC, and the seconds of service hours it used
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        now = fields.Datetime.now()
        # sudo: who may read the clock may know what it was measured by
        clock = self.sudo()
        intervals = explain(clock._get_cycle(), clock._get_terms(), now)
        return {
            **self._get_face(now),
            "subject": self._get_subject().display_name,
            "intervals": [
                {
                    "phase": interval.phase,
                    "label": self._get_interval_label(interval),
                    "start": fields.Datetime.to_string(interval.start),
                    "stop": fields.Datetime.to_string(interval.stop),
                    "seconds": interval.seconds,
                }
                for interval in intervals
            ],
        }

    def _get_face(self, now):
        """Return what a screen needs to draw the clock and let it run.

        ``open`` are the next service hours, as pairs of moments in UTC, as far as
        `LOOK_AHEAD`: the time left follows from them.

        :param datetime now: the moment for which it is true
        """
        self.ensure_one()
        is_running = self.state == "running"
        time = self.calendar_id.sudo()._psa_working_time(self.company_id)
        used = self.elapsed_seconds
        if is_running:
            used += time.between(self.elapsed_at, now)
        horizon = now + LOOK_AHEAD
        labels = dict(self._fields["metric"]._description_selection(self.env))
        return {
            "id": self.id,
            "metric": self.metric,
            "label": labels[self.metric],
            "kind": self.kind,
            "policy": self.sudo().policy_id.name,
            "hours": self.sudo().calendar_id.name or self.env._("24/7"),
            "state": self.state,
            "cycle": self.cycle,
            "started_at": fields.Datetime.to_string(self.started_at),
            "due_at": fields.Datetime.to_string(self.due_at) or False,
            "stopped_at": fields.Datetime.to_string(self.stopped_at) or False,
            "warning_at": fields.Datetime.to_string(self.warning_at) or False,
            "target_seconds": self.target_seconds,
            "extension_seconds": self.extension_seconds,
            "used_seconds": used,
            "paused_seconds": self.paused_seconds,
            "reason": self.sudo().breach_reason_id.name or False,
            "open": [
                [fields.Datetime.to_string(start), fields.Datetime.to_string(stop)]
                for start, stop in (time.intervals(now, horizon) if is_running else ())
            ],
        }

    def _get_subject(self):
        """Return the ticket or the task."""
        self.ensure_one()
        return self.ticket_id or self.task_id

    def _get_cycle(self):
        """Return the cycle of the history that the clock measures."""
        subject = self._get_subject()
        moments = subject._get_histories()[subject.id].moments
        for number, _team_id, cycle in trace_all(self.kind, self.metric, moments):
            if number == self.cycle:
                return cycle
        return None

    def _get_terms(self):
        return to_terms(self._get_subject(), self.terms)

    def _get_interval_label(self, interval):
        """Return in words what a clock did in an interval, and why."""
        if interval.phase == "running":
            return self.env._("Running")
        if interval.phase == "closed":
            if interval.reason is None:
                return self.env._("Closed")
            return interval.reason or self.env._("Holiday")
        # sudo: the status of a record that one may read
        stage = self._get_status_model().sudo().browse(interval.reason or ())
        return stage.exists().display_name or self.env._("On hold")

    def _get_status_model(self):
        """Return the model of the statuses that pause the clock."""
        return self._get_subject().stage_id.browse()
