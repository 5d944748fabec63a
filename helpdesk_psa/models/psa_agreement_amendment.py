from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from ..const import BY_DECISION


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
                        date=format_date(self.env, agreement.date_start),
                    )
                )

    @api.constrains("date", "agreement_id")
    def _check_within(self):
        for amendment in self:
            end = amendment.agreement_id.termination_date
            if end and amendment.date > end:
                raise ValidationError(
                    self.env._(
                        "The agreement ends on %(date)s: an amendment cannot be dated "
                        "later.",
                        date=format_date(self.env, end),
                    )
                )

    # === CREATE, CHANGE: ONLY DRAFTS === #

    @api.model_create_multi
    def create(self, vals_list):
        amendments = super().create([{**vals, "state": "draft"} for vals in vals_list])
        for amendment in amendments:
            if amendment.agreement_id.state == "draft":
                raise UserError(
                    self.env._(
                        "“%(agreement)s” is a draft: change its lines, it needs no "
                        "amendment yet.",
                        agreement=amendment.agreement_id.display_name,
                    )
                )
        return amendments

    def write(self, vals):
        if vals.keys() & {"agreement_id", "date", "state", "line_ids"}:
            self._check_is_draft()
        if (
            vals.get("state", "draft") != "draft"
            and self.env.context.get("psa_by") is not BY_DECISION
        ):
            raise UserError(self.env._("Press “Put in force” to apply an amendment."))
        result = super().write(vals)
        if "date" in vals:
            for amendment in self:
                amendment.line_ids.date_from = amendment.date
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_is_draft()

    def _is_draft(self):
        return bool(self) and self.state == "draft"

    def _check_is_draft(self):
        """Refuse to change an amendment that is in force.

        :raise UserError: saying what to do instead
        """
        for amendment in self:
            if amendment.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(amendment)s” is in force. Make another amendment to change "
                        "the terms again.",
                        amendment=amendment.name,
                    )
                )

    # === FROM THE OLD TERMS TO THE NEW ONES === #

    def _copy_current_terms(self):
        """Start with the lines that hold on the amendment's date or later."""
        for amendment in self:
            lines = amendment._get_present_lines()
            vals_list = lines._copy_terms(
                agreement_id=amendment.agreement_id.id,
                amendment_id=amendment.id,
                date_from=amendment.date,
            )
            for line, vals in zip(lines, vals_list, strict=True):
                vals.update(replaces_id=line.id, date_until=line.date_until)
            self.env["psa.agreement.line"].create(vals_list)

    def _get_present_lines(self):
        """Return the lines of the agreement that the amendment may replace."""
        self.ensure_one()
        return self.agreement_id.line_ids.filtered(
            lambda line: (
                not line._is_draft()
                and (not line.date_until or line.date_until > self.date)
            )
        )

    def action_apply(self):
        """Close the lines that change at the amendment's date, and open the new ones."""
        self.check_access("write")
        for amendment in self:
            amendment._check_is_draft()
            amendment._apply()
        return True

    def _apply(self):
        agreement = self.agreement_id
        agreement.lock_for_update()
        present = self._get_present_lines()
        untouched = self.line_ids.filtered(
            lambda line: (
                line.replaces_id in present
                and line._has_same_terms(line.replaces_id)
                and line.date_until == line.replaces_id.date_until
            )
        )
        stays = untouched.replaces_id
        untouched.unlink()
        self.line_ids.date_from = self.date
        (present - stays)._close(self)
        self.with_context(psa_by=BY_DECISION).state = "applied"
        agreement.message_post(
            body=self.env._(
                "Amendment “%(amendment)s” in force from %(date)s",
                amendment=self.name,
                date=format_date(self.env, self.date),
            )
        )
        agreement._settle()
