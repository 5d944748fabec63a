from odoo import fields, models


class PsaTicketTimeMixin(models.AbstractModel):
    """Knows how long a ticket took, and where its time goes."""

    _name = "psa.ticket.time.mixin"
    _description = "Ticket Time"

    project_id = fields.Many2one(
        "project.project",
        string="Project",
        index="btree_not_null",
        check_company=True,
        domain="[('allow_timesheets', '=', True), ('is_template', '=', False), "
        "('privacy_visibility', 'in', ['employees', 'portal']), "
        "('company_id', 'in', [False, company_id])]",
        help="Where the time of this ticket goes. Empty: to the project of the agreement, "
        "the customer, the team, or else to the company's support project.",
    )
    time_ids = fields.One2many("psa.time.entry", "ticket_id", string="Time")
    time_hours = fields.Float(
        string="Time spent",
        compute="_compute_time_hours",
        help="Hours of all technicians.",
    )
    billable_hours = fields.Float(compute="_compute_time_hours", help="In hours.")
    unbillable_hours = fields.Float(
        string="Not billable", compute="_compute_time_hours", help="In hours."
    )

    def _compute_time_hours(self):
        # sudo: the total tells nothing of what the time costs
        groups = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                [("psa_ticket_id", "in", self.ids)],
                ["psa_ticket_id", "psa_billable"],
                ["psa_minutes:sum"],
            )
        )
        minutes = {(ticket.id, billable): total for ticket, billable, total in groups}
        for ticket in self:
            billable = minutes.get((ticket.id, True), 0)
            other = minutes.get((ticket.id, False), 0)
            ticket.billable_hours = billable / 60
            ticket.unbillable_hours = other / 60
            ticket.time_hours = (billable + other) / 60
