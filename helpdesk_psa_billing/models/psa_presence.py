from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, split_every

from ..const import COUNT_KINDS
from ..tools.presence import Presence

# What decides where a thing is counted. Whoever changes one of these begins a new row, so
# that the past stays as it was.
TERMS = (
    "company_id",
    "customer_id",
    "site_id",
    "category_id",
    "product_id",
    "quantity",
    "exclusion_id",
    "tag_ids",
)
CHUNK = 1000


class PsaPresence(models.Model):
    """From when to when a thing was at a customer, so that it is counted there.

    The rows outlive the thing: what was counted can be shown after it was deleted.
    """

    _name = "psa.presence"
    _description = "Counted at a Customer"
    _order = "name, res_id, date_from, id"

    kind = fields.Selection(COUNT_KINDS, required=True, readonly=True)
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
    )
    name = fields.Char(readonly=True, help="As the thing is called, or was at last.")
    reference = fields.Char(
        readonly=True, help="Serial number, e-mail or number of the subscription."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id",
        store=True,
        index="btree_not_null",
    )
    site_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="set null",
        help="Empty: the customer's main site.",
    )
    category_id = fields.Many2one(
        "psa.equipment.category", readonly=True, ondelete="set null"
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, ondelete="set null", help="Of a licence."
    )
    tag_ids = fields.Many2many(
        "res.partner.category",
        "psa_presence_tag_rel",
        "presence_id",
        "tag_id",
        string="Tags",
        readonly=True,
        help="Of a contact.",
    )
    quantity = fields.Float(
        default=1,
        digits="Product Unit",
        readonly=True,
        help="Units it stands for: 1, or the seats of a licence.",
    )
    exclusion_id = fields.Many2one(
        "psa.count.exclusion",
        string="Not counted",
        ondelete="restrict",
        help="Why it is not counted though it is there.",
    )
    date_from = fields.Date(string="From", required=True, help="First day.")
    date_until = fields.Date(
        string="Until",
        help="First day on which it is no longer there. Empty: it is there still.",
    )

    _thing_idx = models.Index("(res_model, res_id, date_from)")
    _dates_check = models.Constraint(
        "CHECK (date_until IS NULL OR date_from < date_until)",
        "What is counted begins before it ends: it was there for one day at least.",
    )

    # === CHECKS === #

    @api.constrains("res_model", "res_id", "date_from", "date_until")
    def _check_overlap(self):
        """A thing is at one place at a time, so that nobody pays for it twice."""
        for before, after in self._get_neighbours():
            if not before.date_until or before.date_until > after.date_from:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” would be counted twice from %(date)s on. Let it end "
                        "there before it begins again.",
                        name=after.name,
                        date=format_date(self.env, after.date_from),
                    )
                )

    def _get_neighbours(self):
        """Return pairs of rows of the same thing that follow each other."""
        pairs = []
        for model, rows in self.grouped("res_model").items():
            found = self.search(
                [("res_model", "=", model), ("res_id", "in", rows.mapped("res_id"))],
                order="res_id, date_from, id",
            )
            pairs += [
                (one, other)
                for one, other in zip(found, found[1:], strict=False)
                if one.res_id == other.res_id
            ]
        return pairs

    # === WHAT IS CHARGED ALREADY IS LOOKED AT AGAIN === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._reopen_periods()
        return rows

    def write(self, vals):
        if not vals.keys() & {"date_from", "date_until", *TERMS}:
            return super().write(vals)
        self._reopen_periods()
        result = super().write(vals)
        self._reopen_periods()
        return result

    def unlink(self):
        self._reopen_periods()
        return super().unlink()

    def _reopen_periods(self):
        """Have the charged periods that may have counted the rows looked at again.

        That costs a computation and nothing else if the count is what it was.
        """
        # sudo: whoever moves a device changes what is due, whether he may see it or not
        lines = self.env["psa.agreement.line"].sudo()
        for kind, rows in self.grouped("kind").items():
            found = lines.search(
                Domain("quantity_method", "=", kind)
                & Domain("customer_id", "parent_of", rows.customer_id.ids)
            )
            if found:
                ends = rows.mapped("date_until")
                self.env["psa.period"].sudo()._reopen(
                    found, min(rows.mapped("date_from")), all(ends) and max(ends)
                )

    # === A THING COMES, CHANGES AND GOES === #

    def _has_terms(self, values):
        """Tell whether the row says what a thing says of itself now."""
        self.ensure_one()
        return all(_simplify(self[name]) == values.get(name) for name in TERMS)

    def _is_over(self, day):
        self.ensure_one()
        return bool(self.date_until) and self.date_until <= day

    def _close(self, day):
        """End the rows; those that have not begun by then never were.

        :param date day: first day on which the things are no longer there
        """
        lasting = self.filtered(lambda it: not it._is_over(day))
        begun = lasting.filtered(lambda it: it.date_from < day)
        (lasting - begun).unlink()
        begun.write({"date_until": day})

    def _set_bounds(self, start, until):
        """Let rows of one thing that follow each other begin and end on other days.

        :param date start: first day
        :param until: first day after; None for no end
        """
        inside = self.filtered(
            lambda it: not it._is_over(start) and not (until and it.date_from >= until)
        )
        rows = (inside or self[:1]).sorted("date_from")
        (self - rows).unlink()
        if len(rows) == 1:
            rows.write({"date_from": start, "date_until": until})
        else:
            rows[0].date_from = start
            rows[-1].date_until = until

    # === COUNTING === #

    def _get_site(self):
        """Return where the thing is: its site, else the main site of the customer."""
        self.ensure_one()
        return self.site_id or self.customer_id._psa_get_main_site()

    def _build_presences(self):
        """Return the rows as presences, those of one thing and quantity together."""
        things = defaultdict(self.browse)
        for row in self:
            things[row.res_model, row.res_id, row.quantity] |= row
        return [
            Presence(
                model=model,
                res_id=res_id,
                name=rows[-1].name or "",
                reference=rows[-1].reference or "",
                quantity=quantity,
                spans=_merge(rows.sorted("date_from")),
            )
            for (model, res_id, quantity), rows in things.items()
        ]

    def action_open_thing(self):
        """Open the equipment, contact or licence, if it still exists."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        return record.get_formview_action() if record else True

    # === INSTALLATION === #

    @api.model
    def _install(self):
        """Begin to count what was there before this add-on, with where it was."""
        for model in ("psa.equipment", "res.partner"):
            things = self.env[model].with_context(active_test=False)
            ids = things.search(things._psa_get_countable_domain(), order="id").ids
            for chunk in split_every(CHUNK, ids, things.browse):
                chunk._psa_install_presences()

    @api.model
    def _get_last(self, things):
        """Return {id of a thing: its last row}."""
        found = self.search(
            [("res_model", "=", things._name), ("res_id", "in", things.ids)],
            order="date_from, id",
        )
        return {row.res_id: row for row in found}

    @api.model
    def _group_by_customer(self, kinds, customers, companies, start, until):
        """Return the rows of some days: {(kind, customer id): rows}.

        :param date until: first day that does not matter
        """
        rows = self.search(
            Domain("kind", "in", list(kinds))
            & Domain("customer_id", "in", list(customers))
            & Domain("company_id", "in", [False, *companies.ids])
            & Domain("date_from", "<", until)
            & (Domain("date_until", "=", False) | Domain("date_until", ">", start))
        )
        ids = defaultdict(list)
        for row in rows:
            ids[row.kind, row.customer_id.id].append(row.id)
        return {
            key: rows.browse(found).with_prefetch(rows.ids)
            for key, found in ids.items()
        }


def _merge(rows):
    """Return the stretches of time of rows in order, those that touch as one."""
    spans = []
    for row in rows:
        start, end = row.date_from, row.date_until or None
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple(spans)


def _simplify(value):
    """Return what a row holds as `_psa_get_presence_values` says it."""
    if isinstance(value, models.BaseModel):
        return (
            tuple(sorted(value.ids))
            if value._name == "res.partner.category"
            else value.id
        )
    return value
