from odoo import api, fields, models
from odoo.tools import SQL

# Work that earns money: on an invoice, or paid for by a fee, ahead or by an order.
BILLABLE = ("billed", "covered", "allowance", "sale_order", "pending")


class PsaUtilisationReport(models.Model):
    """How much of their working time technicians log, spend for customers and bill.

    Technicians are the members of teams, and who was one while his hours were counted. One
    row for each working day, for each time entry, and for each charge of time.
    """

    _name = "psa.utilisation.report"
    _description = "Technician Utilisation"
    _inherit = ["psa.figures.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "employee_id"
    _depends = {
        "psa.workday": ["company_id", "date", "employee_id", "expected_minutes"],
        "account.analytic.line": [
            "company_id",
            "date",
            "employee_id",
            "project_id",
            "psa_minutes",
        ],
        "psa.charge": [
            "amount",
            "analytic_line_id",
            "base_price",
            "company_id",
            "currency_id",
            "destination",
            "minutes",
            "move_id",
            "price_unit",
            "raw_minutes",
            "state",
            "work_date",
        ],
        "account.move": ["invoice_currency_rate"],
        "hr.employee": ["current_version_id", "user_id"],
        "hr.version": ["department_id"],
        "psa.team": ["member_ids"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }
    _psa_ratios = {
        "logged_percent": ("worked_hours", "capacity_hours", 100),
        "utilisation_percent": ("billable_hours", "capacity_hours", 100),
        "billed_percent": ("invoiced_hours", "billable_hours", 100),
        "realised_rate": ("revenue", "worked_hours", 1),
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    employee_id = fields.Many2one(
        "hr.employee.public", string="Technician", readonly=True
    )
    department_id = fields.Many2one("hr.department", readonly=True)
    capacity_hours = fields.Float(
        string="Capacity",
        readonly=True,
        help="Hours of the working calendar, less leaves and public holidays.",
    )
    worked_hours = fields.Float(
        string="Hours worked", readonly=True, help="All time logged, internal time too."
    )
    billable_hours = fields.Float(
        string="Billable hours",
        readonly=True,
        help="Hours worked for customers that a fee, an allowance, an order or an invoice "
        "pays for, or that are to be decided; not those given away.",
    )
    invoiced_hours = fields.Float(
        string="Invoiced hours",
        readonly=True,
        help="Hours worked that are on posted invoices, less credit notes.",
    )
    revenue = fields.Monetary(
        string="Invoiced time",
        readonly=True,
        help="Amount of the charges of time on posted invoices, less credit notes.",
    )
    value = fields.Monetary(
        string="Value of the work",
        readonly=True,
        help="Hours for customers at the price of the pricelist.",
    )
    logged_percent = fields.Float(
        string="Time logged (%)",
        readonly=True,
        aggregator="avg",
        help="Hours worked by capacity.",
    )
    utilisation_percent = fields.Float(
        string="Utilisation (%)",
        readonly=True,
        aggregator="avg",
        help="Billable hours by capacity.",
    )
    billed_percent = fields.Float(
        string="Realisation (%)",
        readonly=True,
        aggregator="avg",
        help="Invoiced hours by billable hours.",
    )
    realised_rate = fields.Monetary(
        string="Realised rate",
        readonly=True,
        aggregator="avg",
        help="Invoiced time by the hours worked.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT figures.*, %(ratios)s
              FROM (SELECT work.*, version.department_id, %(currency)s AS currency_id
                      FROM (%(days)s UNION ALL %(entries)s UNION ALL %(charges)s) work
                      JOIN hr_employee employee ON employee.id = work.employee_id
                 LEFT JOIN hr_version version
                        ON version.id = employee.current_version_id
                     WHERE employee.user_id IN (SELECT user_id FROM psa_team_member_rel)
                        OR EXISTS (SELECT FROM psa_workday workday
                                    WHERE workday.employee_id = employee.id)
                   ) figures
            """,
            ratios=SQL(", ").join(self._get_ratio_columns()),
            currency=self.env.company.currency_id.id,
            days=self._get_days(),
            entries=self._get_entries(),
            charges=self._get_charges(),
        )

    def _get_days(self):
        """Return how long people ought to work."""
        return SQL(
            """
            SELECT workday.id::bigint * 3 AS id, workday.date, workday.company_id,
                   workday.employee_id,
                   (workday.expected_minutes / 60.0)::float8 AS capacity_hours,
                   0::float8 AS worked_hours, 0::float8 AS billable_hours,
                   0::float8 AS invoiced_hours, 0::float8 AS revenue,
                   0::float8 AS value
              FROM psa_workday workday
            """
        )

    def _get_entries(self):
        """Return the time that they logged."""
        return SQL(
            """
            SELECT entry.id::bigint * 3 + 1, entry.date, entry.company_id,
                   entry.employee_id, 0::float8,
                   (entry.psa_minutes / 60.0)::float8, 0::float8, 0::float8,
                   0::float8, 0::float8
              FROM account_analytic_line entry
             WHERE entry.project_id IS NOT NULL AND entry.employee_id IS NOT NULL
               AND entry.psa_minutes != 0
            """
        )

    def _get_charges(self):
        """Return what became of it."""
        return SQL(
            """
            SELECT charge.id::bigint * 3 + 2, charge.work_date, charge.company_id,
                   entry.employee_id, 0::float8, 0::float8,
                   (CASE WHEN charge.destination IN %(billable)s
                    THEN charge.raw_minutes / 60.0 ELSE 0 END)::float8,
                   (CASE WHEN charge.destination = 'billed' AND charge.state = 'invoiced'
                    THEN charge.raw_minutes / 60.0 ELSE 0 END)::float8,
                   (CASE WHEN charge.destination = 'billed' AND charge.state = 'invoiced'
                    THEN charge.amount * %(rate)s ELSE 0 END)::float8,
                   COALESCE(charge.raw_minutes / 60.0
                    * COALESCE(NULLIF(charge.base_price, 0), charge.price_unit)
                    * %(rate)s, 0)::float8
              FROM psa_charge charge
              JOIN account_analytic_line entry ON entry.id = charge.analytic_line_id
              JOIN %(home)s ON home.company_id = charge.company_id AND home.is_home
         LEFT JOIN %(own)s ON own.company_id = charge.company_id
                          AND own.currency_id = charge.currency_id
         LEFT JOIN account_move move ON move.id = charge.move_id
             WHERE entry.employee_id IS NOT NULL
            """,
            billable=BILLABLE,
            rate=self.env["psa.service.report"]._get_charge_rate(),
            home=self._get_rates("home"),
            own=self._get_rates("own"),
        )

    @api.model
    def action_open_utilisation(self):
        """Open the report with the working hours counted up to now."""
        self.browse().check_access("read")
        # sudo: which days are shown is decided by the rules of this model
        self.env["psa.workday"].sudo()._psa_fill(self.env.companies)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_utilisation_report_action"
        )
