from odoo import api, fields, models


class PsaCustomerGroup(models.Model):
    _name = "psa.customer.group"
    _inherit = ["psa.billing.parameter.mixin", "psa.customer.group"]

    billing_plan_id = fields.Many2one(
        "psa.billing.plan",
        string="Billing plan",
        company_dependent=True,
        ondelete="restrict",
        help="For the customers of the group that have no plan of their own. Empty: as the "
        "group above, or the company.",
    )

    @api.model
    def _get_parameter_fields(self):
        """Override: what decides about prices."""
        return ("billing_plan_id", "parent_id")

    def _get_parameter_context(self):
        """Override: in the company of which the setting is."""
        return self.env.company, self.env["res.partner"]
