from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ...tools.rule_choice import NOT_BILLABLE
from ...tools.work_rating import FLAT, SURCHARGE


class PsaChargeWordsMixin(models.AbstractModel):
    """Says why work is charged as it is: on the screen before it is saved, on the charge,
    on the invoice. There is no other place that words it."""

    _name = "psa.charge.words.mixin"
    _description = "Explanation of a Charge"

    @api.model
    def _word(self, part):
        """Return what becomes of a part of work and why, in the language of the context.

        :param part: `tools.work_rating.Part`
        """
        text = {
            "pending": self._word_pending,
            "covered": self._word_covered,
            "allowance": self._word_allowance,
            "billed": self._word_billed,
            "not_billed": self._word_not_billed,
            "sale_order": self._word_sale_order,
        }[part.destination](part)
        if part.rule:
            text = self.env._(
                "%(text)s. %(rule)s", text=text, rule=self._word_rule(part)
            )
        if part.choice.is_band_assumed:
            text = self.env._(
                "%(text)s Nobody wrote down when it was done: the first hours band of the "
                "plan is taken.",
                text=text,
            )
        return text

    # === DESTINATIONS === #

    def _word_pending(self, part):
        reasons = {
            "refused": self.env._(
                "%(amount)s pending: nothing is left of %(allowance)s",
                amount=self._word_quantity(part),
                allowance=self._name_allowance(part),
            ),
            "no_allowance": self.env._(
                "%(amount)s pending: no allowance pays for it",
                amount=self._word_quantity(part),
            ),
            "no_price": self.env._(
                "%(amount)s pending: it has no price. Give the service type a product with "
                "a price, or the rule a price or a reason",
                amount=self._word_quantity(part),
            ),
        }
        if part.why in reasons:
            return reasons[part.why]
        if not part.work.customer:
            return self.env._("Pending: nobody said for which customer it is.")
        if not part.choice.trail:
            return self.env._(
                "Pending: no billing plan holds for this customer or company."
            )
        return self.env._(
            "Pending: none of %(count)s billing rules is about it.",
            count=len(part.choice.trail),
        )

    def _word_covered(self, part):
        if part.why == "free":
            return self.env._(
                "%(amount)s free of charge", amount=self._word_worked(part)
            )
        if part.why == "in_flat":
            return self.env._(
                "%(amount)s within the flat amount", amount=self._word_worked(part)
            )
        return self.env._("%(amount)s covered", amount=self._word_worked(part))

    def _word_allowance(self, part):
        return self.env._(
            "%(amount)s from %(allowance)s",
            amount=self._word_quantity(part),
            allowance=self._name_allowance(part),
        )

    def _word_billed(self, part):
        if part.component == FLAT:
            return self.env._(
                "Flat amount of %(amount)s", amount=self._word_money(part, part.amount)
            )
        if part.component == SURCHARGE:
            return self.env._(
                "Surcharge of %(percent)s %%: %(amount)s",
                percent=f"{part.rule.surcharge_percent:g}",
                amount=self._word_money(part, part.amount),
            )
        text = self.env._(
            "%(quantity)s × %(price)s",
            quantity=self._word_quantity(part),
            price=self._word_money(part, part.price.price_unit),
        )
        if part.price.discount:
            text = self.env._(
                "%(text)s, less %(discount)s %%",
                text=text,
                discount=f"{part.price.discount:g}",
            )
        if part.allowance:
            text = self.env._(
                "%(text)s, beyond %(allowance)s",
                text=text,
                allowance=self._name_allowance(part),
            )
        return text

    def _word_not_billed(self, part):
        return self.env._(
            "%(amount)s not billed: %(reason)s",
            amount=self._word_worked(part),
            reason=self._word_reason(part),
        )

    def _word_sale_order(self, part):
        line = self.env["sale.order.line"].sudo().browse(part.work.exemption[1])
        return self.env._(
            "%(amount)s on the sales order %(order)s, which bills it",
            amount=self._word_worked(part),
            order=line.order_id.name,
        )

    @api.model
    def _word_reason(self, part):
        """Return why a part is not billed, or billed at nothing; False if that is not so."""
        if part.destination == "not_billed" and part.work.exemption:
            return self._word_warranty(part.work)
        if part.choice.outcome == NOT_BILLABLE and not part.rule:
            return self.env._("marked as not billable")
        return (part.rule and part.rule.reason) or False

    def _word_warranty(self, work):
        equipment = self.env["psa.equipment"].sudo().browse(work.exemption[1])
        return self.env._(
            "%(equipment)s is in warranty until %(end)s",
            equipment=equipment.name,
            end=format_date(self.env, equipment.warranty_end),
        )

    # === PIECES OF THE SENTENCES === #

    def _word_rule(self, part):
        """Return which rule decided, and where its plan comes from."""
        plan = part.choice.plan
        values = {"rule": part.rule.name, "plan": plan.name, "holder": plan.source}
        sentences = {
            "line": self.env._(
                "Rule “%(rule)s” of the plan “%(plan)s” (agreement line %(holder)s).",
                **values,
            ),
            "agreement": self.env._(
                "Rule “%(rule)s” of the plan “%(plan)s” (agreement %(holder)s).",
                **values,
            ),
            "customer": self.env._(
                "Rule “%(rule)s” of the plan “%(plan)s” (customer %(holder)s).",
                **values,
            ),
            "group": self.env._(
                "Rule “%(rule)s” of the plan “%(plan)s” (customer group %(holder)s).",
                **values,
            ),
        }
        usual = self.env._("Rule “%(rule)s” of the usual plan “%(plan)s”.", **values)
        return sentences.get(plan.level, usual)

    def _word_quantity(self, part):
        """Return how much is charged, and how much was worked if that differs."""
        if part.work.kind == "item":
            return formatLang(self.env, part.quantity, dp="Product Unit")
        text = _format_minutes(part.minutes)
        if part.minutes == part.raw:
            return text
        return self.env._(
            "%(charged)s h (%(worked)s h worked)",
            charged=text,
            worked=_format_minutes(part.raw),
        )

    def _word_worked(self, part):
        """Return how much was done."""
        if part.work.kind == "item":
            return formatLang(self.env, part.work.quantity, dp="Product Unit")
        return self.env._("%(hours)s h", hours=_format_minutes(part.raw))

    def _word_money(self, part, amount):
        return self.env["res.currency"].browse(part.deal.currency).format(amount)

    def _name_allowance(self, part):
        allowance = self.env["psa.allowance"].sudo().browse(part.allowance or ())
        return allowance.display_name

    @api.model
    def _word_name(self, part, source):
        """Return the description of a charge, as it stands on the invoice.

        :param source: the time entry or item
        """
        subject = source._psa_describe_work()
        if part.component == FLAT:
            return self.env._(
                "%(subject)s: %(rule)s", subject=subject, rule=part.rule.name
            )
        if part.component == SURCHARGE:
            return self.env._(
                "%(subject)s: surcharge, %(rule)s", subject=subject, rule=part.rule.name
            )
        return subject


def _format_minutes(minutes):
    """Return minutes as hours and minutes: 1:05."""
    return f"{minutes // 60}:{minutes % 60:02}"
