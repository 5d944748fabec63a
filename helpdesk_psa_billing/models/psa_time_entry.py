from odoo import fields, models


class PsaTimeEntry(models.Model):
    _inherit = "psa.time.entry"

    charge_explanation = fields.Text(
        string="Billing",
        compute="_compute_charge_explanation",
        help="What becomes of it on the invoice, and why.",
    )

    def _compute_charge_explanation(self):
        explanations = self.env["psa.charge"]._get_shown_explanations(self.ids)
        for entry in self:
            entry.charge_explanation = explanations.get(entry.id, False)
