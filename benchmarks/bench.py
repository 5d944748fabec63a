"""Measures our tickets beside Odoo's tasks and opportunities. See README.md.

Run it with ./dev bench; it works in databases of its own and drops them.
"""

import argparse
import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import odoo  # noqa: E402
from odoo.fields import Datetime  # noqa: E402
from odoo.orm.registry import Registry  # noqa: E402
from odoo.tools import config  # noqa: E402

from benchmarks import audit, billing, customers, rating  # noqa: E402
from benchmarks.desks import DESKS, PEERS  # noqa: E402
from benchmarks.operations import OPERATIONS, Bench, Effort  # noqa: E402
from benchmarks.report import Results, write_report  # noqa: E402
from devtools import odoo_cli  # noqa: E402
from devtools.console import say, step  # noqa: E402
from devtools.peers import PACKAGES  # noqa: E402

REPOSITORY = Path(__file__).resolve().parent.parent
# What is measured with `--billing`, by the names of performance targets.
BILLING = {"E1": billing, "E3": rating, "E4": audit}
RESULTS = REPOSITORY / "benchmarks" / "results"
ROUNDS = 3
WARM_UP = Effort(5, 100, 5, 10, 5, 2)
QUICK = Effort(10, 200, 20, 100, 20, 5)


def parse_arguments(arguments):
    """Return what to measure."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "--tickets",
        type=int,
        nargs="+",
        default=[10_000, 100_000],
        help="numbers of records to measure with (default: 10000 100000)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="OPERATION",
        help=f"beginnings of operations, such as D or B1, of {', '.join(OPERATIONS)}",
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--peers", action="store_true", help="measure OCA's helpdesk as well"
    )
    parser.add_argument("--quick", action="store_true", help="do less in each round")
    parser.add_argument(
        "--customers",
        action="store_true",
        help="measure the screens of customers beside plain contacts, and nothing else",
    )
    parser.add_argument(
        "--billing",
        action="store_true",
        help="measure billing (E), and nothing else",
    )
    parser.add_argument(
        "--no-save", action="store_true", help="print the table, write no file"
    )
    return parser.parse_args(arguments)


def main(arguments):
    """Measure, print the table and write it to results/."""
    options = parse_arguments(arguments)
    logging.disable(logging.ERROR)
    config.parse_config(
        ["-c", os.environ[odoo_cli.CONFIG_VARIABLE], "--max-cron-threads=0"]
    )
    started = Datetime.now()
    if options.customers or options.billing:
        if options.billing:
            report = measure_billing(started, options)
        else:
            report = customers.write_report(started, options.rounds)
        if not options.no_save:
            save(report, started)
        say(f"\n{report}")
        return
    results = Results()
    with ExitStack() as stack:
        options.desks = DESKS + (PEERS if options.peers else ())
        templates = make_templates(stack, options.desks)
        for total in sorted(options.tickets):
            measure(total, templates, options, results)
            report = write_report(results, get_versions(options.peers), started)
            if not options.no_save:
                save(report, started)
    say(f"\n{report}")


def measure_billing(started, options):
    """Measure what belongs to E, or what of it `--only` names; return the report."""
    parts = [
        part.main(started, options)
        for name, part in BILLING.items()
        if not options.only or name.startswith(tuple(options.only))
    ]
    return "\n\n".join(parts)


def save(report, started):
    """Write what is known so far, so that an interrupted run keeps its smaller sizes."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{started:%Y-%m-%d-%H%M}.md"
    path.write_text(report + "\n", encoding="utf-8")
    say(f"\nWritten to {path.relative_to(REPOSITORY)}")


def make_templates(stack, desks):
    """Create an empty database for each set of add-ons.

    Odoo's models have theirs without us, so that they are not slowed by our add-on.

    :return: {tuple of add-ons: name of the database}
    """
    templates = {}
    for desk_class in desks:
        modules = tuple(desk_class.modules)
        if modules not in templates:
            name = stack.enter_context(odoo_cli.scratch_database("bench"))
            with step(f"Creating a database with {', '.join(modules)}"):
                odoo_cli.create(name, modules)
            templates[modules] = name
    return templates


def measure(total, templates, options, results):
    """Measure every operation on every desk with `total` records."""
    effort = QUICK if options.quick else Effort()
    say(f"\n{total:,} records")
    with ExitStack() as stack:
        benches = [open_bench(stack, desk, templates, total) for desk in options.desks]
        for name, (title, function) in OPERATIONS.items():
            if options.only and not name.startswith(tuple(options.only)):
                continue
            with step(f"{name}: {title}"):
                samples = run_rounds(function, benches, effort, options.rounds)
            for bench in benches:
                if samples[bench]:
                    results.add(name, total, bench.desk.label, samples[bench])
                if bench.plan:
                    results.plans[name, total] = bench.plan
                    bench.plan = None
            say(f"    {results.describe(name, total)}")


def open_bench(stack, desk_class, templates, total):
    """Copy the template of a desk and fill the copy; it is dropped with the stack."""
    name = stack.enter_context(odoo_cli.scratch_database("bench"))
    with step(f"Making {total:,} records for {desk_class.label}"):
        template = templates[tuple(desk_class.modules)]
        odoo_cli.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        stack.callback(close, name)
        Registry(name)["ir.mail_server"]._disable_send = classmethod(lambda cls: True)
        return Bench(desk_class, name, total)


def close(name):
    """Let go of a database that is about to be dropped."""
    Registry.delete(name)
    odoo.sql_db.close_db(name)


def run_rounds(function, benches, effort, rounds):
    """Run an operation in turn on all desks, several times, after a warm-up.

    :return: {bench: samples of all rounds}
    """
    samples = {bench: [] for bench in benches}
    for bench in benches:
        list(function(bench, WARM_UP))
    for turn in range(rounds):
        shift = turn % len(benches)
        for bench in benches[shift:] + benches[:shift]:
            samples[bench] += function(bench, effort)
    return samples


def get_versions(with_peers):
    """Return the versions of what is measured and of the server."""
    server = odoo_cli.query("SHOW server_version")[0]
    others = " and ".join(["project, crm", *(PACKAGES if with_peers else ())])
    return f"helpdesk_psa beside {others}, PostgreSQL {server}"


if __name__ == "__main__":
    main(sys.argv[1:])
