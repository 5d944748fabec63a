"""After the resolution: how did it go?"""

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestSatisfaction(HelpdeskCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.team.use_rating = True
        self.ticket = self._create_ticket(user_id=self.ada.id)
        self.ticket.with_user(self.ada).action_resolve()

    def _rate(self, rate, feedback=""):
        """Rate as the customer does: the link in the mail, then the form behind it."""
        token = self.ticket.sudo()._rating_get_access_token()
        self.env.flush_all()
        page = self.url_open(f"/rate/{token}/{rate}")
        self.assertEqual(page.status_code, 200)
        self.authenticate(None, None)
        answer = self.url_open(
            f"/rate/{token}/submit_feedback",
            data={
                "rate": rate,
                "feedback": feedback,
                "csrf_token": Request.csrf_token(self),
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()

    def test_closing_mail_asks_for_a_rating_where_the_team_wishes(self):
        mail = self._send_notices().filtered(lambda mail: "Resolved" in mail.subject)
        self.assertIn("/rate/", mail.body_html)

    def test_closing_mail_asks_for_nothing_elsewhere(self):
        self.team.use_rating = False
        mail = self._send_notices().filtered(lambda mail: "Resolved" in mail.subject)
        self.assertNotIn("/rate/", mail.body_html)

    def test_opening_the_link_alone_rates_nothing(self):
        token = self.ticket.sudo()._rating_get_access_token()
        self.env.flush_all()
        self.url_open(f"/rate/{token}/1")
        self.assertFalse(self.ticket.rating_ids.filtered("consumed"))

    def test_rating_does_not_reopen_the_ticket(self):
        self._rate(5, "Great")
        self.assertEqual(self.ticket.stage_category, "resolved")
        self.assertEqual(self.ticket.with_user(self.ada).rating_last_value, 5)

    def test_rating_counts_for_the_agent_and_the_team(self):
        self._rate(5)
        rating = self.ticket.rating_ids
        self.assertEqual(rating.rated_partner_id, self.ada.partner_id)
        self.assertEqual(self.team.rating_percentage_satisfaction, 100)

    def test_bad_rating_asks_the_leader_to_follow_up_once(self):
        self._rate(1, "Too slow")
        self._rate(1, "Still too slow")
        activity = self.ticket.activity_ids
        self.assertEqual(activity.user_id, self.lea)
        self.assertIn("Too slow", activity.note)

    def test_good_rating_asks_nobody(self):
        self._rate(5)
        self.assertFalse(self.ticket.activity_ids)

    def test_team_may_wish_no_follow_up(self):
        self.team.follow_up_bad_rating = False
        self._rate(1)
        self.assertFalse(self.ticket.activity_ids)
