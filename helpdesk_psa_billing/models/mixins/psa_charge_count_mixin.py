from odoo import models


class PsaChargeCountMixin(models.AbstractModel):
    """What a charge of something counted is compared with."""

    _name = "psa.charge.count.mixin"
    _description = "Counted Charge"

    def _get_former_counts(self):
        """Return {charge: what the charge before it counted}; none for the first one."""
        if not self:
            return {}
        lines = self.agreement_line_id
        former = {line: line | line._get_former_lines() for line in lines}
        every = self.search(
            [
                ("agreement_line_id", "in", lines.union(*former.values()).ids),
                ("period_id", "!=", False),
                ("counted", "!=", False),
                ("work_date", "<=", max(self.mapped("work_date"))),
            ],
            order="work_date, sequence, id",
        )
        result = {}
        for charge in self:
            before = every.filtered(
                lambda it, charge=charge: (
                    it.agreement_line_id in former[charge.agreement_line_id]
                    and (it.work_date, it.sequence, it.id)
                    < (charge.work_date, charge.sequence, charge.id)
                )
            )
            if before:
                result[charge] = before[-1].counted
        return result
