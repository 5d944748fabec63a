from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    psa_support_project_id = fields.Many2one(
        "project.project",
        string="Support project",
        domain="[('allow_timesheets', '=', True), ('is_template', '=', False), "
        "('privacy_visibility', 'in', ['employees', 'portal']), "
        "('company_id', 'in', [False, id])]",
        help="Where time on tickets goes when neither the agreement nor the customer nor "
        "the team names a project. It is created when first needed.",
    )
    psa_time_reminder = fields.Boolean(
        string="Remind of missing time",
        help="Each working morning, technicians who logged too little on their last "
        "working day get a mail.",
    )
    psa_time_threshold_hours = fields.Float(
        string="Missing time that matters",
        default=1.0,
        help="In hours. A day that lacks less is good enough.",
    )
    psa_time_reminder_hour = fields.Float(
        string="Hour of the reminder",
        default=8.0,
        help="In the technician's own time zone, on a day he works.",
    )

    _psa_time_threshold_positive = models.Constraint(
        "CHECK (psa_time_threshold_hours > 0)",
        "The missing time that matters must be more than nothing.",
    )
    _psa_time_reminder_hour_range = models.Constraint(
        "CHECK (psa_time_reminder_hour >= 0 AND psa_time_reminder_hour < 24)",
        "The hour of the reminder is between 0:00 and 23:59.",
    )

    def _psa_get_support_project(self, create=True):
        """Return the project of time that no other setting places.

        :param bool create: make it if there is none; two agents at once make one
        """
        self.ensure_one()
        # sudo: agents log time without rights on companies and projects
        company_sudo = self.sudo()
        project = company_sudo.psa_support_project_id
        if project.active and project.allow_timesheets:
            return project
        if not create:
            return project.browse()
        company_sudo.lock_for_update()
        company_sudo.psa_support_project_id = (
            self.env["project.project"]
            .sudo()
            .with_company(self)
            .with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
            .create(self._psa_prepare_support_project_values())
        )
        return company_sudo.psa_support_project_id

    def _psa_prepare_support_project_values(self):
        """Return the values of the support project: for employees only, not sold."""
        self.ensure_one()
        return {
            "name": self.env._("Support"),
            "company_id": self.id,
            "privacy_visibility": "employees",
            "allow_timesheets": True,
            "user_id": False,
        }
