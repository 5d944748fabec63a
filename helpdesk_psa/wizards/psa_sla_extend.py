from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..const import LIVE_SLA_STATES


class PsaSlaExtend(models.TransientModel):
    """Gives a promise more time, for a reason that stays in the history."""

    _name = "psa.sla.extend"
    _description = "Extend an SLA"

    ticket_id = fields.Many2one("psa.ticket", required=True, ondelete="cascade")
    clock_id = fields.Many2one(
        "psa.sla.clock",
        string="Promise",
        required=True,
        compute="_compute_clock_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        ondelete="cascade",
        domain="[('ticket_id', '=', ticket_id), ('state', 'in', ('running', 'paused'))]",
    )
    hours = fields.Float(
        string="More time", default=1.0, help="Service hours added to the promise."
    )
    reason = fields.Char(help="Everybody who reads the history of the ticket sees it.")
    due_at = fields.Datetime(
        related="clock_id.due_at", related_sudo=False, string="Due until now"
    )
    new_due_at = fields.Datetime(string="Then due", compute="_compute_new_due_at")

    @api.depends("ticket_id")
    def _compute_clock_id(self):
        """Propose the promise that is due next."""
        for wizard in self:
            live = wizard.ticket_id.sla_clock_ids.filtered(
                lambda clock: clock.state in LIVE_SLA_STATES
            )
            mine = live.filtered(lambda clock: clock.kind == "sla") or live
            wizard.clock_id = mine.sorted(
                lambda clock: (not clock.due_at, clock.due_at, clock.id)
            )[:1]

    @api.depends("clock_id", "hours")
    def _compute_new_due_at(self):
        cycles = self.clock_id._get_cycles()
        for wizard in self:
            cycle, terms = cycles.get(wizard.clock_id, (None, None))
            seconds = wizard.clock_id.target_seconds + wizard._get_seconds()
            wizard.new_due_at = cycle and cycle.reach(seconds, terms)

    def _get_seconds(self):
        return round(self.hours * 3600)

    def action_extend(self):
        """Write the extension into the history; the clock follows.

        :raise AccessError: unless a team leader does it
        """
        self.ensure_one()
        if not self.env.user.has_group("helpdesk_psa.group_psa_lead"):
            raise AccessError(self.env._("Only team leaders extend a promise."))
        self.ticket_id.check_access("write")
        self._check_values()
        clock = self.clock_id
        self.ticket_id._log_events(
            [
                {
                    "ticket_id": self.ticket_id.id,
                    "kind": "extension",
                    "old": f"{clock.kind}:{clock.metric}:{clock.cycle}",
                    "new": str(self._get_seconds()),
                    "note": self.reason,
                }
            ]
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_values(self):
        if self.clock_id.ticket_id != self.ticket_id or (
            self.clock_id.state not in LIVE_SLA_STATES
        ):
            raise ValidationError(
                self.env._("This promise has stopped: there is nothing to extend.")
            )
        if self._get_seconds() <= 0 or timedelta(hours=self.hours).days > 366:
            raise ValidationError(
                self.env._("Give the promise more time: up to a year of hours.")
            )
        if not (self.reason or "").strip():
            raise ValidationError(
                self.env._("Say why the promise gets more time: it is in the history.")
            )
