"""Blocks of hours, and work that they pay for."""

from datetime import date

from odoo.addons.helpdesk_psa.tests.time_common import TimeCommon

from .billing_common import BillingCommon


class AllowanceCommon(TimeCommon, BillingCommon):
    """ACME buys blocks; Ada logs time on its tickets.

    Work is not rated here: tests say which allowance it draws on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        charges = cls.env.registry["psa.charge"]
        if hasattr(charges, "_rate"):
            cls.classPatch(charges, "_rate", lambda self, entries, items: None)
        cls.ticket = cls._create_ticket()

    @classmethod
    def _create_allowance(cls, quantity=10, user=None, **values):
        """Enter an allowance by hand: ten hours for ACME from 1 March 2026.

        :param quantity: hours, money or incidents; 0 grants nothing
        """
        return (
            cls.env["psa.allowance"]
            .with_user(user or cls.boss)
            .create(
                {
                    "customer_id": cls.acme.id,
                    "date_from": "2026-03-01",
                    "granted_date": "2026-03-01",
                    "opening_quantity": quantity,
                    **values,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _draw(cls, allowance, minutes, day=date(2026, 3, 2), ticket=None, **values):
        """Let work draw on an allowance, as its rating would."""
        ticket = ticket or cls.ticket
        entry = (
            cls.env["account.analytic.line"]
            .with_user(cls.ada)
            .create(
                {
                    "psa_ticket_id": ticket.id,
                    "name": "Work",
                    "date": day,
                    "psa_minutes": minutes,
                }
            )
        )
        return cls.env["psa.charge"].create(
            {
                "name": "Work",
                "analytic_line_id": entry.id,
                "ticket_id": ticket.id,
                "company_id": cls.company.id,
                "customer_id": allowance.customer_id.id,
                "currency_id": cls.currency.id,
                "work_date": day,
                "raw_minutes": minutes,
                "minutes": minutes,
                "destination": "allowance",
                "allowance_id": allowance.id,
                "allowance_quantity": minutes,
                **values,
            }
        )
