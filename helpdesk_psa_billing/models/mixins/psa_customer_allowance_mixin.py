from odoo import fields, models
from odoo.fields import Domain


class PsaCustomerAllowanceMixin(models.AbstractModel):
    """What a customer has paid for ahead, one click away."""

    _name = "psa.customer.allowance.mixin"
    _description = "Customer with Allowances"

    psa_allowance_ids = fields.One2many(
        "psa.allowance",
        "customer_id",
        string="Allowances",
        groups="helpdesk_psa.group_psa_readonly",
    )
    psa_allowance_count = fields.Integer(
        string="Allowances",
        compute="_compute_psa_allowances",
        groups="helpdesk_psa.group_psa_readonly",
        help="That are usable, or will be.",
    )
    psa_allowance_text = fields.Char(
        string="Prepaid",
        compute="_compute_psa_allowances",
        groups="helpdesk_psa.group_psa_readonly",
        help="Left of what is usable now.",
    )

    def _compute_psa_allowances(self):
        found = self.env["psa.allowance"].search(
            Domain("customer_id", "in", self.commercial_partner_id.ids)
            & Domain("state", "not in", ("empty", "expired"))
        )
        by_customer = found.grouped("customer_id")
        for partner in self:
            own = by_customer.get(partner.commercial_partner_id, found.browse())
            partner.psa_allowance_count = len(own)
            partner.psa_allowance_text = own._describe_left()

    def action_psa_open_allowances(self):
        """Open the allowances of the customer."""
        self.ensure_one()
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_allowance_action"
        )
        return {
            **action,
            "display_name": customer.display_name,
            "domain": [("customer_id", "=", customer.id)],
            "context": {"default_customer_id": customer.id},
        }
