from dataclasses import replace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang

from ...tools.rule_choice import Choice, Work, choose
from ...tools.work_price import get_unit_price

# So many plans or customers stand beside each other on a card.
MAX_COLUMNS = 12
# Conditions of which a card knows nothing: rules that ask for them are exceptions.
OFF_CARD = ("ticket_type", "team", "equipment_category", "site", "product")
# The product that stands for a kind of item on a card.
ITEM_PRODUCTS = {
    "km": "helpdesk_psa.product_product_psa_km",
    "overnight": "helpdesk_psa.product_product_psa_overnight",
}


class PsaRateCardMixin(models.AbstractModel):
    """What each kind of work costs whom, as a grid: service types × plans or customers."""

    _name = "psa.rate.card.mixin"
    _description = "Rate Card"

    def action_open_rate_card(self):
        """Show what work costs by these plans."""
        return self._open_rate_card("plan", self.ids)

    @api.model
    def _open_rate_card(self, kind, ids):
        """Open the card of plans or customers.

        :param str kind: plan or customer
        """
        action = self.env["ir.actions.client"]._for_xml_id(
            "helpdesk_psa_billing.psa_rate_card_action"
        )
        return {**action, "params": {"kind": kind, "ids": ids}, "context": {}}

    @api.model
    def get_rate_card(self, kind, subject_ids=None, day=None):
        """Return a card, for the screen that shows it.

        :param str kind: plan or customer
        :param list subject_ids: of these; without them, the first ones in use
        :param str day: ISO date; today unless given
        :return: dict of columns with their bands, and rows with a cell for each band
        """
        self.env["psa.billing.plan"].check_access("read")
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        # In one go: what the rules say is told in almost every cell.
        self.env["psa.billing.rule"].search(
            [("company_id", "=", self.env.company.id)]
        ).mapped("terms_text")
        subjects, is_cut = self._get_card_subjects(kind, subject_ids)
        rows = self._get_card_rows()
        columns = [self._get_card_column(kind, it, rows, day) for it in subjects]
        return {
            "day": fields.Date.to_string(day),
            "kind": kind,
            "is_cut": is_cut,
            "max_columns": MAX_COLUMNS,
            "columns": [
                {name: column[name] for name in ("id", "name", "subtitle", "bands")}
                for column in columns
            ],
            "rows": self._drop_same_rows(
                [
                    {
                        "key": index,
                        "name": row["name"],
                        "icon": row["icon"],
                        "level": bool(row["values"].get("level")),
                        "cells": [
                            cell for it in columns for cell in it["cells"][index]
                        ],
                    }
                    for index, row in enumerate(rows)
                ]
            ),
        }

    @api.model
    def _drop_same_rows(self, rows):
        """Return rows without those of levels that cost what everybody costs."""
        kept, usual = [], None
        for row in rows:
            says = [(it["text"], it["state"], it["exceptions"]) for it in row["cells"]]
            if not row["level"]:
                usual = says
            if not row["level"] or says != usual:
                kept.append(row)
        return kept

    # === COLUMNS AND ROWS === #

    @api.model
    def _get_card_subjects(self, kind, ids):
        """Return the plans or customers of a card, and whether there are more."""
        company = self.env.company
        if kind == "plan":
            model, domain = "psa.billing.plan", Domain("company_id", "=", company.id)
        else:
            model = "res.partner"
            domain = Domain("psa_is_customer", "=", True) & (
                Domain("psa_billing_plan_id", "!=", False)
                | Domain("psa_work_discount", ">", 0)
                | Domain("psa_agreement_ids", "any", self._get_planned_domain())
            )
        records = self.env[model]
        if ids:
            records = records.browse(ids).exists()
            records.check_access("read")
            return records[:MAX_COLUMNS], len(records) > MAX_COLUMNS
        records = records.search(domain, limit=MAX_COLUMNS + 1)
        return records[:MAX_COLUMNS], len(records) > MAX_COLUMNS

    @api.model
    def _get_planned_domain(self):
        """Return the domain of agreements in force that have a plan of their own."""
        return Domain("state", "=", "active") & (
            Domain("billing_plan_id", "!=", False)
            | Domain("line_ids.billing_plan_id", "!=", False)
        )

    @api.model
    def _get_card_rows(self):
        """Return what the rows are about, as values of `Work`: time, then items."""
        company = self.env.company
        services = self.env["psa.service.type"].search(
            [("company_id", "in", [False, company.id]), ("billable", "=", True)]
        )
        levels = self.env["psa.technician.level"].search(
            [("company_id", "in", [False, company.id])]
        )
        rule_levels = (
            self.env["psa.billing.rule"]
            .search([("company_id", "=", company.id), ("level_ids", "!=", False)])
            .level_ids
        )
        rows = []
        for service in services:
            rows.append(self._make_card_row(service))
            rows += [
                self._make_card_row(service, level) for level in levels & rule_levels
            ]
        kinds = dict(
            self.env["psa.item"]._fields["kind"]._description_selection(self.env)
        )
        for kind, name in kinds.items():
            xmlid = ITEM_PRODUCTS.get(kind)
            product = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
            rows.append(
                {
                    "name": name,
                    "icon": "fa-cube",
                    "service": False,
                    "values": {
                        "kind": "item",
                        "item_kind": kind,
                        "quantity": 1.0,
                        "product": product.id if product else False,
                    },
                }
            )
        return rows

    @api.model
    def _make_card_row(self, service, level=None):
        name = service.name
        if level:
            name = self.env._("%(service)s, %(level)s", service=name, level=level.name)
        return {
            "name": name,
            "icon": service.icon or "fa-clock-o",
            "service": service,
            "values": {
                "kind": "time",
                "minutes": 60,
                "service_type": service.id,
                "level": level.id if level else False,
                # sudo: the product is what is sold, whoever looks
                "product": service.sudo().product_id.id,
            },
        }

    @api.model
    def _get_card_column(self, kind, subject, rows, day):
        """Return a column: its bands, and for each row a cell per band."""
        works = self._get_card_works(kind, subject, rows, day)
        plans = self._get_card_plans(kind, subject, works)
        bands = self._get_card_bands(plans)
        prices = self._get_card_prices(kind, subject, works)
        return {
            "id": subject.id,
            "name": subject.display_name,
            "subtitle": self._get_card_subtitle(kind, plans),
            "bands": [{"id": it.id, "name": it.name} for it in bands]
            or [{"id": False, "name": ""}],
            "cells": [
                [
                    self._get_card_cell(kind, work, asked, band, price)
                    for band in bands or (None,)
                ]
                for work, asked, price in zip(works, plans, prices, strict=True)
            ],
        }

    @api.model
    def _get_card_works(self, kind, subject, rows, day):
        """Return the rows as work of a day for a customer, or for nobody."""
        company = self.env.company
        parties = [{} for _row in rows]
        if kind == "customer":
            requests = [
                {"day": day, "customer": subject}
                | ({"service": row["service"]} if row["service"] else {})
                for row in rows
            ]
            matches = self.env["psa.agreement"]._find_matches(company, requests)
            parties = [
                {
                    "customer": subject.id,
                    "agreement": match.term.agreement_id if match else False,
                    "agreement_line": match.term.line_id if match else False,
                }
                for match in matches
            ]
        # sudo: groups count whoever looks
        path = subject.sudo().psa_customer_group_id.parent_path if parties[0] else ""
        groups = frozenset(int(step) for step in (path or "").split("/") if step)
        return [
            Work(
                key=index,
                day=day,
                company=company.id,
                customer_groups=groups,
                **row["values"],
                **party,
            )
            for index, (row, party) in enumerate(zip(rows, parties, strict=True))
        ]

    @api.model
    def _get_card_plans(self, kind, subject, works):
        """Return the plans that each row asks, the closest first."""
        if kind == "plan":
            return [(subject._get_terms(self.env.company.id),)] * len(works)
        return self.env["psa.billing.plan"]._get_plan_terms(works)

    @api.model
    def _get_card_bands(self, plans):
        """Return the bands that any rule of the plans asks for, in their order."""
        bands = {}
        for plan in {it.id: it for asked in plans for it in asked}.values():
            if any(rule.asks_for_band for rule in plan.rules):
                bands.update({band.id: band for band in plan.bands})
        return list(bands.values())

    @api.model
    def _get_card_subtitle(self, kind, plans):
        """Return where the prices of a customer come from."""
        if kind == "plan":
            return ""
        names = dict.fromkeys(plan.name for asked in plans for plan in asked)
        return " › ".join(names)

    # === CELLS === #

    @api.model
    def _get_card_prices(self, kind, subject, works):
        """Return (price of the pricelist, discount, currency) of each row."""
        # sudo: prices are asked for whoever may see the card
        env = self.sudo().env
        company = self.env.company
        requests, money = [], []
        for work in works:
            pricelist = env["product.pricelist"]
            currency, discount = company.currency_id, 0.0
            if kind == "customer":
                customer = subject.sudo().with_company(company)
                agreement = env["psa.agreement"].browse(work.agreement or ())
                pricelist = (
                    agreement.pricelist_id or customer.property_product_pricelist
                )
                currency = agreement.currency_id or pricelist.currency_id or currency
                discount = customer.psa_work_discount
            money.append((discount, currency))
            requests.append(
                (work.product, pricelist.id, currency.id, work.day, 1.0)
                if work.product
                else None
            )
        found = env["psa.billing.plan"]._get_base_prices(filter(None, requests))
        return [
            (found.get(request), discount, currency)
            for request, (discount, currency) in zip(requests, money, strict=True)
        ]

    @api.model
    def _get_card_cell(self, kind, work, plans, band, price):
        """Return what becomes of a kind of work in a band: a word or a price, and why."""
        work = work.with_band(band.id) if band and work.kind == "time" else work
        choice = choose(work, plans)
        cell = self._make_card_cell(kind, choice, price)
        cell["exceptions"] = [
            {
                "about": " · ".join(self._iter_exception_words(rule)),
                **self._make_card_cell(
                    kind, Choice(rule, plan, (), rule.outcome), price
                ),
            }
            for plan, rule in _find_exceptions(work, plans, choice.rule)
        ]
        return cell

    @api.model
    def _iter_exception_words(self, rule):
        """Yield the conditions of a rule that are not on the card, in words."""
        # sudo: names of what the rule is about
        record = self.env["psa.billing.rule"].browse(rule.id).sudo()
        for name, field in record._get_condition_fields().items():
            if name in OFF_CARD and record[field]:
                yield ", ".join(record[field].mapped("display_name"))

    @api.model
    def _make_card_cell(self, kind, choice, price):
        """Return what a choice says: its text, its state, and why."""
        rule = choice.rule
        if not rule:
            return self._make_undecided_cell(kind)
        record = self.env["psa.billing.rule"].browse(rule.id)
        words = {
            "covered": self.env._("Included"),
            "not_billed": self.env._("Not billed"),
            "allowance": self.env._("Prepaid"),
        }
        text, state = words.get(rule.outcome, ""), rule.outcome
        if rule.outcome == "billed":
            text, state = self._word_card_price(rule, price, choice.plan)
        return {
            "text": text,
            "state": state,
            "why": self.env._(
                "%(plan)s, “%(rule)s”: %(terms)s",
                plan=choice.plan.name,
                rule=rule.name,
                terms=record.terms_text,
            ),
            "rule_id": rule.id,
            "until": format_date(self.env, rule.date_until) if rule.date_until else "",
        }

    @api.model
    def _make_undecided_cell(self, kind):
        """Return the cell of work that no rule is about."""
        if kind == "plan":
            return {
                "text": "—",
                "state": "next",
                "why": self.env._(
                    "No rule of the plan is about this work: the next plan is asked."
                ),
            }
        return {
            "text": self.env._("To decide"),
            "state": "pending",
            "why": self.env._("No rule is about this work: it waits for a decision."),
        }

    @api.model
    def _word_card_price(self, rule, price, plan):
        """Return the price of an hour or unit in words, and whether it is one."""
        base, discount, currency = price
        own = self.env["res.currency"].browse(plan.currency)
        if rule.price_method == "flat":
            amount = self.env._(
                "%(amount)s flat",
                amount=formatLang(self.env, rule.flat_amount, currency_obj=own),
            )
            return amount, "billed"
        if base is None and rule.price_method != "fixed":
            return self.env._("Pricelist"), "billed"
        if own != currency and rule.price_method == "fixed":
            currency = own
        unit = get_unit_price(rule, base or 0.0, discount)
        net = unit.price_unit * (1 - unit.discount / 100)
        text = formatLang(self.env, net, currency_obj=currency)
        return text, "billed" if net or rule.reason else "zero"


def _find_exceptions(work, plans, chosen):
    """Yield (plan, rule) of the rules that would decide if more was known of the work."""
    for plan in plans:
        for rule in plan.rules:
            if rule == chosen:
                return
            known = replace(
                rule,
                conditions=tuple(it for it in rule.conditions if it[0] not in OFF_CARD),
            )
            if known != rule and not known.find_obstacle(work):
                yield plan, rule
