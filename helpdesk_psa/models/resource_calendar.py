from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import float_round, ormcache

from ..const import LIVE_SLA_STATES
from ..tools.working_time import ALWAYS, Holiday, Shift, WorkingTime

# Key of what the transaction has changed, until it ends.
PENDING = "psa_changed_hours"
# What decides when a calendar is open; attendances and holidays tell for themselves.
HOURS_FIELDS = {
    "company_id",
    "flexible_hours",
    "schedule_type",
    "two_weeks_calendar",
    "tz",
}


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if HOURS_FIELDS.intersection(vals):
            self._psa_hours_changed()
        return result

    def unlink(self):
        result = super().unlink()
        self.browse()._psa_hours_changed()
        return result

    # === OPENING HOURS === #

    def _psa_working_time(self, company=None):
        """Return the opening hours as arithmetic; see `tools/working_time.py`.

        Compiled once per worker; no query as long as no calendar or holiday changes.

        :param company: `res.company` whose public holidays count; the calendar's own by
            default. A calendar without company, asked without one, knows only the
            holidays that name it and those of no company.
        :return: round the clock for an empty calendar; without open hours for a
            flexible one, which says how much people work but not when
        :rtype: WorkingTime
        """
        if not self:
            return ALWAYS
        self.ensure_one()
        company = company or self.sudo().company_id
        return self._psa_compile_working_time(company.id)

    @ormcache("self.id", "company_id", cache="stable")
    def _psa_compile_working_time(self, company_id):
        # sudo: agents of another company may serve a calendar whose holidays they may
        # not read; what leaves this method are hours.
        calendar_sudo = self.sudo()
        return WorkingTime(
            calendar_sudo.tz,
            calendar_sudo._psa_get_shifts(),
            calendar_sudo._psa_get_holidays(company_id),
        )

    def _psa_get_shifts(self):
        """Return the weekly opening hours; override to open at other times.

        :rtype: list[Shift]
        """
        self.ensure_one()
        if self.schedule_type == "flexible":
            return []
        return [
            Shift(
                weekday=int(attendance.dayofweek),
                start=_to_seconds(attendance.hour_from),
                stop=_to_seconds(attendance.hour_to),
                week=int(attendance.week_type) if self.two_weeks_calendar else None,
            )
            for attendance in self.attendance_ids
            if attendance._is_work_period()
        ]

    def _psa_get_holidays(self, company_id):
        """Return the days on which nobody works, whatever the week says.

        Those that are for one person, and those that count as work, are not among them.

        :param company_id: id of the company, or False
        :rtype: list[Holiday]
        """
        self.ensure_one()
        own = Domain("calendar_id", "=", self.id)
        companies = Domain("company_id", "in", [company_id or False, False])
        is_ours = (own | Domain("calendar_id", "=", False)) & companies
        leaves = self.env["resource.calendar.leaves"].search(
            Domain("resource_id", "=", False)
            & Domain("time_type", "=", "leave")
            & (is_ours if company_id else own | is_ours)
        )
        return [
            Holiday(leave.date_from, leave.date_to, leave.name or "")
            for leave in leaves
        ]

    def _psa_check_open_hours(self):
        """Refuse calendars by which nothing could ever become due.

        :raise ValidationError: if one has no open hours in a week without holidays
        """
        for calendar in self:
            if calendar.schedule_type == "flexible":
                raise ValidationError(
                    self.env._(
                        "The working schedule “%(calendar)s” is flexible: it says how much "
                        "people work, but not when the desk is open. Choose one with "
                        "fixed hours.",
                        calendar=calendar.name,
                    )
                )
            if not calendar._psa_working_time().has_open_hours:
                raise ValidationError(
                    self.env._(
                        "The working schedule “%(calendar)s” has no open hours, so that "
                        "nothing would ever become due. Add working hours to it or "
                        "choose another one.",
                        calendar=calendar.name,
                    )
                )

    def _psa_hours_changed(self, companies=()):
        """Forget the compiled hours in every worker, and have due times moved.

        What follows is done once, at the end of the transaction: on its way to new hours a
        schedule may have none.

        :param companies: `res.company` whose holidays on all calendars changed
        """
        self.env.registry.clear_cache("stable")
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = (set(), set())
            precommit.add(self.sudo().browse()._psa_settle_hours)
        calendar_ids, company_ids = precommit.data[PENDING]
        calendar_ids.update(self.ids)
        company_ids.update(company.id for company in companies)

    @api.model
    def _psa_settle_hours(self):
        """Check the schedules that have changed, and queue the clocks they move."""
        calendar_ids, company_ids = self.env.cr.precommit.data.pop(PENDING)
        promised = self.browse(calendar_ids).exists()._psa_filter_promised()
        promised._psa_check_open_hours()
        self.env["psa.sla.replan"]._queue_calendars(
            promised, self.env["res.company"].browse(company_ids)
        )

    def _psa_filter_promised(self):
        """Return the schedules that clocks run by, or may run by."""
        used = self.browse()
        # sudo: policies of companies not selected count as well
        for model in ("psa.sla.policy", "psa.sla.target"):
            records = self.env[model].sudo().with_context(active_test=False)
            used |= records.search([("calendar_id", "in", self.ids)]).calendar_id
        clocks = self.env["psa.sla.clock"].sudo()
        used |= (self - used).filtered(
            lambda calendar: clocks.search_count(
                [("calendar_id", "=", calendar.id), ("state", "in", LIVE_SLA_STATES)],
                limit=1,
            )
        )
        return used


def _to_seconds(hours):
    """Return the seconds from midnight; Odoo, too, rounds hours to the minute."""
    return int(float_round(hours * 60, precision_digits=0)) * 60
