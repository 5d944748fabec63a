from odoo import fields, models
from odoo.tools import SQL

from .psa_service_report import PsaServiceReport


class PsaBudgetReport(models.Model):
    """Planned and actual hours, cost and revenue of what has a budget.

    One row for each budget, and one for each service figure that it is about.
    """

    _name = "psa.budget.report"
    _description = "Planned and Actual"
    _inherit = ["psa.figures.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "budget_id"
    _depends = {
        **PsaServiceReport._depends,
        "psa.budget": [
            "active",
            "agreement_id",
            "company_id",
            "customer_group_id",
            "customer_id",
            "date_from",
            "date_until",
            "planned_cost",
            "planned_hours",
            "planned_revenue",
            "project_id",
            "user_id",
        ],
    }
    _psa_ratios = {
        "hours_percent": ("actual_hours", "planned_hours", 100),
        "cost_percent": ("actual_cost", "planned_cost", 100),
    }

    budget_id = fields.Many2one("psa.budget", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    agreement_id = fields.Many2one("psa.agreement", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    customer_group_id = fields.Many2one("psa.customer.group", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    active = fields.Boolean(readonly=True)
    date = fields.Date(
        readonly=True,
        help="Day of the work; of what is planned the first day of the budget.",
    )
    planned_hours = fields.Float(string="Planned hours", readonly=True)
    planned_revenue = fields.Monetary(string="Planned revenue", readonly=True)
    planned_cost = fields.Monetary(string="Planned cost", readonly=True)
    planned_margin = fields.Monetary(
        string="Planned margin",
        readonly=True,
        help="Planned revenue less planned cost.",
    )
    actual_hours = fields.Float(
        string="Actual hours", readonly=True, help="Hours worked."
    )
    actual_revenue = fields.Monetary(
        string="Actual revenue",
        readonly=True,
        help="On invoices less credit notes, and to be invoiced.",
    )
    actual_cost = fields.Monetary(
        string="Actual cost", readonly=True, help="Of time and parts."
    )
    actual_margin = fields.Monetary(
        string="Actual margin", readonly=True, help="Actual revenue less actual cost."
    )
    hours_percent = fields.Float(
        string="Hours used (%)",
        readonly=True,
        aggregator="avg",
        help="Actual by planned hours.",
    )
    cost_percent = fields.Float(
        string="Cost used (%)",
        readonly=True,
        aggregator="avg",
        help="Actual by planned cost.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT figures.*, %(ratios)s
              FROM (SELECT work.*, %(currency)s AS currency_id,
                           planned_revenue - planned_cost AS planned_margin,
                           actual_revenue - actual_cost AS actual_margin
                      FROM (%(planned)s UNION ALL %(projects)s UNION ALL %(agreements)s)
                           work) figures
            """,
            ratios=SQL(", ").join(self._get_ratio_columns()),
            currency=self.env.company.currency_id.id,
            planned=self._get_planned(),
            projects=self._get_actual(
                SQL("figure.project_id = budget.project_id"), number=1
            ),
            agreements=self._get_actual(
                SQL("figure.agreement_id = budget.agreement_id"), number=2
            ),
        )

    def _get_planned(self):
        return SQL(
            """
            SELECT budget.id::bigint * 3 AS id, %(subject)s,
                   COALESCE(budget.date_from, budget.create_date::date) AS date,
                   budget.planned_hours::float8 AS planned_hours,
                   (budget.planned_revenue * home.rate)::float8 AS planned_revenue,
                   (budget.planned_cost * home.rate)::float8 AS planned_cost,
                   0::float8 AS actual_hours, 0::float8 AS actual_revenue,
                   0::float8 AS actual_cost
              FROM psa_budget budget
              JOIN %(home)s ON home.company_id = budget.company_id AND home.is_home
            """,
            subject=self._get_subject(),
            home=self._get_rates("home"),
        )

    def _get_actual(self, condition, number):
        """Return the service figures within the days of the budgets that they are about.

        :param SQL condition: by which a figure finds its budget
        :param int number: what tells the rows apart from the others
        """
        return SQL(
            """
            SELECT (figure.id * 1000000 + budget.id) * 3 + %(number)s, %(subject)s,
                   figure.date, 0::float8, 0::float8, 0::float8, figure.hours,
                   figure.revenue + figure.expected_revenue, figure.cost
              FROM psa_budget budget
              JOIN (%(figures)s) figure
                ON %(condition)s AND figure.company_id = budget.company_id
             WHERE figure.date >= COALESCE(budget.date_from, '-infinity')
               AND figure.date < COALESCE(budget.date_until, 'infinity')
            """,
            number=number,
            subject=self._get_subject(),
            figures=self.env["psa.service.report"]._table_query,
            condition=condition,
        )

    def _get_subject(self):
        return SQL(
            """
            budget.id AS budget_id, budget.company_id, budget.project_id,
            budget.agreement_id, budget.customer_id, budget.customer_group_id,
            budget.user_id, budget.active
            """
        )
