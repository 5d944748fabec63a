from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_round

from ...tools import charge_portions

# What an opposite charge has in common with the one that it takes back.
SAME_FIELDS = (
    "name",
    "agreement_line_id",
    "period_id",
    "work_date",
    "service_from",
    "service_until",
    "product_id",
    "price_unit",
    "discount",
)

# Lets a charge change while it is split; as an object, no caller from outside has it.
SPLIT = object()


class PsaChargeCorrectionMixin(models.AbstractModel):
    """What is left out of an invoice, deleted with it or credited, and is due again.

    Units are those of the invoice line. What is charged last is taken back first.
    """

    _name = "psa.charge.correction.mixin"
    _description = "Correction of Charges"

    # === QUANTITIES === #

    def _get_units(self):
        """Return how many units of the invoice line the charge is, negative if it gives back."""
        self.ensure_one()
        return float_round(self.quantity, precision_digits=self._get_digits()) or 1.0

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

        Nothing was issued, so what a period is worth is computed anew by the next run; a
        released reversal leaves what it took back as billed.

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
        charges.reverses_id.is_reversed = False
        write_offs.unlink()
        self.unlink()
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

        The two amounts add up to what it was.

        :param float units: how many are kept, of those of the invoice line
        """
        self.ensure_one()
        whole = abs(self._get_units())
        amount = charge_portions.get_part(
            self.amount, units, whole, self.currency_id.round
        )
        share = units / whole
        [rest] = self.copy_data(
            {
                "quantity": self.quantity * (1 - share),
                "amount": self.amount - amount,
                "sequence": self._get_next_sequences()[self.period_id],
            }
        )
        # An approved charge does not change. This one was never issued like that.
        self.with_context(psa_split=SPLIT).write(
            {"quantity": self.quantity * share, "amount": amount}
        )
        return self.create(rest)

    # === AFTERWARDS === #

    def _reverse(self, units, line, disposition):
        """Take charges back, newest work first, and say what becomes of the work.

        :param float units: how many of the invoice line a credit note takes back
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
            (write_off, part)
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
                }
                for charge, part in written_off
            ]
        )
        charges.filtered(lambda it: not it._get_open_units()).is_reversed = True
        if disposition != "write_off":
            charges.period_id.write({"is_open": True})
        return reversals

    def _prepare_reversal_values(self, units, sequences):
        """Return the values of a charge that is the opposite of some units of this one.

        :param sequences: {period: next number}, which is counted up
        """
        self.ensure_one()
        sign = -1 if self._get_units() < 0 else 1
        number = sequences[self.period_id]
        sequences[self.period_id] += 1
        return {
            **{
                name: self._fields[name].convert_to_write(self[name], self)
                for name in SAME_FIELDS
            },
            "sequence": number,
            "destination": self.destination,
            "state": "approved",
            "quantity": -sign * units,
            "amount": -charge_portions.get_part(
                self._get_open_amount(),
                units,
                self._get_open_units(),
                self.currency_id.round,
            ),
            "reverses_id": self.id,
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
        return charges

    def _get_next_sequences(self):
        """Return the number of the next charge of each period: {period: number}."""
        known = self.env["psa.charge"]._read_group(
            [("period_id", "in", self.period_id.ids)],
            ["period_id"],
            ["sequence:max"],
        )
        return {period: number + 1 for period, number in known}
