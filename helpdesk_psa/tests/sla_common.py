"""Policies, office hours and moments for the tests of SLA clocks."""

from datetime import datetime, timedelta

from odoo.addons.mail.tests.common import freeze_all_time

from .common import HelpdeskCommon

# A Monday; days count from it.
MONDAY = datetime(2026, 1, 5)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(moment):
    """Return a moment as a naive UTC datetime.

    :param str moment: ``"fri 17:30"``; ``"fri+1 09:00"`` is a week later
    """
    day, clock = moment.split()
    name, _plus, weeks = day.partition("+")
    hours, minutes = clock.split(":")
    return MONDAY + timedelta(
        days=DAYS.index(name),
        weeks=int(weeks or 0),
        hours=int(hours),
        minutes=int(minutes),
    )


def when(moment):
    """Freeze the time, the database's included, at what `at` returns."""
    return freeze_all_time(at(moment))


class SlaCommon(HelpdeskCommon):
    """Offices open from 9 to 18, Monday to Friday, in UTC; no policy but the test's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["psa.sla.policy"].search([]).active = False
        cls.office_hours = cls.env["resource.calendar"].create(
            {
                "name": "9 to 18",
                "tz": "UTC",
                "company_id": False,
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": day,
                            "dayofweek": str(number),
                            "hour_from": 9,
                            "hour_to": 18,
                            "day_period": "morning",
                        },
                    )
                    for number, day in enumerate(DAYS[:5])
                ],
            }
        )

    @classmethod
    def _create_policy(cls, name="Standard", *targets, **values):
        """Create a policy in office hours.

        :param targets: (metric, hours) or (metric, hours, priority) or dicts
        """
        lines = []
        for target in targets:
            if not isinstance(target, dict):
                target = dict(
                    zip(("metric", "hours", "priority"), target, strict=False)
                )
            lines.append((0, 0, target))
        return cls.env["psa.sla.policy"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "calendar_id": cls.office_hours.id,
                "enforced_from_at": False,
                "target_ids": lines,
                **values,
            }
        )

    @classmethod
    def _open(cls, moment, **values):
        """Open a ticket at a moment."""
        with when(moment):
            return cls._create_ticket(**values)

    def _get_clock(self, ticket, metric="resolution", kind="sla", cycle=None):
        """Return the one clock of a metric, or the one of a cycle."""
        return ticket.sudo().sla_clock_ids.filtered(
            lambda clock: (
                (clock.metric, clock.kind) == (metric, kind)
                and cycle in (None, clock.cycle)
            )
        )

    def _write(self, moment, ticket, user=None, **values):
        """Change a ticket at a moment, as Ada unless told otherwise."""
        with when(moment):
            ticket.with_user(user or self.ada).write(values)

    def _say(self, moment, ticket, who="agent", **values):
        """Post a public message at a moment, as Ada or as Casey."""
        with when(moment):
            author = {} if who == "agent" else {"author_id": self.casey.id}
            poster = ticket.with_user(self.ada) if who == "agent" else ticket.sudo()
            return poster.message_post(
                body="Hello",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **author,
                **values,
            )
