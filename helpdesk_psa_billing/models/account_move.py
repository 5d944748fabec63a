from odoo import fields, models
from odoo.exceptions import UserError

from ..const import CREDIT_DISPOSITIONS
from ..tools.complete_values import CompleteValues


class AccountMove(models.Model):
    """Invoices carry charges: what is deleted, cut short or credited is due again."""

    _name = "account.move"
    # The proof comes first: Odoo's methods call nothing behind them.
    _inherit = [
        "psa.move.proof.mixin",
        "psa.move.statement.mixin",
        "psa.move.export.mixin",
        "account.move",
        "psa.move.annex.mixin",
        "psa.move.links.mixin",
    ]

    psa_run_id = fields.Many2one(
        "psa.billing.run",
        string="Billing run",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    # Kept on the invoice, so that those without charges need no look at the ledger.
    psa_is_charged = fields.Boolean(
        string="Has charges",
        readonly=True,
        copy=False,
        help="Lines of the invoice bill work or periods of agreements, or credit them.",
    )
    psa_credit_disposition = fields.Selection(
        CREDIT_DISPOSITIONS,
        string="What is credited",
        copy=False,
        help="Bill again: the next billing run proposes what this credit note takes back. "
        "Write off: it is never billed.",
    )

    # What its charges say of it, see `psa.move.proof.mixin`.
    psa_proof_difference = fields.Monetary(
        string="Differs from its charges",
        compute="_compute_psa_proof",
        currency_field="currency_id",
        groups="helpdesk_psa_billing.group_psa_billing_user",
        help="How much more its lines say than the charges that they bill; lines without "
        "charges aside. A credit note counts up, as it does on its lines.",
    )

    # === CREATION === #

    def _prepare_create_values(self, vals_list):
        """Override of `orm`: what `psa.invoice.writer` prepared is not prepared again."""
        values = self.env.context.get("psa_complete_values")
        headers = isinstance(values, CompleteValues) and values.take_headers()
        if not headers:
            return super()._prepare_create_values(vals_list)
        return [
            {**header, **vals} for header, vals in zip(headers, vals_list, strict=True)
        ]

    # === LIFE === #

    def write(self, vals):
        """Override of `account`: a payment without an entry pays for blocks too."""
        result = super().write(vals)
        if "matched_payment_ids" in vals:
            self._psa_settle_allowances()
        return result

    def _post(self, soft=True):
        """Override of `account`: the ledger follows what is issued."""
        posted = super()._post(soft)
        posted.filtered("psa_is_charged").line_ids._psa_settle_charges()
        posted._psa_settle_allowances()
        return posted

    def button_draft(self):
        """Override of `account`: charges stay with an invoice that is corrected.

        :raise UserError: if what it billed went back to billing when it was cancelled
        """
        charged = self.filtered("psa_is_charged")
        for move in charged:
            if move.state == "cancel" and not move.reversed_entry_id:
                raise UserError(
                    self.env._(
                        "What “%(invoice)s” billed went back to billing when it was "
                        "cancelled, and is on another invoice now or soon. Leave it "
                        "cancelled: the next billing run drafts what is due.",
                        invoice=move.display_name,
                    )
                )
        result = super().button_draft()
        charged.line_ids._psa_get_charges().write({"state": "approved"})
        self._psa_settle_allowances()
        return result

    def button_cancel(self):
        """Override of `account`: what a cancelled invoice bills is due again."""
        result = super().button_cancel()
        self.filtered("psa_is_charged").line_ids._psa_get_charges()._release()
        self._psa_settle_allowances()
        return result

    def _psa_settle_allowances(self):
        """Let the blocks that customers have be those that invoices say."""
        sales = self.filtered(lambda it: it.is_sale_document())
        sales.invoice_line_ids._psa_settle_allowances()

    # === CREDIT NOTES === #

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Override of `account`: credit notes know what they take back."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            if move.psa_is_charged:
                values.setdefault("psa_credit_disposition", "bill_again")
                values["psa_is_charged"] = True
        return super()._reverse_moves(default_values_list, cancel)
