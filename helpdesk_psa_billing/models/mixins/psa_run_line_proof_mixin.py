from odoo import models
from odoo.fields import Domain


class PsaRunLineProofMixin(models.AbstractModel):
    """Beside what it bills, an invoice tells of work that somebody else pays for."""

    _name = "psa.billing.run.line.proof.mixin"
    _description = "Proof of a Line of a Billing Run"

    def _get_charges(self):
        """Return the charges that the invoice bills or tells of."""
        told = self.move_id._get_psa_charges() if self.move_id else self.charge_ids
        return (self.charge_ids | told).union(*self._get_unbilled().values())

    def _psa_get_proofs(self, lang=None):
        """Return the proofs of proposed invoices: {line: `tools.proof.Proof`}.

        As it is with `account.move`, so that both are printed alike.
        """
        return {line: line._get_charges()._get_proof(lang) for line in self}

    def _get_unbilled(self):
        """Return the work without a bill that each invoice tells of: {line: charges}.

        Approved work of the days of the run that no invoice has told of yet. It is told with
        the invoice on which it would be billed, else with the only one of the customer.
        """
        lines = self.filtered(lambda it: it.run_id.take_work and it.run_id.work_until)
        by_key = {line.group_key: line for line in lines}
        by_payer = lines._get_only_ones()
        unbilled = {}
        for charge in lines._find_unbilled():
            line = by_key.get(charge._get_invoice_key()) or by_payer.get(
                (charge.customer_id, charge._get_payer())
            )
            if line:
                unbilled.setdefault(line, []).append(charge.id)
        charges = self.env["psa.charge"].sudo()
        return {line: charges.browse(ids) for line, ids in unbilled.items()}

    def _find_unbilled(self):
        """Return approved work of the customers of runs that no invoice has told of."""
        charges = self.env["psa.charge"].sudo()
        for run, lines in self.grouped("run_id").items():
            charges |= charges.search(
                run._get_work_scope_domain()
                & Domain("customer_id", "in", lines.customer_id.ids)
                & Domain("state", "=", "approved")
                & (Domain("destination", "!=", "billed") | Domain("amount", "=", 0))
                & Domain("invoice_line_id", "=", False)
                & Domain("told_move_id", "=", False)
                & Domain("reverses_id", "=", False)
                & Domain("origin_id", "=", False)
            )
        return charges

    def _get_only_ones(self):
        """Return the line of customers who get one invoice: {(customer, payer): line}."""
        every = self.run_id.line_ids.filtered(
            lambda it: it.state in ("proposed", "drafted")
        )
        mine = every.grouped(lambda it: (it.customer_id, it.partner_id))
        return {
            key: lines
            for key, lines in mine.items()
            if len(lines) == 1 and lines in self
        }

    def _tell_unbilled(self):
        """Let the drafted invoices tell of the work that nobody pays for with them."""
        for line, charges in self.filtered("move_id")._get_unbilled().items():
            charges.write({"told_move_id": line.move_id.id})
