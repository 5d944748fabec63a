from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_round

from ...tools import charge_portions

# What an opposite charge has in common with the one that it takes back.
SAME_FIELDS = (
    "name",
    "company_id",
    "customer_id",
    "currency_id",
    "agreement_line_id",
    "agreement_id",
    "period_id",
    "analytic_line_id",
    "item_id",
    "minimum_month",
    "ticket_id",
    "intervention_id",
    "user_id",
    "service_type_id",
    "component",
    "multiplier",
    "rule_id",
    "plan_id",
    "band_id",
    "allowance_id",
    "is_late",
    "work_date",
    "service_from",
    "service_until",
    "product_id",
    "price_unit",
    "base_price",
    "discount",
)

# Lets a charge change while it is split; as an object, no caller from outside has it.
SPLIT = object()


class PsaChargeCorrectionMixin(models.AbstractModel):
    """What is left out of an invoice, deleted with it or credited, and is due again.

    Units are minutes of time, else those of the invoice line. What is charged last is taken
    back first. Periods are computed anew by the next run. Work keeps the terms that it had
    when it was approved: whatever corrects a charge of it adds up to nothing, and what is
    missing to that is charged again.
    """

    _name = "psa.charge.correction.mixin"
    _description = "Correction of Charges"

    # === QUANTITIES === #

    def _get_units(self):
        """Return how many units the charge is, negative if it gives back."""
        self.ensure_one()
        return (
            self.minutes
            or float_round(self.quantity, precision_digits=self._get_digits())
            or 1.0
        )

    def _to_units(self, quantity):
        """Return a quantity of the invoice line of these charges in their units."""
        return round(quantity * 60) if any(self.mapped("minutes")) else quantity

    def _get_line_quantity(self):
        """Return the quantity of the invoice line that bills these charges together."""
        if minutes := sum(self.mapped("minutes")):
            return float_round(minutes / 60, precision_digits=self._get_digits())
        return sum(charge._get_units() for charge in self)

    def _get_open_units(self):
        """Return how many of the units no credit note has taken back, never negative."""
        self.ensure_one()
        taken = sum(abs(it._get_units()) for it in self._get_reversals())
        return max(
            float_round(
                abs(self._get_units()) - taken, precision_digits=self._get_digits()
            ),
            0.0,
        )

    def _get_open_amount(self):
        """Return what no credit note has taken back."""
        self.ensure_one()
        return self.currency_id.round(
            self.amount + sum(self._get_reversals().mapped("amount"))
        )

    def _get_reversals(self):
        """Return the opposite charges; writing these off is no opposite of the first."""
        return self.reversal_ids.filtered(
            lambda it: it.destination == it.reverses_id.destination
        )

    def _get_write_offs(self):
        """Return what makes up for reversals whose work is never billed again."""
        return self.reversal_ids - self._get_reversals()

    def _get_revived(self):
        """Return what undid a write-off because these took its credit note back."""
        revived = self.browse()
        for charge in self:
            undone = charge.reverses_id._get_write_offs().reversal_ids - revived
            revived |= undone.filtered(
                lambda it, amount=charge.amount: it.amount == -amount
            )[:1]
        return revived

    def _get_digits(self):
        return self.env["decimal.precision"].precision_get("Product Unit")

    def _newest_first(self):
        return self.sorted(lambda it: (it.work_date, it.id), reverse=True)

    def _take(self, units):
        """Return how many units are taken of each charge, newest first: {charge: units}."""
        charges = self._newest_first()
        taken = charge_portions.take(
            [charge._get_open_units() for charge in charges], units, self._get_digits()
        )
        return {
            charge: part for charge, part in zip(charges, taken, strict=True) if part
        }

    # === BEFORE ANYTHING IS ISSUED === #

    def _release(self):
        """Take charges off the draft that they are on.

        Nothing was issued, so what a period is worth is computed anew by the next run, and
        work waits for it as it was approved; a released reversal leaves what it took back
        as billed.

        :raise UserError: if a credit note took one of them back
        """
        if not self:
            return
        write_offs = self._get_write_offs()
        charges = self | write_offs
        if credit := (charges.reversal_ids - charges).move_id[:1]:
            raise UserError(
                self.env._(
                    "“%(credit)s” takes back what is billed here. Cancel or delete it "
                    "first.",
                    credit=credit.display_name,
                )
            )
        periods = charges.period_id
        roots = (self.origin_id | self.reverses_id._get_roots()).exists()
        kept = self.filtered(lambda it: it._is_work() and not it.reverses_id)
        charges.reverses_id.is_reversed = False
        write_offs |= self._get_revived()
        write_offs.unlink()
        kept.write(
            {"invoice_line_id": False, "run_line_id": False, "state": "approved"}
        )
        (self - kept).unlink()
        roots._rebalance()
        periods.write({"is_open": True})

    def _cut(self, units):
        """Release units of charges that an invoice line does not bill after all.

        :param float units: how many; those that were credited already stay
        """
        released = self.browse()
        for charge, part in self._take(units).items():
            whole = abs(charge._get_units())
            released |= charge if part == whole else charge._split(whole - part)
        # They are on no invoice that was issued.
        released.write({"invoice_line_id": False})
        released._release()

    def _split(self, units):
        """Keep some units, and return a new charge of the others.

        The two add up to what it was.

        :param float units: how many are kept, of those of the invoice line
        """
        self.ensure_one()
        kept = self._prepare_part(units, abs(self._get_units()))
        rest = {name: self[name] - value for name, value in kept.items()}
        source = self._get_source()
        [values] = self.copy_data(
            {**rest, "sequence": self._get_next_sequences()[source]}
        )
        # An approved charge does not change. This one was never issued like that.
        self.with_context(psa_split=SPLIT).write(kept)
        return self.create(values)

    def _prepare_part(self, units, whole):
        """Return the values of some of the units of a charge, with its sign.

        :param float whole: all units of it
        """
        self.ensure_one()
        share = units / whole
        return {
            "quantity": self.quantity * share,
            "minutes": round(self.minutes * share),
            "raw_minutes": round(self.raw_minutes * share),
            "amount": charge_portions.get_part(
                self.amount, units, whole, self.currency_id.round
            ),
        }

    # === AFTERWARDS === #

    def _reverse(self, units, line, disposition):
        """Take charges back, newest work first, and say what becomes of the work.

        :param float units: how many a credit note takes back
        :param line: `account.move.line` of the credit note
        :param str disposition: `bill_again` or `write_off`
        :return: the opposite charges
        """
        taken = self._take(units)
        sequences = self._get_next_sequences()
        charges = self.browse().concat(*taken)
        reversals = self.create(
            [
                {
                    **charge._prepare_reversal_values(part, sequences),
                    "invoice_line_id": line.id,
                }
                for charge, part in taken.items()
            ]
        )
        # To take a reversal back is to bill again, also if it was written off.
        written_off = [
            (write_off, min(part, write_off._get_open_units()))
            for charge, part in taken.items()
            for write_off in charge._get_write_offs()
        ]
        if disposition == "write_off":
            written_off += [(it, it._get_open_units()) for it in reversals]
        self.create(
            [
                {
                    **charge._prepare_reversal_values(part, sequences),
                    "destination": "written_off",
                    "reason": self._get_credit_reason(line),
                }
                for charge, part in written_off
                if part
            ]
        )
        charges.filtered(lambda it: not it._get_open_units()).is_reversed = True
        if disposition != "write_off":
            charges.period_id.write({"is_open": True})
        charges._get_roots()._rebalance()
        return reversals

    def _get_credit_reason(self, line):
        """Return why the work of a credit note is never billed."""
        return line.move_id.ref or self.env._(
            "Credited by %(credit)s", credit=line.move_id.display_name
        )

    def _prepare_reversal_values(self, units, sequences):
        """Return the values of a charge that is the opposite of some units of this one.

        :param sequences: {source: next number}, which is counted up
        """
        self.ensure_one()
        left, open_units = self._get_left(), self._get_open_units()
        share = units / open_units
        sign = -1 if self._get_units() < 0 else 1
        return {
            **self._prepare_same_values(sequences),
            "origin_id": self._get_roots().id,
            "quantity": -left["quantity"] * share if self.minutes else -sign * units,
            "minutes": -round(left["minutes"] * share),
            "raw_minutes": -round(left["raw_minutes"] * share),
            "amount": -charge_portions.get_part(
                left["amount"], units, open_units, self.currency_id.round
            ),
            "reverses_id": self.id,
        }

    def _get_left(self):
        """Return what no credit note has taken back of the charge's numbers."""
        self.ensure_one()
        taken = self._get_reversals()
        return {
            name: self[name] + sum(taken.mapped(name))
            for name in ("quantity", "minutes", "raw_minutes", "amount")
        }

    def _prepare_same_values(self, sequences):
        """Return the values of an approved charge about the same thing, without numbers.

        :param sequences: {source: next number}, which is counted up
        """
        source = self._get_source()
        number = sequences[source]
        sequences[source] += 1
        return {
            **{
                name: self._fields[name].convert_to_write(self[name], self)
                for name in SAME_FIELDS
            },
            "sequence": number,
            "destination": self.destination,
            "state": "approved",
            "explanation": self.explanation,
        }

    def _bill_on(self, line):
        """Bill what these reversals took back on another line, as if it was never credited.

        :param line: `account.move.line` of the invoice that replaces the credited one
        """
        sequences = self._get_next_sequences()
        values = [
            {
                **charge._prepare_reversal_values(charge._get_open_units(), sequences),
                "reverses_id": False,
                "invoice_line_id": line.id,
            }
            for charge in self
        ]
        charges = self.create(values)
        charges.period_id.write({"is_open": False})
        charges.origin_id._rebalance()
        return charges

    # === WORK ADDS UP === #

    def _get_roots(self):
        """Return the first charges of work, whose terms its corrections keep."""
        work = self.filtered(lambda it: it._is_work())
        return work.origin_id | work.filtered(lambda it: not it.origin_id)

    def _is_free(self):
        """Tell whether a correction waits for the next run, and may be made anew."""
        self.ensure_one()
        return (
            bool(self.origin_id)
            and self.destination == "billed"
            and self.state == "approved"
            and not (self.invoice_line_id or self.reverses_id or self.reversal_ids)
        )

    def _rebalance(self):
        """Charge again, or give back, what corrections of these charges took too much.

        All that corrects a charge adds up to nothing: what a credit note takes back is
        billed again, written off, or on its way to an invoice.
        """
        for root in self:
            followers = root.follower_ids
            free = followers.filtered(lambda it: it._is_free())
            held = followers - free
            missing = {
                name: -sum(held.mapped(name))
                for name in ("quantity", "minutes", "raw_minutes", "amount")
            }
            free.unlink()
            if root.currency_id.is_zero(missing["amount"]) and not any(
                (missing["minutes"], missing["raw_minutes"])
            ):
                continue
            sequences = root._get_next_sequences()
            root.create(
                {
                    **root._prepare_same_values(sequences),
                    **missing,
                    "origin_id": root.id,
                }
            )
