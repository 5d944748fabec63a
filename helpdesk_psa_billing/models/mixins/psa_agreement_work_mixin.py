from odoo import api, fields, models
from odoo.fields import Domain


class PsaAgreementWorkMixin(models.AbstractModel):
    """What an agreement says about the billing of work."""

    _name = "psa.agreement.work.mixin"
    _description = "Billing of Work under an Agreement"
    _inherit = ["psa.billing.parameter.mixin"]

    billing_plan_id = fields.Many2one(
        "psa.billing.plan",
        string="Billing plan",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Its rules are asked after those of the line that covers the work, and before "
        "those of the customer. Empty: as the customer.",
    )

    def _get_changes_domain(self):
        """Override: with those of its lines."""
        lines = Domain("res_model", "=", "psa.agreement.line")
        lines &= Domain("res_id", "in", self.line_ids.ids)
        return super()._get_changes_domain() | lines

    def _is_parameter_kept(self):
        """Override: from the activation on."""
        return self.state != "draft"

    @api.model
    def _get_parameter_fields(self):
        """Override: all that decides about invoices; the lines have amendments."""
        return (
            "name",
            "customer_id",
            "partner_invoice_id",
            "date_start",
            "date_end",
            "termination_date",
            "state",
            "billing_plan_id",
            "billing_interval",
            "billing_unit",
            "billing_timing",
            "billing_alignment",
            "billing_lead_days",
            "currency_id",
            "pricelist_id",
            "payment_term_id",
            "fiscal_position_id",
            "journal_id",
            "invoice_grouping",
            "purchase_order",
            "suspension_billing",
        )
