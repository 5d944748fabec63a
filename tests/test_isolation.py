"""Every address of ours, for everybody: what opens, and that nothing else does."""

import re
import threading
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.helpdesk_psa.tests.common import HelpdeskCommon

SECRET = "SECRET-SUBJECT"
LOGIN, LOST, HOME, BACKEND, LIST = (
    "/web/login",
    "/ticket/track",
    "/my",
    "/odoo/helpdesk-equipment",
    "/my/tickets",
)
MAIL_VIEW = "/mail/view"

# Who comes: nobody known, without and with keys; customers; colleagues.
PORTAL = ("casey", "dana", "zoe")
COLLEAGUES = ("eve", "ada")
VISITORS = ("nobody", "wrong_token", "token", *PORTAL, *COLLEAGUES)


def for_all(answer, **others):
    """Return what each visitor gets: a status, or the path that he is led to."""
    return {**dict.fromkeys(VISITORS, answer), **others}


def for_logged_in(answer, **others):
    """Return the same for pages that ask for a login."""
    nobody = dict.fromkeys(("nobody", "wrong_token", "token"), LOGIN)
    return {**for_all(answer), **nobody, **others}


# The ticket is Casey's; Dana works for the same firm and sees her own tickets only.
CASES = {
    ("GET", "/my/tickets"): for_logged_in(200),
    ("GET", "/my/tickets/page/<int:page>"): for_logged_in(200),
    ("GET", "/my/tickets/new"): for_logged_in(200, eve=LIST, ada=LIST),
    ("POST", "/my/tickets/new"): for_logged_in(422, eve=LIST, ada=LIST),
    ("GET", "/my/tickets/<int(max=2147483647):ticket_id>"): for_all(
        LOST, token=200, casey=200, ada=MAIL_VIEW
    ),
    ("POST", "/my/tickets/<int(max=2147483647):ticket_id>/reply"): for_all(
        LOST, token=422, casey=422, ada=422
    ),
    ("POST", "/my/tickets/<int(max=2147483647):ticket_id>/close"): for_all(
        LOST, token=LIST, casey=LIST, ada=LIST
    ),
    ("GET", "/ticket/track"): for_all(200),
    ("POST", "/ticket/track"): for_all(200),
    ("GET", "/helpdesk/equipment/<int(max=2147483647):equipment_id>"): for_logged_in(
        HOME, eve=BACKEND, ada=BACKEND
    ),
    ("GET", "/psa/statement/<int(max=2147483647):move_id>.xlsx"): for_logged_in(
        404, eve=403, ada=403
    ),
}
# What may be read on a ticket's page by whoever it opens to.
OPEN_TO = {"token", "casey", "ada"}


@tagged("post_install", "-at_install")
class TestIsolation(HelpdeskCommon, HttpCase):
    """A page that is added without a line in `CASES` fails here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, person in zip(PORTAL, (cls.casey, cls.dana, cls.zoe), strict=True):
            new_test_user(
                cls.env, login, groups="base.group_portal", partner_id=person.id
            )
        new_test_user(cls.env, "eve", groups="base.group_user")
        cls.ticket = cls._create_ticket(name=SECRET)
        cls.equipment = cls.env["psa.equipment"].create(
            {"name": SECRET, "customer_id": cls.acme.id}
        )
        cls.token = cls.ticket.sudo()._portal_ensure_token()

    def _get_routes(self):
        """Return our pages, from Odoo's own map: pairs of method and pattern."""
        thread = threading.current_thread()
        with patch.object(thread, "dbname", self.env.cr.dbname, create=True):
            routes = self.env["ir.http"].routing_map()
        return {
            (method, rule.rule)
            for rule in routes.iter_rules()
            for method in rule.endpoint.routing.get("methods") or ("GET", "POST")
            if rule.endpoint.func.__module__.startswith("odoo.addons.helpdesk_psa")
            and rule.endpoint.routing["type"] == "http"
        }

    def _visit(self, visitor, method, pattern, record_id=None, files=None):
        """Go to a page as somebody; return the response, unfollowed."""
        if visitor in (*PORTAL, *COLLEAGUES):
            self.authenticate(visitor, visitor)
        else:
            self.authenticate(None, None)
        record = self.equipment if "equipment" in pattern else self.ticket
        url = re.sub("<[^>]*>", str(record_id or record.id), pattern)
        params = {
            "token": {"access_token": self.token},
            "wrong_token": {"access_token": "0" * 36},
        }.get(visitor, {})
        if method == "GET":
            return self.url_open(url, params=params, allow_redirects=False)
        data = {**params, "csrf_token": http.Request.csrf_token(self)}
        return self.url_open(url, data=data, files=files, allow_redirects=False)

    def test_every_page_has_a_case(self):
        ours = self._get_routes()
        self.assertEqual(ours - CASES.keys(), set(), "a page without a case")
        installed = {path for _method, path in ours}
        if "/my/tickets" in installed:
            self.assertEqual(CASES.keys() - ours, set(), "a case without a page")

    def test_each_visitor_gets_what_he_may(self):
        for method, pattern in sorted(self._get_routes()):
            for visitor, expected in CASES[method, pattern].items():
                with self.subTest(f"{method} {pattern} as {visitor}"):
                    response = self._visit(visitor, method, pattern)
                    if isinstance(expected, int):
                        self.assertEqual(response.status_code, expected)
                    else:
                        self.assertEqual(response.status_code, 303)
                        path = urlsplit(response.headers["Location"]).path
                        self.assertTrue(path.startswith(expected), path)
                    if visitor not in OPEN_TO:
                        self.assertNotIn(SECRET, response.text)

    def test_nothing_is_written_by_whoever_may_not(self):
        before = self.env["mail.message"].search_count([])
        tickets = self.env["psa.ticket"].search_count([])
        for method, pattern in self._get_routes():
            if method == "POST":
                for visitor in ("nobody", "wrong_token", "zoe", "dana", "eve"):
                    self._visit(visitor, method, pattern)
        self.assertEqual(self.env["mail.message"].search_count([]), before)
        self.assertEqual(self.env["psa.ticket"].search_count([]), tickets)

    def test_files_where_words_belong_never_break_a_page(self):
        words = ("body", "name", "reason", "site_id", "submission", "tracking_key")
        keys = ("email", "access_token", "hash", "pid")
        files = [(name, ("x.txt", b"x")) for name in (*words, *keys)]
        before = self.env["mail.message"].search_count([])
        for method, pattern in sorted(self._get_routes()):
            for visitor in ("nobody", "casey") if method == "POST" else ():
                with self.subTest(f"{pattern} as {visitor}"):
                    response = self._visit(visitor, method, pattern, files=files)
                    self.assertLess(response.status_code, 500)
        self.assertLessEqual(
            self.env["mail.message"].search_count([]) - before,
            1,  # to close a ticket takes no words
        )

    def test_nonsense_numbers_never_break_a_page(self):
        for method, pattern in sorted(self._get_routes()):
            if "<" not in pattern:
                continue
            for record_id in ("-1", "2147483647", "2147483648", "9" * 30, "x", "1.5"):
                for visitor in ("nobody", "casey", "ada"):
                    with self.subTest(f"{method} {pattern} {record_id} as {visitor}"):
                        response = self._visit(visitor, method, pattern, record_id)
                        self.assertLess(response.status_code, 500)
