"""What is measured of the SLA: the arithmetic of due times, and a pass of the scheduler."""

import logging
from datetime import datetime, timedelta
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.fields import Datetime
from odoo.tools import SQL

INSTANTS = 1_000
TARGET_HOURS = 8
POLICY = "Benchmark"
DUE = 200
# As many as the scheduler takes at once.
BATCH_SIZE = 50

CLOCKS = """
    INSERT INTO psa_sla_clock (ticket_id, kind, metric, cycle, policy_id, company_id,
                               team_id, customer_id, state, started_at, due_at,
                               stopped_at, elapsed_at, elapsed_seconds, target_seconds,
                               next_escalation_at, is_breach_recorded, has_escalated)
    SELECT id, 'sla', 'resolution', 1, %s, company_id, team_id, customer_id,
           CASE WHEN is_open THEN 'running' ELSE 'met' END,
           at, at + interval '1000 days', CASE WHEN NOT is_open THEN resolved_at END,
           at, 0, 1000 * 24 * 3600,
           CASE WHEN is_open THEN at + interval '1000 days' END, FALSE, FALSE
      FROM (SELECT *, requested_at AS at,
                   stage_category IN ('new', 'open', 'waiting') AS is_open
              FROM psa_ticket
             -- mails received before have their own clocks
             WHERE id NOT IN (SELECT ticket_id FROM psa_sla_clock
                               WHERE ticket_id IS NOT NULL)) AS ticket
"""


def compute_due_times(bench, effort):
    """S1: when 8 hours of office time are over, from any moment of a year.

    Ours by the compiled calendar, the others by `plan_hours` of Odoo.
    """
    start = datetime(2026, 1, 1)
    instants = [start + timedelta(minutes=index * 521) for index in range(INSTANTS)]
    is_ours = bench.desk.label == "ticket"
    for _round in range(3):
        yield bench.time(
            partial(_add_hours if is_ours else _plan_hours, instants),
            len(instants),
            user_id=SUPERUSER_ID,
        )


def _add_hours(instants, env):
    calendar = env.company.resource_calendar_id
    hours = calendar._psa_working_time(env.company)
    for instant in instants:
        hours.add(instant, TARGET_HOURS * 3600)


def _plan_hours(instants, env):
    calendar = env.company.resource_calendar_id
    domain = [
        ("time_type", "=", "leave"),
        ("company_id", "in", [env.company.id, False]),
    ]
    for instant in instants:
        calendar.plan_hours(TARGET_HOURS, instant, compute_leaves=True, domain=domain)


def escalate(bench, effort):
    """S2: a pass of the scheduler with 200 clocks due, each telling somebody.

    The others send somebody a message about as many records, one by one: what the pass
    may cost at most.
    """
    if bench.desk.label == "ticket":
        yield from _escalate(bench)
    else:
        ids = bench.desk.open_ids[:DUE]
        yield bench.time(partial(_notify, bench, ids), len(ids), user_id=SUPERUSER_ID)


def _notify(bench, ids, env):
    records = env[bench.desk.model].with_context(mail_notify_force_send=False)
    partner = env["res.users"].browse(bench.desk.users[0]).partner_id
    for record in records.browse(ids):
        record.message_notify(
            subject="Due soon", body="Due soon", partner_ids=partner.ids
        )


def _let_fall_due(env):
    env.cr.execute(
        "UPDATE psa_sla_clock"
        "   SET due_at = now() AT TIME ZONE 'UTC' - interval '1 minute',"
        "       next_escalation_at = now() AT TIME ZONE 'UTC' - interval '1 minute'"
        " WHERE id IN (SELECT clock.id"
        "                FROM psa_sla_clock AS clock"
        "                JOIN psa_sla_policy AS policy ON policy.id = policy_id"
        "               WHERE policy.name->>'en_US' = %s AND state = 'running'"
        "            ORDER BY clock.id LIMIT %s)",
        [POLICY, DUE],
    )


def _explain(bench):
    """Return how PostgreSQL finds what is due, as `_cron_escalate` asks for it."""
    with bench.registry.cursor() as cr:
        env = bench.get_env(cr, SUPERUSER_ID)
        _let_fall_due(env)
        query = env["psa.sla.clock"]._search(
            [("next_escalation_at", "<=", Datetime.now())],
            order="next_escalation_at, id",
            limit=BATCH_SIZE,
        )
        lines = env.execute_query(
            SQL(
                "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) %s",
                query.select(),
            )
        )
        cr.rollback()
    return "\n".join(line for (line,) in lines)


def _pass(env):
    """Let the scheduler pass once; it must have seen to all that was due."""
    env["psa.sla.clock"]._cron_escalate()
    done = env["psa.sla.escalation.log"].search_count([])
    if done != DUE:
        raise AssertionError(f"{done} of {DUE} steps were done")


def _escalate(bench):
    """Give all tickets a clock, once; then let 200 of them fall due and be seen to."""
    with bench.registry.cursor() as cr:
        env = bench.get_env(cr, SUPERUSER_ID)
        if not env["psa.sla.policy"].search_count([("name", "=", POLICY)]):
            policy = env["psa.sla.policy"].create({"name": POLICY})
            env["psa.sla.escalation"].create(
                {
                    "policy_id": policy.id,
                    "timing": "after",
                    "delay_minutes": 0,
                    "since_at": False,
                    "notify_agent": True,
                }
            )
            env.flush_all()
            cr.execute(CLOCKS, [policy.id])
            cr.execute("ANALYZE psa_sla_clock")
        cr.commit()

    def run(env):
        _let_fall_due(env)
        return partial(_pass, env)

    run.prepares = True
    bench.plan = _explain(bench)
    logging.getLogger("odoo.addons.mail").setLevel(logging.ERROR)
    with patch.object(
        bench.registry["ir.cron"],
        "_commit_progress",
        lambda *args, **kwargs: float("inf"),
    ):
        yield bench.time(run, DUE, user_id=SUPERUSER_ID)
