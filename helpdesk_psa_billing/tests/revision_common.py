"""Agreements whose prices follow an index, and the values of that index."""

from datetime import date, datetime, time

from odoo.fields import Command

from odoo.addons.mail.tests.common import freeze_all_time

from .billing_common import BillingCommon


class RevisionCommon(BillingCommon):
    """ACME pays 100.00 a month since 1 January 2026; Syntec was at 300, and is at 319.5."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.index = cls._create_index("Test index", {(2025, 10): 300, (2026, 9): 319.5})
        cls.formula = cls._create_formula(cls.index)
        cls.agreement = cls._create_revised()
        cls.line = cls.agreement.line_ids

    @classmethod
    def _create_index(cls, name, values, **fields):
        """Create an index whose values are out as soon as their month is over.

        :param values: {(year, month): value}
        """
        return cls.env["psa.price.index"].create(
            {
                "name": name,
                # Values of these tests are far apart.
                "frequency": "12",
                "publication_days": 0,
                "value_ids": [
                    Command.create(
                        {
                            "month": date(year, month, 1),
                            "value": value,
                            "published_date": date(year, month, 28),
                        }
                    )
                    for (year, month), value in values.items()
                ],
                **fields,
            }
        )

    @classmethod
    def _create_formula(cls, index, **fields):
        return cls.env["psa.price.formula"].create(
            {
                "name": "Test formula",
                "term_ids": [Command.create({"index_id": index.id, "weight": 1})],
                **fields,
            }
        )

    @classmethod
    def _create_revised(cls, lines=({},), **values):
        return cls._create_billed(
            lines,
            **{
                "revision_method": "index",
                "revision_formula_id": cls.formula.id,
                "revision_notice_days": 60,
                **values,
            },
        )

    @classmethod
    def _prepare(cls, agreement=None, day=date(2026, 11, 2), user=None):
        """Have Bea prepare the next revision on a day, when its letter is due."""
        agreement = (agreement or cls.agreement).with_user(user or cls.bea)
        with freeze_all_time(datetime.combine(day, time(9))):
            action = agreement.action_revise_prices()
        revision = agreement.env["psa.price.revision"].browse(action["res_id"])
        return revision.with_user(user or cls.bea)

    def _at(self, year, month, day):
        """Let it be nine o'clock on a day."""
        return freeze_all_time(datetime(year, month, day, 9))

    def _apply(self, revision, day=(2026, 11, 3)):
        with self._at(*day):
            revision.action_mark_notified()
            revision.action_apply()
