from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import DESTINATIONS
from .mixins.psa_charge_correction_mixin import SPLIT

# What may change once a charge is approved: where it is invoiced, nothing of what it says.
FREE_FIELDS = {
    "state",
    "invoice_line_id",
    "run_line_id",
    "told_move_id",
    "is_reversed",
    "is_late",
    "approved_by_id",
    "approved_at",
}


class PsaCharge(models.Model):
    """What is charged for one piece of work or one period, and why. The ledger of billing.

    Drafts are proposals and are made anew at will. An approved charge is a fact: it is
    corrected by an opposite one only.
    """

    _name = "psa.charge"
    _description = "Charge"
    _inherit = [
        "psa.ledger.mixin",
        "psa.charge.value.mixin",
        "psa.charge.source.mixin",
        "psa.charge.facts.mixin",
        "psa.charge.foresight.mixin",
        "psa.charge.rating.mixin",
        "psa.charge.words.mixin",
        "psa.charge.reword.mixin",
        "psa.charge.approver.mixin",
        "psa.charge.approval.mixin",
        "psa.charge.minimum.mixin",
        "psa.charge.invoice.mixin",
        "psa.charge.count.mixin",
        "psa.charge.links.mixin",
        "psa.charge.allowance.mixin",
        "psa.charge.correction.mixin",
        "psa.charge.proof.mixin",
        "psa.charge.proof.allowance.mixin",
        "psa.charge.proof.sheet.mixin",
    ]
    _order = "work_date, id"
    _check_company_auto = True

    name = fields.Char(
        string="Description", required=True, help="As it stands on the invoice."
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_parties",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_parties",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Empty only while nobody knows whom the work was for: then it is pending.",
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True, index="btree_not_null"
    )
    agreement_line_id = fields.Many2one(
        "psa.agreement.line", index="btree_not_null", ondelete="restrict"
    )
    agreement_id = fields.Many2one(
        "psa.agreement",
        compute="_compute_agreement_id",
        # Not precomputed: the records that are made for that would stay among those of
        # the agreement.
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    work_date = fields.Date(
        string="Date",
        required=True,
        index=True,
        help="Day of the work, or first day of the period.",
    )
    service_from = fields.Date(help="First day that is charged.")
    service_until = fields.Date(help="First day that is no longer charged.")

    # What becomes of it
    destination = fields.Selection(DESTINATIONS, required=True, default="pending")
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved"), ("invoiced", "Invoiced")],
        required=True,
        default="draft",
        readonly=True,
        index=True,
        help="Approved: a fact, on its way to an invoice. Invoiced: the invoice is posted.",
    )
    product_id = fields.Many2one("product.product", ondelete="restrict")
    quantity = fields.Float(
        digits="Product Unit", help="Hours of work, or units of anything else."
    )
    price_unit = fields.Float(
        string="Price",
        min_display_digits="Product Price",
        help="Per unit and whole period, before discount and proration; per hour of work, "
        "with its multiplier.",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    amount = fields.Monetary(
        help="Before tax, rounded to the currency; what the invoice line must add up to."
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_parties",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    explanation = fields.Text(
        string="Printed explanation",
        help="How the amount comes about, in the language of the customer.",
    )
    counted = fields.Json(
        readonly=True, help="What was counted for the charge: kept as evidence."
    )
    reverses_id = fields.Many2one(
        "psa.charge",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    reversal_ids = fields.One2many("psa.charge", "reverses_id", string="Reversals")
    origin_id = fields.Many2one(
        "psa.charge",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="The first charge of the same work, which this one corrects. What corrects a "
        "charge adds up to nothing.",
    )
    follower_ids = fields.One2many("psa.charge", "origin_id", string="Corrections")
    is_reversed = fields.Boolean(
        readonly=True, help="Opposite charges take back the whole of it."
    )

    # Where it is invoiced
    run_line_id = fields.Many2one(
        "psa.billing.run.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="restrict", readonly=True
    )
    move_id = fields.Many2one(
        related="invoice_line_id.move_id",
        string="Invoice",
        store=True,
        index="btree_not_null",
    )

    _customer_check = models.Constraint(
        "CHECK (customer_id IS NOT NULL OR destination IN "
        "('pending', 'not_billed', 'written_off'))",
        "What is charged is charged to a customer.",
    )
    _reason_check = models.Constraint(
        "CHECK (destination NOT IN ('not_billed', 'written_off') OR period_id IS NOT NULL "
        "OR reason IS NOT NULL)",
        "Work is left unbilled for a reason.",
    )

    # === COMPUTES === #

    @api.depends("agreement_line_id")
    def _compute_agreement_id(self):
        """Follow the line; work under an agreement that no line covers names it itself."""
        for charge in self:
            charge.agreement_id = (
                charge.agreement_line_id.agreement_id or charge.agreement_id
            )

    @api.depends("agreement_line_id", "period_id")
    def _compute_parties(self):
        """Follow the line; whoever charges work says for whom it was."""
        for charge in self:
            line = charge.agreement_line_id
            charge.company_id = charge.company_id or line.company_id
            charge.customer_id = charge.customer_id or line.customer_id
            charge.currency_id = charge.currency_id or line.currency_id

    # === FACTS DO NOT CHANGE === #

    def write(self, vals):
        is_split = self.env.context.get("psa_split") is SPLIT
        if (
            vals.keys() - FREE_FIELDS
            and not is_split
            and any(it.state != "draft" for it in self)
        ):
            raise UserError(
                self.env._(
                    "An approved charge is not changed. Credit its invoice, or delete the "
                    "draft invoice, and charge it again."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        if any(charge.move_id.state == "posted" for charge in self):
            raise UserError(
                self.env._(
                    "What is invoiced is not deleted. Credit the invoice: that takes the "
                    "charge back."
                )
            )
