from odoo import api, fields, models

ADDON = "helpdesk_psa_billing"


class PsaDemo(models.AbstractModel):
    """Gives the figures something to tell: budgets, and invoices of work that are issued."""

    _inherit = "psa.demo"

    @api.model
    def _install_figures(self):
        """Issue most drafts of last month's work, plan budgets, count the hours."""
        self._issue_demo_work()
        self._plan_demo_budgets()
        self.env["psa.workday"]._psa_fill(self.env.ref("base.main_company"))

    def _issue_demo_work(self):
        """Post two of three drafts that bill work."""
        charges = self.env["psa.charge"].search(
            [("analytic_line_id", "!=", False), ("move_id.state", "=", "draft")]
        )
        drafts = charges.move_id.sorted("id")
        issued = drafts - drafts.browse(drafts.ids[::3])
        issued.invoice_date = fields.Date.context_today(self)
        issued.action_post()

    def _plan_demo_budgets(self):
        """Plan the customer's project and two agreements, one of them too tight."""
        if self.env["psa.budget"].search_count([], limit=1):
            return
        project = self.env["project.project"].search(
            [("name", "=", "Mailbox migration")], limit=1
        )
        start = fields.Date.context_today(self).replace(month=1, day=1)
        plans = [
            {"project_id": project.id, "planned_hours": 120, "hour_price": 95}
            if project
            else {}
        ]
        for key, hours, fees in (("linden", 50, 3600), ("alder", 200, 9000)):
            agreement = self.env.ref(f"{ADDON}.psa_agreement_{key}_demo", False)
            plans.append(
                {
                    "agreement_id": agreement.id,
                    "name": agreement.title,
                    "planned_hours": hours,
                    "other_revenue": fees,
                    "date_from": start,
                    "date_until": start.replace(year=start.year + 1),
                }
                if agreement
                else {}
            )
        self.env["psa.budget"].create(
            [
                {
                    "hour_cost": 38,
                    "user_id": self.env.ref("helpdesk_psa.res_users_nina_demo").id,
                    **values,
                }
                for values in plans
                if values
            ]
        )
