"""The billing check on a large ledger beside one full sum over the table of charges (E4).

The ledger is made in SQL: time entries with one or two charges, three in four of them on
posted invoices, and agreements billed by the month. It is clean, as a real one is.
"""

import logging
import time
from contextlib import ExitStack
from statistics import median

from odoo import SUPERUSER_ID, api
from odoo.orm.registry import Registry
from odoo.tools import SQL

from devtools import odoo_cli
from devtools.console import step

CHARGES = 1_000_000
# One charge in so many is of a period, the others are of time.
PERIOD_IN = 10
CUSTOMERS = 1_000
LINES_PER_INVOICE = 10
# The whole check may take so many times what the sum takes.
LIMIT = 20

SUM = "SELECT SUM(amount), SUM(raw_minutes), SUM(minutes), COUNT(*) FROM psa_charge"

PARTNERS = """
    CREATE UNLOGGED TABLE bench_party AS
    SELECT row_number() OVER (ORDER BY partner.id) AS n, partner.id AS customer_id,
           ticket.id AS ticket_id
      FROM res_partner partner
      JOIN psa_ticket ticket ON ticket.customer_id = partner.id
     WHERE ticket.name LIKE 'Ticket of %%';
    CREATE UNIQUE INDEX ON bench_party (n);
"""

# Work of three years, each entry of 5 to 124 minutes; every ninth is split in two charges.
ENTRIES = """
    CREATE UNLOGGED TABLE bench_work AS
    SELECT n, nextval('account_analytic_line_id_seq')::int AS entry_id,
           1 + n::bigint * 7919 %% %(customers)s AS customer_no, 5 + n * 31 %% 120 AS minutes,
           n %% 9 = 0 AS is_split, n %% 4 != 0 AS is_invoiced,
           (%(today)s::date - (n %% 1000)::int) AS day
      FROM generate_series(1, %(entries)s) n;

    INSERT INTO account_analytic_line (id, name, date, amount, unit_amount, company_id,
           currency_id, account_id, project_id, psa_ticket_id, partner_id, psa_minutes,
           psa_billable, psa_approved_at, create_date, write_date)
    SELECT entry_id, 'Work ' || work.n, day, 0, minutes / 60.0, %(company)s, %(currency)s,
           %(account)s, %(project)s, ticket_id, customer_id, minutes, TRUE, now(), now(),
           now() - interval '9 days'
      FROM bench_work work JOIN bench_party party ON party.n = work.customer_no;
"""

CHARGES_OF_WORK = """
    INSERT INTO psa_charge (name, company_id, customer_id, currency_id, analytic_line_id,
           sequence, work_date, destination, state, product_id, raw_minutes, minutes,
           quantity, price_unit, discount, amount, multiplier, component, ticket_id,
           explanation, create_date, write_date)
    SELECT 'Work ' || n, %(company)s, customer_id, %(currency)s, entry_id, part, day,
           CASE WHEN n %% 20 = 0 THEN 'covered' ELSE 'billed' END,
           CASE WHEN is_invoiced AND n %% 20 != 0 THEN 'invoiced' ELSE 'draft' END,
           %(product)s, mine, mine, ROUND(mine / 60.0, 2), 90, 0,
           CASE WHEN n %% 20 = 0 THEN 0 ELSE ROUND(mine / 60.0 * 90, 2) END, 1,
           'work', ticket_id,
           '1:05 × 90.00. Rule “Remote” of the usual plan “Hours”.', now(), now()
      FROM (SELECT work.*, party.customer_id, party.ticket_id, part,
                   CASE WHEN NOT is_split THEN minutes
                        WHEN part = 0 THEN minutes / 2 ELSE minutes - minutes / 2 END
                        AS mine
              FROM bench_work work
              JOIN bench_party party ON party.n = work.customer_no
              JOIN generate_series(0, 1) part ON part = 0 OR is_split) charge;
"""

