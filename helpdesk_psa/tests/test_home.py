from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user


class TestHome(TransactionCase):
    """The overview counts exactly what its lists show (S-224)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(
            cls.env, "rita_home", groups="helpdesk_psa.group_psa_readonly"
        )
        cls.agent = new_test_user(
            cls.env, "ada_home", groups="helpdesk_psa.group_psa_agent"
        )
        cls.stage_waiting = cls.env.ref("helpdesk_psa.psa_stage_waiting_customer")
        cls.stage_resolved = cls.env.ref("helpdesk_psa.psa_stage_resolved")
        cls.team = cls.env["psa.team"].create({"name": "Network"})
        cls._create_ticket(name="Unread and unassigned")
        cls._create_ticket(name="Mine", user_id=cls.agent.id, read_at=datetime.now())
        cls._create_ticket(name="Urgent", priority="3", user_id=cls.reader.id)
        cls._create_ticket(name="Waiting", stage_id=cls.stage_waiting.id)
        cls._create_ticket(name="Done", stage_id=cls.stage_resolved.id)
        cls._create_ticket(
            name="Done long ago",
            stage_id=cls.stage_resolved.id,
            resolved_at=datetime.now() - timedelta(days=90),
        )

    @classmethod
    def _create_ticket(cls, **values):
        return cls.env["psa.ticket"].create({"team_id": cls.team.id, **values})

    def _get_home(self, user):
        return self.env["psa.ticket"].with_user(user).get_home_data()

    def _get_queue(self, user, key):
        queues = {queue["key"]: queue for queue in self._get_home(user)["queues"]}
        return queues[key]

    def _search_names(self, user, domain):
        return set(
            self.env["psa.ticket"]
            .with_user(user)
            .search(domain)
            .filtered(lambda ticket: ticket.team_id == self.team)
            .mapped("name")
        )

    def test_every_counter_equals_the_number_of_tickets_in_its_list(self):
        home = self._get_home(self.reader)
        team = next(team for team in home["teams"] if team["id"] == self.team.id)
        counters = [
            *home["queues"],
            *home["stages"],
            team["open"],
            team["unassigned"],
            team["unread"],
        ]
        tickets = self.env["psa.ticket"].with_user(self.reader)
        self.assertEqual(
            [counter["count"] for counter in counters],
            [tickets.search_count(counter["domain"]) for counter in counters],
        )

    def test_the_counters_of_a_team(self):
        home = self._get_home(self.reader)
        team = next(team for team in home["teams"] if team["id"] == self.team.id)
        self.assertEqual(
            [team[key]["count"] for key in ("open", "unassigned", "unread")], [4, 2, 3]
        )

    def test_my_tickets_are_the_open_ones_of_the_user_who_looks(self):
        queue = self._get_queue(self.agent, "mine")
        self.assertEqual(queue["count"], 1)
        self.assertEqual(self._search_names(self.agent, queue["domain"]), {"Mine"})

    def test_the_queue_of_high_priority_holds_high_and_urgent_tickets(self):
        queue = self._get_queue(self.agent, "high")
        self.assertEqual(self._search_names(self.agent, queue["domain"]), {"Urgent"})

    def test_the_queue_of_resolved_tickets_looks_back_seven_days(self):
        queue = self._get_queue(self.agent, "resolved")
        self.assertEqual(self._search_names(self.agent, queue["domain"]), {"Done"})

    def test_the_slices_add_up_to_the_open_tickets_and_those_done_lately(self):
        home = self._get_home(self.reader)
        shown = self.env["psa.ticket"].with_user(self.reader).browse()
        for stage in home["stages"]:
            shown |= shown.search(stage["domain"])
        self.assertEqual(sum(stage["count"] for stage in home["stages"]), len(shown))
        names = set(shown.filtered(lambda t: t.team_id == self.team).mapped("name"))
        self.assertEqual(
            names, {"Unread and unassigned", "Mine", "Urgent", "Waiting", "Done"}
        )

    def test_tickets_of_a_private_team_are_not_counted_for_others(self):
        before = self._get_queue(self.agent, "unread")["count"]
        self.team.privacy = "members"
        self.env.invalidate_all()  # as the next request starts
        after = self._get_home(self.agent)
        unread = next(queue for queue in after["queues"] if queue["key"] == "unread")
        self.assertEqual(unread["count"], before - 3)
        self.assertNotIn(self.team.id, [team["id"] for team in after["teams"]])

    def test_tickets_of_another_company_are_not_counted(self):
        before = self._get_queue(self.agent, "unread")["count"]
        company = self.env["res.company"].create({"name": "Other"})
        team = self.env["psa.team"].with_company(company).create({"name": "Far"})
        self.env["psa.ticket"].create({"name": "Far away", "team_id": team.id})
        self.assertEqual(self._get_queue(self.agent, "unread")["count"], before)

    def test_the_latest_tickets_are_mine_and_the_last_touched_comes_first(self):
        second = self._create_ticket(name="Second", user_id=self.agent.id)
        first = self.env["psa.ticket"].search(
            [("name", "=", "Mine"), ("team_id", "=", self.team.id)]
        )
        names = [row["name"] for row in self._get_home(self.agent)["recent"]]
        self.assertEqual(names, ["Second", "Mine"])
        first.priority = "2"
        self.env.flush_all()
        recent = self._get_home(self.agent)["recent"]
        self.assertEqual([row["name"] for row in recent], ["Mine", "Second"])
        self.assertEqual(recent[0]["summary"], "Priority: Normal → High")
        self.assertEqual(recent[1]["id"], second.id)

    def test_a_team_of_mine_shows_even_without_tickets(self):
        team = self.env["psa.team"].create(
            {"name": "Quiet", "member_ids": self.agent.ids}
        )
        teams = {row["id"]: row for row in self._get_home(self.agent)["teams"]}
        self.assertEqual(teams[team.id]["open"]["count"], 0)

    def test_only_who_may_open_tickets_is_offered_a_new_one(self):
        self.assertFalse(self._get_home(self.reader)["can_create"])
        self.assertTrue(self._get_home(self.agent)["can_create"])

    def test_an_employee_without_helpdesk_rights_gets_nothing(self):
        clerk = new_test_user(self.env, "carl_home", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._get_home(clerk)

    def test_the_number_of_queries_does_not_grow_with_the_tickets(self):
        home = self.env["psa.ticket"].with_user(self.agent)
        home.get_home_data()  # rules, selections and labels are cached from now on
        self.env["psa.ticket"].create(
            [
                {"name": f"Ticket {n}", "team_id": self.team.id, "user_id": user.id}
                for n in range(20)
                for user in (self.agent, self.reader)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(14):
            home.get_home_data()
