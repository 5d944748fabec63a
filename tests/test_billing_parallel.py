"""Billing runs in real processes: two at once, and one that is killed (I-2)."""

import signal
import subprocess
import time

import pytest

from devtools import odoo_cli as cli

AGREEMENTS = 120
MONTHS = 3

# Agreements that are due for three months, of which nothing was billed yet.
PREPARE = f"""
from dateutil.relativedelta import relativedelta
from odoo import fields
company = env.company
env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
product = env["product.product"].create(
    {{"name": "Care", "type": "service", "list_price": 100, "psa_recurring": True}}
)
start = fields.Date.today() - relativedelta(months={MONTHS - 1})
customers = env["res.partner"].create(
    [{{"name": f"Customer {{number}}", "is_company": True}} for number in range({AGREEMENTS})]
)
agreements = env["psa.agreement"].create(
    [
        {{
            "customer_id": customer.id,
            "date_start": start,
            "line_ids": [(0, 0, {{"name": "Care", "product_id": product.id}})],
        }}
        for customer in customers
    ]
)
agreements.action_activate()
env.cr.commit()
"""

# What the scheduler does, in small chunks so that processes meet; each is committed, and
# tried again if another process was at the same rows, as Odoo does for each request.
BILL = """
from odoo.service.model import retrying
from odoo.addons.helpdesk_psa_billing.models import psa_billing_run
psa_billing_run.CHUNK = 5
run = env["psa.billing.run"].create({})
env.cr.commit()
print("STARTED", flush=True)
retrying(run.action_propose, env)
env.cr.commit()
retrying(run.action_draft, env) if run.proposed_count else None
env.cr.commit()
while run.state in psa_billing_run.WORKING_STATES:
    retrying(run._step, env)
    env.cr.commit()
    if run.state == "proposed" and run.proposed_count:
        retrying(run.action_draft, env)
        env.cr.commit()
print("FINISHED", flush=True)
"""

CHARGES = "SELECT count(*), count(DISTINCT period_id), sum(amount) FROM psa_charge"
LINES = """
SELECT count(*) FROM account_move_line l JOIN account_move m ON m.id = l.move_id
 WHERE l.display_type = 'product' AND m.move_type = 'out_invoice'
"""


@pytest.fixture(scope="module")
def filled_database():
    """A database with agreements of which nothing was billed."""
    with cli.scratch_database("billing") as name:
        cli.create(name, ["helpdesk_psa_billing"])
        cli.run("shell", "--no-http", database=name, stdin=PREPARE)
        yield name


@pytest.fixture
def database(filled_database):
    """The filled database, with its invoices and charges taken away again."""
    yield filled_database
    for sql in (
        "UPDATE psa_period SET is_open = true, run_id = NULL",
        "DELETE FROM psa_charge",
        "DELETE FROM psa_billing_run",
        "DELETE FROM account_move",
    ):
        cli.query(sql, database=filled_database)


def start(script, database):
    """Run a script in an Odoo shell of its own, and return the process."""
    process = subprocess.Popen(
        cli.command("shell", "--no-http", database=database),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=cli.environment(),
        start_new_session=True,
    )
    process.stdin.write(script)
    process.stdin.close()
    return process


def finish(process):
    output = process.stdout.read()
    process.wait(timeout=300)
    assert "FINISHED" in output, output


def count_lines(database):
    return int(cli.query(LINES, database=database)[0])


def assert_billed_once(database):
    """Each period that is due was charged once, on one line of one invoice."""
    periods = AGREEMENTS * MONTHS
    charges = cli.query(CHARGES, database=database)[0].split("|")
    assert [int(charges[0]), int(charges[1])] == [periods, periods]
    assert float(charges[2]) == periods * 100
    assert count_lines(database) == periods


def test_two_runs_at_once_bill_each_period_once(database):
    processes = [start(BILL, database) for _number in range(2)]
    for process in processes:
        finish(process)
    # Whatever one of them had to leave to the other is picked up by the next run.
    finish(start(BILL, database))
    assert_billed_once(database)


def test_run_that_is_killed_is_finished_by_the_next_one(database):
    victim = start(BILL, database)
    deadline = time.monotonic() + 300
    while not count_lines(database) and victim.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert 0 < count_lines(database) < AGREEMENTS * MONTHS
    cli.run(
        "shell",
        "--no-http",
        database=database,
        stdin="""
env["psa.billing.run"].search([])._step()
env.cr.commit()
run = env["psa.billing.run"].search([])
while run.state == "drafting":
    run._step()
    env.cr.commit()
""",
    )
    finish(start(BILL, database))
    assert_billed_once(database)
