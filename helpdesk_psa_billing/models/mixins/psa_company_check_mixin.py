from odoo import fields, models


class PsaCompanyCheckMixin(models.AbstractModel):
    """Who in a company is told what the billing check finds."""

    _name = "psa.company.check.mixin"
    _description = "Billing Check of a Company"

    psa_check_user_ids = fields.Many2many(
        "res.users",
        "psa_company_check_user_rel",
        "company_id",
        "user_id",
        string="Told of findings",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Get one message a night with what the billing check found anew. Empty: all "
        "billing managers of the company.",
    )

    def _psa_get_check_users(self):
        """Return who is told of the findings of these companies."""
        users = self.psa_check_user_ids
        if managed := self.filtered(lambda it: not it.psa_check_user_ids):
            group = self.env.ref("helpdesk_psa_billing.group_psa_billing_manager")
            users |= group.all_user_ids.filtered(
                lambda it: it.company_ids & managed and not it.share
            )
        return users.filtered("active")
