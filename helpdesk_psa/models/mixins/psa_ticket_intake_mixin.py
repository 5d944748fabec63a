import ast

from markupsafe import Markup

from odoo import models
from odoo.tools.mail import email_split, plaintext2html


class PsaTicketIntakeMixin(models.AbstractModel):
    """The one door through which every channel opens tickets."""

    _name = "psa.ticket.intake.mixin"
    _description = "Ticket Intake"

    def _intake(self, vals_list):
        """Open tickets for requests that came through a channel.

        Each request is a dict of ticket values, which are explicit choices and never
        overridden, plus what the channel knows:

        - ``channel``: a key of ``CHANNELS``;
        - ``name``: the subject, may be empty;
        - ``body``: `str` (plain text) or `Markup`; posted as the first message. Leave it
          out when the caller posts the message itself, as the mail gateway does;
        - ``email_from``: the sender, ``"Name <address>"``;
        - ``text``: what else the sender wrote, to look for serial numbers in; HTML;
        - ``to``: comma-separated addresses the request was sent to; a team's address
          chooses the team;
        - ``follow_up_of``: id of the closed ticket whose customer wrote again; the new
          ticket is linked to it.

        Who asks and where it goes is resolved for the whole batch; how the requester was
        found is kept in `identified_by`.

        :param list vals_list: requests
        :return: tickets, in the order of `vals_list`
        """
        vals_list = [dict(vals) for vals in vals_list]
        self._choose_addressed_teams(vals_list)
        self._identify_senders(vals_list)
        self._recognise_equipment(vals_list)
        for vals in vals_list:
            vals["name"] = self._get_intake_subject(vals)
            if "body" in vals and not isinstance(vals["body"], Markup):
                vals["body"] = plaintext2html(vals["body"] or "")
        origin_ids = [vals.pop("follow_up_of", False) for vals in vals_list]
        tickets = self.create(vals_list)
        for origin_id, ticket in zip(origin_ids, tickets, strict=True):
            if origin_id:
                self.browse(origin_id)._link_follow_up(ticket)
        return tickets

    def _get_intake_subject(self, vals):
        subject = " ".join((vals.get("name") or "").split())
        return subject or self.env._("(no subject)")

    def _identify_senders(self, vals_list):
        """Find the requester of each request that names none, by the sender's address."""
        unknown = {}
        for vals in vals_list:
            if vals.get("partner_id"):
                vals.setdefault("identified_by", "explicit")
            else:
                company = self._get_intake_company(vals)
                unknown.setdefault(company, []).append(vals)
        for company, requests in unknown.items():
            found = self.env["res.partner"]._psa_identify(
                [vals.get("email_from") for vals in requests], company
            )
            for vals in requests:
                partner, how = found[vals.get("email_from")]
                vals["identified_by"] = how
                if partner:
                    vals["partner_id"] = partner.id

    def _get_intake_company(self, vals):
        if vals.get("company_id"):
            return self.env["res.company"].browse(vals["company_id"])
        team = self.env["psa.team"].browse(vals.get("team_id"))
        return team.sudo().company_id or self.env.company

    def _choose_addressed_teams(self, vals_list):
        """Let a team's address choose the team, unless one was chosen."""
        undecided = [
            vals for vals in vals_list if vals.get("to") and not vals.get("team_id")
        ]
        addresses = {
            address.lower() for vals in undecided for address in email_split(vals["to"])
        }
        teams = self._find_teams(addresses)
        for vals in undecided:
            for address in email_split(vals["to"]):
                if address.lower() in teams:
                    vals["team_id"] = teams[address.lower()]
                    break
        for vals in vals_list:
            vals.pop("to", None)

    def _find_teams(self, addresses):
        """Return ``{address: team id}`` for the addresses that belong to a team."""
        if not addresses:
            return {}
        # sudo: aliases are readable by administrators only
        aliases = (
            self.env["mail.alias"]
            .sudo()
            .search(
                [
                    ("alias_full_name", "in", list(addresses)),
                    ("alias_model_id.model", "=", "psa.ticket"),
                ]
            )
        )
        return {
            alias.alias_full_name: ast.literal_eval(alias.alias_defaults).get("team_id")
            for alias in aliases
        }
