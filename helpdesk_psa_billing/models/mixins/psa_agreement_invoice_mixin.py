from odoo import models


class PsaAgreementInvoiceMixin(models.AbstractModel):
    """Which of an agreement's charges go on one invoice."""

    _name = "psa.agreement.invoice.mixin"
    _description = "Invoices of an Agreement"

    def _get_invoice_key(self, site, ticket=None):
        """Return what charges on the same invoice have in common, as a text.

        :param site: of the line or of the work
        :param ticket: of the work, if there is one
        """
        self.ensure_one()
        payer = self._get_payer()
        part = {
            "payer": lambda: payer.id,
            "customer": lambda: self.customer_id.id,
            "site": lambda: (self.customer_id.id, site.id),
            "agreement": lambda: self.id,
            "purchase_order": lambda: self.purchase_order or str(self.id),
            "ticket": lambda: (self.id, ticket.id if ticket else False),
        }[self.invoice_grouping]()
        return repr(
            (
                self.invoice_grouping,
                part,
                payer.id,
                self.currency_id.id,
                self.payment_term_id.id,
                self.fiscal_position_id.id,
                self.journal_id.id,
            )
        )
