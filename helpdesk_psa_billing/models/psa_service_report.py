from odoo import fields, models
from odoo.tools import SQL

from ..const import DESTINATIONS

# What brings in money for people's work, and not for things that are sold on.
LABOUR_KINDS = ("time", "minimum", "fee", "prepaid", "order")

# Columns of each source of figures, and their types: all sources have all of them.
COLUMNS = {
    "id": "bigint",
    "charge_id": "int4",
    "entry_id": "int4",
    "move_id": "int4",
    "date": "date",
    "company_id": "int4",
    "customer_id": "int4",
    "customer_group_id": "int4",
    "agreement_id": "int4",
    "agreement_line_id": "int4",
    "ticket_id": "int4",
    "ticket_type_id": "int4",
    "team_id": "int4",
    "project_id": "int4",
    "user_id": "int4",
    "service_type_id": "int4",
    "product_id": "int4",
    "kind": "varchar",
    "destination": "varchar",
    "stage": "varchar",
    "hours": "float8",
    "invoiced_hours": "float8",
    "revenue": "float8",
    "expected_revenue": "float8",
    "value": "float8",
    "unbilled_amount": "float8",
    "cost_time": "float8",
    "cost_items": "float8",
}

# What becomes of hours: {field: destinations}.
HOURS = {
    "covered_hours": ("covered",),
    "allowance_hours": ("allowance",),
    "billed_hours": ("billed",),
    "not_billed_hours": ("not_billed",),
    "order_hours": ("sale_order",),
    "written_off_hours": ("written_off",),
    "pending_hours": ("pending",),
    "uncharged_hours": ("none",),
}


