from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.allowance_draw import INCIDENTS, Bucket


class PsaAllowanceDrawMixin(models.AbstractModel):
    """Hands allowances to the rating of work, see `tools/allowance_draw.py`."""

    _name = "psa.allowance.draw.mixin"
    _description = "Drawing on Allowances"

    @api.model
    def _get_buckets(
        self, company, customers, day_from, day_until, redrawn=None, lock=True
    ):
        """Return what can pay for the work of some customers.

        :param company: whose work it is
        :param customers: `res.partner`
        :param date day_from: of the first work
        :param date day_until: of the last work
        :param redrawn: draft `psa.charge` records that are about to be made anew; what
            they drew is there again
        :param bool lock: keep others from drawing until the transaction ends. Without it
            the result is for show only.
        :return: of an incident allowance, what was paid for are ids of tickets
        :rtype: list[Bucket]
        """
        # sudo: whoever logs time need not see what the customer bought
        allowances = self.sudo().search(
            self._get_bucket_domain(company, customers, day_from, day_until)
        )
        # What was rolled over may come back.
        allowances |= allowances.rolled_to_id
        if lock:
            allowances._lock_balances()
        incidents = allowances._get_paid_incidents(redrawn)
        drawn = allowances._get_drawn(redrawn) | {
            key: len(paid) for key, paid in incidents.items()
        }
        stocks = allowances._get_stocks()
        return [
            allowance._prepare_bucket(
                stocks.get(allowance.id, 0) - drawn.get(allowance.id, 0),
                incidents.get(allowance.id, ()),
            )
            for allowance in allowances
        ]

    @api.model
    def _get_bucket_domain(self, company, customers, day_from, day_until):
        """Return the domain of what may pay for work of some days."""
        days = Domain("date_from", "<=", day_until) & (
            Domain("date_until", "=", False) | Domain("date_until", ">", day_from)
        )
        # An incident that was paid for is covered for good.
        incidents = Domain("unit", "=", INCIDENTS) & Domain("charge_ids", "!=", False)
        return (
            Domain("company_id", "=", company.id)
            & Domain("customer_id", "in", customers.ids)
            & (days | incidents)
        )

    def _lock_balances(self):
        """Make others who draw on the same allowances wait, and then read anew.

        A lock alone would let them go on with what they had read before; writing the row
        makes Odoo repeat their transaction.
        """
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE psa_allowance SET draw_count = draw_count + 1 WHERE id IN "
                    "(SELECT id FROM psa_allowance WHERE id IN %s ORDER BY id FOR UPDATE)",
                    tuple(self.ids),
                )
            )

    def _prepare_bucket(self, available, incidents):
        """Return the allowance as the rule of drawing takes it.

        :param available: units that nobody else draws
        :param incidents: what it paid for already
        """
        self.ensure_one()
        return Bucket(
            id=self.id,
            customer=self.customer_id.id,
            unit=self.unit,
            available=available,
            date_from=self.date_from,
            date_until=self.date_until or None,
            granted=self.granted_date,
            agreement=self.agreement_id.id or None,
            service_types=frozenset(self.service_type_ids.ids),
            sites=frozenset(self.site_ids.ids),
            overrun=self.overrun,
            incidents=frozenset(incidents),
            rolled_to=self.rolled_to_id.id or None,
            rolled=self._get_rolled_out(),
            currency=self.currency_id.id,
            rounding=self.currency_id.rounding,
        )

    def _get_stocks(self):
        """Return what was granted, less what was rolled over or taken back: {id: units}.

        What expired counts: late work of a day before still draws on it.
        """
        groups = self.env["psa.allowance.move"]._read_group(
            [("allowance_id", "in", self.ids), ("kind", "!=", "expiry")],
            ["allowance_id"],
            ["quantity:sum"],
        )
        return {allowance.id: quantity for allowance, quantity in groups}

    def _get_drawn(self, redrawn):
        """Return what charges draw, but for some that are made anew: {id: units}."""
        groups = self.env["psa.charge"]._read_group(
            self._get_drawn_domain(redrawn)
            & Domain("allowance_id.unit", "!=", INCIDENTS),
            ["allowance_id"],
            ["allowance_quantity:sum"],
        )
        return {allowance.id: quantity for allowance, quantity in groups}

    def _get_paid_incidents(self, redrawn):
        """Return the incidents that were paid for: {id: set of ids of tickets, or texts}.

        Work without a ticket is an incident of its own.
        """
        groups = self.env["psa.charge"]._read_group(
            self._get_drawn_domain(redrawn)
            & Domain("allowance_id.unit", "=", INCIDENTS)
            & Domain("destination", "=", "allowance")
            & Domain("reverses_id", "=", False)
            & Domain("is_reversed", "=", False),
            ["allowance_id", "ticket_id", "analytic_line_id", "item_id"],
        )
        incidents = defaultdict(set)
        for allowance, ticket, entry, item in groups:
            incidents[allowance.id].add(ticket.id or f"{entry}{item}")
        return incidents

    def _get_drawn_domain(self, redrawn):
        return Domain("allowance_id", "in", self.ids) & Domain(
            "id", "not in", redrawn.ids if redrawn else []
        )

    def _get_rolled_out(self):
        """Return the units of a rest that went to another allowance."""
        self.ensure_one()
        return -sum(
            move.quantity
            for move in self.move_ids
            if move.kind == "rollover" and move.other_id == self.rolled_to_id
        )

    # === WHEN SOMETHING CHANGES === #

    @api.model
    def _get_draw_fields(self):
        """Return the terms that decide what an allowance pays for."""
        return {
            "date_from",
            "date_until",
            "granted_date",
            "service_type_ids",
            "site_ids",
            "overrun",
            "overrun_price",
            "agreement_id",
        }

    def _rate_again(self):
        """Have the work of the customers rated again that is not approved yet."""
        self.env["psa.charge"]._mark_stale(
            Domain("customer_id", "in", self.customer_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("work_date", ">=", min(self.mapped("date_from")))
        )
