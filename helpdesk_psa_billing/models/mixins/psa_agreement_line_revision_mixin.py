from odoo import api, fields, models

from ...tools.price_index import revise_by_percentage


class PsaAgreementLineRevisionMixin(models.AbstractModel):
    """How the price of a line is revised, if not as the agreement says."""

    _name = "psa.agreement.line.revision.mixin"
    _description = "Price Revision of an Agreement Line"

    is_price_fixed = fields.Boolean(
        string="Price is never revised",
        help="Revisions of the agreement leave the price of this line as it is.",
    )
    revision_percent = fields.Float(
        string="Own yearly increase (%)",
        digits=(16, 4),
        min_display_digits=1,
        help="Percentage for this line alone: 2.5 for 2.5 % more each year. 0: as the "
        "agreement says.",
    )

    @api.model
    def _get_term_fields(self):
        """Override: how prices are revised is agreed upon like the prices."""
        return super()._get_term_fields() | {"is_price_fixed", "revision_percent"}

    def _has_own_revision(self):
        """Tell whether the price changes each year whatever the agreement says."""
        self.ensure_one()
        return bool(self.revision_percent) and self._is_price_revised()

    def _is_price_revised(self):
        """Tell whether the line has a price of its own that revisions change.

        A pricelist is revised itself; a fee that is due once is over.
        """
        self.ensure_one()
        return (
            bool(self.product_id)
            and self.charge_kind == "recurring"
            and self.price_method in ("fixed", "tiers")
            and not self.is_price_fixed
        )

    def _get_own_revision(self, agreed):
        """Return the `Revision` of the line, given that of the agreement or None."""
        self.ensure_one()
        if self.revision_percent:
            return revise_by_percentage(self.revision_percent)
        return agreed

    def _get_charged_until(self, day):
        """Return the first day from a day on that is not on an invoice yet: {line: date}.

        Drafts of invoices count as invoices: somebody may have looked at them.
        """
        # sudo: whoever revises prices need not see each charge
        periods = (
            self.env["psa.period"]
            .sudo()
            .search([("agreement_line_id", "in", self.ids), ("date_until", ">", day)])
        )
        found = dict.fromkeys(self, day)
        for period in periods:
            if period.billing_state in ("drafted", "invoiced"):
                line = self.browse(period.agreement_line_id.id)
                found[line] = max(found[line], period.date_until)
        return found
