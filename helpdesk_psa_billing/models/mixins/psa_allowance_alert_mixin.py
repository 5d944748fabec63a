import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

# Days back in which whoever logged time on an allowance is told that it runs out.
AGENT_DAYS = 60
# The threshold that is a day; the others are quantities.
EXPIRY = "expiry"
# What thresholds follow from.
ALERT_FIELDS = {
    "alert_percent",
    "alert_percent_2",
    "alert_quantity",
    "alert_expiry_days",
    "date_from",
    "date_until",
}


class PsaAllowanceAlertMixin(models.AbstractModel):
    """Tells agents, the account manager and the customer in time, and prepares a renewal.

    Each threshold is told of once; hours that are granted later make it count again.
    """

    _name = "psa.allowance.alert.mixin"
    _description = "Alerts of an Allowance"

    alerts_sent = fields.Json(
        readonly=True,
        copy=False,
        help="Thresholds that people were told of.",
    )
    tells_customer = fields.Boolean(
        string="Tell the customer",
        default=lambda self: self.env.company.psa_allowance_tells_customer,
        help="The customer gets a mail when it is nearly empty or about to expire.",
    )
    renewal_id = fields.Many2one(
        "sale.order",
        string="Renewal quotation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The quotation that renews it.",
    )

    def write(self, vals):
        """Override: a threshold that is moved counts again."""
        result = super().write(vals)
        if vals.keys() & ALERT_FIELDS:
            self._rearm_alerts()
        return result

    def _get_reached_alerts(self):
        """Return the thresholds that are reached, by name."""
        self.ensure_one()
        percent = self.used_percent
        left = self.remaining_quantity
        reached = {
            "percent": self.alert_percent and percent >= self.alert_percent,
            "percent_2": self.alert_percent_2 and percent >= self.alert_percent_2,
            "quantity": self.alert_quantity and left <= self._get_alert_units(),
            EXPIRY: left > 0 and self._is_expiring(),
        }
        return [name for name, is_reached in reached.items() if is_reached]

    def _is_expiring(self):
        """Tell whether it is usable, and ends within the days that people are told ahead."""
        self.ensure_one()
        if not (self.date_until and self.alert_expiry_days):
            return False
        today = fields.Date.context_today(self)
        start = fields.Date.subtract(self.date_until, days=self.alert_expiry_days)
        return max(start, self.date_from) <= today < self.date_until

    def _rearm_alerts(self):
        """Count thresholds again that are no longer reached since more was granted."""
        for allowance in self.filtered("alerts_sent"):
            reached = allowance._get_reached_alerts()
            kept = [name for name in allowance.alerts_sent if name in reached]
            allowance.sudo().alerts_sent = kept or False

    def _alert(self):
        """Tell people of thresholds that are reached and that they were not told of."""
        self.ensure_one()
        sent = self.alerts_sent or []
        new = [name for name in self._get_reached_alerts() if name not in sent]
        if not new:
            return
        self.alerts_sent = sent + new
        # What is nearly empty says in the same breath when it ends.
        is_expiry = new == [EXPIRY]
        self._prepare_renewal()
        self._alert_manager(is_expiry)
        self._alert_agents(is_expiry)
        self._alert_customer(is_expiry)

    def _describe_rest(self, is_expiry=False):
        """Return how much is left, in words.

        :param bool is_expiry: and when it expires
        """
        self.ensure_one()
        if is_expiry:
            return self.env._(
                "%(allowance)s of %(customer)s: %(left)s left, expires on %(date)s",
                allowance=self.name,
                customer=self.customer_id.name,
                left=self.remaining_text,
                date=format_date(self.env, self.date_until),
            )
        return self.env._(
            "%(allowance)s of %(customer)s: %(left)s of %(granted)s left",
            allowance=self.name,
            customer=self.customer_id.name,
            left=self.remaining_text,
            granted=self.granted_text,
        )

    def _get_account_manager(self):
        """Return who looks after the customer's allowances."""
        self.ensure_one()
        return (
            self.user_id
            or self.agreement_id.user_id
            or self.customer_id.user_id
            or self.create_uid
        )

    def _alert_manager(self, is_expiry):
        manager = self._get_account_manager()
        words = self.with_context(lang=manager.lang or self.env.lang)
        todo = self.env.ref("mail.mail_activity_data_todo")
        known = self.activity_ids.filtered(
            lambda it: it.user_id == manager and it.activity_type_id == todo
        )
        summary = words._describe_rest(is_expiry)
        if known:
            known[0].summary = summary
            return
        note = self.renewal_id and words.env._(
            "The quotation %(order)s is prepared.", order=self.renewal_id.name
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=summary,
            note=note or "",
        )

    def _alert_agents(self, is_expiry):
        """Tell whoever worked on it lately."""
        since = fields.Date.subtract(fields.Date.context_today(self), days=AGENT_DAYS)
        groups = self.env["psa.charge"]._read_group(
            [
                ("allowance_id", "=", self.id),
                ("user_id", "!=", False),
                ("work_date", ">=", since),
            ],
            ["user_id"],
        )
        manager = self._get_account_manager()
        for (user,) in groups:
            if user == manager or not user.active:
                continue
            words = self.with_context(lang=user.lang or self.env.lang)
            self.message_notify(
                partner_ids=user.partner_id.ids,
                subject=words._describe_rest(is_expiry),
                body=words.env._("What the customer paid for ahead is about to expire.")
                if is_expiry
                else words.env._("What the customer paid for ahead is nearly used up."),
                model_description=words.env._("Allowance"),
            )

    def _alert_customer(self, is_expiry):
        partner = self._get_customer_contact()
        if self.tells_customer and partner.email and not partner.psa_never_email:
            name = "expiring" if is_expiry else "low"
            template = self.env.ref(
                f"helpdesk_psa_billing.mail_template_allowance_{name}"
            )
            template.send_mail(
                self.id, email_layout_xmlid="mail.mail_notification_light"
            )

    def _get_customer_contact(self):
        """Return whom the customer is written to: the agreement's contact, or for invoices."""
        self.ensure_one()
        contact = self.agreement_id.partner_id
        if contact:
            return contact
        address = self.customer_id.address_get(["invoice"])["invoice"]
        return self.env["res.partner"].browse(address) or self.customer_id

    def _get_lang(self):
        """Return the language that the customer reads."""
        self.ensure_one()
        partner = self._get_customer_contact()
        return partner.lang or self.customer_id.lang or self.env.lang

    # === RENEWAL === #

    def action_renew(self):
        """Open the quotation that renews the allowance, and prepare it if need be."""
        self.ensure_one()
        self.check_access("read")
        self.env["sale.order"].check_access("create")
        # sudo: whoever sells need not manage allowances
        self.sudo()._prepare_renewal()
        if not self.renewal_id:
            return self._open_settings()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renewal"),
            "res_model": "sale.order",
            "res_id": self.sudo().renewal_id.id,
            "view_mode": "form",
        }

    def _open_settings(self):
        """Say that nothing can be quoted yet, and lead to where that is mended."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "Nothing to quote: choose the usual block in the settings of billing."
                ),
            },
        }

    def _prepare_renewal(self):
        """Prepare a quotation of the same block, or of the company's usual one."""
        self.ensure_one()
        if self.renewal_id.state in ("draft", "sent"):
            return
        product = self._get_renewal_product()
        if not product:
            return
        self.renewal_id = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(self._prepare_renewal_values(product))
        )

    def _get_renewal_product(self):
        """Return what renews the allowance, empty if nothing does."""
        self.ensure_one()
        usual = self.company_id.psa_allowance_product_id
        product = self.product_id or (
            usual if usual.psa_allowance_unit == self.unit else self.product_id
        )
        return product.filtered(lambda it: it.active and it.sale_ok)

    def _prepare_renewal_values(self, product):
        """Return the values of the quotation."""
        self.ensure_one()
        return {
            "partner_id": self.customer_id.id,
            "company_id": self.company_id.id,
            "user_id": self._get_account_manager().id,
            "origin": self.name,
            "order_line": [
                fields.Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": self.sale_line_id.product_uom_qty or 1,
                    }
                )
            ],
        }

    # === SCHEDULED === #

    @api.model
    def _cron_alert(self):
        """Tell of allowances that are nearly empty or about to expire."""
        progress = self.env["ir.cron"]._commit_progress
        found = self.search(
            Domain("state", "in", ("low", "empty")) | self._get_expiring_domain(),
            order="id",
        ).filtered(lambda it: set(it._get_reached_alerts()) - set(it.alerts_sent or ()))
        progress(remaining=len(found))
        for allowance in found:
            try:
                with self.env.cr.savepoint():
                    allowance._alert()
            except OperationalError:
                raise  # somebody else was at the same rows: the scheduler tries again
            except Exception:
                # The next time it is tried again; the others are told meanwhile.
                _logger.exception("%s could not be told of", allowance.name)
            if not progress(1):
                break

    @api.model
    def _get_expiring_domain(self):
        """Return the domain of those that may be about to expire, see `_is_expiring`."""
        [[days]] = self._read_group(
            [("date_until", "!=", False)], [], ["alert_expiry_days:max"]
        )
        today = fields.Date.context_today(self)
        return (
            Domain("alert_expiry_days", ">", 0)
            & Domain("date_from", "<=", today)
            & Domain("date_until", ">", today)
            & Domain("date_until", "<=", fields.Date.add(today, days=days or 0))
        )
