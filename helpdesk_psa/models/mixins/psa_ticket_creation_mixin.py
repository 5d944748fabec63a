import secrets
import uuid
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import MOMENT_OF_CATEGORIES

# Written in capitals without 0, O, 1, I: people read it out on the phone.
TRACKING_KEY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TRACKING_KEY_LENGTH = 10


class PsaTicketCreationMixin(models.AbstractModel):
    """Fills in what nobody said about a new ticket: who, where, which number."""

    _name = "psa.ticket.creation.mixin"
    _description = "Ticket Creation"

    def _complete_values(self, vals_list):
        """Fill in who, where and in which status, without touching explicit choices."""
        get_type = cache(self._get_default_type)
        get_team = cache(self._get_default_team)
        get_stage = cache(self._get_first_stage)
        self._get_party(*vals_list)._psa_fetch_lineage()
        for vals in vals_list:
            self._complete_from_context(vals)
            if vals.get("severity_id") and "priority" not in vals:
                severity = self.env["psa.severity"].browse(vals["severity_id"])
                vals["priority"] = severity.priority
            party = self._get_party(vals)
            priority = party._psa_get_setting("psa_priority")[0]
            if "priority" not in vals and priority:
                vals["priority"] = priority
            if vals.get("team_id") and not vals.get("company_id"):
                team = self.env["psa.team"].browse(vals["team_id"])
                vals["company_id"] = team.company_id.id
            company_id = vals.get("company_id") or self.env.company.id
            if not vals.get("type_id"):
                vals["type_id"] = get_type(company_id).id
            if not vals.get("team_id"):
                usual, _source = party.with_company(company_id)._psa_get_setting(
                    "psa_team_id"
                )
                team = usual or get_team(company_id, vals["type_id"])
                vals["team_id"] = team.id
            if not vals.get("company_id"):
                team = self.env["psa.team"].browse(vals["team_id"])
                vals["company_id"] = team.company_id.id or company_id
            if not vals.get("stage_id"):
                vals["stage_id"] = get_stage(vals["type_id"]).id

    def _complete_from_context(self, vals):
        """Apply `default_` context values here, since the steps below depend on them."""
        for name in ("type_id", "team_id", "company_id", "stage_id", "user_id"):
            default = self.env.context.get(f"default_{name}")
            if default and name not in vals:
                vals[name] = default

    def _get_party(self, *vals_list):
        """Return whose settings count for some tickets to create; may be empty."""
        parties = (
            vals.get("partner_id") or vals.get("customer_id") for vals in vals_list
        )
        return self.env["res.partner"].browse({party for party in parties if party})

    def _get_default_type(self, company_id):
        """Return the type of a ticket for which nobody chose one.

        :raise UserError: if the company has no type
        """
        ticket_type = self.env["psa.ticket.type"].search_fetch(
            [("company_id", "in", [company_id, False])], limit=1
        )
        if not ticket_type:
            raise UserError(
                self.env._(
                    "There is no ticket type. Create one under Helpdesk > "
                    "Configuration > Types."
                )
            )
        return ticket_type

    def _get_default_team(self, company_id, type_id):
        """Return the team of a ticket for which nobody chose one.

        The type's team, else a team of the user, else the first of the company.

        :raise UserError: if the company has no team
        """
        team = self.env["psa.ticket.type"].browse(type_id)._get_team(company_id)
        if team:
            return team
        teams = self.env["psa.team"].search([("company_id", "=", company_id)])
        if not teams:
            raise UserError(
                self.env._(
                    "The company %(company)s has no helpdesk team. Create one under "
                    "Helpdesk > Configuration > Teams.",
                    company=self.env["res.company"].browse(company_id).display_name,
                )
            )
        own = teams & self.env.user.psa_team_ids if not self.env.su else teams.browse()
        return (own or teams)[:1]

    def _get_first_stage(self, type_id):
        """Return the status in which tickets of a type start."""
        ticket_type = self.env["psa.ticket.type"].browse(type_id)
        return ticket_type._get_stage("new", "open")

    def _stamp_values(self, vals_list):
        """Set the moments of tickets that start assigned or done."""
        now = fields.Datetime.now()
        for vals in vals_list:
            vals.setdefault("access_token", str(uuid.uuid4()))
            stage = self.env["psa.ticket.stage"].browse(vals["stage_id"])
            if vals.get("user_id"):
                vals.setdefault("assigned_at", now)
            for name, categories in MOMENT_OF_CATEGORIES:
                if stage.category in categories:
                    vals.setdefault(name, now)

    @api.model
    def _get_default_channel(self):
        """A file's rows are imports, which nobody gets acknowledged; the rest is typed."""
        return "import" if self.env.context.get("import_file") else "manual"

    @api.model
    def _new_tracking_key(self):
        return "".join(
            secrets.choice(TRACKING_KEY_ALPHABET)
            for _char in range(TRACKING_KEY_LENGTH)
        )

    def _log_creation(self):
        """Start the history: how the ticket came, and whom it was given at once."""
        events = [
            {"ticket_id": ticket.id, "kind": "created", "new": ticket.channel}
            for ticket in self
        ]
        events += [
            {"ticket_id": ticket.id, "kind": "assign", "new": str(ticket.user_id.id)}
            for ticket in self
            if ticket.user_id
        ]
        self._log_events(events)

    def _mark_customers(self, vals_list):
        """The first ticket makes a partner a customer of the helpdesk.

        Done before the tickets are written, so that they find the main site.
        """
        partners = self.env["res.partner"].browse(
            {
                vals[name]
                for vals in vals_list
                for name in ("partner_id", "customer_id")
                if vals.get(name)
            }
        )
        # sudo: agents open tickets without the right to edit contacts
        newcomers = partners.sudo().commercial_partner_id.filtered(
            lambda partner: not partner.psa_is_customer
        )
        if newcomers:
            newcomers.psa_is_customer = True
