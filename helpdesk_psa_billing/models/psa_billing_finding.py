from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.helpdesk_psa.tools.duration import format_duration

# The figure that tells which day a finding concerns, the first that there is.
DAY_FIGURES = ("on_date", "from_date", "due_date", "charged_date")


class PsaBillingFinding(models.Model):
    """Something that the billing check found wrong, until it is mended or accepted."""

    _name = "psa.billing.finding"
    _description = "Finding of the Billing Check"
    _inherit = [
        "psa.ledger.mixin",
        "psa.finding.digest.mixin",
        "psa.finding.remedy.mixin",
    ]
    _order = "severity, first_seen_at desc, id desc"
    _rec_name = "subject"

    check_id = fields.Many2one(
        "psa.billing.check",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    severity = fields.Selection(related="check_id.severity", store=True, index=True)
    blocking = fields.Selection(related="check_id.blocking")
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    key = fields.Char(
        readonly=True,
        default="",
        help="Tells several findings of a check about one record apart, as a month does.",
    )
    subject = fields.Char(
        string="About", compute="_compute_subject", help="The record that is wrong."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    customer_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null")
    customer_group_id = fields.Many2one(
        related="customer_id.psa_customer_group_id", store=True, index="btree_not_null"
    )
    details = fields.Json(readonly=True, help="The figures that contradict each other.")
    text = fields.Text(string="What is wrong", compute="_compute_text")
    remedy = fields.Text(related="check_id.remedy")
    state = fields.Selection(
        [("open", "To settle"), ("accepted", "Accepted"), ("gone", "Mended")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    first_seen_at = fields.Datetime(string="First seen", readonly=True)
    last_seen_at = fields.Datetime(string="Last seen", readonly=True)
    gone_at = fields.Datetime(string="Mended", readonly=True)
    accepted_by_id = fields.Many2one("res.users", string="Accepted by", readonly=True)
    accepted_at = fields.Datetime(string="Accepted on", readonly=True)
    reason = fields.Char(
        readonly=True, help="Why it may stay as it is. Other figures open it again."
    )

    _present_uniq = models.UniqueIndex(
        "(check_id, res_model, res_id, key) WHERE gone_at IS NULL",
        "The finding is there already.",
    )
    _reason_check = models.Constraint(
        "CHECK (state != 'accepted' OR reason IS NOT NULL)",
        "A finding is accepted for a reason.",
    )

    # === COMPUTES === #

    @api.depends("res_model", "res_id")
    def _compute_subject(self):
        ids = defaultdict(set)
        for finding in self:
            ids[finding.res_model].add(finding.res_id)
        names = {}
        for model, res_ids in ids.items():
            # sudo: its name only, for who may see the finding about it
            records = self.env[model].sudo().browse(res_ids).exists()
            names.update({(model, it.id): it.display_name for it in records})
        for finding in self:
            finding.subject = names.get(
                (finding.res_model, finding.res_id), self.env._("Deleted")
            )

    @api.depends("details", "check_id.sentence")
    @api.depends_context("lang")
    def _compute_text(self):
        for finding in self:
            finding.text = finding.check_id.sentence % finding._format_details()

    def _format_details(self):
        """Return the figures as people write them."""
        self.ensure_one()
        details = self.details or {}
        currency = self.env["res.currency"].browse(details.get("currency_id", ()))
        return {
            name: self._format_figure(name, value, currency)
            for name, value in details.items()
        }

    def _format_figure(self, name, value, currency):
        """Return a figure in words; the end of its name tells what it is."""
        if value is None:
            return "–"
        if name.endswith("_minutes"):
            return format_duration(value)
        if name.endswith("_amount"):
            return currency.format(value)
        if name.endswith("_date"):
            return format_date(self.env, value)
        return f"{value:g}" if isinstance(value, float) else value

    # === WHAT PEOPLE PRESS === #

    def action_open_record(self):
        """Open the record that the finding is about."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(
                self.env._("It was deleted since. The next check closes the finding.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.subject,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_ask_accept(self):
        """Ask why the findings may stay as they are."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accept"),
            "res_model": "psa.billing.finding.accept",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_finding_ids": self.ids},
        }

    def action_accept(self, reason):
        """Leave findings as they are.

        :param str reason: shown on the finding and to auditors
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why it may stay as it is."))
        # sudo: who may press the button may not type these
        self.sudo().filtered(lambda it: it.state == "open").write(
            {
                "state": "accepted",
                "reason": reason,
                "accepted_by_id": self.env.uid,
                "accepted_at": fields.Datetime.now(),
            }
        )
        return True

    def action_reopen(self):
        """Take an acceptance back."""
        self.check_access("write")
        # sudo: as above
        self.sudo().filtered(lambda it: it.state == "accepted").write(
            {
                "state": "open",
                "reason": False,
                "accepted_by_id": False,
                "accepted_at": False,
            }
        )
        return True

    # === WRITTEN BY THE CHECKS === #

    @api.model
    def _settle(self, checks, found):
        """Open what is found, keep what is known, and close what is mended.

        What was accepted is open again if its figures are others.

        :param checks: that were asked
        :param SQL found: see `Probe.get_query`; None for nothing
        """
        present = SQL("SELECT NULL::integer AS id WHERE FALSE")
        if found:
            # Looked for by itself: PostgreSQL shares the work between its processes where
            # it does not write rows as well.
            self.env.cr.execute(SQL("CREATE TEMP TABLE psa_found AS %s", found))
            present = self._get_upsert(SQL("SELECT * FROM psa_found"))
        self.env.cr.execute(
            SQL(
                """
                WITH present AS (%(present)s)
                UPDATE psa_billing_finding
                   SET state = 'gone', gone_at = %(now)s
                 WHERE check_id = ANY(%(check_ids)s)
                   AND gone_at IS NULL
                   AND id NOT IN (SELECT id FROM present)
                """,
                present=present,
                now=self.env.cr.now(),
                check_ids=checks.ids,
            )
        )
        if found:
            self.env.cr.execute("DROP TABLE psa_found")
        self.invalidate_model()
        checks.invalidate_recordset(["finding_ids"])

    def _get_upsert(self, found):
        """Return the SQL that writes what is found and returns its ids."""
        return SQL(
            """
            INSERT INTO psa_billing_finding AS finding (
                   check_id, severity, res_model, res_id, key, company_id, customer_id,
                   customer_group_id, details, day, state, is_told,
                   first_seen_at, last_seen_at,
                   create_uid, create_date, write_uid, write_date)
            SELECT check_.id, check_.severity, found.res_model, found.res_id, found.key,
                   found.company_id, found.customer_id, customer.psa_customer_group_id,
                   found.details, COALESCE(%(days)s)::date, 'open', FALSE, %(now)s, %(now)s,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM (%(found)s) found
              JOIN psa_billing_check check_ ON check_.code = found.code
              LEFT JOIN res_partner customer ON customer.id = found.customer_id
                ON CONFLICT (check_id, res_model, res_id, key) WHERE gone_at IS NULL
                DO UPDATE SET last_seen_at = excluded.last_seen_at,
                       details = excluded.details,
                       day = excluded.day,
                       severity = excluded.severity,
                       customer_id = excluded.customer_id,
                       customer_group_id = excluded.customer_group_id,
                       is_told = finding.is_told AND (
                           finding.state != 'accepted'
                           OR finding.details = excluded.details),
                       state = CASE WHEN finding.details = excluded.details
                                    THEN finding.state ELSE 'open' END
            RETURNING id
            """,
            found=found,
            days=SQL(", ").join(
                SQL("found.details->>%s", name) for name in DAY_FIGURES
            ),
            now=self.env.cr.now(),
            uid=self.env.uid,
        )
