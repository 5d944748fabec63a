"""The e-mail centre: what comes in, what we owe, what goes out, each in its list (S-099)."""

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMailCentre(HelpdeskCommon):
    def _get_list(self, action, user=None):
        """Return what a list of the e-mail centre shows."""
        action = self.env.ref(f"helpdesk_psa.{action}").sudo()
        domain = safe_eval(action.domain or "[]")
        model = self.env[action.res_model].with_user(user or self.max)
        return model.search(domain)

    def test_automatic_answers_notices_and_outgoing_mails_are_three_lists(self):
        line = self._receive(subject="Help")
        answer = self._receive(
            subject="Out of office", headers={"Auto-Submitted": "auto-replied"}
        )
        self.assertEqual((line.state, answer.state), ("ticket", "automatic"))
        self.assertFalse(answer.ticket_id)
        notices = self._get_list("psa_notice_action")
        self.assertEqual(notices.ticket_id, line.ticket_id)
        self.assertLessEqual(line + answer, self._get_list("psa_mail_log_action"))

        mails = self._send_notices()
        self.assertTrue(mails)
        outgoing = self._get_list(
            "mail_mail_action_psa", self.env.ref("base.user_admin")
        )
        self.assertLessEqual(mails, outgoing)
        self.assertFalse(self._get_list("psa_notice_action"))

    def test_the_list_of_refused_mails_opens_with_the_automatic_answers(self):
        action = self.env.ref("helpdesk_psa.psa_mail_log_action_refused")
        view = self.env["psa.mail.log"].get_view(view_type="search")["arch"]
        for name in safe_eval(action.context):
            self.assertIn(f'name="{name.removeprefix("search_default_")}"', view)
        self.assertRegex(view, r"(?s)name=\"refused\"[^>]*automatic")

    def test_the_administrator_finds_the_lists_in_one_menu(self):
        menus = self.env["ir.ui.menu"].with_user(self.env.ref("base.user_admin"))
        centre = self.env.ref("helpdesk_psa.psa_email_menu")
        shown = menus.browse(menus._visible_menu_ids()) & centre.child_id
        self.assertLessEqual(
            {
                "psa.mail.log",
                "psa.notice",
                "mail.mail",
                "psa.mail.rule",
            },
            {menu.action.res_model for menu in shown},
        )

    def test_agents_have_no_e_mail_centre(self):
        menus = self.env["ir.ui.menu"].with_user(self.ada)
        centre = self.env.ref("helpdesk_psa.psa_email_menu")
        self.assertNotIn(centre.id, menus._visible_menu_ids())
