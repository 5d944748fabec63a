from odoo import models

from odoo.addons.helpdesk_psa.tools.duration import hours_to_minutes


class PsaEntryForesightMixin(models.AbstractModel):
    """A time entry in a form, of which billing tells what becomes of it."""

    _name = "psa.entry.foresight.mixin"
    _description = "Foresight of a Time Entry"

    def _psa_get_foreseen_entry(self):
        """Return the entry as the form would save it, see `psa.charge.foresee`.

        :raise AccessError: if it is about something that the user does not see
        """
        self.ensure_one()
        for name in ("psa_ticket_id", "psa_intervention_id", "project_id", "task_id"):
            self[name].check_access("read")
        if ticket := self.psa_ticket_id:
            self.company_id = ticket.company_id
            self.project_id = self.project_id or ticket._get_time_project()[0]
        self.psa_minutes = hours_to_minutes(self.unit_amount)
        return self
