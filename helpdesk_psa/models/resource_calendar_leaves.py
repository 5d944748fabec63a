from odoo import api, models

HOURS_FIELDS = {
    "calendar_id",
    "company_id",
    "date_from",
    "date_to",
    "name",
    "resource_id",
    "time_type",
}


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._psa_holidays_changed()
        return leaves

    def write(self, vals):
        if not HOURS_FIELDS.intersection(vals):
            return super().write(vals)
        self._psa_holidays_changed()
        result = super().write(vals)
        self._psa_holidays_changed()
        return result

    def unlink(self):
        self._psa_holidays_changed()
        return super().unlink()

    def _psa_holidays_changed(self):
        """Tell the calendars of holidays that they are open at other times.

        Somebody's own time off, of which there is much, moves no opening hours.
        """
        holidays = self.filtered(lambda leave: not leave.resource_id)
        if holidays:
            everywhere = holidays.filtered(lambda holiday: not holiday.calendar_id)
            holidays.calendar_id._psa_hours_changed(everywhere.company_id)
