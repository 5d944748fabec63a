from odoo import models
from odoo.fields import Domain

from ...const import REPLY_POLICY_FIELD, WRITTEN_TYPES

# What posting asks of a ticket; otherwise Odoo reads a hundred columns.
POST_FIELDS = (
    "access_token",
    "channel",
    "company_id",
    "create_date",
    "customer_id",
    "email_cc",
    "email_from",
    "email_normalized",
    "first_response_at",
    "name",
    "number",
    "partner_id",
    "priority",
    "requested_at",
    "stage_category",
    "stage_id",
    "team_id",
    "tracking_key",
    "type_id",
    "user_id",
)


class PsaTicketMessageMixin(models.AbstractModel):
    """What a message on a ticket does, and whom it concerns, however it came."""

    _name = "psa.ticket.message.mixin"
    _description = "Messages of Tickets"

    def message_post(self, *, partner_ids=None, **kwargs):
        """Override of `mail` to tell whom a message concerns besides the followers."""
        self.fetch(POST_FIELDS)
        writer = self._get_writer(kwargs)
        partner_ids = list({*(partner_ids or []), *self._get_audience(writer).ids})
        if writer == "agent":
            unknown = self._get_unknown_requester(partner_ids)
            kwargs["outgoing_email_to"] = kwargs.get("outgoing_email_to") or unknown
        if writer and "psa_first_message" not in self.env.context:
            # As in the mails it makes: core would write it on the message afterwards.
            kwargs["subject"] = self._add_number(kwargs.get("subject"))
        # The agent of the ticket is told anyway, as he wishes; others follow if they like.
        quiet = self.with_context(mail_post_autofollow_author_skip=True)
        return super(PsaTicketMessageMixin, quiet).message_post(
            partner_ids=partner_ids, **kwargs
        )

    def _get_audience(self, writer):
        """Return the colleagues to tell of a message about to be posted.

        :param str writer: what `_get_writer` returned
        """
        if self.env.context.get("psa_first_message"):
            what, mine = "new", "assigned"
        elif writer == "customer":
            what, mine = "message", "message"
        else:
            return self.env["res.partner"]
        agent = self.user_id.sudo()._psa_filter_wanting(mine)
        watchers = self._get_watchers(what)._psa_filter_wanting("watched")
        return (agent | watchers).partner_id

    def _get_unknown_requester(self, partner_ids):
        """Return the address of a requester who is no contact and gets no mail otherwise.

        :param list partner_ids: contacts who are told anyway
        """
        if self.partner_id or not self.email_normalized:
            return False
        told = self.env["res.partner"].browse(partner_ids) | self.message_partner_ids
        if self.email_normalized in told.mapped("email_normalized"):
            return False
        return self.email_from

    def _get_writer(self, post_values):
        """Tell whose public message the values of `message_post` describe.

        :return: ``"agent"``, ``"customer"``, or None for notes and what no person wrote
        """
        if post_values.get("message_type", "notification") not in WRITTEN_TYPES:
            return None
        subtype_id = post_values.get("subtype_id") or self.env[
            "ir.model.data"
        ]._xmlid_to_res_id(post_values.get("subtype_xmlid") or "mail.mt_note")
        if self.env["mail.message.subtype"].sudo().browse(subtype_id).internal:
            return None
        author = self.env["res.partner"].browse(post_values.get("author_id"))
        if not author and "email_from" not in post_values:
            author = self.env.user.partner_id
        return "agent" if self._is_agent(author) else "customer"

    def _is_agent(self, author):
        """Whether a partner writes as one of us, not as the one who asks."""
        return bool(
            author and not author.sudo().partner_share and author != self.partner_id
        )

    def _message_post_after_hook(self, message, msg_values):
        """Override of `mail` to note who wrote and to act on it."""
        result = super()._message_post_after_hook(message, msg_values)
        self._adopt_requester(message)
        handled = {"psa_first_message", "psa_rating"} & self.env.context.keys()
        if not handled and self._is_public(message):
            # sudo: who may write on the ticket causes these steps, whatever his rights
            ticket = self.sudo()
            if ticket._is_agent(message.author_id):
                ticket._on_agent_reply(message)
            else:
                ticket._on_customer_message(message)
        return result

    def _is_public(self, message):
        """Whether customers see the message and a person wrote it."""
        robot_id = self.env["ir.model.data"]._xmlid_to_res_id("base.partner_root")
        return (
            message.message_type in WRITTEN_TYPES
            and not message.is_internal
            and bool(message.subtype_id)
            and not message.subtype_id.internal
            and message.author_id.id != robot_id
        )

    def _is_note(self, message):
        """Whether a message is for colleagues only. A notice to a person is none."""
        return message.message_type not in ("user_notification", "auto_comment") and (
            message.is_internal or message.subtype_id.internal
        )

    def _on_agent_reply(self, message):
        """Take the ticket up: note the response, find it an agent, leave New."""
        self._log_event("agent_reply", message=message)
        vals = {}
        if not self.first_response_at:
            vals["first_response_at"] = message.date
        if not self.user_id and self.team_id.assign_on_reply:
            author = message.author_id.sudo().user_ids
            author = author.filtered(lambda user: not user.share)
            if author:
                vals["user_id"] = author[0].id
        if self.stage_category == "new":
            stage = self.type_id._get_stage("open")
            if stage:
                vals["stage_id"] = stage.id
        if vals:
            self.write(vals)

    def _on_customer_message(self, message):
        """Wake the ticket up as its team wishes."""
        self._log_event("customer_message", message=message)
        field = REPLY_POLICY_FIELD.get(self.stage_category)
        if field and self.team_id[field] == "open":
            self._move_to("open", "new")

    def _adopt_requester(self, message):
        """Make the person an agent wrote to the requester, if nobody is yet.

        The composer creates the contact for an unknown address.
        """
        if self.partner_id or not self.email_normalized:
            return
        contact = message.sudo().partner_ids.filtered(
            lambda partner: partner.email_normalized == self.email_normalized
        )[:1]
        if contact:
            self._set_sender(contact)

    def _get_sender_domain(self):
        """Return the domain of the tickets whose unknown sender is the one of this."""
        self.ensure_one()
        return (
            Domain("partner_id", "=", False)
            & Domain("email_normalized", "=", self.email_normalized)
            & Domain("company_id", "=", self.company_id.id)
        )

    def _set_sender(self, contact):
        """Say who the unknown sender is: for this ticket and for his older ones.

        :param contact: `res.partner`
        :return: the tickets, of the same company, that have got the contact
        """
        self.ensure_one()
        address = self.email_normalized
        same = address and contact.email_normalized == address
        # sudo: the agent who answers may not see the sender's tickets elsewhere
        tickets = self.sudo()
        if address:
            tickets |= self.sudo().search(self._get_sender_domain())
        tickets.write(
            {
                "partner_id": contact.id,
                "identified_by": "address" if same else "explicit",
            }
        )
        return tickets.sudo(self.env.su)

    def _message_compute_parent_id(self, parent_id):
        """Override of `mail`: core reads 200 messages to find the last one.

        Nothing precedes the first message.
        """
        if parent_id or self.env.context.get("psa_first_message"):
            return parent_id and super()._message_compute_parent_id(parent_id)
        # sudo: as core does
        messages = self.env["mail.message"].sudo()
        mine = Domain("model", "=", self._name) & Domain("res_id", "=", self.id)
        last = messages.search(
            mine & Domain("message_type", "in", WRITTEN_TYPES),
            order="date desc, id desc",
            limit=1,
        )
        return last.id or super()._message_compute_parent_id(parent_id)
