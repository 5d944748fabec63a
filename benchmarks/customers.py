"""Customers beside Odoo's own contacts: list, form and quick search, in one database.

The customer's screens are measured against the plain ones of `contacts`, on the same
partners, in turn. Like `bench.py`, it makes a database of its own and drops it.
"""

import time
from contextlib import ExitStack
from statistics import median
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api, sql_db
from odoo.orm.registry import Registry

from devtools import odoo_cli
from devtools.console import step

from . import generator
from .client import Client
from .desks import TicketDesk

CUSTOMERS = 10_000
CONTACTS_EACH = 2  # and one more, who asks: 30,000 people and 10,000 firms
TICKETS = 100_000
# The list may take so many times what the plain list takes.
LIST_LIMIT = 1.5
TEXT = "Customer 4711"

# Each customer has one site and one open ticket in ten.
FILL = """
    UPDATE res_partner SET psa_is_customer = TRUE WHERE is_company;

    INSERT INTO res_partner (commercial_partner_id, parent_id, name, complete_name,
                             is_company, active, partner_share, type, lang, color, street,
                             city, create_date, write_date)
    SELECT customer_id, customer_id, 'Main site', 'Customer ' || n || ', Main site',
           FALSE, TRUE, TRUE, 'psa_site', 'en_US', 0, n || ' rue de Metz', 'Lyon', now(),
           now()
      FROM bench_customer;

    INSERT INTO res_partner (commercial_partner_id, parent_id, name, complete_name,
                             is_company, active, partner_share, type, lang, color, email,
                             email_normalized, create_date, write_date)
    SELECT customer_id, customer_id, 'Colleague ' || k || ' of ' || n,
           'Customer ' || n || ', Colleague ' || k || ' of ' || n, FALSE, TRUE, TRUE,
           'contact', 'en_US', 0, 'c' || k || '@customer' || n || '.example',
           'c' || k || '@customer' || n || '.example', now(), now()
      FROM bench_customer, generate_series(1, %(contacts)s) AS k;

    UPDATE res_partner AS contact SET psa_site_id = site.id
      FROM res_partner AS site
     WHERE site.type = 'psa_site' AND site.parent_id = contact.parent_id
       AND contact.type = 'contact';

    UPDATE psa_ticket AS ticket SET site_id = site.id
      FROM res_partner AS site
     WHERE site.type = 'psa_site' AND site.parent_id = ticket.customer_id;
"""

SIDES = {
    "customers": "helpdesk_psa.psa_customer_action",
    "contacts": "contacts.action_contacts",
}


def write_report(started, rounds):
    """Measure; return the results as Markdown."""
    head = f"# Benchmark of customers, {started:%Y-%m-%d %H:%M} UTC"
    words = "Both sides in one database and one process, medians."
    return "\n".join([head, "", words, "", *measure(rounds)])


def measure(rounds, opened=10):
    """Measure and return the lines of the table."""
    with ExitStack() as stack:
        name = stack.enter_context(odoo_cli.scratch_database("bench"))
        with step("Creating a database with helpdesk_psa"):
            odoo_cli.create(name, ["helpdesk_psa"])
        registry = Registry(name)
        stack.callback(sql_db.close_db, name)
        stack.callback(Registry.delete, name)
        with step(f"Making {CUSTOMERS:,} customers and {TICKETS:,} tickets"):
            user_id, partner_ids = _fill(registry)
        screens = Screens(registry, user_id, partner_ids[:opened])
        return list(_report(_run(screens, rounds)))


def _fill(registry):
    """Fill the database; return an agent and the customers."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        desk = TicketDesk(env)
        cr.commit()
        with patch.object(generator, "CUSTOMERS", CUSTOMERS):
            desk.fill(env, TICKETS)
    with registry.cursor() as cr:
        cr.execute(FILL, {"contacts": CONTACTS_EACH})
        cr.commit()
        env = api.Environment(cr, SUPERUSER_ID, {})
        user = env["res.users"].browse(desk.users[0])
        user.group_ids = [Command.link(env.ref("base.group_partner_manager").id)]
        cr.commit()
        cr.execute("SELECT customer_id FROM bench_customer ORDER BY n")
        partner_ids = [partner_id for (partner_id,) in cr.fetchall()]
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
    return desk.users[0], partner_ids


class Screens:
    """Both sides' browsers, and a stopwatch."""

    def __init__(self, registry, user_id, partner_ids):
        self.registry = registry
        self.user_id = user_id
        self.partner_ids = partner_ids
        with registry.cursor() as cr:
            env = self._get_env(cr)
            self.clients = {
                side: Client(env, "res.partner", action)
                for side, action in SIDES.items()
            }
        firms = [("is_company", "=", True)]
        # The same firms on both sides: the action of contacts shows everybody.
        self.domains = {"customers": [], "contacts": firms}

    def _get_env(self, cr):
        context = {"lang": "en_US", "tz": "Europe/Paris"}
        return api.Environment(cr, self.user_id, context)

    def open_list(self, side):
        """Open the first page of the list."""
        client, domain = self.clients[side], self.domains[side]
        return [self._time(lambda env: client.open_list(env, domain))]

    def open_form(self, side):
        """Open some forms."""
        client = self.clients[side]
        return [
            self._time(lambda env, one=partner_id: client.open_form(env, one))
            for partner_id in self.partner_ids
        ]

    def search(self, side):
        """Type a name into the search box."""
        client = self.clients[side]
        return [self._time(lambda env: client.search(env, TEXT))]

    def name_search(self, side):
        """Look a firm up as a many2one field does; both sides have the same one."""
        domain = [("psa_is_customer", "=", True)] if side == "customers" else []
        return [
            self._time(
                lambda env: env["res.partner"].name_search(TEXT, domain, limit=8)
            )
        ]

    def _time(self, action):
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            queries, start = sql_db.sql_counter, time.perf_counter()
            action(env)
            elapsed = 1000 * (time.perf_counter() - start)
            return elapsed, sql_db.sql_counter - queries


OPERATIONS = {
    "list": Screens.open_list,
    "form": Screens.open_form,
    "search": Screens.search,
    "look-up": Screens.name_search,
}


def _run(screens, rounds):
    """Return ``{operation: {side: samples}}``, the sides in turn after a warm-up."""
    samples = {name: {side: [] for side in SIDES} for name in OPERATIONS}
    for turn in range(rounds + 1):
        for name, function in OPERATIONS.items():
            sides = list(SIDES) if turn % 2 else list(reversed(SIDES))
            for side in sides:
                found = function(screens, side)
                if turn:
                    samples[name][side] += found
    return samples


def _report(samples):
    """Yield the lines of a table in Markdown."""
    yield (
        f"## Customers: {CUSTOMERS:,} firms, {CUSTOMERS * (CONTACTS_EACH + 1):,} people, "
        f"{TICKETS:,} tickets"
    )
    yield ""
    yield "| operation | customers | plain contacts | × | target |"
    yield "|---|---|---|---|---|"
    for name, sides in samples.items():
        ours, plain = (
            [median(values) for values in zip(*sides[side], strict=True)]
            for side in SIDES
        )
        ratio = ours[0] / plain[0]
        target = ""
        if name == "list":
            verdict = "holds" if ratio <= LIST_LIMIT else "**missed**"
            target = f"{ratio:.2f} ≤ {LIST_LIMIT} {verdict}"
        cells = [
            name,
            *(f"{side[0]:.1f} ms, {side[1]:.0f} q" for side in (ours, plain)),
            f"{ratio:.2f}",
            target,
        ]
        yield f"| {' | '.join(cells)} |"
