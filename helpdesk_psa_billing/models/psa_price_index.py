from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from ..tools.price_index import (
    IndexValue,
    find_latest,
    find_month,
    get_expected_month,
)

# A chain of series that replaced each other is followed so far, no farther.
MAX_SERIES = 10


class PsaPriceIndex(models.Model):
    """A published series of values that prices follow, for example Syntec."""

    _name = "psa.price.index"
    _description = "Price Index"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="As contracts call it, for example Syntec.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    source_url = fields.Char(string="Published at", help="Web page of the values.")
    frequency = fields.Selection(
        [("1", "Month"), ("3", "Quarter"), ("12", "Year")],
        string="A value per",
        required=True,
        default="1",
        help="The value of a quarter is that of its first month: January, April, July or "
        "October; the value of a year is that of January.",
    )
    publication_days = fields.Integer(
        string="Published after",
        default=60,
        help="Days after the end of the month (quarter, year) by which its value is out. A "
        "value that is missing by then holds revisions up, so that none is worked out "
        "with an old value by oversight.",
    )
    value_ids = fields.One2many("psa.price.index.value", "index_id", string="Values")
    replaced_by_id = fields.Many2one(
        "psa.price.index",
        string="Replaced by",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The series that was published in its place. Agreements that started with the "
        "old one go on: values of the new one are converted.",
    )
    replaced_from = fields.Date(
        string="From the month of",
        help="First month whose value is taken from the new series.",
    )
    link_factor = fields.Float(
        string="One point of the new one is worth",
        digits=(16, 8),
        min_display_digits=1,
        default=1,
        help="Points of this series per point of the new one, as its publisher states it.",
    )
    last_month = fields.Date(
        string="Latest month",
        compute="_compute_last_value",
        help="Month of the latest value.",
    )
    last_value = fields.Float(
        compute="_compute_last_value", digits=(16, 4), min_display_digits=1
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue",
        help="A value should be out by now and is missing.",
    )
    missing_month = fields.Date(
        string="Missing month",
        compute="_compute_is_overdue",
        help="Month whose value should be out.",
    )

    _publication_check = models.Constraint(
        "CHECK (publication_days >= 0 AND link_factor > 0)",
        "A value is published after its month, and a point of a series is worth something.",
    )
    _replaced_check = models.Constraint(
        "CHECK (replaced_by_id IS NULL OR "
        "(replaced_from IS NOT NULL AND replaced_by_id != id))",
        "Say from which month on which other series is used.",
    )

    # === COMPUTES === #

    @api.depends("value_ids.month", "value_ids.value")
    def _compute_last_value(self):
        for index in self:
            last = index.value_ids.sorted("month")[-1:]
            index.last_month = last.month
            index.last_value = last.value

    @api.depends(
        "frequency",
        "publication_days",
        "value_ids.month",
        "value_ids.published_date",
        "replaced_by_id.value_ids.month",
        "replaced_from",
        "active",
    )
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for index in self:
            # A new index without a value is not late, it has not begun.
            expected = index._get_expected_month(today)
            values = index._get_values() if index.active else []
            last = max((value.month for value in values), default=expected)
            index.is_overdue = last < expected
            index.missing_month = index.is_overdue and expected

    @api.constrains("replaced_by_id")
    def _check_replaced(self):
        if self._has_cycle("replaced_by_id"):
            raise ValidationError(
                self.env._(
                    "An index is not replaced by one that it has replaced itself."
                )
            )

    def action_open_values(self):
        """Show the values as a curve."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_psa_billing.psa_price_index_value_action"
        )
        return {
            **action,
            "display_name": self.display_name,
            "view_mode": "graph,list",
            "views": [(False, "graph"), (False, "list")],
            "domain": [("index_id", "=", self.id)],
            "context": {"default_index_id": self.id},
        }

    # === VALUES === #

    def _get_values(self):
        """Return the values of the series and of those that replaced it.

        Those of a later series keep their own value and say what a point is worth here.

        :rtype: list of IndexValue
        """
        self.ensure_one()
        # sudo: whoever may see an index may see what its values are converted from
        index, link, found = self.sudo(), 1, []
        start = None
        for _number in range(MAX_SERIES):
            until = index.replaced_by_id and index.replaced_from
            found += [
                IndexValue(value.month, value.value, value.published_date, link)
                for value in index.value_ids
                if value.month
                and value.published_date
                and (not start or value.month >= start)
                and (not until or value.month < until)
            ]
            if not until:
                break
            start, link = until, link * index.link_factor
            index = index.replaced_by_id
        return found

    def _get_expected_month(self, day):
        """Return the month of the value that should be the latest one by a day."""
        self.ensure_one()
        return get_expected_month(
            day, int(self.frequency or 1), self.publication_days or 0
        )

    def _get_latest(self, day):
        """Return the value of the latest month that was published by a day.

        :rtype: IndexValue
        :raise UserError: if a value that should be out by then is missing
        """
        self.ensure_one()
        found = find_latest(self._get_values(), day)
        expected = self._get_expected_month(day)
        if not found or found.month < expected:
            raise UserError(self._explain_missing(expected))
        return found

    def _get_month(self, month, day):
        """Return the value of a month.

        :param date day: by which it must be published
        :rtype: IndexValue
        :raise UserError: if it is missing
        """
        self.ensure_one()
        found = find_month(self._get_values(), month, day)
        if not found:
            raise UserError(self._explain_missing(month))
        return found

    def _explain_missing(self, month):
        return self.env._(
            "The value of %(index)s for %(month)s is missing. Enter or import it as soon as "
            "it is published.",
            index=self.name,
            month=format_date(self.env, month, date_format="MMMM y"),
        )
