"""Invoices of agreements beside a bare, batched `account.move.create` of the same lines.

Each side works in a database and in processes of its own: ours with `helpdesk_psa_billing`,
the floor with the Odoo add-ons that ours stands on. With `--peers` OCA's `contract` too.
Every measurement is one transaction, flushed after each batch and undone.
"""

import gc
import logging
import multiprocessing
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median

from odoo import SUPERUSER_ID, Command, api, sql_db
from odoo.orm.registry import Registry

from devtools import odoo_cli
from devtools.console import step

AGREEMENTS = 2_000
POSTED = 500
BATCH = 100
# Invoices of the past that are paid.
PAID = 100
# One agreement in so many cannot be invoiced, in E1b.
BAD_IN = 500
DAY = date(2026, 1, 1)
# Name and monthly price of what each agreement sells; the numbers differ by customer.
PRODUCTS = [("Server", 95.0), ("Workplace", 12.5), ("Backup", 39.9), ("Firewall", 49.0)]
CONTEXT = {"lang": "en_US", "tz": "Europe/Paris"}


def get_quantities(number):
    """Return how many of each product the customer of a number has: 60 combinations."""
    return [1, 3 + number % 12, 1 + number % 5, 1]


class Side:
    """One way to draft invoices, in its database: its `draft(partners)` does it in batches."""

    def __init__(self, env):
        self.env = env

    @classmethod
    def fill(cls, env, total):
        """Create the customers, the products and whatever says that they are due."""
        env["account.chart.template"].try_loading(
            "generic_coa", company=env.company, install_demo=False
        )
        partners = env["res.partner"].create(
            [
                {"name": f"Customer {number}", "is_company": True}
                for number in range(total)
            ]
        )
        products = env["product.product"].create(
            [
                {"name": name, "list_price": price, "type": "service"}
                for name, price in PRODUCTS
            ]
        )
        user = env["res.users"].create(
            {
                "name": "Bea",
                "login": "bea",
                "group_ids": [Command.set([env.ref(name).id for name in cls.groups])],
            }
        )
        cls._remember_the_past(env, products[0])
        cls.agree(env, partners, products, user)

    @classmethod
    def _remember_the_past(cls, env, product):
        """Have some invoices paid, as in any database that is used.

        On tables that are empty PostgreSQL plans Odoo's query of the payments of invoices
        so badly that it takes a minute.
        """
        partner = env["res.partner"].create({"name": "Former customer"})
        lines = [Command.create({"product_id": product.id, "price_unit": 100})]
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_line_ids": lines,
                }
                for _number in range(PAID)
            ]
        )
        moves.action_post()
        for move in moves:
            env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()

    @classmethod
    def agree(cls, env, partners, products, user):
        """Write down what is due. Nothing, for those that are told when they invoice."""

    def get_partners(self):
        """Return the customers, in the order of their numbers."""
        return self.env["res.partner"].search(
            [("name", "=like", "Customer %")], order="id"
        )

    def flush(self):
        """Do what a commit does to the cache."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def post(self, count):
        """Post drafts in batches; return how many."""
        domain = [("state", "=", "draft"), ("move_type", "=", "out_invoice")]
        moves = self.env["account.move"].search(domain, order="id", limit=count)
        for start in range(0, len(moves), BATCH):
            moves[start : start + BATCH]._post()
            self.flush()
        return len(moves)


class BareSide(Side):
    """Odoo's own invoices, told what to say."""

    label = "bare"
    modules = ("sale_timesheet",)
    groups = ("base.group_user", "account.group_account_invoice")

    def draft(self, partners):
        """Create invoices in batches."""
        products = self.env["product.product"].search(
            [("name", "in", [name for name, _price in PRODUCTS])], order="id"
        )
        ids = products.ids
        for start in range(0, len(partners), BATCH):
            self.env["account.move"].create(
                [
                    self.get_values(partner_id, number, ids)
                    for number, partner_id in enumerate(
                        partners.ids[start : start + BATCH], start
                    )
                ]
            )
            self.flush()

    def get_values(self, partner_id, number, product_ids):
        """Return the values of an invoice such as a run would draft it."""
        quantities = get_quantities(number)
        return {
            "move_type": "out_invoice",
            "partner_id": partner_id,
            "invoice_origin": f"CT-{number}",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product_id,
                        "name": f"{name}, 01/01/2026 – 01/31/2026\n{quantity} × {price}",
                        "quantity": quantity,
                        "price_unit": price,
                    }
                )
                for product_id, (name, price), quantity in zip(
                    product_ids, PRODUCTS, quantities, strict=True
                )
            ],
        }


