from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import COUNT_KINDS
from ...tools.presence import compare, thaw

# So many names stand in a cell of the list.
NAMES = 8


class PsaLineTrueUpMixin(models.AbstractModel):
    """Tells before an invoice goes out what a line counts now and what it charged last."""

    _name = "psa.line.true.up.mixin"
    _description = "True-up of an Agreement Line"

    counted_quantity = fields.Float(
        string="Counted now",
        compute="_compute_true_up",
        digits="Product Unit",
        help="Units that are there today.",
    )
    charged_quantity = fields.Float(
        string="Charged last",
        compute="_compute_true_up",
        digits="Product Unit",
        help="Units that were there when the line was charged last.",
    )
    difference_quantity = fields.Float(
        string="Difference", compute="_compute_true_up", digits="Product Unit"
    )
    counted_added = fields.Char(string="Came or changed", compute="_compute_true_up")
    counted_removed = fields.Char(string="Went", compute="_compute_true_up")
    charged_until = fields.Date(
        string="Charged until",
        compute="_compute_true_up",
        help="First day that is not charged yet. Empty: nothing was charged so far.",
    )
    is_count_changed = fields.Boolean(
        string="Changed",
        compute="_compute_true_up",
        search="_search_is_count_changed",
        help="Other things are there than were charged last.",
    )

    @api.depends("quantity_method")
    def _compute_true_up(self):
        changes = self._get_count_changes()
        for line in self:
            after, before, until = changes[line]
            difference = compare(before, after)
            line.counted_quantity = sum(it.quantity for it in after)
            line.charged_quantity = sum(it.quantity for it in before)
            line.difference_quantity = line.counted_quantity - line.charged_quantity
            line.counted_added = line._join_names(difference.added, difference.changed)
            line.counted_removed = line._join_names(difference.removed)
            line.charged_until = until
            line.is_count_changed = bool(difference)

    def _search_is_count_changed(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = self.search([("quantity_method", "in", list(dict(COUNT_KINDS)))])
        changed = lines.filtered(lambda it: it.is_count_changed)
        domain = Domain("id", "in", changed.ids)
        if set(value) == {True, False}:
            return Domain.TRUE
        return domain if True in value else ~domain

    def _join_names(self, presences, changed=()):
        """Return the names of things with their references, the first ones at least.

        :param changed: pairs (before, after) of things with another quantity
        """
        names = [
            f"{it.name} [{it.reference}]" if it.reference else it.name
            for it in presences[:NAMES]
        ]
        if len(presences) > NAMES:
            count = len(presences) - NAMES
            names.append(self.env._("and %(count)s more", count=count))
        names += [
            f"{after.name}: {before.quantity:g} → {after.quantity:g}"
            for before, after in changed[:NAMES]
        ]
        return ", ".join(names)

    def _get_count_changes(self):
        """Return {line: (presences now, presences charged last, first day not charged)}."""
        today = fields.Date.context_today(self)
        now = self._get_presences(today, fields.Date.add(today, days=1))
        charged = self._get_last_charged()
        result = {}
        for line in self:
            period, counted = charged.get(line, (None, ()))
            before = [thaw(values) for values in counted]
            if period and line.count_by_day:
                before = [it for it in before if _is_there_until(it, period.date_until)]
            result[line] = now[line], before, period and period.date_until
        return result

    def _get_last_charged(self):
        """Return {line: (the period charged last, what it counted)}.

        A line that an amendment opened goes on where the one before it ended.
        """
        former = {line: line._get_former_lines() for line in self}
        every = self.union(*former.values())
        self.env["psa.charge"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (period.agreement_line_id)
                       period.agreement_line_id, period.id, charge.counted
                  FROM psa_charge charge
                  JOIN psa_period period ON period.id = charge.period_id
                 WHERE period.agreement_line_id = ANY(%s)
                   AND charge.state != 'draft'
                   AND charge.reverses_id IS NULL
                 ORDER BY period.agreement_line_id, period.date_from DESC,
                          charge.sequence DESC
                """,
                every.ids,
            )
        )
        # sudo: what was counted is shown with the line, also to leads
        periods = self.env["psa.period"].sudo()
        last = {line_id: (periods.browse(it), counted) for line_id, it, counted in rows}
        return {
            line: next(
                (
                    (last[it.id][0], last[it.id][1] or ())
                    for it in (line, *former[line])
                    if it.id in last
                ),
                (None, ()),
            )
            for line in self
        }

    def _get_former_lines(self):
        """Return the lines that the line continues, the latest first."""
        self.ensure_one()
        former = self.browse()
        line = self.replaces_id
        while line and line not in former:
            former |= line
            line = line.replaces_id
        return former

    def action_open_agreement(self):
        """Open the agreement of the line."""
        self.ensure_one()
        return self.agreement_id.get_formview_action()


def _is_there_until(presence, day):
    """Tell whether a thing was there on the eve of a day."""
    return any(not end or end >= day for _start, end in presence.spans)
