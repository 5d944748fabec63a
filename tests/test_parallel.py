"""Several processes at the same time, each with a transaction of its own.

The tests of the add-on run in one transaction and cannot show this.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from devtools import odoo_cli as cli

TICKETS = 240
STEPS = 3
PROCESSES = 2

# Tickets whose steps have all fallen due; each step adds one to the ticket's progress.
LET_FALL_DUE = f"""
from datetime import timedelta
from odoo.fields import Datetime

env["psa.sla.policy"].search([]).active = False
action = env["ir.actions.server"].create({{
    "name": "Count",
    "model_id": env["ir.model"]._get_id("psa.ticket"),
    "state": "code",
    "code": "record.write({{'progress': record.progress + 1}})",
}})
env["psa.sla.policy"].create({{
    "name": "Parallel",
    "enforced_from_at": False,
    "target_ids": [(0, 0, {{"metric": "resolution", "hours": 1, "is_always_open": True}})],
    "escalation_ids": [
        (0, 0, {{
            "timing": timing,
            "delay_minutes": minutes,
            "percent": 50,
            "is_in_service_hours": False,
            "since_at": False,
            "notify_agent": False,
            "action_server_id": action.id,
        }})
        for timing, minutes in (("percent", 0), ("before", 10), ("after", 5))
    ],
}})
env["psa.ticket"].create([
    {{"name": f"Late {{n}}", "requested_at": Datetime.now() - timedelta(hours=3)}}
    for n in range({TICKETS})
])
env.cr.commit()
"""

# Wait until all have come so far, then run the scheduler's job.
RUN_SCHEDULER = f"""
import os, time
env["ir.config_parameter"].set_param(f"parallel.{{os.getpid()}}", "ready")
env.cr.commit()
ready = "SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'parallel.%%'"
for _try in range(600):
    env.cr.execute(ready)
    if env.cr.fetchone()[0] >= {PROCESSES}:
        break
    env.cr.commit()
    time.sleep(0.1)
env.cr.commit()
fired = []
log_step = type(env["psa.sla.clock"])._log_step
def count(self, *args, **kwargs):
    fired.append(len(self))
    return log_step(self, *args, **kwargs)
type(env["psa.sla.clock"])._log_step = count
env["psa.sla.clock"]._cron_escalate()
env.cr.commit()
print("FACTS", sum(fired))
"""

TOLD = "SELECT count(*) FROM psa_event WHERE kind = '{kind}'"
OF_EACH_CLOCK = """
    SELECT clock.id, string_agg(step.timing, ',' ORDER BY log.id)
      FROM psa_sla_clock clock
 LEFT JOIN psa_sla_escalation_log log ON log.clock_id = clock.id
 LEFT JOIN psa_sla_escalation step ON step.id = log.escalation_id
  GROUP BY clock.id
"""

# Somebody adds time, and somebody else has the sheet signed, each in his own transaction.
RACE_FOR_THE_SHEET = """
import json
from psycopg2 import OperationalError
from odoo import api, SUPERUSER_ID
from odoo.exceptions import UserError

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
firm = env["res.partner"].create({"name": "ACME", "is_company": True})
employee = env["hr.employee"].search([("user_id", "=", env.uid)], limit=1)
if not employee:
    employee = env["hr.employee"].create({"name": "Root", "user_id": env.uid})
project = env["project.project"].create({"name": "Visits", "allow_timesheets": True})
visits = env["psa.intervention"].create(
    [{"name": name, "customer_id": firm.id} for name in ("First", "Second")]
)
env.cr.commit()
facts = {}


def other(cr):
    return api.Environment(cr, env.uid, {})


def log(env, visit):
    env["account.analytic.line"].create({
        "name": "Late", "project_id": project.id, "employee_id": employee.id,
        "psa_intervention_id": visit.id, "psa_minutes": 30,
    })
    env.flush_all()


def sign(env, visit):
    env["psa.intervention"].browse(visit.id)._sign(PIXEL, unsigned_reason="Nobody there")
    env.flush_all()


def attempt(act, visit):
    with env.registry.cursor() as cr:
        try:
            act(other(cr), visit)
        except UserError as error:
            cr.rollback()
            return str(error)
        cr.commit()
    return "done"


first, second = visits
with env.registry.cursor() as cr:
    log(other(cr), first)
    facts["signing while time is being saved"] = attempt(sign, first)
    facts["a colleague saving at the same time"] = attempt(log, first)
    cr.commit()
facts["signing afterwards"] = attempt(sign, first)

with env.registry.cursor() as cr:
    mine = other(cr)
    mine["psa.intervention"].browse(second.id).state  # as it was when I began
    facts["signing meanwhile"] = attempt(sign, second)
    try:
        log(mine, second)
        facts["saving time after that"] = "done"
    except OperationalError as error:
        facts["saving time after that"] = type(error).__name__
    cr.rollback()
facts["saving it again"] = attempt(log, second)
env.invalidate_all()
env.cr.rollback()
facts["hours"] = visits.mapped("time_hours")
facts["states"] = visits.mapped("state")
print("FACTS", json.dumps(facts))
"""


@pytest.fixture(scope="module")
def database():
    """A database for all tests of this file."""
    with cli.scratch_database() as name:
        cli.create(name, ["helpdesk_psa"])
        yield name


def test_two_schedulers_at_once_do_each_step_once_and_in_order(database):
    run_script(database, LET_FALL_DUE)

    with ThreadPoolExecutor(PROCESSES) as pool:
        scripts = [RUN_SCHEDULER] * PROCESSES
        done = list(pool.map(lambda script: run_script(database, script), scripts))

    assert sum(map(int, done)) >= TICKETS * STEPS
    assert min(map(int, done)) > 0, "one process had nothing to do"
    rows = cli.query(OF_EACH_CLOCK, database)
    assert {row.partition("|")[2] for row in rows} == {"percent,before,after"}
    assert len(rows) == TICKETS
    progress = cli.query("SELECT DISTINCT progress FROM psa_ticket", database)
    assert progress == [str(STEPS)]
    assert cli.query(TOLD.format(kind="breach"), database) == [str(TICKETS)]
    assert cli.query(TOLD.format(kind="sla_step"), database) == [str(TICKETS * STEPS)]


def test_time_is_on_the_sheet_before_it_is_signed_or_not_at_all(database):
    facts = json.loads(run_script(database, RACE_FOR_THE_SHEET))

    assert "Somebody is just saving" in facts["signing while time is being saved"]
    assert facts["a colleague saving at the same time"] == "done"
    assert facts["signing afterwards"] == "done"
    assert facts["signing meanwhile"] == "done"
    # Odoo tries again what failed so, with what is true by now:
    assert facts["saving time after that"] == "SerializationFailure"
    assert "is signed" in facts["saving it again"]
    assert facts["hours"] == [1, 0]
    assert facts["states"] == ["closed", "closed"]


def run_script(database, script):
    """Run a script in a process of its own and return what it tells after ``FACTS``."""
    output = cli.run(
        "shell", "--no-http", "--log-level=error", database=database, stdin=script
    ).stdout
    lines = [line for line in output.splitlines() if line.startswith("FACTS ")]
    return lines[-1].removeprefix("FACTS ") if lines else ""
