from odoo import fields, models

from ...const import LIVE_SLA_STATES


class PsaSlaPanelMixin(models.AbstractModel):
    """The clocks of a record, as its form shows them."""

    _name = "psa.sla.panel.mixin"
    _description = "Record that shows its SLA Clocks"

    def get_sla_panel(self):
        """Return the clocks of the record with the moment for which they are true.

        Those that run come first, then the others in the order in which they stopped.

        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        now = fields.Datetime.now()
        clocks = self.sla_clock_ids.filtered(lambda clock: clock.state != "cancelled")
        clocks = clocks.sorted(
            lambda clock: (
                clock.state not in LIVE_SLA_STATES,
                clock.kind != "sla",
                clock.due_at or fields.Datetime.to_datetime("9999-12-31"),
                clock.id,
            )
        )
        return {
            "now": fields.Datetime.to_string(now),
            "clocks": [clock._get_face(now) for clock in clocks],
        }
