from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    psa_billing_lead_days = fields.Integer(
        string="Invoice ahead",
        help="Days before a period is due at which its invoice is drafted; an agreement may "
        "say otherwise.",
    )
    psa_billing_memo = fields.Html(
        string="Memo",
        translate=True,
        help="Stands at the end of each generated invoice, above what the agreement adds.",
    )
    psa_billing_automation = fields.Selection(
        [
            ("none", "Nothing: somebody starts the run"),
            ("propose", "Propose what is due"),
            ("draft", "Draft the invoices"),
            ("post", "Draft and post the invoices"),
            ("send", "Draft, post and send the invoices"),
        ],
        string="Every morning",
        default="none",
        required=True,
        help="How far the billing of agreements goes by itself.",
    )
    psa_billing_opens_schedule = fields.Boolean(
        string="Open the schedule after activation",
        help="Activating an agreement that is invoiced opens the calendar of its periods.",
    )
