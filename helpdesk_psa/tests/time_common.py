"""The cast with employee files, and short ways to log time."""

from datetime import datetime

from odoo import fields
from odoo.tests import Form

from .common import HelpdeskCommon

MONDAY = datetime(2026, 3, 2)  # a Monday


class TimeCommon(HelpdeskCommon):
    """Ada, Lea and Max have employee files in our company; Bob one in the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._create_calendar(cls.company)
        for user in (cls.ada, cls.lea, cls.max):
            setattr(cls, f"{user.login}_employee", cls._create_employee(user))
        cls.bob_employee = cls._create_employee(cls.bob, company=cls.company_2)
        cls.remote = cls.env.ref("helpdesk_psa.psa_service_type_remote")
        cls.on_site = cls.env.ref("helpdesk_psa.psa_service_type_on_site")
        cls.internal = cls.env.ref("helpdesk_psa.psa_service_type_internal")
        cls.project = cls._create_project("Servers of ACME")
        cls.task = cls.env["project.task"].create(
            {"name": "Move the mailboxes", "project_id": cls.project.id}
        )

    @classmethod
    def _create_calendar(cls, company, tz="UTC"):
        """Return 40 hours a week, 9 to 12 and 13 to 18."""
        return cls.env["resource.calendar"].create(
            {
                "name": "40 hours",
                "tz": tz,
                "company_id": company.id,
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": f"{day} {start}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": period,
                        },
                    )
                    for day in range(5)
                    for start, end, period in (
                        (9, 12, "morning"),
                        (13, 18, "afternoon"),
                    )
                ],
            }
        )

    @classmethod
    def _create_employee(cls, user, company=None, calendar=None):
        return cls.env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": (company or cls.company).id,
                "tz": user.tz,
                "resource_calendar_id": (calendar or cls.calendar).id
                if not company
                else company.resource_calendar_id.id,
            }
        )

    @classmethod
    def _create_project(cls, name, **values):
        return cls.env["project.project"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "allow_timesheets": True,
                "privacy_visibility": "employees",
                **values,
            }
        )

    @classmethod
    def _log(cls, ticket=None, minutes=30, user=None, **values):
        """Log time as an agent would: Ada, on Monday, unless told otherwise."""
        if ticket:
            values["psa_ticket_id"] = ticket.id
        return (
            cls.env["account.analytic.line"]
            .with_user(user or cls.ada)
            .create(
                {
                    "name": "Looked into it",
                    "date": MONDAY,
                    "psa_minutes": minutes,
                    **values,
                }
            )
        )

    def _open_dialog(self, action, user=None):
        """Open a dialog of time as the browser would."""
        return Form(
            self.env[action["res_model"]]
            .with_user(user or self.ada)
            .with_context(**action["context"])
        )

    def _entries(self, ticket):
        return self.env["account.analytic.line"].search(
            [("psa_ticket_id", "=", ticket.id)]
        )

    @staticmethod
    def _at(text):
        """Return a moment from ``2026-03-02 09:00``, naive UTC."""
        return fields.Datetime.to_datetime(f"{text}:00")
