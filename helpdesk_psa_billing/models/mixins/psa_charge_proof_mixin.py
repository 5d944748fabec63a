from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.tools import format_date

from ...tools import proof
from ...tools.presence import compare, thaw

# Words of the ledger that are nobody's business but ours.
KEPT_INSIDE = ("written_off",)


class PsaChargeProofMixin(models.AbstractModel):
    """Tells what is billed so that the customer can check it.

    What a customer reads comes from here: never an internal note, never what work costs us,
    never why we gave something away.
    """

    _name = "psa.charge.proof.mixin"
    _description = "Proof of Charges"

    told_move_id = fields.Many2one(
        "account.move",
        string="Told with",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        help="The invoice whose statement of work tells of it, although nothing of it is "
        "billed.",
    )

    def _get_proof(self, lang=None, move=None):
        """Return the proof of charges, whatever their state.

        A bounded number of queries for any number of charges. It reads in sudo: whoever may
        see the invoice, or the proposal, may see what it is about.

        :param str lang: of its texts; the customer's unless given
        :param move: the `account.move` that it is compared with; the one that bills all of
            these unless given, if there is one
        :return: `tools.proof.Proof`, without sections for no charges
        """
        charges = self.sudo()
        move = (charges.move_id if move is None else move).sudo()
        move = move if len(move) == 1 else move.browse()
        payer = move.partner_id or charges[:1]._get_payer_or_none()
        lang = lang or payer.lang or self.env.lang
        return charges.with_context(lang=lang)._build_proof(
            move.with_context(lang=lang), payer.with_context(lang=lang)
        )

    def _get_told_move(self):
        """Return the invoice that bills the charge or tells of it; empty if none does."""
        self.ensure_one()
        return self.move_id or self.told_move_id

    def _get_payer_or_none(self):
        return self._get_payer() if self else self.env["res.partner"]

    def _build_proof(self, move, payer):
        """Return the proof, in the language of the context."""
        company = move.company_id or self[:1].company_id or self.env.company
        money = _to_money(
            move.currency_id or self[:1].currency_id or company.currency_id
        )
        zone = self._get_proof_zone(payer, company)
        grouping = payer.with_company(company)._psa_get_statement_grouping()
        pairs = [(it._get_proof_kind(), it._prove(zone)) for it in self]
        days = [line.day for kind, line in pairs if kind == proof.WORK]
        as_of = self._get_proof_day(move)
        return proof.Proof(
            lang=self.env.lang,
            customer=payer.commercial_partner_id.name or "",
            customer_reference=payer.commercial_partner_id.ref or "",
            document=(move.name or "").removeprefix("/"),
            is_credit=move.move_type == "out_refund",
            day_from=min(days, default=None),
            day_until=max(days, default=None),
            as_of=as_of,
            money=money,
            grouping=grouping,
            sections=proof.arrange(
                pairs, grouping, money, self._get_section_titles(days)
            ),
            totals=proof.sum_up(
                [line for kind, line in pairs if kind != proof.RECURRING],
                self._get_destination_labels(),
                money,
            ),
            allowances=self._prove_allowances(move, as_of),
            counted=self._prove_counts(),
            check=self._check_proof(move, money) if move else None,
        )

    def _get_proof_zone(self, payer, company):
        """Return the time zone of whoever reads the hours."""
        customer = payer.commercial_partner_id
        name = payer.tz or customer.tz or company.partner_id.tz or self.env.user.tz
        return ZoneInfo(name or "UTC")

    def _get_section_titles(self, days):
        return {
            proof.MINIMUM: self.env._("Monthly minimum"),
            proof.RECURRING: self.env._("Recurring services"),
            **{
                day: format_date(self.env, day, date_format="EEEE d MMMM y")
                for day in set(days)
            },
        }

    def _get_destination_labels(self):
        """Return what becomes of work, as a customer reads it: {destination: words}."""
        return {
            "covered": self.env._("Covered by agreement"),
            "allowance": self.env._("From allowances"),
            "not_billed": self.env._("Not billed"),
            "written_off": self.env._("Waived"),
            "sale_order": self.env._("On sales orders"),
            "pending": self.env._("Not decided yet"),
            "billed": self.env._("Billed"),
        }

    # === LINES === #

    def _get_proof_kind(self):
        """Return in which kind of section the charge stands."""
        self.ensure_one()
        if self.period_id:
            return proof.RECURRING
        return proof.MINIMUM if self.minimum_month else proof.WORK

    def _prove(self, zone):
        """Return the line of the charge.

        :param zone: `ZoneInfo` of its hours
        """
        self.ensure_one()
        entry, item = self.analytic_line_id, self.item_id
        work = self.ticket_id or self.intervention_id
        is_inside = self.destination in KEPT_INSIDE
        return proof.Line(
            charge=self.id or 0,
            day=self.service_from or self.work_date,
            day_until=self.service_until
            and fields.Date.subtract(self.service_until, days=1),
            start=_to_local(entry.psa_start, zone),
            stop=_to_local(entry.psa_stop, zone),
            person=self.user_id.name or entry.employee_id.name or "",
            subject=self._get_proof_subject(),
            ticket=work.number if work else "",
            service=self.service_type_id.name or "",
            note=self._get_proof_note(),
            raw_minutes=self.raw_minutes,
            minutes=self.minutes,
            # A flat amount is of nothing.
            quantity=self.quantity if self.component == "work" else 0.0,
            unit=(item.uom_id or self.product_id.uom_id).name or "",
            destination=self.destination,
            coverage=self._word_coverage(),
            rule=self.rule_id.name or "",
            band=self.band_id.name or "",
            multiplier=self.multiplier,
            rate=self.price_unit if self.destination == "billed" else 0.0,
            discount=self.discount,
            amount=self.amount if self.destination == "billed" else 0.0,
            explanation="" if is_inside else self._get_reworded_explanation() or "",
            is_time=bool(self.raw_minutes or self.minutes),
            is_late=self.is_late,
            invoice_line=self.invoice_line_id.id or 0,
        )

    def _get_proof_subject(self):
        """Return what the work was about: the ticket, else the visit, task or project."""
        self.ensure_one()
        if self.ticket_id:
            return self._name_numbered(self.ticket_id)
        if self.intervention_id:
            return self._name_numbered(self.intervention_id)
        entry = self.analytic_line_id
        return (entry.task_id or entry.project_id).display_name or self.env._(
            "Other work"
        )

    def _name_numbered(self, record):
        return self.env._(
            "%(number)s %(subject)s", number=record.number, subject=record.name
        )

    def _get_proof_note(self):
        """Return what was done, as the customer may read it."""
        self.ensure_one()
        if self.component != "work":
            return self.rule_id.name or self.name
        if self.item_id:
            return self._word_item()
        if self.analytic_line_id:
            note = self.analytic_line_id.name or ""
            return "" if note.strip() == "/" else note
        return self.name

    def _word_item(self):
        """Return what a part or expense is, with its serial number."""
        if not self.item_id.lot:
            return self.item_id.name
        return self.env._(
            "%(item)s, serial number %(lot)s",
            item=self.item_id.name,
            lot=self.item_id.lot,
        )

    def _word_coverage(self):
        """Return what becomes of the charge, and what pays for it or why nobody does."""
        self.ensure_one()
        return getattr(self, f"_word_coverage_{self.destination}")()

    def _word_coverage_billed(self):
        if self.allowance_id:
            return self.env._(
                "Billed, beyond %(allowance)s", allowance=self.allowance_id.name
            )
        return self.env._("Billed")

    def _word_coverage_covered(self):
        if self.agreement_id:
            return self.env._(
                "Covered by %(agreement)s", agreement=self.agreement_id.name
            )
        return self.env._("Covered")

    def _word_coverage_allowance(self):
        return self.env._("From %(allowance)s", allowance=self.allowance_id.name)

    def _word_coverage_not_billed(self):
        return self.env._("Not billed: %(reason)s", reason=self.reason)

    def _word_coverage_written_off(self):
        return self.env._("Waived")

    def _word_coverage_sale_order(self):
        order = self.analytic_line_id.so_line.order_id
        return self.env._("On sales order %(order)s", order=order.name)

    def _word_coverage_pending(self):
        return self.env._("Not decided yet")

    # === COUNTED LISTS === #

    def _prove_counts(self):
        """Return the lists of what was counted, each compared with the one before."""
        charges = self.filtered("counted")
        former = charges._get_former_counts()
        ordered = charges.sorted(
            lambda it: (it.agreement_line_id.id, it.work_date, it.sequence)
        )
        return tuple(it._prove_count(former.get(it)) for it in ordered)

    def _prove_count(self, former):
        """Return the list of what the charge counts.

        :param former: what was counted the last time, None if this is the first time
        """
        self.ensure_one()
        counted = [thaw(values) for values in self.counted]
        difference = compare([thaw(it) for it in former or ()], counted)
        added = set() if former is None else set(difference.added)
        before = {after: was for was, after in difference.changed}
        removed = () if former is None else difference.removed
        return proof.Counted(
            title=self.name,
            kind=self.agreement_line_id.quantity_method,
            quantity=sum(it.quantity for it in counted),
            rows=tuple(
                proof.CountedRow(
                    name=it.name,
                    reference=it.reference or "",
                    quantity=it.quantity,
                    days=self.period_id._get_days_text(it),
                    is_new=it in added,
                    before=before[it].quantity if it in before else None,
                )
                for it in counted
            ),
            removed=tuple((it.name, it.reference or "") for it in removed),
        )

    # === BESIDE THE INVOICE === #

    def _check_proof(self, move, money):
        """Return each line of an invoice beside its charges; credit notes count down."""
        sign = -1 if move.move_type == "out_refund" else 1
        by_line = self.grouped("invoice_line_id")
        lines = move.invoice_line_ids
        # All in one query, which Odoo does not do by itself here.
        lines.fetch(["display_type", "name", "price_subtotal"])
        return proof.Check(
            document=move.name or "",
            rows=tuple(
                proof.CheckRow(
                    line=line.id,
                    label=(line.name or "").split("\n")[0],
                    charged=money.round(
                        sum(by_line.get(line, self.browse()).mapped("amount"))
                    ),
                    invoiced=money.round(sign * line.price_subtotal),
                    is_other=line not in by_line,
                    decimals=money.decimals,
                )
                for line in lines
                if line.display_type == "product"
            ),
            money=money,
        )


def _to_money(currency):
    return proof.Money(
        code=currency.name,
        id=currency.id,
        decimals=currency.decimal_places,
        symbol=currency.symbol,
        is_before=currency.position == "before",
    )


def _to_local(moment, zone):
    """Return a moment of the database in a time zone, without it; None for none."""
    if not moment:
        return None
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
