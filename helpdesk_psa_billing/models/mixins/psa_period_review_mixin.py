from odoo import api, fields, models
from odoo.fields import Domain

# Of the calendar's palette: what waits is blue, on its way yellow, issued green.
COLORS = {
    "planned": 4,
    "proposed": 8,
    "drafted": 3,
    "invoiced": 10,
    "credited": 1,
    "skipped": 0,
}


class PsaPeriodReviewMixin(models.AbstractModel):
    """What people look at and press on a period."""

    _name = "psa.period.review.mixin"
    _description = "Review of a Billing Period"

    billing_color = fields.Integer(compute="_compute_billing_color")
    invoice_count = fields.Integer(
        string="Number of invoices", compute="_compute_invoice_count"
    )

    @api.depends("billing_state")
    def _compute_billing_color(self):
        for period in self:
            period.billing_color = COLORS.get(period.billing_state, 0)

    @api.depends("charge_ids.move_id")
    def _compute_invoice_count(self):
        for period in self:
            # sudo: how many, for leads who do not see invoices
            period.invoice_count = len(period.sudo().charge_ids.move_id)

    def action_ask_skip(self):
        """Ask why the periods are not charged."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Skip"),
            "res_model": "psa.period.skip",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_period_ids": self.ids},
        }

    def action_open_agreement(self):
        """Open the agreement of the period."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.agreement_id.display_name,
            "res_model": "psa.agreement",
            "res_id": self.agreement_id.id,
            "views": [(False, "form")],
        }

    def action_open_invoices(self):
        """Open the invoices and credit notes on which the period stands."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "display_name": self.env._("Invoices"),
            "domain": list(Domain("id", "in", self.charge_ids.move_id.ids)),
            "context": {"create": False, "default_move_type": "out_invoice"},
        }
