from odoo import models
from odoo.exceptions import UserError


class PsaLedgerMixin(models.AbstractModel):
    """Rows that billing itself writes, whatever rights people have on them.

    The right to write such a model is the right to press its buttons. These check it, and
    then write with all rights.
    """

    _name = "psa.ledger.mixin"
    _description = "Written by Billing"

    def write(self, vals):
        """Refuse what is not written by a button.

        :raise UserError: saying what to do instead
        """
        if not self.env.su:
            raise UserError(
                self.env._(
                    "“%(record)s” is not edited: it follows from the agreement, the billing "
                    "run and the invoice. Change these.",
                    record=self[:1].display_name,
                )
            )
        return super().write(vals)
