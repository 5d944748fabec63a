from dateutil.relativedelta import MO, relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.duration import format_duration


class PsaTimeApprove(models.TransientModel):
    """Approve the time of a period: from a day on, until before another."""

    _name = "psa.time.approve"
    _description = "Approve Time"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self._get_default_until() - relativedelta(weeks=1),
        help="The first day of the period.",
    )
    date_until = fields.Date(
        string="Until before",
        required=True,
        default=lambda self: self._get_default_until(),
        help="The first day after the period. It is not part of it, so that periods "
        "follow each other without gap or overlap.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Technicians",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: every agent of the helpdesk.",
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    entry_count = fields.Integer(string="Entries", compute="_compute_summary")

    @api.model
    def _get_default_until(self):
        """Return the Monday of the current week."""
        return fields.Date.context_today(self) + relativedelta(weekday=MO(-1))

    @api.depends("company_id", "date_from", "date_until", "user_ids")
    def _compute_summary(self):
        for dialog in self:
            groups = self.env["account.analytic.line"]._read_group(
                dialog._get_domain(),
                ["employee_id", "psa_billable"],
                ["__count", "psa_minutes:sum"],
            )
            rows = {}
            for employee, billable, count, minutes in groups:
                row = rows.setdefault(employee, {"count": 0, True: 0, False: 0})
                row["count"] += count
                row[billable] += minutes
            dialog.entry_count = sum(row["count"] for row in rows.values())
            dialog.summary = self.env["ir.qweb"]._render(
                "helpdesk_psa.psa_time_approve_summary",
                {
                    "rows": [
                        {
                            "name": employee.sudo().name,
                            "count": row["count"],
                            "billable": format_duration(row[True]),
                            "other": format_duration(row[False]),
                        }
                        for employee, row in rows.items()
                    ],
                    "running": dialog._count_running(),
                },
            )

    def _get_domain(self):
        """Return the domain of the entries to approve; the last day is not in it."""
        self.ensure_one()
        domain = (
            Domain("project_id", "!=", False)
            & Domain("psa_approved_at", "=", False)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<", self.date_until)
        )
        return domain & self._get_technician_domain()

    def _get_technician_domain(self):
        """Return the domain of whose time it is: other departments approve their own."""
        if self.user_ids:
            return Domain("user_id", "in", self.user_ids._origin.ids)
        # sudo: who the agents are is no secret to their leader
        agents = self.env.ref("helpdesk_psa.group_psa_agent").sudo().all_user_ids
        return Domain("user_id", "in", agents.ids)

    def _count_running(self):
        """Return how many timers started in the period and still run."""
        domain = Domain("started_at", ">=", self.date_from) & Domain(
            "started_at", "<", self.date_until
        )
        domain &= self._get_technician_domain()
        return self.env["psa.timer"].search_count(domain)

    def action_approve(self):
        """Approve what the summary shows."""
        self.ensure_one()
        if self.date_until <= self.date_from:
            raise UserError(self.env._("The period ends before it begins."))
        lines = self.env["account.analytic.line"].search(self._get_domain())
        if not lines:
            raise UserError(self.env._("There is no time to approve in that period."))
        lines.action_psa_approve()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Approved and locked. Number of entries: %(count)s",
                    count=len(lines),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
