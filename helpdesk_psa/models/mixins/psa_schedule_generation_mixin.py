import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from psycopg2.errors import OperationalError, UniqueViolation

from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from ...tools.recurrence import step

_logger = logging.getLogger(__name__)

# Schedules looked at together.
CHUNK = 50
# Tickets or visits after which a transaction ends; a date is never torn apart.
BATCH_SIZE = 50
# What another process has done, or is doing at this moment.
CONCURRENCY_ERRORS = (LockError, OperationalError, UniqueViolation)


@dataclass
class Standing:
    """How far a schedule has come, for one equipment or for all together."""

    # Last row of all, and the day of the last one that nobody left out beforehand.
    last_id: int = 0
    last_date: date | None = None
    count: int = 0
    skipped: set = field(default_factory=set)


class PsaScheduleGenerationMixin(models.AbstractModel):
    """Creates what is due: each date of each equipment once, however it is run.

    Where a schedule stands is read from its rows (`psa.schedule.occurrence`): dates are
    handled in order, so whatever lies after the last row is still to do, even if nobody
    looked for weeks.
    """

    _name = "psa.schedule.generation.mixin"
    _description = "Generation of a Schedule"
    _inherit = ["psa.schedule.rhythm.mixin"]

    # === SCHEDULED === #

    @api.model
    def _cron_generate(self):
        """Create what is due, one schedule after the other; none holds up the others."""
        schedules = self.search([("state", "=", "running")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(schedules))
        for number in range(0, len(schedules), CHUNK):
            chunk = schedules[number : number + CHUNK]
            due = chunk._filter_due()
            left = progress(len(chunk) - len(due))
            for schedule in due:
                while schedule._generate_alone() and left:
                    left = progress()
                if not left:
                    return
                left = progress(1)

    def _filter_due(self):
        """Return the schedules that have something to create, or to be tried again."""
        standings = self._load_standings()
        return self.filtered(
            lambda schedule: schedule.error or schedule._is_due(standings[schedule.id])
        )

    def _is_due(self, standings):
        try:
            day = self._get_next_own_day(standings)
        except UserError:
            return True  # told on its form when it is tried
        limit = self._get_today() + timedelta(days=self.horizon_days)
        return bool(day and day <= limit)

    def _generate_alone(self):
        """Create a batch of what is due; what goes wrong is told on the schedule's form.

        :return: number of dates handled; 0 when nothing is left, or nothing could be done
        """
        self.ensure_one()
        count, error = 0, False
        try:
            with self.env.cr.savepoint():
                count = self._generate_batch()
        except CONCURRENCY_ERRORS:
            _logger.info("Schedule %s is worked on by another process", self.id)
            return 0
        except UserError as problem:
            error = str(problem)
        except Exception:
            _logger.exception("Schedule %s cannot create what is due", self.id)
            error = self.env._(
                "It failed for an unexpected reason, which the server's log tells. Check "
                "the fields of the schedule, then press “Create now”."
            )
        if (self.error or False) != error:
            self.error = error
        return count

    # === WHERE IT STANDS === #

    def _load_standings(self):
        """Return how far each schedule has come, in two queries.

        :return: ``{schedule id: {equipment id or False: Standing}}``
        """
        # sudo: what is due does not depend on who looks
        Occurrence = self.env["psa.schedule.occurrence"].sudo()
        of_these = [("schedule_id", "in", self.ids)]
        result = defaultdict(lambda: defaultdict(Standing))
        for (
            schedule,
            equipment,
            by_hand,
            last_id,
            last_date,
            count,
        ) in Occurrence._read_group(
            of_these,
            ["schedule_id", "equipment_id", "by_hand"],
            ["id:max", "date:max", "__count"],
        ):
            standing = result[schedule.id][equipment.id]
            standing.last_id = max(standing.last_id, last_id)
            standing.count += count
            if not by_hand:
                standing.last_date = last_date
        for row in Occurrence.search_fetch(
            [*of_these, ("by_hand", "=", True)], ["schedule_id", "equipment_id", "date"]
        ):
            standing = result[row.schedule_id.id][row.equipment_id.id]
            standing.skipped.add(row.date)
        return result

    def _get_next_own_day(self, standings):
        """Return the first day that is not handled yet, or False if none will come.

        :param dict standings: of this schedule, by equipment
        """
        self.ensure_one()
        if self._waits_for_agreement():
            return False
        days = [
            day
            for equipment in self._get_targets(self._get_today())
            if (day := self._get_next_day_of(equipment, standings))
        ]
        return min(days, default=False)

    def _get_next_day_of(self, equipment, standings):
        standing = standings.get(equipment.id, Standing())
        if self.basis == "completion":
            return self._get_next_after_completion(standing)
        start = self._get_start(standing, standings)
        for day in self._get_recurrence().iterate(start):
            if day not in standing.skipped:
                return day
        return False

    def _get_start(self, standing, standings):
        """Return the first day that may still have to be handled for an equipment."""
        if standing.last_date:
            return max(self.date_from, standing.last_date + timedelta(days=1))
        handled = [other.last_date for other in standings.values() if other.last_date]
        if not handled:
            return self.date_from
        # Equipment that was added later: nothing of the time before it.
        since = min(self._get_today(), max(handled) + timedelta(days=1))
        return max(self.date_from, since)

    def _get_next_after_completion(self, standing):
        """Return the day counted from when the last one was done, or False.

        False while it is not done, and after the end.
        """
        if not standing.last_id:
            day = max(self.anchor_date, self.date_from)
        else:
            last = self.env["psa.schedule.occurrence"].browse(standing.last_id)
            done = last._get_done_day()
            if not done:
                return False
            day = step(done, self.unit, max(self.interval, 1))
            # Done long before its day: never the same day twice.
            day = max(day, last.sudo().date + timedelta(days=1))
        last_day = self._get_last_day()
        over = (last_day and day > last_day) or (
            self.end_type == "count" and standing.count >= self.end_count
        )
        return False if over else day

    # === WHAT IS DUE === #

    def _generate(self):
        """Create everything that is due.

        :return: number of dates handled, each equipment counted
        """
        self.ensure_one()
        total = 0
        while count := self._generate_batch():
            total += count
        return total

    def _generate_batch(self):
        """Create what is due of the next dates, about `BATCH_SIZE` tickets or visits.

        :raise LockError: if another process works on the schedule
        """
        self.ensure_one()
        self.lock_for_update()
        company = self.company_id
        own = self.with_company(company).with_context(
            lang=company.partner_id.lang or self.env.lang
        )
        pending = own._get_pending()
        items = []
        for day in sorted(pending):
            items += pending[day]
            if len(items) >= BATCH_SIZE:
                break
        own._handle(items)
        return len(items)

    def _get_pending(self, until=None):
        """Return what is to be handled, by day.

        :param until: last day, that of the horizon if None
        :return: ``{day: [(day, day it takes place or None, equipment)]}``
        """
        if self._waits_for_agreement():
            return {}
        standings = self._load_standings()[self.id]
        until = until or self._get_today() + timedelta(days=self.horizon_days)
        targets = self._get_targets(until)
        if self.basis == "completion":
            return self._get_pending_after_completion(targets, standings, until)
        starts = {
            equipment: self._get_start(
                standings.get(equipment.id, Standing()), standings
            )
            for equipment in targets
        }
        pending = defaultdict(list)
        placed = self._place_dates(min(starts.values(), default=until), until)
        for equipment, start in starts.items():
            skipped = standings.get(equipment.id, Standing()).skipped
            for day, place in placed:
                if day >= start and day not in skipped:
                    pending[day].append((day, place, equipment))
        return pending

    def _get_pending_after_completion(self, targets, standings, until):
        pending = defaultdict(list)
        for equipment in targets:
            day = self._get_next_day_of(equipment, standings)
            if day and day <= until:
                pending[day].append((*self._place_single(day), equipment))
        return pending

    def _get_targets(self, day):
        """Return for which equipment there is one each: one empty recordset for all."""
        if not self.per_equipment:
            return [self.env["psa.equipment"]]
        return list(self._get_equipment(day))

    def _get_equipment(self, day):
        """Return the equipment to look after on a day."""
        # sudo: a closed group's equipment is looked after as well
        own = self.sudo()
        if self.equipment_source == "chosen":
            return own.equipment_ids.filtered("active")
        if self.equipment_source == "agreement":
            return own.agreement_id._get_covered_equipment(day)
        return self.env["psa.equipment"]

    def _waits_for_agreement(self):
        """Whether the agreement is not signed yet: nothing is handled before."""
        return self.sudo().agreement_id.state == "draft"

    def _get_last_day(self):
        """Override of the rhythm to end a plan with its agreement."""
        agreement = self.sudo().agreement_id
        ends = [super()._get_last_day(), agreement and agreement._get_plan_end()]
        return min(filter(None, ends), default=None)

    def _get_obstacle(self, day):
        """Return why nothing is created for a day, or an empty text."""
        agreement = self.sudo().agreement_id  # a closed group's plan runs as well
        return agreement and agreement._get_plan_obstacle(day) or ""

    # === DOING IT === #

    def _handle(self, items):
        """Create the work of some dates, and the rows that say they are handled.

        :param list items: (day, day it takes place or None, equipment)
        """
        reasons = self._get_skip_reasons(items)
        todo = [item for item, reason in zip(items, reasons, strict=True) if not reason]
        works = iter(self._create_work(todo))
        name = f"{self.kind}_id"
        self.env["psa.schedule.occurrence"].create(
            [
                {
                    "schedule_id": self.id,
                    "date": day,
                    "planned_date": place or day,
                    "equipment_id": equipment.id,
                    **(
                        {"state": "skipped", "reason": reason}
                        if reason
                        else {"state": "created", name: next(works).id}
                    ),
                }
                for (day, place, equipment), reason in zip(items, reasons, strict=True)
            ]
        )
        self.env.flush_all()

    def _get_skip_reasons(self, items):
        """Return for each date why it is left out, or an empty text."""
        today = self._get_today()
        last_missed = {}
        for day, place, equipment in items:
            if place and day < today:
                last_missed[equipment] = day
        is_last_only = self.missed_policy == "last"
        reasons = []
        for day, place, equipment in items:
            reason = self._get_obstacle(day)
            if not reason and place is None:
                reason = self.env._("Its day is closed, or it falls on another date.")
            is_missed = day < today and last_missed.get(equipment) != day
            if not reason and is_last_only and is_missed:
                reason = self.env._("It was missed, and so was a later one.")
            reasons.append(reason)
        return reasons

    def _create_work(self, items):
        """Create a ticket or an intervention for each date."""
        prepare = getattr(self, f"_prepare_{self.kind}_values")
        vals_list = [
            {**self._prepare_work_values(*item), **prepare()} for item in items
        ]
        works = (
            self.env[f"psa.{self.kind}"]
            .with_context(psa_automatic_mail=not self.notify_customer)
            .create(vals_list)
        )
        if self.checklist_id:
            works.checklist_item_ids.unlink()  # those of the visit's type
            for work in works:
                self.checklist_id._add_to(**{f"{self.kind}_id": work.id})
        if self.description and self.kind == "ticket":
            works._message_log_batch(bodies=dict.fromkeys(works.ids, self.description))
        return works

    def _prepare_work_values(self, day, place, equipment):
        """Return what tickets and interventions have in common."""
        equipments = equipment or self._get_equipment(day)
        site = self.site_id or equipments.site_id[:1]
        values = {
            "name": self._get_subject(place, equipment),
            "company_id": self.company_id.id,
            "customer_id": self.customer_id.id,
            "partner_id": self.partner_id.id,
            "team_id": self.team_id.id,
            "priority": self.priority,
            "agreement_id": self.agreement_id.id,
            "equipment_ids": [Command.set(equipments.ids)],
            "schedule_id": self.id,
            "schedule_date": place,
        }
        if site:
            values["site_id"] = site.id
        # What was missed waits for somebody to find it another time.
        if self.has_time and place >= self._get_today():
            start = self._get_moment(place, self.start_hour)
            minutes = round(self.duration_hours * 60)
            values["planned_start"] = start
            values["planned_end"] = start + timedelta(minutes=minutes)
        return values

    def _prepare_ticket_values(self):
        values = {
            "channel": "schedule",
            "user_id": self.user_ids[:1].id,
            "category_id": self.category_id.id,
            "tag_ids": [Command.set(self.tag_ids.ids)],
            "closing_comment": self.closing_comment,
        }
        if self.type_id:
            values["type_id"] = self.type_id.id
        return values

    def _prepare_intervention_values(self):
        values = {
            "technician_ids": [Command.set(self.user_ids.ids)],
            "description": self.description,
        }
        if self.intervention_type_id:
            values["type_id"] = self.intervention_type_id.id
        return values

    def _get_subject(self, day, equipment):
        """Return the schedule's name with its placeholders filled in."""
        words = {
            "date": format_date(self.env, day),
            "month": format_date(self.env, day, date_format="MMMM"),
            "year": str(day.year),
            "equipment": equipment.name or "",
        }
        subject = self.name
        for name, word in words.items():
            subject = subject.replace(f"{{{name}}}", word)
        return subject.strip()

    # === EXCEPTIONS === #

    def _skip(self, day, reason, equipments):
        """Leave a date out before it comes.

        :param equipments: for these only; for all if empty
        :raise UserError: if the schedule has no such date, or it was handled already
        """
        self.ensure_one()
        targets = list(equipments) or self._get_targets(day)
        rows = self.env["psa.schedule.occurrence"].sudo()  # written by schedules only
        known = rows.search([("schedule_id", "=", self.id), ("date", "=", day)])
        handled = {row.equipment_id.id for row in known}
        targets = [equipment for equipment in targets if equipment.id not in handled]
        if known and not targets:
            raise UserError(
                self.env._(
                    "The %(date)s was handled already: see the dates of the schedule.",
                    date=format_date(self.env, day),
                )
            )
        if not self._has_date(day):
            raise UserError(
                self.env._(
                    "“%(schedule)s” has no date on %(date)s. Choose one of its next dates.",
                    schedule=self.display_name,
                    date=format_date(self.env, day),
                )
            )
        return rows.create(
            [
                {
                    "schedule_id": self.id,
                    "date": day,
                    "planned_date": day,
                    "equipment_id": equipment.id,
                    "state": "skipped",
                    "by_hand": True,
                    "reason": reason,
                }
                for equipment in targets
            ]
        )

    def _has_date(self, day):
        if self.basis == "completion":
            return day == self._get_next_own_day(self._load_standings()[self.id])
        return bool(self._get_recurrence().occurrences(day, day))

    def _catch_up(self, day, equipment):
        """Create the work of a date that had been left out, if its turn has passed."""
        standings = self._load_standings()[self.id]
        last = standings.get(equipment.id, Standing()).last_date
        if self.state == "running" and last and day <= last:
            if self.basis == "completion":
                placed = [self._place_single(day)]
            else:
                placed = self._place_dates(day, day)
            self._handle([(*pair, equipment) for pair in placed])

    def _pass_over_pause(self):
        """Leave out the dates that passed while the schedules were paused."""
        for schedule in self.filtered(lambda schedule: schedule.state == "paused"):
            if schedule.basis == "completion":
                continue  # the next one is late, not lost
            own = schedule.sudo()  # rows are written by schedules only
            yesterday = own._get_today() - timedelta(days=1)
            for items in own._get_pending(until=yesterday).values():
                self.env["psa.schedule.occurrence"].sudo().create(
                    [
                        {
                            "schedule_id": schedule.id,
                            "date": day,
                            "planned_date": place or day,
                            "equipment_id": equipment.id,
                            "state": "skipped",
                            "reason": self.env._("The schedule was paused."),
                        }
                        for day, place, equipment in items
                    ]
                )
