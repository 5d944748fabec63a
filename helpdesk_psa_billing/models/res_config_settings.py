from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

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
    psa_sale_tax_id = fields.Many2one(
        related="company_id.account_sale_tax_id",
        string="Default sales tax",
        readonly=False,
    )
