from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PsaLineWorkMixin(models.AbstractModel):
    """What a line of an agreement says about the billing of the work that it covers."""

    _name = "psa.line.work.mixin"
    _description = "Billing of Work under a Line"
    _inherit = ["psa.billing.parameter.mixin"]

    # The line has them; check_company and Monetary ask for them here.
    company_id = fields.Many2one("res.company")
    currency_id = fields.Many2one("res.currency")

    billing_plan_id = fields.Many2one(
        "psa.billing.plan",
        string="Billing plan",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Its rules are asked first about work that the line covers. Empty: as the "
        "agreement.",
    )
    minimum_minutes = fields.Integer(
        string="Least time per month",
        help="Minutes that are billed each month: what less was billed or written off "
        "under the line is charged besides; what an allowance pays does not count. 0: no "
        "minimum.",
    )
    minimum_amount = fields.Monetary(
        string="Least amount per month",
        help="Amount before tax that work brings in each month: what less was billed or "
        "written off under the line is charged besides; what an allowance pays does not "
        "count. 0: no minimum.",
    )
    minimum_service_type_id = fields.Many2one(
        "psa.service.type",
        string="Missing time billed as",
        check_company=True,
        ondelete="restrict",
        help="The kind of work whose price the missing time has, by the rules of the last "
        "day of the month; its product is on the invoice.",
    )

    _minimum_check = models.Constraint(
        "CHECK (minimum_minutes >= 0 AND minimum_amount >= 0 "
        "AND (minimum_minutes = 0 OR minimum_amount = 0))",
        "The minimum of a month is a time or an amount, not both, and not negative.",
    )

    @api.constrains("minimum_minutes", "minimum_amount", "minimum_service_type_id")
    def _check_minimum(self):
        for line in self:
            if (
                line.minimum_minutes or line.minimum_amount
            ) and not line.minimum_service_type_id:
                raise ValidationError(
                    self.env._(
                        "“%(line)s” has a monthly minimum: say as which kind of work the "
                        "missing time is billed.",
                        line=line.name,
                    )
                )

    @api.model
    def _get_term_fields(self):
        """Override: how work is billed is agreed upon like the rest."""
        return super()._get_term_fields() | {
            "billing_plan_id",
            "minimum_minutes",
            "minimum_amount",
            "minimum_service_type_id",
        }

    def _is_parameter_kept(self):
        """Override: from the activation on."""
        return not self._is_draft()

    @api.model
    def _get_parameter_fields(self):
        """Override: the terms in force; they change at an amendment only."""
        return tuple(
            sorted({"name", *self._get_term_fields()} - {"agreement_id", "replaces_id"})
        )
