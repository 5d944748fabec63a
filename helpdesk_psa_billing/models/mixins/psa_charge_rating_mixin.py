from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import allowance_draw, work_rating
from ...tools.rule_choice import Choice, Work, decide
from ...tools.work_rating import WORK, Context, Fixed, Part

# Sources that are rated together by the scheduler; each such chunk is committed.
CHUNK = 500
# What of a rule is money, and is converted into the currency of the work.
MONEY_TERMS = ("price", "flat_amount", "surcharge_limit")
# What exempts work from the rules: {kind: destination}.
EXEMPTIONS = {"sale_order": "sale_order", "warranty": "not_billed"}


class PsaChargeRatingMixin(models.AbstractModel):
    """Decides what becomes of work: a rule decides, an allowance pays, a charge remembers.

    One path for what is stored (`_rate`) and for what would be (`_foresee`).
    """

    _name = "psa.charge.rating.mixin"
    _description = "Rating of Work"

    # === WHAT PEOPLE AND OTHERS ASK === #

    @api.model
    def _rate(self, entries, items):
        """Make the draft charges of time entries and items what the rules say today.

        What has an approved charge is frozen and left alone. Work that is rounded with
        it, or draws on the same allowances, is rated with it.

        :param entries: `account.analytic.line`
        :param items: `psa.item`
        """
        # sudo: charges are written by billing, whoever did the work
        self = self.sudo()
        entries, items = self._add_companions(entries.sudo(), items.sudo())
        charges = self._get_charges_of(entries, items)
        frozen = charges.filtered(lambda it: it.state != "draft")
        drafts = charges - frozen
        entries -= frozen.analytic_line_id
        items -= frozen.item_id
        works = self._get_works(entries, items)
        parts = defaultdict(list)
        for (company_id, lang), group in self._group_works(works).items():
            rating = self.with_context(lang=lang).with_company(company_id)
            for part in rating._rate_works(group, drafts):
                parts[part.work.key].append(part)
        self._store(entries, items, parts, drafts)

    @api.model
    def _rate_again(self, entries, items):
        """Rate what depended on something that has changed or is gone, and itself."""
        for work in (entries, items):
            work.exists()._psa_rate()

    @api.model
    def _foresee(self, works):
        """Return what would become of work: {key: list of (`Part`, explanation)}.

        :param works: list of `Work`, of `_get_works` or made up
        """
        # sudo: whoever logs time learns what it would cost
        self = self.sudo()
        drafts = self._get_drafts_of(works)
        result = {work.key: [] for work in works}
        by_company = defaultdict(list)
        for work in works:
            by_company[work.company].append(work)
        for company_id, group in by_company.items():
            rating = self.with_company(company_id)
            for part in rating._rate_works(group, drafts, lock=False):
                result[part.work.key].append((part, rating._word(part)))
        return result

    @api.model
    def _rate_work(self, work):
        """Rate records of one model: time entries or items."""
        entries, items = self.env["account.analytic.line"], self.env["psa.item"]
        if work._name == items._name:
            self._rate(entries, work)
        else:
            self._rate(work, items)

    # === THE STEPS === #

    def _rate_works(self, works, drafts, lock=True):
        """Return the `Part`s of some works of one company, in order.

        :param drafts: charges that are made anew, what they drew on allowances is there
        :param bool lock: keep others from drawing on the same allowances meanwhile
        """
        works = sorted(works, key=work_rating.get_order)
        context = Context(self._get_fixed(works))
        parts = self._decide_parts(works)
        parts = work_rating.round_parts(parts, context)
        parts = self._price_parts(parts)
        parts = self._pay_parts(parts, drafts, lock)
        parts = [work_rating.refuse_free(part) for part in parts]
        return work_rating.add_extras(parts, context)

    def _decide_parts(self, works):
        """Let the rules decide; work may fall into several parts."""
        plans = self.env["psa.billing.plan"]._get_plan_terms(works)
        deals = self._get_deals(works)
        return [
            self._make_part((work.key, number), piece, choice, deals[work.key])
            for work, asked in zip(works, plans, strict=True)
            for number, (piece, choice) in enumerate(self._decide(work, asked))
        ]

    def _decide(self, work, plans):
        """Return the pieces of work with the choice of the rule for each."""
        if work.exemption:
            return [(work, Choice(outcome=work.exemption[0]))]
        if not work.customer and work.is_billable:
            return [(work, Choice())]
        return decide(work, plans)

    def _make_part(self, key, work, choice, deal):
        rule = choice.rule and self._convert_rule(choice.rule, choice.plan, deal, work)
        return Part(
            key=key,
            work=work,
            choice=choice,
            deal=deal,
            destination=EXEMPTIONS.get(choice.outcome, choice.outcome),
            rule=rule,
            raw=work.minutes,
            product=(rule and rule.product) or work.product,
        )

    def _convert_rule(self, rule, plan, deal, work):
        """Return a rule with its prices in the currency of the work, of its day."""
        if plan.currency in (False, deal.currency):
            return rule
        origin, target = self.env["res.currency"].browse([plan.currency, deal.currency])
        return replace(
            rule,
            **{
                name: origin._convert(
                    getattr(rule, name),
                    target,
                    self.env.company,
                    work.day,
                    round=False,
                )
                for name in MONEY_TERMS
            },
        )

    def _price_parts(self, parts):
        """Return parts with their prices; the pricelists are asked once for all."""
        asked = {
            it.key: (it.product, it.deal.pricelist, it.deal.currency, it.work.day, 1.0)
            for it in parts
            if it.product
        }
        prices = self.env["psa.billing.plan"]._get_base_prices(list(asked.values()))
        return [
            work_rating.price_part(it, prices.get(asked.get(it.key), 0.0))
            for it in parts
        ]

    def _pay_parts(self, parts, drafts, lock):
        """Return parts as allowances pay them: one may fall into several."""
        demands = [
            self._make_demand(it) for it in parts if it.destination == "allowance"
        ]
        if not demands:
            return parts
        buckets = self.env["psa.allowance"]._get_buckets(
            self.env.company,
            self.env["res.partner"].browse({it.customer for it in demands}),
            min(it.day for it in demands),
            max(it.day for it in demands),
            redrawn=drafts,
            lock=lock,
        )
        draws = defaultdict(list)
        for draw in allowance_draw.draw(buckets, demands):
            draws[draw.demand.key].append(draw)
        prices = self._get_overrun_prices(draws)
        return [
            paid
            for part in parts
            for paid in (
                work_rating.pay_part(part, draws[part.key], prices)
                if part.destination == "allowance"
                else [part]
            )
        ]

    def _get_overrun_prices(self, draws):
        """Return the prices of an hour beyond allowances: {id: price}, where agreed."""
        limits = {it.limit.id for parts in draws.values() for it in parts if it.limit}
        return {
            it.id: it.overrun_price
            for it in self.env["psa.allowance"].browse(limits)
            if it.overrun_price
        }

    def _make_demand(self, part):
        """Return what a part asks of the allowances."""
        work = part.work
        return allowance_draw.Demand(
            key=part.key,
            customer=work.customer,
            day=work.day,
            number=part.key,
            minutes=part.minutes,
            amount=part.amount,
            currency=part.deal.currency,
            incident=work.ticket or None,
            agreement=work.agreement or None,
            service_type=work.service_type or None,
            site=work.site or None,
        )

    # === WHAT IS RATED TOGETHER === #

    @api.model
    def _group_works(self, works):
        """Return {(company id, language of the customer): works}."""
        customers = self.env["res.partner"].browse(
            {work.customer for work in works if work.customer}
        )
        langs = {it.id: it.lang for it in customers}
        groups = defaultdict(list)
        for work in works:
            lang = langs.get(work.customer) or self.env.lang
            groups[work.company, lang].append(work)
        return groups

    def _add_companions(self, entries, items):
        """Return entries and items with those whose charges depend on theirs."""
        entries |= self._get_rounded_together(entries)
        drawn = self._get_drawing(entries, items)
        return entries | drawn.analytic_line_id, items | drawn.item_id

    def _get_rounded_together(self, entries):
        """Return entries of the same ticket and day or visit, if a rule wants that."""
        if not entries or not self._has_shared_rounding():
            return entries
        days = set(entries.mapped("date"))
        domain = Domain(
            "psa_intervention_id", "in", entries.psa_intervention_id.ids
        ) | (
            Domain("psa_ticket_id", "in", entries.psa_ticket_id.ids)
            & Domain("date", "in", days)
        )
        return entries | entries.search(domain & Domain("psa_minutes", ">", 0))

    def _has_shared_rounding(self):
        rules = self.env["psa.billing.rule"].sudo()
        return bool(rules.search_count([("rounding_scope", "!=", "entry")], limit=1))

    @api.model
    def _get_charges_of_work(self, work):
        """Return the charges of records of one model."""
        name = "item_id" if work._name == "psa.item" else "analytic_line_id"
        return self.search([(name, "in", work.ids)], order="sequence")

    @api.model
    def _get_companions(self, work):
        """Return other work whose charges depend on some, before that changes or goes.

        :param work: time entries or items
        :return: (time entries, items)
        """
        work = work.sudo()
        entries, items = self.env["account.analytic.line"].sudo(), work
        if work._name != "psa.item":
            entries, items = work, self.env["psa.item"].sudo()
        all_entries, all_items = self._add_companions(entries, items)
        return all_entries - entries, all_items - items

    def _get_drawing(self, entries, items):
        """Return the draft charges of the same customers that allowances may pay."""
        customers = entries._psa_get_customers() | items.customer_id
        if not customers:
            return self.browse()
        allowances = self.env["psa.allowance"].sudo()
        if not allowances.search_count([("customer_id", "in", customers.ids)], limit=1):
            return self.browse()
        return self.search(
            Domain("customer_id", "in", customers.ids)
            & Domain("state", "=", "draft")
            & Domain("period_id", "=", False)
            & (
                Domain("allowance_id", "!=", False)
                | Domain("rule_id.outcome", "=", "allowance")
            )
        )

    def _get_fixed(self, works):
        """Return the approved charges that count with works in one rounding group."""
        tickets = {work.ticket for work in works if work.ticket}
        visits = {work.visit for work in works if work.visit}
        if not (tickets or visits) or not self._has_shared_rounding():
            return []
        charges = self.search(
            Domain("state", "!=", "draft")
            & Domain("rule_id.rounding_scope", "!=", "entry")
            & Domain("origin_id", "=", False)
            & Domain("destination", "in", ("billed", "allowance", "written_off"))
            & (
                Domain("intervention_id", "in", visits)
                | (
                    Domain("ticket_id", "in", tickets)
                    & Domain("work_date", "in", {work.day for work in works})
                )
            )
        )
        # What is approved and foreseen anew does not stand beside itself.
        known = {work.key for work in works}
        fixed = [charge._to_fixed() for charge in charges]
        return [it for it in fixed if it.work.key not in known]

    def _to_fixed(self):
        """Return an approved charge as what is rounded beside it sees it."""
        self.ensure_one()
        source = self.analytic_line_id or self.item_id
        key = ("time" if self.analytic_line_id else "item", source.id)
        work = Work(
            key=key,
            kind=key[0],
            day=self.work_date,
            minutes=self.raw_minutes,
            quantity=self.quantity,
            ticket=self.ticket_id.id,
            visit=self.intervention_id.id,
        )
        return Fixed(
            key=(key, self.sequence),
            work=work,
            rule=self.rule_id._to_terms(),
            minutes=self.minutes,
            component=self.component,
            amount=self.amount,
        )

    # === REMEMBERING === #

    @api.model
    def _get_charges_of(self, entries, items):
        """Return the charges of time entries and items."""
        return self.search(
            Domain("analytic_line_id", "in", entries.ids)
            | Domain("item_id", "in", items.ids),
            order="sequence",
        )

    @api.model
    def _get_drafts_of(self, works):
        """Return the draft charges of the sources of works."""
        ids = defaultdict(list)
        for work in works:
            ids[work.key[0]].append(work.key[1])
        charges = self._get_charges_of(
            self.env["account.analytic.line"].browse(ids["time"]),
            self.env["psa.item"].browse(ids["item"]),
        )
        return charges.filtered(lambda it: it.state == "draft")

    def _store(self, entries, items, parts, drafts):
        """Make the drafts of sources equal to their parts; only what differs is written."""
        by_source = {("time", it.id): it for it in entries}
        by_source |= {("item", it.id): it for it in items}
        closed = self._get_closed_days(by_source.values())
        existing = defaultdict(dict)
        for charge in drafts:
            source = charge.analytic_line_id or charge.item_id
            existing[source][charge.sequence] = charge
        vals_list, kept = [], self.browse()
        for key, source in by_source.items():
            for number, part in enumerate(parts.get(key, ())):
                vals = self._prepare_work_values(part, source, closed)
                charge = existing[source].get(number)
                if charge:
                    kept |= charge
                    charge._change(vals)
                else:
                    vals_list.append({**vals, "sequence": number})
        gone = drafts - kept
        gone.filtered(
            lambda it: (it.analytic_line_id or it.item_id) in by_source.values()
        ).unlink()
        self.create(vals_list)

    def _change(self, vals):
        """Write what differs of some values."""
        self.ensure_one()
        changed = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changed:
            self.write(changed)

    def _prepare_work_values(self, part, source, closed):
        """Return the values of the charge of a part.

        :param source: the time entry or item
        :param dict closed: {(company, customer): first day that is not billed yet}
        """
        work, rule = part.work, part.rule
        env = self.with_context(lang=self._get_lang(work)).env
        charge = self.with_env(env)
        return {
            "analytic_line_id": source.id if work.kind == "time" else False,
            "item_id": source.id if work.kind == "item" else False,
            # To compute it, Odoo would make each charge twice.
            "kind": work.kind,
            "company_id": work.company,
            "customer_id": work.customer,
            "currency_id": part.deal.currency,
            "agreement_id": work.agreement,
            "agreement_line_id": work.agreement_line,
            "ticket_id": work.ticket,
            "intervention_id": work.visit,
            "user_id": source.user_id.id,
            "service_type_id": work.service_type,
            "work_date": work.day,
            "name": charge._word_name(part, source.with_env(env)),
            "component": part.component,
            "destination": part.destination,
            "raw_minutes": part.raw,
            "minutes": part.minutes if part.component == WORK else 0,
            "product_id": part.product,
            "quantity": round(part.quantity, self._get_digits()),
            "price_unit": part.price.price_unit,
            "discount": part.price.discount,
            "amount": part.amount if part.destination == "billed" else 0.0,
            "multiplier": rule.multiplier if rule else 1.0,
            "rule_id": rule.id if rule else False,
            "plan_id": part.choice.plan.id if part.choice.plan else False,
            "band_id": work.band,
            **self._prepare_allowance_values(part),
            "reason": charge._word_reason(part),
            "explanation": charge._word(part),
            "terms": charge._prepare_terms(part),
            "trail": [
                [look.plan_id, look.rule_id, look.obstacle]
                for look in part.choice.trail
            ],
            "is_late": work.day < closed.get((work.company, work.customer), work.day),
            "is_stale": False,
        }

    def _prepare_allowance_values(self, part):
        """Return what a part draws on an allowance."""
        return {"allowance_id": part.allowance, "allowance_quantity": part.drawn}

    def _get_lang(self, work):
        """Return the language in which the customer reads what is charged."""
        customer = self.env["res.partner"].browse(work.customer or ())
        return customer.lang or self.env.lang

    @api.model
    def _get_closed_days(self, sources):
        """Return the first day that is not billed yet: {(company id, customer id): day}.

        What is dated before it comes late.
        """
        companies, customers = self.env["res.company"], self.env["res.partner"]
        for source in sources:
            companies |= source.company_id
            customers |= source._psa_get_customers()
        if not customers:
            return {}
        return self.env["psa.billing.run"]._get_closed_days(companies, customers)

    # === LATER === #

    @api.model
    def _mark_stale(self, domain):
        """Have drafts of work decided anew soon: what they follow from has changed.

        :param domain: of the charges, besides being drafts of work
        """
        # sudo: whoever changes terms need not see the charges that follow from them
        charges = self.env["psa.charge"].sudo()
        query = charges._search(
            Domain(domain)
            & Domain("state", "=", "draft")
            & Domain("period_id", "=", False)
            & Domain("minimum_month", "=", False)
            & Domain("is_stale", "=", False)
        )
        charges.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE psa_charge SET is_stale = TRUE WHERE id IN %s",
                query.subselect(),
            )
        )
        if self.env.cr.rowcount:
            charges.invalidate_model(["is_stale"])
            self.env.ref("helpdesk_psa_billing.psa_charge_cron_rate")._trigger()

    def _rate_stale(self):
        """Rate the work of those of these charges again whose terms have changed."""
        stale = self.sudo().filtered("is_stale")
        if stale:
            self._rate(stale.analytic_line_id, stale.item_id)

    @api.model
    def _cron_rate(self):
        """Rate what is stale, and work that has no charge yet, chunk by chunk."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count([("is_stale", "=", True)]))
        while stale := self.search([("is_stale", "=", True)], limit=CHUNK):
            stale._rate_stale()
            (stale.exists().filtered("is_stale")).is_stale = False
            if not progress(len(stale)):
                return
        self._rate_missing(progress)

    def _rate_missing(self, progress):
        """Rate work that has no charge, from the day on which billing of work began."""
        for model in ("account.analytic.line", "psa.item"):
            records = self.env[model]
            domain = records._psa_get_missing_domain()
            progress(remaining=records.search_count(domain))
            last_id = 0
            while chunk := records.search(
                domain & Domain("id", ">", last_id), limit=CHUNK, order="id"
            ):
                last_id = chunk[-1].id
                chunk._psa_rate()
                if not progress(len(chunk)):
                    return
