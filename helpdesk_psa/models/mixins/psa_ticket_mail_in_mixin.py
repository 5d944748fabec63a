import re

from odoo import api, models
from odoo.tools.mail import email_normalize, email_normalize_all

from ...const import MAILBOX_CONTEXT, OPEN_CATEGORIES, REPLY_POLICY_FIELD


class PsaTicketMailInMixin(models.AbstractModel):
    """Mail that comes in: the ticket it opens or belongs to, and who takes part in it."""

    _name = "psa.ticket.mail.in.mixin"
    _description = "Incoming Ticket Mail"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Override of `mail` to open a ticket for a mail through the common door.

        The gateway posts the mail itself afterwards, so the ticket gets no body here.
        """
        journal = self.env["psa.mail.log"]._get_current()
        vals = {
            **self._get_mailbox_values(),
            **(custom_values or {}),
            "channel": "email",
            "name": msg_dict.get("subject"),
            "text": msg_dict.get("body"),
            "email_from": msg_dict.get("email_from"),
            "email_cc": self._get_incoming_cc(msg_dict),
        }
        team = self.env["psa.team"].sudo().browse(vals.get("team_id"))
        if team and not team.active:
            # The address of an archived team: a team at work takes its mails.
            vals.update(team_id=False, company_id=team.company_id.id)
        ticket = self.with_context(
            psa_first_message=True, psa_automatic_mail=journal.is_automatic
        )._intake([vals])
        # Core looks up exact addresses only, and may find another company's contact.
        msg_dict["author_id"] = ticket.partner_id.id
        ticket._subscribe_colleagues(journal.recipient_ids)
        journal.settle("ticket", record=ticket)
        return ticket

    @api.model
    def _get_mailbox_values(self):
        """Return the team of the mailbox that a mail was fetched from, if it has one."""
        server_id = self.env.context.get(MAILBOX_CONTEXT)
        # sudo: the gateway acts for the sender; mailboxes are the administrator's
        server = self.env["fetchmail.server"].sudo().browse(server_id or ())
        return {"team_id": server.psa_team_id.id} if server.psa_team_id else {}

    def message_update(self, msg_dict, update_vals=None):
        """Override of `mail` to note in the journal where the reply went."""
        journal = self.env["psa.mail.log"]._get_current()
        journal.settle("reply", record=self)
        if not journal.is_automatic:
            self._subscribe_colleagues(journal.recipient_ids)
        return super().message_update(
            {**msg_dict, "cc": self._get_incoming_cc(msg_dict)}, update_vals
        )

    @api.model
    def _find_by_subject(self, subject, sender):
        """Return the ticket whose number a subject carries, if the sender takes part.

        :param str subject: may hold ``[T-00012]``, upper or lower case
        :param str sender: From, as written
        """
        address = email_normalize(sender or "", strict=False)
        numbers = [
            word.upper()
            for word in re.findall(r"\[\s*([^\[\]\s]+)\s*\]", subject or "")
        ]
        if not address or not numbers:
            return self.browse()
        tickets = self.search([("number", "in", numbers)], order="id desc", limit=5)
        ticket = tickets.filtered(lambda ticket: ticket._takes_part(address))[:1]
        if tickets and not ticket:
            self.env["psa.mail.log"]._get_current().detail = self.env._(
                "The subject names %(number)s, but %(address)s takes no part in it.",
                number=tickets[0].number,
                address=address,
            )
        return ticket

    def _takes_part(self, address):
        """Whether an address is the requester's, a follower's, in copy, or an agent's."""
        self.ensure_one()
        return (
            self._is_outside(address)
            or address in self.message_partner_ids.mapped("email_normalized")
            or self._is_agent_address(address)
        )

    def _is_outside(self, address):
        """Whether an address is on the customer's side: requester, in copy, follower."""
        self.ensure_one()
        people = self.message_partner_ids.filtered("partner_share") | self.partner_id
        return bool(address) and address in {
            self.email_normalized,
            *email_normalize_all(self.email_cc or ""),
            *people.mapped("email_normalized"),
        }

    def _is_agent_address(self, address):
        """Whether an address is of an agent of the company who is not the requester."""
        self.ensure_one()
        users = (
            self.env["res.users"]
            .sudo()  # the gateway acts for senders without any right
            .search(
                [
                    ("email_normalized", "=", address),
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.ids),
                ]
            )
        )
        return any(
            user.partner_id != self.partner_id
            and user.has_group("helpdesk_psa.group_psa_agent")
            for user in users
        )

    def _get_incoming_cc(self, msg_dict):
        """Return the people whom a mail reached besides us and the requester.

        Whoever else stands under To has got the mail as well as those in copy.
        """
        people = self._mail_cc_sanitized_raw_dict(
            ",".join(
                filter(None, (msg_dict.get("to_filtered"), msg_dict.get("cc_filtered")))
            )
        )
        known = {email_normalize(msg_dict.get("email_from") or "", strict=False)}
        if self:
            known |= {self.email_normalized, self.partner_id.email_normalized}
        return ", ".join(
            person
            for address, person in people.items()
            if address not in {*known, False}
        )

    def _subscribe_colleagues(self, partner_ids):
        """Let the requester's colleagues in copy follow the ticket.

        Anybody else in copy is only shown: a supplier must not get the customer's answers.
        """
        for ticket in self.filtered("customer_id"):
            colleagues = (
                self.env["res.partner"]
                .browse(partner_ids or [])
                .filtered(
                    lambda partner, ticket=ticket: (
                        partner.commercial_partner_id == ticket.customer_id
                    )
                )
            )
            if colleagues:
                ticket.message_subscribe(partner_ids=colleagues.ids)

    def _prepare_follow_up_values(self):
        """Return the `_intake` values of the ticket that a late reply to this one opens.

        Override to carry more over from the closed ticket.
        """
        self.ensure_one()
        return {"team_id": self.team_id.id, "follow_up_of": self.id}

    def _link_follow_up(self, follow_up):
        """Relate a closed ticket to the one that its customer's late reply opened."""
        self.ensure_one()
        self.env["psa.ticket.link"].sudo().create(
            {"ticket_id": follow_up.id, "other_id": self.id, "kind": "related"}
        )

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Override of `mail` to compare an indexed column; no address, no limit."""
        if not email_from_normalized:
            return None
        return [("email_normalized", "=", email_from_normalized)]

    def _wants_follow_up(self):
        """Whether a customer's message opens a new ticket, linked to this closed one."""
        self.ensure_one()
        field = REPLY_POLICY_FIELD.get(self.stage_category)
        return bool(field) and self.sudo().team_id[field] == "follow_up"

    def _get_open_follow_up(self, sender):
        """Return the open ticket that an earlier late reply opened, if any.

        :param str sender: normalised address, which must take part in it
        """
        self.ensure_one()
        links = self.env["psa.ticket.link"].search(
            [("other_id", "=", self.id), ("kind", "=", "related")], order="id desc"
        )
        return links.ticket_id.filtered(
            lambda ticket: (
                ticket.stage_category in OPEN_CATEGORIES
                and ticket.channel == "email"
                and ticket._takes_part(sender)
            )
        )[:1]
