from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

# So many months back the working hours are counted for the figures.
HISTORY_MONTHS = 12


class PsaWorkday(models.Model):
    _inherit = "psa.workday"

    @api.model
    def _psa_fill(self, companies, today=None):
        """Count the working hours of the last weeks, and those never counted before them.

        Of a technician from the first day that he logged time, a year back at most.
        """
        today = today or fields.Date.context_today(self)
        self._refresh(companies, today)
        start = today.replace(day=1) - relativedelta(months=HISTORY_MONTHS)
        technicians = self._get_technicians(companies)
        logged = self._psa_get_first_days("account.analytic.line", technicians, start)
        counted = self._psa_get_first_days("psa.workday", technicians, start)
        missing = technicians.filtered(
            lambda it: it in logged and logged[it] < counted.get(it, today)
        )
        if not missing:
            return
        first = min(logged[it] for it in missing)
        expected = missing._psa_get_expected_minutes(first, today)
        self.create(
            [
                {
                    "employee_id": employee.id,
                    "company_id": employee.company_id.id,
                    "user_id": employee.user_id.id,
                    "date": day,
                    "expected_minutes": minutes,
                }
                for employee in missing
                for day, minutes in expected[employee.id].items()
                if minutes and logged[employee] <= day < counted.get(employee, today)
            ]
        )

    def _psa_get_first_days(self, model, technicians, start):
        """Return {employee: first day from `start` on} of records of a model."""
        groups = self.env[model]._read_group(
            [
                ("employee_id", "in", technicians.ids),
                ("date", ">=", start),
                *([("project_id", "!=", False)] if model != self._name else []),
            ],
            ["employee_id"],
            ["date:min"],
        )
        return dict(groups)

    @api.model
    def _psa_cron_fill(self):
        """Count the working hours of all technicians, for the figures."""
        teams = self.env["psa.team"].search([("member_ids", "!=", False)])
        self._psa_fill(teams.company_id)
