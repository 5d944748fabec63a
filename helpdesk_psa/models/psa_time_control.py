from odoo import api, fields, models
from odoo.tools import SQL


class PsaTimeControl(models.Model):
    """Expected against logged time, per technician and day."""

    _name = "psa.time.control"
    _description = "Missing Time"
    _auto = False
    _order = "date desc, id"
    _rec_name = "employee_id"
    _depends = {
        "res.company": ["psa_time_threshold_hours"],
        "psa.workday": ["employee_id", "company_id", "user_id", "date"],
        "account.analytic.line": ["employee_id", "date", "project_id", "psa_minutes"],
    }

    date = fields.Date(readonly=True)
    employee_id = fields.Many2one(
        "hr.employee.public", string="Technician", readonly=True
    )
    user_id = fields.Many2one("res.users", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    expected_hours = fields.Float(
        string="Expected",
        readonly=True,
        help="Working hours less leaves and public holidays.",
    )
    logged_hours = fields.Float(string="Logged", readonly=True, help="In hours.")
    missing_hours = fields.Float(
        string="Missing", readonly=True, help="Expected less logged, in hours."
    )
    is_missing = fields.Boolean(
        readonly=True, help="So much is missing that it matters, by the settings."
    )
    reminded_at = fields.Datetime(string="Reminded", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT workday.id,
                   workday.date,
                   workday.employee_id,
                   workday.user_id,
                   workday.company_id,
                   workday.reminded_at,
                   workday.expected_minutes / 60.0 AS expected_hours,
                   COALESCE(logged.minutes, 0) / 60.0 AS logged_hours,
                   GREATEST(
                       workday.expected_minutes - COALESCE(logged.minutes, 0), 0
                   ) / 60.0 AS missing_hours,
                   workday.expected_minutes - COALESCE(logged.minutes, 0)
                       >= company.psa_time_threshold_hours * 60 AS is_missing
              FROM psa_workday workday
              JOIN res_company company ON company.id = workday.company_id
         LEFT JOIN LATERAL (
                   SELECT SUM(line.psa_minutes) AS minutes
                     FROM account_analytic_line line
                    WHERE line.employee_id = workday.employee_id
                      AND line.date = workday.date
                      AND line.project_id IS NOT NULL
                   ) logged ON TRUE
            """
        )

    @api.model
    def action_open_control(self):
        """Open the control with the expected hours counted up to now."""
        self.browse().check_access("read")
        # sudo: which days are shown is decided by the rules of this model
        self.env["psa.workday"].sudo()._refresh(self.env.companies)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_time_control_action"
        )
        return {
            **action,
            "domain": [("date", "<", fields.Date.context_today(self))],
        }

    def action_open_week(self):
        """Open the week of that day, to fill in what lacks."""
        self.ensure_one()
        return {
            **self.env["ir.actions.client"]._for_xml_id("helpdesk_psa.psa_week_action"),
            "params": {
                "day": fields.Date.to_string(self.date),
                "employee_id": self.employee_id.id,
            },
        }
