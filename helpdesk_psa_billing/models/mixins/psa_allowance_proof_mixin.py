from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...tools import proof


class PsaAllowanceProofMixin(models.AbstractModel):
    """What a statement of work says of an allowance."""

    _name = "psa.allowance.proof.mixin"
    _description = "Allowance in a Proof"

    def _prove(self, moves, since, drawn, used):
        """Return what was left, what happened and what is left; None if nothing ever was.

        :param moves: `psa.allowance.move` of the allowance, up to the day it tells
        :param since: last day of the statement before, None if this is the first one
        :param drawn: units that earlier statements told of
        :param used: units that the work of this one draws
        """
        self.ensure_one()
        old = moves.filtered(lambda it: since and it.date <= since)
        new = moves - old
        before = sum(old.mapped("quantity")) - drawn
        after = before + sum(new.mapped("quantity")) - used
        if not (new or used or round(before, 4)):
            return None
        return proof.Allowance(
            name=self._get_told_name(),
            unit=self.unit,
            before=self._quantify(before),
            used=self._quantify(used),
            after=self._quantify(after),
            movements=tuple(
                proof.Movement(
                    it.date, it._get_kind_word(), self._quantify(it.quantity)
                )
                for it in new
            ),
            date_until=self.date_until or None,
        )

    def _get_told_name(self):
        """Return the number, and what was sold or agreed."""
        self.ensure_one()
        source = self.product_id.name or self.agreement_line_id.name
        if not source:
            return self.name
        return self.env._("%(number)s, %(origin)s", number=self.name, origin=source)

    def _quantify(self, value):
        # Zero has no sign that people would read.
        value = round(value, 4) or 0.0
        return proof.Quantity(value, self._format_quantity(value))

    def _get_told_before(self, move, as_of):
        """Return what earlier statements told of: {allowance: units}.

        One query for any number of allowances.

        :param move: the invoice whose statement is at hand; empty: of all that are told
        :param date as_of: the day up to which it tells
        """
        charges = self.env["psa.charge"]
        groups = charges._read_group(
            Domain("allowance_id", "in", self.ids)
            & Domain("told_move_id", "not in", [False, *move.ids])
            & Domain("allowance_quantity", "!=", 0),
            ["allowance_id", "told_move_id"],
            ["allowance_quantity:sum"],
        )
        here = (as_of, move.id or float("inf"))
        drawn = defaultdict(float)
        for allowance, told, quantity in groups:
            if (charges._get_proof_day(told), told.id) < here:
                drawn[allowance] += quantity
        return drawn
