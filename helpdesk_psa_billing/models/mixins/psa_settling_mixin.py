import logging

from psycopg2 import OperationalError

from odoo import fields, models

_logger = logging.getLogger(__name__)


class PsaSettlingMixin(models.AbstractModel):
    """Something that the scheduler settles: one that cannot be settled stops no other.

    Why it could not stands on the record, and the billing check lists it until it could.
    """

    _name = "psa.settling.mixin"
    _description = "Settled by the Scheduler"

    settle_problem = fields.Char(
        string="Could not be settled",
        readonly=True,
        copy=False,
        help="Why what it includes could not be granted, rolled over or expired the last "
        "time. It is tried again each hour.",
    )

    def _settle_each(self, method):
        """Settle these together; if that fails one by one, and write down why.

        :param str method: name of what settles a recordset
        """
        if not self or self._try_to_settle(method) is None:
            return
        for record in self:
            problem = record._try_to_settle(method)
            if problem != (record.settle_problem or None):
                record.settle_problem = problem

    def _try_to_settle(self, method):
        """Return why these cannot be settled together, None if they are."""
        try:
            with self.env.cr.savepoint():
                getattr(self, method)()
                self.filtered("settle_problem").settle_problem = False
        except OperationalError:
            raise  # somebody else was at the same rows: the scheduler tries again
        except Exception as error:
            _logger.info("%s could not be settled", self, exc_info=True)
            return str(error) or type(error).__name__
        return None
