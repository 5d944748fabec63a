from odoo import api, models
from odoo.fields import Domain

# Lines of a run that the screen shows at most, of each kind.
MAX_LINES = 200


class PsaCockpitRunMixin(models.AbstractModel):
    """The run that the screen “Ready to bill” started: how far it is, and what it says."""

    _name = "psa.cockpit.run.mixin"
    _description = "Run of Ready to Bill"

    @api.model
    def _get_current_run(self, scope):
        """Return the user's last run that is not done with."""
        runs = self.env["psa.billing.run"]
        if not runs.has_access("read"):
            return runs
        return runs.search(
            Domain("company_id", "=", scope.company.id)
            & Domain("user_id", "=", self.env.uid)
            & Domain(
                "state",
                "in",
                ("proposing", "proposed", "drafting", "drafted", "posting"),
            ),
            order="id desc",
            limit=1,
        )

    @api.model
    def get_run(self, run_id):
        """Return a run for the screen, in a handful of queries."""
        run = self.env["psa.billing.run"].browse(run_id)
        run.check_access("read")
        states = ("refused", "proposed", "drafted")
        lines = [
            line
            for state in states
            for line in self.env["psa.billing.run.line"].search(
                [("run_id", "=", run.id), ("state", "=", state)], limit=MAX_LINES
            )
        ]
        posted = run.move_ids.filtered(lambda it: it.state == "posted")
        drafts = run.move_ids.filtered(lambda it: it.state == "draft")
        return {
            "id": run.id,
            "name": run.name,
            "state": run.state,
            "state_label": dict(run._fields["state"]._description_selection(self.env))[
                run.state
            ],
            "done": run.done_count,
            "total": run.total_count,
            "refused": run.refused_count,
            "proposed": run.proposed_count,
            "drafted": run.drafted_count,
            "drafts": len(drafts),
            "posted": len(posted),
            "unsent": len(posted.filtered(lambda it: not it.is_move_sent)),
            "findings": run.finding_count,
            "blocking": run.blocking_count,
            "unseen": run.unseen_count,
            "lines": self._describe_lines(run, lines),
        }

    def _describe_lines(self, run, lines):
        """Return the lines of a run for the screen."""
        blocking = run._count_blocking() if run.state == "proposed" else {}
        return [
            {
                "id": line.id,
                "customer": line.customer_id.display_name,
                "payer": line.partner_id.display_name
                if line.partner_id != line.customer_id
                else "",
                "summary": line.summary or "",
                "state": line.state,
                "reason": line.reason or "",
                "remedy": line.remedy_label if line.state == "refused" else "",
                "blocking": blocking.get(line.customer_id.id, 0),
                "amount": line.amount,
                "currency_id": line.currency_id.id,
                "move_id": line.move_id.id,
                "move": line.move_id.display_name or "",
                "move_state": line.move_id.state or "",
            }
            for line in lines
        ]
