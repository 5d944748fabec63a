from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.allowance_unit import to_units

# What changes how much a period includes.
SHARE_FIELDS = {"date_from", "date_until", "is_void"}


class PsaPeriodAllowanceMixin(models.AbstractModel):
    """What a period of an agreement includes: it is granted when the period begins."""

    _name = "psa.period.allowance.mixin"
    _description = "Period that includes an Allowance"
    _inherit = ["psa.settling.mixin"]

    allowance_ids = fields.One2many("psa.allowance", "period_id", string="Allowances")

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & SHARE_FIELDS:
            # sudo: billing writes its ledger itself
            self.sudo().filtered("allowance_ids")._settle_allowances()
        return result

    @api.model
    def _grant_begun(self, lines):
        """Grant what begun periods of lines include for which nothing was granted yet."""
        if lines := lines.filtered(lambda it: it._has_allowance()):
            domain = self._get_begun_domain() & Domain(
                "agreement_line_id", "in", lines.ids
            )
            self.search(domain)._settle_allowances()

    @api.model
    def _resettle_allowances(self, lines, date_from, date_until):
        """Grant again what periods include of which other days are charged now.

        :param date_until: first day that does not matter; None for an open end
        """
        domain = (
            Domain("agreement_line_id", "in", lines.ids)
            & Domain("allowance_ids", "!=", False)
            & Domain("date_until", ">", date_from)
        )
        if date_until:
            domain &= Domain("date_from", "<", date_until)
        self.search(domain)._settle_allowances()

    @api.model
    def _get_begun_domain(self):
        """Return the domain of begun periods for which nothing was granted yet."""
        return (
            Domain("agreement_line_id.allowance_unit", "!=", False)
            & Domain("agreement_line_id.allowance_quantity", ">", 0)
            & Domain("date_from", "<=", fields.Date.context_today(self))
            & Domain("is_void", "=", False)
            & Domain("allowance_ids", "=", False)
        )

    def _settle_allowances(self):
        """Grant what periods include; to do it again books what changed."""
        new = self.filtered(
            lambda it: not it.allowance_ids and it._get_included_quantity()
        )
        self.env["psa.allowance"].create(
            [period._prepare_allowance_values() for period in new]
        )
        for period in self:
            for allowance in period.allowance_ids:
                allowance._settle_included()
        # sudo: what is in order again has no problem, whoever brought it in order
        self.sudo().filtered("settle_problem").settle_problem = False

    def _prepare_allowance_values(self):
        self.ensure_one()
        return {
            **self.agreement_line_id._prepare_allowance_values(),
            "name": self.env._(
                "%(agreement)s/%(date)s",
                agreement=self.agreement_id.name,
                date=self.date_from,
            ),
            "period_id": self.id,
            "granted_date": self.date_from,
            **self._prepare_allowance_dates(),
        }

    def _prepare_allowance_dates(self):
        """Return when what the period includes is usable."""
        self.ensure_one()
        months = self.agreement_line_id.allowance_keep_months
        return {
            "date_from": self.date_from,
            "date_until": fields.Date.add(self.date_until, months=months),
        }

    def _get_included_quantity(self):
        """Return what the period includes, by the days that it is charged for.

        :return: whole minutes or incidents, or money
        """
        self.ensure_one()
        line = self.agreement_line_id
        if self.is_void or not line._has_allowance():
            return 0
        active = sum((until - start).days for start, until in self._get_active_parts())
        whole = (self.full_until - self.full_from).days
        quantity = to_units(line.allowance_unit, line.allowance_quantity)
        if active >= whole or line.charge_kind == "one_time":
            return quantity
        part = Fraction(str(quantity)) * active / whole
        if line.allowance_unit == "money":
            return self.currency_id.round(float(part))
        return round(part)
