from odoo import api, fields, models

GROUPS = "helpdesk_psa_billing.group_psa_billing_user"


class PsaLineProofMixin(models.AbstractModel):
    """An invoice line beside the charges that it bills."""

    _name = "psa.line.proof.mixin"
    _description = "Proof of an Invoice Line"
    _inherit = ["psa.billed.mixin"]

    _psa_billed_fields = ("invoice_line_id",)

    psa_line_charge_count = fields.Integer(
        string="Number of charges of the line",
        compute="_compute_psa_charged",
        groups=GROUPS,
    )

    @api.depends("price_subtotal", "psa_charge_ids.amount")
    def _compute_psa_charged(self):
        # sudo: amounts of charges of closed customer groups belong to the invoice as well
        groups = (
            self.env["psa.charge"]
            .sudo()
            ._read_group(
                [("invoice_line_id", "in", self._origin.ids)],
                ["invoice_line_id"],
                ["__count", "amount:sum"],
            )
        )
        found = {line.id: (count, amount) for line, count, amount in groups}
        for line in self:
            count, amount = found.get(line._origin.id, (0, 0.0))
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            currency = line.currency_id or line.company_currency_id
            line.psa_line_charge_count = count
            line.psa_charged_amount = sign * amount
            line.psa_difference = (
                currency.round(line.price_subtotal - sign * amount) if count else 0.0
            )

    def action_psa_open_proof(self):
        """Show what the line bills."""
        self.ensure_one()
        view = self.env.ref("helpdesk_psa_billing.account_move_line_view_form_proof")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What this line bills"),
            "res_model": "account.move.line",
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_psa_open_charges(self):
        """Open the charges of the line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_charge_action"
        )
        return {
            **action,
            "display_name": self.env._("Charges"),
            "domain": list(self._psa_get_origin_domain()),
            "context": {},
        }
