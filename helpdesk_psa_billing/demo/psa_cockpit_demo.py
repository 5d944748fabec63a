from odoo import api, fields, models
from odoo.fields import Domain

ADDON = "helpdesk_psa_billing"

# Every third customer is looked after by somebody else.
EVERY = 3
# Hours of what technicians remembered only after the month was billed.
FORGOTTEN = (0.5, 1.25, 0.75, 2.0, 1.0, 0.25, 1.5, 0.5, 3.0, 0.75, 1.0, 2.5)


class PsaDemo(models.AbstractModel):
    """Leaves something to do on the screen “Ready to bill”."""

    _inherit = "psa.demo"

    @api.model
    def _install_cockpit(self):
        """Give customers their account managers, and log late work."""
        self._share_customers()
        entries = self._log_forgotten_work()
        self._approve_part(entries)

    def _share_customers(self):
        """Two people look after the customers; their agreements follow."""
        people = [
            self.env.ref("helpdesk_psa.res_users_nina_demo"),
            self.env.ref("helpdesk_psa.res_users_leo_demo"),
        ]
        customers = self.env["res.partner"].search(
            [("psa_is_customer", "=", True)], order="id"
        )
        for number, customer in enumerate(customers):
            owner = people[number % EVERY == 0]
            if not customer.user_id:
                customer.user_id = owner
            agreements = self.env["psa.agreement"].search(
                [("customer_id", "=", customer.id), ("user_id", "=", False)]
            )
            agreements.user_id = owner

    def _log_forgotten_work(self):
        """Log work on tickets of last month, after it was billed."""
        first = fields.Date.context_today(self).replace(day=1)
        model = self.env["account.analytic.line"]
        done = model.search(
            Domain("psa_ticket_id", "!=", False)
            & Domain("date", "<", first)
            & Domain("date", ">=", fields.Date.subtract(first, months=1)),
            order="date desc, id desc",
        )
        by_customer = done.grouped(lambda it: it.psa_ticket_id.customer_id)
        models_of = [entries[0] for entries in by_customer.values()]
        return model.create(
            [
                {
                    "name": entry.name,
                    "project_id": entry.project_id.id,
                    "employee_id": entry.employee_id.id,
                    "psa_ticket_id": entry.psa_ticket_id.id,
                    "psa_service_type_id": entry.psa_service_type_id.id,
                    "psa_billable": True,
                    "unit_amount": hours,
                    "date": entry.date,
                }
                for entry, hours in zip(models_of, FORGOTTEN, strict=False)
            ]
        )

    def _approve_part(self, entries):
        """Approve most of the time, and half of the charges of that."""
        approved = entries[: -(-2 * len(entries) // 3)]
        approved.action_psa_approve()
        charges = self.env["psa.charge"]._get_charges_of_work(approved)
        user = self.env.ref(f"{ADDON}.res_users_bea_demo")
        charges[::2]._approve_ready(user.id)