# Lines of agreements of CUSTOMERS, each billed since its start, month by month.
AGREEMENTS = """
    INSERT INTO psa_agreement (name, customer_id, company_id, currency_id, date_start,
           state, type, renewal, billing_interval, billing_unit, billing_timing,
           billing_alignment, invoice_grouping, correction_billing, suspension_billing,
           included_visits_period, notice_unit, renewal_unit, revision_method,
           revision_anchor, create_date, write_date)
    SELECT 'BENCH-' || party.n, customer_id, %(company)s, %(currency)s, %(start)s, 'active',
           'managed', 'tacit', 1, 'month', 'advance', 'anniversary', 'payer', 'next',
           'stop', 'month', 'month', 'month', 'none', 'anniversary', now(), now()
      FROM bench_party party;

    INSERT INTO psa_agreement_line (agreement_id, name, sequence, company_id, customer_id,
           date_from, product_id, charge_kind, billing_interval, billing_unit,
           billing_timing, billing_alignment, quantity_method, quantity, price_method,
           price_unit, tier_mode, create_date, write_date)
    SELECT agreement.id, 'Care ' || n, 10, company_id, customer_id, date_start, %(product)s,
           'recurring', 1, 'month', 'advance', 'anniversary', 'fixed', 1, 'fixed', 100,
           'volume', now(), now()
      FROM psa_agreement agreement
      JOIN generate_series(1, %(lines)s) n ON TRUE
     WHERE agreement.name LIKE 'BENCH-%%';

    INSERT INTO psa_period (agreement_line_id, agreement_id, company_id, customer_id,
           date_from, date_until, full_from, full_until, due_date, state, is_open,
           quantity, price_unit, create_date, write_date)
    SELECT line.id, agreement_id, company_id, customer_id, day, until, day, until, day,
           'planned', FALSE, 1, 100, now(), now()
      FROM psa_agreement_line line
      JOIN LATERAL (
           SELECT (date_from + make_interval(months => n))::date AS day,
                  (date_from + make_interval(months => n + 1))::date AS until
             FROM generate_series(0, %(months)s - 1) n) month ON TRUE
     WHERE agreement_id IN (SELECT id FROM psa_agreement WHERE name LIKE 'BENCH-%%');

    INSERT INTO psa_charge (name, company_id, customer_id, currency_id, agreement_line_id,
           agreement_id, period_id, sequence, work_date, service_from, service_until,
           destination, state, product_id, quantity, price_unit, discount, amount,
           component, explanation, create_date, write_date)
    SELECT 'Care', company_id, customer_id, %(currency)s, agreement_line_id, agreement_id,
           id, 0, date_from, date_from, date_until, 'billed', 'invoiced', %(product)s, 1,
           100, 0, 100, 'work', '1 × 100.00', now(), now()
      FROM psa_period
     WHERE agreement_id IN (SELECT id FROM psa_agreement WHERE name LIKE 'BENCH-%%');
"""

INVOICES = """
    CREATE UNLOGGED TABLE bench_line AS
    SELECT id AS charge_id, customer_id, CASE WHEN minutes != 0 THEN ROUND(minutes / 60.0, 2)
                                              ELSE quantity END AS quantity, amount,
           nextval('account_move_line_id_seq')::int AS line_id,
           (row_number() OVER (PARTITION BY customer_id ORDER BY id) - 1)
               / %(lines_per_invoice)s AS invoice_no
      FROM psa_charge WHERE state = 'invoiced' AND invoice_line_id IS NULL;
    CREATE UNLOGGED TABLE bench_move AS
    SELECT customer_id, invoice_no, nextval('account_move_id_seq')::int AS move_id
      FROM bench_line GROUP BY customer_id, invoice_no;

    INSERT INTO account_move (id, name, sequence_prefix, sequence_number, state, move_type,
           journal_id, company_id, currency_id, partner_id, commercial_partner_id, date,
           auto_post, psa_is_charged, create_date, write_date)
    SELECT move_id, 'INV/' || move_id, 'INV/', move_id, 'posted', 'out_invoice',
           %(journal)s, %(company)s, %(currency)s, customer_id, customer_id, %(today)s,
           'no', TRUE, now(), now()
      FROM bench_move;
    INSERT INTO account_move_line (id, move_id, journal_id, company_id, currency_id,
           company_currency_id, partner_id, account_id, parent_state, display_type, name,
           date, quantity, price_unit, discount, price_subtotal, price_total, balance,
           amount_currency, debit, credit, create_date, write_date)
    SELECT line_id, move_id, %(journal)s, %(company)s, %(currency)s, %(currency)s,
           line.customer_id, %(income)s, 'posted', 'product', 'Work', %(today)s, quantity,
           90, 0, amount, amount, -amount, -amount, 0, amount, now(), now()
      FROM bench_line line
      JOIN bench_move move USING (customer_id, invoice_no);
    UPDATE psa_charge SET invoice_line_id = line_id, move_id = move.move_id
      FROM bench_line line JOIN bench_move move USING (customer_id, invoice_no)
     WHERE psa_charge.id = charge_id;
"""


