from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date, formatLang

from odoo.addons.helpdesk_psa.const import BY_DECISION

from ..const import REVISION_METHODS
from ..tools.price_index import revise_by_percentage

ACTIVITY = "helpdesk_psa_billing.mail_activity_type_price_revision"
# In the context of the mail composer: what goes out is the letter.
LETTER_CONTEXT = "psa_price_letter"
# What is worked out or decided, and never typed.
DECIDED_FIELDS = {
    "state",
    "notified_date",
    "method",
    "formula_id",
    "percent",
    "index_values",
    "coefficient",
    "computation",
    "problem",
    "line_ids",
    "cancel_reason",
}


class PsaPriceRevision(models.Model):
    """The fact that the prices of an agreement change on an anniversary, once."""

    _name = "psa.price.revision"
    _description = "Price Revision"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "psa.agreement",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('state', 'in', ('active', 'suspended'))]",
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    customer_id = fields.Many2one(
        related="agreement_id.customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="agreement_id.customer_group_id", store=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        related="agreement_id.user_id", store=True, string="Owner"
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date = fields.Date(
        string="Prices change on",
        required=True,
        help="The anniversary. What is on an invoice already keeps its price: there the new "
        "one holds from the next period on.",
    )
    letter_date = fields.Date(
        string="Letter due",
        compute="_compute_letter_date",
        store=True,
        help="Day by which the customer has the letter. The index values published by then "
        "are the ones that count.",
    )
    state = fields.Selection(
        [
            ("draft", "To tell"),
            ("notified", "Told"),
            ("applied", "Applied"),
            ("cancelled", "Waived"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    notified_date = fields.Date(
        string="Customer told on", readonly=True, copy=False, tracking=True
    )
    is_notified_late = fields.Boolean(
        compute="_compute_is_notified_late",
        help="The letter left, or will leave, less days ahead than agreed.",
    )

    # How it was worked out
    method = fields.Selection(REVISION_METHODS, readonly=True)
    formula_id = fields.Many2one(
        "psa.price.formula", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    percent = fields.Float(string="Increase (%)", digits=(16, 4), readonly=True)
    index_values = fields.Json(
        readonly=True,
        copy=False,
        help="Everything that the coefficient was computed from: kept as evidence.",
    )
    coefficient = fields.Float(
        digits=(16, 8),
        min_display_digits=2,
        readonly=True,
        aggregator="avg",
        help="Prices are multiplied by it.",
    )
    change_percent = fields.Float(
        string="Change (%)", compute="_compute_change_percent", digits=(16, 4)
    )
    computation = fields.Char(
        readonly=True, help="The formula with its values, step by step."
    )
    problem = fields.Char(
        readonly=True,
        copy=False,
        help="Why it cannot be worked out yet. It is tried again each day.",
    )
    line_ids = fields.One2many(
        "psa.price.revision.line", "revision_id", string="Prices", readonly=True
    )
    has_tiers = fields.Boolean(compute="_compute_has_tiers")
    amendment_ids = fields.One2many(
        "psa.agreement.amendment",
        "price_revision_id",
        string="Amendments",
        readonly=True,
        help="They brought the new prices; several if lines are invoiced up to different "
        "days.",
    )
    cancel_reason = fields.Char(string="Reason", readonly=True, copy=False)

    _anniversary_uniq = models.UniqueIndex(
        "(agreement_id, date) WHERE state != 'cancelled'",
        "The prices of the agreement are revised on this day already.",
    )
    _cancel_check = models.Constraint(
        "CHECK (state != 'cancelled' OR cancel_reason IS NOT NULL)",
        "A revision is waived for a reason.",
    )

    # === COMPUTES === #

    @api.depends("agreement_id.name", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for revision in self:
            revision.display_name = self.env._(
                "%(agreement)s, prices of %(date)s",
                agreement=revision.agreement_id.name,
                date=revision.date and format_date(self.env, revision.date),
            )

    @api.depends("date", "agreement_id.revision_notice_days", "state")
    def _compute_letter_date(self):
        for revision in self:
            if revision.letter_date and revision.state in ("notified", "applied"):
                continue
            revision.letter_date = revision.date and fields.Date.subtract(
                revision.date, days=revision.agreement_id.revision_notice_days
            )

    @api.depends("letter_date", "notified_date", "state")
    def _compute_is_notified_late(self):
        today = fields.Date.context_today(self)
        for revision in self:
            told = revision.notified_date or (revision.state == "draft" and today)
            revision.is_notified_late = bool(
                told and revision.letter_date and told > revision.letter_date
            )

    @api.depends("coefficient")
    def _compute_change_percent(self):
        for revision in self:
            revision.change_percent = (
                (revision.coefficient - 1) * 100 if revision.coefficient else 0
            )

    @api.depends("line_ids.is_tier")
    def _compute_has_tiers(self):
        for revision in self:
            revision.has_tiers = any(revision.line_ids.mapped("is_tier"))

    # === CREATE, CHANGE: ONLY DRAFTS === #

    @api.model_create_multi
    def create(self, vals_list):
        """A revision is worked out as soon as it is there."""
        revisions = super().create(
            [
                {name: vals[name] for name in vals.keys() - DECIDED_FIELDS}
                for vals in vals_list
            ]
        )
        for revision in revisions:
            if revision.agreement_id.state == "draft":
                raise UserError(
                    self.env._(
                        "“%(agreement)s” is a draft: change its prices, they need no "
                        "revision yet.",
                        agreement=revision.agreement_id.display_name,
                    )
                )
            revision._work_out()
        return revisions

    def write(self, vals):
        if (
            vals.keys() & DECIDED_FIELDS
            and self.env.context.get("psa_by") is not BY_DECISION
        ):
            raise UserError(
                self.env._(
                    "A revision is worked out from the agreement and carried out with the "
                    "buttons. To change the prices otherwise, amend the agreement."
                )
            )
        if vals.keys() & {"agreement_id", "date"}:
            self._check_state("draft")
        result = super().write(vals)
        if "date" in vals:
            for revision in self:
                revision._work_out()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        for revision in self:
            if revision.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(revision)s” is kept: the customer was told, or somebody "
                        "decided on it.",
                        revision=revision.display_name,
                    )
                )

    def _decide(self, **vals):
        """Write what nobody may type."""
        # sudo: the lines are written by the computation alone
        self.sudo().with_context(psa_by=BY_DECISION).write(vals)

    def _check_state(self, *states):
        """Refuse what is done in other states only.

        :raise UserError: saying what the revision is
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for revision in self:
            if revision.state not in states:
                raise UserError(
                    self.env._(
                        "“%(revision)s” is in the status “%(state)s”: this is not possible "
                        "any more.",
                        revision=revision.display_name,
                        state=labels[revision.state],
                    )
                )

    # === WORKING IT OUT === #

    def action_work_out(self):
        """Work the prices out again, with the terms and index values of now."""
        self.check_access("write")
        self._check_state("draft")
        for revision in self:
            revision._work_out()
        return True

    def _work_out(self):
        """Work out the new prices, or note why that is not possible yet."""
        self.ensure_one()
        agreement = self.agreement_id
        method, percent, formula = agreement._get_revision_terms()
        values = {
            "method": method,
            "percent": percent if method == "percentage" else 0,
            "formula_id": method == "index" and formula.id,
            "index_values": False,
            "computation": False,
            "coefficient": 0,
            "problem": False,
            "line_ids": [Command.clear()],
        }
        try:
            agreed, stored, computation = self._compute_agreed(method, percent, formula)
            values.update(
                index_values=stored,
                computation=computation,
                coefficient=float(agreed.coefficient) if agreed else 0,
                line_ids=[
                    Command.clear(),
                    *map(Command.create, self._prepare_lines(agreed)),
                ],
            )
        except (UserError, ValueError) as problem:
            values["problem"] = str(problem)
        self._decide(**values)

    def _compute_agreed(self, method, percent, formula):
        """Return the agreement's `Revision`, as stored, and in figures; None for none.

        :raise UserError: if a value is missing
        """
        self.ensure_one()
        if method == "index":
            references = self.agreement_id.reference_ids._get_values()
            revision, stored = formula._revise(references, self.date, self.letter_date)
            return revision, stored, revision.describe(formula._repr_number)
        if method == "percentage" and percent:
            revision = revise_by_percentage(percent)
            return revision, revision.as_json(), False
        return None, False, False

    def _get_lines(self):
        """Return the lines of the agreement whose price is revised."""
        self.ensure_one()
        return self.agreement_id.line_ids.filtered(
            lambda line: (
                not line._is_draft()
                and line._is_price_revised()
                # What begins that day or later is agreed with its own price.
                and line.date_from < self.date
                and (not line.date_until or line.date_until > self.date)
            )
        )

    def _prepare_lines(self, agreed):
        """Return the values of the lines of the revision.

        :param agreed: the `Revision` of the agreement, None if it has none
        """
        self.ensure_one()
        lines = self._get_lines()
        since = lines._get_charged_until(self.date)
        vals_list = []
        for line in lines:
            revision = line._get_own_revision(agreed)
            if not revision or (line.date_until and since[line] >= line.date_until):
                continue
            vals_list += self._prepare_line_values(line, revision, since[line])
        return vals_list

    def _prepare_line_values(self, line, revision, day):
        """Return the values of the lines of the revision for a line: one per price."""
        rounding = self._get_price_rounding()
        common = {
            "agreement_line_id": line.id,
            "name": line.name,
            "date_from": day,
            "coefficient": float(revision.coefficient),
        }
        if line.price_method == "tiers":
            return [
                {
                    **common,
                    "quantity_above": tier.quantity_above,
                    "is_tier": True,
                    "old_price": tier.price_unit,
                    "new_price": revision.get_price(tier.price_unit, rounding),
                }
                for tier in line.tier_ids
            ]
        return [
            {
                **common,
                "old_price": line.price_unit,
                "new_price": revision.get_price(line.price_unit, rounding),
            }
        ]

    def _get_price_rounding(self):
        """Return what new prices are multiples of."""
        self.ensure_one()
        _method, _percent, formula = self.agreement_id._get_revision_terms()
        return formula.price_rounding or self.currency_id.rounding

    # === TELLING THE CUSTOMER === #

    def action_send(self):
        """Open the mail with the letter; sending it notes that the customer was told."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready("draft", "notified")
        template = self.env.ref("helpdesk_psa_billing.mail_template_price_revision")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the letter"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                LETTER_CONTEXT: True,
            },
        }

    def action_print(self):
        """Print the letter, in the customer's language."""
        self._check_ready("draft", "notified", "applied")
        report = self.env.ref("helpdesk_psa_billing.psa_price_revision_report")
        return report.report_action(self)

    def action_mark_notified(self):
        """Note that the customer was told otherwise, for example by post."""
        self.check_access("write")
        self._check_ready("draft")
        self._set_notified()
        return True

    def message_post(self, **kwargs):
        """Override of `mail` to note that the letter left when it does."""
        message = super().message_post(**kwargs)
        if self.env.context.get(LETTER_CONTEXT):
            drafts = self.filtered(lambda it: it.state == "draft")
            drafts.with_context(**{LETTER_CONTEXT: False})._set_notified()
        return message

    def _set_notified(self):
        self._decide(state="notified", notified_date=fields.Date.context_today(self))
        self._close_activities()

    def _check_ready(self, *states):
        """Refuse what needs prices that are worked out.

        :raise UserError: saying what is missing
        """
        self._check_state(*states)
        for revision in self:
            if revision.problem:
                raise UserError(revision.problem)
            if not revision.line_ids:
                raise UserError(
                    self.env._(
                        "“%(agreement)s” has no price that would change on %(date)s.",
                        agreement=revision.agreement_id.display_name,
                        date=format_date(self.env, revision.date),
                    )
                )

    def _get_letter_partner(self):
        """Return the person or firm that the letter is addressed to."""
        self.ensure_one()
        agreement = self.agreement_id
        return agreement.partner_id or agreement.partner_invoice_id or self.customer_id

    def _get_lang(self):
        """Return the language that the customer reads."""
        self.ensure_one()
        return self._get_letter_partner().lang or self.customer_id.lang or self.env.lang

    def _get_letter_values(self):
        """Return the index values of the letter, as dicts in the order of the formula."""
        self.ensure_one()
        terms = (self.index_values or {}).get("terms", [])
        repr_number = self.env["psa.price.formula"]._repr_number
        return [
            {
                "name": term["name"],
                "weight": repr_number(term["weight"]),
                "reference": repr_number(term["reference"]),
                "reference_month": self._format_month(term["reference_month"]),
                "current": repr_number(term["current"]),
                "month": self._format_month(term["month"]),
            }
            for term in terms
        ]

    def _format_price(self, price):
        """Return a price with its currency, and with all its decimals."""
        self.ensure_one()
        text = f"{price:.6f}".rstrip("0")
        decimals = len(text) - text.index(".") - 1
        digits = max(decimals, self.currency_id.decimal_places)
        number = formatLang(self.env, price, digits=digits)
        symbol = self.currency_id.symbol or self.currency_id.name
        if self.currency_id.position == "before":
            return f"{symbol}{number}"
        return f"{number}\N{NO-BREAK SPACE}{symbol}"

    def _format_month(self, text):
        return format_date(self.env, text, date_format="MMMM y") if text else ""

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._(
            "Prices %(agreement)s %(date)s",
            agreement=self.agreement_id.name,
            date=self.date,
        )

    # === PUTTING IT IN FORCE === #

    def action_apply(self):
        """Bring the new prices into the agreement by an amendment."""
        self.check_access("write")
        for revision in self:
            revision._apply()
        return True

    def _apply(self):
        self.agreement_id.sudo().lock_for_update()
        if self.state == "draft":
            self._check_state("draft")
            self._work_out()
        self._check_ready("draft", "notified")
        self._check_terms()
        if any(line.new_price != line.old_price for line in self.line_ids):
            for day in sorted(set(self.line_ids.mapped("date_from"))):
                self._amend(day)
            self._move_references()
        self._decide(state="applied")
        self._close_activities()

    def _check_terms(self):
        """Refuse to bring prices into terms that have changed since, or that will.

        :raise UserError: saying what to do first
        """
        self.ensure_one()
        draft = self.agreement_id.amendment_ids.filtered(lambda it: it.state == "draft")
        if draft:
            raise UserError(
                self.env._(
                    "“%(amendment)s” is being prepared with the old prices. Put it in force "
                    "or delete it first.",
                    amendment=draft[0].name,
                )
            )
        since = self.line_ids.agreement_line_id._get_charged_until(self.date)
        for line in self.line_ids:
            term = line.agreement_line_id
            if term.date_until and term.date_until <= line.date_from:
                raise UserError(
                    self.env._(
                        "“%(line)s” has other terms by now. Take the revision back and "
                        "tell the customer the new prices.",
                        line=term.name,
                    )
                )
            # Invoiced since the letter: what is on an invoice keeps its price.
            # sudo: as in `_decide`
            line.sudo().date_from = max(line.date_from, since[term])

    def _amend(self, day):
        """Bring the prices that hold from a day on into the agreement."""
        changed = self.line_ids.filtered(
            lambda it: it.date_from == day and it.new_price != it.old_price
        )
        if not changed:
            return
        # sudo: the formula was agreed upon; whoever bills carries it out, though only
        # leads change terms at will
        amendment = self.env["psa.agreement.amendment"].sudo()
        amendment = amendment.create(
            {
                "agreement_id": self.agreement_id.id,
                "name": self.env._(
                    "Price revision of %(date)s", date=format_date(self.env, self.date)
                ),
                "date": day,
                "reason": self.computation,
                "price_revision_id": self.id,
            }
        )
        amendment._copy_current_terms()
        for line in amendment.line_ids:
            prices = changed.filtered(
                lambda it, line=line: it.agreement_line_id.id == line.replaces_id.id
            )
            prices._bring_into(line)
        amendment.action_apply()

    def _move_references(self):
        """Compare the next revision with the values of this one.

        Prices that a bound kept where they are keep their reference values as well, so
        that an index that falls and rises again raises nothing.
        """
        self.ensure_one()
        terms = (self.index_values or {}).get("terms", [])
        if not terms or self.coefficient == 1:
            return
        references = {it.index_id.id: it for it in self.agreement_id.reference_ids}
        for term in terms:
            reference = references[term["index_id"]]
            reference.write(
                {
                    "month": term["month"],
                    "value": term["current"],
                    "link": term["link"] * reference.link,
                }
            )

    # === OTHER DECISIONS === #

    def action_cancel(self):
        """Ask why the prices stay as they are this time."""
        self.ensure_one()
        self._check_state("draft", "notified")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive the revision"),
            "res_model": "psa.price.revision.waive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_revision_id": self.id},
        }

    def _waive(self, reason):
        """Leave the prices as they are until the next anniversary.

        :param str reason: shown on the revision
        """
        self._check_state("draft", "notified")
        self._decide(state="cancelled", cancel_reason=reason)
        self._close_activities()

    def action_draft(self):
        """Take a revision back, to work it out again or to carry it out after all."""
        self.check_access("write")
        self._check_state("notified", "cancelled")
        self._decide(state="draft", notified_date=False, cancel_reason=False)
        return self.action_work_out()

    def _close_activities(self):
        """The owner is reminded no longer."""
        # sudo: the activity is somebody else's
        self.agreement_id.sudo().activity_unlink([ACTIVITY])
