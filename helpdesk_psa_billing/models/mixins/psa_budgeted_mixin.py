from odoo import fields, models


class PsaBudgetedMixin(models.AbstractModel):
    """Something that may have budgets: they are one click away."""

    _name = "psa.budgeted.mixin"
    _description = "Button to Budgets"

    # The field of budgets that names these records; each model has its own.
    _psa_budget_field = None

    psa_budget_count = fields.Integer(
        string="Number of budgets",
        compute="_compute_psa_budget_count",
        groups="helpdesk_psa_billing.group_psa_budget",
    )

    def _compute_psa_budget_count(self):
        name = self._psa_budget_field
        # sudo: the number of budgets is no secret, what they say is
        groups = (
            self.env["psa.budget"]
            .sudo()
            ._read_group([(name, "in", self.ids)], [name], ["__count"])
        )
        counts = {record.id: count for record, count in groups}
        for record in self:
            record.psa_budget_count = counts.get(record.id, 0)

    def action_psa_open_budgets(self):
        """Open the budgets; the form of the only one, or of a new one."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_budget_action"
        )
        budgets = self.env["psa.budget"].search(
            [(self._psa_budget_field, "=", self.id)]
        )
        action = {
            **action,
            "domain": [(self._psa_budget_field, "=", self.id)],
            "context": {
                f"default_{self._psa_budget_field}": self.id,
                "default_company_id": (self.company_id or self.env.company).id,
            },
        }
        if len(budgets) < 2:
            action |= {"views": [(False, "form")], "res_id": budgets.id}
        return action
