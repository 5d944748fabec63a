from odoo import fields, models

from ...const import STATEMENT_FORMATS, STATEMENT_GROUPINGS


class PsaCompanyStatementMixin(models.AbstractModel):
    """What customers get with their invoices who want nothing else."""

    _name = "psa.company.statement.mixin"
    _description = "Statements of Work of a Company"

    psa_statement_format = fields.Selection(
        STATEMENT_FORMATS,
        string="Statement of work",
        default="pdf",
        required=True,
        help="Goes out with each invoice of work: every piece of work with its note, its time "
        "and what became of it. A customer may say otherwise.",
    )
    psa_statement_grouping = fields.Selection(
        STATEMENT_GROUPINGS,
        string="Work on it",
        default="ticket",
        required=True,
        help="How the work on a statement is put together.",
    )
