from odoo import models
from odoo.fields import Domain

from ...tools import rule_conflict


class PsaBillingRuleProblemMixin(models.AbstractModel):
    """Finds rules that cannot do what they say: never reached, or without a price."""

    _name = "psa.billing.rule.problem.mixin"
    _description = "Problems of Billing Rules"

    def _search_has_problem(self, operator, value):
        if operator != "in":
            return NotImplemented
        rules = self.search([("company_id", "in", self.env.companies.ids)])
        found = rules.filtered("has_problem")
        wanted = (found if True in value else self.browse()) | (
            rules - found if False in value else self.browse()
        )
        return Domain("id", "in", wanted.ids)

    def _iter_problems(self, hidden):
        """Yield what is wrong with a rule, in sentences.

        :param dict hidden: ``{id of a rule: id of the one that hides it}``
        """
        self.ensure_one()
        if self._origin.id in hidden:
            yield self.env._(
                "It is never reached: “%(rule)s” above decides about the same work. Put it "
                "above that one, or delete it.",
                rule=self.browse(hidden[self._origin.id]).name,
            )
        if self._is_priced() and self.price_method in ("base", "offset"):
            yield from self._iter_price_problems()
        if self._is_priced() and self._is_negative():
            yield self.env._(
                "The pricelist price less the difference is nothing or below: it bills "
                "nothing."
            )

    def _iter_price_problems(self):
        """Yield what keeps the pricelist from giving a price."""
        if self.kind == "item":
            return
        # sudo: whether there is a price is all that is told
        kinds = self.sudo().service_type_ids
        missing = kinds.filtered(lambda it: not it.product_id)
        if missing:
            yield self.env._(
                "“%(service)s” sells no product, so it has no price. Choose the product in "
                "the service type, or a fixed price here.",
                service=missing[0].name,
            )
        if self.price_method == "base":
            free = (kinds - missing).filtered(lambda it: not it.product_id.lst_price)
            if free:
                yield self.env._(
                    "“%(product)s”, which “%(service)s” sells, has the price 0. Give it a "
                    "price, or say here that the work is not billed.",
                    product=free[0].product_id.display_name,
                    service=free[0].name,
                )

    def _is_negative(self):
        """Tell whether a difference eats up the price of each service type."""
        prices = [
            it.product_id.lst_price + self.price
            for it in self.sudo().service_type_ids
            if it.product_id
        ]
        return self.price_method == "offset" and bool(prices) and max(prices) <= 0

    def _find_hidden(self):
        """Return ``{id of a rule: id of an earlier one that leaves it no work}``."""
        plans = self._origin.plan_id.sudo().with_context(active_test=False)
        paths = self._get_condition_paths()
        hidden = {}
        for plan in plans:
            terms = [rule._to_terms() for rule in plan.rule_ids.sorted()]
            hidden.update(rule_conflict.find_hidden(terms, paths))
        return hidden

    def _get_condition_paths(self):
        """Return, for conditions that are trees, ``{condition: {id: ids up to the top}}``."""
        return {
            name: {
                it.id: frozenset(
                    int(step) for step in it.parent_path.split("/") if step
                )
                # sudo: where something stands in a tree is no secret
                for it in self.env[model]
                .sudo()
                .with_context(active_test=False)
                .search([])
            }
            for name, model in (
                ("equipment_category", "psa.equipment.category"),
                ("customer_group", "psa.customer.group"),
            )
        }
