from odoo import api, fields, models
from odoo.fields import Domain

from .mixins.psa_sla_clock_escalation_mixin import CONCURRENCY_ERRORS

BATCH_SIZE = 200


class PsaAgreementRematch(models.Model):
    """A customer whose older open tickets still have to look for their agreement again.

    The row is written with the change of the agreement and goes when the scheduler has seen
    all tickets; it remembers how far it came, so that an interrupted pass goes on there.
    """

    _name = "psa.agreement.rematch"
    _description = "Tickets to Find an Agreement for"
    _order = "id"
    _rec_name = "customer_id"

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        help="Tickets of this customer and of the companies below are looked at.",
    )
    last_ticket_id = fields.Integer(
        readonly=True,
        help="The tickets from this one on have been seen; the older ones follow.",
    )

    @api.model
    def _queue(self, customers, last_ticket_id):
        """Have the tickets older than one looked at in the background.

        :param customers: `res.partner`
        :param int last_ticket_id: the oldest ticket that was seen
        """
        # sudo: whoever changes an agreement causes it, only the scheduler does it
        self.sudo().create(
            [
                {"customer_id": customer.id, "last_ticket_id": last_ticket_id}
                for customer in customers
            ]
        )
        self.env.ref("helpdesk_psa.ir_cron_psa_agreement_rematch").sudo()._trigger()

    @api.model
    def _cron_rematch(self):
        """Work off the queue, some tickets at a time."""
        progress = self.env["ir.cron"]._commit_progress
        jobs = self.search([], limit=1000)
        progress(remaining=sum(job._count_tickets() for job in jobs))
        for job in jobs.try_lock_for_update():
            while tickets := job._get_next_tickets():
                try:
                    with self.env.cr.savepoint():
                        tickets._rematch()
                        job.last_ticket_id = tickets[-1].id
                except CONCURRENCY_ERRORS:
                    # An agent was faster: see what he wrote, in a new transaction.
                    tickets = tickets.browse()
                if not progress(len(tickets)):
                    return
            job.unlink()
        progress()

    def _get_ticket_domain(self):
        """Return the domain of the tickets that still have to be looked at."""
        self.ensure_one()
        tickets = self.env["psa.ticket"]
        return tickets._get_rematch_domain(self.customer_id) & Domain(
            "id", "<", self.last_ticket_id
        )

    def _count_tickets(self):
        return self.env["psa.ticket"].search_count(self._get_ticket_domain())

    def _get_next_tickets(self):
        return self.env["psa.ticket"].search(
            self._get_ticket_domain(), order="id desc", limit=BATCH_SIZE
        )
