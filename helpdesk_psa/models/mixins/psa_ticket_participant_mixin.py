import uuid

from odoo import api, fields, models
from odoo.tools import consteq
from odoo.tools.mail import email_normalize


class PsaTicketParticipantMixin(models.AbstractModel):
    """People outside who take part in a ticket besides the requester.

    They are the ticket's followers from outside: they get each public message, may
    answer by mail and on the ticket's page, until they are removed.
    """

    _name = "psa.ticket.participant.mixin"
    _description = "Ticket Participants"

    participant_ids = fields.Many2many(
        "res.partner",
        compute="_compute_participant_ids",
        inverse="_inverse_participant_ids",
        string="Participants",
        help="Besides the requester: they get each answer, have a link of their own to the "
        "ticket's page, and may answer. Whoever is removed gets no more mails, and the "
        "link opens nothing.",
    )

    @api.depends("message_follower_ids", "partner_id")
    def _compute_participant_ids(self):
        # sudo: agents see who takes part; one query where the followers take two
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search_fetch(
                [("res_model", "=", self._name), ("res_id", "in", self._origin.ids)],
                ["res_id", "partner_id"],
            )
        )
        of_ticket = followers.grouped("res_id")
        for ticket in self:
            partners = of_ticket.get(ticket._origin.id, followers.browse()).partner_id
            others = (partners - ticket.partner_id).filtered("partner_share")
            ticket.participant_ids = others.sudo(self.env.su)

    def _get_participants(self):
        """Return the followers from outside, without the requester."""
        followers = self.sudo().message_partner_ids - self.partner_id
        return followers.filtered("partner_share").sudo(self.env.su)

    def _inverse_participant_ids(self):
        changes = {}
        for ticket in self:
            wanted = ticket.participant_ids
            present = ticket._get_participants()
            change = (wanted - present, present - wanted)
            changes[change] = changes.get(change, self.browse()) | ticket
        for (added, removed), tickets in changes.items():
            tickets._add_participants(added)
            tickets._remove_participants(removed)

    def _add_participants(self, partners):
        """Let people follow the ticket from now on.

        :param partners: `res.partner`
        """
        if partners:
            self.message_subscribe(partner_ids=partners.ids)

    def _remove_participants(self, partners):
        """Take people off the ticket: no more mails, no page, not in copy either."""
        if not partners:
            return
        self.message_unsubscribe(partner_ids=partners.ids)
        gone = set(partners.mapped("email_normalized"))
        for ticket in self.filtered("email_cc"):
            kept = [
                person
                for person in ticket.email_cc.split(",")
                if email_normalize(person, strict=False) not in gone
            ]
            ticket.email_cc = ",".join(kept).strip() or False

    def _replace_requesters(self, before):
        """Let the new requesters follow, and shut the former ones out.

        A former requester may work for another customer: he gets no more mails, and the
        links he has open nothing any more.

        :param dict before: what `_get_event_values` returned before the change
        """
        self._subscribe_requesters()
        left = self.filtered(
            lambda ticket: (
                before[ticket.id]["partner_id"]
                not in (False, str(ticket.partner_id.id))
            )
        )
        for former_id, tickets in left.grouped(
            lambda ticket: int(before[ticket.id]["partner_id"])
        ).items():
            tickets.message_unsubscribe(partner_ids=[former_id])
        # sudo: agents see neither key nor token, and need not
        for ticket in left.sudo():
            ticket.write(
                {
                    "access_token": str(uuid.uuid4()),
                    "tracking_key": self._new_tracking_key(),
                }
            )

    # === A LINK FOR EACH === #

    def _get_participant_url(self, partner):
        """Return the address of the page for one participant; it names him and nobody else.

        :param partner: `res.partner`
        """
        self.ensure_one()
        signature = self.sudo()._sign_token(partner.id)
        return (
            f"{self.get_base_url()}/my/tickets/{self.id}"
            f"?pid={partner.id}&hash={signature}"
        )

    def _find_participant(self, pid, signature):
        """Return the participant whom a link names, or nobody if it opens nothing.

        :param pid: id of a `res.partner`, as it stands in the link
        :param str signature: as it stands in the link
        """
        self.ensure_one()
        nobody = self.env["res.partner"]
        if not str(pid).isdecimal() or not (signature or "").isascii() or not signature:
            return nobody
        participant = self._get_participants().filtered(lambda one: one.id == int(pid))
        if participant and consteq(signature, self.sudo()._sign_token(participant.id)):
            return participant
        return nobody

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Override of `portal` to give each participant a button to his own page."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if not self or self.env.context.get("psa_mailed_ids") == {self.partner_id.id}:
            return groups
        own = [
            (
                f"psa_participant_{partner.id}",
                lambda data, partner_id=partner.id: data["id"] == partner_id,
                {
                    "active": True,
                    "has_button_access": True,
                    "button_access": {"url": self._get_participant_url(partner)},
                },
            )
            for partner in self._get_participants()
        ]
        return own + groups
