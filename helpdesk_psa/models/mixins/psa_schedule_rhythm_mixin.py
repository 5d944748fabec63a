from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import babel_locale_parse
from odoo.tools.misc import format_date, get_lang

from ...tools.recurrence import (
    KEEP,
    LAST,
    NEXT,
    PREVIOUS,
    SHIFT_DAYS,
    Recurrence,
    find_open_day,
    place,
)

# As Odoo's widget for days of the week expects them, Monday first.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PsaScheduleRhythmMixin(models.AbstractModel):
    """When something comes back: the fields of a rhythm, its dates and its name."""

    _name = "psa.schedule.rhythm.mixin"
    _description = "Rhythm of a Schedule"

    anchor_date = fields.Date(
        string="First date",
        required=True,
        default=fields.Date.context_today,
        help="Every date is counted from this one. The 31st gives the last day of "
        "shorter months, and the 31st again afterwards.",
    )
    interval = fields.Integer(
        string="Every", required=True, default=1, help="In the unit beside it."
    )
    unit = fields.Selection(
        [("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
        required=True,
        default="month",
    )
    basis = fields.Selection(
        [("date", "On the date"), ("completion", "After completion")],
        string="Next one counts",
        required=True,
        default="date",
        help="“On the date” keeps the rhythm whatever happens. “After completion” counts "
        "the next one from the day on which the last one was done.",
    )
    mon = fields.Boolean("Monday")
    tue = fields.Boolean("Tuesday")
    wed = fields.Boolean("Wednesday")
    thu = fields.Boolean("Thursday")
    fri = fields.Boolean("Friday")
    sat = fields.Boolean("Saturday")
    sun = fields.Boolean("Sunday")
    month_by = fields.Selection(
        [("day", "Day of the month"), ("weekday", "Weekday of the month")],
        string="In the month",
        required=True,
        default="day",
        help="“Day of the month” is the day of the first date.",
    )
    nth = fields.Selection(
        [
            ("1", "First"),
            ("2", "Second"),
            ("3", "Third"),
            ("4", "Fourth"),
            (str(LAST), "Last"),
        ],
        string="Which",
        default="1",
    )
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        default="0",
    )
    end_type = fields.Selection(
        [
            ("never", "Never"),
            ("date", "On a date"),
            ("count", "After a number of times"),
        ],
        string="Ends",
        required=True,
        default="never",
    )
    end_date = fields.Date(string="Last date", help="This day is included.")
    end_count = fields.Integer(
        string="Times", default=12, help="Counted from the first date."
    )
    closed_rule = fields.Selection(
        [
            ("keep", "Keep the day"),
            ("next", "Move to the next working day"),
            ("previous", "Move to the working day before"),
            ("drop", "Leave it out"),
        ],
        string="On a closed day",
        required=True,
        default="next",
        help="Closed are the days without working hours and the public holidays.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working hours",
        compute="_compute_calendar_id",
        store=True,
        readonly=False,
        check_company=True,
        help="They tell which days are closed. Without any, no day is.",
    )
    tz = fields.Selection(
        lambda self: (
            self.env["res.partner"]._fields["tz"]._description_selection(self.env)
        ),
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Days and times of day are those of this time zone.",
    )
    rhythm = fields.Char(compute="_compute_rhythm")

    _interval_positive = models.Constraint(
        "CHECK (interval >= 1)", "Something comes back every 1 day, week… or more."
    )
    _end_count_positive = models.Constraint(
        "CHECK (end_type != 'count' OR end_count >= 1)",
        "Something takes place at least once.",
    )

    @api.depends("company_id")
    def _compute_calendar_id(self):
        for schedule in self:
            calendar = schedule.company_id.resource_calendar_id
            if not schedule.calendar_id or schedule.calendar_id.company_id not in (
                schedule.company_id,
                self.env["res.company"],
            ):
                schedule.calendar_id = calendar

    @api.depends(
        *WEEKDAYS, "anchor_date", "interval", "unit", "basis", "month_by", "nth"
    )
    @api.depends("weekday")
    @api.depends_context("lang")
    def _compute_rhythm(self):
        for schedule in self:
            every = schedule._describe_interval()
            when = schedule._describe_day()
            if schedule.basis == "completion":
                schedule.rhythm = self.env._(
                    "%(every)s after the last one was done", every=every
                )
            elif when:
                schedule.rhythm = self.env._(
                    "%(every)s on %(when)s", every=every, when=when
                )
            else:
                schedule.rhythm = every

    @api.constrains("end_type", "end_date", "anchor_date")
    def _check_end_date(self):
        for schedule in self:
            if schedule.end_type != "date":
                continue
            if not schedule.end_date or schedule.end_date < schedule.anchor_date:
                raise ValidationError(
                    self.env._(
                        "The last date of “%(schedule)s” must be on or after its first "
                        "date.",
                        schedule=schedule.display_name,
                    )
                )

    # === WORDS === #

    def _describe_interval(self):
        """Return “Every month” or “Every 3 months”."""
        self.ensure_one()
        if self.interval == 1:
            return {
                "day": self.env._("Every day"),
                "week": self.env._("Every week"),
                "month": self.env._("Every month"),
                "year": self.env._("Every year"),
            }[self.unit]
        number = self.interval
        return {
            "day": self.env._("Every %(number)s days", number=number),
            "week": self.env._("Every %(number)s weeks", number=number),
            "month": self.env._("Every %(number)s months", number=number),
            "year": self.env._("Every %(number)s years", number=number),
        }[self.unit]

    def _describe_day(self):
        """Return which day of the week, month or year, or nothing for every day."""
        self.ensure_one()
        if not self.anchor_date or self.unit == "day":
            return ""
        if self.unit == "week":
            locale = babel_locale_parse(get_lang(self.env).code)
            names = locale.days["format"]["wide"]
            days = sorted(self._get_weekdays()) or [self.anchor_date.weekday()]
            return ", ".join(names[day] for day in days)
        if self.month_by == "weekday":
            words = dict(self._fields["nth"]._description_selection(self.env))
            days = dict(self._fields["weekday"]._description_selection(self.env))
            return self.env._(
                "the %(nth)s %(weekday)s",
                nth=(words.get(self.nth) or "").lower(),
                weekday=days.get(self.weekday),
            )
        if self.unit == "year":
            return format_date(self.env, self.anchor_date, date_format="d MMMM")
        return self.env._("day %(day)s", day=self.anchor_date.day)

    # === DATES === #

    def _get_weekdays(self):
        """Return the numbers of the chosen days of the week, 0 for Monday."""
        return frozenset(number for number, name in enumerate(WEEKDAYS) if self[name])

    def _get_recurrence(self):
        """Return the rhythm in the terms of `tools.recurrence`."""
        self.ensure_one()
        by_weekday = self.unit in ("month", "year") and self.month_by == "weekday"
        return Recurrence(
            anchor=self.anchor_date,
            unit=self.unit,
            interval=max(self.interval, 1),
            weekdays=self._get_weekdays() if self.unit == "week" else frozenset(),
            nth=int(self.nth or 1) if by_weekday else None,
            weekday=int(self.weekday or 0),
            until=self._get_last_day(),
            limit=max(self.end_count, 1) if self.end_type == "count" else None,
        )

    def _get_last_day(self):
        """Return the last possible day, or None if there is none."""
        return self.end_date if self.end_type == "date" else None

    def _place_dates(self, start, end):
        """Return where the dates of the rhythm from `start` to `end` take place.

        :return: pairs (own day, day it takes place or None if it does not)
        :raise UserError: if no working day is found near one of them
        """
        self.ensure_one()
        if end < start:
            return []
        is_open = self._get_open_days(start, end)
        placed = place(self._get_recurrence(), start, end, is_open, self.closed_rule)
        for day, target in placed:
            if target is None:
                self._check_movable(day, is_open)
        return placed

    def _place_single(self, day):
        """Return (day, where it takes place) for a day that no rhythm gave."""
        is_open = self._get_open_days(day, day)
        if self.closed_rule == KEEP or is_open(day):
            return day, day
        self._check_movable(day, is_open)
        if self.closed_rule not in (NEXT, PREVIOUS):
            return day, None
        return day, find_open_day(day, is_open, self._get_direction())

    def _get_direction(self):
        return 1 if self.closed_rule == NEXT else -1

    def _check_movable(self, day, is_open):
        """Refuse working hours without any working day.

        :raise UserError: if there is no day to move to
        """
        if self.closed_rule not in (NEXT, PREVIOUS):
            return
        if find_open_day(day, is_open, self._get_direction()) is None:
            raise UserError(
                self.env._(
                    "“%(schedule)s” finds no working day within %(days)s days of "
                    "%(date)s. Add working hours to “%(calendar)s”, or choose “Keep "
                    "the day” for closed days.",
                    schedule=self.display_name,
                    days=SHIFT_DAYS,
                    date=format_date(self.env, day),
                    calendar=self.calendar_id.name,
                )
            )

    def _get_open_days(self, start, end):
        """Return a function that tells which days from a month before to one after are open.

        In two queries, however long it is.
        """
        self.ensure_one()
        # sudo: whoever may see the schedule may know which days we work
        calendar = self.sudo().calendar_id
        if not calendar or self.closed_rule == KEEP:
            return lambda day: True
        zone = timezone(self.tz or "UTC")
        margin = timedelta(days=2 * SHIFT_DAYS + 1)
        bounds = [
            zone.localize(datetime.combine(day, time.min))
            for day in (start - margin, end + margin)
        ]
        intervals = calendar._work_intervals_batch(
            *bounds,
            domain=[
                ("time_type", "=", "leave"),
                ("company_id", "in", [self.company_id.id, False]),
            ],
        )[False]
        open_days = {start.astimezone(zone).date() for start, _stop, _meta in intervals}
        return open_days.__contains__

    def _get_moment(self, day, hour):
        """Return the moment of a time of day in the schedule's zone, as naive UTC.

        :param float hour: hours since midnight; at a clock change the day counts as usual
        """
        minutes = round(hour * 60)
        local = datetime.combine(day, time.min) + timedelta(minutes=minutes)
        return timezone(self.tz).localize(local).astimezone(utc).replace(tzinfo=None)

    def _get_today(self):
        """Return the present day in the schedule's time zone."""
        now = utc.localize(fields.Datetime.now())
        return now.astimezone(timezone(self.tz or "UTC")).date()

    def _get_local_day(self, moment):
        """Return the day of a moment (naive UTC) in the schedule's time zone."""
        return utc.localize(moment).astimezone(timezone(self.tz)).date()
