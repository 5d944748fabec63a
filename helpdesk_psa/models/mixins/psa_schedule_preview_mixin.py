from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import islice

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...tools.recurrence import step
from .psa_schedule_rhythm_mixin import WEEKDAYS

# Dates shown on the form before anything is created.
PREVIEW_DATES = 12


class PsaSchedulePreviewMixin(models.AbstractModel):
    """Shows the next dates of a schedule, also before it is saved."""

    _name = "psa.schedule.preview.mixin"
    _description = "Preview of a Schedule"
    _inherit = ["psa.schedule.generation.mixin"]

    next_date = fields.Date(
        compute="_compute_next_date",
        help="The day for which it creates something next.",
    )
    preview = fields.Html(
        compute="_compute_preview",
        sanitize=False,
        string="Next dates",
        help="The next dates as the rhythm stands now.",
    )

    @api.depends("state", "occurrence_ids", "date_from", "anchor_date", "interval")
    @api.depends("unit", "end_type", "end_date", "end_count", "basis")
    def _compute_next_date(self):
        standings = self._load_standings()
        for schedule in self:
            schedule.next_date = (
                schedule.state == "running"
                and schedule._get_next_own_day(standings[schedule.id])
            )

    @api.depends(
        *WEEKDAYS,
        *["anchor_date", "interval", "unit", "basis", "month_by", "nth", "weekday"],
        *["end_type", "end_date", "end_count", "closed_rule", "calendar_id", "tz"],
        *[
            "date_from",
            "has_time",
            "start_hour",
            "occurrence_ids.state",
            "agreement_id",
        ],
    )
    @api.depends_context("lang", "uid")
    def _compute_preview(self):
        for schedule in self:
            values = {"schedule": schedule, "rows": [], "error": False}
            values["waits"] = False
            try:
                if schedule.anchor_date and schedule.date_from:
                    values["rows"] = schedule._get_preview_rows()
                    values["waits"] = not values["rows"] and schedule._waits()
            except UserError as error:
                values["error"] = str(error)
            schedule.preview = self.env["ir.qweb"]._render(
                "helpdesk_psa.psa_schedule_preview", values
            )

    def _waits(self):
        """Tell whether the next date is known only when something has been done."""
        self.ensure_one()
        if self.basis != "completion" or self.state != "running":
            return False
        latest = self._origin.occurrence_ids[:PREVIEW_DATES]
        return not all(latest.mapped("done_date"))

    def _get_preview_rows(self):
        """Return the next dates as dicts: what the template shows of each."""
        self.ensure_one()
        placed = self._get_preview_places()
        if not placed:
            return []
        handled = defaultdict(lambda: self.env["psa.schedule.occurrence"])
        for row in self.env["psa.schedule.occurrence"].search(
            [
                ("schedule_id", "=", self._origin.id),
                ("date", "in", [day for day, _place in placed]),
            ]
        ):
            handled[row.date] |= row
        holidays = self._get_holidays(placed[0][0], placed[-1][0])
        return [
            self._prepare_preview_row(day, target, handled[day], holidays.get(day))
            for day, target in placed
        ]

    def _get_preview_places(self):
        """Return the next (day, day it takes place or None)."""
        today = self._get_today()
        standings = self._origin._load_standings()[self._origin.id]
        if self.basis == "completion":
            return self._get_preview_chain(standings)
        start = min(
            [max(today, self.date_from)]
            + [
                day
                for equipment in self._get_targets(today)
                if (day := self._get_next_day_of(equipment, standings))
            ]
        )
        days = list(islice(self._get_recurrence().iterate(start), PREVIEW_DATES))
        return self._place_dates(days[0], days[-1]) if days else []

    def _get_preview_chain(self, standings):
        """Return the dates that follow if each is done on the day it takes place."""
        for equipment in self._get_targets(self._get_today()):
            day = self._get_next_day_of(equipment, standings)
            if day:
                break
        else:
            return []
        last_day = self._get_last_day()
        limit = self.end_count if self.end_type == "count" else PREVIEW_DATES
        placed = []
        while len(placed) < min(limit, PREVIEW_DATES):
            if last_day and day > last_day:
                break
            placed.append(self._place_single(day))
            day = step(placed[-1][1] or day, self.unit, max(self.interval, 1))
        return placed

    def _prepare_preview_row(self, day, target, handled, holiday):
        words = {"created": "", "skipped": "", "overdue": ""}
        skipped = handled.filtered(lambda row: row.state == "skipped")
        if handled and skipped == handled:
            words["skipped"] = skipped[0].reason
        elif handled:
            words["created"] = self.env._("Created")
        elif day < self._get_today():
            words["overdue"] = self.env._("Overdue: created at once")
        return {
            **words,
            "date": format_date(self.env, target or day, date_format="EEE d MMM y"),
            "moved": self._describe_move(day, target, holiday),
            "is_left_out": bool(words["skipped"]) or (target is None and not handled),
        }

    def _describe_move(self, day, target, holiday):
        """Say where a date comes from, if it does not take place on its own day."""
        if target == day:
            return ""
        words = {"day": format_date(self.env, day, date_format="EEE d MMM")}
        if target is None:
            return self.env._("Left out: closed, or together with another date")
        if holiday:
            return self.env._(
                "instead of %(day)s, %(holiday)s", holiday=holiday, **words
            )
        return self.env._("instead of %(day)s, closed", **words)

    def _get_holidays(self, start, end):
        """Return the names of the public holidays from `start` to `end`, by day."""
        # sudo: whoever may see the schedule may know our public holidays
        calendar = self.sudo().calendar_id
        if not calendar:
            return {}
        zone = timezone(self.tz or "UTC")
        first, last = (
            zone.localize(datetime.combine(day, time.min))
            .astimezone(utc)
            .replace(tzinfo=None)
            for day in (start, end + timedelta(days=1))
        )
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("calendar_id", "in", [calendar.id, False]),
                    ("company_id", "in", [self.company_id.id, False]),
                    ("date_from", "<", last),
                    ("date_to", ">", first),
                ]
            )
        )
        holidays = {}
        for leave in leaves:
            day = utc.localize(leave.date_from).astimezone(zone).date()
            until = utc.localize(leave.date_to).astimezone(zone).date()
            while day <= until:
                holidays[day] = leave.name
                day += timedelta(days=1)
        return holidays
