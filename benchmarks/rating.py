"""What it costs to decide about time, beside the creation of the entries (E3).

A company with a plan of 24 rules in two hours bands, a hundred customers with tickets, and
entries of an hour or two, one in four of them over the end of the day.
"""

import logging
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from statistics import median

from odoo import SUPERUSER_ID, Command, api, sql_db
from odoo.orm.registry import Registry

from devtools import odoo_cli
from devtools.console import step

ENTRIES = 2_000
BATCH = 100
CUSTOMERS = 100
RULES = 24
START = datetime(2026, 3, 2, 8)
# Rating with its storing may take so many times the creation of the entries.
LIMIT = 1.0
# The decision itself is so many times as fast at least.
FACTOR = 100


def fill(env):
    """Set up what the work is about."""
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    hour = env["product.product"].create(
        {"name": "Hour", "type": "service", "list_price": 90}
    )
    types = env["psa.service.type"].create(
        [{"name": f"Work {number}", "product_id": hour.id} for number in range(RULES)]
    )
    calendar = env["resource.calendar"].create(
        {
            "name": "Office",
            "tz": "Europe/Paris",
            "attendance_ids": [
                Command.create(
                    {
                        "name": "Day",
                        "dayofweek": str(day),
                        "hour_from": 8,
                        "hour_to": 18,
                        "day_period": "morning",
                    }
                )
                for day in range(5)
            ],
        }
    )
    office, other = env["psa.hours.band"].create(
        [
            {"name": "Office", "sequence": 1, "calendar_id": calendar.id},
            {"name": "Other"},
        ]
    )
    plan = env["psa.billing.plan"].create(
        {
            "name": "Hours",
            "company_id": env.company.id,
            "band_ids": [Command.set((office | other).ids)],
            "rule_ids": [
                Command.create(
                    {
                        "name": kind.name,
                        "sequence": number,
                        "service_type_ids": [Command.set(kind.ids)],
                        "band_ids": [
                            Command.set((other if number % 2 else office).ids)
                        ],
                        "multiplier": 1.5 if number % 2 else 1,
                        "rounding_step": 15,
                    }
                )
                for number, kind in enumerate(types)
            ]
            + [Command.create({"name": "The rest", "sequence": RULES})],
        }
    )
    env.company.psa_billing_plan_id = plan
    env["hr.employee"].create({"name": "Ada", "user_id": env.uid})
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "is_company": True}
            for number in range(CUSTOMERS)
        ]
    )
    env["psa.ticket"].create(
        [{"name": f"Ticket of {it.name}", "partner_id": it.id} for it in customers]
    )


def prepare(env, total):
    """Return the values of the entries."""
    tickets = env["psa.ticket"].search([("name", "=like", "Ticket of %")])
    types = env["psa.service.type"].search([("name", "=like", "Work %")])
    values = []
    for number in range(total):
        minutes = 60 + number % 61
        hour = 9 if number % 4 else 16
        start = START + timedelta(days=number % 28, hours=hour - 8)
        values.append(
            {
                "name": f"Entry {number}",
                "psa_ticket_id": tickets[number % len(tickets)].id,
                "psa_service_type_id": types[number % len(types)].id,
                "psa_start": start,
                "psa_stop": start + timedelta(minutes=minutes),
                "psa_billable": True,
            }
        )
    return values


class Clock:
    """Seconds and queries since it was made."""

    def __init__(self):
        self.queries, self.start = sql_db.sql_counter, time.perf_counter()

    def stop(self):
        return time.perf_counter() - self.start, sql_db.sql_counter - self.queries


def measure(env, total):
    """Return (seconds, queries) of the creation, of the rating, and of the decision alone."""
    from odoo.addons.helpdesk_psa_billing.tools.rule_choice import decide

    company, charges = env.company, env["psa.charge"]
    values = prepare(env, total)
    company.psa_work_billing_start = False
    entries = env["account.analytic.line"]
    created = Clock()
    for start in range(0, total, BATCH):
        entries |= entries.create(values[start : start + BATCH])
        env.flush_all()
    created = created.stop()
    company.psa_work_billing_start = START.date()
    env.flush_all()
    env.invalidate_all()
    rated = Clock()
    for start in range(0, total, BATCH):
        charges._rate(entries[start : start + BATCH], env["psa.item"])
        env.flush_all()
    rated = rated.stop()
    works = charges._get_works(entries, env["psa.item"])
    plans = env["psa.billing.plan"]._get_plan_terms(works)
    decided = Clock()
    for work, asked in zip(works, plans, strict=True):
        decide(work, asked)
    decided = decided.stop()
    count = charges.search_count([("analytic_line_id", "in", entries.ids)])
    env.cr.rollback()
    env.invalidate_all()
    return created, rated, decided, count


def write_report(started, rounds, total=ENTRIES):
    """Measure; return the results as Markdown."""
    samples = []
    with ExitStack() as stack:
        name = stack.enter_context(odoo_cli.scratch_database("bench"))
        with step("Creating a database with helpdesk_psa_billing"):
            odoo_cli.create(name, ("helpdesk_psa_billing",))
        logging.disable(logging.CRITICAL)
        registry = Registry(name)
        stack.callback(Registry.delete, name)
        with registry.cursor() as cr:
            env = api.Environment(
                cr, SUPERUSER_ID, {"lang": "en_US", "tz": "Europe/Paris"}
            )
            fill(env)
            cr.commit()
            cr._cnx.autocommit = True
            cr.execute("VACUUM ANALYZE")
            cr._cnx.autocommit = False
            measure(env, BATCH)  # to warm up
            for turn in range(rounds):
                with step(f"Round {turn + 1}"):
                    samples.append(measure(env, total))
    return "\n".join(_report(samples, started, total))


def _report(samples, started, total):
    """Yield the lines of the report."""
    cost = [
        [
            median(1000 * sample[part][0] / total for sample in samples),
            median(sample[part][1] / total for sample in samples),
        ]
        for part in range(3)
    ]
    (created, _q1), (rated, _q2), (decided, _q3) = cost
    count = samples[0][3]
    yield f"# Benchmark of rating, {started:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield (
        f"{total:,} time entries in batches of {BATCH}, which become {count:,} charges by a "
        f"plan of {RULES + 1} rules; medians, per entry."
    )
    yield ""
    yield "| operation | ms | queries | target |"
    yield "|---|---|---|---|"
    yield f"| E3: entries created, nothing rated | {created:.2f} | {cost[0][1]:.1f} | |"
    ratio, factor = rated / created, created / decided
    yield (
        f"| E3: rated, charges stored | {rated:.2f} | {cost[1][1]:.1f} | of the creation "
        f"{ratio:.2f} ≤ {LIMIT} {'holds' if ratio <= LIMIT else '**missed**'} |"
    )
    yield (
        f"| E3: the decision alone | {decided:.4f} | {cost[2][1]:.1f} | {factor:,.0f} × as "
        f"fast ≥ {FACTOR} {'holds' if factor >= FACTOR else '**missed**'} |"
    )


def main(started, options):
    """Measure as the options of `bench.py` say, and return the report."""
    return write_report(
        started, options.rounds, ENTRIES // 5 if options.quick else ENTRIES
    )
