from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_is_zero

from ..tools import proration
from ..tools.billing_period import get_due_date

# How far ahead periods are planned and shown.
HORIZON_MONTHS = 12
# Agreements that are planned together; each such chunk is committed.
CHUNK = 100

BILLING_STATES = [
    ("planned", "Planned"),
    ("skipped", "Skipped"),
    ("proposed", "Proposed"),
    ("drafted", "Drafted"),
    ("invoiced", "Invoiced"),
    ("credited", "Credited"),
]


@dataclass(frozen=True)
class Due:
    """What a period is worth as the facts are now.

    :param float quantity: units that are charged, 0 if nothing is due
    :param float price_unit: per unit and whole period, before discount
    :param float amount: after discount and proration, rounded to the currency
    :param str explanation: how the amount comes about
    :param counted: what was counted, as kept on the period
    """

    quantity: float
    price_unit: float
    amount: float
    explanation: str = ""
    counted: list = field(default_factory=list)


class PsaPeriod(models.Model):
    """The fact that a line of an agreement is due for some days, once."""

    _name = "psa.period"
    _description = "Billing Period"
    _inherit = [
        "psa.ledger.mixin",
        "psa.period.count.mixin",
        "psa.period.usage.mixin",
        "psa.period.review.mixin",
        "psa.period.allowance.mixin",
    ]
    _order = "date_from, id"
    _check_company_auto = True

    agreement_line_id = fields.Many2one(
        "psa.agreement.line",
        string="Line",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    agreement_id = fields.Many2one(
        related="agreement_line_id.agreement_id", store=True, index=True
    )
    company_id = fields.Many2one(related="agreement_id.company_id", store=True)
    customer_id = fields.Many2one(
        related="agreement_id.customer_id", store=True, index=True
    )
    customer_group_id = fields.Many2one(
        related="agreement_id.customer_group_id", store=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    product_id = fields.Many2one(related="agreement_line_id.product_id")

    date_from = fields.Date(string="From", required=True, readonly=True)
    date_until = fields.Date(
        string="Until",
        required=True,
        readonly=True,
        help="First day that no longer belongs to the period.",
    )
    full_from = fields.Date(
        required=True,
        readonly=True,
        help="Start of the whole period, of which a line may hold for a part.",
    )
    full_until = fields.Date(required=True, readonly=True)
    due_date = fields.Date(
        required=True, readonly=True, help="Day on which its invoice is drafted."
    )
    state = fields.Selection(
        [("planned", "Planned"), ("skipped", "Skipped")],
        required=True,
        default="planned",
        readonly=True,
    )
    skip_reason = fields.Char(readonly=True)
    is_void = fields.Boolean(
        readonly=True,
        help="The line ended before the period began: what was charged is given back.",
    )
    is_open = fields.Boolean(
        default=True,
        readonly=True,
        help="Something of it is to be charged, or to be checked again.",
    )
    run_id = fields.Many2one(
        "psa.billing.run",
        string="Last run",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="The run that looked at it last.",
    )

    # As charged
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="As charged last."
    )
    price_unit = fields.Float(
        string="Price",
        min_display_digits="Product Price",
        readonly=True,
        help="Per unit and whole period. It stays once something is charged.",
    )
    counted = fields.Json(
        readonly=True,
        help="What was counted when the period was charged: kept as evidence.",
    )
    charge_ids = fields.One2many("psa.charge", "period_id", string="Charges")
    charged_amount = fields.Monetary(compute="_compute_billing_state", string="Charged")
    billing_state = fields.Selection(
        BILLING_STATES,
        string="Status",
        compute="_compute_billing_state",
        search="_search_billing_state",
        help="Read from its charges.",
    )

    _line_start_uniq = models.UniqueIndex(
        "(agreement_line_id, date_from)",
        "A line of an agreement has one period from each day.",
    )
    _dates_check = models.Constraint(
        "CHECK (full_from <= date_from AND date_from < date_until "
        "AND date_until <= full_until)",
        "A period lasts at least one day and lies within its whole period.",
    )
    _skip_check = models.Constraint(
        "CHECK (state != 'skipped' OR skip_reason IS NOT NULL)",
        "A period is skipped for a reason.",
    )
    # What a run looks for.
    _due_idx = models.Index("(due_date, company_id) WHERE is_open")

    # === COMPUTES === #

    @api.depends("agreement_line_id", "date_from", "date_until")
    @api.depends_context("lang", "psa_with_customer")
    def _compute_display_name(self):
        with_customer = self.env.context.get("psa_with_customer")
        for period in self:
            text = period.agreement_line_id._describe_period(
                period.date_from, period.date_until
            )
            if with_customer:
                text = self.env._(
                    "%(customer)s: %(period)s",
                    customer=period.customer_id.name,
                    period=text,
                )
            period.display_name = text

    @api.depends(
        "state",
        "charge_ids.state",
        "charge_ids.amount",
        "charge_ids.destination",
        "charge_ids.is_reversed",
    )
    def _compute_billing_state(self):
        for period in self:
            charges = period.charge_ids
            billed = charges.filtered(lambda it: it.destination == "billed")
            period.charged_amount = sum(billed.mapped("amount"))
            period.billing_state = period._get_billing_state(charges)

    def _get_billing_state(self, charges):
        live = charges.filtered(lambda it: not it.reverses_id and not it.is_reversed)
        if not charges:
            return self.state
        if not live:
            return "skipped" if self.state == "skipped" else "credited"
        states = set(live.mapped("state"))
        if "draft" in states:
            return "proposed"
        return "drafted" if "approved" in states else "invoiced"

    def _search_billing_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_billing_state_domains()
        return Domain.OR(domains[name] for name in value if name in domains)

    @api.model
    def _get_billing_state_domains(self):
        """Return for each status the domain of its periods, see `_get_billing_state`."""
        live = Domain("reverses_id", "=", False) & Domain("is_reversed", "=", False)
        skipped = Domain("state", "=", "skipped")
        charged = Domain("charge_ids", "!=", False)
        has_live = Domain("charge_ids", "any", live)
        is_proposed = Domain("charge_ids", "any", live & Domain("state", "=", "draft"))
        is_drafted = ~is_proposed & Domain(
            "charge_ids", "any", live & Domain("state", "=", "approved")
        )
        return {
            "planned": ~skipped & ~charged,
            "skipped": skipped & ~has_live,
            "proposed": is_proposed,
            "drafted": is_drafted,
            "invoiced": has_live & ~is_proposed & ~is_drafted,
            "credited": ~skipped & charged & ~has_live,
        }

    # === THE TERMS DECIDE WHICH PERIODS THERE ARE === #

    @api.model
    def _sync(self, lines, until=None):
        """Bring the periods of lines in line with the terms.

        What was charged stays: it is shortened, down to one day that is worth nothing.

        :param lines: `psa.agreement.line` in force with a product
        :param date until: first day that need not be planned; a year ahead unless given
        """
        until = until or fields.Date.add(
            fields.Date.context_today(self), months=HORIZON_MONTHS
        )
        found = defaultdict(dict)
        for period in self.search([("agreement_line_id", "in", lines.ids)]):
            found[period.agreement_line_id][period.date_from] = period
        vals_list = []
        for line in lines:
            wanted = {it.date_from: it for it in line._iter_slices(until)}
            existing = found[line]
            vals_list += [
                self._prepare_values(line, wanted[day])
                for day in sorted(wanted.keys() - existing.keys())
            ]
            for day, period in existing.items():
                period._fit(wanted.get(day))
        self.create(vals_list)
        self._grant_begun(lines)

    def _fit(self, wanted):
        """Make a period what the terms want: a slice, or None if the line ended before."""
        self.ensure_one()
        if wanted is None:
            if self._is_before_end():
                return  # beyond the horizon
            if not (self.charge_ids or self.allowance_ids):
                self.unlink()
            elif not self.is_void:
                # What was charged and granted is given back.
                self.write({"is_void": True, "is_open": bool(self.charge_ids)})
            return
        values = {
            **self._prepare_values(self.agreement_line_id, wanted),
            "is_void": False,
        }
        del values["agreement_line_id"]
        changed = {name: value for name, value in values.items() if self[name] != value}
        if not self.charge_ids:
            if changed:
                reopened = {"is_open": True} if self.is_void else {}
                self.write({**changed, **reopened})
        elif changed.keys() & {"date_until", "is_void"}:
            changed.pop("due_date", None)  # it was due, and the difference is due now
            self.write({**changed, "is_open": True})

    def _is_before_end(self):
        """Tell whether the line still holds on the first day of the period."""
        self.ensure_one()
        bounds = self.agreement_id._get_billing_bounds(self.agreement_line_id)
        return bool(bounds) and (not bounds[1] or self.date_from < bounds[1])

    @api.model
    def _prepare_values(self, line, wanted):
        """Return the values of a line's period for a slice of time."""
        return {
            "agreement_line_id": line.id,
            "date_from": wanted.date_from,
            "date_until": wanted.date_until,
            "full_from": wanted.full_from,
            "full_until": wanted.full_until,
            "due_date": get_due_date(
                wanted, line.billing_timing, line.agreement_id.billing_lead_days
            ),
        }

    @api.model
    def _reopen(self, lines, date_from, date_until):
        """Have the charged periods of some days looked at again.

        :param date_until: first day that does not matter; None for an open end
        """
        domain = (
            Domain("agreement_line_id", "in", lines.ids)
            & Domain("is_open", "=", False)
            & Domain("date_until", ">", date_from)
        )
        if date_until:
            domain &= Domain("date_from", "<", date_until)
        self.search(domain).is_open = True
        self._resettle_allowances(lines, date_from, date_until)

    # === WHAT A PERIOD IS WORTH === #

    def _get_dues(self):
        """Return what the periods are worth as the facts are now: {period: Due}."""
        presences = self._get_presences()
        return {period: period._get_due(presences.get(period, ())) for period in self}

    def _get_presences(self):
        """Return what is counted for the periods whose quantity is counted."""
        by_window = defaultdict(self.browse)
        for period in self:
            if period.agreement_line_id.quantity_method != "fixed":
                by_window[period._get_count_window()] |= period
        result = {}
        for (start, until), periods in by_window.items():
            lines = periods.agreement_line_id
            by_usage = lines.filtered(lambda it: not it._is_counted())
            found = (lines - by_usage)._get_presences(start, until)
            found |= by_usage._get_usage(start, until)
            for period in periods:
                result[period] = found[period.agreement_line_id]
        return result

    def _get_count_window(self):
        """Return the half-open days on which things are counted."""
        self.ensure_one()
        line = self.agreement_line_id
        if line.count_by_day or self._is_by_usage():
            return self.date_from, self.date_until
        if line.billing_timing == "advance":
            return self.date_from, fields.Date.add(self.date_from, days=1)
        return fields.Date.subtract(self.date_until, days=1), self.date_until

    def _get_due(self, presences):
        """Return what the period is worth.

        :param presences: what is counted, empty for a fixed quantity
        :rtype: Due
        """
        self.ensure_one()
        line = self.agreement_line_id
        parts = self._get_active_parts()
        if self.is_void or self.state == "skipped" or not parts:
            return Due(0, 0, 0, self._explain_nothing())
        quantity = line._get_billable_quantity(
            self._get_quantity(presences, parts), self._get_included_share()
        )
        gross = line._get_gross(quantity, self.date_from, self._get_frozen_price())
        price = gross / quantity if quantity else 0
        explanation = self._explain(float(quantity), float(price), parts)
        return Due(
            quantity=float(quantity),
            price_unit=float(price),
            amount=float(self._prorate(line._apply_discount(gross), parts)),
            explanation=self._explain_usage(presences, explanation),
            counted=[presence.freeze() for presence in presences],
        )

    def _prorate(self, amount, parts):
        """Return what some days cost of an amount for the whole period, rounded.

        What was used is what it is, however many days it took.
        """
        self.ensure_one()
        rounding = self.currency_id.rounding
        if self._is_by_usage():
            return proration.round_half_up(amount, rounding)
        return proration.prorate(
            amount, self.full_from, self.full_until, parts, rounding
        )

    def _get_active_parts(self):
        """Return the half-open parts of the period that are charged."""
        self.ensure_one()
        return proration.cut_spans(
            [(self.date_from, self.date_until)], self.agreement_id._get_billing_gaps()
        )

    def _get_quantity(self, presences, parts):
        """Return how many units there are, by the day if the line wants that."""
        self.ensure_one()
        line = self.agreement_line_id
        if line.quantity_method == "fixed":
            return line.quantity
        if not line.count_by_day:
            return sum(presence.quantity for presence in presences)
        return proration.get_average_quantity(
            [(presence.quantity, presence.spans) for presence in presences], parts
        )

    def _get_frozen_price(self):
        """Return what a pricelist said when the period was charged first, else None."""
        self.ensure_one()
        is_charged = any(charge.state != "draft" for charge in self.charge_ids)
        return self.price_unit if is_charged else None

    def _explain_nothing(self):
        """Return in words why nothing is due."""
        self.ensure_one()
        if self.is_void:
            return self.env._("The line ended before.")
        return self.skip_reason or self.env._("Suspended.")

    def _explain(self, quantity, price, parts):
        """Return in words how the amount comes about."""
        self.ensure_one()
        days = sum((until - start).days for start, until in parts)
        whole = (self.full_until - self.full_from).days
        text = self.env._(
            "%(quantity)s × %(price)s",
            quantity=self._format_quantity(quantity),
            price=self._format_price(price),
        )
        if self.agreement_line_id.discount:
            text = self.env._(
                "%(text)s, less %(discount)s %%",
                text=text,
                discount=f"{self.agreement_line_id.discount:g}",
            )
        is_part = days != whole and not self._is_by_usage()
        if is_part and self.agreement_line_id.charge_kind == "recurring":
            text = self.env._(
                "%(text)s, %(days)s of %(whole)s days",
                text=text,
                days=days,
                whole=whole,
            )
        return text

    # === CHARGING WHAT IS MISSING === #

    def _charge(self, run_line_of):
        """Propose the difference between what periods are worth and what was charged.

        :param run_line_of: {period: psa.billing.run.line} that the charges belong to
        :return: the new draft charges
        """
        # Invoices are written in the language of whoever gets them.
        by_lang = self.grouped(lambda it: it.agreement_id._get_payer().lang)
        dues = {}
        for lang, periods in by_lang.items():
            dues |= periods.with_context(lang=lang or self.env.lang)._get_dues()
        vals_list = []
        for period, due in dues.items():
            missing = due.amount - sum(period.charge_ids.mapped("amount"))
            if float_is_zero(missing, precision_rounding=period.currency_id.rounding):
                continue
            vals = period._prepare_charge_values(due, missing)
            vals_list.append({**vals, "run_line_id": run_line_of[period].id})
        charges = self.env["psa.charge"].create(vals_list)
        for period, due in dues.items():
            period._remember(due)
        return charges

    def _remember(self, due):
        """Keep what a period was worth when it was charged, as evidence."""
        self.ensure_one()
        self.write(
            {
                "quantity": due.quantity,
                # Of nothing there is no price: the one that was frozen stays.
                "price_unit": due.price_unit if due.quantity else self.price_unit,
                "counted": due.counted or False,
                "check_date": self._get_check_date(),
            }
        )

    def _prepare_charge_values(self, due, amount):
        """Return the values of a charge over an amount: the whole due, or a correction."""
        self.ensure_one()
        line = self.agreement_line_id
        is_whole = self.currency_id.compare_amounts(amount, due.amount) == 0
        name = line._describe_period(self.date_from, self.date_until)
        changes = "" if is_whole else self._explain_correction(due)
        return {
            "period_id": self.id,
            "sequence": max(self.charge_ids.mapped("sequence"), default=-1) + 1,
            "agreement_line_id": line.id,
            "product_id": line.product_id.id,
            "work_date": self.date_from,
            "service_from": self.date_from,
            "service_until": self.date_until,
            "destination": "billed",
            "quantity": due.quantity if is_whole else (1 if amount > 0 else -1),
            "price_unit": due.price_unit if is_whole else abs(amount),
            "discount": line.discount if is_whole else 0,
            "amount": amount,
            "name": name if is_whole else self.env._("%(line)s: correction", line=name),
            "explanation": changes or due.explanation,
            "counted": due.counted or False,
        }

    # === WHAT PEOPLE DECIDE === #

    def action_skip(self, reason):
        """Do not charge planned periods.

        :param str reason: shown on the period and to auditors
        :raise UserError: if something of them was invoiced
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the period is not charged."))
        proposals = self.charge_ids.filtered(lambda it: it.state == "draft")
        facts = self.charge_ids - proposals
        charged = self.filtered(
            lambda it: (
                not it.currency_id.is_zero(
                    sum((it.charge_ids & facts).mapped("amount"))
                )
            )
        )
        if charged:
            raise UserError(
                self.env._(
                    "“%(period)s” is charged already. Delete its draft invoice or credit "
                    "it; to skip it then keeps it from being charged again.",
                    period=charged[0].display_name,
                )
            )
        # sudo: who may press the button may not type these
        proposals.sudo().unlink()
        self.sudo().write({"state": "skipped", "skip_reason": reason, "is_open": False})
        return True

    def action_plan(self):
        """Charge periods after all that were skipped."""
        self.check_access("write")
        # sudo: who may press the button may not type these
        self.sudo().filtered(lambda it: it.state == "skipped").write(
            {"state": "planned", "skip_reason": False, "is_open": True}
        )
        return True

    # === GROUPING === #

    def _get_invoice_key(self):
        """Return what periods on the same invoice have in common, as a text."""
        self.ensure_one()
        return self.agreement_id._get_invoice_key(self.agreement_line_id.site_ids[:1])

    def _get_payer(self):
        """Return whoever gets the invoice."""
        return self.agreement_id._get_payer()

    def _has_proposals(self):
        """Tell whether a run is about to charge the period."""
        self.ensure_one()
        return any(charge.state == "draft" for charge in self.charge_ids)

    # === SCHEDULED === #

    @api.model
    def _cron_plan(self):
        """Plan the coming year of all agreements in force, and check what was counted."""
        progress = self.env["ir.cron"]._commit_progress
        self._recount_ended(fields.Date.context_today(self))
        agreements = self.env["psa.agreement"]
        domain = Domain("state", "in", ("active", "suspended"))
        progress(remaining=agreements.search_count(domain))
        last_id = 0
        while chunk := agreements.search(
            domain & Domain("id", ">", last_id), order="id", limit=CHUNK
        ):
            last_id = chunk[-1].id
            chunk._sync_periods()
            if not progress(len(chunk)):
                break
