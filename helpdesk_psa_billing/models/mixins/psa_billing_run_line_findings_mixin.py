from odoo import api, fields, models
from odoo.fields import Domain


class PsaBillingRunLineFindingsMixin(models.AbstractModel):
    """A customer with findings that block is refused; the others are not held up."""

    _name = "psa.billing.run.line.findings.mixin"
    _description = "Findings about a Line of a Billing Run"

    is_blocked = fields.Boolean(
        readonly=True,
        help="It was refused because of findings that nobody has settled.",
    )
    remedy_label = fields.Char(
        compute="_compute_remedy_label", help="What the button does that mends it."
    )

    @api.depends("is_blocked", "agreement_id")
    @api.depends_context("lang")
    def _compute_remedy_label(self):
        for line in self:
            if line.is_blocked:
                line.remedy_label = self.env._("Settle the findings")
            elif line.agreement_ids:
                line.remedy_label = self.env._("Open the agreement")
            else:
                line.remedy_label = self.env._("Open the customer")

    def action_remedy(self):
        """Open what keeps the customer from getting his invoice."""
        self.ensure_one()
        if self.is_blocked:
            return self.env["psa.billing.finding"]._open_list(
                self.run_id._get_blocking_domain()
                & Domain("customer_id", "=", self.customer_id.id)
            )
        if self.agreement_ids:
            return self.action_open_agreements()
        return {
            "type": "ir.actions.act_window",
            "name": self.customer_id.display_name,
            "res_model": "res.partner",
            "res_id": self.customer_id.id,
            "views": [(False, "form")],
        }

    def _refuse_blocked(self):
        """Refuse the lines of customers with findings that block.

        :return: the lines that may be drafted
        """
        if not self:
            return self
        counts = self.run_id._count_blocking()
        blocked = self.filtered(lambda it: it.customer_id.id in counts)
        for line in blocked:
            count = counts[line.customer_id.id]
            agreement = line.agreement_ids if len(line.agreement_ids) == 1 else None
            line.charge_ids._withdraw()
            line.write(
                {
                    "state": "refused",
                    "is_blocked": True,
                    "agreement_id": agreement.id if agreement else False,
                    "reason": self.env._("One finding to settle.")
                    if count == 1
                    else self.env._("%(count)s findings to settle.", count=count),
                }
            )
        return self - blocked
