from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_psa_budget = fields.Boolean(
        "Budgets",
        group="base.group_user",
        implied_group="helpdesk_psa_billing.group_psa_budget",
        help="Projects and agreements have budgets. Off: no budget is shown anywhere.",
    )
    psa_billing_lead_days = fields.Integer(
        related="company_id.psa_billing_lead_days", readonly=False
    )
    psa_billing_memo = fields.Html(
        related="company_id.psa_billing_memo", readonly=False
    )
    psa_billing_automation = fields.Selection(
        related="company_id.psa_billing_automation", readonly=False
    )
    psa_billing_opens_schedule = fields.Boolean(
        related="company_id.psa_billing_opens_schedule", readonly=False
    )
    psa_revision_method = fields.Selection(
        related="company_id.psa_revision_method", readonly=False
    )
    psa_revision_percent = fields.Float(
        related="company_id.psa_revision_percent", readonly=False
    )
    psa_revision_formula_id = fields.Many2one(
        related="company_id.psa_revision_formula_id", readonly=False
    )
    psa_revision_notice_days = fields.Integer(
        related="company_id.psa_revision_notice_days", readonly=False
    )
    psa_billing_plan_id = fields.Many2one(
        related="company_id.psa_billing_plan_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    psa_allowance_product_id = fields.Many2one(
        related="company_id.psa_allowance_product_id", readonly=False
    )
    psa_allowance_hours = fields.Float(
        related="company_id.psa_allowance_hours", readonly=False
    )
    psa_allowance_months = fields.Integer(
        related="company_id.psa_allowance_months", readonly=False
    )
    psa_allowance_usable_from = fields.Selection(
        related="company_id.psa_allowance_usable_from", readonly=False
    )
    psa_allowance_overrun = fields.Selection(
        related="company_id.psa_allowance_overrun", readonly=False
    )
    psa_allowance_alert_percent = fields.Integer(
        related="company_id.psa_allowance_alert_percent", readonly=False
    )
    psa_allowance_alert_percent_2 = fields.Integer(
        related="company_id.psa_allowance_alert_percent_2", readonly=False
    )
    psa_allowance_alert_days = fields.Integer(
        related="company_id.psa_allowance_alert_days", readonly=False
    )
    psa_allowance_tells_customer = fields.Boolean(
        related="company_id.psa_allowance_tells_customer", readonly=False
    )
    psa_check_user_ids = fields.Many2many(
        related="company_id.psa_check_user_ids",
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    psa_sale_tax_id = fields.Many2one(
        related="company_id.account_sale_tax_id",
        string="Default sales tax",
        readonly=False,
    )
    psa_work_billing_start = fields.Date(
        related="company_id.psa_work_billing_start", readonly=False
    )
    psa_billing_approves_work = fields.Boolean(
        related="company_id.psa_billing_approves_work", readonly=False
    )
    psa_statement_format = fields.Selection(
        related="company_id.psa_statement_format", readonly=False
    )
    psa_statement_grouping = fields.Selection(
        related="company_id.psa_statement_grouping", readonly=False
    )
    psa_billing_approval = fields.Selection(
        related="company_id.psa_billing_approval", readonly=False
    )
