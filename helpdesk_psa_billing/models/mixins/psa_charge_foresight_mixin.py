from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...const import MONEY_GROUPS
from ...tools.rule_choice import NOT_YET, OVER
from ...tools.work_rating import FLAT, SURCHARGE

# Forms in which time is logged.
FORESEEN_MODELS = ("psa.time.log", "account.analytic.line")
# In the context: whoever reads the sentences sees no money.
HIDE_MONEY = "psa_hide_money"


class PsaChargeForesightMixin(models.AbstractModel):
    """Tells before time is saved what becomes of it, and afterwards why it became that.

    Who has no right to see money is told the destination and the hours.
    """

    _name = "psa.charge.foresight.mixin"
    _description = "Foresight of Charges"

    trail_words = fields.Json(
        compute="_compute_trail_words",
        string="Why, and why not",
        help="Each rule that was asked, in order, and what of it did not fit.",
    )

    @api.depends("trail")
    @api.depends_context("lang")
    def _compute_trail_words(self):
        for charge in self:
            charge.trail_words = self._word_trail(charge.trail or ())

    # === WHAT FORMS ASK === #

    @api.model
    def foresee(self, res_model, values, res_id=False):
        """Return what becomes of the time in a form, and why.

        :param str res_model: model of the form, see `_psa_get_foreseen_entry`
        :param dict values: of the form
        :param int res_id: the entry that the form shows, if it is saved already
        :return: {parts: [{destination, label, text}], trail: [{plan, rule, text, holds}],
            hint: what is lacking, is_final: whether it stays like that}
        """
        return self._foresee_entry(self._get_foreseen_entry(res_model, values, res_id))

    def _foresee_entry(self, entry):
        """Return what becomes of an entry in memory, see `foresee`.

        :param entry: `account.analytic.line` that is the user's business
        """
        reader = self.with_context(**{HIDE_MONEY: not self._is_money_shown()})
        if entry._origin and (final := reader._tell_final(entry._origin)):
            return final
        if hint := self._get_foresight_hint(entry):
            return self._prepare_hint(hint)
        works = reader._get_works(entry, self.env["psa.item"])
        [parts] = reader._foresee(works).values()
        return {
            "parts": [
                reader._present_part(part.destination, text) for part, text in parts
            ],
            "trail": self._word_trails(
                [
                    [(it.plan_id, it.rule_id, it.obstacle) for it in part.choice.trail]
                    for part, _text in parts
                ]
            ),
            "hint": False,
            "is_final": False,
        }

    @api.model
    def _prepare_hint(self, hint):
        """Return the answer of `foresee` that nothing can be told, and why."""
        return {"parts": [], "trail": [], "hint": hint, "is_final": False}

    def _get_foreseen_entry(self, res_model, values, res_id):
        """Return the entry that a form would save, checked to be the user's business."""
        if res_model not in FORESEEN_MODELS:
            raise AccessError(self.env._("Billing foresees time only."))
        model = self.env[res_model]
        record = model.browse(res_id or ())
        if res_id:
            record.check_access("read")
        return model.new(values, origin=record or None)._psa_get_foreseen_entry()

    def _get_foresight_hint(self, entry):
        """Return why nothing can be foreseen, or False."""
        if not entry.date:
            return self.env._("Fill in the day.")
        if entry.psa_minutes <= 0:
            return self.env._("Type how long it took.")
        # sudo: whether the customer is billed for it is no secret
        if not entry.sudo()._psa_is_charged():
            return self.env._("No customer is billed for it: it is internal work.")
        return False

    def _tell_final(self, entry):
        """Return what `foresee` tells of an entry whose charges stay, None of others."""
        lasting = self._get_lasting(entry)
        if all(charge.state == "draft" for charge in lasting):
            return None
        return self._tell_stored(entry)

    def _get_lasting(self, entries):
        """Return the charges of entries without those that take others back."""
        # sudo: the charges of entries that the user may read
        charges = self.sudo().search([("analytic_line_id", "in", entries.ids)])
        return charges.filtered(lambda it: not (it.reverses_id or it.origin_id))

    def _tell_stored(self, entries):
        """Return what `foresee` tells of entries as their charges remember it."""
        lasting = self._get_lasting(entries)
        return {
            "parts": [
                self._present_part(it.destination, it._get_shown_explanation())
                for it in lasting
            ],
            "trail": self._word_trails([it.trail or () for it in lasting]),
            "hint": False,
            "is_final": True,
        }

    def _present_part(self, destination, text):
        return {
            "destination": destination,
            "label": dict(self._fields["destination"]._description_selection(self.env))[
                destination
            ],
            "text": text,
        }

    # === MONEY === #

    def _is_money_shown(self):
        """Tell whether the user may see prices."""
        return self.env.user.has_groups(MONEY_GROUPS)

    @api.model
    def _get_shown_explanations(self, entry_ids):
        """Return why entries are billed as they are: {id: text}, as the user may read it.

        :param entry_ids: of entries that the user may see
        """
        # sudo: whoever sees the time may know what becomes of it
        charges = self.sudo().search(
            [("analytic_line_id", "in", entry_ids), ("reverses_id", "=", False)]
        )
        return {
            entry.id: "\n".join(
                it._get_shown_explanation() or "" for it in mine if not it.origin_id
            )
            for entry, mine in charges.grouped("analytic_line_id").items()
        }

    def _get_shown_explanation(self):
        """Return why the charge is as it is, as the user may read it."""
        self.ensure_one()
        is_hidden = self.env.context.get(HIDE_MONEY, not self._is_money_shown())
        if not is_hidden or self.destination != "billed":
            return self._get_reworded_explanation()
        text = self._word_without_money(
            self.component, self.minutes, self.quantity, self.multiplier
        )
        if not self.rule_id:
            return text
        return self.env._(
            "%(text)s. Rule “%(rule)s”.", text=text, rule=self.rule_id.name
        )

    def _word_billed(self, part):
        """Override: without the price, for whoever may not see it."""
        if not self.env.context.get(HIDE_MONEY):
            return super()._word_billed(part)
        multiplier = part.rule.multiplier if part.rule else 1
        return self._word_without_money(
            part.component, part.minutes, part.quantity, multiplier
        )

    def _word_without_money(self, component, minutes, quantity, multiplier):
        """Return what is billed, in hours or units."""
        if component == FLAT:
            return self.env._("A flat amount is billed")
        if component == SURCHARGE:
            return self.env._("A surcharge is billed")
        values = {
            "amount": f"{minutes // 60}:{minutes % 60:02}"
            if minutes
            else f"{quantity:g}",
            "multiplier": f"{multiplier:g}",
        }
        if minutes and multiplier != 1:
            return self.env._("%(amount)s h billed, × %(multiplier)s", **values)
        if minutes:
            return self.env._("%(amount)s h billed", **values)
        return self.env._("%(amount)s billed", **values)

    # === WHY, AND WHY NOT === #

    @api.model
    def _word_trails(self, trails):
        """Return several trails as one, each look once: see `_word_trail`."""
        return self._word_trail(
            list(dict.fromkeys(tuple(look) for trail in trails for look in trail))
        )

    @api.model
    def _word_trail(self, trail):
        """Return looks at rules in words: [{plan, rule, text, holds}].

        :param trail: of (id of the plan, id of the rule, what did not fit or None)
        """
        # sudo: the names of what decided
        plans = self.env["psa.billing.plan"].sudo().browse({it[0] for it in trail})
        rules = self.env["psa.billing.rule"].sudo().browse({it[1] for it in trail})
        names = {
            (it._name, it.id): it.name for it in [*plans.exists(), *rules.exists()]
        }
        deleted = self.env._("deleted since")
        return [
            {
                "plan": names.get((plans._name, plan_id), deleted),
                "rule": names.get((rules._name, rule_id), deleted),
                "text": self._word_obstacle(obstacle),
                "holds": not obstacle,
            }
            for plan_id, rule_id, obstacle in trail
        ]

    def _word_obstacle(self, obstacle):
        """Return what of a rule did not fit, in words."""
        if not obstacle:
            return self.env._("fits, and decides.")
        words = {
            NOT_YET: self.env._("does not hold yet on that day."),
            OVER: self.env._("no longer holds on that day."),
            "kind": self.env._("is about another kind of work."),
            "item_kind": self.env._("is about other kinds of items."),
            "product": self.env._("is about other products."),
            "service_type": self.env._("is about other service types."),
            "ticket_type": self.env._("is about other types of tickets."),
            "team": self.env._("is about other teams."),
            "equipment_category": self.env._("is about other equipment."),
            "site": self.env._("is about other sites."),
            "customer_group": self.env._("is about other customer groups."),
            "level": self.env._("is about technicians of other levels."),
            "band": self.env._("is about other hours of the day."),
        }
        return words.get(obstacle, self.env._("does not fit."))
