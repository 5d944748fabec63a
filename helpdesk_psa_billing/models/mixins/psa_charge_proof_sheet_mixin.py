from odoo import api, models

from ...tools import proof_sheet


class PsaChargeProofSheetMixin(models.AbstractModel):
    """Puts a proof into a workbook, in the customer's words."""

    _name = "psa.charge.proof.sheet.mixin"
    _description = "Workbook of a Proof"

    @api.model
    def _write_proof_sheet(self, proof):
        """Return the workbook that tells a proof.

        :param proof: `tools.proof.Proof`
        :rtype: bytes
        """
        speaker = self.with_context(lang=proof.lang)
        units = self.env["psa.allowance"].with_context(lang=proof.lang)
        return proof_sheet.write(
            proof,
            speaker._get_proof_words(),
            dict(units._fields["unit"]._description_selection(units.env)),
        )

    @api.model
    def _get_proof_words(self):
        """Return `proof_sheet.WORDS` in the language of the context."""
        return {
            "sheet_summary": self.env._("Summary"),
            "sheet_work": self.env._("Work"),
            "sheet_recurring": self.env._("Recurring"),
            "sheet_allowances": self.env._("Allowances"),
            "sheet_counted": self.env._("Counted"),
            "sheet_check": self.env._("Invoice"),
            "title": self.env._("Statement of work"),
            "customer": self.env._("Customer"),
            "invoice": self.env._("Invoice"),
            "currency": self.env._("Currency"),
            "from": self.env._("From"),
            "to": self.env._("To"),
            "coverage_total": self.env._("What became of it"),
            "total": self.env._("Total"),
            "date": self.env._("Date"),
            "start": self.env._("Start"),
            "stop": self.env._("End"),
            "person": self.env._("Person"),
            "ticket": self.env._("Ticket"),
            "subject": self.env._("Subject"),
            "service": self.env._("Service"),
            "note": self.env._("Note"),
            "worked": self.env._("Worked (h)"),
            "charged": self.env._("Charged (h)"),
            "quantity": self.env._("Quantity"),
            "unit": self.env._("Unit"),
            "coverage": self.env._("Coverage"),
            "rule": self.env._("Rule"),
            "band": self.env._("Hours of the day"),
            "rate": self.env._("Rate"),
            "discount": self.env._("Discount (%)"),
            "amount": self.env._("Amount"),
            "explanation": self.env._("Explanation"),
            "late": self.env._("Entered late"),
            "yes": self.env._("yes"),
            "description": self.env._("Description"),
            "allowance": self.env._("Allowance"),
            "what": self.env._("What"),
            "expires": self.env._("Expires on"),
            "before": self.env._("Before"),
            "used": self.env._("Used by this work"),
            "after": self.env._("Left"),
            "list": self.env._("List"),
            "name": self.env._("Name"),
            "reference": self.env._("Serial number, e-mail or subscription"),
            "days": self.env._("Days"),
            "since": self.env._("Since the last invoice"),
            "new": self.env._("new"),
            "was": self.env._("before: %s"),
            "gone": self.env._("no longer there"),
            "line": self.env._("Line of the invoice"),
            "of_charges": self.env._("By its charges"),
            "of_invoice": self.env._("On the invoice"),
            "difference": self.env._("Difference"),
            "other": self.env._("not from the helpdesk"),
        }