class RunSide(Side):
    """Our agreements, periods, charges and runs."""

    label = "run"
    modules = ("helpdesk_psa_billing",)
    groups = (
        "base.group_user",
        "helpdesk_psa_billing.group_psa_billing_manager",
        "account.group_account_invoice",
    )

    @classmethod
    def agree(cls, env, partners, products, user):
        products.psa_recurring = True
        for start in range(0, len(partners), BATCH):
            agreements = env["psa.agreement"].create(
                [
                    {
                        "name": f"CT-{start + index}",
                        "customer_id": partner.id,
                        "date_start": DAY,
                        "line_ids": [
                            Command.create(
                                {
                                    "name": product.name,
                                    "product_id": product.id,
                                    "quantity": quantity,
                                    "price_unit": price,
                                }
                            )
                            for product, (_name, price), quantity in zip(
                                products,
                                PRODUCTS,
                                get_quantities(start + index),
                                strict=True,
                            )
                        ],
                    }
                    for index, partner in enumerate(partners[start : start + BATCH])
                ]
            )
            agreements.action_activate()
            env.cr.commit()

    def draft(self, partners):
        """Let a run propose and draft, chunk by chunk as the scheduler does."""
        values = {"date": DAY, "customer_ids": [Command.set(partners.ids)]}
        if len(partners) == AGREEMENTS:
            del values["customer_ids"]
        run = self.env["psa.billing.run"].create(values)
        run.action_propose()
        self.finish(run)
        run.action_draft()
        self.finish(run)

    def finish(self, run):
        """Take the steps that are left."""
        self.flush()
        while run.state in ("proposing", "drafting"):
            run._step()
            self.flush()


class ContractSide(Side):
    """OCA's `contract`."""

    label = "contract"
    modules = ("contract",)
    # Their contracts are written on by accounting administrators when invoices are drafted.
    groups = ("base.group_user", "account.group_account_manager")

    @classmethod
    def agree(cls, env, partners, products, user):
        for start in range(0, len(partners), BATCH):
            env["contract.contract"].create(
                [
                    {
                        "name": f"CT-{start + index}",
                        "partner_id": partner.id,
                        "contract_type": "sale",
                        "line_recurrence": True,
                        "contract_line_ids": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "name": product.name,
                                    "quantity": quantity,
                                    "price_unit": price,
                                    "uom_id": product.uom_id.id,
                                    "recurring_rule_type": "monthly",
                                    "recurring_interval": 1,
                                    "date_start": DAY,
                                    "recurring_next_date": DAY,
                                }
                            )
                            for product, (_name, price), quantity in zip(
                                products,
                                PRODUCTS,
                                get_quantities(start + index),
                                strict=True,
                            )
                        ],
                    }
                    for index, partner in enumerate(partners[start : start + BATCH])
                ]
            )
            env.cr.commit()

    def draft(self, partners):
        """Do what its scheduler does, in the same batches."""
        contracts = self.env["contract.contract"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        for start in range(0, len(contracts), BATCH):
            contracts[start : start + BATCH]._recurring_create_invoice(date_ref=DAY)
            self.flush()


SIDES = (RunSide, BareSide)
PEERS = (ContractSide,)


# === IN A PROCESS OF ITS OWN === #


def _work(side_class, name, job, arguments, pipe, barrier):
    """Do one job in a new process and send what it cost."""
    logging.disable(logging.CRITICAL)
    registry = Registry(name)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, CONTEXT)
        user = env["res.users"].search([("login", "=", "bea")])
        if user:
            env = env(user=user.id)
        result = job(side_class(env), barrier, *arguments)
        cr.rollback()
    pipe.send(result)
    pipe.close()


