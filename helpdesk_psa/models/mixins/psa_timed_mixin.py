from odoo import api, fields, models
from odoo.exceptions import UserError


class PsaTimedMixin(models.AbstractModel):
    """Lets people measure and log the time they work on a record.

    Inherit it and override :meth:`_psa_prepare_entry_values`; the timer in the top bar
    and the dialog to log time then serve the model.
    """

    _name = "psa.timed.mixin"
    _description = "Record with a Timer"

    psa_is_timed = fields.Boolean(
        string="My timer is running",
        compute="_compute_psa_is_timed",
        groups="base.group_user",
        help="Your own timer runs on this record.",
    )

    @api.depends_context("uid")
    def _compute_psa_is_timed(self):
        # sudo: of one's own timer; who logs no time has none
        timer = self.env["psa.timer"].sudo()._get_mine()
        for record in self:
            record.psa_is_timed = (
                timer.res_model == record._name and timer.res_id == record._origin.id
            )

    def unlink(self):
        # sudo: timers of colleagues as well
        self.env["psa.timer"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()
        return super().unlink()

    # === ACTIONS === #

    def action_psa_start_timer(self):
        """Start the user's timer here.

        One that runs on something else is stopped first, in its dialog; this one then
        runs from the moment it was asked for.

        :return: True, or the dialog of the other timer
        """
        self.ensure_one()
        self._psa_check_can_log()
        timer = self.env["psa.timer"]._get_mine()
        if not timer:
            timer._start(self)
        elif timer._get_record() != self:
            return timer._open_dialog(next_record=self)
        return True

    def action_psa_stop_timer(self):
        """Open the dialog that makes a time entry of the user's timer here."""
        self.ensure_one()
        timer = self.env["psa.timer"]._get_mine()
        if not timer or timer._get_record() != self:
            raise UserError(
                self.env._(
                    "Your timer does not run here any more. It was stopped in another "
                    "window."
                )
            )
        return timer._open_dialog()

    def action_psa_log_time(self):
        """Open the dialog to log time by hand."""
        self.ensure_one()
        self._psa_check_can_log()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log time on %(record)s", record=self.display_name),
            "res_model": "psa.time.log",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "dialog_size": "medium",
            },
        }

    # === HOOKS === #

    def _psa_prepare_entry_values(self):
        """Return the values that make a time entry one of this record.

        Override it; a project in them is where the time goes.
        """
        self.ensure_one()
        return {}

    def _psa_get_company(self):
        """Return the company in which time is logged here."""
        self.ensure_one()
        return self.company_id or self.env.company

    def _get_time_project(self, create=True):
        """Return the project where time goes, and why: the one visible rule.

        The first candidate that every agent may use, else the company's support project.

        :param bool create: make that support project if there is none yet
        :return: (`project.project`, text)
        """
        self.ensure_one()
        company = self._psa_get_company()
        # sudo: settings of customers and teams; what the project is, is checked
        record_sudo = self.sudo().with_company(company)
        for project, reason in record_sudo._get_time_project_candidates():
            if self._is_time_project(project, company):
                return project.sudo(self.env.su), reason
        project = company._psa_get_support_project(create)
        return project.sudo(self.env.su), self.env._("support project of the company")

    def _get_time_project_candidates(self):
        """Yield pairs of a project, maybe empty, and the reason to use it, best first.

        Called with sudo and in the company of the record.
        """
        project_id = self._psa_prepare_entry_values().get("project_id")
        yield self.env["project.project"].browse(project_id), self.env._("set here")

    @api.model
    def _is_time_project(self, project, company):
        """Whether time may be logged on a project by every agent of a company."""
        return bool(
            project
            and project.active
            and project.allow_timesheets
            and project.account_id.active
            and project.privacy_visibility in ("employees", "portal")
            and project.company_id in (company, company.browse())
        )

    def _get_time_defaults(self):
        """Return the service type and whether the time is billable, as entry values."""
        service_types = self.env["psa.service.type"]
        service_type = service_types.browse(
            self._psa_prepare_entry_values().get("psa_service_type_id")
        ) or service_types._get_first(self._psa_get_company())
        return {
            "psa_service_type_id": service_type.id,
            "psa_billable": self._is_time_billable(service_type),
        }

    def _is_time_billable(self, service_type):
        """Whether time of a service type is billable here unless somebody decides."""
        return service_type.billable

    def _psa_check_can_log(self):
        """Refuse to measure time that could not be logged in the end.

        :raise UserError: if the user has no employee file in the record's company
        """
        self.check_access("read")
        self.env["account.analytic.line"].check_access("create")
        self.env.user._psa_get_employee(self._psa_get_company())
