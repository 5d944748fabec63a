from markupsafe import Markup

from odoo import api, models


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
            # sudo: a ticket may be opened for a private team of others
            minds_skills = team.sudo()._minds_skills()
            requests = []
            for vals in team_vals:
                # sudo: whose pod it is decides, whoever opens the ticket
                customer = self._get_party(vals).sudo().commercial_partner_id
                skills = self._get_asked_skills(vals) if minds_skills else None
                requests.append((customer.psa_customer_group_id, skills))
            users = team._pick_assignees(requests)
            for vals, user in zip(team_vals, users, strict=True):
                if user:
                    vals["user_id"] = user.id

    @api.model
    def _get_asked_skills(self, vals):
        """Return the skills that a ticket to create will ask for."""
        names = vals.keys() & {"category_id", "skill_ids"}
        # sudo: the gateway opens tickets as well
        return self.sudo().new({name: vals[name] for name in names}).skill_ids._origin

    def _assign_automatically(self):
        """Give unassigned tickets to available members, as their team wishes."""
        unassigned = self.filtered(lambda ticket: not ticket.user_id)
        # sudo: whoever hands a ticket to a private team does not see it any more
        for team, tickets_sudo in unassigned.sudo().grouped("team_id").items():
            users = team._pick_assignees(
                [
                    (ticket_sudo.customer_group_id, ticket_sudo.skill_ids)
                    for ticket_sudo in tickets_sudo
                ]
            )
            for ticket_sudo, user in zip(tickets_sudo, users, strict=True):
                if user:
                    ticket_sudo.user_id = user

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
                and before[ticket.id]["user_id"] != str(ticket.user_id.id)
            )
        )
        changed._notify_colleagues("assigned", lambda ticket: ticket.user_id)
        changed._notify_colleagues(
            "colleague",
            lambda ticket: ticket.team_id.sudo().member_ids - ticket.user_id,
        )

    def _notify_colleagues(self, kind, get_users):
        """Tell colleagues of tickets, each in one message, if they want to be told.

        :param str kind: a key of ``NOTICE_FIELD``
        :param get_users: function of a ticket that returns the `res.users` to tell
        """
        if self.env.context.get("mail_auto_subscribe_no_notify"):
            return
        audience = {}
        for ticket in self:
            users = ticket.customer_group_id._filter_seeing(get_users(ticket))
            for user in users._psa_filter_wanting(kind) - self.env.user:
                audience[user] = audience.get(user, self.browse()) | ticket
        for user, tickets in audience.items():
            tickets._notify_colleague(user, kind)

    def _notify_colleague(self, user, kind):
        """Tell one colleague of tickets, in one message."""
        tickets = self.with_context(lang=user.lang, mail_notify_force_send=False)
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
            subject=tickets._get_colleague_subject(kind),
            body=Markup("<ul>%s</ul>") % lines,
            partner_ids=user.partner_id.ids,
            model_description=tickets.env._("Ticket"),
        )

    def _get_colleague_subject(self, kind):
        """Return the subject of a message to a colleague, in the language of the context."""
        if len(self) > 1:
            subjects = {
                "assigned": self.env._("%(count)s tickets are yours", count=len(self)),
                "colleague": self.env._(
                    "%(count)s tickets were given to colleagues", count=len(self)
                ),
                "watched": self.env._("%(count)s new tickets", count=len(self)),
            }
            return subjects[kind]
        values = {"number": self.number, "name": self.name}
        subjects = {
            "assigned": self.env._("%(number)s is yours: %(name)s", **values),
            "colleague": self.env._(
                "%(number)s was given to %(agent)s: %(name)s",
                agent=self.user_id.name,
                **values,
            ),
            "watched": self.env._("New ticket %(number)s: %(name)s", **values),
        }
        return subjects[kind]
