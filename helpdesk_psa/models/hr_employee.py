from collections import defaultdict
from datetime import datetime, time, timedelta

from pytz import timezone

from odoo import models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def _psa_get_expected_minutes(self, start, until):
        """Return how long each employee ought to work on each day.

        By his working hours, less his leaves and the public holidays. Who has no working
        hours, or flexible ones that say nothing about days, is expected nothing.

        :param date start: first day
        :param date until: day after the last
        :return: ``{employee id: {date: minutes}}``, days off left out
        """
        expected = {employee.id: defaultdict(float) for employee in self}
        fixed = self.filtered(
            lambda employee: (
                employee.resource_calendar_id
                and not employee.resource_calendar_id.flexible_hours
            )
        )
        for tz, employees in fixed.grouped("tz").items():
            zone = timezone(tz or "UTC")
            first = zone.localize(datetime.combine(start, time.min))
            last = zone.localize(datetime.combine(until, time.min))
            resources = employees.resource_id
            intervals, _others = resources._get_valid_work_intervals(first, last)
            for employee in employees:
                days = expected[employee.id]
                for begin, end, _attendance in intervals[employee.resource_id.id]:
                    self._psa_add_interval(days, begin, end, zone)
        return {
            employee_id: {day: round(minutes) for day, minutes in days.items()}
            for employee_id, days in expected.items()
        }

    def _psa_add_interval(self, days, begin, end, zone):
        """Add a working interval to the days it covers, in the employee's time zone."""
        begin, end = begin.astimezone(zone), end.astimezone(zone)
        while begin < end:
            midnight = zone.localize(
                datetime.combine(begin.date() + timedelta(days=1), time.min)
            )
            upto = min(end, midnight)
            days[begin.date()] += (upto - begin).total_seconds() / 60
            begin = upto

    def _psa_get_logged_minutes(self, start, until):
        """Return how long each employee logged on each day.

        :return: ``{employee id: {date: minutes}}``
        """
        logged = defaultdict(dict)
        for employee, day, minutes in self.env["account.analytic.line"]._read_group(
            [
                ("employee_id", "in", self.ids),
                ("project_id", "!=", False),
                ("date", ">=", start),
                ("date", "<", until),
            ],
            ["employee_id", "date:day"],
            ["psa_minutes:sum"],
        ):
            logged[employee.id][day] = minutes
        return logged
