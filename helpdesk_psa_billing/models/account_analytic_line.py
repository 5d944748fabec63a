from odoo import fields, models
from odoo.fields import Domain

from ..const import MONEY_GROUPS


class AccountAnalyticLine(models.Model):
    # The mixin comes first: what is charged, nothing else writes.
    _name = "account.analytic.line"
    _inherit = [
        "psa.charged.mixin",
        "psa.entry.foresight.mixin",
        "account.analytic.line",
    ]

    psa_charge_ids = fields.One2many(
        "psa.charge", "analytic_line_id", string="Charges", groups=MONEY_GROUPS
    )

    # === ODOO'S SALES ORDERS === #

    def _compute_so_line(self):
        """Override of `sale_timesheet`: time of the helpdesk is on an order by hand only."""
        ours = self.filtered(lambda it: it._psa_is_helpdesk())
        result = super(AccountAnalyticLine, self - ours)._compute_so_line()
        for line in ours:
            line.so_line = line.so_line
        return result

    def _psa_is_helpdesk(self):
        self.ensure_one()
        return bool(self.psa_ticket_id or self.psa_intervention_id)

    # === WHAT RULES ASK === #

    def _psa_get_chargeable(self):
        """Override: time; the analytic lines of invoices are no work."""
        return self.filtered("project_id")

    def _psa_get_rated_fields(self):
        """Override: what the price and the customer follow from."""
        return {
            "company_id",
            "date",
            "employee_id",
            "project_id",
            "psa_billable",
            "psa_intervention_id",
            "psa_minutes",
            "psa_service_type_id",
            "psa_start",
            "psa_stop",
            "psa_ticket_id",
            "so_line",
            "task_id",
            "unit_amount",
        }

    def _psa_is_charged(self):
        """Override: time of the helpdesk, and of projects for customers."""
        return (
            bool(self.project_id)
            and self.psa_minutes > 0
            and (self._psa_is_helpdesk() or self._psa_get_customer().psa_is_customer)
            and super()._psa_is_charged()
        )

    def _psa_get_missing_domain(self):
        """Override: time of the helpdesk, and of projects for customers."""
        return (
            super()._psa_get_missing_domain()
            & Domain("project_id", "!=", False)
            & Domain("psa_minutes", ">", 0)
            & (
                Domain("psa_ticket_id", "!=", False)
                | Domain("psa_intervention_id", "!=", False)
                | Domain(
                    "task_id.partner_id.commercial_partner_id.psa_is_customer",
                    "=",
                    True,
                )
                | Domain(
                    "project_id.partner_id.commercial_partner_id.psa_is_customer",
                    "=",
                    True,
                )
            )
        )

    def _psa_get_customer(self):
        """Return for whom the work was: the ticket's customer, the visit's, the project's."""
        self.ensure_one()
        project = self.task_id.partner_id or self.project_id.partner_id
        return (
            self.psa_ticket_id.customer_id
            or self.psa_intervention_id.customer_id
            or project.commercial_partner_id
        )

    def _psa_get_customers(self):
        """Return for whom the work of all these was."""
        return self.env["res.partner"].union(*(it._psa_get_customer() for it in self))

    def _psa_get_work_facts(self):
        """Override: those of time."""
        self.ensure_one()
        ticket, visit = self.psa_ticket_id, self.psa_intervention_id
        equipment = ticket.equipment_ids | visit.equipment_ids
        is_chosen = ticket.agreement_source == "explicit"
        day = self.date
        return {
            "kind": "time",
            "day": day,
            "minutes": self.psa_minutes,
            "quantity": 0.0,
            "start": self.psa_start,
            "stop": self.psa_stop,
            "service": self.psa_service_type_id,
            "ticket": ticket,
            "visit": visit,
            "team": ticket.team_id or visit.team_id,
            "equipment": equipment,
            "site": visit.site_id or ticket.site_id,
            "customer": self._psa_get_customer(),
            "company": self.company_id,
            "level": self.employee_id.psa_level_id,
            "item_kind": False,
            "product": self.psa_service_type_id.product_id,
            "is_billable": self.psa_billable
            or not (self._psa_is_helpdesk() or self.psa_service_type_id),
            "agreement": ticket.agreement_id if is_chosen else visit.agreement_id,
            "is_without_agreement": is_chosen and not ticket.agreement_id,
            "exemption": self._psa_get_exemption(equipment),
        }

    def _psa_get_exemption(self, equipment):
        """Return why no rule is asked: a sales order bills it, or a warranty; else ()."""
        if self.so_line:
            return ("sale_order", self.so_line.id)
        return self._psa_find_warranty(equipment, self.date, ("labour", "all"))

    def _psa_describe_work(self):
        """Override: of the ticket, visit or task."""
        self.ensure_one()
        ticket, visit = self.psa_ticket_id, self.psa_intervention_id
        subject = ticket or visit or self.task_id or self.project_id
        service = self.psa_service_type_id.name
        if not service:
            return subject.display_name
        return self.env._(
            "%(subject)s – %(service)s", subject=subject.display_name, service=service
        )

    # === APPROVAL OF TIME === #

    def _psa_withdraw_approval(self, reason):
        """Override: time stays approved while its charge is.

        :raise UserError: with the way out
        """
        self._psa_check_uncharged()
        return super()._psa_withdraw_approval(reason)
