from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PsaCountedMixin(models.AbstractModel):
    """Something that agreements count: it keeps from when to when it was where.

    What is true from today on begins a new row, see `psa.presence`; the past is changed by
    whoever corrects the rows.
    """

    _name = "psa.counted.mixin"
    _description = "Counted Thing"

    psa_presence_ids = fields.One2many(
        "psa.presence",
        "res_id",
        string="Counted",
        domain=lambda self: [("res_model", "=", self._name)],
        groups="helpdesk_psa.group_psa_readonly",
        bypass_search_access=True,
    )
    psa_billed_from = fields.Date(
        string="Billed from",
        compute="_compute_psa_billed",
        inverse="_inverse_psa_billed",
        groups="helpdesk_psa.group_psa_readonly",
        help="First day on which agreements count it at its present customer: its arrival "
        "unless you say otherwise. A day after “Billed until” lets it begin again.",
    )
    psa_billed_until = fields.Date(
        string="Billed until",
        compute="_compute_psa_billed",
        inverse="_inverse_psa_billed",
        groups="helpdesk_psa.group_psa_readonly",
        help="First day on which agreements no longer count it. Set when it is archived or "
        "goes to another customer. Empty: it is counted on.",
    )
    psa_count_exclusion_id = fields.Many2one(
        "psa.count.exclusion",
        string="Not counted",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        groups="helpdesk_psa.group_psa_readonly",
        help="Why agreements do not count it from now on, for example a spare device or a "
        "shared mailbox. Empty: it is counted.",
    )

    # === COMPUTES === #

    @api.depends(
        "psa_presence_ids.date_from",
        "psa_presence_ids.date_until",
        "psa_presence_ids.customer_id",
    )
    def _compute_psa_billed(self):
        for thing in self:
            stay = thing._psa_get_last_stay()
            thing.psa_billed_from = stay[:1].date_from
            thing.psa_billed_until = stay[-1:].date_until

    def _inverse_psa_billed(self):
        self.env["psa.presence"].check_access("write")
        wanted = [(it, it.psa_billed_from, it.psa_billed_until) for it in self]
        self._psa_sync_presences({})
        for thing, start, until in wanted:
            # sudo: checked above; rows at customers that the user does not see move too
            thing.sudo()._psa_set_billed(start, until)
        self.invalidate_recordset(["psa_billed_from", "psa_billed_until"])

    # === CREATE, CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        things = super().create(vals_list)
        things._psa_sync_presences({})
        return things

    def write(self, vals):
        if not vals.keys() & self._psa_get_presence_triggers():
            return super().write(vals)
        before = self._psa_get_customers()
        result = super().write(vals)
        self._psa_sync_presences(before)
        return result

    def unlink(self):
        # sudo: what was counted stays, and ends with the thing
        rows = self.env["psa.presence"].sudo()._get_last(self)
        today = fields.Date.context_today(self)
        result = super().unlink()
        for row in rows.values():
            row._close(today)
        return result

    # === WHAT THE THING SAYS OF ITSELF === #

    @api.model
    def _psa_get_presence_triggers(self):
        """Return the fields that decide where the thing is counted, and how it is named.

        Override to add those of the model.
        """
        return {"active", "name", "psa_count_exclusion_id"}

    @api.model
    def _psa_get_countable_domain(self):
        """Return the domain of what is counted at all; override to count something."""
        return Domain.FALSE

    def _psa_get_presence_values(self):
        """Return what the thing says of itself, as `psa.presence` keeps it.

        None for what is not there, for example if it is archived. Override it.
        """
        return

    def _psa_get_arrival(self):
        """Return the first day on which the thing is there; override to know better."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(self, self.create_date).date()

    def _psa_get_customers(self):
        """Return {thing: id of the customer who has it, None if it is not there}."""
        return {
            thing.id: (thing._psa_get_presence_values() or {}).get("customer_id")
            for thing in self.sudo()
        }

    # === ROWS FOLLOW THE THING === #

    def _psa_sync_presences(self, before):
        """Let the rows say what is true today.

        :param dict before: what `_psa_get_customers` returned before the change; empty for
            new things
        :return: the rows that begin
        """
        # sudo: the rows are a consequence of what the user may write
        rows = self.env["psa.presence"].sudo()
        last = rows._get_last(self)
        today = fields.Date.context_today(self)
        new, gone, named = [], rows, defaultdict(rows.browse)
        for thing in self.sudo():
            row = last.get(thing.id, rows)
            values = thing._psa_get_presence_values()
            if not values:
                gone |= row
                continue
            names = (values.pop("name"), values.pop("reference"))
            if row and (row.name, row.reference) != names:
                named[names] |= row
            if row and row._has_terms(values) and not row._is_over(today):
                continue
            if dates := thing._psa_begin(row, values, before, today):
                new.append({**thing._psa_prepare_presence(values, names), **dates})
        gone._close(today)
        for (name, reference), renamed in named.items():
            renamed.write({"name": name, "reference": reference})
        return rows.create(new)

    def _psa_has_come(self, before):
        """Tell whether the thing was elsewhere or away before a change."""
        self.ensure_one()
        customer = self._psa_get_presence_values()["customer_id"]
        return self.id in before and before[self.id] != customer

    def _psa_begin(self, row, values, before, today):
        """End the last row of a thing that changed, or change it if it began today.

        :return: the dates of the new row, None if none is needed
        """
        if not row:
            has_moved = before.get(self.id) and self._psa_has_come(before)
            return {"date_from": today if has_moved else self._psa_get_arrival()}
        if row._is_over(today):
            return self._psa_begin_again(row, values, before, today)
        if row.date_from >= today:
            row.write(_to_commands(values))
            return None
        until = row.customer_id.id == values["customer_id"] and row.date_until
        row._close(today)
        return {"date_from": today, "date_until": until}

    def _psa_begin_again(self, row, values, before, today):
        """Let a thing whose last row is over come back, unless people ended that row."""
        if not self._psa_has_come(before):
            return None
        if row.date_until == today and row._has_terms(values):
            row.date_until = False
            return None
        return {"date_from": today}

    def _psa_prepare_presence(self, values, names):
        """Return the values of a row that says of a thing what is true."""
        self.ensure_one()
        return {
            **_to_commands(values),
            "kind": self._psa_count_kind,
            "res_model": self._name,
            "res_id": self.id,
            "name": names[0],
            "reference": names[1],
        }

    def _psa_install_presences(self):
        """Begin the rows of things that were there before this add-on."""
        self._psa_sync_presences({})

    # === WHAT PEOPLE CORRECT === #

    def _psa_get_last_stay(self):
        """Return the rows of the last time at a customer, without interruption."""
        self.ensure_one()
        rows = self.psa_presence_ids.sorted("date_from")
        stay = rows[-1:]
        for row in reversed(rows[:-1]):
            is_same = row.customer_id == stay[0].customer_id
            if not is_same or row.date_until != stay[0].date_from:
                break
            stay = row | stay
        return stay

    def _psa_set_billed(self, start, until):
        """Let the last stay have these dates, or begin a new one if it is over by then.

        :param start: first day; None leaves it as it is
        :param until: first day after; None for no end
        """
        stay = self._psa_get_last_stay()
        if not stay:
            return
        if start and stay[-1]._is_over(start):
            self._psa_count_again(start, until)
            return
        if until and until <= (start or stay[0].date_from):
            raise UserError(
                self.env._(
                    "“%(name)s” would end before it begins. Correct “Billed from” first.",
                    name=self.display_name,
                )
            )
        stay._set_bounds(start or stay[0].date_from, until)

    def _psa_count_again(self, start, until):
        """Begin to count what was no longer counted."""
        values = self._psa_get_presence_values()
        if not values:
            raise UserError(
                self.env._(
                    "“%(name)s” is not there: restore it first, then it is counted again.",
                    name=self.display_name,
                )
            )
        names = (values.pop("name"), values.pop("reference"))
        values = self._psa_prepare_presence(values, names)
        until = until if until and until > start else False
        self.env["psa.presence"].create(
            {**values, "date_from": start, "date_until": until}
        )


def _to_commands(values):
    """Return values as `create` and `write` take them."""
    tags = values.get("tag_ids", ())
    return {**values, "tag_ids": [fields.Command.set(list(tags))]}
