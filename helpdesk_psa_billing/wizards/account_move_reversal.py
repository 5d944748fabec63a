from odoo import api, fields, models

from ..const import CREDIT_DISPOSITIONS


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    psa_is_charged = fields.Boolean(compute="_compute_psa_is_charged")
    psa_credit_disposition = fields.Selection(
        CREDIT_DISPOSITIONS,
        string="What is credited",
        required=True,
        default="bill_again",
        help="Bill again: the next billing run proposes what the credit note takes back. "
        "Write off: it is never billed.",
    )

    @api.depends("move_ids.psa_is_charged")
    def _compute_psa_is_charged(self):
        for wizard in self:
            wizard.psa_is_charged = any(wizard.move_ids.mapped("psa_is_charged"))

    def _prepare_default_reversal(self, move):
        """Override of `account`: the credit note remembers what becomes of the work."""
        values = super()._prepare_default_reversal(move)
        if move.psa_is_charged:
            values["psa_credit_disposition"] = self.psa_credit_disposition
        return values

    def reverse_moves(self, is_modify=False):
        """Override of `account`: an invoice that replaces another one bills in its place."""
        if is_modify:
            # The new invoice bills it; there is nothing for the next run.
            self.psa_credit_disposition = "bill_again"
        action = super().reverse_moves(is_modify)
        if is_modify:
            self._psa_bill_on()
        return action

    def _psa_bill_on(self):
        """Put what the credit notes took back on the invoices that replace the old ones."""
        origins = self.move_ids.filtered("psa_is_charged")
        credit_notes = self.env["account.move"].concat(
            *(origin.reversal_move_ids.sorted("id")[-1:] for origin in origins)
        )
        # One that is posted later leaves the ledger alone: until it is, and afterwards by
        # the new invoice, the same thing is billed once.
        credit_notes.filtered(lambda it: it.state != "posted").psa_is_charged = False
        credits = credit_notes.filtered("psa_is_charged").line_ids._psa_get_charges()
        by_origin = credits.grouped(lambda it: it.reverses_id.invoice_line_id)
        for line in self.new_move_ids.line_ids.filtered("psa_origin_line_id"):
            if line.psa_origin_line_id in by_origin:
                by_origin[line.psa_origin_line_id]._bill_on(line)
                line.move_id.psa_is_charged = True