class PsaServiceReport(models.Model):
    """What service brings in and costs: each hour, part and fee with its money.

    One row for each charge, for each time entry without one, and for each invoice line that
    sells hours ahead or bills a sales order with work of the helpdesk.
    """

    _name = "psa.service.report"
    _description = "Service Figures"
    _inherit = ["psa.figures.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "date"
    _depends = {
        "psa.charge": [
            "agreement_id",
            "agreement_line_id",
            "amount",
            "analytic_line_id",
            "base_price",
            "company_id",
            "component",
            "currency_id",
            "customer_group_id",
            "customer_id",
            "destination",
            "invoice_line_id",
            "item_id",
            "minimum_month",
            "minutes",
            "move_id",
            "period_id",
            "price_unit",
            "product_id",
            "quantity",
            "raw_minutes",
            "sequence",
            "service_type_id",
            "state",
            "ticket_id",
            "user_id",
            "work_date",
        ],
        "account.analytic.line": [
            "amount",
            "company_id",
            "date",
            "partner_id",
            "project_id",
            "psa_approved_at",
            "psa_intervention_id",
            "psa_minutes",
            "psa_service_type_id",
            "psa_ticket_id",
            "so_line",
            "user_id",
        ],
        "account.move": [
            "invoice_currency_rate",
            "invoice_date",
            "move_type",
            "state",
        ],
        "account.move.line": ["balance", "display_type", "product_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["psa_allowance_unit", "type"],
        "psa.agreement.line": ["quantity_method"],
        "psa.intervention": ["agreement_id", "customer_group_id", "customer_id"],
        "psa.item": ["quantity", "unit_cost"],
        "psa.ticket": [
            "agreement_id",
            "customer_group_id",
            "customer_id",
            "project_id",
            "team_id",
            "type_id",
        ],
        "res.partner": [
            "commercial_partner_id",
            "psa_customer_group_id",
            "psa_is_customer",
        ],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }
    _psa_ratios = {
        "margin_percent": ("margin", "revenue", 100),
        "effective_rate": ("labour_revenue", "hours", 1),
        "efficiency": ("labour_revenue", "value", 1),
    }

    # What it is about
    date = fields.Date(
        readonly=True,
        help="Day of the work, first day of the period, or day of the invoice of what is "
        "sold ahead.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    customer_group_id = fields.Many2one("psa.customer.group", readonly=True)
    agreement_id = fields.Many2one("psa.agreement", readonly=True)
    agreement_line_id = fields.Many2one(
        "psa.agreement.line", string="Line of the agreement", readonly=True
    )
    ticket_id = fields.Many2one("psa.ticket", readonly=True)
    ticket_type_id = fields.Many2one("psa.ticket.type", readonly=True)
    team_id = fields.Many2one("psa.team", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    user_id = fields.Many2one("res.users", string="Technician", readonly=True)
    service_type_id = fields.Many2one("psa.service.type", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    charge_id = fields.Many2one("psa.charge", readonly=True)
    entry_id = fields.Many2one(
        "account.analytic.line", string="Time entry", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    kind = fields.Selection(
        [
            ("time", "Time"),
            ("item", "Parts and expenses"),
            ("minimum", "Monthly minimum"),
            ("fee", "Fee of an agreement"),
            ("resale", "Licences and goods of an agreement"),
            ("prepaid", "Prepaid block"),
            ("order", "Sales order"),
        ],
        readonly=True,
    )
    destination = fields.Selection(
        [*DESTINATIONS, ("none", "No charge")], readonly=True
    )
    stage = fields.Selection(
        [
            ("undecided", "Pending: no rule, no price"),
            ("time", "Time to approve"),
            ("draft", "Charge to approve"),
            ("approved", "Ready to invoice"),
            ("drafted", "On a draft invoice"),
            ("invoiced", "Invoiced"),
            ("settled", "Nothing to invoice"),
        ],
        readonly=True,
        help="How far it is on its way to a posted invoice.",
    )
    age = fields.Selection(
        [
            ("0", "Up to 30 days"),
            ("30", "31 to 60 days"),
            ("60", "61 to 90 days"),
            ("90", "More than 90 days"),
        ],
        readonly=True,
        help="Of what is not invoiced yet, from the day of the work to today.",
    )

    # Hours
    hours = fields.Float(
        string="Hours worked", readonly=True, help="As they were, never rounded."
    )
    covered_hours = fields.Float(
        string="Hours covered", readonly=True, help="Paid for by a fee."
    )
    allowance_hours = fields.Float(
        string="Hours from allowances", readonly=True, help="Paid for ahead."
    )
    billed_hours = fields.Float(
        string="Hours billed",
        readonly=True,
        help="Hours worked that are on an invoice, or will be.",
    )
    not_billed_hours = fields.Float(
        string="Hours not billed", readonly=True, help="Not billable, or given away."
    )
    order_hours = fields.Float(
        string="Hours on sales orders", readonly=True, help="Odoo's orders bill them."
    )
    written_off_hours = fields.Float(string="Hours written off", readonly=True)
    pending_hours = fields.Float(
        string="Hours pending",
        readonly=True,
        help="Nobody has decided what becomes of them.",
    )
    uncharged_hours = fields.Float(
        string="Hours without a charge",
        readonly=True,
        help="Before the day from which work is billed, or for nobody who is a customer.",
    )
    invoiced_hours = fields.Float(
        string="Invoiced hours",
        readonly=True,
        help="As charged on posted invoices less credit notes, so rounded as the rules say.",
    )
    unbilled_hours = fields.Float(
        string="Unbilled hours",
        readonly=True,
        help="Worked, to be billed or to be decided, not invoiced yet.",
    )

    # Money
    revenue = fields.Monetary(
        readonly=True,
        help="On posted invoices less credit notes, before tax, at the rate of the invoice.",
    )
    labour_revenue = fields.Monetary(
        string="Revenue of labour",
        readonly=True,
        help="Of the revenue what people's work brings in: time, minimums, fees of services, "
        "prepaid blocks and sales orders. Not parts, licences and goods.",
    )
    expected_revenue = fields.Monetary(
        string="Expected revenue",
        readonly=True,
        help="Amount of charges that are billed and not on a posted invoice yet.",
    )
    unbilled_amount = fields.Monetary(
        string="Unbilled amount",
        readonly=True,
        help="Expected revenue, and what is pending at the price of the pricelist.",
    )
    value = fields.Monetary(
        string="Value of the work",
        readonly=True,
        help="Hours worked at the price of the pricelist, whatever became of them.",
    )
    cost_time = fields.Monetary(
        string="Cost of time",
        readonly=True,
        help="Hours worked at the hourly cost that the employee had then.",
    )
    cost_items = fields.Monetary(
        string="Cost of parts", readonly=True, help="Quantity at the cost of the unit."
    )
    cost = fields.Monetary(readonly=True, help="Of time and parts.")
    margin = fields.Monetary(readonly=True, help="Revenue less cost.")
    expected_margin = fields.Monetary(
        string="Expected margin",
        readonly=True,
        help="Revenue and expected revenue, less cost.",
    )

    # Ratios
    margin_percent = fields.Float(
        string="Margin (%)",
        readonly=True,
        aggregator="avg",
        help="Margin by revenue.",
    )
    effective_rate = fields.Monetary(
        string="Effective rate",
        readonly=True,
        aggregator="avg",
        help="Revenue of labour by the hours worked.",
    )
    efficiency = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Revenue of labour by the value of the work. Below 0.8 work is given away, "
        "above 1.5 customers pay for little.",
    )

    # === QUERY === #

    @property
    def _table_query(self):
        return SQL(
            "SELECT figures.*, %s FROM (SELECT %s FROM (%s) work) figures",
            SQL(", ").join(self._get_ratio_columns()),
            SQL(", ").join(self._get_columns()),
            SQL(" UNION ALL ").join(
                self._get_select(columns, tables)
                for columns, tables in self._get_sources()
            ),
        )

    def _get_columns(self):
        """Return the columns that follow from those of the sources."""
        hours = [
            SQL(
                "CASE WHEN destination IN %s THEN hours ELSE 0 END AS %s",
                destinations,
                SQL.identifier(name),
            )
            for name, destinations in HOURS.items()
        ]
        is_open = SQL("stage NOT IN ('invoiced', 'settled')")
        days = SQL("%s::date - date", fields.Date.context_today(self))
        return [
            SQL("work.*"),
            SQL("%s AS currency_id", self.env.company.currency_id.id),
            *hours,
            SQL(
                "CASE WHEN kind IN %s THEN revenue ELSE 0 END AS labour_revenue",
                LABOUR_KINDS,
            ),
            SQL("CASE WHEN %s THEN hours ELSE 0 END AS unbilled_hours", is_open),
            SQL(
                """
                CASE WHEN NOT (%(is_open)s) THEN NULL WHEN %(days)s <= 30 THEN '0'
                     WHEN %(days)s <= 60 THEN '30' WHEN %(days)s <= 90 THEN '60'
                     ELSE '90' END AS age
                """,
                is_open=is_open,
                days=days,
            ),
            SQL("cost_time + cost_items AS cost"),
            SQL("revenue - cost_time - cost_items AS margin"),
            SQL(
                "revenue + expected_revenue - cost_time - cost_items AS expected_margin"
            ),
        ]

    def _get_select(self, columns, tables):
        """Return the SELECT of a source; what it does not have is empty or nothing."""
        numbers = {"hours", "invoiced_hours", "revenue", "expected_revenue", "value"}
        numbers |= {"unbilled_amount", "cost_time", "cost_items"}
        return SQL(
            "SELECT %s FROM %s",
            SQL(", ").join(
                SQL(
                    "(%s)::%s AS %s",
                    columns.get(name, SQL("0" if name in numbers else "NULL")),
                    SQL(kind),  # pylint: disable=sql-injection
                    SQL.identifier(name),
                )
                for name, kind in COLUMNS.items()
            ),
            tables,
        )

    def _get_sources(self):
        """Return [({column: SQL}, SQL of the tables and conditions)]."""
        return [
            self._get_charge_source(),
            self._get_entry_source(),
            self._get_block_source(),
            self._get_order_source(),
        ]

    # === CHARGES === #

    def _get_charge_source(self):
        is_billed = SQL("charge.destination = 'billed'")
        is_invoiced = SQL("charge.state = 'invoiced'")
        rate = self._get_charge_rate()
        return (
            {
                **{
                    name: SQL("charge.%s", SQL.identifier(name))
                    for name in (
                        "agreement_id",
                        "agreement_line_id",
                        "company_id",
                        "customer_group_id",
                        "customer_id",
                        "destination",
                        "move_id",
                        "product_id",
                        "service_type_id",
                        "ticket_id",
                        "user_id",
                    )
                },
                # The sources number their rows apart.
                "id": SQL("charge.id::bigint * 4"),
                "charge_id": SQL("charge.id"),
                "entry_id": SQL("charge.analytic_line_id"),
                "date": SQL("charge.work_date"),
                "ticket_type_id": SQL("ticket.type_id"),
                "team_id": SQL("ticket.team_id"),
                "project_id": SQL("COALESCE(entry.project_id, ticket.project_id)"),
                "kind": self._get_charge_kind(),
                "stage": self._get_charge_stage(),
                "hours": SQL("charge.raw_minutes / 60.0"),
                "invoiced_hours": SQL(
                    "CASE WHEN %s AND %s THEN charge.minutes / 60.0 ELSE 0 END",
                    is_invoiced,
                    is_billed,
                ),
                "revenue": SQL(
                    "CASE WHEN %s AND %s THEN charge.amount * %s ELSE 0 END",
                    is_invoiced,
                    is_billed,
                    rate,
                ),
                "expected_revenue": SQL(
                    "CASE WHEN NOT %s AND %s THEN charge.amount * %s ELSE 0 END",
                    is_invoiced,
                    is_billed,
                    rate,
                ),
                "value": SQL(
                    "COALESCE(charge.raw_minutes / 60.0 * %s * %s, 0)",
                    self._get_base_price(),
                    rate,
                ),
                "unbilled_amount": SQL(
                    """
                    CASE WHEN %s THEN 0
                         WHEN %s THEN charge.amount * %s
                         WHEN charge.destination = 'pending'
                         THEN charge.quantity * COALESCE(%s, 0) * %s
                         ELSE 0 END
                    """,
                    is_invoiced,
                    is_billed,
                    rate,
                    self._get_base_price(),
                    rate,
                ),
                "cost_time": SQL(
                    """
                    COALESCE(-entry.amount * charge.raw_minutes
                             / NULLIF(entry.psa_minutes, 0) * home.rate, 0)
                    """
                ),
                "cost_items": self._get_item_cost(),
            },
            SQL(
                """
                psa_charge charge
                JOIN %(home)s ON home.company_id = charge.company_id AND home.is_home
                LEFT JOIN %(own)s ON own.company_id = charge.company_id
                                 AND own.currency_id = charge.currency_id
                LEFT JOIN account_analytic_line entry
                       ON entry.id = charge.analytic_line_id
                LEFT JOIN psa_item item ON item.id = charge.item_id
                LEFT JOIN psa_ticket ticket ON ticket.id = charge.ticket_id
                LEFT JOIN account_move move ON move.id = charge.move_id
                LEFT JOIN psa_agreement_line line ON line.id = charge.agreement_line_id
                LEFT JOIN product_product product ON product.id = charge.product_id
                LEFT JOIN product_template template
                       ON template.id = product.product_tmpl_id
                """,
                home=self._get_rates("home"),
                own=self._get_rates("own"),
            ),
        )

    def _get_charge_rate(self):
        """Return what turns the amount of a charge into the currency of the figures.

        That of its invoice once it is invoiced, today's before.
        """
        return SQL(
            """
            CASE WHEN charge.state = 'invoiced' AND move.invoice_currency_rate > 0
                 THEN home.rate / move.invoice_currency_rate
                 ELSE COALESCE(own.rate, home.rate) END
            """
        )

    def _get_base_price(self):
        """Return what an hour costs before any rule; that of the charge if unknown."""
        return SQL("COALESCE(NULLIF(charge.base_price, 0), charge.price_unit)")

    def _get_charge_kind(self):
        return SQL(
            """
            CASE WHEN charge.analytic_line_id IS NOT NULL THEN 'time'
                 WHEN charge.item_id IS NOT NULL THEN 'item'
                 WHEN charge.minimum_month IS NOT NULL THEN 'minimum'
                 WHEN template.psa_allowance_unit IS NOT NULL THEN 'prepaid'
                 WHEN line.quantity_method = 'licences' OR template.type != 'service'
                 THEN 'resale' ELSE 'fee' END
            """
        )

    def _get_charge_stage(self):
        return SQL(
            """
            CASE WHEN charge.destination NOT IN ('billed', 'pending') THEN 'settled'
                 WHEN charge.state = 'invoiced' THEN 'invoiced'
                 WHEN charge.invoice_line_id IS NOT NULL THEN 'drafted'
                 WHEN charge.destination = 'pending' THEN 'undecided'
                 WHEN charge.state = 'approved' THEN 'approved'
                 WHEN entry.id IS NOT NULL AND entry.psa_approved_at IS NULL THEN 'time'
                 ELSE 'draft' END
            """
        )

    def _get_item_cost(self):
        """Return what the units of an item cost: each once, on its first charge."""
        return SQL(
            """
            CASE WHEN charge.item_id IS NOT NULL AND charge.component = 'work'
                      AND charge.sequence = 0
                 THEN COALESCE(item.quantity * item.unit_cost * home.rate, 0)
                 ELSE 0 END
            """
        )

    # === TIME WITHOUT A CHARGE === #

    def _get_entry_source(self):
        """Return time that has no charge: internal, or before work was billed."""
        return (
            {
                "id": SQL("entry.id::bigint * 4 + 1"),
                "entry_id": SQL("entry.id"),
                "date": SQL("entry.date"),
                "company_id": SQL("entry.company_id"),
                "customer_id": SQL(
                    """
                    COALESCE(ticket.customer_id, visit.customer_id, customer.id)
                    """
                ),
                "customer_group_id": SQL(
                    """
                    COALESCE(ticket.customer_group_id, visit.customer_group_id,
                             customer.psa_customer_group_id)
                    """
                ),
                "agreement_id": SQL(
                    "COALESCE(ticket.agreement_id, visit.agreement_id)"
                ),
                "ticket_id": SQL("entry.psa_ticket_id"),
                "ticket_type_id": SQL("ticket.type_id"),
                "team_id": SQL("COALESCE(ticket.team_id, visit.team_id)"),
                "project_id": SQL("entry.project_id"),
                "user_id": SQL("entry.user_id"),
                "service_type_id": SQL("entry.psa_service_type_id"),
                "kind": SQL("'time'"),
                "destination": SQL("'none'"),
                "stage": SQL("'settled'"),
                "hours": SQL("entry.psa_minutes / 60.0"),
                "cost_time": SQL("-entry.amount * home.rate"),
            },
            SQL(
                """
                account_analytic_line entry
                JOIN %(home)s ON home.company_id = entry.company_id AND home.is_home
                LEFT JOIN psa_ticket ticket ON ticket.id = entry.psa_ticket_id
                LEFT JOIN psa_intervention visit ON visit.id = entry.psa_intervention_id
                LEFT JOIN res_partner partner ON partner.id = entry.partner_id
                LEFT JOIN res_partner customer
                       ON customer.id = partner.commercial_partner_id
                      AND customer.psa_is_customer
                WHERE entry.project_id IS NOT NULL AND entry.psa_minutes != 0
                  AND NOT EXISTS (SELECT FROM psa_charge charge
                                   WHERE charge.analytic_line_id = entry.id)
                """,
                home=self._get_rates("home"),
            ),
        )

    # === INVOICES BESIDE THE LEDGER === #

    def _get_block_source(self):
        """Return what prepaid blocks bring in that are sold by hand or on an order."""
        return (
            {**self._get_invoice_columns(), "kind": SQL("'prepaid'")},
            # As an array, which is found by index, however many other lines there are.
            SQL(
                """
                %s WHERE %s AND line.product_id = ANY(ARRAY(%s))
                """,
                self._get_invoice_tables(),
                self._get_invoice_condition(),
                self._get_blocks(),
            ),
        )

    def _get_order_source(self):
        """Return what sales orders bring in that bill time of the helpdesk."""
        return (
            {**self._get_invoice_columns(), "kind": SQL("'order'")},
            SQL(
                """
                %s WHERE %s AND line.product_id != ALL(ARRAY(%s))
                     AND line.id = ANY(ARRAY(
                         SELECT link.invoice_line_id
                           FROM psa_charge charge
                           JOIN account_analytic_line entry
                             ON entry.id = charge.analytic_line_id
                           JOIN sale_order_line_invoice_rel link
                             ON link.order_line_id = entry.so_line
                          WHERE charge.destination = 'sale_order'))
                """,
                self._get_invoice_tables(),
                self._get_invoice_condition(),
                self._get_blocks(),
            ),
        )

    def _get_blocks(self):
        """Return the SQL of the products that are prepaid blocks."""
        return SQL(
            """
            SELECT product.id FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
             WHERE template.psa_allowance_unit IS NOT NULL
            """
        )

    def _get_invoice_columns(self):
        return {
            "id": SQL("line.id::bigint * 4 + 2"),
            "move_id": SQL("line.move_id"),
            "date": SQL("move.invoice_date"),
            "company_id": SQL("line.company_id"),
            "customer_id": SQL("move.commercial_partner_id"),
            "customer_group_id": SQL("customer.psa_customer_group_id"),
            "product_id": SQL("line.product_id"),
            "destination": SQL("'billed'"),
            "stage": SQL("'invoiced'"),
            "revenue": SQL("-line.balance * home.rate"),
        }

    def _get_invoice_tables(self):
        return SQL(
            """
            account_move_line line
            JOIN account_move move ON move.id = line.move_id
            JOIN %(home)s ON home.company_id = line.company_id AND home.is_home
            LEFT JOIN res_partner customer ON customer.id = move.commercial_partner_id
            """,
            home=self._get_rates("home"),
        )

    def _get_invoice_condition(self):
        return SQL(
            """
            move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
            AND line.display_type = 'product'
            AND NOT EXISTS (SELECT FROM psa_charge charge
                             WHERE charge.invoice_line_id = line.id)
            """
        )

    # === ACTIONS === #

    def action_open_source(self):
        """Open what the row is about: the charge, the time entry or the invoice."""
        self.ensure_one()
        return (self.charge_id or self.entry_id or self.move_id).get_formview_action()
