from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.helpdesk_psa.tools.duration import format_duration

from ...const import MONEY_GROUPS


class PsaCustomerMonthsMixin(models.AbstractModel):
    """What a customer was billed, month by month, beside his tickets and hours."""

    _name = "psa.customer.months.mixin"
    _description = "Months of a Customer"

    def _psa_get_overview(self):
        """Override: add what became of the hours, and what was invoiced.

        For those who may see money, on the page of a customer.
        """
        overview = super()._psa_get_overview()
        customer = self._origin
        is_shown = (
            customer.psa_is_customer
            and customer == customer.commercial_partner_id
            and any(self.env.user.has_group(it) for it in MONEY_GROUPS.split(","))
        )
        if not is_shown:
            return {**overview, "has_money": False}
        first = overview["months"][0]["date"]
        hours = customer._psa_sum_destinations_by_month(first)
        amounts = customer._psa_sum_invoices_by_month(first)
        currency = self.env.company.currency_id
        for month in overview["months"]:
            covered, billed = hours.get(month["date"], (0, 0))
            amount = amounts.get(month["date"])
            month.update(
                covered=format_duration(covered) if covered else "",
                billed=format_duration(billed) if billed else "",
                invoiced=currency.format(amount) if amount else "",
            )
        return {**overview, "has_money": True}

    def _psa_sum_destinations_by_month(self, start):
        """Return {first of month: (minutes paid ahead or by a fee, minutes billed)}."""
        groups = self.env["psa.service.report"]._read_group(
            [("customer_id", "=", self.id), ("date", ">=", start)],
            ["date:month"],
            ["covered_hours:sum", "allowance_hours:sum", "billed_hours:sum"],
        )
        return {
            fields.Date.to_date(month): (
                round((covered + drawn) * 60),
                round(billed * 60),
            )
            for month, covered, drawn, billed in groups
        }

    def _psa_sum_invoices_by_month(self, start):
        """Return {first of month: amount} of posted invoices less credit notes.

        Before tax, by the date of the invoice, those of the company that one works in, in
        its currency.
        """
        # sudo: leaders see what customers are invoiced, without access to accounting
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                Domain("move_type", "in", ("out_invoice", "out_refund"))
                & Domain("state", "=", "posted")
                & Domain("commercial_partner_id", "=", self.id)
                & Domain("company_id", "=", self.env.company.id)
                & Domain("invoice_date", ">=", start),
                ["invoice_date:month"],
                ["amount_untaxed_signed:sum"],
            )
        )
        return {fields.Date.to_date(month): amount for month, amount in groups}
