from datetime import timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..tools.duration import format_duration, hours_to_minutes

# So many days back the expected hours are counted again, since leaves are entered late.
REFRESH_DAYS = 35
# A reminder tells of days not older than that.
REMIND_DAYS = 7


class PsaWorkday(models.Model):
    """A day on which a technician was expected to work, and for how long.

    Kept up to date from working hours, leaves and public holidays. Days off have none.
    """

    _name = "psa.workday"
    _description = "Working Day of a Technician"
    _order = "date desc, id"

    employee_id = fields.Many2one(
        "hr.employee", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    date = fields.Date(required=True, readonly=True)
    expected_minutes = fields.Integer(
        readonly=True, help="Working hours less leaves and holidays, in minutes."
    )
    reminded_at = fields.Datetime(
        readonly=True, help="When the technician was told that time was missing."
    )

    _day_uniq = models.UniqueIndex("(employee_id, date)")
    _date_idx = models.Index("(date)")

    # === EXPECTATION === #

    @api.model
    def _get_technicians(self, companies):
        """Return the employees whose time is controlled: members of helpdesk teams."""
        return self.env["hr.employee"].search(
            [("company_id", "in", companies.ids), ("user_id.psa_team_ids", "!=", False)]
        )

    @api.model
    def _refresh(self, companies, today=None):
        """Count the expected hours of the last weeks again, up to today included.

        :return: the working days of that time
        """
        today = today or fields.Date.context_today(self)
        start, until = today - timedelta(days=REFRESH_DAYS), today + timedelta(days=2)
        technicians = self._get_technicians(companies)
        expected = technicians._psa_get_expected_minutes(start, until)
        known = self.search(
            [
                ("company_id", "in", companies.ids),
                ("date", ">=", start),
                ("date", "<", until),
            ]
        )
        obsolete = self.browse()
        for row in known:
            minutes = expected.get(row.employee_id.id, {}).pop(row.date, 0)
            if not minutes:
                obsolete |= row
            elif minutes != row.expected_minutes:
                row.expected_minutes = minutes
        obsolete.unlink()
        created = self.create(
            [
                {
                    "employee_id": employee.id,
                    "company_id": employee.company_id.id,
                    "user_id": employee.user_id.id,
                    "date": day,
                    "expected_minutes": minutes,
                }
                for employee in technicians
                for day, minutes in expected[employee.id].items()
                if minutes
            ]
        )
        return (known - obsolete) | created

    # === REMINDER === #

    @api.model
    def _cron_remind(self):
        """Tell technicians in the morning of a working day which time they did not log."""
        companies = self.env["res.company"].search([("psa_time_reminder", "=", True)])
        if not companies:
            return
        workdays = self._refresh(companies)
        by_employee = workdays.grouped("employee_id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(by_employee))
        for employee, days in by_employee.items():
            days._remind(employee)
            if not progress(1):
                break

    def _remind(self, employee):
        """Mail a technician about his days with too little time, each day once.

        Only when he is at work today and his morning has come.
        """
        company = employee.company_id
        zone = timezone(employee.user_id.tz or employee.tz or "UTC")
        now = utc.localize(fields.Datetime.now()).astimezone(zone)
        hour = now.hour + now.minute / 60
        is_working_day = now.date() in self.mapped("date")
        if not is_working_day or hour < company.psa_time_reminder_hour:
            return
        oldest = now.date() - timedelta(days=REMIND_DAYS)
        candidates = self.filtered(
            lambda day: oldest <= day.date < now.date() and not day.reminded_at
        )
        missing = candidates._get_missing_minutes()
        threshold = hours_to_minutes(company.psa_time_threshold_hours)
        late = candidates.filtered(lambda day: missing[day] >= threshold)
        if not late:
            return
        late.reminded_at = fields.Datetime.now()
        lang_env = self.with_context(lang=employee.user_id.lang).env
        template = self.env.ref("helpdesk_psa.mail_template_psa_missing_time")
        template.with_context(
            psa_days=[
                {
                    "date": format_date(lang_env, day.date),
                    "missing": format_duration(missing[day]),
                    "expected": format_duration(day.expected_minutes),
                }
                for day in late.sorted("date")
            ]
        ).send_mail(employee.id)

    def _get_missing_minutes(self):
        """Return ``{working day: minutes that were not logged}``."""
        if not self:
            return {}
        dates = self.mapped("date")
        logged = self.employee_id._psa_get_logged_minutes(
            min(dates), max(dates) + timedelta(days=1)
        )
        return {
            day: max(
                day.expected_minutes - logged[day.employee_id.id].get(day.date, 0), 0
            )
            for day in self
        }
