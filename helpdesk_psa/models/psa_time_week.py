from datetime import timedelta

from babel.dates import format_date as babel_format_date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse, format_date, format_datetime

from ..tools.duration import format_duration, parse_duration

WEEK_DAYS = 7


class PsaTimeWeek(models.AbstractModel):
    """A week of one technician as a grid: what he works on by days.

    Its public methods serve the week screen. Each of them works with the rights of the
    user: one's own time for agents, everybody's for leaders.
    """

    _name = "psa.time.week"
    _description = "Week of Time"

    # === WHAT THE SCREEN CALLS === #

    @api.model
    def get_week(self, day=None, employee_id=None):
        """Return the grid of the week of a day.

        :param str day: any day of the week, ``YYYY-MM-DD``; today if not given
        :param int employee_id: another technician, for leaders
        """
        employee = self._get_employee(employee_id)
        start = self._get_week_start(day)
        entries = self._search_entries(employee, start)
        rows = self._get_rows(entries)
        return {
            "employee": {"id": employee.id, "name": employee.sudo().name},
            "employees": self._get_employees(),
            "title": self._get_title(start),
            "start": fields.Date.to_string(start),
            "previous": fields.Date.to_string(start - timedelta(days=WEEK_DAYS)),
            "next": fields.Date.to_string(start + timedelta(days=WEEK_DAYS)),
            "days": self._get_days(employee, start),
            "rows": rows,
            "service_types": [
                {"id": service_type.id, "name": service_type.name}
                for service_type in self.env["psa.service.type"].search(
                    [("company_id", "in", [False, employee.sudo().company_id.id])]
                )
            ],
        }

    @api.model
    def set_cell(self, text, day, row, employee_id=None):
        """Type a duration in a cell: it makes, changes or deletes the one entry there.

        :param str text: “1:30”, “1.5”, “90m”; empty or 0 deletes the entry
        :param str day: ``YYYY-MM-DD``
        :param dict row: model, res_id and service_type_id
        :raise UserError: if the text is no duration, or the cell has several entries
        """
        employee = self._get_employee(employee_id)
        minutes = self._parse(text)
        entries = self._find_in_cell(employee, day, row)
        if len(entries) > 1:
            raise UserError(
                self.env._(
                    "There are several entries of that day. Open them to change one."
                )
            )
        if entries and not minutes:
            entries.unlink()
        elif entries:
            if entries.psa_minutes != minutes:
                entries.psa_minutes = minutes
        elif minutes:
            self._create_entry(employee, day, row, minutes)
        return self.get_week(day, employee_id)

    @api.model
    def get_row(self, model, res_id):
        """Return an empty row for something to work on, with its usual service type."""
        record = self._get_record(model, res_id)
        service_type_id = False
        if self.env["psa.timer"]._is_timed_model(model):
            record._psa_check_can_log()
            service_type_id = record._get_time_defaults()["psa_service_type_id"]
        service_type = self.env["psa.service.type"].browse(service_type_id)
        return self._prepare_row(record, service_type)

    @api.model
    def copy_last_week(self, day, employee_id=None, with_durations=False):
        """Bring last week's lines to this one.

        With durations, the entries of last week are made again on the same weekdays,
        wherever the cell is still empty; so doing it twice changes nothing.

        :return: rows without entries; those with durations are then in the grid
        """
        employee = self._get_employee(employee_id)
        start = self._get_week_start(day)
        last_start = start - timedelta(days=WEEK_DAYS)
        last_week = self._search_entries(employee, last_start)
        rows = self._get_rows(last_week)
        if with_durations:
            self._copy_entries(last_week, self._search_entries(employee, start))
        return [{**row, "cells": {}, "total": 0} for row in rows]

    # === CELLS === #

    def _parse(self, text):
        try:
            return parse_duration(text)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "“%(text)s” is no duration. Type 1:30, 1.5, 1h30 or 90m.", text=text
                )
            ) from error

    def _find_in_cell(self, employee, day, row):
        """Return the entries of a technician, a day and a row."""
        key = (row["model"], row["res_id"], row.get("service_type_id") or False)
        entries = self.env["account.analytic.line"].search(
            self._get_domain(employee)
            & Domain("date", "=", day)
            & Domain("psa_service_type_id", "=", key[2])
        )
        return entries.filtered(lambda entry: self._get_key(entry) == key)

    def _create_entry(self, employee, day, row, minutes):
        values = self._prepare_entry_values(employee, day, row, minutes)
        self.env["account.analytic.line"].create(values)

    def _prepare_entry_values(self, employee, day, row, minutes):
        """Return the values of the entry that a cell makes.

        :raise AccessError: if the user does not see what is worked on
        """
        record = self._get_record(row["model"], row["res_id"])
        if record._name == "project.project":
            values = {"project_id": record.id}
        else:
            values = {
                "project_id": record._get_time_project()[0].id,
                **record._psa_prepare_entry_values(),
            }
        return {
            **values,
            "employee_id": employee.id,
            "date": day,
            "psa_minutes": minutes,
            "psa_service_type_id": row.get("service_type_id") or False,
        }

    def _copy_entries(self, last_week, this_week):
        """Make last week's entries again where this week has none."""
        taken = {(self._get_key(entry), entry.date) for entry in this_week}
        shift = timedelta(days=WEEK_DAYS)
        self.env["account.analytic.line"].create(
            [
                {
                    "name": entry.name,
                    "employee_id": entry.employee_id.id,
                    "date": entry.date + shift,
                    "psa_minutes": entry.psa_minutes,
                    "psa_ticket_id": entry.psa_ticket_id.id,
                    "psa_service_type_id": entry.psa_service_type_id.id,
                    "psa_billable": entry.psa_billable,
                    "task_id": entry.task_id.id,
                    "project_id": entry.project_id.id,
                }
                for entry in last_week
                # A visit is done once; its time is never copied.
                if not entry.psa_intervention_id
                and (self._get_key(entry), entry.date + shift) not in taken
            ]
        )

    # === ROWS === #

    def _get_key(self, entry):
        """Return what makes entries one row: what was worked on, and how."""
        record = self._get_worked_on(entry)
        return record._name, record.id, entry.psa_service_type_id.id

    def _get_worked_on(self, entry):
        """Return the ticket, visit, task or project of an entry, whichever says most."""
        return (
            entry.psa_ticket_id
            or entry.psa_intervention_id
            or entry.task_id
            or entry.project_id
        )

    def _get_record(self, model, res_id):
        """Return what is worked on.

        :raise UserError: if no time is logged there
        """
        timed = self.env["psa.timer"]._is_timed_model(model)
        if model != "project.project" and not timed:
            raise UserError(self.env._("No time is logged on records of this kind."))
        record = self.env[model].browse(res_id)
        record.check_access("read")
        return record

    def _get_rows(self, entries):
        """Return the rows of entries, with their cells by day."""
        rows = {}
        for entry in entries:
            key = self._get_key(entry)
            if key not in rows:
                # sudo: the name of what one worked on oneself, even if it is hidden now
                record = self._get_worked_on(entry).sudo()
                rows[key] = self._prepare_row(record, entry.psa_service_type_id)
            day = fields.Date.to_string(entry.date)
            cell = rows[key]["cells"].setdefault(
                day, {"minutes": 0, "entry_ids": [], "locked": False}
            )
            cell["minutes"] += entry.psa_minutes
            cell["entry_ids"].append(entry.id)
            cell["locked"] = cell["locked"] or self._word_lock(entry)
            rows[key]["total"] += entry.psa_minutes
        for row in rows.values():
            for cell in row["cells"].values():
                cell["text"] = format_duration(cell["minutes"])
        return sorted(rows.values(), key=lambda row: (row["name"], row["key"]))

    def _prepare_row(self, record, service_type):
        """Return a row without cells."""
        return {
            "key": f"{record._name},{record.id},{service_type.id or 0}",
            "model": record._name,
            "res_id": record.id,
            "name": record.display_name,
            "detail": self._get_detail(record) or "",
            "service_type_id": service_type.id,
            "service_type": service_type.name or "",
            "icon": service_type.icon or "",
            "cells": {},
            "total": 0,
        }

    def _get_detail(self, record):
        """Return the second line of a row: the customer, or the task's project."""
        if "customer_id" in record._fields:
            return record.customer_id.display_name
        if "project_id" in record._fields:
            return record.project_id.display_name
        return record.partner_id.display_name

    def _word_lock(self, entry):
        """Return who locked an entry, or False."""
        if not entry.psa_approved_at:
            return False
        return self.env._(
            "Approved by %(user)s on %(moment)s",
            user=entry.psa_approved_by.sudo().name,
            moment=format_datetime(self.env, entry.psa_approved_at),
        )

    # === WEEK === #

    def _get_domain(self, employee):
        return Domain("employee_id", "=", employee.id) & Domain(
            "project_id", "!=", False
        )

    def _search_entries(self, employee, start):
        """Return the entries of the week that starts on a day."""
        return self.env["account.analytic.line"].search(
            self._get_domain(employee)
            & Domain("date", ">=", start)
            & Domain("date", "<", start + timedelta(days=WEEK_DAYS)),
            order="date, id",
        )

    def _get_week_start(self, day):
        """Return the first day of the week of a day, as the user's language has it."""
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        first = int(
            self.env["res.lang"]._get_data(code=self.env.lang or "en_US").week_start
            or 1
        )
        return day - timedelta(days=(day.isoweekday() - first) % WEEK_DAYS)

    def _get_title(self, start):
        return self.env._(
            "%(start)s to %(end)s",
            start=format_date(self.env, start),
            end=format_date(self.env, start + timedelta(days=WEEK_DAYS - 1)),
        )

    def _get_days(self, employee, start):
        """Return the columns: name, date and expected minutes of each day."""
        until = start + timedelta(days=WEEK_DAYS)
        # sudo: agents may not read working hours; only the sum of a day is told
        expected = employee.sudo()._psa_get_expected_minutes(start, until)[employee.id]
        today = fields.Date.context_today(self)
        locale = babel_locale_parse(self.env.lang)
        days = [start + timedelta(days=number) for number in range(WEEK_DAYS)]
        return [
            {
                "date": fields.Date.to_string(day),
                "name": babel_format_date(day, "EEE", locale=locale),
                "number": day.day,
                "is_today": day == today,
                "expected": expected.get(day, 0),
            }
            for day in days
        ]

    # === TECHNICIANS === #

    def _get_employee(self, employee_id):
        """Return the technician, oneself if none is named.

        A leader without an employee file of his own gets the first technician.

        :raise AccessError: if an agent asks for somebody else
        """
        is_leader = self._is_leader()
        own = self.env.user._psa_get_employee(self.env.company, refuse=not is_leader)
        if own and employee_id in (None, False, own.id):
            return own
        if not is_leader:
            raise AccessError(self.env._("Only leaders see the week of somebody else."))
        if not employee_id:
            technicians = self._get_employees()
            if not technicians:
                return self.env.user._psa_get_employee(self.env.company)
            employee_id = technicians[0]["id"]
        # sudo: leaders have no rights on employee files; the search says whose they see
        employee = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [("id", "=", employee_id), ("company_id", "in", self.env.companies.ids)]
            )
        )
        if not employee:
            raise UserError(self.env._("This technician works in another company."))
        return employee.sudo(self.env.su)

    def _is_leader(self):
        return self.env.user.has_group("helpdesk_psa.group_psa_lead")

    def _get_employees(self):
        """Return the technicians whose week a leader may open; nobody for agents."""
        if not self._is_leader():
            return []
        # sudo: names only
        employees = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.env.companies.ids),
                    "|",
                    ("user_id.psa_team_ids", "!=", False),
                    ("user_id", "=", self.env.uid),
                ],
                order="name",
            )
        )
        return [{"id": employee.id, "name": employee.name} for employee in employees]