def _run_apart(side_class, name, job, parts):
    """Run a job in one process per part, at the same time; return their results."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(len(parts))
    started = []
    for arguments in parts:
        mine, theirs = context.Pipe()
        process = context.Process(
            target=_work, args=(side_class, name, job, arguments, theirs, barrier)
        )
        process.start()
        theirs.close()
        started.append((process, mine))
    results = [pipe.recv() for _process, pipe in started]
    for process, _pipe in started:
        process.join()
    return results


def _fill(side, barrier, total):
    env = side.env(user=SUPERUSER_ID)
    side.fill(env, total)
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr._cnx.autocommit = False


def _draft_and_post(side, barrier, first, last, has_bad=False, posted=0):
    """Draft invoices of customers, then post some.

    PostgreSQL gets its statistics before the posting, as it would from autovacuum; without
    them it takes a minute for Odoo's query of payments.

    :return: time in s, queries and growth of memory in MB of the drafting; time in s,
        queries and number of invoices posted
    """
    partners = side.get_partners()[first:last]
    side.draft(partners[:BATCH])  # to warm up
    side.env.cr.rollback()
    side.env.invalidate_all()
    if has_bad:
        _spoil(side.env, partners[::BAD_IN])
    barrier.wait()
    memory = _Memory()
    clock = _Clock()
    side.draft(partners)
    drafted = (*clock.stop(), memory.get_growth())
    side.env.cr.execute("ANALYZE account_move, account_move_line, account_payment")
    side.env.cr.execute("ANALYZE account_partial_reconcile")
    clock = _Clock()
    count = side.post(posted) if posted else 0
    return drafted, (*clock.stop(), count)


def _spoil(env, partners):
    """Make the invoices of some customers impossible: their receivables are no such."""
    income = (
        env["account.account"].sudo().search([("account_type", "=", "income")], limit=1)
    )
    for partner in partners.sudo():
        partner.property_account_receivable_id = income
    env.cr.flush()
    env.invalidate_all()


class _Clock:
    def __init__(self):
        self.queries, self.start = sql_db.sql_counter, time.perf_counter()

    def stop(self):
        """Return the seconds and queries since the start."""
        return time.perf_counter() - self.start, sql_db.sql_counter - self.queries


class _Memory:
    """Resident memory of this process, as Linux counts it."""

    def __init__(self):
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self.start = self._read("VmRSS")

    def get_growth(self):
        """Return by how many MB the peak was above the start."""
        return (self._read("VmHWM") - self.start) / 1024

    @staticmethod
    def _read(name):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        [line] = [line for line in status.splitlines() if line.startswith(name)]
        return int(line.split()[1])


# === THE REPORT === #


def write_report(started, rounds, total=AGREEMENTS, peers=False):
    """Measure; return the results as Markdown."""
    sides = SIDES + (PEERS if peers else ())
    samples = {}
    with ExitStack() as stack:
        names = {}
        for side in sides:
            names[side] = name = stack.enter_context(odoo_cli.scratch_database("bench"))
            with step(f"Creating a database with {', '.join(side.modules)}"):
                odoo_cli.create(name, side.modules)
            with step(f"Making {total:,} agreements of {side.label}"):
                _run_apart(side, name, _fill, [(total,)])
        for turn in range(rounds):
            for side in sides if turn % 2 else reversed(sides):
                with step(f"Round {turn + 1}: {side.label}"):
                    _measure(samples, side, names[side], total)
    return "\n".join(_report(samples, sides, started, total))


def _measure(samples, side, name, total):
    """Add one sample of each operation."""

    def add(operation, seconds, queries, count, memory=None):
        samples.setdefault((operation, side.label), []).append(
            (1000 * seconds / count, queries / count, memory or 0)
        )

    [(drafted, posted)] = _run_apart(
        side, name, _draft_and_post, [(0, total, False, POSTED)]
    )
    add("E1", *drafted[:2], total, drafted[2])
    if posted[2]:
        add("E2", *posted)
    half = total // 2
    both = _run_apart(side, name, _draft_and_post, [(0, half), (half, total)])
    slowest = max(part[0] for part, _posted in both)
    queries = sum(part[1] for part, _posted in both)
    add("E1 two workers", slowest, queries, total, max(part[2] for part, _p in both))
    if side is not BareSide:
        [(drafted, _posted)] = _run_apart(
            side, name, _draft_and_post, [(0, total, True)]
        )
        add("E1b", *drafted[:2], total, drafted[2])


TITLES = {
    "E1": "invoices drafted, per agreement",
    "E1 two workers": "the same by two processes",
    "E1b": f"the same, one agreement in {BAD_IN} impossible",
    "E2": "invoices posted in batch",
}
# Operation, what it is compared with, and the most that ours may be of it.
TARGETS = [
    ("E1", ("E1", "bare"), 1.05),
    ("E1 two workers", ("E1", "run"), 0.6),
    ("E1b", ("E1", "run"), 1.05),
    ("E1b", ("E1b", "contract"), 0.33),
]


def _report(samples, sides, started, total):
    """Yield the lines of the report."""
    medians = {
        key: [median(values) for values in zip(*found, strict=True)]
        for key, found in samples.items()
    }
    labels = [side.label for side in sides]
    yield f"# Benchmark of billing, {started:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield (
        f"{total:,} due agreements of four lines; databases and processes of their own, "
        "sides in turn, medians. Memory is the growth of the peak over the start."
    )
    yield ""
    heads = ["operation", *labels, *(f"× {name}" for name in labels[1:]), "targets"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for operation, title in TITLES.items():
        found = [medians.get((operation, label)) for label in labels]
        cells = [f"{operation}: {title}", *map(_write, found)]
        cells += [
            f"{found[0][0] / other[0]:.2f}" if found[0] and other else ""
            for other in found[1:]
        ]
        yield f"| {' | '.join([*cells, '; '.join(_judge(medians, operation))])} |"


def _write(sample):
    if not sample:
        return ""
    memory = f", +{sample[2]:.0f} MB" if sample[2] else ""
    return f"{sample[0]:.1f} ms, {sample[1]:.1f} q{memory}"


def _judge(medians, operation):
    ours = medians.get((operation, "run"))
    for name, key, limit in TARGETS:
        if name == operation and ours and key in medians:
            ratio = ours[0] / medians[key][0]
            verdict = "holds" if ratio <= limit else "**missed**"
            yield f"{' of '.join(key)} {ratio:.2f} ≤ {limit} {verdict}"


def main(started, options):
    """Measure as the options of `bench.py` say, and return the report."""
    total = AGREEMENTS // 5 if options.quick else AGREEMENTS
    return write_report(started, options.rounds, total, options.peers)
