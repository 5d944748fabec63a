from odoo import fields, models


class PsaCompanyWorkMixin(models.AbstractModel):
    """Since when and how a company bills its work."""

    _name = "psa.company.work.mixin"
    _description = "Billing of Work in a Company"

    psa_work_billing_start = fields.Date(
        string="Work is billed from",
        default=fields.Date.context_today,
        help="Time, parts and expenses of this day and later are charged. Empty: none are.",
    )
    psa_billing_approves_work = fields.Boolean(
        string="Runs approve work",
        help="Billing runs approve charges that are decided and whose time is approved. Off: "
        "somebody approves each charge.",
    )
    psa_billing_approval = fields.Selection(
        [
            ("anyone", "Billing users and account managers"),
            ("manager", "Account managers"),
        ],
        string="Charges are approved by",
        required=True,
        default="anyone",
        help="Account managers: work of their agreements, projects and customers is billed "
        "only after they have approved it; billing managers stand in for them. What nobody "
        "looks after is approved by billing users.",
    )

    def write(self, vals):
        """Override: an earlier day brings in the work since then."""
        result = super().write(vals)
        if vals.get("psa_work_billing_start"):
            self.env.ref("helpdesk_psa_billing.psa_charge_cron_rate")._trigger()
        return result
