from odoo import api, fields, models
from odoo.tools import SQL


class PsaTimeEntry(models.Model):
    """The helpdesk's time as everybody may see it: who, when, how long, not what it costs."""

    _name = "psa.time.entry"
    _description = "Time of the Helpdesk"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "name"
    _depends = {
        "account.analytic.line": [
            "company_id",
            "date",
            "employee_id",
            "name",
            "partner_id",
            "project_id",
            "psa_approved_at",
            "psa_approved_by",
            "psa_billable",
            "psa_intervention_id",
            "psa_minutes",
            "psa_service_type_id",
            "psa_start",
            "psa_stop",
            "psa_ticket_id",
            "task_id",
            "user_id",
        ],
        "psa.ticket": ["customer_group_id", "customer_id", "site_id", "team_id"],
        "psa.intervention": [
            "customer_group_id",
            "customer_id",
            "site_id",
            "team_id",
        ],
    }

    date = fields.Date(readonly=True)
    name = fields.Char(string="Note", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    employee_id = fields.Many2one(
        "hr.employee.public", string="Technician", readonly=True
    )
    ticket_id = fields.Many2one("psa.ticket", readonly=True)
    intervention_id = fields.Many2one("psa.intervention", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    customer_group_id = fields.Many2one("psa.customer.group", readonly=True)
    site_id = fields.Many2one("res.partner", readonly=True)
    team_id = fields.Many2one("psa.team", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    service_type_id = fields.Many2one("psa.service.type", readonly=True)
    start = fields.Datetime(string="Start time", readonly=True)
    stop = fields.Datetime(string="End time", readonly=True)
    minutes = fields.Integer(readonly=True)
    hours = fields.Float(string="Time spent", readonly=True, help="In hours.")
    billable = fields.Boolean(readonly=True)
    approved_at = fields.Datetime(string="Approved", readonly=True)
    approved_by = fields.Many2one("res.users", readonly=True)
    can_edit = fields.Boolean(
        compute="_compute_can_edit", help="Your own, or anybody's if you are a leader."
    )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_can_edit(self):
        is_lead = self.env.user.has_group("helpdesk_psa.group_psa_lead")
        is_agent = self.env.user.has_group("helpdesk_psa.group_psa_agent")
        for entry in self:
            entry.can_edit = is_lead or (is_agent and entry.user_id == self.env.user)

    def action_open_entry(self):
        """Open the entry itself, to correct it; the ticket if that is not allowed."""
        self.ensure_one()
        if not self.can_edit:
            return self.ticket_id.get_formview_action()
        return self.env["account.analytic.line"].browse(self.id).action_psa_open()

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s FROM %s WHERE %s",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
            self._get_tables(),
            self._get_condition(),
        )

    def _get_columns(self):
        """Return ``{field: SQL}``; override to show more of the entries."""
        return {
            "id": SQL("line.id"),
            "date": SQL("line.date"),
            "name": SQL("line.name"),
            "user_id": SQL("line.user_id"),
            "employee_id": SQL("line.employee_id"),
            "ticket_id": SQL("line.psa_ticket_id"),
            "intervention_id": SQL("line.psa_intervention_id"),
            "customer_id": SQL("COALESCE(ticket.customer_id, visit.customer_id)"),
            "customer_group_id": SQL(
                "COALESCE(ticket.customer_group_id, visit.customer_group_id)"
            ),
            "site_id": SQL("COALESCE(ticket.site_id, visit.site_id)"),
            "team_id": SQL("COALESCE(ticket.team_id, visit.team_id)"),
            "project_id": SQL("line.project_id"),
            "company_id": SQL("line.company_id"),
            "service_type_id": SQL("line.psa_service_type_id"),
            "start": SQL("line.psa_start"),
            "stop": SQL("line.psa_stop"),
            "minutes": SQL("line.psa_minutes"),
            "hours": SQL("line.psa_minutes / 60.0"),
            "billable": SQL("line.psa_billable"),
            "approved_at": SQL("line.psa_approved_at"),
            "approved_by": SQL("line.psa_approved_by"),
        }

    def _get_tables(self):
        return SQL(
            "account_analytic_line line"
            " LEFT JOIN psa_ticket ticket ON ticket.id = line.psa_ticket_id"
            " LEFT JOIN psa_intervention visit ON visit.id = line.psa_intervention_id"
        )

    def _get_condition(self):
        """Return which entries are the helpdesk's: those of tickets and interventions.

        Override to add others, `OR`-ed; their record rules have to be seen to as well.
        """
        return SQL(
            "(line.psa_ticket_id IS NOT NULL OR line.psa_intervention_id IS NOT NULL)"
        )
