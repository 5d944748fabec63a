import logging
from datetime import UTC
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import ormcache
from odoo.tools.misc import format_datetime

from ...const import LIVE_SLA_STATES
from ...tools.sla_escalation import Standing, Step, plan

_logger = logging.getLogger(__name__)

BATCH_SIZE = 50
# What a clock is about, one of them.
SUBJECTS = ("ticket_id", "task_id")
# Figures of a clock that decide when its next step falls due.
PLANNING_FIELDS = {
    "calendar_id",
    "due_at",
    "elapsed_at",
    "elapsed_seconds",
    "metric",
    "policy_id",
    "state",
    "stopped_at",
    "target_seconds",
}
# Somebody else was faster; in a new transaction it works.
CONCURRENCY_ERRORS = (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class PsaSlaClockEscalationMixin(models.AbstractModel):
    """What a clock does by itself when its time comes.

    Each clock knows the moment of its next step; the scheduler looks up those that have
    passed. A step that happened has a row in `psa.sla.escalation.log`, which the database
    takes once only, written in the transaction of what the step does and under the lock of
    the clock. A breach is the step that every policy has.
    """

    _name = "psa.sla.clock.escalation.mixin"
    _description = "Clock with Escalations"

    escalation_log_ids = fields.One2many(
        "psa.sla.escalation.log", "clock_id", string="Escalations", readonly=True
    )
    has_escalated = fields.Boolean(
        readonly=True, help="Some step has happened to this clock."
    )
    is_breach_recorded = fields.Boolean(
        readonly=True,
        help="The history tells that the due time passed.",
    )

    # === PLANNING === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {
                    **vals,
                    "next_escalation_at": self._get_next_escalation_at(
                        {**vals, "company_id": self._get_company_id(vals)}
                    ),
                }
                for vals in vals_list
            ]
        )

    @api.model
    def _get_company_id(self, vals):
        """Return the company of the ticket or task of a clock that is to be created."""
        # sudo: whoever causes a clock may not read the ticket any more
        ticket = self.env["psa.ticket"].sudo().browse(vals.get("ticket_id") or [])
        task = self.env["project.task"].sudo().browse(vals.get("task_id") or [])
        subject = ticket or task
        return subject and subject._get_sla_company().id

    def write(self, vals):
        result = super().write(vals)
        if not PLANNING_FIELDS.isdisjoint(vals):
            self._plan_escalations()
        return result

    def _plan_escalations(self):
        """Look up the next step of each clock; nothing else changes."""
        now = fields.Datetime.now()
        fired = self._get_fired_step_ids()
        for clock in self:
            if clock.is_breach_recorded and clock.due_at and clock.due_at > now:
                # The due time was moved: it may pass again.
                clock.is_breach_recorded = False
            clock.next_escalation_at = clock._get_next_escalation_at(
                clock._get_planning_values(), fired.get(clock.id, ())
            )

    def _get_planning_values(self):
        """Return the figures that decide, as `create` would get them."""
        self.ensure_one()
        values = {name: self[name] for name in PLANNING_FIELDS}
        return {
            **values,
            "calendar_id": self.calendar_id.id,
            "policy_id": self.policy_id.id,
            "company_id": self.company_id.id,
            "is_breach_recorded": self.is_breach_recorded,
        }

    @api.model
    def _get_next_escalation_at(self, values, fired=()):
        """Return when something is to be done for a clock, or False.

        :param dict values: columns of the clock
        :param fired: ids of the steps that have happened
        """
        moments = [moment for moment, _step in self._plan(values, fired)[:1]]
        if self._has_breach_to_record(values):
            moments.append(values["due_at"])
        return min(moments, default=False)

    @api.model
    def _has_breach_to_record(self, values):
        """Whether the due time has passed, or will, without the history telling it."""
        if not values.get("due_at") or values.get("is_breach_recorded"):
            return False
        return values["state"] in (*LIVE_SLA_STATES, "breached")

    @api.model
    def _plan(self, values, fired=()):
        """Return the steps to come as `tools/sla_escalation.py` plans them."""
        steps = self._get_escalation_steps().get(values["policy_id"])
        if not steps or values["state"] != "running":
            return []
        calendar = self.env["resource.calendar"].browse(values.get("calendar_id") or [])
        company = self.env["res.company"].browse(values.get("company_id") or [])
        standing = Standing(
            state=values["state"],
            due_at=values.get("due_at") or None,
            target_seconds=values.get("target_seconds") or 0,
            elapsed_seconds=values.get("elapsed_seconds") or 0,
            elapsed_at=values["elapsed_at"],
            time=calendar._psa_working_time(company),
            metric=values["metric"],
        )
        return plan(steps, standing, fired)

    @api.model
    @ormcache()
    def _get_escalation_steps(self):
        """Return ``{policy id: list of Step}``, remembered until a step changes."""
        steps = {}
        for step in (
            self.env["psa.sla.escalation"].sudo().search([("active", "=", True)])
        ):
            is_share = step.timing == "percent"
            steps.setdefault(step.policy_id.id, []).append(
                Step(
                    id=step.id,
                    timing=step.timing,
                    amount=step.percent if is_share else 60 * step.delay_minutes,
                    is_in_service_hours=step.is_in_service_hours,
                    since=step.since_at or None,
                    metric=step.metric or None,
                )
            )
        return steps

    def _get_fired_step_ids(self):
        """Return ``{clock id: set of step ids}`` of what has happened."""
        fired = {}
        escalated = self.filtered("has_escalated")
        if escalated:
            # sudo: what has happened decides, whoever moves the clock
            for log in (
                self.env["psa.sla.escalation.log"]
                .sudo()
                .search([("clock_id", "in", escalated.ids)])
            ):
                fired.setdefault(log.clock_id.id, set()).add(log.escalation_id.id)
        return fired

    # === DOING === #

    @api.model
    def _cron_escalate(self):
        """Do what has fallen due since, a batch at a time. Touches no other clock."""
        progress = self.env["ir.cron"]._commit_progress
        is_due = Domain("next_escalation_at", "<=", fields.Datetime.now())
        progress(remaining=self.search_count(is_due))
        busy_ids = set()
        while clocks := self.search(
            is_due & Domain("id", "not in", list(busy_ids)),
            order="next_escalation_at, id",
            limit=BATCH_SIZE,
        ):
            try:
                with self.env.cr.savepoint():
                    locked = clocks.try_lock_for_update(allow_referencing=True)
            except CONCURRENCY_ERRORS:
                # Another pass was faster: look again, at what it has left.
                progress()
                continue
            done = locked._escalate()
            # What somebody else works on has its turn in the next pass.
            busy_ids.update((clocks - done).ids)
            if not progress(len(done)):
                break

    def _escalate(self):
        """Do the steps of locked clocks that have fallen due, each clock's in order.

        :return: the clocks that are done; the others were in use, and untouched
        """
        now = fields.Datetime.now()
        self.invalidate_recordset()
        self._record_breaches(now)
        fired = self._get_fired_step_ids()
        busy = self.browse()
        pending = self
        while pending:
            groups = {}
            for clock in pending:
                due = clock._get_due_step(now, fired.setdefault(clock.id, set()))
                if due:
                    groups.setdefault((due[1].id, bool(clock.task_id)), {})[clock] = (
                        due[0]
                    )
            pending = self.browse()
            for (step_id, _is_task), moments in groups.items():
                clocks = self.browse().concat(*moments)
                step = self.env["psa.sla.escalation"].browse(step_id)
                done = clocks._fire_safely(step, moments)
                for clock in done:
                    fired[clock.id].add(step_id)
                busy |= clocks - done
                pending |= done
        done = self - busy
        done._plan_escalations()
        return done

    def _get_due_step(self, now, fired):
        """Return the moment and the first step that has fallen due, or None."""
        planned = self._plan(self._get_planning_values(), fired)
        return planned[0] if planned and planned[0][0] <= now else None

    def _record_breaches(self, now):
        """Write into the history that due times have passed, with the time they did."""
        breached = self.filtered(
            lambda clock: (
                clock._has_breach_to_record(clock._get_planning_values())
                and clock.due_at <= now
            )
        )
        for name in filter(breached.filtered, SUBJECTS):
            breached[name]._log_events(
                {
                    name: clock[name].id,
                    "kind": "breach",
                    "at": clock.due_at,
                    "new": f"{clock.kind}:{clock.metric}",
                }
                for clock in breached.filtered(name)
            )
        breached.is_breach_recorded = True

    def _fire_safely(self, step, moments):
        """Do a step for clocks; one that fails is noted and does not hold up the others.

        :param step: `psa.sla.escalation`
        :param dict moments: when it was to happen, by clock
        :return: the clocks for which the step is over, done or failed
        """
        try:
            with self.env.cr.savepoint():
                self._fire(step, moments)
        except CONCURRENCY_ERRORS:
            if len(self) == 1:
                return self.browse()
        except Exception as error:
            if len(self) == 1:
                _logger.exception("An escalation of the clock %s failed", self.id)
                self._log_step(step, moments, error=str(error) or type(error).__name__)
                return self
        else:
            return self
        done = self.browse()
        for clock in self:
            done |= clock._fire_safely(step, moments)
        return done

    def _fire(self, step, moments):
        logs = self._log_step(step, moments)
        for clock, note in step._fire(self).items():
            logs[clock].error = note

    def _log_step(self, step, moments, error=False):
        """Note that a step is done, on the clocks and in the history.

        :return: ``{clock: psa.sla.escalation.log}``
        """
        now = fields.Datetime.now()
        sentences = {
            lang: step.with_context(lang=lang).sentence
            for lang, _name in self.env["res.lang"].get_installed()
        }
        logs = self.env["psa.sla.escalation.log"].create(
            [
                {
                    "clock_id": clock.id,
                    "escalation_id": step.id,
                    "sentences": sentences,
                    "planned_at": moments[clock],
                    "fired_at": now,
                    "error": error,
                }
                for clock in self
            ]
        )
        self.has_escalated = True
        for name in filter(self.filtered, SUBJECTS):
            self[name]._log_events(
                {name: log.clock_id[name].id, "kind": "sla_step", "new": str(log.id)}
                for log in logs.filtered(f"clock_id.{name}")
            )
        return {log.clock_id: log for log in logs}

    # === TELLING === #

    def _get_escalation_agents(self):
        """Return whose work the clock measures."""
        self.ensure_one()
        return self.ticket_id.user_id | self.task_id.user_ids

    def _get_escalation_leader(self):
        """Return who answers for the work: the team leader, or the project manager."""
        self.ensure_one()
        return self.ticket_id.team_id.leader_id | self.task_id.project_id.user_id

    def _filter_readable(self, user):
        """Return the clocks of tickets and tasks that a user may see."""
        seen = []
        for subjects in (self.ticket_id, self.task_id):
            own = subjects.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            seen.append(set(own._filtered_access("read").ids))
        return self.filtered(
            lambda clock: clock.ticket_id.id in seen[0] or clock.task_id.id in seen[1]
        )

    def _plan_activities(self, user):
        """Plan something to do for a user about each clock, for the day it is due."""
        zone = ZoneInfo(user.tz or "UTC")
        for clock in self.with_context(lang=user.lang, mail_activity_quick_update=True):
            due_at = clock.due_at.replace(tzinfo=UTC).astimezone(zone)
            (clock.ticket_id or clock.task_id).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=due_at.date(),
                summary=clock._describe_due(user),
                user_id=user.id,
            )

    def _notify_user(self, user, channel):
        """Tell a user of clocks, in one message.

        :param str channel: preference, email or inbox
        """
        clocks = self.with_context(
            lang=user.lang, mail_notify_force_send=False, psa_notify_by=channel
        )
        lines = Markup().join(
            Markup('<li><a href="%(url)s">%(subject)s</a><br/>%(due)s</li>')
            % {
                "url": subject._notify_get_action_link("view"),
                "subject": subject.display_name,
                "due": clock._describe_due(user),
            }
            for clock in clocks
            for subject in [clock.ticket_id or clock.task_id]
        )
        subjects = clocks.ticket_id or clocks.task_id
        thread = subjects if len(subjects) == 1 else self.env["mail.thread"]
        thread.with_context(**clocks.env.context).message_notify(
            subject=clocks._get_notice_subject(user),
            body=Markup("<ul>%s</ul>") % lines,
            partner_ids=user.partner_id.ids,
            model_description=clocks.env["ir.model"]._get(subjects._name).display_name,
        )

    def _get_notice_subject(self, user):
        """Return the subject of a message about clocks, in the language of the context."""
        if len(self) > 1:
            return self.env._("%(count)s promises come due", count=len(self))
        subject = self.ticket_id or self.task_id
        return self.env._(
            "%(due)s: %(subject)s",
            due=self._describe_due(user),
            subject=subject.display_name,
        )

    def _describe_due(self, user):
        """Return what is due when, in words, in the user's time zone."""
        self.ensure_one()
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        values = {
            "metric": metrics[self.metric],
            "moment": format_datetime(self.env, self.due_at, tz=user.tz or "UTC"),
        }
        if self.due_at <= fields.Datetime.now():
            return self.env._("%(metric)s overdue since %(moment)s", **values)
        return self.env._("%(metric)s due %(moment)s", **values)
