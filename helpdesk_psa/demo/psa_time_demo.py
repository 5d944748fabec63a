from datetime import datetime, time, timedelta
from random import Random

from odoo import api, fields, models

# Always the same weeks, whatever the day they are made.
SEED = 23
DAYS = 28
START_HOUR = 8  # UTC
NOTES = (
    "Called the user and found the cause",
    "Remote session, settings corrected",
    "Updated the driver and tested",
    "Restored the files from last night's backup",
    "Replaced the part on the spot",
    "Reset the account and the second factor",
    "Checked the logs, no error since",
    "Explained it to the colleagues",
)
TASKS = ("Inventory of the mailboxes", "Move the first department", "Training")


class PsaDemo(models.AbstractModel):
    _inherit = "psa.demo"

    @api.model
    def _play_time(self):
        """Log the time of the last four weeks, approve the older half, start a timer."""
        lines = self.env["account.analytic.line"]
        if lines.search_count([("psa_ticket_id", "!=", False)], limit=1):
            return
        today = fields.Date.today()
        technicians = self._get_demo_technicians()
        worked = technicians._psa_get_expected_minutes(
            today - timedelta(days=DAYS), today
        )
        task = self._create_demo_project()
        random = Random(SEED)
        vals_list = [
            vals
            for employee in technicians
            for day, minutes in sorted(worked[employee.id].items())
            for vals in self._plan_demo_day(employee, day, minutes, task, random)
        ]
        entries = lines.create(vals_list)
        entries.filtered(
            lambda entry: entry.date < today - timedelta(days=DAYS // 2)
        ).action_psa_approve()
        self._start_demo_timer()

    def _get_demo_technicians(self):
        return self.env["hr.employee"].search(
            [("user_id.psa_team_ids", "!=", False)], order="id"
        )

    def _create_demo_project(self):
        """Create a customer's project with tasks.

        :return: its first task
        """
        customer = self.env["res.partner"].search(
            [("psa_is_customer", "=", True), ("is_company", "=", True)],
            order="id",
            limit=1,
        )
        project = self.env["project.project"].create(
            {
                "name": "Mailbox migration",
                "partner_id": customer.id,
                "company_id": self.env.ref("base.main_company").id,
                "allow_timesheets": True,
                "privacy_visibility": "employees",
            }
        )
        tasks = self.env["project.task"].create(
            [{"name": name, "project_id": project.id} for name in TASKS]
        )
        return tasks[0]

    def _plan_demo_day(self, employee, day, minutes, task, random):
        """Return the values of a technician's entries of one day, one after the other."""
        tickets = self._get_demo_tickets(employee, day)
        service_types = [
            self.env.ref(f"helpdesk_psa.psa_service_type_{name}")
            for name in ("remote", "remote", "remote", "on_site", "travel", "workshop")
        ]
        # Some log less than they worked; that is what the control is for.
        left = minutes * random.choice((1, 1, 1, 1, 0.9, 0.6))
        moment = datetime.combine(day, time(START_HOUR))
        entries = []
        while left >= 15:
            length = int(min(left, random.choice((15, 20, 35, 45, 60, 90, 120))))
            stop = moment + timedelta(minutes=length)
            vals = {
                "employee_id": employee.id,
                "date": day,
                "name": random.choice(NOTES),
                "psa_start": moment,
                "psa_stop": stop,
                "psa_service_type_id": random.choice(service_types).id,
            }
            if tickets and random.random() < 0.85:
                ticket = random.choice(tickets)
                vals |= {"psa_ticket_id": ticket.id, "company_id": ticket.company_id.id}
                if random.random() < 0.15:
                    vals["psa_billable"] = False
            else:
                vals |= {"task_id": task.id, "project_id": task.project_id.id}
            entries.append(vals)
            moment = stop + timedelta(minutes=random.choice((0, 5, 10)))
            left -= length
        return entries

    def _get_demo_tickets(self, employee, day):
        """Return what the technician may have worked on that day, few and at hand."""
        tickets = self.env["psa.ticket"].search(
            [
                ("user_id", "=", employee.user_id.id),
                ("requested_at", "<=", datetime.combine(day, time.max)),
            ],
            order="requested_at desc, id desc",
            limit=4,
        )
        return list(tickets)

    def _start_demo_timer(self):
        """Let Ada's timer run since 25 minutes on a ticket of hers."""
        ada = self.env.ref("helpdesk_psa.res_users_ada_demo")
        ticket = self.env["psa.ticket"].search(
            [("user_id", "=", ada.id), ("stage_category", "=", "open")], limit=1
        )
        if ticket:
            self.env["psa.timer"].with_user(ada)._start(
                ticket.with_user(ada),
                at=fields.Datetime.now() - timedelta(minutes=25),
            )
