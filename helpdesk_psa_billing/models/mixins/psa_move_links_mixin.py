from odoo import fields, models
from odoo.fields import Domain

GROUPS = "helpdesk_psa_billing.group_psa_billing_user"


class PsaMoveLinksMixin(models.AbstractModel):
    """From an invoice to the charges, agreements and the run that made it."""

    _name = "psa.move.links.mixin"
    _description = "Links of an Invoice"

    psa_charge_count = fields.Integer(
        string="Number of charges", compute="_compute_psa_counts", groups=GROUPS
    )
    psa_agreement_count = fields.Integer(
        string="Number of agreements", compute="_compute_psa_counts", groups=GROUPS
    )

    def _compute_psa_counts(self):
        counts = {
            move: (charges, agreements)
            for move, charges, agreements in self.env["psa.charge"]._read_group(
                [("move_id", "in", self.ids)],
                ["move_id"],
                ["__count", "agreement_id:count_distinct"],
            )
        }
        for move in self:
            move.psa_charge_count, move.psa_agreement_count = counts.get(move, (0, 0))

    def action_psa_open_charges(self):
        """Open the charges that the invoice bills, or that the credit note takes back."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_charge_action"
        )
        return {
            **action,
            "display_name": self.env._("Charges"),
            "domain": list(Domain("move_id", "=", self.id)),
            "context": {},
        }

    def action_psa_open_agreements(self):
        """Open the agreements that are invoiced."""
        self.ensure_one()
        agreements = self.env["psa.charge"].search([("move_id", "=", self.id)])
        agreements = agreements.agreement_id
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Agreements"),
            "res_model": "psa.agreement",
        }
        if len(agreements) == 1:
            return {**action, "views": [(False, "form")], "res_id": agreements.id}
        return {
            **action,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", agreements.ids)],
        }

    def action_psa_open_run(self):
        """Open the run that drafted the invoice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.psa_run_id.display_name,
            "res_model": "psa.billing.run",
            "res_id": self.psa_run_id.id,
            "views": [(False, "form")],
        }
