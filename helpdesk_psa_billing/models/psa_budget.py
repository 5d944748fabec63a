from odoo import api, fields, models
from odoo.fields import Domain

# From this share of the plan on it is used up.
FULL = 100


class PsaBudget(models.Model):
    """What a project or agreement may take and bring in, beside what it does."""

    _name = "psa.budget"
    _description = "Budget"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    agreement_id = fields.Many2one(
        "psa.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    customer_id = fields.Many2one(
        "res.partner", compute="_compute_customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is told when the budget is nearly used up.",
    )
    active = fields.Boolean(default=True)
    date_from = fields.Date(
        string="From", help="First day that counts. Empty: from the beginning."
    )
    date_until = fields.Date(
        string="Until", help="First day that no longer counts. Empty: without end."
    )
    warn_percent = fields.Integer(
        string="Warn at (%)",
        default=80,
        required=True,
        help="Share of the hours or of the cost at which the responsible is told, and once "
        "more when all is used.",
    )
    warned_percent = fields.Integer(
        readonly=True, copy=False, help="Share that the responsible was told of last."
    )

    # Planned
    planned_hours = fields.Float(
        string="Planned hours",
        compute="_compute_planned_hours",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Those allocated to the project, unless you write others.",
    )
    hour_price = fields.Monetary(string="Price of an hour", help="Before tax.")
    hour_cost = fields.Monetary(string="Cost of an hour")
    other_revenue = fields.Monetary(
        string="Other revenue", help="Fees, parts and the like, before tax."
    )
    other_cost = fields.Monetary(string="Other cost", help="Parts and the like.")
    planned_revenue = fields.Monetary(
        string="Planned revenue",
        compute="_compute_planned",
        store=True,
        help="Hours at their price, and the other.",
    )
    planned_cost = fields.Monetary(
        string="Planned cost",
        compute="_compute_planned",
        store=True,
        help="Hours at their cost, and the other.",
    )
    planned_margin = fields.Monetary(
        string="Planned margin",
        compute="_compute_planned",
        store=True,
        help="Planned revenue less planned cost.",
    )

    # Actual
    actual_hours = fields.Float(
        string="Actual hours",
        compute="_compute_actual",
        help="Worked for it within its days.",
    )
    actual_revenue = fields.Monetary(
        string="Actual revenue",
        compute="_compute_actual",
        help="Charges within its days: on invoices less credit notes, and to be invoiced.",
    )
    actual_cost = fields.Monetary(
        string="Actual cost",
        compute="_compute_actual",
        help="Of time and parts within its days.",
    )
    actual_margin = fields.Monetary(
        string="Actual margin",
        compute="_compute_actual",
        help="Actual revenue less actual cost.",
    )
    used_percent = fields.Float(
        string="Used (%)",
        compute="_compute_actual",
        help="Of the hours or of the cost, whichever is more.",
    )
    state = fields.Selection(
        [("within", "Within"), ("warning", "Nearly used up"), ("over", "Used up")],
        string="Status",
        compute="_compute_actual",
        search="_search_state",
    )

    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(project_id, agreement_id) = 1)",
        "A budget is for one project or for one agreement.",
    )
    _dates_check = models.Constraint(
        "CHECK (date_from < date_until)", "A budget lasts at least one day."
    )
    _amounts_check = models.Constraint(
        "CHECK (planned_hours >= 0 AND hour_price >= 0 AND hour_cost >= 0 "
        "AND other_revenue >= 0 AND other_cost >= 0 AND warn_percent > 0)",
        "What is planned is not negative, and the warning comes above 0 %.",
    )

    # === COMPUTES === #

    @api.depends("project_id", "agreement_id")
    def _compute_name(self):
        for budget in self:
            subject = budget.project_id or budget.agreement_id
            budget.name = subject.display_name or budget.name

    @api.depends("project_id.partner_id", "agreement_id.customer_id")
    def _compute_customer_id(self):
        for budget in self:
            budget.customer_id = (
                budget.agreement_id.customer_id
                or budget.project_id.partner_id.commercial_partner_id
            )

    @api.depends("project_id")
    def _compute_planned_hours(self):
        for budget in self:
            budget.planned_hours = (
                budget.planned_hours or budget.project_id.allocated_hours
            )

    @api.depends(
        "planned_hours", "hour_price", "hour_cost", "other_revenue", "other_cost"
    )
    def _compute_planned(self):
        for budget in self:
            hours = budget.planned_hours
            budget.planned_revenue = hours * budget.hour_price + budget.other_revenue
            budget.planned_cost = hours * budget.hour_cost + budget.other_cost
            budget.planned_margin = budget.planned_revenue - budget.planned_cost

    @api.depends("planned_hours", "planned_cost", "warn_percent")
    @api.depends_context("uid")
    def _compute_actual(self):
        actual = self._get_actual()
        for budget in self:
            hours, revenue, cost = actual.get(budget._origin.id, (0, 0, 0))
            budget.actual_hours = hours
            budget.actual_revenue = revenue
            budget.actual_cost = cost
            budget.actual_margin = revenue - cost
            budget.used_percent = 100 * max(
                _get_share(hours, budget.planned_hours),
                _get_share(cost, budget.planned_cost),
            )
            budget.state = budget._get_state()

    def _get_actual(self):
        """Return {id: (hours, revenue, cost)} in the currencies of the budgets."""
        actual = {}
        for company, budgets in self.grouped("company_id").items():
            # sudo: whoever may see a budget may see its sums
            report = self.env["psa.budget.report"].sudo().with_company(company)
            groups = report.with_context(active_test=False)._read_group(
                [("budget_id", "in", budgets._origin.ids)],
                ["budget_id"],
                ["actual_hours:sum", "actual_revenue:sum", "actual_cost:sum"],
            )
            actual.update({budget.id: sums for budget, *sums in groups})
        return actual

    def _get_state(self):
        self.ensure_one()
        if self.used_percent >= FULL:
            return "over"
        return "warning" if self.used_percent >= self.warn_percent else "within"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        budgets = self.search([("active", "in", (True, False))])
        return Domain("id", "in", budgets.filtered(lambda it: it.state in value).ids)

    # === ACTIONS === #

    def action_open_figures(self):
        """Open what the actual figures are made of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_service_report_action"
        )
        domain = Domain("project_id", "=", self.project_id.id)
        if self.agreement_id:
            domain = Domain("agreement_id", "=", self.agreement_id.id)
        if self.date_from:
            domain &= Domain("date", ">=", self.date_from)
        if self.date_until:
            domain &= Domain("date", "<", self.date_until)
        return {
            **action,
            "display_name": self.display_name,
            "domain": list(domain),
            "context": {},
        }

    # === SCHEDULED === #

    @api.model
    def _cron_warn(self):
        """Tell responsibles of budgets that are nearly or wholly used up, once each."""
        budgets_group = self.env.ref("helpdesk_psa_billing.group_psa_budget")
        if budgets_group not in self.env.ref("base.group_user").all_implied_ids:
            return
        budgets = self.search([("user_id", "!=", False)])
        for budget in budgets.filtered(lambda it: it.state != "within"):
            budget._warn()

    def _warn(self):
        """Tell the responsible how much is used, if he does not know."""
        self.ensure_one()
        reached = FULL if self.state == "over" else self.warn_percent
        if self.warned_percent >= reached:
            return
        self.warned_percent = reached
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.user_id.id,
            summary=self.with_context(lang=self.user_id.lang).env._(
                "%(percent)d %% of the budget is used", percent=self.used_percent
            ),
        )


def _get_share(actual, planned):
    """Return which part of the plan is used; what was not planned uses up nothing."""
    return actual / planned if planned else 0.0
