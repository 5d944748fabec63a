from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PsaAgreementAmendment(models.Model):
    """A change of an agreement from a day on: it closes lines and opens others.

    While it is a draft its lines bind nobody.
    """

    _name = "psa.agreement.amendment"
    _description = "Amendment of an Agreement"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"

    agreement_id = fields.Many2one(
        "psa.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    customer_id = fields.Many2one(related="agreement_id.customer_id")
    customer_group_id = fields.Many2one(
        related="agreement_id.customer_group_id", store=True
    )
    name = fields.Char(
        string="Label", required=True, help="For example “Amendment 1: Lyon added”."
    )
    date = fields.Date(
        string="In force from",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="First day of the new terms. The lines that they replace hold until the day "
        "before.",
    )
    reason = fields.Text(help="Why the terms change.")
    document = fields.Binary(attachment=True, help="The amendment as it was signed.")
    document_name = fields.Char(string="File name")
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "In force")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        "psa.agreement.line",
        "amendment_id",
        string="Terms from then on",
        help="Copies of the lines that hold now. Change them, add and remove some; those "
        "that you leave as they are go on undisturbed.",
    )
    closed_line_ids = fields.One2many(
        "psa.agreement.line", "closing_amendment_id", string="Lines it closed"
    )

    @api.constrains("date", "agreement_id")
    def _check_date(self):
        for amendment in self:
            agreement = amendment.agreement_id
            if amendment.date <= agreement.date_start:
                raise ValidationError(
                    self.env._(
                        "The amendment must be dated after the start of the agreement, "
                        "%(date)s.",
                        date=agreement.date_start,
                    )
                )
