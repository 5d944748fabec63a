from odoo import api, fields, models
from odoo.fields import Domain


class PsaBillingRunFindingsMixin(models.AbstractModel):
    """What the billing check found about those whom a run bills, and whom it holds up."""

    _name = "psa.billing.run.findings.mixin"
    _description = "Findings in a Billing Run"

    finding_ids = fields.Many2many(
        "psa.billing.finding",
        compute="_compute_finding_ids",
        string="Findings to settle",
        help="Of the customers and days of the run; those that block come first.",
    )
    finding_count = fields.Integer(compute="_compute_finding_ids")
    blocking_count = fields.Integer(
        compute="_compute_finding_ids",
        help="Findings that keep their customers from getting an invoice.",
    )

    @api.depends("line_ids.customer_id", "state", "work_until", "date")
    def _compute_finding_ids(self):
        for run in self:
            findings = self.env["psa.billing.finding"].search(
                run._get_finding_domain() & Domain("check_id.blocking", "!=", "off")
            )
            run.finding_ids = findings.sorted(lambda it: it.blocking != "block")
            run.finding_count = len(findings)
            run.blocking_count = len(
                findings.filtered(lambda it: it.blocking == "block")
            )

    def _get_finding_domain(self):
        """Return the domain of what is to be settled about the customers of the run."""
        self.ensure_one()
        return self.env["psa.billing.finding"]._get_open_domain(
            self.company_id,
            self.work_until if self.take_work else self.date,
            self.date,
        ) & Domain("customer_id", "in", self.line_ids.customer_id.ids)

    def _refresh_findings(self):
        """Look for what is wrong, once it is known whom the run would bill."""
        self.env["psa.billing.check"]._refresh()

    def _refresh_blocking(self):
        """Look again at what holds somebody up: it may be mended."""
        # sudo: whoever it is that settles it
        findings = self.env["psa.billing.finding"].sudo()
        held = findings.search(self._get_blocking_domain())
        self.env["psa.billing.check"]._refresh(held.check_id.mapped("code"))

    def _get_blocking_domain(self):
        return self._get_finding_domain() & Domain("check_id.blocking", "=", "block")

    def _count_blocking(self):
        """Return how many findings hold a customer up: {customer: count}."""
        self.ensure_one()
        # sudo: a finding counts though whoever runs it does not see it
        findings = self.env["psa.billing.finding"].sudo()
        groups = findings._read_group(
            self._get_blocking_domain(), ["customer_id"], ["__count"]
        )
        return {customer.id: count for customer, count in groups}

    def action_open_findings(self):
        """Open what has to be settled before everybody gets his invoice."""
        self.ensure_one()
        return self.env["psa.billing.finding"]._open_list(self._get_finding_domain())
