from odoo import api, fields, models
from odoo.exceptions import UserError

# What decides where the time of a ticket goes.
PROJECT_FIELDS = {
    "agreement_id",
    "customer_id",
    "partner_id",
    "project_id",
    "team_id",
}


class PsaTicketTimeMixin(models.AbstractModel):
    """Knows how long a ticket took, and where its time goes."""

    _name = "psa.ticket.time.mixin"
    _description = "Ticket Time"
    _inherit = ["psa.timed.mixin"]

    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        check_company=True,
        domain="[('allow_timesheets', '=', True), ('is_template', '=', False), "
        "('privacy_visibility', 'in', ['employees', 'portal']), "
        "('company_id', 'in', [False, company_id])]",
        help="Where the time of this ticket goes. Empty: to the project of the agreement, "
        "the customer, the team, or else to the company's support project.",
    )
    time_project = fields.Char(
        string="Time goes to",
        compute="_compute_time_project",
        help="The project of new time entries, and which setting says so.",
    )
    time_ids = fields.One2many("psa.time.entry", "ticket_id", string="Time entries")
    time_hours = fields.Float(
        string="Time spent",
        compute="_compute_time_hours",
        help="Hours of all technicians.",
    )
    billable_hours = fields.Float(
        string="Billable time", compute="_compute_time_hours", help="In hours."
    )
    unbillable_hours = fields.Float(
        string="Time not billable", compute="_compute_time_hours", help="In hours."
    )

    # === COMPUTES === #

    def _compute_time_hours(self):
        # sudo: the total tells nothing of what the time costs
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                self._get_time_domain(),
                ["psa_ticket_id", "psa_billable"],
                ["psa_minutes:sum"],
            )
        )
        minutes = {(ticket.id, billable): total for ticket, billable, total in groups}
        for ticket in self:
            billable = minutes.get((ticket._origin.id, True), 0)
            other = minutes.get((ticket._origin.id, False), 0)
            ticket.billable_hours = billable / 60
            ticket.unbillable_hours = other / 60
            ticket.time_hours = (billable + other) / 60

    def _get_time_domain(self):
        """Return the domain of the entries of these tickets."""
        return [("psa_ticket_id", "in", self._origin.ids)]

    @api.depends("project_id", "agreement_id", "customer_id", "team_id", "company_id")
    def _compute_time_project(self):
        for ticket in self:
            project, reason = ticket.sudo()._get_time_project(create=False)
            ticket.time_project = (
                self.env._(
                    "%(project)s (%(reason)s)", project=project.name, reason=reason
                )
                if project
                else reason
            )

    # === WHERE THE TIME GOES === #

    def _get_time_project_candidates(self):
        """Override of `psa.timed.mixin`: the ticket's own, then by who asks and serves."""
        yield self.project_id, self.env._("chosen on the ticket")
        yield self.agreement_id.project_id, self.env._("project of the agreement")
        yield self.customer_id.psa_project_id, self.env._("project of the customer")
        yield self.team_id.project_id, self.env._("project of the team")

    # === DEFAULTS === #

    def _get_time_defaults(self):
        """Override of `psa.timed.mixin`: those of the ticket's type, else of its team."""
        self.ensure_one()
        # sudo: the team may be a private one of others
        ticket_sudo = self.sudo()
        service_type = (
            ticket_sudo.type_id.service_type_id
            or ticket_sudo.team_id.service_type_id
            or self.env["psa.service.type"]._get_first(self.company_id)
        )
        return {
            "psa_service_type_id": service_type.id,
            "psa_billable": self._is_time_billable(service_type),
        }

    def _is_time_billable(self, service_type):
        """Override of `psa.timed.mixin`: as the ticket's type, its team, or the work."""
        self.ensure_one()
        ticket_sudo = self.sudo()  # as above
        said = ticket_sudo.type_id.time_billable or ticket_sudo.team_id.time_billable
        return said == "yes" if said else service_type.sudo().billable

    def _psa_prepare_entry_values(self):
        """Override of `psa.timed.mixin`: the time is the ticket's."""
        values = super()._psa_prepare_entry_values()
        return {**values, "psa_ticket_id": self.id}

    # === WORK === #

    def action_start_work(self):
        """Take the ticket, put it in progress and start the timer, in one click."""
        self.ensure_one()
        self._psa_check_can_log()
        timer = self.env["psa.timer"]._get_mine()
        if timer and timer._get_record() != self:
            return timer._open_dialog(next_record=self, next_is_work=True)
        self._start_work()
        return True if timer else self.action_psa_start_timer()

    def _start_work(self):
        """Make the ticket the user's, in progress."""
        self.ensure_one()
        if self.user_id != self.env.user:
            self.action_assign_to_me()
        if self.stage_category != "open":
            self._move_to("open", "new")

    def action_open_time(self):
        """Show all time of the ticket, to sort, group and export it."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_psa.psa_time_entry_action"
            ),
            "display_name": self.env._("Time of %(number)s", number=self.number),
            "domain": [("ticket_id", "=", self.id)],
            "context": {},
        }

    # === MOVES === #

    def write(self, vals):
        if not PROJECT_FIELDS & vals.keys():
            return super().write(vals)
        before = self._get_projects_of_free_time()
        result = super().write(vals)
        self._move_free_time(before)
        return result

    def _get_projects_of_free_time(self):
        """Return ``{ticket: project}`` by the rule, of tickets with unapproved time."""
        # sudo: time of colleagues follows the ticket as well
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [("psa_ticket_id", "in", self.ids), ("psa_approved_at", "=", False)],
                ["psa_ticket_id"],
            )
        )
        tickets = self.browse([ticket.id for (ticket,) in groups])
        return {ticket: ticket._get_time_project()[0] for ticket in tickets}

    def _move_free_time(self, before):
        """Move unapproved time to the project that the rule now gives.

        Time that somebody logged on another project on purpose stays there.

        :param dict before: what :meth:`_get_projects_of_free_time` returned
        """
        for ticket, old in before.items():
            new = ticket._get_time_project()[0]
            if new != old:
                self.env["account.analytic.line"].sudo().search(
                    [
                        ("psa_ticket_id", "=", ticket.id),
                        ("psa_approved_at", "=", False),
                        ("project_id", "=", old.id),
                        ("task_id", "=", False),
                    ]
                ).write({"project_id": new.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_time(self):
        timed = self.filtered("time_hours")[:1]
        if timed:
            raise UserError(
                self.env._(
                    "Time was logged on %(number)s, so it cannot be deleted. Cancel the "
                    "ticket instead, or move its time to another one.",
                    number=timed.number,
                )
            )
