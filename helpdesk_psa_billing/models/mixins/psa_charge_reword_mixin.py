from odoo import api, fields, models

from ...tools.rule_choice import (
    NOT_BILLABLE,
    PENDING,
    Choice,
    Look,
    PlanTerms,
    RuleTerms,
    Work,
)
from ...tools.work_price import UnitPrice
from ...tools.work_rating import SURCHARGE, Deal, Part

# Where there is no language, Odoo's texts are in this one.
SOURCE_LANG = "en_US"


class PsaChargeRewordMixin(models.AbstractModel):
    """Words the explanation of a charge for whoever reads it on the screen.

    The explanation is stored once, in the language of the customer, as it is printed. A
    colleague who reads another language gets the same sentence in his own, made from the
    figures that the charge keeps; names of rules and plans are those of today.
    """

    _name = "psa.charge.reword.mixin"
    _description = "Explanation in the Reader's Language"

    terms = fields.Json(
        readonly=True, help="What the sentence says besides the figures of the charge."
    )
    shown_explanation = fields.Text(
        string="Explanation",
        compute="_compute_shown_explanation",
        help="How the amount comes about, in your language.",
    )

    @api.depends("explanation", "terms")
    @api.depends_context("lang")
    def _compute_shown_explanation(self):
        for charge in self:
            charge.shown_explanation = charge._get_reworded_explanation()

    def _get_reworded_explanation(self):
        """Return why the charge is as it is, in the language of the context.

        Corrections and write-offs say what they said.
        """
        self.ensure_one()
        lang = self.env.lang or SOURCE_LANG
        is_kept = (
            not self.terms
            or self.terms["lang"] == lang
            or self.origin_id
            or self.destination == "written_off"
        )
        return self.explanation if is_kept else self._word(self._to_part())

    @api.model
    def _prepare_terms(self, part):
        """Return what `_to_part` needs besides the other values of a charge."""
        plan = part.choice.plan
        terms = {
            "why": part.why,
            "level": plan and plan.level,
            "holder": plan and plan.source,
            "is_band_assumed": part.choice.is_band_assumed,
            "exemption": list(part.work.exemption),
            "surcharge": part.component == SURCHARGE and part.rule.surcharge_percent,
        }
        known = {name: value for name, value in terms.items() if value}
        return {"lang": self.env.lang or SOURCE_LANG, **known}

    def _to_part(self):
        """Return the part of work that the charge remembers, to be put in words anew."""
        self.ensure_one()
        # sudo: the names of what decided
        charge, terms = self.sudo(), self.terms
        rule, plan = charge.rule_id, charge.plan_id
        return Part(
            key=(),
            work=Work(
                key=(),
                kind="time" if charge.analytic_line_id else "item",
                day=charge.work_date,
                quantity=charge.quantity,
                customer=charge.customer_id.id,
                exemption=tuple(terms.get("exemption", ())),
            ),
            choice=Choice(
                plan=PlanTerms(
                    id=plan.id,
                    name=plan.name,
                    level=terms.get("level"),
                    source=terms.get("holder"),
                ),
                trail=tuple(Look(*look) for look in charge.trail or ()),
                outcome=NOT_BILLABLE if self.destination == "not_billed" else PENDING,
                is_band_assumed=terms.get("is_band_assumed", False),
            ),
            deal=Deal(charge.currency_id.id),
            destination=charge.destination,
            rule=RuleTerms(
                id=rule.id,
                name=rule.name,
                reason=rule.reason,
                surcharge_percent=terms.get("surcharge", 0.0),
            )
            if rule
            else None,
            component=charge.component,
            raw=charge.raw_minutes,
            minutes=charge.minutes,
            quantity=charge.quantity,
            price=UnitPrice(charge.price_unit, charge.discount),
            amount=charge.amount,
            allowance=charge.allowance_id.id,
            why=terms.get("why", ""),
        )
