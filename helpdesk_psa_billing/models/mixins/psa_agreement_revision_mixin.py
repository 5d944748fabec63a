import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_date

from odoo.addons.helpdesk_psa.tools.agreement_dates import iter_ends

from ...const import MONEY_GROUPS, REVISION_METHODS
from ...tools.price_index import get_anniversary, get_first_anniversary
from ..psa_price_formula import MONTHS

_logger = logging.getLogger(__name__)

# Agreements whose revisions are prepared together; each such chunk is committed.
CHUNK = 100


class PsaAgreementRevisionMixin(models.AbstractModel):
    """When and by how much the prices of an agreement change each year."""

    _name = "psa.agreement.revision.mixin"
    _description = "Price Revision of an Agreement"

    revision_method = fields.Selection(
        [("company", "As the company does"), *REVISION_METHODS],
        string="Prices are revised",
        required=True,
        default="company",
        tracking=True,
        help="Lines may have a price that is fixed, or a percentage of their own.",
    )
    revision_percent = fields.Float(
        string="Yearly increase (%)",
        digits=(16, 4),
        min_display_digits=1,
        tracking=True,
        help="2.5 for 2.5 % more each year.",
    )
    revision_formula_id = fields.Many2one(
        "psa.price.formula",
        string="Formula",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    revision_anchor = fields.Selection(
        [
            ("anniversary", "On the anniversary"),
            ("month", "On the first of"),
            ("renewal", "When it is renewed"),
        ],
        string="When prices change",
        required=True,
        default="anniversary",
        tracking=True,
        help="Anniversary: of the start. When it is renewed: with the first day of each "
        "further term.",
    )
    revision_month = fields.Selection(
        MONTHS,
        string="Month of the revision",
        default="1",
        help="Prices change on its first day.",
    )
    revision_first_date = fields.Date(
        string="First revision",
        copy=False,
        tracking=True,
        help="Prices change on this day and then each year. Empty: on the first "
        "anniversary after the agreement was activated for which notice can be given.",
    )
    revision_notice_days = fields.Integer(
        string="Told ahead",
        compute="_compute_revision_notice_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before the prices change by which the customer has the letter. The "
        "revision is prepared on that day, with the index values published by then.",
    )
    reference_ids = fields.One2many(
        "psa.price.reference",
        "agreement_id",
        string="Reference values",
        help="Of the indexes, when the present prices were agreed. Set on activation and by "
        "each revision that changes prices.",
    )
    revision_ids = fields.One2many(
        "psa.price.revision",
        "agreement_id",
        string="Price revisions",
        groups=MONEY_GROUPS,
    )
    revision_count = fields.Integer(
        compute="_compute_revision_count",
        string="Number of price revisions",
        groups=MONEY_GROUPS,
    )
    revision_date_next = fields.Date(
        string="Next revision",
        compute="_compute_revision_dates",
        store=True,
        help="Day on which the prices change next; empty if they do not.",
    )
    revision_prepare_date = fields.Date(
        string="Letter due",
        compute="_compute_revision_dates",
        store=True,
        index="btree_not_null",
        help="Day on which the next revision is prepared.",
    )
    revision_summary = fields.Char(
        compute="_compute_revision_summary",
        string="Revision",
        help="How the prices change, in words.",
    )

    _revision_check = models.Constraint(
        "CHECK (revision_notice_days >= 0 "
        "AND (revision_method != 'index' OR revision_formula_id IS NOT NULL) "
        "AND (revision_anchor != 'month' OR revision_month IS NOT NULL))",
        "A revision by index needs a formula, one in a certain month needs the month, and "
        "notice is not given after prices changed.",
    )

    # === COMPUTES === #

    @api.depends("company_id")
    def _compute_revision_notice_days(self):
        for agreement in self:
            agreement.revision_notice_days = (
                agreement.revision_notice_days
                or agreement.company_id.psa_revision_notice_days
            )

    @api.depends(
        "state",
        "revision_method",
        "revision_percent",
        "revision_formula_id",
        "revision_anchor",
        "revision_month",
        "revision_first_date",
        "revision_notice_days",
        "revision_ids.state",
        "revision_ids.date",
        "company_id.psa_revision_method",
        "company_id.psa_revision_percent",
        "company_id.psa_revision_formula_id",
        "line_ids.is_price_fixed",
        "line_ids.revision_percent",
        "date_end",
        "first_date_end",
        "renewal",
        "renewal_count",
        "renewal_unit",
        "termination_date",
    )
    def _compute_revision_dates(self):
        for agreement in self:
            day = agreement._get_next_revision_date()
            agreement.revision_date_next = day
            agreement.revision_prepare_date = day and fields.Date.subtract(
                day, days=agreement.revision_notice_days
            )

    @api.depends("revision_ids")
    def _compute_revision_count(self):
        for agreement in self:
            agreement.revision_count = len(agreement.revision_ids)

    @api.depends(
        "revision_method",
        "revision_percent",
        "revision_formula_id.name",
        "company_id.psa_revision_method",
        "company_id.psa_revision_percent",
        "company_id.psa_revision_formula_id.name",
    )
    @api.depends_context("lang")
    def _compute_revision_summary(self):
        for agreement in self:
            method, percent, formula = agreement._get_revision_terms()
            if method == "percentage":
                agreement.revision_summary = self.env._(
                    "%(percent)s %% each year", percent=f"{percent:g}"
                )
            elif method == "index":
                agreement.revision_summary = formula.display_name
            else:
                agreement.revision_summary = self.env._("Never")

    def _get_revision_terms(self):
        """Return how prices are revised: (method, percent, formula).

        The method is none, percentage or index; what the agreement leaves open is as the
        company says.
        """
        self.ensure_one()
        if self.revision_method != "company":
            return self.revision_method, self.revision_percent, self.revision_formula_id
        # sudo: the defaults of the company are no secret
        company = self.company_id.sudo()
        formula = self.revision_formula_id.browse(company.psa_revision_formula_id.id)
        return (
            company.psa_revision_method or "none",
            company.psa_revision_percent,
            formula,
        )

    def _revises_prices(self):
        """Tell whether any price is revised."""
        self.ensure_one()
        method, percent, formula = self._get_revision_terms()
        if (method == "percentage" and percent) or (method == "index" and formula):
            return True
        return any(
            line.revision_percent and not line.is_price_fixed for line in self.line_ids
        )

    # === DATES === #

    def _get_next_revision_date(self, day=None):
        """Return the day of the revision that comes next, or None.

        :param date day: if given, of those that were missed until then only the last one
            counts: what was not raised is not raised afterwards
        """
        self.ensure_one()
        if self.state not in ("active", "suspended") or not self._revises_prices():
            return None
        settled = self.revision_ids.filtered(
            lambda it: it.state in ("applied", "cancelled")
        )
        last = max(settled.mapped("date"), default=None)
        found = self._get_anniversary(day, last)
        if found and self.termination_date and found > self.termination_date:
            return None
        return found

    def _get_anniversary(self, day, last):
        """Return the next day of a revision after the last settled one, or None."""
        self.ensure_one()
        if self.revision_anchor == "renewal":
            return self._get_renewal_start(last)
        first = self.revision_first_date or self._get_first_revision_date(
            fields.Date.context_today(self)
        )
        return get_anniversary(first, day or first, last)

    def _get_renewal_start(self, last):
        """Return the first day of the next term that has no revision yet, or None."""
        self.ensure_one()
        if not self.date_end or self.renewal == "none":
            return None
        ends = iter_ends(
            self.first_date_end or self.date_end, self.renewal_count, self.renewal_unit
        )
        for end in ends:
            start = fields.Date.add(end, days=1)
            if end >= self.date_end and (not last or start > last):
                return start
        return None

    def _get_first_revision_date(self, day):
        """Return the first day of a revision if the agreement starts to count on a day."""
        self.ensure_one()
        month = int(self.revision_month) if self.revision_anchor == "month" else None
        told = fields.Date.add(day, days=self.revision_notice_days)
        return get_first_anniversary(self.date_start, told, month)

    # === FROM THE START === #

    def action_activate(self):
        """Override: the index values of the start are kept to compare with."""
        drafts = self.filtered(lambda it: it.state == "draft")
        result = super().action_activate()
        drafts._start_revisions()
        return result

    def write(self, vals):
        """Override: another rhythm or formula has another first day or other indexes."""
        result = super().write(vals)
        if vals.keys() & {
            "revision_method",
            "revision_anchor",
            "revision_month",
            "revision_formula_id",
        }:
            running = self.filtered(lambda it: it.state in ("active", "suspended"))
            if vals.keys() & {"revision_anchor", "revision_month"}:
                running.filtered(
                    lambda it: (
                        it.revision_anchor != "renewal"
                        and "revision_first_date" not in vals
                    )
                ).revision_first_date = False
            running._start_revisions()
        return result

    def _start_revisions(self):
        """Note the day of the first revision and the values that prices are agreed with."""
        today = fields.Date.context_today(self)
        for agreement in self:
            if not agreement.revision_first_date:
                agreement.revision_first_date = agreement._get_first_revision_date(
                    today
                )
            agreement._store_references()

    def _store_references(self):
        """Keep the index values that the present prices are agreed with, if not known yet.

        A value that is missing is entered later: it holds up the revision, not the start.
        """
        self.ensure_one()
        _method, _percent, formula = self._get_revision_terms()
        missing = formula.term_ids.index_id - self.reference_ids.index_id
        if not missing:
            return
        day = self._get_price_date()
        try:
            values = formula._get_values(day, day)
        except UserError:
            return
        # sudo: whoever may activate an agreement notes what it starts with
        self.sudo().reference_ids = [
            Command.create(self._prepare_reference_values(index, values[index]))
            for index in missing
        ]

    def _get_price_date(self):
        """Return the day since which the present prices hold."""
        self.ensure_one()
        applied = self.revision_ids.filtered(lambda it: it.state == "applied")
        return max(applied.mapped("date"), default=self.date_start)

    @api.model
    def _prepare_reference_values(self, index, value):
        """Return the values of a reference from an `IndexValue`."""
        return {
            "index_id": index.id,
            "month": value.month,
            "value": value.value,
            "link": float(value.link),
        }

    # === REVISIONS === #

    def action_revise_prices(self):
        """Open the revision that is being prepared, or prepare the next one."""
        self.ensure_one()
        revision = self._prepare_revision(fields.Date.context_today(self))
        if not revision:
            raise UserError(
                self.env._(
                    "The prices of “%(agreement)s” are not revised. Say under “Price "
                    "revision” how and when they are.",
                    agreement=self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Price revision"),
            "res_model": "psa.price.revision",
            "res_id": revision.id,
            "view_mode": "form",
        }

    def action_open_revisions(self):
        """Open the revisions of the agreement."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_price_revision_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "domain": [("agreement_id", "=", self.id)],
            "context": {},
        }

    def _prepare_revision(self, day):
        """Return the revision that comes next, prepared once; empty if there is none.

        :param date day: today
        """
        self.ensure_one()
        date = self._get_next_revision_date(day)
        revisions = self.env["psa.price.revision"]
        if not date:
            return revisions
        under_way = self.revision_ids.filtered(
            lambda it: it.state in ("draft", "notified")
        )
        if under_way:
            return under_way[0]
        # sudo: whoever prepares a revision need not be allowed to change the agreement
        self.sudo()._start_revisions()
        return revisions.create({"agreement_id": self.id, "date": date})

    def _remind_of_revision(self, revision):
        """Give the owner an activity about a revision that was prepared."""
        self.ensure_one()
        owner = self.user_id.filtered("active") or self.customer_id.user_id
        agreement = self.with_context(lang=owner.lang or self.env.lang)
        self.activity_schedule(
            "helpdesk_psa_billing.mail_activity_type_price_revision",
            date_deadline=revision.letter_date,
            summary=agreement.env._(
                "Prices of %(agreement)s change on %(date)s: tell the customer",
                agreement=self.display_name,
                date=format_date(agreement.env, revision.date),
            ),
            note=revision.problem or None,
            user_id=owner.id or self.create_uid.id,
        )

    @api.model
    def _cron_prepare_revisions(self):
        """Prepare the revisions whose letter is due, each once and however late."""
        day = fields.Date.context_today(self)
        progress = self.env["ir.cron"]._commit_progress
        under_way = Domain("revision_ids.state", "in", ("draft", "notified"))
        domain = Domain("revision_prepare_date", "<=", day) & (
            ~under_way | Domain("revision_ids", "any", [("problem", "!=", False)])
        )
        progress(remaining=self.search_count(domain))
        last_id = 0
        while agreements := self.search(
            domain & Domain("id", ">", last_id), order="id", limit=CHUNK
        ):
            last_id = agreements[-1].id
            for agreement in agreements.try_lock_for_update():
                agreement._prepare_revision_safely(day)
            if not progress(len(agreements)):
                break

    def _prepare_revision_safely(self, day):
        """One agreement whose prices cannot be worked out does not stop the others."""
        try:
            with self.env.cr.savepoint():
                known = self.revision_ids
                revision = self._prepare_revision(day)
                if revision - known:
                    self._remind_of_revision(revision)
                elif revision.problem:
                    revision._work_out()
        except OperationalError:
            raise  # somebody else was at the same rows: the scheduler tries again
        except Exception:
            _logger.exception(
                "The prices of agreement %s could not be revised", self.id
            )
