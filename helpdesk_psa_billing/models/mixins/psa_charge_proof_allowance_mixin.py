from odoo import fields, models
from odoo.fields import Domain


class PsaChargeProofAllowanceMixin(models.AbstractModel):
    """Tells what was left of allowances before the work of a proof, and what is left.

    A statement goes on where the one before it ended: it takes what earlier statements told,
    not what the ledger says by now. So it says the same when it is printed again.
    """

    _name = "psa.charge.proof.allowance.mixin"
    _description = "Allowances in a Proof"

    def _get_proof_day(self, move):
        """Return the day up to which a statement tells what happened to allowances.

        :param move: `account.move`, may be empty
        """
        run = move.psa_run_id or self.run_line_id.run_id[:1]
        if run.take_work and run.work_until:
            return fields.Date.subtract(run.work_until, days=1)
        last = max(self.mapped("work_date"), default=fields.Date.context_today(self))
        return move.invoice_date or last

    def _prove_allowances(self, move, as_of):
        """Return the allowances of the customer that had or have something left.

        :param move: the invoice whose statement it is, may be empty
        :param date as_of: last day that counts
        :return: tuple of `proof.Allowance`; empty on what takes an invoice back
        """
        if not self or move.reversed_entry_id:
            return ()
        allowances = self._get_told_allowances(as_of)
        since = self._get_former_proof_day(move, as_of)
        before = allowances._get_told_before(move, as_of)
        moves = self.env["psa.allowance.move"].search(
            [("allowance_id", "in", allowances.ids), ("date", "<=", as_of)]
        )
        by_allowance = moves.grouped("allowance_id")
        drawn = {
            allowance: sum(charges.mapped("allowance_quantity"))
            for allowance, charges in self.grouped("allowance_id").items()
        }
        told = [
            allowance._prove(
                by_allowance.get(allowance, moves.browse()),
                since,
                before.get(allowance, 0),
                drawn.get(allowance, 0),
            )
            for allowance in allowances
        ]
        return tuple(it for it in told if it)

    def _get_told_allowances(self, as_of):
        """Return the allowances that may pay for such work, and those that did."""
        found = self.env["psa.allowance"].search(
            Domain("customer_id", "in", self.customer_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("agreement_id", "in", [False, *self.agreement_id.ids])
            & Domain("date_from", "<=", as_of)
        )
        return found | self.filtered("allowance_quantity").allowance_id

    def _get_former_proof_day(self, move, as_of):
        """Return up to when the customer's statement before this one told; None if none."""
        former = self.env["psa.billing.run"].search(
            Domain("company_id", "in", self.company_id.ids)
            & Domain("take_work", "=", True)
            & Domain("work_until", "<=", as_of)
            & Domain(
                "move_ids",
                "any",
                Domain("commercial_partner_id", "in", self.customer_id.ids)
                & Domain("psa_is_charged", "=", True)
                & Domain("state", "=", "posted")
                & Domain("id", "!=", move.id),
            ),
            order="work_until desc",
            limit=1,
        )
        return former and fields.Date.subtract(former.work_until, days=1)
