from odoo import models


class PsaCustomerExportMixin(models.AbstractModel):
    """A customer as accounting elsewhere reads it."""

    _name = "psa.customer.export.mixin"
    _description = "Export of a Customer"

    def _psa_get_export_code(self):
        """Return by what accounting elsewhere knows the customer: the reference, if any."""
        self.ensure_one()
        return self.ref or f"C{self.id}"

    def _psa_get_export_rows(self):
        """Return the rows of customers: dicts by `ledger_sheet.CUSTOMER_COLUMNS`."""
        return [
            {
                "customer_code": it._psa_get_export_code(),
                "customer_name": it.name,
                "is_company": it.is_company,
                "vat": it.vat,
                "company_registry": it.company_registry,
                "street": it.street,
                "street2": it.street2,
                "zip": it.zip,
                "city": it.city,
                "state": it.state_id.name,
                "country": it.country_id.code,
                "email": it.email,
                "phone": it.phone,
                "language": it.lang,
                "receivable_account": it.property_account_receivable_id.code,
                "payment_terms": it.property_payment_term_id.name,
                "currency": self.env.company.currency_id.name,
            }
            for it in self
        ]
