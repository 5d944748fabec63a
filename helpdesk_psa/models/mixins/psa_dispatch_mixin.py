from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PsaDispatchMixin(models.AbstractModel):
    """What the dispatch board needs to know of a thing that people are sent to or work on.

    The board shows whatever inherits it; see `psa.dispatch` for what it does with it.
    """

    _name = "psa.dispatch.mixin"
    _description = "Shown on the Dispatch Board"

    # Names of the fields that say when; both are naive UTC.
    _dispatch_start = "planned_start"
    _dispatch_end = "planned_end"
    # Many2one or many2many to `res.users`: who does it.
    _dispatch_users = None
    # Moment by which it should be done; None if the model has none.
    _dispatch_due = None
    # What a search in the list of unplanned work looks at.
    _dispatch_search = ("name",)
    # Usual duration of what has none, in minutes.
    _dispatch_minutes = 60

    def write(self, vals):
        """Override to let the boards of other dispatchers follow."""
        result = super().write(vals)
        if vals.keys() & self._get_dispatch_fields():
            self._tell_boards()
        return result

    @api.model
    def _get_dispatch_fields(self):
        """Return the fields whose change moves something on the board."""
        return {self._dispatch_start, self._dispatch_end}

    def _tell_boards(self):
        """Tell open boards to load again; they ask for what their user may see."""
        # sudo: nothing but "something moved" is told, to everybody with a board
        readers = self.env.ref("helpdesk_psa.group_psa_readonly").sudo()
        readers._bus_send(
            "helpdesk_psa/dispatch_changed",
            {"keys": [f"{self._name},{record_id}" for record_id in self.ids]},
        )

    # === WHAT IS SHOWN === #

    @api.model
    def _get_dispatch_live_domain(self):
        """Return the domain of what belongs on a board at all: not cancelled, say."""
        return Domain.TRUE

    @api.model
    def _get_dispatch_open_domain(self):
        """Return the domain of what still has to be done."""
        return self._get_dispatch_live_domain()

    @api.model
    def _get_dispatch_planned_domain(self, start, end):
        """Return the domain of what somebody does between two moments (naive UTC)."""
        return (
            self._get_dispatch_live_domain()
            & Domain(self._dispatch_start, "<", end)
            & Domain(self._dispatch_end, ">", start)
            & Domain(self._dispatch_users, "!=", False)
        )

    @api.model
    def _get_dispatch_due_domain(self, start, end):
        """Return the domain of what is due between two moments, and has no time yet."""
        if not self._dispatch_due:
            return Domain.FALSE
        return (
            self._get_dispatch_open_domain()
            & Domain(self._dispatch_due, ">=", start)
            & Domain(self._dispatch_due, "<", end)
            & Domain(self._dispatch_start, "=", False)
            & Domain(self._dispatch_users, "!=", False)
        )

    @api.model
    def _get_dispatch_unplanned_domain(self):
        """Return the domain of what waits for a time or for somebody to do it."""
        return self._get_dispatch_open_domain() & (
            Domain(self._dispatch_start, "=", False)
            | Domain(self._dispatch_users, "=", False)
        )

    @api.model
    def _get_dispatch_customer_domain(self, customer_id):
        return Domain("customer_id", "=", customer_id)

    @api.model
    def _get_dispatch_team_domain(self, team_id):
        return Domain("team_id", "in", [team_id, False])

    @api.model
    def _get_dispatch_order(self):
        """Return the order of the list of unplanned work."""
        return "priority desc, id"

    def _get_dispatch_users(self):
        """Return who does it."""
        self.ensure_one()
        return self[self._dispatch_users]

    def _get_dispatch_block(self):
        """Return what the board shows of it, as a dict of plain values.

        Override to add; the keys below are what the board reads.
        """
        self.ensure_one()
        start, end = self[self._dispatch_start], self[self._dispatch_end]
        due = self._dispatch_due and self[self._dispatch_due]
        return {
            "model": self._name,
            "id": self.id,
            "name": self.name,
            "number": "",
            "customer_id": False,
            "customer": "",
            "place": "",
            "city": "",
            "user_ids": self._get_dispatch_users().ids,
            "start": fields.Datetime.to_string(start) or False,
            "end": fields.Datetime.to_string(end) or False,
            "due": fields.Datetime.to_string(due) if due else False,
            "minutes": self._get_dispatch_minutes(),
            "priority": self.priority or "0",
            "color": 0,
            "tone": "planned",
            "state": "",
            "locked": self._get_dispatch_lock(),
            # Minutes of travel before the start.
            "travel": 0,
            # What it asks for (ids), and what nobody planned can do (names).
            "skill_ids": [],
            "lacking": [],
        }

    def _get_dispatch_minutes(self):
        """Return how long it takes, in minutes, if nobody said so."""
        self.ensure_one()
        return self._dispatch_minutes

    def _get_dispatch_lock(self):
        """Return why it can no longer be moved, or an empty text."""
        return ""

    # === WHAT IS PLANNED === #

    def _get_dispatch_state(self):
        """Return what a dispatcher saw of it, to tell whether it moved meanwhile."""
        self.ensure_one()
        return {
            "start": fields.Datetime.to_string(self[self._dispatch_start]) or False,
            "end": fields.Datetime.to_string(self[self._dispatch_end]) or False,
            "user_ids": sorted(self._get_dispatch_users().ids),
        }

    def _plan_dispatch(self, users, start, end, travel=None):
        """Give it to somebody at a time.

        :param users: `res.users`; empty takes it from everybody
        :param start: naive UTC, None to take its time away
        :param travel: minutes of travel before the start, None to keep those planned
        :raise UserError: if it cannot be moved any more
        """
        self.ensure_one()
        lock = self._get_dispatch_lock()
        if lock:
            raise UserError(lock)
        self.write(self._prepare_dispatch_values(users, start, end, travel))

    def _prepare_dispatch_values(self, users, start, end, travel=None):
        """Return the values to write; see `_plan_dispatch`."""
        field = self._fields[self._dispatch_users]
        value = users[:1].id if field.type == "many2one" else [(6, 0, users.ids)]
        return {
            self._dispatch_start: start or False,
            self._dispatch_end: end or False,
            self._dispatch_users: value,
        }

    def _get_dispatch_warnings(self):
        """Return what a dispatcher should know of it as it is planned now, as sentences."""
        return []
