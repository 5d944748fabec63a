from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ...const import MONEY_GROUPS
from ...tools.billing_period import get_due_date

PREVIEW_MONTHS = 12

# What decides about the year ahead, besides the lines.
AGREEMENT_FIELDS = (
    "state",
    "date_start",
    "date_end",
    "termination_date",
    "billing_lead_days",
    "currency_id",
    "pricelist_id",
    "suspension_billing",
    "suspension_ids.date_from",
    "suspension_ids.date_until",
)


class PsaAgreementPreviewMixin(models.AbstractModel):
    """Shows the invoices of the coming year on a calendar, also before it is saved."""

    _name = "psa.agreement.preview.mixin"
    _description = "Year Ahead of an Agreement"

    billing_preview = fields.Json(
        string="Year ahead",
        compute="_compute_billing_preview",
        groups=MONEY_GROUPS,
        help="On which days of twelve months something is due, and how much, before tax.",
    )

    @api.depends(lambda self: self._get_preview_dependencies())
    @api.depends_context("lang", "uid")
    def _compute_billing_preview(self):
        for agreement in self:
            agreement.billing_preview = agreement._get_billing_preview()

    @api.model
    def _get_preview_dependencies(self):
        """Return the fields that decide about the year ahead."""
        names = self.env["psa.agreement.line"]._get_term_fields() - {"agreement_id"}
        lines = [f"line_ids.{name}" for name in sorted({"name", *names})]
        tiers = ["line_ids.tier_ids.quantity_above", "line_ids.tier_ids.price_unit"]
        return [*AGREEMENT_FIELDS, *lines, *tiers]

    def _get_billing_preview(self):
        """Return twelve months with the days on which something is due.

        :return: `{currency_id, total, months: [{month, total, days: [{date, total,
            entries: [{name, explanation, amount, state}]}]}]}`, dates as ISO texts
        """
        self.ensure_one()
        by_day = defaultdict(list)
        start = self._get_preview_start()
        if start:
            end = start + relativedelta(months=PREVIEW_MONTHS)
            for period, due in self._get_preview_periods(start, end):
                by_day[period.due_date].append((period, due))
        months = [
            self._prepare_preview_month(start + relativedelta(months=number), by_day)
            for number in range(PREVIEW_MONTHS if by_day else 0)
        ]
        return {
            "currency_id": self.currency_id.id,
            "total": self.currency_id.round(sum(month["total"] for month in months)),
            "months": months,
        }

    def _get_preview_start(self):
        """Return the first day of the year that is shown: a draft's from its start on."""
        self.ensure_one()
        day = fields.Date.context_today(self)
        if self.state == "draft":
            day = self.date_start
        if day and self.billing_lead_days and self.state == "draft":
            day = fields.Date.subtract(day, days=self.billing_lead_days)
        return day and day.replace(day=1)

    def _get_preview_periods(self, start, end):
        """Return pairs (period, what it is worth) that are due in [start, end).

        Periods that are planned are taken as they are, the others are made up in memory.
        """
        self.ensure_one()
        lead = fields.Date.add(end, days=self.billing_lead_days)
        periods = self.env["psa.period"]
        existing = self._get_planned_periods()
        for line in self.line_ids.filtered(lambda it: it._is_previewed()):
            for part in line._iter_slices(lead):
                due = get_due_date(part, line.billing_timing, self.billing_lead_days)
                if not start <= due < end:
                    continue
                periods |= existing.get((line._origin, part.date_from)) or periods.new(
                    {
                        **periods._prepare_values(line, part),
                        "agreement_line_id": line,
                        "due_date": due,
                    }
                )
        dues = periods._get_dues()
        return [(period, dues[period]) for period in periods]

    def _get_planned_periods(self):
        """Return the periods that exist: {(line, first day): period}."""
        self.ensure_one()
        if self.state == "draft":
            return {}
        periods = self.env["psa.period"].search(
            [("agreement_id", "=", self._origin.id)]
        )
        return {(it.agreement_line_id, it.date_from): it for it in periods}

    def _prepare_preview_month(self, month, by_day):
        days = [
            self._prepare_preview_day(day, by_day[day])
            for day in sorted(by_day)
            if day.replace(day=1) == month
        ]
        return {
            "month": fields.Date.to_string(month),
            "total": self.currency_id.round(sum(day["total"] for day in days)),
            "days": days,
        }

    def _prepare_preview_day(self, day, dues):
        entries = [
            {
                "name": period.display_name,
                "explanation": due.explanation,
                "amount": due.amount,
                "state": period.billing_state,
            }
            for period, due in dues
        ]
        return {
            "date": fields.Date.to_string(day),
            "total": self.currency_id.round(sum(it["amount"] for it in entries)),
            "entries": entries,
        }
