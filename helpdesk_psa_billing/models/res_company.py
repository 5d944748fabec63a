from odoo import fields, models

from ..const import ALLOWANCE_OVERRUNS, ALLOWANCE_USABLE_FROM, REVISION_METHODS


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = [
        "psa.company.plan.mixin",
        "psa.company.work.mixin",
        "psa.company.statement.mixin",
        "psa.company.check.mixin",
        "res.company",
    ]

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

    # What agreements do that do not say otherwise
    psa_revision_method = fields.Selection(
        REVISION_METHODS,
        string="Prices are revised",
        default="none",
        required=True,
        help="Each year, for agreements that follow the company.",
    )
    psa_revision_percent = fields.Float(
        string="Yearly increase (%)",
        digits=(16, 4),
        min_display_digits=1,
        help="2.5 for 2.5 % more each year.",
    )
    psa_revision_formula_id = fields.Many2one(
        "psa.price.formula",
        string="Formula",
        domain="[('company_id', 'in', (False, id))]",
        ondelete="restrict",
    )
    psa_revision_notice_days = fields.Integer(
        string="Told ahead",
        default=60,
        help="Days before prices change by which the customer has the letter.",
    )

    # What prepaid blocks do that do not say otherwise
    psa_allowance_product_id = fields.Many2one(
        "product.product",
        string="Usual block",
        domain="[('psa_allowance_unit', '!=', False)]",
        ondelete="restrict",
        help="Is quoted when included hours run out; other blocks are quoted again.",
    )
    psa_allowance_hours = fields.Float(
        string="Hours of a block",
        default=10,
        help="What a new block product starts with.",
    )
    psa_allowance_months = fields.Integer(
        string="Expires after",
        default=12,
        help="Months for which a new block product is usable. 0: it does not expire.",
    )
    psa_allowance_usable_from = fields.Selection(
        ALLOWANCE_USABLE_FROM,
        string="Blocks are usable",
        default="invoiced",
        required=True,
    )
    psa_allowance_overrun = fields.Selection(
        ALLOWANCE_OVERRUNS,
        string="Work beyond an allowance",
        default="billed",
        required=True,
    )
    psa_allowance_alert_percent = fields.Integer(
        string="First alert (%)",
        default=80,
        help="Used share of an allowance at which people are told. 0: never.",
    )
    psa_allowance_alert_percent_2 = fields.Integer(
        string="Second alert (%)",
        default=95,
        help="Used share of an allowance at which people are told once more. 0: never.",
    )
    psa_allowance_alert_days = fields.Integer(
        string="Days before expiry",
        default=30,
        help="Days before an allowance expires at which people are told, if something is "
        "left of it. 0: never.",
    )
    psa_allowance_tells_customer = fields.Boolean(
        string="Tell customers",
        default=True,
        help="Customers get a mail when an allowance is nearly empty or about to expire.",
    )

    _psa_allowance_check = models.Constraint(
        "CHECK (psa_allowance_hours >= 0 AND psa_allowance_months >= 0 "
        "AND psa_allowance_alert_percent BETWEEN 0 AND 100 "
        "AND psa_allowance_alert_percent_2 BETWEEN 0 AND 100 "
        "AND psa_allowance_alert_days >= 0)",
        "Blocks have a size and a life that are not negative, and alerts are at 0 to 100 %, "
        "or so many days ahead.",
    )
    _psa_revision_check = models.Constraint(
        "CHECK (psa_revision_notice_days >= 0)",
        "Customers are told of new prices before these hold.",
    )
