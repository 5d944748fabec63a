from markupsafe import Markup

from odoo import Command, models
from odoo.tools.mail import email_normalize, formataddr


class PsaTicketMailOutMixin(models.AbstractModel):
    """Mail that goes out: acknowledgements and notices, who gets them, from whom."""

    _name = "psa.ticket.mail.out.mixin"
    _description = "Outgoing Ticket Mail"

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
        return self.with_context(psa_first_message=True).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **{**self._prepare_requester_author(), **values},
        )

    # === MAIL THAT GOES OUT === #

    def _filter_notifiable(self):
        """Return the tickets with an address to write to that is not one of ours."""
        silent = self.partner_id._psa_filter_never_email()
        address_by_ticket = {
            ticket: email_normalize(ticket._get_notice_address() or "", strict=False)
            for ticket in self
            if ticket.partner_id not in silent
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
            reply_to |= super(PsaTicketMailOutMixin, others)._notify_get_reply_to_batch(
                defaults, author_ids
            )
        return reply_to

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail`: notes go to nobody outside, even if he is named in one.

        Nor do messages that the agent wants to be read on the ticket's page only.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("psa_no_mail") or self._is_note(message):
            recipients = [data for data in recipients if not data["share"]]
        return recipients

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        """Override of `mail` to leave sending to the outgoing queue, and to wake it.

        Whoever writes does not wait for the mail server, nor does a mailbox being read.
        """
        at_once = self.env.context.get("mail_notify_force_send", False)
        mailed = frozenset(
            data["id"] for data in recipients_data if data["notif"] == "email"
        )
        ticket = self.with_context(
            psa_mailed_ids=mailed, mail_notify_force_send=at_once
        )
        result = super(PsaTicketMailOutMixin, ticket)._notify_thread_by_email(
            message, recipients_data, **kwargs
        )
        if mailed and not at_once:
            self.env["ir.cron"]._psa_wake("mail.ir_cron_mail_scheduler_action")
        return result
