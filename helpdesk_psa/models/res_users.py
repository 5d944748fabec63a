from pytz import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

# What an agent may be told of, and the preference that decides it.
NOTICE_FIELD = {
    "assigned": "psa_notify_assigned",
    "colleague": "psa_notify_colleague",
    "message": "psa_notify_message",
    "watched": "psa_notify_watched",
}


class ResUsers(models.Model):
    _inherit = "res.users"

    psa_notify_assigned = fields.Boolean(
        string="A ticket is given to me",
        default=True,
        groups="base.group_user",
    )
    psa_notify_colleague = fields.Boolean(
        string="A ticket of my teams is given to a colleague", groups="base.group_user"
    )
    psa_notify_message = fields.Boolean(
        string="A customer writes on my tickets", default=True, groups="base.group_user"
    )
    psa_notify_watched = fields.Boolean(
        string="News of the teams that name me under “Also notify”",
        default=True,
        groups="base.group_user",
    )

    psa_team_ids = fields.Many2many(
        "psa.team",
        "psa_team_member_rel",
        "user_id",
        "team_id",
        string="Helpdesk teams",
        groups="base.group_user",
    )
    psa_hidden_team_ids = fields.Many2many(
        "psa.team",
        compute="_compute_psa_hidden_team_ids",
        compute_sudo=True,
        context={"active_test": False},
        string="Hidden helpdesk teams",
        groups="base.group_user",
        help="Private teams, archived ones included, that the user is not a member of. "
        "Record rules read it.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        """Override of `base` to show users their own preferences."""
        return super().SELF_READABLE_FIELDS + list(NOTICE_FIELD.values())

    @property
    def SELF_WRITEABLE_FIELDS(self):
        """Override of `base` to let users choose what they are told of."""
        return super().SELF_WRITEABLE_FIELDS + list(NOTICE_FIELD.values())

    def _psa_filter_wanting(self, kind):
        """Return the users who want to be told of something.

        :param str kind: a key of ``NOTICE_FIELD``
        """
        # sudo: a preference is read to respect it, whoever causes the message
        return self.filtered(lambda user: user.sudo()[NOTICE_FIELD[kind]])

    @api.depends_context("uid")
    def _compute_psa_hidden_team_ids(self):
        private_teams = (
            self.env["psa.team"]
            .with_context(active_test=False)
            .search([("privacy", "=", "members")])
        )
        for user in self:
            user.psa_hidden_team_ids = private_teams.filtered(
                lambda team, user=user: user not in team.member_ids
            )

    psa_hidden_group_ids = fields.Many2many(
        "psa.customer.group",
        compute="_compute_psa_hidden_group_ids",
        compute_sudo=True,
        context={"active_test": False},
        string="Hidden customer groups",
        groups="base.group_user",
        help="Customer groups whose tickets only their pod sees. Record rules read it.",
    )

    @api.depends_context("uid")
    def _compute_psa_hidden_group_ids(self):
        for user in self:
            user.psa_hidden_group_ids = self.env["psa.customer.group"]._get_hidden_from(
                user
            )

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if any("psa_team_ids" in vals for vals in vals_list):
            self.env["psa.team"]._psa_forget()
        return users

    def write(self, vals):
        result = super().write(vals)
        if "psa_team_ids" in vals:
            self.env["psa.team"]._psa_forget()
        return result

    def _psa_get_skills(self):
        """Return ``{user id: hr.employee.category}``, what each of them can do.

        Somebody without an employee file can do nothing. Tags that are no skills stay out.
        """
        skills = dict.fromkeys(self.ids, self.env["hr.employee.category"])
        if not self:
            return skills
        # sudo: agents may not read employee files; what colleagues can do is no secret
        employees = self.env["hr.employee"].sudo()
        for employee in employees.search_fetch(
            [("user_id", "in", self.ids)], ["user_id", "category_ids"]
        ):
            tags = employee.category_ids.filtered("psa_is_skill")
            skills[employee.user_id.id] |= tags.sudo(False)
        return skills

    def _psa_filter_at_work(self, company, default_calendar):
        """Return the users who are at work now.

        :param company: company whose employees and public holidays count
        :param default_calendar: `resource.calendar` for users without one, may be empty
        """
        now = UTC.localize(fields.Datetime.now())
        # sudo: agents may not read their colleagues' employee files; only "at work or
        # not" leaves this method.
        employees = {
            employee.user_id: employee
            for employee in self.env["hr.employee"]
            .sudo()
            .search([("user_id", "in", self.ids), ("company_id", "=", company.id)])
        }
        return self.filtered(
            lambda user: self._psa_is_open(
                employees.get(user, self.env["hr.employee"]).sudo(),
                default_calendar.sudo(),
                company,
                now,
            )
        )

    @api.model
    def _psa_is_open(self, employee, default_calendar, company, moment):
        """Whether a resource works at a moment.

        :param employee: may be empty
        :param default_calendar: used when the employee has no calendar, may be empty
        :param moment: aware datetime
        """
        calendar = employee.resource_calendar_id or default_calendar
        if not calendar:
            return True
        resource = employee.resource_id
        domain = [
            ("time_type", "=", "leave"),
            ("company_id", "in", [company.id, False]),
        ]
        end = fields.Datetime.add(moment, minutes=1)
        intervals = calendar._work_intervals_batch(
            moment, end, resources=resource, domain=domain
        )
        return bool(list(intervals[resource.id]))

    # === EMPLOYEES === #

    def _psa_get_employee(self, company, *, refuse=True):
        """Return the employee file that time entries of the user need in a company.

        :param bool refuse: whether to raise if there is none
        :raise UserError: with the remedy
        """
        self.ensure_one()
        # sudo: agents may not read employee files; time entries need no more than the id
        employee = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [("user_id", "=", self.id), ("company_id", "=", company.id)], limit=1
            )
        )
        if employee or not refuse:
            return employee.sudo(self.env.su)
        values = {"user": self.name, "company": company.name}
        if self.env.user.has_group("helpdesk_psa.group_psa_manager"):
            raise RedirectWarning(
                self.env._(
                    "%(user)s has no employee file in %(company)s, and each time entry "
                    "belongs to one.",
                    **values,
                ),
                self.env.ref("helpdesk_psa.psa_employee_action_create").id,
                self.env._("Create employee file"),
                {"psa_user_id": self.id, "psa_company_id": company.id},
            )
        raise UserError(
            self.env._(
                "%(user)s has no employee file in %(company)s, and each time entry "
                "belongs to one. Ask a helpdesk manager to open the team under Helpdesk "
                "> Configuration > Teams and to press “Create employee files”.",
                **values,
            )
        )

    def _psa_create_employees(self, company):
        """Give each user an employee file in a company, unless he has one.

        :raise AccessError: unless a helpdesk manager of that company asks for it
        """
        asker = self.env.user
        is_manager = asker.has_group("helpdesk_psa.group_psa_manager")
        if not is_manager or company not in asker.company_ids:
            raise AccessError(
                self.env._("Helpdesk managers create employee files of agents.")
            )
        # sudo: helpdesk managers have no rights in Employees; they make this one file
        employees_sudo = self.env["hr.employee"].sudo()
        known = employees_sudo.search(
            [("user_id", "in", self.ids), ("company_id", "=", company.id)]
        ).user_id
        return employees_sudo.create(
            [
                {
                    "name": user.name,
                    "company_id": company.id,
                    **employees_sudo._sync_user(user.sudo()),
                }
                for user in self - known
                if company in user.sudo().company_ids
            ]
        )
