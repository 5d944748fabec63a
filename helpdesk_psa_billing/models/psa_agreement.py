from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.helpdesk_psa.tools.agreement_match import clip

from ..const import (
    BILLING_ALIGNMENTS,
    BILLING_TIMINGS,
    BILLING_UNITS,
    MONEY_GROUPS,
)

# The header's rhythm is only what new lines start with: each line keeps its own.
RHYTHM_FIELDS = (
    "billing_unit",
    "billing_interval",
    "billing_timing",
    "billing_alignment",
)


class PsaAgreement(models.Model):
    _name = "psa.agreement"
    _inherit = [
        "psa.agreement.count.mixin",
        "psa.agreement.usage.mixin",
        "psa.agreement.renewal.mixin",
        "psa.agreement.revision.mixin",
        "psa.agreement.work.mixin",
        "psa.agreement",
        "psa.agreement.preview.mixin",
        "psa.agreement.invoice.mixin",
        "psa.charges.button.mixin",
        "psa.agreement.revenue.mixin",
        "psa.budgeted.mixin",
    ]

    _psa_charge_field = "agreement_id"
    _psa_budget_field = "agreement_id"

    # The rhythm of new lines
    billing_interval = fields.Integer(
        string="Invoiced every",
        default=1,
        help="Units per period: 3 with months is a quarter.",
    )
    billing_unit = fields.Selection(
        BILLING_UNITS, string="Unit of the period", required=True, default="month"
    )
    billing_timing = fields.Selection(
        BILLING_TIMINGS,
        string="When",
        required=True,
        default="advance",
        help="In advance: on the first day of the period. In arrears: on the day after it.",
    )
    billing_alignment = fields.Selection(
        BILLING_ALIGNMENTS,
        string="Periods",
        required=True,
        default="anniversary",
        help="From the start day: a month from the 15th lasts to the 14th. Of the calendar: "
        "periods begin on the 1st (years in January, weeks on Monday); the first and the "
        "last one are charged by the day.",
    )
    billing_lead_days = fields.Integer(
        string="Invoice ahead",
        compute="_compute_billing_lead_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before a period is due at which its invoice is drafted.",
    )

    # The invoice
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the prices and the invoices.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="For lines whose price comes from a pricelist. Empty: the customer's.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        check_company=True,
        help="Empty: those of whoever gets the invoice.",
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Empty: as Odoo finds it for whoever gets the invoice.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
        check_company=True,
        help="Empty: the first sales journal.",
    )
    analytic_distribution = fields.Json(
        string="Analytic distribution",
        help="Of the invoice lines, in percent per account. Empty: as Odoo's distribution "
        "models say.",
    )
    analytic_precision = fields.Integer(
        store=False,
        default=lambda self: self.env["decimal.precision"].precision_get(
            "Percentage Analytic"
        ),
    )
    invoice_grouping = fields.Selection(
        [
            ("payer", "Payer"),
            ("customer", "Customer"),
            ("site", "Site"),
            ("agreement", "Agreement"),
            ("purchase_order", "Purchase order"),
            ("ticket", "Ticket"),
        ],
        string="One invoice per",
        required=True,
        default="customer",
        help="What is due at the same time goes on one invoice per whoever pays, per "
        "customer, per site of the line or work, per agreement, per purchase order, or "
        "work per ticket.",
    )
    purchase_order = fields.Char(
        help="The customer's order number. Printed on the invoice as its reference.",
    )
    invoice_memo = fields.Html(
        string="Memo", help="Stands at the end of each invoice of the agreement."
    )
    suspension_billing = fields.Selection(
        [
            ("stop", "Not charged"),
            ("go_on", "Charged"),
        ],
        string="While suspended",
        required=True,
        default="stop",
        help="Not charged: the days of a suspension are taken off, those already "
        "invoiced with the next invoice.",
    )

    # What comes of it
    period_ids = fields.One2many(
        "psa.period", "agreement_id", string="Billing periods", groups=MONEY_GROUPS
    )
    charge_ids = fields.One2many(
        "psa.charge", "agreement_id", string="Charges", groups=MONEY_GROUPS
    )
    allowance_ids = fields.One2many(
        "psa.allowance", "agreement_id", string="Allowances"
    )
    invoice_count = fields.Integer(
        compute="_compute_invoice_count", groups=MONEY_GROUPS
    )
    monthly_amount = fields.Monetary(
        string="MRR",
        compute="_compute_monthly_amount",
        groups=MONEY_GROUPS,
        help="Recurring amount per month of the lines in force, before tax; counted lines "
        "with what their last period counted.",
    )

    _billing_interval_check = models.Constraint(
        "CHECK (billing_interval > 0 AND billing_lead_days >= 0)",
        "A period lasts at least one unit, and an invoice is not drafted after it is due.",
    )

    # === COMPUTES === #

    @api.depends("company_id")
    def _compute_billing_lead_days(self):
        for agreement in self:
            agreement.billing_lead_days = (
                agreement.billing_lead_days
                or agreement.company_id.psa_billing_lead_days
            )

    @api.depends("company_id", "pricelist_id")
    def _compute_currency_id(self):
        for agreement in self:
            if agreement.state == "draft" or not agreement.currency_id:
                agreement.currency_id = (
                    agreement.pricelist_id.currency_id
                    or agreement.company_id.currency_id
                )

    def _compute_invoice_count(self):
        counts = dict(
            self.env["psa.charge"]._read_group(
                [("agreement_id", "in", self.ids), ("move_id", "!=", False)],
                ["agreement_id"],
                ["move_id:count_distinct"],
            )
        )
        for agreement in self:
            agreement.invoice_count = counts.get(agreement, 0)

    @api.depends(
        "line_ids.monthly_amount", "line_ids.state", "line_ids.amendment_id.state"
    )
    def _compute_monthly_amount(self):
        for agreement in self:
            lines = agreement.line_ids.filtered(lambda it: it._is_recurring_now())
            agreement.monthly_amount = sum(lines.mapped("monthly_amount"))

    # === CHECKS === #

    @api.constrains("currency_id", "pricelist_id")
    def _check_pricelist_currency(self):
        for agreement in self.filtered("pricelist_id"):
            if agreement.pricelist_id.currency_id != agreement.currency_id:
                raise ValidationError(
                    self.env._(
                        "The pricelist “%(pricelist)s” is in %(other)s, the agreement in "
                        "%(currency)s. Choose a pricelist in the agreement's currency.",
                        pricelist=agreement.pricelist_id.name,
                        other=agreement.pricelist_id.currency_id.name,
                        currency=agreement.currency_id.name,
                    )
                )

    @api.model
    def _get_frozen_fields(self):
        """Override: the currency of what is charged already."""
        return super()._get_frozen_fields() | {"currency_id"}

    # === PERIODS === #

    def write(self, vals):
        """Override: what is agreed about invoices holds for those to come at once."""
        result = super().write(vals)
        if "billing_lead_days" in vals:
            self._sync_periods()
        if "suspension_billing" in vals:
            # sudo: as the suspensions themselves do
            self.sudo().suspension_ids._reopen_periods()
        return result

    def _settle(self, day=None):
        """Override: what changes the dates of an agreement changes its periods."""
        result = super()._settle(day)
        self._sync_periods()
        self.env["psa.charge"]._mark_stale(
            Domain("customer_id", "child_of", self.customer_id.ids)
        )
        return result

    def _get_billing_bounds(self, line):
        """Return the half-open interval in which a line is charged, or None."""
        self.ensure_one()
        return clip((line.date_from, line.date_until or None), self._get_bounds())

    def _get_billing_gaps(self):
        """Return the half-open intervals that are not charged."""
        self.ensure_one()
        return self._get_gaps() if self.suspension_billing == "stop" else []

    def _sync_periods(self, until=None):
        """Bring the periods in line with the terms, a year ahead.

        :param date until: first day that need not be planned yet
        """
        # sudo: periods are a fact of the terms, whoever changes these
        lines = self.sudo().line_ids.filtered(lambda it: it._is_billable())
        self.env["psa.period"].sudo()._sync(lines, until)

    # === ACTIONS === #

    def action_activate(self):
        """Override: show when it will be invoiced, if the company wants that."""
        result = super().action_activate()
        if (
            len(self) == 1
            and self.company_id.psa_billing_opens_schedule
            and self.line_ids.product_id
        ):
            return self._open_schedule()
        return result

    def action_open_periods(self):
        """Open the periods of the agreement."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_period_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("agreement_id", "=", self.id)],
            "context": {},
        }

    def action_open_invoices(self):
        """Open the invoices on which the agreement is charged."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        moves = self.charge_ids.move_id
        return {
            **action,
            "display_name": self.env._("Invoices"),
            "domain": list(Domain("id", "in", moves.ids)),
            "context": {"create": False, "default_move_type": "out_invoice"},
        }

    # === HOW IT IS INVOICED === #

    def _get_payer(self):
        """Return whoever gets the invoices."""
        self.ensure_one()
        return self.partner_invoice_id or self.customer_id

    def _get_fiscal_position(self):
        """Return the fiscal position of the invoices: chosen, or as Odoo finds it."""
        self.ensure_one()
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return self.fiscal_position_id or positions._get_fiscal_position(
            self._get_payer()
        )

    def _get_billing_refusal(self, lines):
        """Return why the agreement cannot be invoiced at present, in words; else None.

        :param lines: those of which a period is to be charged for the first time
        """
        self.ensure_one()
        payer = self._get_payer()
        if not payer.active:
            return self.env._(
                "%(payer)s is archived. Choose under “Invoiced to” who gets the invoices.",
                payer=payer.display_name,
            )
        for line in lines:
            if not line.product_id.active:
                return self.env._(
                    "The product of “%(line)s” is archived. Restore it, or amend the "
                    "agreement.",
                    line=line.name,
                )
        return None
