"""Clocks as they stand after a month of work, without working that month."""

from datetime import datetime, timedelta

from .common import HelpdeskCommon

START = datetime(2026, 3, 2, 9)


class SlaReportCommon(HelpdeskCommon):
    """Policy "Gold", and clocks of it made by `_create_clock`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["psa.sla.policy"].create({"name": "Gold"})

    @classmethod
    def _create_clock(cls, used_hours, promised_hours=8, ticket=None, **values):
        """Create a clock that has stopped after some hours of service.

        :param values: values of the clock, instead of those that follow from the hours
        """
        ticket = ticket or cls._create_ticket()
        is_late = used_hours > promised_hours
        return cls.env["psa.sla.clock"].create(
            {
                "ticket_id": ticket.id,
                "kind": "sla",
                "metric": "resolution",
                "policy_id": cls.policy.id,
                "state": "breached" if is_late else "met",
                "started_at": START,
                "due_at": START + timedelta(hours=promised_hours),
                "stopped_at": START + timedelta(hours=used_hours),
                "elapsed_seconds": used_hours * 3600,
                "target_seconds": promised_hours * 3600,
                "company_id": ticket.company_id.id,
                "team_id": ticket.team_id.id,
                "customer_id": ticket.customer_id.id,
                **values,
            }
        )
