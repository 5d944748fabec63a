from odoo import api, fields, models


class PsaCompanyPlanMixin(models.AbstractModel):
    """How the work of a company is billed when nothing closer to it says so."""

    _name = "psa.company.plan.mixin"
    _description = "Billing of the Work of a Company"
    _inherit = ["psa.billing.parameter.mixin"]

    psa_billing_plan_id = fields.Many2one(
        "psa.billing.plan",
        string="Usual billing plan",
        domain="[('company_id', '=', id)]",
        ondelete="restrict",
        help="Its rules are asked last, after those of the agreement, the customer and the "
        "customer group. Work that no rule is about waits for a decision.",
    )

    @api.model
    def _get_parameter_fields(self):
        """Override: what decides about prices when nothing else does."""
        return ("psa_billing_plan_id",)

    def _get_parameter_context(self):
        """Override: the company itself."""
        return self, self.env["res.partner"]

    def _remember_parameters(self, kind, before):
        """Override: a company that is added or deleted changes no price."""
        if kind != "write":
            return None
        return super()._remember_parameters(kind, before)
