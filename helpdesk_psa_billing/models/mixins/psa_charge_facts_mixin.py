from odoo import api, models

from ...tools.rule_choice import Work
from ...tools.work_rating import LAST, Deal


class PsaChargeFactsMixin(models.AbstractModel):
    """Turns time entries and items into plain values, in batches."""

    _name = "psa.charge.facts.mixin"
    _description = "Facts of Work"

    @api.model
    def _get_works(self, entries, items):
        """Return what rules ask about time entries and items.

        No query per record: whatever is read, is read for all of them.

        :param entries: `account.analytic.line`, also ones that are not stored
        :param items: `psa.item`, the same
        :return: list of `Work` in this order, their keys ``("time" or "item", id)``
        """
        # sudo: what was done for whom does not depend on who asks
        records = [*entries.sudo(), *items.sudo()]
        facts = [record._psa_get_work_facts() for record in records]
        matches = self._match_agreements(facts)
        return [
            self._make_work(record, fact, match)
            for record, fact, match in zip(records, facts, matches, strict=True)
        ]

    def _make_work(self, record, fact, match):
        """Return the `Work` of a record.

        :param dict fact: of `_psa_get_work_facts`
        :param match: of the agreement that covers it, None if none does
        """
        agreement = fact["agreement"].id if fact["agreement"] else False
        return Work(
            key=(fact["kind"], record._origin.id or LAST),
            kind=fact["kind"],
            day=fact["day"],
            minutes=fact["minutes"],
            quantity=fact["quantity"],
            start=fact["start"] or None,
            stop=fact["stop"] or None,
            service_type=fact["service"]._origin.id,
            ticket_type=fact["ticket"].type_id._origin.id,
            team=fact["team"]._origin.id,
            equipment_categories=frozenset(
                step
                for equipment in fact["equipment"]
                for step in _get_path(equipment.category_id)
            ),
            site=fact["site"]._origin.id,
            customer_groups=frozenset(
                _get_path(fact["customer"].psa_customer_group_id)
            ),
            level=fact["level"]._origin.id,
            item_kind=fact["item_kind"],
            product=fact["product"]._origin.id,
            is_billable=fact["is_billable"],
            ticket=fact["ticket"]._origin.id,
            visit=fact["visit"]._origin.id,
            company=fact["company"].id,
            customer=fact["customer"]._origin.id,
            agreement=match.term.agreement_id if match else agreement,
            agreement_line=match.term.line_id if match else False,
            exemption=fact["exemption"],
        )

    @api.model
    def _match_agreements(self, facts):
        """Return the `Match` of what covers each piece of work on its own day, or None."""
        agreements = self.env["psa.agreement"].sudo()
        matches = []
        for fact in facts:
            if not fact["customer"] or fact["is_without_agreement"]:
                matches.append(None)
                continue
            request = {
                "day": fact["day"],
                "customer": fact["customer"],
                "site": fact["site"],
                "equipment": fact["equipment"],
                "service": fact["service"],
                "ticket_type": fact["ticket"].type_id,
                "ticket_category": fact["ticket"].category_id,
            }
            if fact["agreement"]:
                request["agreement"] = fact["agreement"]
            matches += agreements._find_matches(fact["company"], [request])
        return matches

    @api.model
    def _get_deals(self, works):
        """Return in what money each piece of work is reckoned: {key: Deal}."""
        env = self.sudo().env
        known, deals = {}, {}
        for work in works:
            parties = (work.company, work.agreement, work.customer)
            if parties not in known:
                known[parties] = self._get_deal(
                    env["res.company"].browse(work.company),
                    env["psa.agreement"].browse(work.agreement or ()),
                    env["res.partner"].browse(work.customer or ()),
                )
            deals[work.key] = known[parties]
        return deals

    def _get_deal(self, company, agreement, customer):
        """Return in what money work for a customer is reckoned."""
        customer = customer.with_company(company)
        pricelist = agreement.pricelist_id or customer.property_product_pricelist
        currency = agreement.currency_id or pricelist.currency_id or company.currency_id
        return Deal(
            currency=currency.id,
            rounding=currency.rounding,
            pricelist=pricelist.id,
            discount=customer.psa_work_discount if customer else 0.0,
        )


def _get_path(record):
    """Return the ids of a record of a tree and of those above it."""
    return [int(step) for step in (record.parent_path or "").split("/") if step]
