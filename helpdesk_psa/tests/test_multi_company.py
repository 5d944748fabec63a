from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(HelpdeskCommon):
    """Ada works for our company, Bob for the second one, Gil for both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gil = cls._create_user(
            "gil",
            "Gil Global",
            "manager",
            company_ids=[(6, 0, (cls.company | cls.company_2).ids)],
        )
        cls.ours = cls._create_ticket()
        cls.theirs = cls._create_ticket(
            cls.bob, team_id=cls.team_2.id, partner_id=cls.zoe.id
        )

    @classmethod
    def _create_user(cls, login, name, group, company=None, **values):
        company_ids = values.pop("company_ids", None)
        user = super()._create_user(login, name, group, company, **values)
        if company_ids:
            user.company_ids = company_ids
        return user

    def _as_gil(self, ticket):
        companies = (self.company | self.company_2).ids
        return ticket.with_user(self.gil).with_context(allowed_company_ids=companies)

    def test_tickets_of_another_company_are_invisible(self):
        for user, own in ((self.ada, self.ours), (self.bob, self.theirs)):
            with self.subTest(login=user.login):
                found = self.env["psa.ticket"].with_user(user).search([])
                self.assertEqual(found & (self.ours | self.theirs), own)

    def test_ticket_of_another_company_cannot_be_read_or_touched_by_its_id(self):
        theirs = self.theirs.with_user(self.max)
        for act in (
            lambda: theirs.read(["name"]),
            theirs.mark_read,
            theirs.action_resolve,
            lambda: theirs.write({"priority": "3"}),
            theirs.unlink,
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(self.theirs.event_ids.mapped("kind"), ["created"])

    def test_history_of_another_company_is_invisible(self):
        events = self.env["psa.event"].with_user(self.max).search([])
        self.assertFalse(self.theirs.event_ids & events)

    def test_teams_of_another_company_are_invisible(self):
        self.assertNotIn(
            self.team_2, self.env["psa.team"].with_user(self.max).search([])
        )

    def test_company_of_a_ticket_is_the_one_of_its_team(self):
        self.assertEqual(self.ours.company_id, self.company)
        self.assertEqual(self.theirs.company_id, self.company_2)

    def test_whoever_works_for_both_sees_both(self):
        tickets = self._as_gil(self.env["psa.ticket"]).search([])
        self.assertEqual(tickets & (self.ours | self.theirs), self.ours | self.theirs)

    def test_chosen_team_decides_the_company(self):
        ticket = self._as_gil(self.env["psa.ticket"]).create(
            {"name": "Help", "team_id": self.team_2.id}
        )
        self.assertEqual(ticket.company_id, self.company_2)

    def test_team_and_company_that_disagree_are_refused(self):
        count = self.env["psa.ticket"].search_count([])
        with self.assertRefused(UserError, "Support Abroad"):
            self._as_gil(self.env["psa.ticket"]).create(
                {
                    "name": "Help",
                    "company_id": self.company.id,
                    "team_id": self.team_2.id,
                }
            )
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_values_of_another_company_are_refused_by_their_fields_name(self):
        company_id = self.company_2.id
        foreign = {
            "type_id": self.env["psa.ticket.type"].create(
                {"name": "Theirs", "company_id": company_id}
            ),
            "category_id": self.env["psa.ticket.category"].create(
                {"name": "Theirs", "company_id": company_id}
            ),
            "severity_id": self.env["psa.severity"].create(
                {"name": "Theirs", "company_id": company_id}
            ),
            "team_id": self.team_2,
            "user_id": self.bob,
            "partner_id": self._create_contact(
                "Theirs", "t@away.example", company_id=company_id
            ),
            "customer_id": self._create_firm("Theirs", company_id=company_id),
            "parent_id": self.theirs,
        }
        before = self.ours.read(list(foreign))
        for name, record in foreign.items():
            label = self.ours._fields[name].string
            with self.subTest(field=name):
                with self.assertRefused(UserError, f"(?s){label}.*{name}"):
                    self._as_gil(self.ours).write({name: record.id})
                self.assertEqual(self.ours.read(list(foreign)), before)
        self.assertEqual(self.ours.event_ids.mapped("kind"), ["created"])

    def test_tag_of_another_company_is_refused(self):
        tag = self.env["psa.tag"].create(
            {"name": "Theirs", "company_id": self.company_2.id}
        )
        with self.assertRefused(UserError, "Tags"):
            self._as_gil(self.ours).tag_ids = tag
        self.assertFalse(self.ours.tag_ids)

    def test_status_of_another_company_is_refused(self):
        stage = self.env["psa.ticket.stage"].create(
            {"name": "Theirs", "company_id": self.company_2.id}
        )
        self.type_incident.stage_ids = False
        with self.assertRefused(UserError, "Status"):
            self._as_gil(self.ours).stage_id = stage
        self.assertEqual(self.ours.stage_id, self.stage_new)

    def test_agent_cannot_choose_what_he_does_not_see(self):
        with self.assertRaises(UserError):
            self.ours.with_user(self.ada).team_id = self.team_2
        self.assertEqual(self.ours.team_id, self.team)

    def test_nobody_links_to_a_ticket_of_another_company(self):
        with self.assertRaises(AccessError):
            self.env["psa.ticket.link"].with_user(self.max).create(
                {"ticket_id": self.ours.id, "other_id": self.theirs.id}
            )
        self.assertFalse(self.env["psa.ticket.link"].search([]))

    def test_team_escalates_within_its_company_only(self):
        with self.assertRefused(UserError, "Escalates to"):
            self._as_gil(self.team).escalates_to_id = self.team_2
        self.assertFalse(self.team.escalates_to_id)

    def test_team_with_tickets_cannot_change_its_company(self):
        self.ours.active = False  # archived ones count, too
        with self.assertRefused(
            ValidationError, "“Support” has tickets of the company"
        ):
            self._as_gil(self.team).write(
                {"company_id": self.company_2.id, "calendar_id": False}
            )
        self.assertEqual(self.team.company_id, self.company)

    def test_default_team_of_a_shared_type_is_each_companys_own(self):
        field_team = self.team.copy({"name": "Field", "alias_name": False})
        self.type_request.with_user(self.max).default_team_id = field_team
        values = {"name": "Help", "type_id": self.type_request.id}
        ours = self.env["psa.ticket"].with_user(self.ada).create(values)
        theirs = self.env["psa.ticket"].with_user(self.bob).create(values)
        self.assertEqual(ours.team_id, field_team)
        self.assertEqual(theirs.team_id, self.team_2)

    def test_default_team_of_another_company_is_refused(self):
        with self.assertRefused(UserError, "Default team"):
            self.type_request.with_user(self.gil).with_company(
                self.company
            ).default_team_id = self.team_2

    def test_type_of_another_company_is_not_the_default(self):
        self.env["psa.ticket.type"].create(
            {"name": "Theirs", "company_id": self.company_2.id, "sequence": -1}
        )
        ticket = self.env["psa.ticket"].with_user(self.ada).create({"name": "Help"})
        self.assertEqual(ticket.type_id, self.type_incident)

    def test_customer_served_by_two_companies_is_counted_in_each(self):
        self._create_ticket(self.bob, team_id=self.team_2.id, partner_id=self.casey.id)
        self.assertEqual(self.acme.with_user(self.ada).psa_open_ticket_count, 1)
        self.env.invalidate_all()
        self.assertEqual(self.acme.with_user(self.bob).psa_open_ticket_count, 1)
        self.env.invalidate_all()
        self.assertEqual(self._as_gil(self.acme).psa_open_ticket_count, 2)
