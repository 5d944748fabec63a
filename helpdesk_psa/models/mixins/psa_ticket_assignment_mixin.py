from markupsafe import Markup

from odoo import models


class PsaTicketAssignmentMixin(models.AbstractModel):
    """Gives tickets to agents and tells them."""

    _name = "psa.ticket.assignment.mixin"
    _description = "Ticket Assignment"

    def _assign_values(self, vals_list):
        """Choose agents for the tickets to create that have none."""
        waiting = {}
        for vals in vals_list:
            if not vals.get("user_id"):
                waiting.setdefault(vals["team_id"], []).append(vals)
        for team_id, team_vals in waiting.items():
            team = self.env["psa.team"].browse(team_id)
            users = team._pick_assignees(len(team_vals))
            for vals, user in zip(team_vals, users, strict=False):
                vals["user_id"] = user.id

    def _assign_automatically(self):
        """Give unassigned tickets to available members, as their team wishes."""
        for team, tickets in self.grouped("team_id").items():
            tickets = tickets.filtered(lambda ticket: not ticket.user_id)
            users = team._pick_assignees(len(tickets))
            # sudo: whoever hands a ticket to a private team does not see it any more
            for ticket, user in zip(tickets.sudo(), users, strict=False):
                ticket.user_id = user

    def _cron_assign(self):
        """Give out the tickets that came when nobody of the team was at work."""
        teams = self.env["psa.team"].search([("assign_method", "!=", "manual")])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(teams))
        for team in teams:
            self.search(
                [
                    ("team_id", "=", team.id),
                    ("stage_category", "=", "new"),
                    ("user_id", "=", False),
                ],
                order="priority desc, id",
                limit=200,
            )._assign_automatically()
            if not progress(1):
                break

    def _notify_assignment(self, before):
        """Tell agents what somebody else has given them, in one message each.

        :param dict before: what `_get_event_values` returned before the change
        """
        changed = self.filtered(
            lambda ticket: (
                ticket.user_id
                and ticket.user_id != self.env.user
                and before[ticket.id]["user_id"] != str(ticket.user_id.id)
            )
        )
        for user, tickets in changed.grouped("user_id").items():
            tickets._notify_agent(user)

    def _notify_agent(self, user):
        """Tell one agent of the tickets that are now his."""
        if self.env.context.get("mail_auto_subscribe_no_notify"):
            return
        tickets = self.with_context(lang=user.lang, mail_notify_force_send=False)
        if len(tickets) == 1:
            subject = tickets.env._(
                "%(number)s is yours: %(name)s",
                number=tickets.number,
                name=tickets.name,
            )
        else:
            subject = tickets.env._("%(count)s tickets are yours", count=len(tickets))
        lines = Markup().join(
            Markup('<li><a href="%(url)s">%(number)s</a> %(name)s</li>')
            % {
                "url": ticket._notify_get_action_link("view"),
                "number": ticket.number,
                "name": ticket.name,
            }
            for ticket in tickets
        )
        thread = tickets if len(tickets) == 1 else self.env["mail.thread"]
        thread.with_context(**tickets.env.context).message_notify(
            subject=subject,
            body=Markup("<ul>%s</ul>") % lines,
            partner_ids=user.partner_id.ids,
            model_description=tickets.env._("Ticket"),
        )
