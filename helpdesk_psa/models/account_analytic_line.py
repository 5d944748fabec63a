from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.duration import (
    DAY_MINUTES,
    format_duration,
    hours_to_minutes,
    minutes_between,
)


class AccountAnalyticLine(models.Model):
    # The mixins come first: what they lock, Odoo does not write.
    _name = "account.analytic.line"
    _inherit = [
        "psa.time.lock.mixin",
        "psa.intervention.entry.mixin",
        "account.analytic.line",
    ]

    psa_ticket_id = fields.Many2one(
        "psa.ticket",
        string="Ticket",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    psa_service_type_id = fields.Many2one(
        "psa.service.type",
        string="Service type",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="How the work was done. It decides the price of an hour.",
    )
    psa_start = fields.Datetime(
        string="Start time", help="When the work began. Not needed, but kept if known."
    )
    psa_stop = fields.Datetime(
        string="End time", help="When the work ended. Not needed, but kept if known."
    )
    psa_minutes = fields.Integer(
        string="Minutes",
        compute="_compute_psa_minutes",
        store=True,
        readonly=False,
        copy=False,
        help="Minutes worked, as they were, never rounded. The duration in hours "
        "follows them.",
    )
    psa_billable = fields.Boolean(
        string="Billable",
        help="Whether the customer may be charged for this time.",
    )
    psa_properties = fields.Properties(
        definition="psa_service_type_id.entry_properties",
        string="Extra fields",
        copy=True,
    )
    psa_project_reason = fields.Char(
        string="Why this project",
        compute="_compute_psa_project_reason",
        help="Which setting says that the ticket's time goes to that project.",
    )
    psa_overlap = fields.Char(
        string="Overlap",
        compute="_compute_psa_overlap",
        help="Another entry of the same technician at the same time.",
    )

    _psa_stop_after_start = models.Constraint(
        "CHECK (psa_stop >= psa_start)", "Work cannot stop before it starts."
    )
    # What a technician did at a moment; the week grid; missing time.
    _psa_start_idx = models.Index(
        "(employee_id, psa_start) WHERE psa_start IS NOT NULL"
    )
    _psa_day_idx = models.Index("(employee_id, date) WHERE project_id IS NOT NULL")

    # === COMPUTES === #

    @api.depends("unit_amount", "project_id")
    def _compute_psa_minutes(self):
        """Follow a duration in hours that something else than `write` has changed."""
        for line in self:
            line.psa_minutes = line.project_id and hours_to_minutes(line.unit_amount)

    @api.depends("psa_ticket_id", "project_id")
    def _compute_psa_project_reason(self):
        self.psa_project_reason = False
        for line in self.filtered("psa_ticket_id"):
            # sudo: the name of the rule is no secret to who logs the time
            project, reason = line.psa_ticket_id.sudo()._get_time_project(create=False)
            line.psa_project_reason = (
                reason
                if not line.project_id or line.project_id == project
                else self.env._("Chosen by hand")
            )

    @api.depends("employee_id", "psa_start", "psa_stop")
    def _compute_psa_overlap(self):
        for line in self:
            line.psa_overlap = self._psa_word_overlap(
                line.employee_id, line.psa_start, line.psa_stop, line._origin
            )

    @api.depends("psa_ticket_id.customer_id")
    def _compute_partner_id(self):
        """Override of `hr_timesheet`: a ticket's time is for the ticket's customer."""
        ours = self.filtered("psa_ticket_id")
        result = super(AccountAnalyticLine, self - ours)._compute_partner_id()
        for line in ours.filtered(lambda line: not line.psa_approved_at):
            # sudo: the ticket may since belong to a team that the user does not see
            line.partner_id = line.psa_ticket_id.sudo().customer_id
        return result

    @api.depends("task_id.project_id")
    def _compute_project_id(self):
        """Override of `hr_timesheet`: approved time stays where it is."""
        free = self.filtered(lambda line: not line.psa_approved_at)
        return super(AccountAnalyticLine, free)._compute_project_id()

    @api.depends("psa_ticket_id")
    def _compute_display_name(self):
        """Override of `hr_timesheet`: time of a ticket is called as the ticket."""
        ours = self.filtered("psa_ticket_id")
        result = super(AccountAnalyticLine, self - ours)._compute_display_name()
        for line in ours:
            line.display_name = line.psa_ticket_id.sudo().display_name
        return result

    # === ONCHANGES === #

    @api.onchange("psa_ticket_id")
    def _onchange_psa_ticket_id(self):
        if self.psa_ticket_id:
            defaults = self.psa_ticket_id._get_time_defaults()
            self.project_id = self.psa_ticket_id._get_time_project()[0]
            self.task_id = False
            self.psa_service_type_id = defaults["psa_service_type_id"]
            self.psa_billable = defaults["psa_billable"]

    @api.onchange("psa_service_type_id")
    def _onchange_psa_service_type_id(self):
        if self.psa_service_type_id:
            self.psa_billable = (
                self.psa_ticket_id._is_time_billable(self.psa_service_type_id)
                if self.psa_ticket_id
                else self.psa_service_type_id.billable
            )

    @api.onchange("psa_start", "psa_stop")
    def _onchange_psa_times(self):
        if self.psa_start and self.psa_stop and self.psa_stop >= self.psa_start:
            self.unit_amount = minutes_between(self.psa_start, self.psa_stop) / 60

    # === CONSTRAINTS === #

    @api.constrains("psa_minutes", "psa_ticket_id", "psa_intervention_id")
    def _check_psa_minutes(self):
        for line in self.filtered(lambda line: line._psa_is_measured()):
            if line.psa_minutes <= 0:
                raise ValidationError(
                    self.env._(
                        "An entry of no time says nothing. Type how long the work took, "
                        "at least one minute, or delete the entry."
                    )
                )
            if line.psa_minutes > DAY_MINUTES:
                raise ValidationError(
                    self.env._(
                        "%(hours)s hours are more than a day. Correct the duration, or "
                        "make an entry for each day.",
                        hours=round(line.psa_minutes / 60, 2),
                    )
                )

    def _psa_is_measured(self):
        """Whether the entry lasts between a minute and a day: that of a ticket or visit.

        Odoo allows corrections below zero on projects.
        """
        self.ensure_one()
        return bool(self.psa_ticket_id or self.psa_intervention_id)

    # === CREATE, WRITE === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._psa_complete(vals_list))

    def _psa_complete(self, vals_list):
        """Return values for new entries with what follows from those given.

        Of a ticket follow the company, the project, the employee and the defaults; of
        start and stop the duration and the day; of minutes the hours, and the reverse.
        """
        default_id = self.env.context.get("default_psa_ticket_id")
        ticket_ids = [vals.get("psa_ticket_id", default_id) for vals in vals_list]
        tickets = self.env["psa.ticket"].browse({id_ for id_ in ticket_ids if id_})
        if tickets:
            self.check_access("create")
            tickets.check_access("read")
        employees = {}  # one look-up each, for all entries
        found = {
            ticket.id: {
                "psa_ticket_id": ticket,
                "employees": employees,
                **ticket._get_time_defaults(),
            }
            for ticket in tickets
        }
        return [
            self._psa_complete_values(vals, found.get(ticket_id))
            for vals, ticket_id in zip(vals_list, ticket_ids, strict=True)
        ]

    def _psa_complete_values(self, vals, ticket_values):
        """Complete the values of one new entry; see :meth:`_psa_complete`.

        :param dict ticket_values: what follows from the ticket, if there is one
        """
        vals = dict(vals)
        if ticket_values:
            vals = self._psa_add_ticket_values(vals, ticket_values)
        elif vals.get("psa_service_type_id") and "psa_billable" not in vals:
            service_type = self.env["psa.service.type"].browse(
                vals["psa_service_type_id"]
            )
            vals["psa_billable"] = service_type.sudo().billable
        if vals.get("psa_start") and "date" not in vals:
            start = fields.Datetime.to_datetime(vals["psa_start"])
            vals["date"] = fields.Datetime.context_timestamp(self, start).date()
        if not {"psa_minutes", "unit_amount"} & vals.keys():
            vals |= self._psa_get_duration(vals.get("psa_start"), vals.get("psa_stop"))
        if vals.get("project_id") or vals.get("task_id"):
            return self._psa_follow_minutes(vals, default=0)
        return {"psa_minutes": 0, **vals}

    def _psa_add_ticket_values(self, vals, ticket_values):
        """Return values with those that follow from a ticket, where none were given."""
        ticket = ticket_values["psa_ticket_id"]
        vals["company_id"] = ticket.company_id.id
        if not vals.get("project_id") and not vals.get("task_id"):
            vals["project_id"] = ticket._get_time_project()[0].id
        if "psa_service_type_id" not in vals:
            vals["psa_service_type_id"] = ticket_values["psa_service_type_id"]
        if "psa_billable" not in vals:
            service_type = self.env["psa.service.type"].browse(
                vals["psa_service_type_id"]
            )
            vals["psa_billable"] = ticket._is_time_billable(service_type)
        if not vals.get("employee_id"):
            user = self.env["res.users"].browse(
                vals.get("user_id") or self._default_user()
            )
            employees = ticket_values["employees"]
            key = (user, ticket.company_id)
            if key not in employees:
                employees[key] = user._psa_get_employee(ticket.company_id).id
            vals["employee_id"] = employees[key]
        return vals

    def write(self, vals):
        if vals.get("psa_ticket_id"):
            vals = self._psa_move_to_ticket(vals)
        timed = {"psa_start", "psa_stop"} & vals.keys()
        if not {"psa_minutes", "unit_amount"} & vals.keys():
            for line in self if timed else ():
                super(AccountAnalyticLine, line).write(line._psa_follow_times(vals))
            return True if timed else super().write(vals)
        if all(line.project_id for line in self):
            vals = self._psa_follow_minutes(dict(vals))
        return super().write(vals)

    def _psa_follow_times(self, vals):
        """Return values with the duration that follows from start and stop."""
        self.ensure_one()
        duration = self._psa_get_duration(
            vals.get("psa_start", self.psa_start), vals.get("psa_stop", self.psa_stop)
        )
        return self._psa_follow_minutes({**vals, **duration})

    def _psa_move_to_ticket(self, vals):
        """Return values with the project where the time of another ticket goes."""
        ticket = self.env["psa.ticket"].browse(vals["psa_ticket_id"])
        ticket.check_access("read")
        if not {"project_id", "task_id"} & vals.keys():
            project = ticket._get_time_project()[0]
            return {**vals, "task_id": False, "project_id": project.id}
        return vals

    @api.model
    def _psa_get_duration(self, start, stop):
        """Return the value of the duration between two moments, nothing if one lacks."""
        if not (start and stop):
            return {}
        to_datetime = fields.Datetime.to_datetime
        return {"psa_minutes": minutes_between(to_datetime(start), to_datetime(stop))}

    @api.model
    def _psa_follow_minutes(self, vals, default=None):
        """Return values in which minutes and hours agree.

        Minutes are the truth; hours given alone are turned into whole minutes first.

        :param default: minutes if neither is given; None to leave both alone
        """
        minutes = vals.get("psa_minutes", default)
        if "psa_minutes" not in vals and "unit_amount" in vals:
            minutes = hours_to_minutes(vals["unit_amount"] or 0)
        if minutes is None:
            return vals
        return {**vals, "psa_minutes": minutes, "unit_amount": minutes / 60}

    @api.ondelete(at_uninstall=False)
    def _psa_unlink_nothing_locked(self):
        self._psa_check_unlocked()

    def action_psa_open(self):
        """Open the entry in a dialog."""
        self.ensure_one()
        view = self.env.ref("helpdesk_psa.psa_time_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Time entry"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def _psa_alert_leader(self):
        """Ask the leader of each ticket's team to check its entry. For automations."""
        for line in self.filtered("psa_ticket_id"):
            # sudo: the leader may be one of a private team
            ticket_sudo = line.psa_ticket_id.sudo()
            leader = ticket_sudo.team_id.leader_id
            if leader:
                ticket_sudo.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=leader.id,
                    summary=self.env._(
                        "Check the time of %(user)s", user=line.user_id.name
                    ),
                    note=self.env._(
                        "An entry of %(duration)s on %(day)s.",
                        duration=format_duration(line.psa_minutes),
                        day=fields.Date.to_string(line.date),
                    ),
                )

    # === OVERLAP === #

    @api.model
    def _psa_word_overlap(self, employee, start, stop, entry):
        """Return a warning if the technician has another entry at that time.

        :param entry: the entry itself, which does not count
        """
        if not (employee and start and stop):
            return False
        other = self.search(
            Domain("employee_id", "=", employee.id)
            & Domain("psa_start", "<", stop)
            & Domain("psa_stop", ">", start)
            & Domain("id", "not in", entry.ids),
            limit=1,
        )
        if not other:
            return False
        return self.env._(
            "At that time there is another entry: %(entry)s.", entry=other.display_name
        )
