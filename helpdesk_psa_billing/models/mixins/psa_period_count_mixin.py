from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import proration
from ...tools.presence import compare, thaw

# So many names stand on the invoice line of a correction; the annex has them all.
NAMES = 5


class PsaPeriodCountMixin(models.AbstractModel):
    """What becomes of the count of a period after it was charged."""

    _name = "psa.period.count.mixin"
    _description = "Counted Period"

    check_date = fields.Date(
        readonly=True,
        help="Day after its last one, on which what was counted by the day is counted once "
        "more. Empty: that was done, or is not needed.",
    )

    _check_idx = models.Index("(check_date) WHERE check_date IS NOT NULL")

    def _get_check_date(self):
        """Return the day on which the count of the period is final, False if it is."""
        self.ensure_one()
        line = self.agreement_line_id
        is_counted = line._is_counted() and line.count_by_day
        is_running = self.date_until > fields.Date.context_today(self)
        return is_counted and is_running and self.date_until

    @api.model
    def _recount_ended(self, day):
        """Have what was charged ahead by the day looked at once it is over.

        What people change is looked at when they change it. This finds what changed by
        itself, for example where the categories or the firms of a customer hang.

        :param date day: today
        """
        # sudo: billing writes its ledger itself
        ended = self.sudo().search(Domain("check_date", "<=", day))
        ended.filtered("charge_ids").is_open = True
        ended.check_date = False

    def _explain_correction(self, due):
        """Return what came and went since the period was charged last, in words.

        :param due: the `Due` of the period now
        :return: empty if nothing that is counted is different
        """
        self.ensure_one()
        last = self.charge_ids.sorted("sequence")[-1:]
        difference = compare(map(thaw, last.counted or ()), map(thaw, due.counted))
        texts = []
        for sign, presences in (
            ("+", difference.added),
            ("−", difference.removed),
        ):
            texts += [f"{sign} {self._describe_presence(it)}" for it in presences]
        stayed = {(it.model, it.res_id): it for it in map(thaw, last.counted or ())}
        texts += [
            f"± {self._describe_presence(it)}"
            for it in difference.kept
            if self._count_days(it) != self._count_days(stayed[it.model, it.res_id])
        ]
        texts += [
            f"± {after.name}: {self._format_quantity(before.quantity)} → "
            f"{self._format_quantity(after.quantity)}"
            for before, after in difference.changed
        ]
        more = len(texts) - NAMES
        if more > 0:
            texts[NAMES:] = [self.env._("and %(count)s more", count=more)]
        return ", ".join(texts)

    def _describe_presence(self, presence):
        """Return a thing and for how much of the period it was there, in words."""
        days = self._get_days_text(presence)
        if not days:
            return presence.name
        return self.env._("%(name)s: %(days)s days", name=presence.name, days=days)

    def _get_days_text(self, presence):
        """Return on how many days of how many a thing was there, empty if on all."""
        whole = (self.full_until - self.full_from).days
        days = self._count_days(presence)
        is_part = self.agreement_line_id.count_by_day and days != whole
        return f"{days}/{whole}" if is_part else ""

    def _count_days(self, presence):
        """Return on how many days of the period a thing was there."""
        return proration.count_days(
            proration.clip_spans(presence.spans, self.date_from, self.date_until)
        )
