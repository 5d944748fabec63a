from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import MOMENT_OF_CATEGORIES


class PsaTicketLifecycleMixin(models.AbstractModel):
    """A ticket's life: what agents do with it, and what each step brings."""

    _name = "psa.ticket.lifecycle.mixin"
    _description = "Ticket Lifecycle"

    # === WHAT AGENTS DO === #

    def mark_read(self):
        """Stamp unread tickets as read now. Called when an agent opens a ticket.

        Does nothing for users who are not agents.

        :return: the moment the first ticket was read, or False
        """
        self.check_access("read")
        if self.env.user.has_group("helpdesk_psa.group_psa_agent"):
            unread = self.filtered(lambda ticket: not ticket.read_at)
            now = fields.Datetime.now()
            # sudo: reading is a fact, even where the agent may not edit
            unread.sudo().write({"read_at": now})
            unread._log_events(
                {
                    "ticket_id": ticket.id,
                    "kind": "read",
                    "new": str(int((now - ticket.requested_at).total_seconds())),
                }
                for ticket in unread
            )
        return self[:1].read_at

    def action_assign_to_me(self):
        """Take the tickets."""
        self.write({"user_id": self.env.uid})

    def action_escalate(self):
        """Hand the tickets to the team that theirs escalates to."""
        for team, tickets in self.grouped("team_id").items():
            target = team.escalates_to_id
            if not target:
                raise UserError(
                    self.env._(
                        "The team “%(team)s” escalates to nobody. Set “Escalates to” "
                        "under Helpdesk > Configuration > Teams.",
                        team=team.name,
                    )
                )
            tickets._log_event("escalation", old=str(team.id), new=str(target.id))
            tickets.write({"team_id": target.id, "user_id": False})
            tickets._assign_automatically()

    def action_set_waiting(self):
        """Wait for the customer."""
        return self._move_to("waiting")

    def action_resolve(self):
        """Declare the work done; the customer may still object."""
        return self._move_to("resolved", "closed")

    def action_close(self):
        """End the ticket."""
        return self._move_to("closed", "resolved")

    def action_reopen(self):
        """Take a finished or waiting ticket up again."""
        return self._move_to("open", "new")

    def action_cancel(self):
        """Give the ticket up."""
        return self._move_to("cancelled", "closed")

    def _move_to(self, *categories):
        """Put each ticket in its type's first status of the first category it has.

        :raise UserError: if a type has no status of these categories
        """
        for ticket_type, tickets in self.grouped("type_id").items():
            stage = ticket_type._get_stage(*categories)
            if not stage:
                words = dict(
                    self._fields["stage_category"]._description_selection(self.env)
                )
                raise UserError(
                    self.env._(
                        "The type “%(type)s” has no status of the category "
                        "“%(category)s”. Add one under Helpdesk > Configuration > Types.",
                        type=ticket_type.name,
                        category=words[categories[0]],
                    )
                )
            tickets.filtered(
                lambda ticket, stage=stage: ticket.stage_id != stage
            ).write({"stage_id": stage.id})
        return True

    # === WHAT EACH STEP BRINGS === #

    def _group_by_values(self, get_values):
        """Split the tickets by what a function returns for each.

        :param get_values: function of one ticket that returns values
        :return: pairs of (dict of values, tickets)
        """
        groups = {}
        for ticket in self:
            key = tuple(sorted(get_values(ticket).items()))
            groups.setdefault(key, []).append(ticket.id)
        return [(dict(values), self.browse(ids)) for values, ids in groups.items()]

    def _get_consequences(self, vals):
        """Return the status and priority that other values bring, unless chosen too."""
        self.ensure_one()
        further = {}
        if vals.get("severity_id") and "priority" not in vals:
            severity = self.env["psa.severity"].browse(vals["severity_id"])
            further["priority"] = severity.priority
        if "type_id" in vals and "stage_id" not in vals:
            ticket_type = self.type_id.browse(vals["type_id"])
            if not ticket_type._is_stage_allowed(self.stage_id):
                stage = ticket_type._get_stage(self.stage_category, "open", "new")
                further["stage_id"] = stage.id
        return further

    def _get_stamps(self, vals):
        """Return the moments that a change of status or agent sets or clears.

        Override to stamp other moments of a ticket's life.
        """
        self.ensure_one()
        stamps = {}
        stage = self.stage_id.browse(vals.get("stage_id", self.stage_id.id))
        if stage != self.stage_id:
            stamps.update(self._get_stage_stamps(stage))
        if "user_id" in vals and vals["user_id"] != self.user_id.id:
            stamps["assigned_at"] = bool(vals["user_id"]) and fields.Datetime.now()
        if vals.get("partner_id", self.partner_id.id) != self.partner_id.id:
            how = "explicit" if vals["partner_id"] else "unknown"
            stamps["identified_by"] = vals.get("identified_by", how)
        return stamps

    def _get_stage_stamps(self, stage):
        """Return the moments to set or clear when the ticket enters a status."""
        now = fields.Datetime.now()
        stamps = {}
        for name, categories in MOMENT_OF_CATEGORIES:
            reached = stage.category in categories
            if reached and not self[name]:
                stamps[name] = now
            elif not reached and self[name]:
                stamps[name] = False
        return stamps

    def _apply_stage(self):
        """Do what entering the present status brings: notices to the customer.

        Called once for the tickets whose status has just changed, after the event was
        logged. Override to move clocks.
        """
        for stage, tickets in self.grouped("stage_id").items():
            template = stage.mail_template_id
            if template:
                self.env["psa.notice"]._queue(
                    dict.fromkeys(tickets, template), stage_id=stage.id
                )

    # === SCHEDULED === #

    @api.model
    def _cron_close_resolved(self):
        """Close the resolved tickets that their team's days of grace have passed."""
        now = fields.Datetime.now()
        domain = Domain.OR(
            Domain("team_id", "=", team.id)
            & Domain("stage_category", "=", "resolved")
            & Domain(
                "resolved_at", "<=", now - relativedelta(days=team.close_after_days)
            )
            for team in self.env["psa.team"]
            .with_context(active_test=False)
            .search([("close_after_days", ">", 0)])
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        last_id = 0
        while tickets := self.search(
            domain & Domain("id", ">", last_id), order="id", limit=200
        ):
            last_id = tickets[-1].id
            closable = tickets.try_lock_for_update().filtered(
                lambda ticket: ticket.type_id._get_stage("closed")
            )
            closable.action_close()
            if not progress(len(tickets)):
                break
