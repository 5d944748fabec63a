import re
import secrets
from urllib.parse import urlencode, urlsplit

import lxml.html
from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize, is_html_empty, plaintext2html

from ...const import WRITTEN_TYPES

# What a visitor may ask Odoo's own routes about a ticket; the rest is for colleagues:
# activities, followers, scheduled notes, suggested recipients.
PUBLIC_REQUESTS = ("attachments", "display_name")

# `/web/image/12`, `/web/image/12-1a2b3c4d/screen.png`, `/web/content/12?download=1`
ATTACHMENT_PATH = re.compile(
    r"^/web/(?:image|content)/(?:ir\.attachment/)?(\d+)(?=\D|$)"
)


class PsaTicketPageMixin(models.AbstractModel):
    """The ticket's page behind the tracking link: what a visitor reads and writes.

    Whoever holds the link is taken for the requester. Everything here shows public
    messages of people only; notes, logs and what hangs on them stay inside.
    """

    _name = "psa.ticket.page.mixin"
    _description = "Ticket Page"

    # === FINDING THE TICKET === #

    @api.model
    def _find_by_tracking_key(self, key, address):
        """Return the ticket that a tracking key opens for an e-mail address, or nothing.

        :param str key: as read from a mail or heard on the phone: case, spaces and
            dashes do not matter
        :param str address: must be the requester's, or the one the ticket came from
        """
        key = re.sub(r"[\s\-‐-―]", "", key or "").upper()
        address = email_normalize(address or "", strict=False)
        if not key or not address or "\x00" in key:
            return self.browse()
        # sudo: key and address together are the right to see the ticket
        ticket = (
            self.sudo()
            .with_context(active_test=False)
            .search([("tracking_key", "=", key)], limit=1)
        )
        owners = (ticket.partner_id.email_normalized, ticket.email_normalized)
        return ticket if address in owners else self.browse()

    # === READING === #

    @api.model
    def _get_public_message_domain(self):
        """Return the domain of the messages that customers may see."""
        return (
            Domain("model", "=", self._name)
            & Domain("message_type", "in", WRITTEN_TYPES)
            & self.env["mail.message"]._get_search_domain_share()
        )

    def _get_public_messages(self):
        """Return what people wrote on the ticket for the customer to read, newest first."""
        self.ensure_one()
        # sudo: who may see the ticket's page may read its conversation
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                self._get_public_message_domain() & Domain("res_id", "=", self.id),
                order="date desc, id desc",
            )
        )
        messages = messages.filtered(self._is_public)
        return messages - messages._filter_empty()

    def _get_page_messages(self):
        """Return the conversation as plain values for the page, newest first.

        Files can be opened by whoever has the values: each link carries the token of
        its own file, and no other file gets one.
        """
        self.ensure_one()
        return [
            {
                "id": message.id,
                "author": self._get_page_author_name(message),
                "is_agent": self._is_agent(message.author_id),
                "date": message.date,
                "body": self._open_inline_images(message),
                "files": [
                    {
                        "name": attachment.name,
                        "url": self._get_file_url(attachment, download=True),
                        "size": attachment.file_size,
                    }
                    for attachment in message.attachment_ids
                ],
            }
            for message in self._get_public_messages()
        ]

    def _get_page_author_name(self, message):
        if message.author_id:
            return message.author_id.name
        name, _separator, address = (message.email_from or "").rpartition("<")
        return name.strip(' "') or address.strip("> ")

    def _get_file_url(self, attachment, download=False):
        token = attachment.generate_access_token()[0]
        kind, query = ("content", "download=true&") if download else ("image", "")
        return f"/web/{kind}/{attachment.id}?{query}access_token={token}"

    def _open_inline_images(self, message):
        """Return a message's body whose own images show without being logged in.

        Only files of the message itself are opened: a body can name any file at all.
        """
        if not message.body or is_html_empty(message.body):
            return Markup()
        own = {attachment.id: attachment for attachment in message.attachment_ids}
        root = lxml.html.fragment_fromstring(message.body, create_parent="div")
        for image in root.iter("img"):
            match = ATTACHMENT_PATH.match(self._get_local_path(image.get("src")))
            attachment = match and own.get(int(match[1]))
            if attachment:
                image.set("src", self._get_file_url(attachment))
        # The field has sanitised the body; only addresses of images changed.
        return Markup(lxml.html.tostring(root, encoding="unicode"))

    def _get_local_path(self, url):
        """Return the path of an address on this server, without its query."""
        url = url or ""
        base = self.get_base_url()
        if url.startswith(f"{base}/"):
            url = url[len(base) :]
        return url.partition("?")[0]

    # === WRITING === #

    def _reply_from_page(self, body, attachments=(), submission=None):
        """Post what a visitor wrote on the page, in the requester's name.

        A logged-in visitor writes in his own name. The reply to a closed ticket opens a
        follow-up where the team wishes.

        :param str body: plain text
        :param attachments: pairs of file name and content (`bytes`)
        :param str submission: random word of the form; the same one posts only once
        :return: the ticket that holds the message: this one or its follow-up
        """
        self.ensure_one()
        message_id = self._get_page_message_id(submission)
        posted = self._find_page_reply(message_id)
        if posted is not None:
            return posted or self
        author = self._get_page_author()
        values = {"attachments": list(attachments), **message_id}
        body = plaintext2html(body)
        partner = self.env["res.partner"].browse(author.get("author_id"))
        if self._wants_follow_up() and not self._is_agent(partner):
            message = self._open_follow_up_from_page(author, body, values)
            return self.browse(message.res_id)
        self._as_page_visitor().message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **author,
            **values,
        )
        return self

    def _open_follow_up_from_page(self, author, body, post_values):
        """Open the ticket that a visitor's reply to this closed one asks for.

        :param dict author: author values of `message_post`
        :param body: as for `message_post`
        :param dict post_values: further values of it
        :return: the message, on the new ticket
        """
        follow_up = self.with_context(psa_first_message=True)._intake(
            [
                {
                    **self._prepare_follow_up_values(),
                    "channel": "portal",
                    "name": self.name,
                    "partner_id": author.get("author_id"),
                    "email_from": author.get("email_from"),
                }
            ]
        )
        return follow_up._as_page_visitor()._post_request(body, **author, **post_values)

    def _as_page_visitor(self):
        """Return the tickets in the context of a message from outside.

        Files that could run in a browser are stored as text; the visitor does not
        become a follower; mails go out by the queue.
        """
        return self.with_context(
            attachments_mime_plainxml=True,
            mail_post_autofollow=False,
            mail_post_autofollow_author_skip=True,
        )

    def _get_page_author(self):
        """Return author values of `message_post` for whoever uses the page now."""
        visitor = self.env.user.partner_id
        if self.env.user._is_public():
            visitor = self._get_page_participant()
        if not visitor:
            return self._prepare_requester_author()
        return {"author_id": visitor.id, "email_from": visitor.email_formatted}

    def _get_page_participant(self):
        """Return the participant whose own link opened the page, if it was one."""
        return self.env["res.partner"].browse(
            self.env.context.get("psa_participant_id")
        )

    def _get_visitor_keys(self):
        """Return what opens the ticket to the present visitor: his link's parameters.

        A participant never gets the ticket's own token: it would outlive his part in it.
        """
        self.ensure_one()
        participant = self._get_page_participant()
        visitor = self.env.user
        if visitor._is_portal() and self.with_user(visitor).has_access("read"):
            return {}  # his own rights open it, as long as he has them
        if participant and self._get_participants() & participant:
            return {
                "pid": participant.id,
                "hash": self.sudo()._sign_token(participant.id),
            }
        return {"access_token": self.sudo()._portal_ensure_token()}

    def _get_visitor_url(self, **parameters):
        """Return the path of the ticket's page, open to the present visitor."""
        query = urlencode({**self._get_visitor_keys(), **parameters})
        return f"/my/tickets/{self.id}{query and '?'}{query}"

    @api.model
    def _new_submission(self):
        """Return the random word that tells one filled-in form from another."""
        return secrets.token_hex(16)

    def _get_page_message_id(self, submission):
        if not re.fullmatch(r"[0-9a-f]{32}", submission or ""):
            return {}
        host = urlsplit(self.get_base_url()).hostname
        return {"message_id": f"<{submission}.page@{host}>"}

    def _find_page_reply(self, message_id):
        """Return the ticket that holds an earlier reply of the same form.

        :return: None if there is no such reply yet; an empty recordset while it is
            being posted by another request
        """
        if not message_id:
            return None
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [message_id["message_id"]],
        )
        if not self.env.cr.fetchone()[0]:
            return self.browse()
        message = (
            self.env["mail.message"]
            .sudo()  # the word is known to the visitor alone
            .search(
                [
                    ("message_id", "=", message_id["message_id"]),
                    ("model", "=", self._name),
                ],
                limit=1,
            )
        )
        return self.browse(message.res_id) if message else None

    # === ODOO'S OWN MAILS AND ROUTES === #

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Override of `portal`: the requester's mails alone have a button to the page.

        His carries the ticket's token. Others in copy must not get that, and without it
        nothing opens to them. Override once portal users have rights of their own.
        """
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        for name, _matches, data in groups:
            if name == "portal":
                data["has_button_access"] = False
        return groups

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, hash=None, pid=None, token=None, **kwargs
    ):
        """Override of `portal` to refuse odd tokens and missing tickets all alike."""
        if not self.browse(thread_id).sudo().exists():
            return self.browse()
        if not _is_plausible(token):
            token = None
        if not _is_plausible(hash) or not str(pid).isdigit():
            hash = pid = None
        if pid and not self.browse(thread_id).sudo()._is_on_board(int(pid)):
            hash = pid = None  # signed once, for somebody who was removed since
        return super()._get_thread_with_access(
            thread_id, hash=hash, pid=pid, token=token, **kwargs
        )

    def _is_on_board(self, partner_id):
        """Whether somebody is the requester or a participant of the ticket now."""
        return partner_id in (self.partner_id | self._get_participants()).ids

    def _thread_to_store(self, store, fields, *, request_list=None):
        """Override of `mail` to tell visitors nothing but what the page tells."""
        if request_list and self.env.user.share:
            request_list = [name for name in request_list if name in PUBLIC_REQUESTS]
        return super()._thread_to_store(store, fields, request_list=request_list)

    def _get_mail_thread_data_attachments(self):
        """Override of `mail` to show visitors the files of public messages only."""
        if self.env.user.share:
            return self._get_public_messages().attachment_ids
        return super()._get_mail_thread_data_attachments()


def _is_plausible(token):
    """Whether a token can be compared in constant time: text in ASCII."""
    return isinstance(token, str) and token.isascii()
