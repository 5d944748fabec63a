from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ...const import MONEY_GROUPS
from ...tools.allowance_draw import INCIDENTS, MINUTES, MONEY
from ...tools.allowance_unit import from_units

ALLOWANCE_STATES = [
    ("waiting", "Not usable yet"),
    ("planned", "To come"),
    ("open", "Usable"),
    ("low", "Nearly empty"),
    ("empty", "Used up"),
    ("expired", "Expired"),
]

# What one incident pays for: all work on a ticket, whichever of it is charged first or taken
# back.
INCIDENT = "COALESCE('t' || ticket_id, 'e' || analytic_line_id, 'i' || item_id)"


class PsaAllowanceBalanceMixin(models.AbstractModel):
    """What is left of an allowance: one query for any number of them."""

    _name = "psa.allowance.balance.mixin"
    _description = "Balance of an Allowance"

    charge_ids = fields.One2many(
        "psa.charge",
        "allowance_id",
        string="Uses",
        groups=MONEY_GROUPS,
        help="The work that it paid for, and the work beyond it.",
    )
    # When people are told
    alert_percent = fields.Integer(
        string="First alert (%)",
        default=lambda self: self.env.company.psa_allowance_alert_percent,
        help="Used share from which little is left, and people are told. 0: never.",
    )
    alert_percent_2 = fields.Integer(
        string="Second alert (%)",
        default=lambda self: self.env.company.psa_allowance_alert_percent_2,
        help="Used share at which people are told once more. 0: never.",
    )
    alert_quantity = fields.Float(
        string="Alert at",
        help="Hours, money or incidents left at which people are told. 0: never.",
    )
    alert_expiry_days = fields.Integer(
        string="Alert ahead",
        default=lambda self: self.env.company.psa_allowance_alert_days,
        help="Days before it expires at which people are told, if something is left. 0: "
        "never.",
    )

    granted_quantity = fields.Float(
        compute="_compute_balance",
        help="In minutes, money or incidents, with what was rolled over or adjusted.",
    )
    expired_quantity = fields.Float(compute="_compute_balance")
    approved_quantity = fields.Float(
        compute="_compute_balance", help="Used by charges that are approved."
    )
    used_quantity = fields.Float(
        compute="_compute_balance", help="Used, with charges that are not approved yet."
    )
    remaining_quantity = fields.Float(
        compute="_compute_balance", help="Left, after what is not approved yet."
    )
    used_percent = fields.Float(string="Used (%)", compute="_compute_balance")
    remaining_percent = fields.Float(string="Left (%)", compute="_compute_balance")
    state = fields.Selection(
        ALLOWANCE_STATES, compute="_compute_balance", search="_search_state"
    )

    # The same, as people read it
    granted_text = fields.Char(string="Granted", compute="_compute_texts")
    expired_text = fields.Char(string="Expired", compute="_compute_texts")
    approved_text = fields.Char(string="Approved", compute="_compute_texts")
    used_text = fields.Char(string="Used", compute="_compute_texts")
    remaining_text = fields.Char(string="Left", compute="_compute_texts")

    _alert_check = models.Constraint(
        "CHECK (alert_percent BETWEEN 0 AND 100 AND alert_percent_2 BETWEEN 0 AND 100 "
        "AND alert_quantity >= 0 AND alert_expiry_days >= 0)",
        "An alert is at 0 to 100 % used, at a rest that is not negative, or days ahead.",
    )

    @api.depends(
        "date_from",
        "date_until",
        "alert_percent",
        "alert_percent_2",
        "alert_quantity",
        "move_ids.quantity",
        "charge_ids.allowance_quantity",
        "charge_ids.state",
        "charge_ids.destination",
        "charge_ids.is_reversed",
    )
    def _compute_balance(self):
        rows = self._get_balances()
        for allowance in self:
            row = rows.get(allowance._origin.id) or dict.fromkeys(self._BALANCE, 0.0)
            granted, used = float(row["granted"]), float(row["used"])
            allowance.granted_quantity = granted
            allowance.expired_quantity = float(row["expired"])
            allowance.approved_quantity = float(row["approved"])
            allowance.used_quantity = used
            allowance.remaining_quantity = float(row["remaining"])
            allowance.used_percent = 100 * used / granted if granted else 0.0
            allowance.remaining_percent = (
                max(0.0, 100 * allowance.remaining_quantity / granted) if granted else 0
            )
            allowance.state = row["state"] or False

    @api.depends(
        "granted_quantity",
        "expired_quantity",
        "approved_quantity",
        "used_quantity",
        "remaining_quantity",
        "unit",
        "currency_id",
    )
    @api.depends_context("lang")
    def _compute_texts(self):
        for allowance in self:
            for name in ("granted", "expired", "approved", "used", "remaining"):
                allowance[f"{name}_text"] = allowance._format_quantity(
                    allowance[f"{name}_quantity"]
                )

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._flush_balances()
        table = self._get_balance_sql(SQL("TRUE"))
        query = SQL(
            "(SELECT id FROM (%s) AS balance WHERE state IN %s)",
            table,
            tuple(value) or (None,),
        )
        return Domain("id", "in", query)

    _BALANCE = (
        "granted",
        "expired",
        "approved",
        "used",
        "remaining",
        "state",
    )

    def _get_balances(self):
        """Return the balances of stored allowances: {id: {name of `_BALANCE`: value}}.

        It reads all charges: whoever sees an allowance sees what is left of it.
        """
        ids = self._origin.ids
        if not ids:
            return {}
        self._flush_balances()
        sql = self._get_balance_sql(SQL("allowance.id IN %s", tuple(ids)))
        return {row["id"]: row for row in self.env.execute_query_dict(sql)}

    def _flush_balances(self):
        """Write what the queries of balances read."""
        self.env["psa.allowance"].flush_model()
        self.env["psa.allowance.move"].flush_model(["allowance_id", "kind", "quantity"])
        self.env["psa.charge"].flush_model(
            [
                "allowance_id",
                "allowance_quantity",
                "state",
                "destination",
                "ticket_id",
                "reverses_id",
                "is_reversed",
            ]
        )

    @api.model
    def _get_balance_sql(self, condition):
        """Return the query of balances: one row per allowance, its columns `_BALANCE`.

        Moves and charges are added up per allowance, each by its index.

        :param SQL condition: on the table `allowance`
        """
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT balance.*,
                   CASE WHEN date_until <= %(today)s THEN 'expired'
                        WHEN NOT has_moves THEN 'waiting'
                        WHEN date_from > %(today)s THEN 'planned'
                        WHEN remaining <= 0 THEN 'empty'
                        WHEN used > 0 AND alert_percent > 0
                             AND used * 100 >= granted * alert_percent THEN 'low'
                        WHEN used > 0 AND alert_percent_2 > 0
                             AND used * 100 >= granted * alert_percent_2 THEN 'low'
                        WHEN alert_left > 0 AND remaining <= alert_left THEN 'low'
                        ELSE 'open'
                   END AS state
              FROM (
                    SELECT allowance.id, allowance.date_from, allowance.date_until,
                           allowance.alert_percent, allowance.alert_percent_2,
                           allowance.alert_quantity * CASE allowance.unit
                               WHEN 'minutes' THEN 60 ELSE 1 END AS alert_left,
                           move.granted, move.expired, move.has_moves,
                           use.approved, use.used,
                           move.granted - move.expired - use.used AS remaining
                      FROM psa_allowance AS allowance
                      JOIN LATERAL (
                            SELECT COALESCE(SUM(quantity)
                                       FILTER (WHERE kind <> 'expiry'), 0) AS granted,
                                   -COALESCE(SUM(quantity)
                                       FILTER (WHERE kind = 'expiry'), 0) AS expired,
                                   COUNT(*) > 0 AS has_moves
                              FROM psa_allowance_move
                             WHERE allowance_id = allowance.id
                           ) AS move ON TRUE
                      JOIN LATERAL (
                            SELECT COALESCE(SUM(allowance_quantity)
                                       FILTER (WHERE state <> 'draft'), 0) AS approved,
                                   COALESCE(SUM(allowance_quantity), 0) AS used
                              FROM psa_charge
                             WHERE allowance_id = allowance.id
                               AND allowance.unit <> 'incidents'
                           ) AS sum ON TRUE
                      JOIN LATERAL (
                            SELECT COUNT(DISTINCT %(incident)s)
                                       FILTER (WHERE state <> 'draft') AS approved,
                                   COUNT(DISTINCT %(incident)s) AS used
                              FROM psa_charge
                             WHERE allowance_id = allowance.id
                               AND allowance.unit = 'incidents'
                               AND destination = 'allowance'
                               AND reverses_id IS NULL
                               AND is_reversed IS NOT TRUE
                           ) AS incident ON TRUE
                CROSS JOIN LATERAL (
                            SELECT sum.approved + incident.approved AS approved,
                                   sum.used + incident.used AS used
                           ) AS use
                     WHERE %(condition)s
                   ) AS balance
            """,
            today=today,
            condition=condition,
            incident=SQL(INCIDENT),
        )

    # === WORDS === #

    def _format_quantity(self, quantity):
        """Return a quantity in words, for example “7:30 h”, “€ 250.00” or “3 incidents”.

        :param quantity: in minutes, money or incidents
        """
        self.ensure_one()
        if self.unit == MONEY:
            return self.currency_id.format(quantity)
        if self.unit == INCIDENTS:
            number = formatLang(self.env, quantity, digits=0)
            if abs(quantity) == 1:
                return self.env._("%(number)s incident", number=number)
            return self.env._("%(number)s incidents", number=number)
        minutes = abs(round(quantity))
        return self.env._(
            "%(sign)s%(hours)d:%(minutes)02d h",
            sign="-" if quantity < 0 else "",
            hours=minutes // 60,
            minutes=minutes % 60,
        )

    def _describe_left(self):
        """Return what is left of those that are usable, in words; empty if none is.

        Hours are added up, and money per currency.
        """
        totals = {}
        for allowance in self.filtered(lambda it: it.state in ("open", "low")):
            kind = (allowance.unit, allowance.currency_id.id)
            if allowance.unit != MONEY:
                kind = (allowance.unit, 0)
            first, total = totals.get(kind, (allowance, 0))
            totals[kind] = (first, total + allowance.remaining_quantity)
        return ", ".join(first._format_quantity(it) for first, it in totals.values())

    def _can_pay_for(self, ticket):
        """Tell whether work on a ticket may be paid from it, as to site and agreement."""
        self.ensure_one()
        return (
            self.company_id == ticket.company_id
            and (not self.site_ids or ticket.site_id in self.site_ids)
            and (not self.agreement_id or self.agreement_id == ticket.agreement_id)
        )

    def _get_alert_units(self):
        """Return the rest at which people are told, in the unit of the allowance."""
        self.ensure_one()
        return self.alert_quantity * (60 if self.unit == MINUTES else 1)

    def _get_shown(self, quantity):
        """Return a quantity as people enter it: hours instead of minutes."""
        self.ensure_one()
        return from_units(self.unit, quantity)
