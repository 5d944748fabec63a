from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import ITEM_KINDS, OUTCOMES, PRICE_METHODS, ROUNDING_SCOPES
from ..tools.rule_choice import RuleTerms

# Conditions that name records: {condition of `tools/rule_choice.py`: field}.
CONDITION_FIELDS = {
    "product": "product_ids",
    "service_type": "service_type_ids",
    "ticket_type": "ticket_type_ids",
    "team": "team_ids",
    "equipment_category": "equipment_category_ids",
    "site": "site_ids",
    "customer_group": "customer_group_ids",
    "level": "level_ids",
    "band": "band_ids",
}
# What a rule says besides: it is read into `RuleTerms` field by field.
MONEY_FIELDS = (
    "outcome",
    "overrun",
    "price_method",
    "price",
    "multiplier",
    "rounding_step",
    "rounding_minimum",
    "rounding_maximum",
    "rounding_scope",
    "free_minutes",
    "free_quantity",
    "flat_amount",
    "surcharge_percent",
    "surcharge_limit",
)


class PsaBillingRule(models.Model):
    """What becomes of some kind of work: covered, from an allowance, billed, or not."""

    _name = "psa.billing.rule"
    _description = "Billing Rule"
    _inherit = [
        "psa.remembered.mixin",
        "psa.billing.parameter.mixin",
        "psa.billing.rule.words.mixin",
        "psa.billing.rule.problem.mixin",
    ]
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "psa.billing.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    name = fields.Char(
        required=True,
        translate=True,
        help="It stands in the explanation of each charge, for example “Evenings × 1.5”.",
    )
    sequence = fields.Integer(
        default=10, help="The first rule in this order that fits the work decides."
    )
    date_from = fields.Date(
        string="From",
        help="First day of work that it is about. Empty: since ever.",
    )
    date_until = fields.Date(
        string="Until",
        help="First day of work that it is no longer about. Empty: for ever.",
    )

    # Which work: each condition that is filled must hold, one of its values is enough.
    kind = fields.Selection(
        [("any", "Time and items"), ("time", "Time"), ("item", "Items")],
        string="About",
        required=True,
        default="time",
        help="Items: parts, kilometres, nights away and expenses.",
    )
    item_kind = fields.Selection(
        ITEM_KINDS, string="Items", help="Empty: all kinds of items."
    )
    product_ids = fields.Many2many(
        "product.product",
        "psa_billing_rule_product_rel",
        "rule_id",
        "product_id",
        string="Products",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Of the items. Empty: all.",
    )
    service_type_ids = fields.Many2many(
        "psa.service.type",
        "psa_billing_rule_service_type_rel",
        "rule_id",
        "service_type_id",
        string="Service types",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: all kinds of work.",
    )
    ticket_type_ids = fields.Many2many(
        "psa.ticket.type",
        "psa_billing_rule_ticket_type_rel",
        "rule_id",
        "type_id",
        string="Ticket types",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: all types, and work without a ticket.",
    )
    team_ids = fields.Many2many(
        "psa.team",
        "psa_billing_rule_team_rel",
        "rule_id",
        "team_id",
        string="Teams",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Of the ticket. Empty: all teams.",
    )
    equipment_category_ids = fields.Many2many(
        "psa.equipment.category",
        "psa_billing_rule_equipment_category_rel",
        "rule_id",
        "category_id",
        string="Equipment categories",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="And the categories below them. Empty: any work.",
    )
    site_ids = fields.Many2many(
        "res.partner",
        "psa_billing_rule_site_rel",
        "rule_id",
        "site_id",
        string="Sites",
        domain="[('type', '=', 'psa_site')]",
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: all sites.",
    )
    customer_group_ids = fields.Many2many(
        "psa.customer.group",
        "psa_billing_rule_customer_group_rel",
        "rule_id",
        "group_id",
        string="Customer groups",
        ondelete="restrict",
        context={"active_test": False},
        help="And the groups below them. Empty: all customers.",
    )
    level_ids = fields.Many2many(
        "psa.technician.level",
        "psa_billing_rule_level_rel",
        "rule_id",
        "level_id",
        string="Technician levels",
        check_company=True,
        ondelete="restrict",
        context={"active_test": False},
        help="Empty: whoever did the work.",
    )
    band_ids = fields.Many2many(
        "psa.hours.band",
        "psa_billing_rule_band_rel",
        "rule_id",
        "band_id",
        string="Hours",
        check_company=True,
        domain="[('id', 'in', plan_band_ids)]",
        ondelete="restrict",
        context={"active_test": False},
        help="Out of the bands of the plan. Empty: whenever the work was done.",
    )
    plan_band_ids = fields.Many2many(related="plan_id.band_ids", string="Bands offered")

    # What becomes of it
    outcome = fields.Selection(
        OUTCOMES,
        required=True,
        default="billed",
        help="Covered: the agreement's fee pays for it. From an allowance: prepaid hours or "
        "money pay for it. Not billed: given away, with a reason.",
    )
    reason = fields.Char(
        translate=True,
        help="Why it is not billed, or billed at nothing. The customer may read it.",
    )
    overrun = fields.Selection(
        [("billed", "Billed at the price below"), ("pending", "Left to decide")],
        string="Without allowance",
        required=True,
        default="billed",
        help="What becomes of work that no allowance can pay for.",
    )

    # At what price
    price_method = fields.Selection(
        PRICE_METHODS,
        string="Price from",
        required=True,
        default="base",
        help="Pricelist: the customer's price of the service type's product, or of the "
        "item's, on the day of the work.",
    )
    price = fields.Float(
        min_display_digits="Product Price",
        help="Per hour, or per unit of an item, before tax. As a difference it may be "
        "negative.",
    )
    multiplier = fields.Float(
        default=1.0,
        digits=(16, 4),
        min_display_digits=1,
        help="Of the price: 1.5 for half as much again.",
    )
    has_own_discount = fields.Boolean(
        string="Own discount", help="Off: the discount of the customer."
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    product_id = fields.Many2one(
        "product.product",
        string="Invoiced as",
        domain="[('sale_ok', '=', True)]",
        check_company=True,
        ondelete="restrict",
        help="Empty: the product of the service type, or the item itself.",
    )
    rounding_scope = fields.Selection(
        ROUNDING_SCOPES,
        string="Counted per",
        required=True,
        default="entry",
        help="What is rounded together, and within what minimum, maximum, free zone, flat "
        "amount and the limit of the surcharge hold.",
    )
    rounding_step = fields.Integer(
        string="Round up to",
        help="Minutes: 15 bills 20 minutes as 30. 0: to the minute.",
    )
    rounding_minimum = fields.Integer(
        string="At least", help="Minutes that are billed though less was worked."
    )
    rounding_maximum = fields.Integer(
        string="At most", help="Minutes beyond which nothing is billed. 0: no limit."
    )
    free_minutes = fields.Integer(
        string="First minutes free", help="For example of the journey."
    )
    free_quantity = fields.Float(
        string="First units free",
        digits="Product Unit",
        help="Of items, for example 20 km.",
    )
    flat_amount = fields.Monetary(
        help="Once, besides the price: for example the call-out. Before tax."
    )
    flat_product_id = fields.Many2one(
        "product.product",
        string="Flat amount invoiced as",
        domain="[('sale_ok', '=', True)]",
        check_company=True,
        ondelete="restrict",
        help="Empty: the same product as the work.",
    )
    surcharge_percent = fields.Float(
        string="Surcharge (%)",
        digits="Discount",
        help="Of the price, on a line of its own.",
    )
    surcharge_limit = fields.Monetary(
        string="Surcharge at most", help="0: without limit."
    )

    conditions_text = fields.Char(string="Which work", compute="_compute_texts")
    terms_text = fields.Char(string="What becomes of it", compute="_compute_texts")

    problem = fields.Char(
        string="To check",
        compute="_compute_problem",
        help="Why the rule cannot do what it says.",
    )
    has_problem = fields.Boolean(
        compute="_compute_problem", search="_search_has_problem"
    )

    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_from IS NULL OR date_until > date_from)",
        "A rule must hold for at least one day.",
    )
    _numbers_check = models.Constraint(
        "CHECK (rounding_step >= 0 AND rounding_minimum >= 0 AND free_minutes >= 0 "
        "AND free_quantity >= 0 AND flat_amount >= 0 AND multiplier >= 0 "
        "AND surcharge_percent >= 0 AND surcharge_limit >= 0)",
        "Minutes, multiplier, flat amount and surcharge cannot be negative.",
    )
    _maximum_check = models.Constraint(
        "CHECK (rounding_maximum = 0 OR rounding_maximum >= rounding_minimum)",
        "What is billed at most cannot be less than what is billed at least.",
    )
    _discount_check = models.Constraint(
        "CHECK (discount >= 0 AND discount <= 100)",
        "A discount is between 0 and 100 %.",
    )
    _price_check = models.Constraint(
        "CHECK (price >= 0 OR price_method = 'offset')",
        "A price cannot be negative; a difference to the pricelist can.",
    )
    _flat_check = models.Constraint(
        "CHECK (price_method != 'flat' OR flat_amount > 0 "
        "OR outcome NOT IN ('billed', 'allowance'))",
        "A flat price needs its amount.",
    )

    @api.depends(lambda self: [*self._get_parameter_fields(), "currency_id"])
    @api.depends_context("lang")
    def _compute_texts(self):
        for rule in self:
            # sudo: names of what a colleague may not open are still what was agreed
            rule_sudo = rule.sudo()
            rule.conditions_text = " · ".join(rule_sudo._iter_condition_words())
            rule.terms_text = " · ".join(rule_sudo._iter_term_words())

    @api.depends(lambda self: [*self._get_parameter_fields(), "plan_id.rule_ids"])
    @api.depends_context("lang")
    def _compute_problem(self):
        hidden = self._find_hidden()
        for rule in self:
            rule.problem = " ".join(rule._iter_problems(hidden)) or False
            rule.has_problem = bool(rule.problem)

    # === CHECKS === #

    @api.constrains(
        "outcome", "reason", "price_method", "price", "multiplier", "discount"
    )
    def _check_reason(self):
        """Nothing is given away without saying so."""
        for rule in self:
            if not rule.reason and (rule.outcome == "not_billed" or rule._is_free()):
                raise ValidationError(
                    self.env._(
                        "By “%(rule)s” the customer pays nothing. Write the reason down: "
                        "it stands in the explanation of the work.",
                        rule=rule.name,
                    )
                )

    @api.constrains("band_ids")
    def _check_bands(self):
        for rule in self:
            strangers = rule.band_ids - rule.plan_id.band_ids
            if strangers:
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” asks for “%(band)s”, which is not among the hours "
                        "bands of “%(plan)s”. Add it to the plan, or take it off the rule.",
                        rule=rule.name,
                        band=strangers[0].name,
                        plan=rule.plan_id.name,
                    )
                )

    def _is_free(self):
        """Tell whether work that is billed by the rule costs nothing for sure."""
        self.ensure_one()
        has_price = self.price or self.price_method in ("base", "offset", "flat")
        is_multiplied = self.multiplier or self.price_method == "flat"
        return self._is_priced() and not (
            has_price
            and is_multiplied
            and not (self.has_own_discount and self.discount >= 100)
        )

    def _is_priced(self):
        """Tell whether the rule may put a price on work."""
        self.ensure_one()
        return self.outcome == "billed" or (
            self.outcome == "allowance" and self.overrun == "billed"
        )

    @api.model
    def _get_parameter_fields(self):
        """Override: all that the rule says."""
        return (
            "name",
            "sequence",
            "date_from",
            "date_until",
            "kind",
            "item_kind",
            *CONDITION_FIELDS.values(),
            "reason",
            *MONEY_FIELDS,
            "has_own_discount",
            "discount",
            "product_id",
            "flat_product_id",
        )

    # === AS PLAIN VALUES === #

    def _to_terms(self):
        """Return the rule as `tools/rule_choice.py` takes it.

        Read it with ``active_test=False``: a condition on something archived stays one.

        :rtype: RuleTerms
        """
        self.ensure_one()
        return RuleTerms(
            id=self.id,
            name=self.name,
            date_from=self.date_from or None,
            date_until=self.date_until or None,
            conditions=tuple(self._iter_conditions()),
            reason=self.reason or "",
            discount=self.discount if self.has_own_discount else None,
            product=self.product_id.id,
            flat_product=self.flat_product_id.id,
            **{name: self[name] for name in MONEY_FIELDS},
        )

    def _iter_conditions(self):
        """Yield (name, values) of the conditions that are filled in, what it is about first."""
        if self.kind != "any":
            yield "kind", frozenset((self.kind,))
        if self.item_kind and self.kind == "item":
            yield "item_kind", frozenset((self.item_kind,))
        for name, field in self._get_condition_fields().items():
            if self[field]:
                yield name, frozenset(self[field].ids)

    @api.model
    def _get_condition_fields(self):
        """Return ``{condition: many2many field}``.

        Override to add a condition; its values come from `Work.get_values`.
        """
        return CONDITION_FIELDS
