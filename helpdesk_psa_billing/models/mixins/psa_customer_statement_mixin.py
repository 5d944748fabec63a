from odoo import fields, models

from ...const import STATEMENT_FORMATS, STATEMENT_GROUPINGS


class PsaCustomerStatementMixin(models.AbstractModel):
    """What a customer gets with invoices of work."""

    _name = "psa.customer.statement.mixin"
    _description = "Statements of Work of a Customer"

    psa_statement_format = fields.Selection(
        STATEMENT_FORMATS,
        string="Statement of work",
        company_dependent=True,
        groups="base.group_user",
        help="What goes out with invoices of work. Empty: as the company has it.",
    )
    psa_statement_grouping = fields.Selection(
        STATEMENT_GROUPINGS,
        string="Work on it",
        company_dependent=True,
        groups="base.group_user",
        help="How the work on statements is put together. Empty: as the company has it.",
    )

    def _psa_get_statement_format(self):
        """Return what goes out with invoices, in the company of the environment."""
        # sudo: whoever prints the invoice need not read the settings
        own = self.commercial_partner_id.sudo().psa_statement_format
        return own or self.env.company.sudo().psa_statement_format

    def _psa_get_statement_grouping(self):
        """Return how work is put together, in the company of the environment."""
        # sudo: whoever prints the invoice need not read the settings
        own = self.commercial_partner_id.sudo().psa_statement_grouping
        return own or self.env.company.sudo().psa_statement_grouping
