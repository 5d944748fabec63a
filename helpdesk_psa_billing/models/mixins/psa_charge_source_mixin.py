from odoo import fields, models

# Fields of which each charge has exactly one.
SOURCES = ("analytic_line_id", "item_id", "period_id", "minimum_month")


class PsaChargeSourceMixin(models.AbstractModel):
    """What is charged: a time entry, an item, a period, or what lacks to a minimum."""

    _name = "psa.charge.source.mixin"
    _description = "Source of a Charge"

    analytic_line_id = fields.Many2one(
        "account.analytic.line",
        string="Time entry",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        # Whether time is approved matters to people who do not see timesheets.
        bypass_search_access=True,
    )
    item_id = fields.Many2one(
        "psa.item", index="btree_not_null", ondelete="restrict", readonly=True
    )
    period_id = fields.Many2one(
        "psa.period", index="btree_not_null", ondelete="restrict", readonly=True
    )
    minimum_month = fields.Date(
        string="Minimum of",
        readonly=True,
        help="First day of the month whose minimum the charge makes up for.",
    )
    sequence = fields.Integer(
        help="Number of the charge on its source; two runs at once cannot both write it."
    )

    # Who decided
    rule_id = fields.Many2one(
        "psa.billing.rule", index="btree_not_null", ondelete="restrict", readonly=True
    )
    plan_id = fields.Many2one("psa.billing.plan", ondelete="restrict", readonly=True)
    band_id = fields.Many2one(
        "psa.hours.band", string="Hours", ondelete="restrict", readonly=True
    )

    # The work
    ticket_id = fields.Many2one(
        "psa.ticket", index="btree_not_null", ondelete="restrict", readonly=True
    )
    intervention_id = fields.Many2one(
        "psa.intervention", index="btree_not_null", ondelete="restrict", readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Technician", index="btree_not_null", readonly=True
    )
    service_type_id = fields.Many2one(
        "psa.service.type", ondelete="restrict", readonly=True
    )
    component = fields.Selection(
        [("work", "Work"), ("flat", "Flat amount"), ("surcharge", "Surcharge")],
        string="What",
        required=True,
        default="work",
        readonly=True,
        help="The time or item itself, or what its rule charges besides.",
    )
    raw_minutes = fields.Integer(
        string="Minutes worked",
        readonly=True,
        help="As they were. Those of an entry's charges add up to the entry.",
    )
    minutes = fields.Integer(
        string="Minutes charged",
        readonly=True,
        help="After rounding, minimum and free zone.",
    )
    multiplier = fields.Float(
        readonly=True, default=1.0, help="Of the price, for example 1.5 at night."
    )
    reason = fields.Char(readonly=True, help="Why it is not billed, or is written off.")
    trail = fields.Json(
        readonly=True, help="Each rule that was looked at, and why it did not hold."
    )
    is_late = fields.Boolean(
        readonly=True,
        help="Its day was billed already when it came: it goes on the next invoice, on a "
        "line of its own.",
    )
    is_stale = fields.Boolean(
        readonly=True,
        help="A rule or price has changed: it is about to be decided anew.",
    )

    _source_check = models.Constraint(
        "CHECK (num_nonnulls(analytic_line_id, item_id, period_id, minimum_month) = 1)",
        "A charge has exactly one source.",
    )
    # Whoever comes second, run or crash, finds the number taken.
    _period_uniq = models.UniqueIndex(
        "(period_id, sequence) WHERE period_id IS NOT NULL",
        "The period is being charged by somebody else at this moment.",
    )
    _entry_uniq = models.UniqueIndex(
        "(analytic_line_id, sequence) WHERE analytic_line_id IS NOT NULL",
        "The time is being charged by somebody else at this moment.",
    )
    _item_uniq = models.UniqueIndex(
        "(item_id, sequence) WHERE item_id IS NOT NULL",
        "The item is being charged by somebody else at this moment.",
    )
    _minimum_uniq = models.UniqueIndex(
        "(minimum_month, customer_id, company_id, COALESCE(agreement_id, 0), sequence) "
        "WHERE minimum_month IS NOT NULL",
        "The minimum is being charged by somebody else at this moment.",
    )
    # What the scheduler looks for.
    _stale_idx = models.Index("(company_id, work_date) WHERE is_stale")
    # What runs and people look for: work on its way to an invoice.
    _open_idx = models.Index(
        "(customer_id, work_date) WHERE state != 'invoiced' AND period_id IS NULL"
    )

    def _get_source(self):
        """Return what the charge is about, as something to tell charges apart by."""
        self.ensure_one()
        if self.minimum_month:
            return (
                self.company_id,
                self.customer_id,
                self.agreement_id,
                self.minimum_month,
            )
        return self.analytic_line_id or self.item_id or self.period_id

    def _is_work(self):
        """Tell whether the charge is about work, of which frozen terms are charged again."""
        self.ensure_one()
        return not self.period_id

    def _get_next_sequences(self):
        """Return the number of the next charge of each source: {source: number}."""
        numbers = {}
        for name in ("analytic_line_id", "item_id", "period_id"):
            if sources := self[name]:
                known = self.env["psa.charge"]._read_group(
                    [(name, "in", sources.ids)], [name], ["sequence:max"]
                )
                numbers.update({source: number + 1 for source, number in known})
        return numbers | self._get_next_minimum_sequences()

    def _get_next_minimum_sequences(self):
        minimums = self.filtered("minimum_month")
        if not minimums:
            return {}
        groups = self.env["psa.charge"]._read_group(
            [
                ("customer_id", "in", minimums.customer_id.ids),
                ("minimum_month", "in", minimums.mapped("minimum_month")),
            ],
            ["company_id", "customer_id", "agreement_id", "minimum_month:day"],
            ["sequence:max"],
        )
        return {tuple(source): number + 1 for *source, number in groups}
