import logging
import xmlrpc.client

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, models
from odoo.tools.mail import email_normalize, email_split

from ..tools.mail_fate import ANSWER, classify_sender, read_headers

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
        fate = self.env.context.get("psa_mail_retry") or journal._open(raw, model)
        gateway = self.with_context(psa_mail_fate=fate)
        try:
            with self.env.cr.savepoint():
                result = super(MailThread, gateway).message_process(
                    model, raw, custom_values, save_original, strip_attachments, thread_id
                )
        except OperationalError:
            # Another transaction was first. The caller tries again, or the journal does.
            journal._settle(fate)
            raise
        except Exception as error:
            if not self._psa_is_for_helpdesk(raw, model):
                fate.settle("failed", str(error))
                journal._write_fate(fate)
                raise
            _logger.exception("An incoming mail for the helpdesk could not be read")
            result = gateway._psa_rescue(raw, error)
        if fate.state is None:
            # Core returns False for a known Message-Id and says nothing else.
            fate.settle("duplicate" if result is False else "other")
        if not self.env.context.get("psa_mail_retry"):
            journal._settle(fate)
        return result

    @api.model
    def _psa_is_for_helpdesk(self, raw, fallback_model):
        """Whether a mail that failed was meant for a helpdesk team."""
        if fallback_model == "psa.ticket":
            return True
        addresses = [address.lower() for address in email_split(read_headers(raw)["to"])]
        return bool(self.env["psa.ticket"]._find_teams(addresses))

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
                ticket._message_log(
                    body=Markup("<p>%s</p>")
                    % self.env._("This mail could not be read. The original is attached."),
                )
                ticket.message_post(
                    body=self.env._("Original mail"),
                    attachments=[("mail.eml", raw)],
                )
        except Exception as second_error:
            _logger.exception("Not even a minimal ticket could be opened")
            fate.settle("failed", f"{error}; {second_error}")
            return False
        fate.settle("rescued", str(error), record=ticket)
        return ticket.id

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail` to leave out those who never get e-mails."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        mailed = [data["id"] for data in recipients if data["notif"] == "email"]
        silent = self.env["res.partner"].browse(mailed)._psa_filter_never_email()
        return [data for data in recipients if data["id"] not in silent.ids]

    # === VERDICTS OF THE GATEWAY === #

    @api.model
    def _detect_loop_headers(self, msg_dict):
        """Override of `mail` to note the verdict."""
        is_loop = super()._detect_loop_headers(msg_dict)
        if is_loop:
            self._psa_note("loop", self.env._("Answer to our own bounce message."))
        return is_loop

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        """Override of `mail` to note the verdict."""
        if self.env.context.get("psa_force_ticket"):
            return False
        is_loop = super()._detect_loop_sender(message, message_dict, routes)
        if is_loop:
            self._psa_note(
                "loop", self.env._("Too many mails from this sender in a short time.")
            )
        return is_loop

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Override of `mail` to note the verdict."""
        self._psa_note("bounce", self.env._("A mail of ours could not be delivered."))
        return super()._routing_handle_bounce(email_message, message_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail` to note which other application took the mail."""
        result = super()._message_route_process(message, message_dict, routes)
        fate = self.env["psa.mail.log"]._get_current()
        if routes and fate.state is None:
            model = routes[0][0]
            fate.settle("other", record=self.env[model].browse(result or ()))
        return result

    def _psa_note(self, state, detail):
        self.env["psa.mail.log"]._get_current().settle(state, detail)

    # === ROUTES TO TICKETS === #

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        """Override of `mail` to decide what a mail to the helpdesk may do."""
        if self.env.context.get("psa_force_ticket"):
            return self._psa_get_forced_route(message_dict)
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        ours = [route for route in routes if route[0] == "psa.ticket"]
        if not ours:
            return routes
        others = [route for route in routes if route[0] != "psa.ticket"]
        # A mail to several teams is one request: the first address decides.
        route = self._psa_find_thread(message_dict, self._psa_first_route(ours, message_dict))
        return [*self._psa_admit(message, message_dict, route), *others]

    def _psa_get_forced_route(self, message_dict):
        """Route a mail to a new ticket of the team it was addressed to."""
        message_dict.pop("parent_id", None)
        message_dict["is_internal"] = False
        teams = self.env["psa.ticket"]._find_teams(
            [address.lower() for address in email_split(message_dict["recipients"])]
        )
        values = {"team_id": next(iter(teams.values()))} if teams else {}
        return [("psa.ticket", 0, values, self.env.uid, None)]

    def _psa_first_route(self, routes, message_dict):
        """Return the route whose alias comes first in the recipients."""
        addresses = [
            address.lower()
            for address in email_split(f"{message_dict['to']},{message_dict['cc']}")
        ]

        def position(route):
            alias = route[4] and route[4].alias_full_name
            return addresses.index(alias) if alias in addresses else len(addresses)

        return min(routes, key=position)

    def _psa_find_thread(self, message_dict, route):
        """Find the ticket that a new mail belongs to, and the new one a late reply opens.

        Headers were tried before; here the number in the subject counts, if the sender
        takes part in that ticket. A reply to a closed ticket may open a follow-up.
        """
        model, thread_id, values, user_id, alias = route
        Ticket = self.env["psa.ticket"].sudo()
        ticket = Ticket.browse(thread_id)
        if not thread_id:
            ticket = Ticket._find_by_subject(
                message_dict.get("subject"), message_dict.get("email_from")
            )
        ticket = ticket.exists()
        if ticket and ticket._wants_follow_up():
            message_dict.pop("parent_id", None)
            values = {**(values or {}), **ticket._prepare_follow_up_values()}
            return (model, 0, values, user_id, alias)
        return (model, ticket.id or 0, values, user_id, alias)

    def _psa_admit(self, message, message_dict, route):
        """Return the route if the mail may take it, else nothing, with the reason noted."""
        fate = self.env["psa.mail.log"]._get_current()
        fate.sender_kind = classify_sender(message)
        sender = message_dict.get("email_from")
        is_reply = bool(route[1])
        if self._psa_is_own_address(sender):
            fate.settle("loop", self.env._("Sent by an address of our own."))
            return []
        if is_reply:
            # An automatic answer is worth reading, but it must wake nobody.
            message_dict["is_internal"] = fate.sender_kind == ANSWER
            return [route]
        if fate.sender_kind == ANSWER:
            fate.settle("automatic", self.env._("Out of office, mailing list or robot."))
            return []
        rule = self.env["psa.mail.rule"]._find(sender, message_dict.get("subject"))
        if rule:
            fate.settle("ignored", rule.name, rule=rule)
            return []
        return [route]

    def _psa_is_own_address(self, sender):
        """Whether a mail comes from an alias, the catchall or the bounce address."""
        address = email_normalize(sender or "", strict=False)
        if not address:
            return False
        domains = self.env["mail.alias.domain"].sudo().search([])
        own = {*domains.mapped("catchall_email"), *domains.mapped("bounce_email")}
        return address in own or bool(
            self.env["mail.alias"]
            .sudo()
            .search_count([("alias_full_name", "=", address)], limit=1)
        )


def _to_bytes(message):
    """Return a mail as bytes, however the caller of the gateway passes it."""
    if isinstance(message, xmlrpc.client.Binary):
        return bytes(message.data)
    if isinstance(message, str):
        return message.encode("utf-8", "surrogateescape")
    return message
