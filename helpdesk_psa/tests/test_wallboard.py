from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .sla_common import SlaCommon, when


@tagged("post_install", "-at_install")
class TestWallboard(SlaCommon):
    """What a team sees on the wall."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_policy("Standard", ("resolution", 4))
        cls.other_team = cls.env["psa.team"].create(
            {"name": "Field", "company_id": cls.company.id, "calendar_id": False}
        )

    def _get_board(self, moment="mon 15:00", team=None, user=None):
        tickets = self.env["psa.ticket"].with_user(user or self.rita)
        with when(moment):
            return tickets.get_wallboard_data((team or self.team).id)

    def _get_counts(self, *args, **kwargs):
        board = self._get_board(*args, **kwargs)
        return {tile["key"]: tile["count"] for tile in board["tiles"]}

    def test_each_tile_counts_its_tickets(self):
        self._open("mon 09:00", user_id=self.ada.id)  # due at 13:00
        self._open("mon 11:30")  # due at 15:30
        self._open("mon 14:50")
        done = self._open("mon 09:00")
        self._write("mon 10:00", done, stage_id=self.stage_resolved.id)
        self.assertEqual(
            self._get_counts(),
            {
                "open": 3,
                "unassigned": 2,
                "breached": 1,
                "soon": 1,
                "warning": 1,
                "resolved": 1,
            },
        )

    def test_each_tile_opens_the_list_that_it_counts(self):
        for hour in range(9, 15):
            self._open(f"mon {hour}:00")
        board = self._get_board()
        tickets = self.env["psa.ticket"].with_user(self.rita)
        with when("mon 15:00"):
            for tile in board["tiles"]:
                domain = [
                    tuple(item) if len(item) == 3 else item for item in tile["domain"]
                ]
                self.assertEqual(
                    tickets.search_count(domain), tile["count"], tile["key"]
                )

    def test_those_due_next_come_first_overdue_before_them(self):
        last, first, second = (
            self._open(moment) for moment in ("mon 12:00", "mon 09:00", "mon 10:00")
        )
        board = self._get_board()
        self.assertEqual(
            [ticket["id"] for ticket in board["tickets"]],
            [first.id, second.id, last.id],
        )
        self.assertEqual(board["tickets"][0]["due_at"], "2026-01-05 13:00:00")

    def test_another_teams_tickets_are_on_its_own_board(self):
        self._open("mon 09:00", team_id=self.other_team.id)
        self.assertEqual(self._get_counts()["open"], 0)
        self.assertEqual(self._get_counts(team=self.other_team)["open"], 1)

    def test_private_team_is_not_on_a_strangers_board(self):
        self._open("mon 09:00", team_id=self.other_team.id)
        self.other_team.privacy = "members"
        board = self._get_board(team=self.other_team)
        self.assertFalse(board["team_id"])
        self.assertNotIn("Field", [team["name"] for team in board["teams"]])
        self.assertEqual(board["tickets"], [])

    def test_other_companies_see_their_own(self):
        self._open("mon 09:00")
        self.assertEqual(self._get_counts(user=self.bob)["open"], 0)

    def test_nobody_outside_sees_a_board(self):
        stranger = mail_new_test_user(
            self.env, login="stranger", groups="base.group_user"
        )
        with self.assertRefused(AccessError):
            self._get_board(user=stranger)

    def test_number_of_queries_does_not_grow_with_the_tickets(self):
        for number in range(10):
            self._open("mon 09:00", name=f"Ticket {number}", user_id=self.ada.id)
        self._get_board()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            self._get_board()


@tagged("post_install", "-at_install")
class TestWallboardTour(HttpCase):
    """The board in the browser."""

    def test_team_watches_its_board(self):
        mail_new_test_user(
            self.env,
            login="ada_wall",
            password="ada_wall",
            groups="helpdesk_psa.group_psa_agent",
        )
        team = self.env["psa.team"].create({"name": "Wall team"})
        self.env["psa.sla.policy"].create(
            {
                "name": "Wall",
                "sequence": -1,
                "team_ids": team.ids,
                "enforced_from_at": False,
                "target_ids": [(0, 0, {"metric": "resolution", "hours": 2})],
            }
        )
        self.env["psa.ticket"].create({"name": "Server is down", "team_id": team.id})
        self.start_tour(
            "/odoo/helpdesk-wallboard", "psa_wallboard", login="ada_wall", timeout=120
        )
