"""Work that is charged: time and parts of ACME's tickets, rules, invoices."""

from datetime import date

from odoo import Command

from odoo.addons.helpdesk_psa.tests.time_common import TimeCommon

from .plan_common import PlanCommon
from .test_charge_correction import CorrectionCase

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in (2, 3, 4, 5))


class ChargeCommon(CorrectionCase, PlanCommon, TimeCommon):
    """Remote work costs 90 an hour, on site work 120; the company bills all work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.psa_work_billing_start = date(2026, 1, 1)
        cls.labour = cls._create_product("Labour", 90)
        cls.visit_labour = cls._create_product("Labour on site", 120)
        cls.remote.product_id = cls.labour
        cls.onsite.product_id = cls.visit_labour
        cls.travel.product_id = cls._create_product("Travel", 60)
        cls.ticket = cls._create_ticket()
        cls.plan = cls._create_plan(
            "Standard", [{"name": "All work", "kind": "any", "outcome": "billed"}]
        )
        cls.company.psa_billing_plan_id = cls.plan

    @classmethod
    def _work(cls, minutes=60, day=MARCH, ticket=None, service=None, **values):
        """Log time as Ada: an hour of remote work on 1 March unless told otherwise."""
        return cls._log(
            cls.ticket if ticket is None else ticket,
            minutes,
            date=day,
            **{
                "psa_service_type_id": (service or cls.remote).id,
                "psa_billable": True,
                **values,
            },
        )

    @classmethod
    def _approve_time(cls, entries):
        entries.with_user(cls.lea).action_psa_approve()

    @classmethod
    def _approve(cls, entries):
        """Approve time as Lea, then its charges as Bea."""
        cls._approve_time(entries)
        charges = cls._charges(entries)
        charges.with_user(cls.bea).action_approve()
        return charges

    @classmethod
    def _charges(cls, *sources):
        """Return the charges of time entries or items, in their order."""
        charges = cls.env["psa.charge"]
        for source in sources:
            charges |= charges._get_charges_of_work(source.with_env(cls.env))
        return charges.sorted(lambda it: (it._get_source().id, it.sequence))

    def _bill_work(self, until=APRIL, user=None, **values):
        """Bill approved work before a day; return the invoices as the accountant."""
        run = self._run(until, user=user, **{"work_until": until, **values})
        return run.move_ids.with_user(self.accountant)

    def _bill_and_post(self, entries, until=APRIL):
        self._approve(entries)
        invoice = self._bill_work(until)
        invoice.action_post()
        return invoice

    def _get_line(self, move, product=None):
        product = product or self.labour
        return move.invoice_line_ids.filtered(lambda it: it.product_id == product)

    def _set_line(self, move, quantity, product=None):
        line = self._get_line(move, product)
        move.write(
            {"invoice_line_ids": [Command.update(line.id, {"quantity": quantity})]}
        )

    def _get_hours(self, moves):
        """Return the net hours and units that invoices bill."""
        return sum(
            line.quantity * (-1 if line.move_type == "out_refund" else 1)
            for line in moves.invoice_line_ids
            if line.display_type == "product"
        )

    def _get_totals(self, charges):
        """Return {destination: minutes worked} of charges."""
        totals = {}
        for charge in charges:
            key = charge.destination
            totals[key] = totals.get(key, 0) + charge.raw_minutes
        return {key: total for key, total in totals.items() if total}
