from odoo import api, fields, models
from odoo.fields import Domain

from ...const import MONEY_GROUPS

ACCOUNT_GROUPS = "account.group_account_invoice,account.group_account_readonly"


class PsaCustomerRevenueMixin(models.AbstractModel):
    """What a customer is invoiced: once and each month."""

    _name = "psa.customer.revenue.mixin"
    _description = "Customer Revenue"

    psa_invoice_count = fields.Integer(
        string="Invoices of the customer",
        compute="_compute_psa_invoice_count",
        groups=ACCOUNT_GROUPS,
        help="Invoices and credit notes of the company, whoever of it they are addressed "
        "to.",
    )
    psa_revenue_currency_id = fields.Many2one(
        "res.currency", compute="_compute_psa_monthly_amount", groups=MONEY_GROUPS
    )
    psa_monthly_amount = fields.Monetary(
        string="MRR",
        compute="_compute_psa_monthly_amount",
        currency_field="psa_revenue_currency_id",
        groups=MONEY_GROUPS,
        help="Recurring amount per month of the agreements in force, before tax, in the "
        "currency of the company.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_psa_invoice_count(self):
        self.psa_invoice_count = 0
        counts = self.env["account.move"]._read_group(
            self._get_psa_invoice_domain(), ["commercial_partner_id"], ["__count"]
        )
        for partner, count in counts:
            mine = self.filtered(
                lambda it, customer=partner: it.commercial_partner_id == customer
            )
            mine.psa_invoice_count = count

    @api.depends_context("allowed_company_ids")
    def _compute_psa_monthly_amount(self):
        company = self.env.company
        self.psa_revenue_currency_id = company.currency_id
        self.psa_monthly_amount = 0
        agreements = self.env["psa.agreement"].search(
            [("customer_id", "in", self.ids), ("state", "in", ["active", "suspended"])]
        )
        today = fields.Date.context_today(self)
        for agreement in agreements:
            agreement.customer_id.psa_monthly_amount += agreement.currency_id._convert(
                agreement.monthly_amount, company.currency_id, company, today
            )

    def _get_psa_invoice_domain(self):
        """Return the domain of the invoices of the partners' companies."""
        return Domain("move_type", "in", ("out_invoice", "out_refund")) & Domain(
            "commercial_partner_id", "in", self.commercial_partner_id.ids
        )

    def action_psa_open_invoices(self):
        """Open the invoices of the customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": list(self._get_psa_invoice_domain()),
            "context": {
                "default_move_type": "out_invoice",
                "default_partner_id": self.id,
            },
        }

    def action_psa_open_revenue(self):
        """Open the lines of agreements that bring in money each month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_agreement_line_action_mrr"
        )
        views = sorted(action["views"], key=lambda view: view[1] != "list")
        return {
            **action,
            "display_name": self.display_name,
            "views": views,
            "domain": [
                ("customer_id", "=", self.id),
                ("product_id", "!=", False),
                ("charge_kind", "=", "recurring"),
            ],
        }
