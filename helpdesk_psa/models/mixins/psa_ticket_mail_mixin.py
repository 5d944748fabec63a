import re

from markupsafe import Markup

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, email_normalize_all, formataddr

from ...const import MAILBOX_CONTEXT, OPEN_CATEGORIES

# Kinds of message that a person wrote.
WRITTEN_TYPES = ("email", "comment")

# Of 5: whoever rates so is unhappy (the mail offers 5, 3 and 1).
BAD_RATING = 2
BAD_RATING_ACTIVITY = "mail.mail_activity_data_todo"

# What the customer's message does to a ticket, by the category of its status.
REPLY_POLICY_FIELD = {
    "waiting": "reply_waiting",
    "resolved": "reply_resolved",
    "closed": "reply_closed",
    "cancelled": "reply_closed",
}


class PsaTicketMailMixin(models.AbstractModel):
    """Mail in and out of a ticket: what comes in, who is told, from which address."""

    _name = "psa.ticket.mail.mixin"
    _description = "Ticket Mail"
    _inherit = ["portal.mixin", "mail.thread.cc"]

    # === MAIL THAT COMES IN === #

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

    # === WHAT A MESSAGE DOES === #

    def message_post(self, *, partner_ids=None, **kwargs):
        """Override of `mail` to tell whom a message concerns besides the followers."""
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
        return super(PsaTicketMailMixin, quiet).message_post(
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
        if self._is_public(message) and not handled:
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

    # === NEW TICKETS === #

    def _subscribe_requesters(self):
        """Let requesters follow their tickets, so that they get each answer."""
        _all, _internal, external = self.env["mail.message.subtype"].default_subtypes(
            self._name
        )
        followed = {
            (follower.res_id, follower.partner_id.id)
            for follower in self.sudo().message_follower_ids
        }
        # sudo: followers are written by `mail` in sudo as well
        self.env["mail.followers"].sudo().create(
            [
                {
                    "res_model": self._name,
                    "res_id": ticket.id,
                    "partner_id": ticket.partner_id.id,
                    "subtype_ids": [Command.set(external.ids)],
                }
                for ticket in self
                if ticket.partner_id
                and (ticket.id, ticket.partner_id.id) not in followed
            ]
        )

    def _queue_acknowledgements(self):
        """Queue the acknowledgements that the teams send."""
        if self.env.context.get("psa_automatic_mail"):
            return  # a program wrote; it must not be answered
        template_by_ticket = {}
        for ticket in self.filtered(lambda ticket: ticket.channel != "import"):
            if ticket._wants_acknowledgement():
                template = ticket.team_id.sudo().acknowledge_template_id
                template_by_ticket[ticket] = template
        self.env["psa.notice"]._queue(template_by_ticket, auto_submitted="auto-replied")

    def _wants_acknowledgement(self):
        """Whether the requester gets one: as the party says, else as the team does."""
        team = self.team_id.sudo()
        party = self.partner_id or self.customer_id
        wish = party._psa_get_setting("psa_send_acknowledgement")[0]
        wanted = wish == "yes" if wish else team.acknowledge
        return wanted and bool(team.acknowledge_template_id)

    def _announce(self, bodies):
        """Post the requests that came with `create`, and tell the agents.

        :param list bodies: HTML or nothing, one per ticket
        """
        silent = self.browse()
        for ticket, body in zip(self, bodies, strict=True):
            if body:
                ticket._post_request(Markup(body))
            elif not self.env.context.get("psa_first_message"):
                silent |= ticket
        silent._notify_colleagues("assigned", lambda ticket: ticket.user_id)
        silent._notify_colleagues("watched", lambda ticket: ticket._get_watchers("new"))

    def _get_watchers(self, what):
        """Return the users whom the team names to be told of its tickets.

        :param str what: ``new`` for new tickets, ``message`` for customers' messages
        """
        team = self.team_id.sudo()
        watchers = (
            team.notify_user_ids if team[f"notify_{what}"] else team.member_ids[:0]
        )
        return self.customer_group_id._filter_seeing(watchers - self.user_id)

    def _prepare_requester_author(self):
        """Return author values of `message_post`; nothing while nobody is known."""
        self.ensure_one()
        if not self.partner_id and not self.email_from:
            return {}
        return {
            "author_id": self.partner_id.id,
            "email_from": self.partner_id.email_formatted or self.email_from,
        }

    def _post_request(self, body, **values):
        """Post the request as the requester's own words.

        :param values: further values of `message_post`, such as attachments
        """
        self.ensure_one()
        return self.with_context(
            psa_first_message=True, mail_notify_force_send=False
        ).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **{**self._prepare_requester_author(), **values},
        )

    # === MAIL THAT GOES OUT === #

    def _filter_notifiable(self):
        """Return the tickets with an address to write to that is not one of ours."""
        address_by_ticket = {
            ticket: email_normalize(ticket._get_notice_address() or "", strict=False)
            for ticket in self
            if not ticket.partner_id._psa_get_setting("psa_never_email")[0]
        }
        context = self.env.context
        if context.get("psa_mail_fate") and context.get("psa_first_message"):
            own = ()  # a mail from ourselves would not have come so far
        else:
            own = self._psa_find_own_addresses(address_by_ticket.values())
        return self.filtered(
            lambda ticket: (
                address_by_ticket.get(ticket) and address_by_ticket[ticket] not in own
            )
        )

    def _get_notice_address(self):
        return self.partner_id.email or self.email_from

    def _get_notice_lang(self):
        """Return the language for mails to the requester: his own, else the company's."""
        self.ensure_one()
        return (
            self.partner_id._psa_get_setting("lang")[0]
            or self.sudo().company_id.partner_id.lang
            or self.env.lang
        )

    def _get_tracking_url(self):
        """Return the address of the ticket's page, open to whoever has the link."""
        self.ensure_one()
        return f"{self.get_base_url()}{self.sudo().get_portal_url()}"

    def _message_compute_subject(self):
        """Override of `mail` to carry the number, so that any reply finds the ticket."""
        self.ensure_one()
        return self._add_number(self.name)

    def _add_number(self, subject):
        """Return a subject with the ticket's number; the ticket's own if there is none."""
        subject = " ".join((subject or self.name).splitlines())
        return subject if self.number in subject else f"[{self.number}] {subject}"

    def _notify_by_email_get_base_mail_values(self, message, *args, **kwargs):
        """Override of `mail` to write from the team's address, with the number."""
        values = super()._notify_by_email_get_base_mail_values(message, *args, **kwargs)
        subject = values.get("subject") or message.subject
        if self._add_number(subject) != subject:
            values["subject"] = self._add_number(subject)
        address = self.sudo().team_id.alias_email
        if address:
            team = self.sudo().team_id.name
            author = (
                message.author_id.name if self._is_agent(message.author_id) else None
            )
            name = f"{author} – {team}" if author else team
            values["email_from"] = formataddr((name, address))
        return values

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Override of `mail` to give the layout the team's header and signature."""
        context = super()._notify_by_email_prepare_rendering_context(
            message, *args, **kwargs
        )
        team = self.sudo().team_id.with_context(lang=context["lang"])
        return {
            **context,
            "psa_header": team.mail_header,
            "psa_signature": team.mail_signature,
        }

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        """Override of `mail` to get answers at the team's address, if it has one."""
        reply_to = {
            ticket.id: ticket.team_id._get_address()
            for ticket in self.sudo()
            if ticket.team_id.alias_email
        }
        others = self.filtered(lambda ticket: ticket.id not in reply_to)
        if others or not self:
            keys = others.ids or [False]
            defaults = defaults and {key: defaults[key] for key in keys}
            author_ids = author_ids and {key: author_ids[key] for key in keys}
            reply_to |= super(PsaTicketMailMixin, others)._notify_get_reply_to_batch(
                defaults, author_ids
            )
        return reply_to

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

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail`: notes go to nobody outside, even if he is named in one.

        Nor do messages that the agent wants to be read on the ticket's page only.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("psa_no_mail") or self._is_note(message):
            recipients = [data for data in recipients if not data["share"]]
        return recipients

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        """Override of `mail` to wake the outgoing queue when sending is left to it."""
        mailed = frozenset(
            data["id"] for data in recipients_data if data["notif"] == "email"
        )
        ticket = self.with_context(psa_mailed_ids=mailed)
        result = super(PsaTicketMailMixin, ticket)._notify_thread_by_email(
            message, recipients_data, **kwargs
        )
        if self.env.context.get("mail_notify_force_send") is False:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return result

    # === SATISFACTION === #

    def _rating_get_parent_field_name(self):
        """Override of `rating` to sum up the ratings per team."""
        return "team_id"

    def _rating_get_operator(self):
        """Override of `rating`: the agent of the ticket is the one who is rated."""
        return self.user_id.partner_id

    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        """Override of `rating`: praise does not wake a ticket up, blame is followed up."""
        rated = self.with_context(psa_rating=True)
        applied = super(PsaTicketMailMixin, rated).rating_apply(
            rate, token, rating, feedback, subtype_xmlid, notify_delay_send
        )
        if rate <= BAD_RATING:
            self._follow_up_bad_rating(applied)
        return applied

    def _follow_up_bad_rating(self, rating):
        """Ask the team's leader, else the agent, to call the unhappy customer."""
        self.ensure_one()
        ticket = self.sudo()  # the customer who rates causes it
        user = ticket.team_id.leader_id or ticket.user_id
        known = ticket.activity_search(
            [BAD_RATING_ACTIVITY], user_id=user.id, only_automated=False
        )
        if user and ticket.team_id.follow_up_bad_rating and not known:
            ticket.activity_schedule(
                BAD_RATING_ACTIVITY,
                user_id=user.id,
                summary=self.env._(
                    "Unhappy: %(customer)s",
                    customer=rating.partner_id.name or ticket.author_name,
                ),
                note=rating.feedback or "",
            )

    def _asks_for_rating(self):
        """Whether the closing mail asks the requester how it went."""
        self.ensure_one()
        return bool(self.sudo().team_id.use_rating and self.partner_id)
