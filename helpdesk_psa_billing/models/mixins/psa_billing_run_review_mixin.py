from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PsaBillingRunReviewMixin(models.AbstractModel):
    """What people look at and press when they review a run."""

    _name = "psa.billing.run.review.mixin"
    _description = "Review of a Billing Run"

    def action_try_again(self):
        """Start a new run for what this one refused, and open it."""
        self.ensure_one()
        refused = self.refused_line_ids
        if not refused:
            raise UserError(self.env._("Nothing was refused: there is nothing to try."))
        run = self.create(
            {
                "date": max(self.date, fields.Date.context_today(self)),
                "invoice_date": self.invoice_date,
                "company_id": self.company_id.id,
                "take_work": self.take_work,
                "work_until": self.work_until,
                "approve_work": self.approve_work,
                "customer_ids": refused.customer_id.ids,
                "agreement_ids": self.agreement_ids.ids,
            }
        )
        run.action_propose()
        return {
            "type": "ir.actions.act_window",
            "name": run.display_name,
            "res_model": self._name,
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_charges(self):
        """Open the charges of the run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_charge_action"
        )
        return {
            **action,
            "display_name": self.env._("Charges"),
            "domain": list(Domain("run_line_id.run_id", "=", self.id)),
            "context": {},
        }
