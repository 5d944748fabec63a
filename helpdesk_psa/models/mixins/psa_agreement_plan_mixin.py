from odoo import api, fields, models
from odoo.fields import Domain


class PsaAgreementPlanMixin(models.AbstractModel):
    """The preventive plan of an agreement: the visits that come back, and for what."""

    _name = "psa.agreement.plan.mixin"
    _description = "Preventive Plan of an Agreement"

    schedule_ids = fields.One2many(
        "psa.schedule", "agreement_id", string="Preventive plan"
    )
    planned_visit_count = fields.Integer(
        compute="_compute_planned_visit_count",
        string="Visits planned or made",
        help="Interventions of the preventive plan, cancelled ones left out.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_planned_visit_count(self):
        counts = dict(
            self.env["psa.intervention"]._read_group(
                [
                    ("schedule_id.agreement_id", "in", self.ids),
                    ("state", "!=", "cancelled"),
                ],
                ["schedule_id"],
                ["__count"],
            )
        )
        self.planned_visit_count = 0
        for schedule, count in counts.items():
            schedule.agreement_id.planned_visit_count += count

    def _get_plan_end(self):
        """Return the last day for which the plan creates anything; None if it goes on.

        Tacit renewal is reckoned with.
        """
        self.ensure_one()
        ends = [self.termination_date] if self.termination_date else []
        if self.date_end and self.renewal != "tacit":
            ends.append(self.date_end)
        return min(ends, default=None)

    def _get_plan_obstacle(self, day):
        """Return why the plan creates nothing for a day, or an empty text."""
        self.ensure_one()
        if day < self.date_start:
            return self.env._("The agreement was not in force yet.")
        for pause in self.suspension_ids:
            if pause.date_from <= day and (
                not pause.date_until or day < pause.date_until
            ):
                return self.env._(
                    "The agreement was suspended: %(reason)s", reason=pause.reason
                )
        return ""

    def _get_covered_equipment(self, day):
        """Return the equipment that the agreement covers on a day, archived left out.

        A line that names neither equipment nor categories covers all there is at its
        sites, or everywhere.
        """
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: (
                not line._is_draft()
                and line.date_from <= day
                and (not line.date_until or day < line.date_until)
            )
        )
        if not lines:
            return self.env["psa.equipment"]
        scope = Domain.OR(self._get_covered_domain(line) for line in lines)
        return self.env["psa.equipment"].search(
            scope
            & Domain("customer_id", "child_of", self.customer_id.id)
            & Domain("company_id", "=", self.company_id.id)
        )

    @api.model
    def _get_covered_domain(self, line):
        domain = Domain.TRUE
        if line.equipment_ids or line.equipment_category_ids:
            domain = Domain("id", "in", line.equipment_ids.ids)
            if line.equipment_category_ids:
                domain |= Domain(
                    "category_id", "child_of", line.equipment_category_ids.ids
                )
        if line.site_ids:
            domain &= Domain("site_id", "in", line.site_ids.ids)
        return domain
