from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

# Allowances that are settled together; each such chunk is committed.
CHUNK = 200


class PsaAllowanceIncludedMixin(models.AbstractModel):
    """What periods include, and what becomes of the rest of an allowance when it ends.

    What should have expired or been rolled over is computed from what is left, and the
    difference is booked: late work, or a scheduler that runs twice or not for weeks,
    leads to the same end.
    """

    _name = "psa.allowance.included.mixin"
    _description = "Included Allowance"
    _inherit = ["psa.settling.mixin"]

    agreement_line_id = fields.Many2one(
        "psa.agreement.line",
        string="Included by",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    period_id = fields.Many2one(
        "psa.period", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    rollover = fields.Boolean(
        string="Rest goes to the next period",
        readonly=True,
        help="What is left when it ends is added to the next period.",
    )
    rollover_cap = fields.Float(
        digits=(16, 4),
        readonly=True,
        help="Minutes, money or incidents that go to the next period at most; 0: all.",
    )

    _period_uniq = models.UniqueIndex(
        "(period_id) WHERE period_id IS NOT NULL",
        "What a period includes is granted once.",
    )

    # === WITH THE PERIOD === #

    def _settle_included(self):
        """Book the difference between what the period includes and what was granted."""
        self.ensure_one()
        period = self.period_id
        dates = period._prepare_allowance_dates()
        changed = {name: day for name, day in dates.items() if self[name] != day}
        if changed and not period.is_void:
            self.write(changed)
        missing = self._round(period._get_included_quantity() - self._get_granted())
        reason = period.display_name
        if missing > 0:
            self._book("grant", missing, reason, date=period.date_from)
        self._take_back(max(-missing, 0), reason)

    # === AT THE END === #

    def _settle_ended(self):
        """Roll over and expire what is left of allowances that ended on the same day."""
        self._lock_balances()
        self.invalidate_recordset()
        targets = self._get_rollover_targets()
        targets_all = self.browse().concat(*targets.values())
        targets_all._lock_balances()
        for allowance in self:
            left = allowance.remaining_quantity + allowance.expired_quantity
            rolled = allowance._roll_over(left, targets.get(allowance))
            allowance._expire(left - rolled)

    def _roll_over(self, left, target):
        """Bring what went to the next period in line with what is left.

        :param left: units that are neither used nor rolled over
        :param target: the `psa.allowance` that gets the rest, empty if none does
        :return: units that went there now, negative if they came back
        """
        self.ensure_one()
        if not target:
            return 0
        out = self._get_rolled_out()
        wanted = max(left + out, 0)
        if self.rollover_cap:
            wanted = min(wanted, self.rollover_cap)
        difference = wanted - out
        if difference < 0:
            # What the next period used already does not come back.
            difference = -min(-difference, max(target.remaining_quantity, 0))
        difference = self._round(difference)
        if difference:
            self.rolled_to_id = target
            self._book_rollover(difference, target)
        return difference

    def _book_rollover(self, quantity, target):
        """Write down what goes to another allowance, or comes back from it."""
        self.ensure_one()
        day = self.date_until
        is_back = quantity < 0
        reason = (
            self.env._("Taken back by late work of %(name)s.", name=self.name)
            if is_back
            else self.env._("Rest of %(name)s.", name=self.name)
        )
        # Late work was drawn with what comes back in mind: nothing is to be drawn anew.
        for allowance, units, other in (
            (self, -quantity, target),
            (target, quantity, self),
        ):
            allowance.with_context(psa_drawn=is_back)._book(
                "rollover", units, reason, date=day, other_id=other.id
            )

    def _expire(self, left):
        """Bring what expired in line with what is left.

        :param left: units that are neither used nor rolled over
        """
        self.ensure_one()
        difference = self._round(left - self.expired_quantity)
        if not difference:
            return
        day = format_date(self.env, self.date_until)
        reason = (
            self.env._("Expired on %(date)s.", date=day)
            if difference > 0
            else self.env._("Used by late work before %(date)s.", date=day)
        )
        self._book("expiry", -difference, reason, date=self.date_until)

    def _get_rollover_targets(self):
        """Return what gets the rest of allowances: {allowance: psa.allowance}."""
        sources = self.filtered(lambda it: it.rollover and it.agreement_line_id)
        by_agreement = defaultdict(self.browse)
        for other in self.search(
            [
                ("agreement_id", "in", sources.agreement_id.ids),
                ("period_id", "!=", False),
                ("period_id.is_void", "=", False),
            ],
            order="date_from DESC, id",
        ):
            by_agreement[other.agreement_id] |= other
        return {
            source: source.rolled_to_id
            or by_agreement[source.agreement_id].filtered(
                lambda it, source=source: source._can_roll_to(it)
            )[:1]
            for source in sources
        }

    def _can_roll_to(self, other):
        """Tell whether the rest may go to another allowance: that of the next period."""
        self.ensure_one()
        day = self.date_until
        return (
            other.date_from > self.date_from
            and other.date_from <= day
            and (not other.date_until or other.date_until > day)
            and (other.unit, other.currency_id) == (self.unit, self.currency_id)
            and other.agreement_line_id._is_later_than(self.agreement_line_id)
        )

    @api.model
    def _settle_all_ended(self, commit=lambda count: True):
        """Roll over and expire what is left of all allowances that ended, oldest first.

        :param commit: called after each chunk with its size; stops if it returns nothing
        """
        done = set()
        while batch := self._find_unsettled(done):
            batch._settle_each("_settle_ended")
            done.update(batch.ids)
            if not commit(len(batch)):
                break

    @api.model
    def _find_unsettled(self, done):
        """Return ended allowances with a rest, all of the first day on which some ended.

        :param set done: ids of those that were settled just now
        """
        self._flush_balances()
        today = fields.Date.context_today(self)
        table = self._get_balance_sql(SQL("allowance.date_until <= %s", today))
        query = SQL("(SELECT id FROM (%s) AS balance WHERE remaining <> 0)", table)
        found = self.search(
            Domain("id", "in", query) & Domain("id", "not in", list(done)),
            order="date_until, id",
            limit=CHUNK,
        )
        return found.filtered(lambda it: it.date_until == found[0].date_until)

    @api.model
    def _cron_settle(self):
        """Grant what begun periods include; then roll over and expire what ended.

        What cannot be settled says why, and is tried again the next time.
        """
        progress = self.env["ir.cron"]._commit_progress
        periods = self.env["psa.period"]
        domain = periods._get_begun_domain()
        progress(remaining=periods.search_count(domain))
        last_id = 0
        while chunk := periods.search(
            domain & Domain("id", ">", last_id), order="id", limit=CHUNK
        ):
            last_id = chunk[-1].id
            chunk._settle_each("_settle_allowances")
            if not progress(len(chunk)):
                return
        self._settle_all_ended(progress)
