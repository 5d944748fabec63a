from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.tools.misc import human_size

from odoo.addons.portal.controllers.portal import CustomerPortal

MEGABYTE = 1024 * 1024
# What a reply's files may weigh together, unless `web.max_file_upload_size` says else.
MAX_FILES_SIZE = 25 * MEGABYTE
# Characters of a reply; more is a file.
MAX_BODY_LENGTH = 50_000

# The address holds the key to the ticket: it goes to nobody else and into no cache.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex, nofollow",
}

# The database counts tickets in 32 bits.
TICKET_URL = "/my/tickets/<int(max=2147483647):ticket_id>"


def as_text(value):
    """Return what a visitor typed; a program may send a file where words belong."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


class TicketPortal(CustomerPortal):
    """The ticket's page for whoever has its link, and the page to find that link again."""

    @http.route(
        TICKET_URL,
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        multilang=False,  # the page speaks the requester's language, whatever the address
        methods=["GET"],
    )
    def portal_ticket(
        self, ticket_id, access_token=None, pid=None, hash=None, sent=None, **_params
    ):
        """Show a ticket and its conversation.

        A link that opens nothing leads to the search page, whether the ticket exists or
        not. Colleagues without the customer's link go to the ticket's form. A
        participant's link holds his id and a signature instead of the ticket's token.
        """
        ticket_sudo = self._find_ticket(ticket_id, access_token, pid, hash)
        if not ticket_sudo:
            return self._refuse_link()
        if not (access_token or hash) and request.env.user._is_internal():
            return request.redirect(self._get_form_url(ticket_sudo))
        return self._render_ticket(ticket_sudo, sent=sent)

    @http.route(
        f"{TICKET_URL}/reply",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        multilang=False,
        methods=["POST"],
        # Odoo cuts larger requests off without a word: leave room to explain the limit.
        max_content_length=lambda controller: (
            4 * controller._get_max_files_size() + MEGABYTE
        ),
    )
    def portal_ticket_reply(
        self,
        ticket_id,
        access_token=None,
        pid=None,
        hash=None,
        body="",
        submission=None,
        **post,
    ):
        """Post a reply with its files, then show the page again.

        Nothing is written when the reply cannot be accepted: the form comes back with
        what was typed and the reason.
        """
        ticket_sudo = self._find_ticket(ticket_id, access_token, pid, hash)
        if not ticket_sudo:
            return self._refuse_link()
        if post.get("answer_to"):
            # Only programs fill in the field that nobody sees. Let them be content.
            return self._redirect_to_page(ticket_sudo, "reply")
        body = as_text(body)
        files = self._read_files()
        problem = self._get_reply_problem(body, files)
        if problem:
            return self._render_ticket(
                ticket_sudo, problem=problem, draft=body, status=422
            )
        answered_sudo = ticket_sudo._reply_from_page(body, files, as_text(submission))
        is_follow_up = answered_sudo != ticket_sudo
        return self._redirect_to_page(
            answered_sudo, "follow_up" if is_follow_up else "reply"
        )

    @http.route(
        "/ticket/track",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET", "POST"],
    )
    def ticket_track(self, tracking_key="", email="", lost=None, **_post):
        """Lead from tracking key and e-mail address to the ticket's page.

        Guessing is not slowed down, on purpose: a key is 50 random bits and counts only
        together with the requester's address, so a thousand tries a second need some
        ten thousand years; a delay would just keep a worker busy. A wrong key, a wrong
        address and a ticket that does not exist get one and the same answer.
        """
        is_search = request.httprequest.method == "POST"
        tracking_key, email = as_text(tracking_key), as_text(email)
        if is_search:
            ticket_sudo = request.env["psa.ticket"]._find_by_tracking_key(
                tracking_key, email
            )
            if ticket_sudo:
                return request.redirect(ticket_sudo.get_portal_url())
        return request.render(
            "helpdesk_psa.ticket_track_page",
            {
                "page_name": "ticket_track",
                "no_breadcrumbs": True,
                "not_found": is_search,
                "lost": bool(lost),
                "tracking_key": tracking_key,
                "email": email,
            },
            headers=PRIVATE_HEADERS,
        )

    # === ACCESS === #

    def _find_ticket(self, ticket_id, access_token, pid=None, signature=None):
        """Return the ticket, with all rights, if the visitor may see it; else nothing.

        A participant who comes by his own link is named in the context.

        The record keeps the visitor as its user, so that what he uploads is not taken
        for the system's own.
        """
        access_token, signature = as_text(access_token), as_text(signature)
        if not access_token.isascii():
            # It cannot be compared in constant time, and is none of ours.
            access_token = ""
        if pid and signature:
            # sudo: the signature is checked before anything is shown
            ticket_sudo = request.env["psa.ticket"].sudo().browse(ticket_id).exists()
            participant = ticket_sudo and ticket_sudo._find_participant(pid, signature)
            if participant:
                request.update_context(psa_participant_id=participant.id)
                return ticket_sudo.with_env(request.env).sudo()
        try:
            self._document_check_access("psa.ticket", ticket_id, access_token)
        except (AccessError, MissingError):
            return request.env["psa.ticket"]
        # sudo: the visitor's rights or his token were just checked
        return request.env["psa.ticket"].sudo().browse(ticket_id)

    def _refuse_link(self):
        return request.redirect("/ticket/track?lost=1")

    def _redirect_to_page(self, ticket_sudo, sent):
        url = ticket_sudo._get_visitor_url(sent=sent)
        return request.redirect(url, code=303)

    def _get_form_url(self, ticket_sudo):
        return f"/mail/view?model=psa.ticket&res_id={ticket_sudo.id}"

    # === READING === #

    def _render_ticket(
        self, ticket_sudo, sent=None, problem=None, draft="", status=200
    ):
        self._adapt_to_requester(ticket_sudo)
        ticket_sudo = ticket_sudo.with_env(request.env).sudo()
        values = self._prepare_page_values(ticket_sudo, draft)
        response = request.render(
            "helpdesk_psa.ticket_page",
            {**values, "sent": sent, "problem": problem},
            headers=PRIVATE_HEADERS,
        )
        response.status_code = status
        return response

    def _prepare_page_values(self, ticket_sudo, draft):
        """Return the values of the page's template; override to add some."""
        return {
            "page_name": "ticket",
            "page_lang": request.env.lang.replace("_", "-"),
            "no_breadcrumbs": True,
            "ticket": self._prepare_ticket_values(ticket_sudo),
            "messages": self._prepare_message_values(ticket_sudo),
            "reply": self._prepare_reply_values(ticket_sudo, draft),
            "backend_url": request.env.user._is_internal()
            and request.env["psa.ticket"].browse(ticket_sudo.id).has_access("read")
            and self._get_form_url(ticket_sudo),
        }

    def _adapt_to_requester(self, ticket_sudo):
        """Speak the requester's language and time zone to somebody who is not logged in."""
        user = request.env.user
        if user._is_public():
            code = request.env["ir.http"].get_nearest_lang(
                ticket_sudo._get_notice_lang()
            )
            if code:
                request.lang = request.env["res.lang"]._get_data(code=code)
                request.update_context(lang=code)
        if user._is_public() or not user.tz:
            request.update_context(
                tz=ticket_sudo.partner_id.tz
                or ticket_sudo.team_id.calendar_id.tz
                or ticket_sudo.company_id.resource_calendar_id.tz
            )

    def _prepare_ticket_values(self, ticket_sudo):
        """Return what the page tells of a ticket; override to tell more."""
        agent = ticket_sudo.user_id.name or ""
        return {
            "number": ticket_sudo.number,
            "name": ticket_sudo.name,
            "status": ticket_sudo.stage_id.name,
            "category": ticket_sudo.stage_category,
            "requested_at": ticket_sudo.requested_at,
            "contact": agent.split()[0] if agent.split() else ticket_sudo.team_id.name,
            "progress": ticket_sudo.progress,
            "opens_follow_up": ticket_sudo._wants_follow_up(),
        }

    def _prepare_message_values(self, ticket_sudo):
        messages = ticket_sudo._get_page_messages()
        for message in messages:
            for file in message["files"]:
                file["size"] = human_size(file["size"])
        return messages

    # === WRITING === #

    def _prepare_reply_values(self, ticket_sudo, draft):
        author = ticket_sudo._get_page_author()
        partner_sudo = request.env["res.partner"].sudo().browse(author.get("author_id"))
        return {
            "url": f"/my/tickets/{ticket_sudo.id}/reply",
            "keys": ticket_sudo._get_visitor_keys(),
            "author": partner_sudo.name or author.get("email_from"),
            "draft": draft,
            "submission": ticket_sudo._new_submission(),
            "max_megabytes": self._get_max_megabytes(),
            "max_length": MAX_BODY_LENGTH,
        }

    def _read_files(self):
        """Return the uploaded files as pairs of name and content."""
        return [
            (" ".join(file.filename.replace("\x00", "").split()), file.read())
            for file in request.httprequest.files.getlist("files")
            if file.filename
        ]

    def _get_reply_problem(self, body, files):
        """Return why a reply cannot be accepted, in words for the visitor, or nothing."""
        if not body:
            return request.env._("Please write a message before you send it.")
        if len(body) > MAX_BODY_LENGTH:
            return request.env._(
                "Your message is too long: at most %(count)s characters. Please attach "
                "the rest as a file.",
                count=MAX_BODY_LENGTH,
            )
        limit = self._get_max_files_size()
        if sum(len(content) for _name, content in files) > limit:
            return request.env._(
                "The files are too large: at most %(limit)s MB altogether. Your message "
                "was not sent.",
                limit=self._get_max_megabytes(),
            )
        return None

    def _get_max_files_size(self):
        """Return the limit for the files of one reply, in bytes."""
        # sudo: a setting that everybody feels
        limit = (
            request.env["ir.config_parameter"]
            .sudo()
            .get_param("web.max_file_upload_size")
        )
        return int(limit or MAX_FILES_SIZE)

    def _get_max_megabytes(self):
        """Return the same limit as people read it: ``25``, ``0.5``."""
        return f"{self._get_max_files_size() / MEGABYTE:.3g}"
