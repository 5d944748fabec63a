from odoo import api, fields, models
from odoo.fields import Domain

from ..const import LIVE_SLA_STATES
from .mixins.psa_sla_clock_escalation_mixin import CONCURRENCY_ERRORS, SUBJECTS

BATCH_SIZE = 200


class PsaSlaReplan(models.Model):
    """Clocks to look at again, because opening hours or steps have changed.

    The row is written with the change and goes when the scheduler has seen all clocks; it
    remembers how far it came, so that an interrupted pass goes on where it stopped.
    """

    _name = "psa.sla.replan"
    _description = "SLA Clocks to Plan Anew"
    _order = "id"

    calendar_id = fields.Many2one(
        "resource.calendar",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        help="Calendar whose hours have changed.",
    )
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        readonly=True,
        help="Company whose public holidays have changed.",
    )
    policy_id = fields.Many2one(
        "psa.sla.policy",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        help="Policy whose steps have changed.",
    )
    last_clock_id = fields.Integer(
        readonly=True, help="The clocks up to this one have been seen."
    )

    @api.model
    def _queue_policies(self, policies):
        """Have the steps of running clocks planned anew."""
        self._queue([{"policy_id": policy.id} for policy in policies])

    @api.model
    def _queue_calendars(self, calendars, companies):
        """Have the due times of running clocks moved.

        :param calendars: `resource.calendar` whose hours changed
        :param companies: `res.company` whose holidays on all calendars changed
        """
        self._queue(
            [
                *({"calendar_id": calendar.id} for calendar in calendars),
                *({"company_id": company.id} for company in companies),
            ]
        )

    @api.model
    def _queue(self, vals_list):
        if vals_list:
            # sudo: whoever plans the holidays causes it, only the scheduler does it
            self.sudo().create(vals_list)
            cron = self.env.ref(
                "helpdesk_psa.ir_cron_psa_sla_replan", raise_if_not_found=False
            )
            if cron:  # else we are being installed: there is no clock yet
                cron.sudo()._trigger()

    @api.model
    def _cron_replan(self):
        """Work off the queue, some clocks at a time."""
        progress = self.env["ir.cron"]._commit_progress
        jobs = self.search([], limit=1000)
        progress(remaining=sum(job._count_clocks() for job in jobs))
        for job in jobs.try_lock_for_update():
            while clocks := job._get_next_clocks():
                try:
                    with self.env.cr.savepoint():
                        job._replan(clocks)
                        job.last_clock_id = clocks[-1].id
                except CONCURRENCY_ERRORS:
                    # An agent was faster: see what he wrote, in a new transaction.
                    clocks = clocks.browse()
                if not progress(len(clocks)):
                    return
            job.unlink()
        progress()

    def _get_clock_domain(self):
        """Return the domain of the clocks that still have to be looked at."""
        self.ensure_one()
        domain = Domain("state", "in", LIVE_SLA_STATES) & Domain(
            "id", ">", self.last_clock_id
        )
        if self.policy_id:
            return domain & Domain("policy_id", "=", self.policy_id.id)
        if self.calendar_id:
            return domain & Domain("calendar_id", "=", self.calendar_id.id)
        return (
            domain
            & Domain("calendar_id", "!=", False)
            & Domain("company_id", "=", self.company_id.id)
        )

    def _count_clocks(self):
        return self.env["psa.sla.clock"].search_count(self._get_clock_domain())

    def _get_next_clocks(self):
        return self.env["psa.sla.clock"].search(
            self._get_clock_domain(), order="id", limit=BATCH_SIZE
        )

    def _replan(self, clocks):
        """Plan clocks anew; with other opening hours their due times move, too."""
        if not self.policy_id:
            for name in filter(clocks.filtered, SUBJECTS):
                clocks[name]._update_clocks()
        clocks._plan_escalations()
