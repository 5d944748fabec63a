from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.helpdesk_psa.const import DONE_CATEGORIES, OPEN_CATEGORIES
from odoo.addons.helpdesk_psa.controllers.portal import (
    MAX_BODY_LENGTH,
    MEGABYTE,
    PRIVATE_HEADERS,
    TICKET_URL,
    TicketPortal,
    as_text,
)
from odoo.addons.portal.controllers.portal import pager as portal_pager

LIST_URL = "/my/tickets"
NEW_URL = f"{LIST_URL}/new"
PAGE_SIZE = 50
# Longer texts are no search; a name may be as long as a subject of a mail.
MAX_SEARCH_LENGTH = 100
MAX_NAME_LENGTH = 250


class TicketListPortal(TicketPortal):
    """What customers who are logged in do with their tickets."""

    # === THE WAY IN === #

    def _prepare_home_portal_values(self, counters):
        """Override of `portal` to count the open tickets on the customer's home page."""
        values = super()._prepare_home_portal_values(counters)
        if "psa_ticket_count" in counters:
            # sudo: the domain says what the visitor may see
            values["psa_ticket_count"] = (
                request.env["psa.ticket"]
                .sudo()
                .search_count(
                    self._get_visible_domain() & self._get_filters()["open"]["domain"]
                )
            )
        return values

    def _get_visible_domain(self):
        """Return the domain of the tickets that the visitor may see, for a search in sudo.

        To customers the record rule says how far their portal access reaches. A colleague
        who looks at the portal sees what he asked for himself, not all that he works on.
        """
        domain = Domain(request.env["ir.rule"]._compute_domain("psa.ticket", "read"))
        if request.env.user._is_portal():
            return domain
        return domain & request.env.user.partner_id._psa_get_portal_domain()

    # === THE LIST === #

    @http.route(
        [LIST_URL, f"{LIST_URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def portal_tickets(
        self,
        page=1,
        sortby=None,
        filterby=None,
        groupby=None,
        search=None,
        search_in=None,
        **_params,
    ):
        """List the tickets that the visitor may see, a page at a time.

        An unknown filter, order, grouping or kind of search counts as the first one.
        """
        options = {
            "sortby": (self._get_sortings(), sortby),
            "filterby": (self._get_filters(), filterby),
            "groupby": (self._get_groupings(), groupby),
            "search_in": (self._get_searches(), search_in),
        }
        chosen = {
            name: value if value in choices else next(iter(choices))
            for name, (choices, value) in options.items()
        }
        search = as_text(search)[:MAX_SEARCH_LENGTH]
        domain = self._get_visible_domain() & self._get_list_domain(chosen, search)
        # sudo: the domain says what the visitor may see; names of statuses and places that
        # go along are closed to him by themselves
        tickets_sudo = request.env["psa.ticket"].sudo()
        pager = portal_pager(
            url=LIST_URL,
            url_args={**chosen, "search": search},
            total=tickets_sudo.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        tickets_sudo = tickets_sudo.search(
            domain,
            order=self._get_order(chosen),
            limit=PAGE_SIZE,
            offset=pager["offset"],
        )
        return request.render(
            "helpdesk_psa_portal.ticket_list_page",
            {
                **self._prepare_portal_layout_values(),
                **chosen,
                "page_name": "psa_tickets",
                "default_url": LIST_URL,
                "new_url": self._may_open_tickets() and NEW_URL,
                "groups": self._group_rows(tickets_sudo, chosen["groupby"]),
                "pager": pager,
                "search": search,
                "searchbar_sortings": self._get_sortings(),
                "searchbar_filters": self._get_filters(),
                "searchbar_groupby": self._get_groupings(),
                "searchbar_inputs": self._get_searches(),
            },
        )

    def _get_filters(self):
        category = "stage_category"
        return {
            "open": {
                "label": request.env._("Open"),
                "domain": Domain(category, "in", OPEN_CATEGORIES),
            },
            "waiting": {
                "label": request.env._("On hold"),
                "domain": Domain(category, "=", "waiting"),
            },
            "done": {
                "label": request.env._("Done"),
                "domain": Domain(category, "in", DONE_CATEGORIES),
            },
            "mine": {
                "label": request.env._("Asked by me"),
                "domain": Domain("partner_id", "=", request.env.user.partner_id.id),
            },
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
        }

    def _get_sortings(self):
        return {
            "newest": {
                "label": request.env._("Newest"),
                "order": "requested_at desc, id desc",
            },
            "oldest": {"label": request.env._("Oldest"), "order": "requested_at, id"},
            "name": {"label": request.env._("Subject"), "order": "name, id desc"},
            "number": {"label": request.env._("Number"), "order": "number desc"},
        }

    def _get_groupings(self):
        return {
            "none": {"label": request.env._("None")},
            "stage_id": {"label": request.env._("Status")},
            "site_id": {"label": request.env._("Site")},
            "partner_id": {"label": request.env._("Requester")},
        }

    def _get_searches(self):
        return {
            "all": {
                "input": "all",
                "label": request.env._("Search in everything"),
                "field": "search_text",
            },
            "name": {
                "input": "name",
                "label": request.env._("Search in subjects"),
                "field": "name",
            },
            "number": {
                "input": "number",
                "label": request.env._("Search in numbers"),
                "field": "number",
            },
            "partner_id": {
                "input": "partner_id",
                "label": request.env._("Search in requesters"),
                "field": "partner_id.name",
            },
        }

    def _get_list_domain(self, chosen, search):
        """Return the domain of what the visitor chose.

        :param dict chosen: ``{parameter: key of its choices}``
        """
        domain = self._get_filters()[chosen["filterby"]]["domain"]
        if search:
            field = self._get_searches()[chosen["search_in"]]["field"]
            domain &= Domain(field, "ilike", search)
        return domain

    def _get_order(self, chosen):
        order = self._get_sortings()[chosen["sortby"]]["order"]
        group = chosen["groupby"]
        return order if group == "none" else f"{group}, {order}"

    def _group_rows(self, tickets_sudo, groupby):
        """Return pairs of a heading and the rows below it, in the order of the tickets."""
        if groupby == "none":
            return [("", self._prepare_rows(tickets_sudo))] if tickets_sudo else []
        none = request.env._("None")
        return [
            (group.name if group else none, self._prepare_rows(members))
            for group, members in tickets_sudo.grouped(groupby).items()
        ]

    def _prepare_rows(self, tickets_sudo):
        """Return what the list tells of tickets; override to tell more."""
        return [
            {
                "url": f"{LIST_URL}/{ticket.id}",
                "number": ticket.number,
                "name": ticket.name,
                "status": ticket.stage_id.name,
                "category": ticket.stage_category,
                "requested_at": ticket.requested_at,
                "requester": ticket.partner_id.name,
                "site": ticket.site_id.name,
            }
            for ticket in tickets_sudo
        ]

    def _prepare_page_values(self, ticket_sudo, draft):
        """Override of `helpdesk_psa` to lead customers who are logged in to their list."""
        values = super()._prepare_page_values(ticket_sudo, draft)
        if request.env.user._is_portal():
            values.update(no_breadcrumbs=False, list_url=LIST_URL)
        return values

    def _prepare_ticket_values(self, ticket_sudo):
        """Override of `helpdesk_psa` to offer an end to tickets that are open."""
        is_open = ticket_sudo.stage_category in OPEN_CATEGORIES
        return {
            **super()._prepare_ticket_values(ticket_sudo),
            "close_url": is_open and f"{LIST_URL}/{ticket_sudo.id}/close",
        }

    @http.route(
        f"{TICKET_URL}/close",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        multilang=False,
        methods=["POST"],
    )
    def portal_ticket_close(
        self, ticket_id, access_token=None, pid=None, hash=None, reason="", **_params
    ):
        """Close a ticket that its customer needs no help with any more."""
        ticket_sudo = self._find_ticket(ticket_id, access_token, pid, hash)
        if not ticket_sudo:
            return self._refuse_link()
        ticket_sudo._close_from_page(as_text(reason)[:MAX_BODY_LENGTH])
        return self._redirect_to_page(ticket_sudo, "closed")

    # === A NEW TICKET === #

    @http.route(
        NEW_URL,
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def portal_ticket_new(self, **_params):
        """Show the form for a new ticket."""
        if not self._may_open_tickets():
            return request.redirect(LIST_URL)
        return self._render_new({})

    @http.route(
        NEW_URL,
        type="http",
        auth="user",
        website=True,
        sitemap=False,
        methods=["POST"],
        # Odoo cuts larger requests off without a word: leave room to explain the limit.
        max_content_length=lambda controller: (
            4 * controller._get_max_files_size() + MEGABYTE
        ),
    )
    def portal_ticket_create(
        self, name="", body="", site_id="", submission=None, **_params
    ):
        """Open a ticket, then show it.

        Nothing is written when the request cannot be accepted: the form comes back with
        what was typed and the reason.
        """
        if not self._may_open_tickets():
            return request.redirect(LIST_URL)
        draft = {
            "name": " ".join(as_text(name).split()),
            "body": as_text(body),
            "site_id": int(site_id) if as_text(site_id).isdecimal() else 0,
        }
        files = self._read_files()
        problem = self._get_new_problem(draft, files)
        if problem:
            return self._render_new(draft, problem=problem, status=422)
        site = self._get_sites().filtered(lambda site: site.id == draft["site_id"])
        ticket_sudo = request.env["psa.ticket"]._open_from_portal(
            draft["name"], draft["body"], files, as_text(submission), site=site
        )
        if not ticket_sudo:  # the same form is being read by another request
            return request.redirect(LIST_URL, code=303)
        return self._redirect_to_page(ticket_sudo, "request")

    def _may_open_tickets(self):
        """Whether the visitor is a customer's contact to whom the portal is open."""
        contact_sudo = request.env.user.partner_id.sudo()
        return request.env.user._is_portal() and (
            contact_sudo.psa_portal_access != "none"
        )

    def _get_sites(self):
        """Return the sites that the visitor may name: all of a firm that he sees all of."""
        # sudo: which sites his own firm has
        contact_sudo = request.env.user.partner_id.sudo()
        if contact_sudo.psa_portal_access != "customer":
            return contact_sudo._psa_get_main_site()
        return contact_sudo.commercial_partner_id.psa_site_ids

    def _get_new_problem(self, draft, files):
        """Return why a request cannot be accepted, in words for the visitor, or nothing."""
        if not draft["name"]:
            return request.env._("Please say in a few words what it is about.")
        if len(draft["name"]) > MAX_NAME_LENGTH:
            return request.env._(
                "The subject is too long: at most %(count)s characters.",
                count=MAX_NAME_LENGTH,
            )
        return self._get_reply_problem(draft["body"], files)

    def _render_new(self, draft, problem=None, status=200):
        response = request.render(
            "helpdesk_psa_portal.ticket_new_page",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "psa_ticket_new",
                "draft": draft,
                "problem": problem,
                "sites": self._get_sites(),
                "submission": request.env["psa.ticket"]._new_submission(),
                "max_megabytes": self._get_max_megabytes(),
                "max_name_length": MAX_NAME_LENGTH,
            },
            headers=PRIVATE_HEADERS,
        )
        response.status_code = status
        return response
