from dataclasses import replace

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.rule_choice import PlanTerms

# Where a plan may be chosen, the closest to the work first: {level: (model, field)}.
HOLDERS = {
    "line": ("psa.agreement.line", "billing_plan_id"),
    "agreement": ("psa.agreement", "billing_plan_id"),
    "customer": ("res.partner", "psa_billing_plan_id"),
    "group": ("psa.customer.group", "billing_plan_id"),
    "company": ("res.company", "psa_billing_plan_id"),
}


class PsaBillingPlan(models.Model):
    """Billing rules in the order in which they are asked: what becomes of which work."""

    _name = "psa.billing.plan"
    _description = "Billing Plan"
    _inherit = [
        "psa.remembered.mixin",
        "psa.billing.parameter.mixin",
        "psa.rate.card.mixin",
    ]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True,
        help="Archived: it is no longer offered. Where it was chosen, it goes on to decide.",
    )
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    description = fields.Text(
        translate=True, help="For whom the plan is meant, and what was promised."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the prices in the rules. Work under an agreement in another currency is "
        "converted at the rate of its day.",
    )
    band_ids = fields.Many2many(
        "psa.hours.band",
        "psa_billing_plan_band_rel",
        "plan_id",
        "band_id",
        string="Hours bands",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Work is split where one band ends and another begins. Work whose hours "
        "nobody wrote down lies in the first of them.",
    )
    rule_ids = fields.One2many("psa.billing.rule", "plan_id", string="Rules", copy=True)
    rule_count = fields.Integer(compute="_compute_rule_count", string="Number of rules")
    problem_count = fields.Integer(
        compute="_compute_rule_count", string="Rules to check"
    )
    customer_count = fields.Integer(
        compute="_compute_holders", string="Number of customers"
    )
    agreement_count = fields.Integer(
        compute="_compute_holders", string="Number of agreements"
    )
    usual_for = fields.Char(
        compute="_compute_holders",
        help="The customer groups, or the company, for which the plan is the usual one.",
    )

    # === COMPUTES === #

    @api.depends("company_id")
    def _compute_currency_id(self):
        for plan in self:
            plan.currency_id = plan.currency_id or plan.company_id.currency_id

    @api.depends("rule_ids.problem")
    def _compute_rule_count(self):
        for plan in self:
            plan.rule_count = len(plan.rule_ids)
            plan.problem_count = len(plan.rule_ids.filtered("has_problem"))

    @api.depends_context("uid", "company")
    def _compute_holders(self):
        for plan in self:
            records = {
                level: self.env[model]
                .with_company(plan.company_id)
                .search(plan._get_holder_domain(level))
                for level, (model, _name) in HOLDERS.items()
            }
            plan.customer_count = len(records["customer"])
            plan.agreement_count = len(
                records["agreement"] | records["line"].agreement_id
            )
            plan.usual_for = ", ".join(
                it.display_name for it in (*records["company"], *records["group"])
            )

    # === CHECKS === #

    @api.constrains("band_ids")
    def _check_bands(self):
        self.rule_ids._check_bands()

    @api.model
    def _get_parameter_fields(self):
        """Override: what decides about prices."""
        return ("name", "currency_id", "band_ids", "active")

    def write(self, vals):
        if any(
            it.company_id.id != vals.get("company_id", it.company_id.id) for it in self
        ):
            raise UserError(
                self.env._(
                    "A plan stays with its company, where customers may use it already. "
                    "Duplicate it, and choose the other company in the copy."
                )
            )
        return super().write(vals)

    def copy_data(self, default=None):
        """Override: a copy says that it is one."""
        return [
            dict(vals, name=self.env._("%(plan)s (copy)", plan=plan.name))
            if "name" not in (default or {})
            else vals
            for plan, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # === WHICH PLANS ARE ASKED === #

    @api.model
    def _get_plan_terms(self, works):
        """Return the plans that are asked about each of some works.

        The closest comes first: agreement's line, agreement, customer (then the companies
        above him), customer groups (the nearest first), company. A plan that stands at
        several levels is asked once, at the closest.

        What a change would do is found with the context keys ``psa_trial_plan_id``, a
        plan that is asked before all others, and ``psa_trial_date``, a day as of which
        the rules are taken, whatever the day of the work.

        :param works: list of `Work`
        :return: tuples of `PlanTerms`, in the order of `works`
        """
        # sudo: whoever logs time gets the price that was agreed on
        plans_sudo = self.sudo()
        # In batches, so that each model is read once.
        lines, agreements, customers = (
            plans_sudo.env[model].browse({getattr(it, name) or 0 for it in works} - {0})
            for model, name in (
                ("psa.agreement.line", "agreement_line"),
                ("psa.agreement", "agreement"),
                ("res.partner", "customer"),
            )
        )
        lines.fetch(["billing_plan_id"])
        agreements.fetch(["billing_plan_id"])
        customers.fetch(["psa_customer_group_id", "parent_id"])
        # Also the companies above customers may have a plan.
        lineage = plans_sudo.env["psa.agreement"]._get_lineage_ids
        owners = customers.browse({step for it in customers for step in lineage(it)})
        for company_id in {it.company for it in works}:
            owners.with_company(company_id).fetch(["psa_billing_plan_id"])
        known = {}
        result = []
        for work in works:
            key = (work.company, work.agreement_line, work.agreement, work.customer)
            if key not in known:
                known[key] = plans_sudo._get_terms_of(*key)
            result.append(known[key])
        return result

    @api.model
    def _get_terms_of(self, company_id, line_id, agreement_id, customer_id):
        """Return the `PlanTerms` asked about work of some parties, given by their ids."""
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        terms = {}
        for level, holder, plan in self._iter_plans(
            company, line_id, agreement_id, customer_id
        ):
            if plan and plan.id not in terms:
                terms[plan.id] = replace(
                    plan._get_terms(company.id),
                    level=level,
                    source=holder.display_name,
                )
        return tuple(terms.values())

    @api.model
    def _iter_plans(self, company, line_id, agreement_id, customer_id):
        """Yield (level, holder, plan) from the closest to the work to the farthest."""
        env = self.with_company(company).env
        trial = self.browse(env.context.get("psa_trial_plan_id") or ())
        if trial.company_id == company:
            yield "customer", trial, trial
        line = env["psa.agreement.line"].browse(line_id or ())
        yield "line", line, line.billing_plan_id
        agreement = env["psa.agreement"].browse(agreement_id or ())
        yield "agreement", agreement, agreement.billing_plan_id
        customer = env["res.partner"].browse(customer_id or ())
        lineage = env["psa.agreement"]._get_lineage_ids(customer) if customer else ()
        for owner in customer.browse(lineage):
            yield "customer", owner, owner.psa_billing_plan_id
        group = customer.psa_customer_group_id
        while group:
            yield "group", group, group.billing_plan_id
            group = group.parent_id
        yield "company", company, company.psa_billing_plan_id

    def _get_terms(self, company_id):
        """Return the plan as `decide` takes it, without level and source.

        :rtype: PlanTerms
        """
        self.ensure_one()
        terms = self._get_remembered_terms(company_id, self.env.lang)
        day = self.env.context.get("psa_trial_date")
        if day:
            rules = tuple(
                replace(rule, date_from=None, date_until=None)
                for rule in terms.rules
                if (not rule.date_from or rule.date_from <= day)
                and (not rule.date_until or day < rule.date_until)
            )
            terms = replace(terms, rules=rules)
        return terms

    @tools.ormcache("self.id", "company_id", "lang")
    def _get_remembered_terms(self, company_id, lang):
        # sudo: remembered for everybody. What is archived is still part of a condition:
        # without it the rule would be about everything.
        plan = self.sudo().with_context(active_test=False, lang=lang)
        company = plan.env["res.company"].browse(company_id)
        return PlanTerms(
            id=plan.id,
            name=plan.name,
            bands=tuple(band._to_band(company) for band in plan.band_ids.sorted()),
            rules=tuple(rule._to_terms() for rule in plan.rule_ids.sorted()),
            currency=plan.currency_id.id,
        )

    # === BASE PRICES === #

    @api.model
    def _get_base_prices(self, requests):
        """Return what products cost by pricelist, before any rule.

        Each request is a tuple (product id, pricelist id, currency id, day, quantity);
        without a pricelist the price is the sales price of the product.

        :return: {request: price per unit of the product, in the currency}
        """
        # sudo: whoever logs time gets the price that was agreed on
        env = self.sudo().env
        groups = {}
        for request in set(requests):
            groups.setdefault(request[1:], []).append(request)
        prices = {}
        for (pricelist_id, currency_id, day, quantity), members in groups.items():
            products = env["product.product"].browse(it[0] for it in members)
            found = (
                env["product.pricelist"]
                .browse(pricelist_id or ())
                ._get_products_price(
                    products,
                    quantity or 1.0,
                    currency=env["res.currency"].browse(currency_id),
                    date=fields.Datetime.to_datetime(day),
                )
            )
            prices.update({request: found[request[0]] for request in members})
        return prices

    # === WHERE IT IS CHOSEN === #

    def _get_holder_domain(self, level):
        """Return the domain of the records of a level that have one of these plans."""
        _model, name = HOLDERS[level]
        return Domain(name, "in", self._origin.ids)

    def action_open_customers(self):
        """Open the customers that have the plan."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_customer_action"
        )
        domain = self._get_holder_domain("customer")
        return {**action, "display_name": self.name, "domain": list(domain)}

    def action_open_agreements(self):
        """Open the agreements that have the plan, on themselves or on a line."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa.psa_agreement_action"
        )
        domain = self._get_holder_domain("agreement") | Domain(
            "line_ids", "any", self._get_holder_domain("line")
        )
        return {
            **action,
            "display_name": self.name,
            "domain": list(domain),
            "context": {},
        }

    def _get_changes_domain(self):
        """Override: with those of its rules."""
        rules = Domain("res_model", "=", "psa.billing.rule")
        rules &= Domain("res_id", "in", self.rule_ids.ids)
        return super()._get_changes_domain() | rules
