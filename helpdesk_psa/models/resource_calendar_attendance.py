from odoo import api, models

HOURS_FIELDS = {
    "calendar_id",
    "day_period",
    "dayofweek",
    "display_type",
    "hour_from",
    "hour_to",
    "week_type",
}


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._psa_hours_changed()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        if HOURS_FIELDS.intersection(vals):
            (calendars | self.calendar_id)._psa_hours_changed()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._psa_hours_changed()
        return result