def fill(env, total):
    """Make a clean ledger of so many charges."""
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    product = env["product.product"].create(
        {"name": "Hour", "type": "service", "list_price": 90, "psa_recurring": True}
    )
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "is_company": True}
            for number in range(CUSTOMERS)
        ]
    )
    env["psa.ticket"].create(
        [{"name": f"Ticket of {it.name}", "partner_id": it.id} for it in customers]
    )
    project = env["project.project"].create({"name": "Support"})
    today = env.cr.now().date()
    of_periods = total // PERIOD_IN
    months = 24
    values = {
        "customers": CUSTOMERS,
        "entries": (total - of_periods) * 9 // 10,
        "today": today,
        "start": today.replace(year=today.year - 2, day=1),
        "months": months + 1,
        "lines": max(1, of_periods // CUSTOMERS // (months + 1)),
        "lines_per_invoice": LINES_PER_INVOICE,
        "company": env.company.id,
        "currency": env.company.currency_id.id,
        "project": project.id,
        "account": project.account_id.id,
        "product": product.id,
        "journal": _find(env, "account.journal", [("type", "=", "sale")]),
        "income": _find(env, "account.account", [("account_type", "=", "income")]),
    }
    env.company.psa_work_billing_start = today.replace(year=today.year - 5)
    env.flush_all()
    for script in (PARTNERS, ENTRIES, CHARGES_OF_WORK, AGREEMENTS, INVOICES):
        env.cr.execute(SQL(script, **values))


def _find(env, model, domain):
    return env[model].search(domain, limit=1).id


def measure(env):
    """Return the milliseconds of the sum, of the check, and of each of its probes."""
    start = time.perf_counter()
    env.cr.execute(SUM)
    env.cr.fetchall()
    summed = time.perf_counter() - start
    checks = env["psa.billing.check"]
    probes = {}
    for probe in checks._get_probes():
        start = time.perf_counter()
        checks._ask(probe)
        probes[next(iter(probe.conditions))] = 1000 * (time.perf_counter() - start)
    return 1000 * summed, sum(probes.values()), probes


def write_report(started, rounds, total=CHARGES):
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
            env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
            with step(f"Making {total:,} charges"):
                fill(env, total)
                cr.commit()
                _vacuum(cr)
            cr.execute("SELECT COUNT(*) FROM psa_charge")
            [count] = cr.fetchone()
            measure(env)  # to warm up
            for turn in range(rounds):
                with step(f"Round {turn + 1}"):
                    samples.append(measure(env))
            findings = env["psa.billing.finding"]._read_group(
                [("state", "=", "open")], ["check_id"], ["__count"]
            )
            found = {check.code: number for check, number in findings}
            cr.rollback()
    return "\n".join(_report(samples, started, count, found))


def _vacuum(cr):
    """Give PostgreSQL its statistics, as autovacuum does."""
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE")
    cr._cnx.autocommit = False


def _report(samples, started, count, found):
    """Yield the lines of the report."""
    summed = median(sample[0] for sample in samples)
    checked = median(sample[1] for sample in samples)
    ratio = checked / summed
    yield f"# Benchmark of the billing check, {started:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield (
        f"{count:,} charges in one database; medians. E4: the whole check takes "
        f"{checked:,.0f} ms, one full sum over the charges {summed:,.0f} ms: "
        f"{ratio:.1f} ≤ {LIMIT} {'holds' if ratio <= LIMIT else '**missed**'}. "
        f"Findings in a clean ledger: {found or 'none'}."
    )
    yield ""
    yield "| look that begins with the check | ms | × sum |"
    yield "|---|---|---|"
    for code in samples[0][2]:
        spent = median(sample[2][code] for sample in samples)
        yield f"| {code} | {spent:,.0f} | {spent / summed:.1f} |"


def main(started, options):
    """Measure as the options of `bench.py` say, and return the report."""
    return write_report(
        started, options.rounds, CHARGES // 10 if options.quick else CHARGES
    )
