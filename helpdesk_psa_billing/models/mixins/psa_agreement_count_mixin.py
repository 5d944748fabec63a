from odoo import fields, models
from odoo.exceptions import UserError


class PsaAgreementCountMixin(models.AbstractModel):
    """Shows what an agreement counts, and bills what came of it in between."""

    _name = "psa.agreement.count.mixin"
    _description = "Counted Agreement"

    correction_billing = fields.Selection(
        [
            ("next", "With the next invoice"),
            ("now", "At once"),
        ],
        string="Corrections",
        required=True,
        default="next",
        help="When the billing of each morning invoices what changed of periods that were "
        "charged before, for example a device that came in mid-month. Runs that people "
        "start always do.",
    )
    has_counted_lines = fields.Boolean(compute="_compute_has_counted_lines")

    def _compute_has_counted_lines(self):
        for agreement in self:
            agreement.has_counted_lines = bool(agreement._get_counted_lines())

    def _get_counted_lines(self):
        """Return the lines that count something now or will, drafts too."""
        return self.line_ids.filtered(
            lambda it: it._is_counted() and it.state != "over"
        )

    def action_open_counted(self):
        """Open the list of what the agreement counts today."""
        self.ensure_one()
        return self._get_counted_lines().action_open_counted()

    def action_open_true_up(self):
        """Open what the agreement counts now beside what it charged last."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_agreement_line_action_true_up"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("id", "in", self._get_counted_lines().ids)],
            "context": {},
        }

    def action_bill_now(self):
        """Propose the invoice of what is due and of what changed, up to today.

        :raise UserError: if nothing is due
        """
        self.ensure_one()
        run = self.env["psa.billing.run"].create(
            {
                "company_id": self.company_id.id,
                "agreement_ids": [fields.Command.set(self.ids)],
            }
        )
        run.action_propose()
        if run.state == "proposed" and not run.line_ids:
            raise UserError(
                self.env._(
                    "Nothing is due of “%(agreement)s” up to today, and nothing has to be "
                    "corrected.",
                    agreement=self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "psa.billing.run",
            "res_id": run.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
