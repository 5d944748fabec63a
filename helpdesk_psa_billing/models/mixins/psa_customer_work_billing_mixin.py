from odoo import fields, models


class PsaCustomerWorkBillingMixin(models.AbstractModel):
    """How work that no agreement covers is invoiced to a customer."""

    _name = "psa.customer.work.billing.mixin"
    _description = "Invoices of Work for a Customer"

    psa_invoice_grouping = fields.Selection(
        [("customer", "Customer"), ("site", "Site"), ("ticket", "Ticket")],
        string="One invoice of work per",
        company_dependent=True,
        groups="base.group_user",
        help="Of work without agreement; agreements say so themselves. Empty: one per "
        "customer.",
    )
