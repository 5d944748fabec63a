import logging
import xmlrpc.client
from email.message import EmailMessage

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools.mail import (
    decode_message_header,
    email_normalize,
    email_split,
    plaintext2html,
    unfold_references,
)

from ..tools.mail_fate import (
    ANSWER,
    classify_sender,
    find_wrong_labels,
    get_lost_text,
    mend,
    read_headers,
    relabel,
    remember_headers,
)

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """The mail gateway, with a journal: each mail has a fate, and none is lost."""

    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Override of `mail` to journal each mail, and to survive the broken ones.

        A mail meant for the helpdesk never raises: it is a ticket, a reply or a line of
        the journal. Other applications' mails behave as they do without us.
        """
        raw = _to_bytes(message)
        journal = self.env["psa.mail.log"]
        fate = self.env.context.get("psa_mail_retry")
        if fate:  # whoever tries again writes the fate himself
            return self._psa_process(fate, raw, model, custom_values)
        fate = journal._open(raw, model)
        options = (custom_values, save_original, strip_attachments, thread_id)
        try:
            result = self._psa_process(fate, raw, model, *options)
        except (OperationalError, ConcurrencyError):
            # Another transaction was first. The caller tries again, or the journal does.
            journal._settle(fate)
            raise
        except Exception:
            journal._write_fate(fate)
            raise
        journal._settle(fate)
        return result

    @api.model
    def _psa_process(self, fate, raw, model, *options):
        """Let the gateway process a mail, and note its fate.

        :param fate: `MailFate` to settle; it is settled whatever happens, except when
            another transaction was first
        :param bytes raw: the mail as received
        :param options: further arguments of `message_process`
        """
        fate.fallback_model = model
        gateway = self.with_context(psa_mail_fate=fate)
        mended = mend(raw)
        if mended is not raw and not gateway._psa_is_for_helpdesk(read_headers(raw)):
            mended = raw
        try:
            with self.env.cr.savepoint():
                # A step of our `message_process`: what lies below it is the gateway.
                result = super(  # pylint: disable=super-method-mismatch
                    MailThread, gateway
                ).message_process(model, mended, *options)
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as error:
            if not gateway._psa_is_for_helpdesk(read_headers(raw)):
                fate.settle(
                    "failed", fate.detail if fate.state == "failed" else str(error)
                )
                raise
            _logger.exception("An incoming mail for the helpdesk could not be read")
            return gateway._psa_rescue(raw, error)
        if not fate.is_new:
            # Core returns False for a known Message-Id and says nothing else.
            gateway._psa_note_duplicate(read_headers(mended)["message_id"])
        elif fate.state is None:
            fate.settle("other")
        return result

    @api.model
    def _psa_is_for_helpdesk(self, headers):
        """Whether a mail is meant for a helpdesk team, or answers one of its mails.

        :param dict headers: ``to`` and ``references``, as :func:`read_headers` gives
        """
        fate = self.env["psa.mail.log"]._get_current()
        if fate.fallback_model == "psa.ticket" or self.env.context.get(
            "psa_force_ticket"
        ):
            return True
        addresses = [address.lower() for address in email_split(headers["to"])]
        if self.env["psa.ticket"]._find_teams(addresses):
            return True
        references = unfold_references(headers["references"])[-32:]
        return bool(references) and bool(
            self.env["mail.message"]
            .sudo()
            .search_count(
                [("message_id", "in", references), ("model", "=", "psa.ticket")],
                limit=1,
            )
        )

    def _psa_note_duplicate(self, message_id):
        """Note where the same mail went when it came before."""
        # sudo: the gateway acts for senders without any right
        known = (
            self.env["mail.message"]
            .sudo()
            .search([("message_id", "=", message_id)], limit=1)
        )
        self.env["psa.mail.log"]._get_current().settle(
            "duplicate",
            self.env._("The same mail came before."),
            record=known.model and self.env[known.model].browse(known.res_id).exists(),
        )

    def _psa_rescue(self, raw, error):
        """Open a minimal ticket, with the raw mail attached, for one that cannot be read.

        :return: id of the ticket, or False when not even that was possible
        """
        headers = read_headers(raw)
        fate = self.env["psa.mail.log"]._get_current()
        try:
            with self.env.cr.savepoint():
                ticket = (
                    self.env["psa.ticket"]
                    .sudo()
                    .with_context(psa_automatic_mail=True)
                    ._intake(
                        [
                            {
                                "channel": "email",
                                "name": headers["subject"],
                                "email_from": headers["from"],
                                "to": headers["to"],
                            }
                        ]
                    )
                )
                ticket.message_post(
                    body=Markup("<p>%s</p>")
                    % self.env._(
                        "This mail could not be read. The original is attached."
                    ),
                    attachments=[("mail.eml", raw)],
                )
        except (OperationalError, ConcurrencyError):
            raise
        except Exception as second_error:
            _logger.exception("Not even a minimal ticket could be opened")
            fate.settle("failed", f"{error}; {second_error}")
            return False
        fate.settle("rescued", str(error), record=ticket)
        return ticket.id

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail` to leave out those who never get e-mails.

        The context key `psa_notify_by` (email or inbox) overrules what colleagues prefer.
        """
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("psa_notify_by") in ("email", "inbox"):
            for data in recipients:
                data["notif"] = self.env.context["psa_notify_by"]
        mailed = [data["id"] for data in recipients if data["notif"] == "email"]
        silent = self.env["res.partner"].browse(mailed)._psa_filter_never_email()
        return [data for data in recipients if data["id"] not in silent.ids]

    # === READING === #

    @api.model
    def message_parse(self, message, save_original=False):
        """Override of `mail` to leave out NULs, which the database cannot hold.

        It is faster, too: Python parses a header again each time it is asked for.
        """
        if isinstance(message, EmailMessage):
            remember_headers(message)
        values = super().message_parse(message, save_original=save_original)
        for name, value in values.items():
            if isinstance(value, str) and "\x00" in value:
                values[name] = value.replace("\x00", "")
        values["attachments"] = [
            attachment._replace(fname=str(attachment.fname).replace("\x00", ""))
            for attachment in values.get("attachments") or []
        ]
        return values

    def _message_parse_extract_payload(
        self, message, message_dict, save_original=False
    ):
        """Override of `mail` to read texts that are labelled wrongly, in tickets."""
        wrong = find_wrong_labels(message)
        lost = get_lost_text(message)
        if wrong or lost:
            references = f"{message_dict['references']} {message_dict['in_reply_to']}"
            headers = {"to": message_dict["recipients"], "references": references}
            if not self._psa_is_for_helpdesk(headers):
                wrong, lost = [], ""
        for part, content_type, charset in wrong:
            relabel(part, content_type, charset)
        payload = super()._message_parse_extract_payload(
            message, message_dict, save_original
        )
        if lost and not payload["body"]:
            payload["body"] = plaintext2html(lost)
        return payload

    def _get_bounced_message_data(self, message, message_dict):
        """Override of `mail` to survive a report whose returned mail is no mail."""
        if isinstance(message, str):
            return self.env["mail.message"].sudo(), []
        return super()._get_bounced_message_data(message, message_dict)

    # === VERDICTS OF THE GATEWAY === #

    @api.model
    def _psa_note(self, state, detail, record=None):
        self.env["psa.mail.log"]._get_current().settle(state, detail, record=record)

    @api.model
    def _detect_loop_headers(self, msg_dict):
        """Override of `mail` to note the verdict. Known mails do not come here."""
        self.env["psa.mail.log"]._get_current().is_new = True
        is_loop = super()._detect_loop_headers(msg_dict)
        if is_loop:
            self._psa_note("loop", self.env._("Answer to our own bounce message."))
        return is_loop

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Override of `mail` to note the verdict, and to leave robots unanswered."""
        if self.env.context.get("psa_force_ticket"):
            return False
        fate = self.env["psa.mail.log"]._get_current()
        gateway = self.with_context(psa_no_bounce=fate.is_automatic)
        is_loop = super(MailThread, gateway)._detect_loop_sender(
            message, message_dict, routes
        )
        if is_loop:
            fate.settle(
                "loop",
                self.env._(
                    "Too many mails from this sender in a short time. If he may write so "
                    "often, add him to the mail gateway's allowed senders."
                ),
            )
        return is_loop

    @api.model
    def _routing_create_bounce_email(
        self, email_from, body_html, message, **mail_values
    ):
        """Override of `mail` to note mails that are sent back."""
        if self.env.context.get("psa_no_bounce"):
            return
        self._psa_note(
            "ignored",
            self.env._("Sent back: this address takes no mail from this sender."),
        )
        super()._routing_create_bounce_email(
            email_from, body_html, message, **mail_values
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override of `mail` to note the verdict."""
        bounced = message_dict.get("bounced_message")
        detail = self.env._("Delivery report or read receipt.")
        if message_dict.get("bounced_email"):
            detail = self.env._(
                "A mail to %(address)s could not be delivered.",
                address=message_dict["bounced_email"],
            )
        record = (
            bounced
            and bounced.model
            and self.env[bounced.model].browse(bounced.res_id).exists()
        )
        self._psa_note("bounce", detail, record=record or None)
        return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail` to note which other application took the mail."""
        fate = self.env["psa.mail.log"]._get_current()
        fate.recipient_ids = message_dict.get("partner_ids") or []
        result = super()._message_route_process(message, message_dict, routes)
        if routes and fate.state is None:
            model = routes[0][0]
            fate.settle("other", record=self.env[model].browse(result or ()))
        return result

    # === ROUTES TO TICKETS === #

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Override of `mail` to decide what a mail to the helpdesk may do."""
        fate = self.env["psa.mail.log"]._get_current()
        fate.sender_kind = classify_sender(message)
        if self.env.context.get("psa_force_ticket"):
            return self._psa_get_forced_route(message, message_dict)
        senders = self._psa_find_senders(message_dict.get("email_from"))
        if len(senders) == 1:  # of several, core prefers one
            message_dict.setdefault("author_id", senders.id)
        gateway = self
        if not model and self._psa_find_by_subject(message_dict):
            # A reply to the catchall address, say, whose headers got lost on the way.
            model = "psa.ticket"
            gateway = self.with_context(psa_not_to_catchall=True)
        try:
            routes = super(MailThread, gateway).message_route(
                message, message_dict, model, thread_id, custom_values
            )
        except ValueError:
            self._psa_note(
                "failed",
                self.env._(
                    "No team and no other application has the address %(to)s. Give it to "
                    "a team, then make this mail a ticket.",
                    to=message_dict["to"],
                ),
            )
            raise
        ours = [route for route in routes if route[0] == "psa.ticket"]
        if not ours:
            return routes
        others = [route for route in routes if route[0] != "psa.ticket"]
        # A mail to several teams is one request: the first address decides.
        route = self._psa_first_route(ours, message)
        return [*self._psa_admit(message_dict, route), *others]

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        """Override of `mail`: the number in the subject is as good as an address."""
        if self.env.context.get("psa_not_to_catchall"):
            return False
        return super()._detect_write_to_catchall(msg_dict)

    def _psa_get_forced_route(self, message, message_dict):
        """Route a mail to the ticket that somebody chose for it.

        Otherwise to a new ticket of the first team it was addressed to.
        """
        message_dict.pop("parent_id", None)
        ticket_id = self.env.context.get("psa_ticket_id")
        if ticket_id:
            # As a reply: what a robot wrote wakes nobody.
            fate = self.env["psa.mail.log"]._get_current()
            message_dict["is_internal"] = fate.is_automatic
            return [("psa.ticket", ticket_id, {}, self.env.uid, None)]
        message_dict["is_internal"] = False
        addresses = _get_recipients(message)
        teams = self.env["psa.ticket"]._find_teams(addresses)
        team_id = next((teams[to] for to in addresses if to in teams), False)
        values = {"team_id": team_id} if team_id else {}
        return [("psa.ticket", 0, values, self.env.uid, None)]

    def _psa_first_route(self, routes, message):
        """Return the route whose alias comes first in the recipients."""
        addresses = _get_recipients(message)

        def position(route):
            alias = route[4].alias_full_name if route[4] else None
            return addresses.index(alias) if alias in addresses else len(addresses)

        return min(routes, key=position)

    def _psa_admit(self, message_dict, route):
        """Return the route if the mail may take it, else nothing, with the reason noted."""
        fate = self.env["psa.mail.log"]._get_current()
        sender = message_dict.get("email_from")
        # Core finds no author for the addresses of aliases.
        if not message_dict.get("author_id") and self._psa_is_own_address(sender):
            fate.settle("loop", self.env._("Sent by an address of our own."))
            return []
        route = self._psa_find_thread(message_dict, route)
        if route[1]:
            return [route]
        if fate.sender_kind == ANSWER:
            fate.settle("automatic", self.env._("Out of office or another robot."))
            return []
        rule = self.env["psa.mail.rule"]._find(sender, message_dict.get("subject"))
        if rule:
            fate.settle("ignored", rule.name, rule=rule)
            return []
        return [route]

    def _psa_find_thread(self, message_dict, route):
        """Find the ticket that a new mail belongs to, and the new one a late reply opens.

        Headers were tried before; here the number in the subject counts, if the sender
        takes part in that ticket. A reply to a closed ticket may open a follow-up.

        The route found has no alias: if processing failed, core would tell the sender
        that his mail is lost, and it is not.
        """
        model, thread_id, values, user_id, _alias = route
        Ticket = self.env["psa.ticket"].sudo()
        ticket = Ticket.browse(thread_id)
        if not thread_id:
            ticket = self._psa_find_by_subject(message_dict)
        if not ticket:
            return (model, 0, values, user_id, None)
        sender = email_normalize(message_dict.get("email_from") or "", strict=False)
        is_automatic = self.env["psa.mail.log"]._get_current().is_automatic
        # Neither a robot nor what an agent adds opens a follow-up.
        if (
            ticket._wants_follow_up()
            and not is_automatic
            and not ticket._is_agent_address(sender)
        ):
            follow_up = ticket._get_open_follow_up(sender)
            if not follow_up:
                values = {**(values or {}), **ticket._prepare_follow_up_values()}
            ticket = follow_up
            message_dict.pop("parent_id", None)
            message_dict["is_internal"] = False
        # An automatic answer is worth reading, but it must wake nobody. An answer to a
        # note stays among colleagues, unless the customer got the note somehow.
        is_note = message_dict.get("is_internal") and not ticket._is_outside(sender)
        message_dict["is_internal"] = is_automatic or bool(is_note)
        return (model, ticket.id or 0, values, user_id, None)

    def _psa_find_by_subject(self, message_dict):
        return (
            self.env["psa.ticket"]
            .sudo()
            ._find_by_subject(
                message_dict.get("subject"), message_dict.get("email_from")
            )
        )


def _get_recipients(message):
    """Return the addresses of a mail in their order, which core's parsing loses.

    :param message: `email.message.EmailMessage`
    """
    return [
        address.lower()
        for name in ("To", "Cc", "Delivered-To", "Resent-To", "Resent-Cc")
        for address in email_split(decode_message_header(message, name, separator=","))
    ]


def _to_bytes(message):
    """Return a mail as bytes, however the caller of the gateway passes it."""
    if isinstance(message, xmlrpc.client.Binary):
        return bytes(message.data)
    if isinstance(message, str):
        return message.encode("utf-8", "surrogateescape")
    return message
