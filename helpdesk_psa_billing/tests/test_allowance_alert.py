"""Who is told when an allowance is nearly empty, and what is prepared."""

from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .allowance_common import AllowanceCommon


@tagged("post_install", "-at_install")
class TestAllowanceAlert(AllowanceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(datetime(2026, 3, 10, 9)))
        cls.acme.email = "accounts@acme.example.com"
        cls.block = cls._create_product(
            "10 hours",
            800,
            psa_allowance_unit="minutes",
            psa_allowance_quantity=10,
            sale_ok=True,
        )
        cls.company.psa_allowance_product_id = cls.block

    def _run_alerts(self):
        self.env.flush_all()
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            self.env.ref(
                "helpdesk_psa_billing.ir_cron_psa_allowance_alert"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _create_low(self, minutes=480, **values):
        allowance = self._create_allowance(user_id=self.lea.id, **values)
        self._draw(allowance, minutes, user_id=self.ada.id)
        return allowance

    def test_account_manager_has_something_to_do(self):
        allowance = self._create_low()
        self._run_alerts()
        activity = allowance.activity_ids
        self.assertEqual(activity.user_id, self.lea)
        self.assertEqual(
            activity.summary, f"{allowance.name} of ACME: 2:00 h of 10:00 h left"
        )

    def test_agent_who_worked_on_it_is_told(self):
        allowance = self._create_low()
        self._run_alerts()
        message = self.env["mail.message"].search(
            [
                ("model", "=", "psa.allowance"),
                ("res_id", "=", allowance.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.ada.partner_id.ids),
            ]
        )
        self.assertEqual(len(message), 1)
        self.assertIn("2:00 h of 10:00 h left", message.subject)

    def test_customer_gets_a_mail_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.acme.lang = "fr_FR"
        template = self.env.ref("helpdesk_psa_billing.mail_template_allowance_low")
        template.with_context(lang="fr_FR").subject = "{{ object.name }} : bientôt fini"
        allowance = self._create_low()
        self._run_alerts()
        mail = self.env["mail.mail"].search(
            [("model", "=", "psa.allowance"), ("res_id", "=", allowance.id)]
        )
        self.assertEqual(mail.subject, f"{allowance.name} : bientôt fini")
        self.assertEqual(mail.recipient_ids, self.acme)

    def test_customer_who_wants_no_mail_gets_none(self):
        self.acme.psa_never_email = True
        allowance = self._create_low()
        self._run_alerts()
        self.assertFalse(
            self.env["mail.mail"]
            .search([("res_id", "=", allowance.id)])
            .filtered(lambda it: it.model == "psa.allowance")
        )
        self.assertTrue(allowance.activity_ids)

    def test_each_threshold_is_told_once(self):
        allowance = self._create_low()
        for _time in range(2):
            self._run_alerts()
        self.assertEqual(allowance.alerts_sent, ["percent"])
        self.assertEqual(self._count_mails(allowance), 1)
        self._draw(allowance, 100, user_id=self.ada.id)
        for _time in range(2):
            self._run_alerts()
        self.assertEqual(self._count_mails(allowance), 2)
        self.assertEqual(len(allowance.activity_ids), 1)

    def test_hours_left_are_a_threshold_too(self):
        allowance = self._create_low(
            300, alert_percent=0, alert_percent_2=0, alert_quantity=5
        )
        self._run_alerts()
        self.assertEqual(allowance.alerts_sent, ["quantity"])

    def test_more_hours_make_the_thresholds_count_again(self):
        allowance = self._create_low()
        self._run_alerts()
        allowance._book("adjustment", 600, "Goodwill")
        self.assertFalse(allowance.alerts_sent)
        self._draw(allowance, 500, user_id=self.ada.id)
        self._run_alerts()
        self.assertEqual(self._count_mails(allowance), 2)

    def test_rest_that_expires_soon_is_told_once(self):
        allowance = self._create_low(60, date_until="2026-04-01")
        for _time in range(2):
            self._run_alerts()
        self.assertEqual(allowance.alerts_sent, ["expiry"])
        self.assertEqual(self._count_mails(allowance), 1)
        self.assertEqual(
            allowance.activity_ids.summary,
            f"{allowance.name} of ACME: 9:00 h left, expires on 04/01/2026",
        )
        self.assertTrue(allowance.renewal_id)

    def test_customer_reads_when_the_rest_expires(self):
        allowance = self._create_low(60, date_until="2026-04-01")
        self._run_alerts()
        mail = self.env["mail.mail"].search(
            [("model", "=", "psa.allowance"), ("res_id", "=", allowance.id)]
        )
        self.assertEqual(
            mail.subject, f"{allowance.name}: 9:00 h left, expires on 04/01/2026"
        )
        self.assertIn("9:00 h", mail.body_html)

    def test_agent_who_worked_on_it_is_told_of_the_expiry(self):
        allowance = self._create_low(60, date_until="2026-04-01")
        self._run_alerts()
        message = allowance.message_ids.search(
            [
                ("model", "=", "psa.allowance"),
                ("res_id", "=", allowance.id),
                ("partner_ids", "in", self.ada.partner_id.ids),
            ]
        )
        self.assertIn("about to expire", message.body)

    def test_expiry_is_told_so_many_days_ahead_as_the_company_says(self):
        self.company.psa_allowance_alert_days = 7
        soon = self._create_low(60, date_until="2026-03-17")
        later = self._create_low(60, date_until="2026-03-18")
        self._run_alerts()
        self.assertEqual(soon.alerts_sent, ["expiry"])
        self.assertFalse(later.alerts_sent)

    def test_nothing_is_told_of_what_is_used_up_or_of_what_never_expires(self):
        empty = self._create_low(600, date_until="2026-04-01", alert_percent=0)
        endless = self._create_low(60)
        self._run_alerts()
        self.assertNotIn("expiry", empty.alerts_sent)
        self.assertFalse(endless.alerts_sent)

    def test_expiry_that_is_put_off_is_told_again(self):
        allowance = self._create_low(60, date_until="2026-04-01")
        self._run_alerts()
        allowance.with_user(self.boss).date_until = "2026-06-01"
        self.assertFalse(allowance.alerts_sent)
        with freeze_all_time(datetime(2026, 5, 20, 9)):
            self._run_alerts()
        self.assertEqual(allowance.alerts_sent, ["expiry"])
        self.assertEqual(self._count_mails(allowance), 2)

    def test_included_hours_expire_each_month_without_a_word(self):
        self._create_billed([{"allowance_unit": "minutes", "allowance_quantity": 10}])
        allowance = self.env["psa.allowance"].search([("period_id", "!=", False)])[-1]
        self._run_alerts()
        self.assertEqual(allowance.alert_expiry_days, 0)
        self.assertFalse(allowance.alerts_sent)

    def test_nobody_is_told_while_enough_is_left(self):
        allowance = self._create_low(479)
        self._run_alerts()
        self.assertFalse(allowance.alerts_sent or allowance.activity_ids)

    def test_renewal_is_prepared_once(self):
        allowance = self._create_low()
        self._run_alerts()
        order = allowance.renewal_id
        self.assertEqual((order.partner_id, order.state), (self.acme, "draft"))
        self.assertEqual(order.order_line.product_id, self.block)
        self._draw(allowance, 100, user_id=self.ada.id)
        self._run_alerts()
        self.assertEqual(allowance.renewal_id, order)

    def test_seller_opens_the_renewal(self):
        allowance = self._create_allowance()
        self.lea.group_ids |= self.env.ref("sales_team.group_sale_salesman")
        action = allowance.with_user(self.lea).action_renew()
        self.assertEqual(action["res_id"], allowance.renewal_id.id)

    def test_who_does_not_sell_prepares_nothing(self):
        allowance = self._create_allowance()
        with self.assertRaises(AccessError):
            allowance.with_user(self.ada).action_renew()
        self.assertFalse(allowance.renewal_id)

    def _count_mails(self, allowance):
        return self.env["mail.mail"].search_count(
            [
                ("model", "=", "psa.allowance"),
                ("res_id", "=", allowance.id),
                ("recipient_ids", "in", self.acme.ids),
            ]
        )


@tagged("post_install", "-at_install")
class TestAllowanceOnScreens(AllowanceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(freeze_all_time(datetime(2026, 3, 10, 9)))

    def test_customer_page_tells_what_is_left(self):
        self._draw(self._create_allowance(), 60)
        self._create_allowance(5)
        self._create_allowance(200, unit="money")
        self._create_allowance(date_until="2026-03-05")
        acme = self.acme.with_user(self.rita)
        self.assertEqual(
            acme.psa_allowance_text, f"14:00 h, {self.currency.format(200)}"
        )
        self.assertEqual(acme.psa_allowance_count, 3)

    def test_ticket_tells_what_can_pay_for_it(self):
        self._create_allowance()
        self._create_allowance(3, site_ids=self.plant.ids)
        ticket = self._create_ticket(site_id=self.plant.id)
        self.assertEqual(ticket.with_user(self.ada).psa_allowance_text, "13:00 h")
        self.assertEqual(self.ticket.with_user(self.ada).psa_allowance_text, "10:00 h")
