from collections import defaultdict
from datetime import timedelta

from pytz import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain
from odoo.tools.intervals import Intervals

# What the board shows, in the order of its tabs.
MODELS = ("psa.intervention", "psa.ticket", "project.task")
# Unplanned things listed at once; the search finds the others.
UNPLANNED_LIMIT = 60
# Longest time that a board shows, and longest that something is planned for.
MAX_DAYS = 31
# No board shows more blocks of one kind.
BLOCK_LIMIT = 2000


class PsaDispatch(models.AbstractModel):
    """The dispatch board: who is where when, and who could be.

    All moments are texts in UTC as Odoo writes them; the browser knows its own time zone.
    """

    _name = "psa.dispatch"
    _description = "Dispatch Board"

    # === WHAT IT SHOWS === #

    @api.model
    def get_board(self, start, end, filters=None):
        """Return all that a board shows, in a number of queries that does not grow.

        :param str start: first moment shown, in UTC
        :param str end: moment up to which it is shown
        :param dict filters: ``team_id``, ``customer_id``, ``kind``, ``search``
        :rtype: dict
        """
        self._check_reader()
        start, end = self._parse_period(start, end)
        filters = filters or {}
        teams = self._get_teams()
        blocks = self._get_blocks(start, end)
        users = self._get_people(teams, filters.get("team_id"), blocks)
        rows = self._get_rows(teams, users, start, end)
        return {
            "rows": rows,
            "blocks": blocks,
            "unplanned": self.get_unplanned(filters),
            "kinds": self._get_kinds(filters),
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "skills": self._get_skills([*rows, *blocks]),
            "can_plan": self._get_scope(),
            "uid": self.env.uid,
        }

    @api.model
    def _parse_period(self, start, end):
        """Return two moments as naive UTC.

        :raise UserError: if they are more than `MAX_DAYS` apart, or the wrong way round
        """
        start, end = (fields.Datetime.to_datetime(moment) for moment in (start, end))
        if not timedelta() < end - start <= timedelta(days=MAX_DAYS):
            raise UserError(
                self.env._("A board shows between 1 and %(days)s days.", days=MAX_DAYS)
            )
        return start, end

    @api.model
    def get_unplanned(self, filters=None):
        """Return what waits for a time or a person, as blocks.

        :param dict filters: ``team_id``, ``customer_id``, ``kind`` (model), ``search``
        :return: dict with ``blocks`` and ``more`` (how many are not listed)
        """
        self._check_reader()
        filters = filters or {}
        model = filters.get("kind") or MODELS[0]
        records = self._get_model(model)
        if records is None:
            return {"blocks": [], "more": 0}
        domain = self._get_unplanned_domain(records, filters)
        found = records.search(
            domain, order=records._get_dispatch_order(), limit=UNPLANNED_LIMIT + 1
        )
        more = 0
        if len(found) > UNPLANNED_LIMIT:
            more = records.search_count(domain) - UNPLANNED_LIMIT
        return {
            "blocks": [
                record._get_dispatch_block() for record in found[:UNPLANNED_LIMIT]
            ],
            "more": more,
        }

    @api.model
    def _get_kinds(self, filters):
        """Return the tabs of the unplanned list, with how much waits in each."""
        kinds = []
        for model in MODELS:
            records = self._get_model(model)
            if records is not None:
                domain = self._get_unplanned_domain(records, {**filters, "search": ""})
                kinds.append({"model": model, "count": records.search_count(domain)})
        return kinds

    @api.model
    def _get_unplanned_domain(self, records, filters):
        domain = records._get_dispatch_unplanned_domain()
        if filters.get("team_id"):
            domain &= records._get_dispatch_team_domain(filters["team_id"])
        if filters.get("customer_id"):
            domain &= records._get_dispatch_customer_domain(filters["customer_id"])
        for word in (filters.get("search") or "").split():
            domain &= Domain.OR(
                Domain(path, "ilike", word) for path in records._dispatch_search
            )
        return domain

    @api.model
    def _get_blocks(self, start, end):
        """Return what is planned, or due without being planned, between two moments."""
        blocks = []
        for model in MODELS:
            records = self._get_model(model)
            if records is None:
                continue
            planned = records.search(
                records._get_dispatch_planned_domain(start, end), limit=BLOCK_LIMIT
            )
            blocks += [record._get_dispatch_block() for record in planned]
            domain = records._get_dispatch_due_domain(start, end)
            if not domain.is_false():
                due = records.search(domain, limit=BLOCK_LIMIT)
                blocks += [
                    {**record._get_dispatch_block(), "is_deadline": True}
                    for record in due
                ]
        return blocks

    @api.model
    def _get_model(self, model):
        """Return a model of the board, or None if the user may not read it."""
        records = self.env[model]
        return records if records.has_access("read") else None

    # === WHO === #

    @api.model
    def _get_teams(self):
        return self.env["psa.team"].search(
            [("company_id", "in", self.env.companies.ids)]
        )

    @api.model
    def _get_people(self, teams, team_id, blocks):
        """Return the rows' users: members of the teams, and whoever has something to do."""
        if team_id:
            users = teams.filtered(lambda team: team.id == team_id).member_ids
        else:
            busy = {user_id for block in blocks for user_id in block["user_ids"]}
            users = teams.member_ids | self.env["res.users"].browse(busy)
        agents = self._get_agents_domain() & Domain("id", "in", users.ids)
        return self.env["res.users"].search(agents, order="name")

    @api.model
    def _get_agents_domain(self):
        return Domain(
            "all_group_ids", "in", self.env.ref("helpdesk_psa.group_psa_agent").ids
        ) & Domain("company_ids", "in", self.env.companies.ids)

    @api.model
    def _get_rows(self, teams, users, start, end):
        """Return a row for each user: team, working hours, leaves, skills."""
        working, leaves = self._get_working_times(users, start, end)
        skills = users._psa_get_skills()
        rows = []
        for user in users:
            team = teams.filtered(lambda team, user=user: user in team.member_ids)[:1]
            rows.append(
                {
                    "id": user.id,
                    "name": user.name,
                    "team_ids": [team.id for team in teams if user in team.member_ids],
                    "team_id": team.id,
                    "team": team.name or "",
                    "team_rank": teams.ids.index(team.id) if team else len(teams),
                    # None: no calendar, so he may be planned at any time.
                    "working": working[user.id],
                    "leaves": leaves[user.id],
                    "minutes": self._count_minutes(working[user.id]),
                    "skill_ids": skills[user.id].ids,
                }
            )
        return sorted(rows, key=lambda row: (row["team_rank"], row["name"]))

    @api.model
    def _get_skills(self, shown):
        """Return the skills that a row's person has or a block asks for, by name."""
        ids = {skill_id for values in shown for skill_id in values["skill_ids"]}
        skills = self.env["hr.employee.category"].browse(ids)
        return [{"id": skill.id, "name": skill.name} for skill in skills.sorted("name")]

    @api.model
    def _count_minutes(self, intervals):
        """Return the minutes of intervals given as texts; None if there is no calendar."""
        if intervals is None:
            return None
        parse = fields.Datetime.to_datetime
        return round(
            sum(
                (parse(stop) - parse(start)).total_seconds()
                for start, stop in intervals
            )
            / 60
        )

    @api.model
    def _get_working_times(self, users, start, end):
        """Return when each user works and when he is away.

        Two queries per calendar, whoever follows it.

        :return: two dicts by user id: pairs of moments, or None without calendar; and
            dicts with ``start``, ``end`` and ``name``
        """
        bounds = UTC.localize(start), UTC.localize(end)
        by_calendar = defaultdict(list)
        # sudo: whoever plans may know when colleagues work, not why they are away
        employees = self._get_employees(users)
        for user in users:
            employee = employees.get(user.id, self.env["hr.employee"].sudo())
            company = employee.company_id or self.env.company
            calendar = employee.resource_calendar_id or (
                company.sudo().resource_calendar_id
            )
            by_calendar[calendar, company].append((user, employee.resource_id))
        working = dict.fromkeys(users.ids)
        leaves = {user.id: [] for user in users}
        for (calendar, company), people in by_calendar.items():
            if not calendar:
                continue
            resources = (
                self.env["resource.resource"]
                .sudo()
                .union(*(resource for _user, resource in people))
            )
            domain = [
                ("time_type", "=", "leave"),
                ("company_id", "in", [company.id, False]),
            ]
            attendances = calendar._attendance_intervals_batch(*bounds, resources)
            away = calendar._leave_intervals_batch(*bounds, resources, domain)
            for user, resource in people:
                own = away[resource.id]
                shifts = Intervals(attendances[resource.id]) - Intervals(own)
                working[user.id] = [
                    [self._format(first), self._format(last)]
                    for first, last, _meta in shifts
                ]
                leaves[user.id] = [
                    {
                        "start": self._format(first),
                        "end": self._format(last),
                        "name": self._get_leave_name(leave),
                    }
                    for first, last, leave in own
                ]
        return working, leaves

    @api.model
    def _get_leave_name(self, leaves):
        """Name public holidays; why a colleague is away is his own business."""
        public = leaves.filtered(lambda leave: not leave.resource_id)
        return public[:1].name or self.env._("Absent")

    @api.model
    def _get_employees(self, users):
        """Return ``{user id: hr.employee (sudo)}``, that of the current company first."""
        found = (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    ("user_id", "in", users.ids),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )
        own = found.filtered(lambda employee: employee.company_id == self.env.company)
        return {employee.user_id.id: employee for employee in (*found, *own)}

    @api.model
    def _format(self, moment):
        return fields.Datetime.to_string(moment.astimezone(UTC).replace(tzinfo=None))

    # === ITINERARY === #

    @api.model
    def get_itinerary(self, user_id, start, end):
        """Return somebody's visits of a day, in their order, and the way through them.

        :param str start: first moment of the day, in UTC
        :param str end: moment up to which it lasts
        :return: see `_get_itinerary` of `psa.intervention`
        """
        self._check_reader()
        start, end = self._parse_period(start, end)
        visits = self.env["psa.intervention"]
        domain = visits._get_dispatch_planned_domain(start, end)
        domain &= Domain("technician_ids", "in", [user_id])
        return visits.search(domain, limit=BLOCK_LIMIT)._get_itinerary()

    # === PLANNING === #

    @api.model
    def plan(self, model, record_id, values, expected=None):
        """Give something to somebody at a time, or take its time away.

        :param dict values: ``start`` and ``end`` (False: no time any more),
            ``from_user_id`` (whose row it is taken from), ``to_user_id`` and
            ``travel`` (minutes before the start; left out: as planned)
        :param dict expected: what the user saw: ``start``, ``end``, ``user_ids``
        :return: dict with ``is_stale`` and ``message`` if it moved meanwhile, so that
            nothing was done; else ``warnings``, a list of sentences
        :raise UserError: if it is done or signed, or the time makes no sense
        :raise AccessError: if the user may not plan it
        """
        record = self._get_record(model, record_id)
        if not self._get_scope():
            raise AccessError(self.env._("Readers of the helpdesk plan nothing."))
        record.check_access("write")
        try:
            record.lock_for_update()
        except LockError:
            return self._refuse_stale(record)
        if expected and record._get_dispatch_state() != {
            **expected,
            "user_ids": sorted(expected["user_ids"]),
        }:
            return self._refuse_stale(record)
        users, start, end = self._read_plan(record, values)
        self._check_scope(record, users)
        # sudo: he may write it, see above; what follows from it need not be his
        record.sudo()._plan_dispatch(users, start, end, values.get("travel"))
        warnings = self._get_warnings(record, users, start, end) if start else []
        return {"is_stale": False, "warnings": warnings}

    @api.model
    def _get_record(self, model, record_id):
        """Return a record of the board that the user may see.

        :raise UserError: if the board does not show such things, or it is gone
        """
        self._check_reader()
        if model not in MODELS:
            raise UserError(
                self.env._("The dispatch board does not plan such records.")
            )
        record = self.env[model].browse(record_id).exists()
        if not record:
            raise UserError(
                self.env._("It was deleted meanwhile. Reload the board to go on.")
            )
        record.check_access("read")
        return record

    @api.model
    def _read_plan(self, record, values):
        """Return (users, start, end) of a plan as it comes from the browser."""
        start = fields.Datetime.to_datetime(values.get("start") or False)
        end = fields.Datetime.to_datetime(values.get("end") or False)
        users = record._get_dispatch_users()
        to_user_id = values.get("to_user_id")
        if to_user_id:
            users -= users.browse(values.get("from_user_id") or [])
            # sudo: who may plan may plan any agent
            agent = users.sudo().search(
                self._get_agents_domain() & Domain("id", "=", to_user_id)
            )
            if not agent:
                raise UserError(
                    self.env._("Only active helpdesk agents can be planned.")
                )
            # The first one is the agent of a ticket.
            users = agent.sudo(False) | users
        if bool(start) != bool(end) or (start and not start < end):
            raise UserError(self.env._("The end must be after the start."))
        if start and end - start > timedelta(days=MAX_DAYS):
            raise UserError(
                self.env._(
                    "Nothing is planned for more than %(days)s days.", days=MAX_DAYS
                )
            )
        return users, start, end

    @api.model
    def _refuse_stale(self, record):
        return {
            "is_stale": True,
            "message": self.env._(
                "%(name)s was moved by somebody else meanwhile. The board was loaded "
                "again; nothing was changed.",
                name=record.display_name,
            ),
        }

    @api.model
    def _get_warnings(self, record, users, start, end):
        """Return what a dispatcher should know of the time and the people he chose."""
        warnings = record._get_dispatch_warnings()
        working, leaves = self._get_working_times(users, start, end)
        for user in users:
            if leaves[user.id]:
                warnings.append(
                    self.env._(
                        "%(name)s is away then: %(reason)s.",
                        name=user.name,
                        reason=leaves[user.id][0]["name"],
                    )
                )
                continue
            minutes = self._count_minutes(working[user.id])
            if minutes is not None and minutes < (end - start).total_seconds() / 60:
                warnings.append(
                    self.env._("%(name)s does not work then.", name=user.name)
                )
        return warnings

    # === RIGHTS === #

    @api.model
    def _check_reader(self):
        if not self.env.user.has_group("helpdesk_psa.group_psa_readonly"):
            raise AccessError(
                self.env._("The dispatch board is for users of the helpdesk.")
            )

    @api.model
    def _get_scope(self):
        """Return what the user may plan: ``all``, ``own`` or nothing."""
        if self.env.user.has_group("helpdesk_psa.group_psa_lead"):
            return "all"
        if self.env.user.has_group("helpdesk_psa.group_psa_agent"):
            return "own"
        return ""

    @api.model
    def _check_scope(self, record, users):
        """Leaders plan everybody; agents what is theirs or nobody's, for themselves.

        :raise AccessError: saying who may
        """
        before = record._get_dispatch_users()
        me = self.env.user
        mine = (not before or me in before) and not (users - before - me)
        stays = before - me <= users
        if self._get_scope() == "all" or (mine and stays):
            return
        raise AccessError(
            self.env._(
                "You plan your own work, and what nobody has yet. Ask a team leader to "
                "move %(name)s.",
                name=record.display_name,
            )
        )
