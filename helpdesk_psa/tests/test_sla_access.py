"""Who sees the clocks, and what is told of them, where tickets are not for everybody."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .sla_common import SlaCommon, when


class SlaAccessCommon(SlaCommon):
    """An overdue ticket of ACME, whose step was done; Lea's team and pod may close.

    Of the cast Lea works there; Ada and Rita do not; Max manages; Bob is of company 2.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy("Standard", ("resolution", 4))
        cls.policy.escalation_ids = [
            (
                0,
                0,
                {
                    "timing": "before",
                    "delay_minutes": 30,
                    "notify_leader": True,
                    "since_at": False,
                },
            )
        ]
        cls.team.member_ids = cls.lea
        cls.acme.psa_customer_group_id = cls.env["psa.customer.group"].create(
            {"name": "Bank", "user_ids": [(6, 0, cls.lea.ids)]}
        )
        cls.group = cls.acme.psa_customer_group_id
        cls.ticket = cls._open("mon 09:00")
        cls.clock = cls.ticket.sudo().sla_clock_ids
        with when("mon 15:00"):
            cls.clock._escalate()
        cls.env.flush_all()
        cls.cast = (cls.rita, cls.ada, cls.lea, cls.max, cls.bob)

    def assertSeenBy(self, *users):
        """Check who sees the clock, by each way there is."""
        for user in self.cast:
            with self.subTest(user=user.name), when("mon 16:00"):
                seen = self._look(user)
                self.assertEqual(seen, dict.fromkeys(seen, user in users))

    def _look(self, user):
        """Return ``{way: whether the user gets to see the clock}``."""
        tickets = self.env["psa.ticket"].with_user(user)
        board = tickets.get_wallboard_data()
        overdue = next(tile for tile in board["tiles"] if tile["key"] == "breached")
        of_ours = [("policy_id", "=", self.policy.id)]
        report = self.env["psa.sla.report"].with_user(user)
        [(count,)] = report._read_group(of_ours, [], ["__count"])
        return {
            "clock": bool(self._search("psa.sla.clock", user)),
            "read": self.clock.with_user(user).has_access("read"),
            "log": bool(
                self.env["psa.sla.escalation.log"]
                .with_user(user)
                .search([("clock_id", "=", self.clock.id)])
            ),
            "report": bool(self._search("psa.sla.report", user)),
            "figures": bool(count),
            "timeline": self._can(self.clock.with_user(user).get_timeline),
            "panel": self._can(self.ticket.with_user(user).get_sla_panel),
            "wallboard": self.ticket.id in {row["id"] for row in board["tickets"]},
            "tile": bool(overdue["count"]),
        }

    def _search(self, model, user):
        return self.env[model].with_user(user).search([("id", "=", self.clock.id)])

    def _can(self, method):
        try:
            method()
        except AccessError:
            return False
        return True


@tagged("post_install", "-at_install")
class TestSlaAccess(SlaAccessCommon):
    """Clocks, figures, timelines and boards hide what the ticket hides."""

    def test_clock_of_an_open_team_is_seen_by_the_whole_company(self):
        self.assertSeenBy(self.rita, self.ada, self.lea, self.max)

    def test_clock_of_a_private_team_is_seen_by_members_and_managers(self):
        self.team.privacy = "members"
        self.assertSeenBy(self.lea, self.max)

    def test_clock_of_a_closed_group_is_seen_by_the_pod_and_managers(self):
        self.group.restrict = True
        self.assertSeenBy(self.lea, self.max)

    def test_clock_goes_out_of_sight_with_its_ticket(self):
        self.ticket.team_id = self.env["psa.team"].create(
            {
                "name": "Directors",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": [(6, 0, self.lea.ids)],
            }
        )
        self.assertSeenBy(self.lea, self.max)

    def test_joining_and_leaving_take_effect_at_once(self):
        self.team.privacy = "members"
        self.team.member_ids += self.ada
        self.assertTrue(self._search("psa.sla.clock", self.ada))
        self.team.member_ids -= self.ada
        self.assertFalse(self._search("psa.sla.clock", self.ada))

    def test_promise_of_a_private_team_that_had_the_ticket_stays_its_own(self):
        """Which team is bound is on the clock, whoever has the ticket now."""
        private = self.env["psa.team"].create(
            {
                "name": "Lab",
                "company_id": self.company.id,
                "privacy": "members",
                "member_ids": [(6, 0, self.lea.ids)],
            }
        )
        self._create_policy("Team", ("resolution", 2), kind="ola")
        ticket = self._open("mon 09:00", user=self.lea, team_id=private.id)
        ola = self._get_clock(ticket, kind="ola")
        self._write("mon 10:00", ticket, user=self.lea, team_id=self.team.id)
        self.assertEqual(ola.ola_team_id, private)
        clocks = self.env["psa.sla.clock"]
        for user, is_seen in ((self.ada, False), (self.lea, True), (self.max, True)):
            found = clocks.with_user(user).search([("id", "=", ola.id)])
            self.assertEqual(bool(found), is_seen, user.name)

    def test_nobody_reads_or_explains_a_clock_he_does_not_see(self):
        self.team.privacy = "members"
        with when("mon 16:00"):
            for user in (self.rita, self.ada):
                clock = self.clock.with_user(user)
                with self.assertRefused(AccessError):
                    clock.read(["due_at"])
                with self.assertRefused(AccessError):
                    clock.breach_note = "Not mine"
        self.assertFalse(self.clock.breach_note)

    def test_customers_and_plain_employees_see_no_clock(self):
        portal = mail_new_test_user(
            self.env, login="casey_portal", groups="base.group_portal"
        )
        plain = mail_new_test_user(self.env, login="pat", groups="base.group_user")
        for user in (portal, plain):
            for model in ("psa.sla.clock", "psa.sla.report", "psa.sla.escalation.log"):
                with self.assertRefused(AccessError):
                    self.env[model].with_user(user).search([])
            with self.assertRefused(AccessError):
                self.clock.with_user(user).get_timeline()
            with self.assertRefused(AccessError):
                self.env["psa.ticket"].with_user(user).get_wallboard_data()
