from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PsaCustomerPlanMixin(models.AbstractModel):
    """How the work for a customer is billed unless an agreement says otherwise."""

    _name = "psa.customer.plan.mixin"
    _description = "Billing of Work for a Customer"
    _inherit = ["psa.billing.parameter.mixin"]

    psa_billing_plan_id = fields.Many2one(
        "psa.billing.plan",
        string="Billing plan",
        company_dependent=True,
        ondelete="restrict",
        groups="base.group_user",
        help="Its rules are asked after those of the agreement, and before those of the "
        "customer group. Empty: as the company above, the customer group or our company.",
    )
    psa_work_discount = fields.Float(
        string="Discount on work (%)",
        digits="Discount",
        company_dependent=True,
        groups="base.group_user",
        help="On the time and items that are billed from now on, unless the rule has a "
        "discount of its own. Lines of agreements have theirs.",
    )

    def action_psa_open_rate_card(self):
        """Show what work costs the customers."""
        return self.env["psa.billing.plan"]._open_rate_card("customer", self.ids)

    @api.constrains("psa_work_discount")
    def _check_psa_work_discount(self):
        for partner in self:
            if not 0 <= partner.psa_work_discount <= 100:
                raise ValidationError(self.env._("A discount is between 0 and 100 %."))

    @api.model
    def _get_parameter_fields(self):
        """Override: what decides about prices."""
        return (
            "psa_billing_plan_id",
            "psa_work_discount",
            "property_product_pricelist",
            "property_account_position_id",
            "property_payment_term_id",
        )

    def _is_parameter_kept(self):
        """Override: of customers."""
        return self.psa_is_customer

    def _get_parameter_context(self):
        """Override: the customer in the company of which the setting is."""
        return self.env.company, self

    def _remember_parameters(self, kind, before):
        """Override: that a customer came or went is told elsewhere."""
        if kind != "write":
            return None
        return super()._remember_parameters(kind, before)
