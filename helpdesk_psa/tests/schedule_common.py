"""Schedules of the tests: a rhythm for ACME, and the days on which the scheduler runs."""

from datetime import date, datetime

from odoo.fields import Command

from odoo.addons.mail.tests.common import freeze_all_time

from .intervention_common import InterventionCommon


def at(moment):
    """Let it be that moment, given as text in UTC."""
    return freeze_all_time(datetime.fromisoformat(moment))


class ScheduleCommon(InterventionCommon):
    """Working hours from Monday to Friday, and schedules that follow them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Weekdays",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    @classmethod
    def _create_schedule(cls, user=None, start=True, **values):
        """Set up a schedule as a team leader would, and start it.

        Monthly tickets for ACME from 15 January 2026, unless told otherwise.
        """
        anchor = values.get("anchor_date", date(2026, 1, 15))
        schedule = (
            cls.env["psa.schedule"]
            .with_user(user or cls.lea)
            .create(
                {
                    "name": "Check of the backups",
                    "company_id": cls.company.id,
                    "customer_id": cls.acme.id,
                    "team_id": cls.team.id,
                    "anchor_date": anchor,
                    "date_from": anchor,
                    "calendar_id": cls.calendar.id,
                    "horizon_days": 0,
                    "tz": "UTC",
                    **values,
                }
            )
        )
        if start:
            schedule.action_start()
        return schedule

    @classmethod
    def _create_equipment(cls, name, **values):
        return cls.env["psa.equipment"].create(
            {
                "name": name,
                "customer_id": cls.acme.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    def _run_scheduler(self, day):
        """Let the scheduler's job run at eight in the morning of a day."""
        with at(f"{day} 08:00:00"), self._own_cursors():
            self.env.flush_all()
            self.env.ref("helpdesk_psa.ir_cron_psa_schedule").method_direct_trigger()
        self.env.invalidate_all()

    def _get_rows(self, schedule):
        """Return the schedule's rows, oldest first."""
        return schedule.occurrence_ids.sorted(lambda row: (row.date, row.id))
