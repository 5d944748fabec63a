from random import Random

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import freeze_all_time

from .intervention_common import MONDAY_9AM, MONDAY_11AM
from .test_dispatch import DispatchCommon


class SkillsCommon(DispatchCommon):
    """Ada knows networks and telephones, Lea networks; network tickets ask for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        skills = cls.env["hr.employee.category"].create(
            [
                {"name": "Networks (test)", "psa_is_skill": True},
                {"name": "Telephones (test)", "psa_is_skill": True},
            ]
        )
        cls.networks, cls.telephones = skills
        cls._teach(cls.ada, skills)
        cls._teach(cls.lea, cls.networks)
        cls.category = cls.env["psa.ticket.category"].create(
            {"name": "Network", "skill_ids": [Command.set(cls.networks.ids)]}
        )
        cls.category_phone = cls.env["psa.ticket.category"].create(
            {
                "name": "Telephone",
                "parent_id": cls.category.id,
                "skill_ids": [Command.set(cls.telephones.ids)],
            }
        )

    @classmethod
    def _teach(cls, user, skills):
        """Give somebody an employee file that says what he can do."""
        return cls.env["hr.employee"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "company_id": cls.company.id,
                "resource_calendar_id": cls.calendar.id,
                "category_ids": [Command.set(skills.ids)],
            }
        )


@tagged("post_install", "-at_install")
class TestSkillsAskedFor(SkillsCommon):
    """What tickets and visits ask for, and who is missing it."""

    def test_a_ticket_asks_for_the_skills_of_its_category_and_those_above(self):
        ticket = self._create_ticket(category_id=self.category_phone.id)
        self.assertEqual(ticket.skill_ids, self.networks | self.telephones)
        ticket.with_user(self.ada).category_id = self.category
        self.assertEqual(ticket.skill_ids, self.networks)

    def test_a_ticket_without_a_category_asks_for_nothing(self):
        self.assertFalse(self._create_ticket().skill_ids)

    def test_the_skills_of_a_ticket_are_changed_by_hand(self):
        ticket = self._create_ticket(category_id=self.category.id)
        ticket.with_user(self.ada).skill_ids = self.telephones
        self.category.skill_ids = False
        self.assertEqual(ticket.skill_ids, self.telephones)

    def test_a_visit_asks_for_what_its_type_and_its_tickets_do(self):
        self.type_repair.skill_ids = self.telephones
        ticket = self._create_ticket(category_id=self.category.id)
        visit = self._create_intervention(
            type_id=self.type_repair.id, ticket_ids=[Command.set(ticket.ids)]
        )
        self.assertEqual(visit.skill_ids, self.networks | self.telephones)

    def test_the_form_shows_at_once_who_lacks_what(self):
        with Form(self.env["psa.intervention"].with_user(self.lea)) as form:
            form.name = "New telephones"
            form.customer_id = self.acme
            form.skill_ids.add(self.telephones)
            form.technician_ids.add(self.lea)
            self.assertEqual(
                form.skill_hint, "Lea Lead lacks the skills: Telephones (test)."
            )
            form.technician_ids.add(self.ada)
            self.assertFalse(form.skill_hint)

    def test_of_two_technicians_one_has_to_know_it(self):
        visit = self._create_planned(skill_ids=[Command.set(self.telephones.ids)])
        visit.technician_ids = self.lea | self.max
        self.assertEqual(visit.missing_skill_ids, self.telephones)
        self.assertIn("None of them", visit.with_user(self.lea).skill_hint)
        visit.technician_ids |= self.ada
        self.assertFalse(visit.missing_skill_ids)

    def test_what_nobody_is_to_do_yet_lacks_nothing(self):
        visit = self._create_intervention(skill_ids=[Command.set(self.telephones.ids)])
        self.assertFalse(visit.missing_skill_ids)

    def test_a_visit_that_is_done_keeps_what_it_asked_for(self):
        visit = self._create_planned(skill_ids=[Command.set(self.networks.ids)])
        visit.state = "done"
        self.type_repair.skill_ids = self.telephones
        self.assertEqual(visit.skill_ids, self.networks)

    def test_customers_do_not_see_what_a_ticket_asks_for(self):
        self.assertEqual(
            self.env["psa.ticket"]._fields["skill_ids"].groups, "base.group_user"
        )


@tagged("post_install", "-at_install")
class TestSkillsScreen(SkillsCommon):
    """Who says what people can do."""

    def test_a_manager_names_a_skill_and_those_who_have_it(self):
        skill = self.env["hr.employee.category"].with_user(self.max)
        skill = skill.create(
            {"name": "Doors", "psa_is_skill": True, "psa_user_ids": self.ada.ids}
        )
        self.assertIn(skill, self.ada._psa_get_skills()[self.ada.id])
        skill.psa_user_ids = self.lea
        self.assertEqual(skill.sudo().employee_ids.user_id, self.lea)

    def test_a_skill_taken_away_leaves_the_others(self):
        self.networks.with_user(self.max).psa_user_ids = self.lea
        self.assertEqual(self.ada._psa_get_skills()[self.ada.id], self.telephones)

    def test_whoever_has_no_employee_file_gets_no_skill_and_the_manager_the_remedy(
        self,
    ):
        with self.assertRefused(UserError, "Create employee files"):
            self.networks.with_user(self.max).psa_user_ids = self.max
        self.assertEqual(self.networks.psa_user_ids, self.ada | self.lea)

    def test_an_employee_file_of_another_company_is_left_alone(self):
        abroad = self.env["hr.employee"].create(
            {
                "name": "Bob",
                "user_id": self.bob.id,
                "company_id": self.company_2.id,
                "category_ids": [Command.set(self.networks.ids)],
            }
        )
        skill = self.networks.with_user(self.max)
        self.assertNotIn(self.bob, skill.psa_user_ids)
        skill.psa_user_ids = self.ada
        self.assertEqual(abroad.category_ids, self.networks)

    def test_other_tags_of_an_employee_are_nobody_s_business(self):
        tag = self.env["hr.employee.category"].create({"name": "High potential (test)"})
        self.ada.employee_ids.category_ids |= tag
        self.assertFalse(tag.with_user(self.max).psa_user_ids)
        self.assertNotIn(tag, self.ada._psa_get_skills()[self.ada.id])
        names = [skill["name"] for skill in self._get_board(self.rita)["skills"]]
        self.assertNotIn(tag.name, names)

    def test_a_manager_changes_no_tag_that_is_no_skill(self):
        tag = self.env["hr.employee.category"].create({"name": "High potential (test)"})
        for values in ({"name": "Low"}, {"psa_is_skill": True}):
            with self.assertRefused(AccessError):
                tag.with_user(self.max).write(values)
        self.assertEqual(tag.name, "High potential (test)")
        officer = self._create_user("hana", "Hana HR", "manager")
        officer.group_ids |= self.env.ref("hr.group_hr_user")
        tag.with_user(officer).psa_is_skill = True
        self.assertTrue(tag.psa_is_skill)

    def test_agents_and_leaders_do_not_change_who_can_do_what(self):
        for user in (self.rita, self.ada, self.lea):
            with self.assertRefused(AccessError):
                self.networks.with_user(user).psa_user_ids = user
        self.assertEqual(self.networks.psa_user_ids, self.ada | self.lea)


@tagged("post_install", "-at_install")
class TestSkillsAssignment(SkillsCommon):
    """Who gets a ticket that asks for something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eva = cls._create_user("eva", "Eva Agent", "agent")
        cls.team.write(
            {
                "member_ids": [Command.set((cls.ada | cls.lea | cls.eva).ids)],
                "assign_method": "balanced",
                "assign_skills": "require",
            }
        )
        cls.enterClassContext(freeze_all_time(MONDAY_9AM))

    def _open(self, count=1, **values):
        return (
            self.env["psa.ticket"]
            .with_user(self.max)
            .create(
                [
                    {"name": f"Ticket {index}", "team_id": self.team.id, **values}
                    for index in range(count)
                ]
            )
        )

    def test_only_those_who_have_the_skills_get_the_ticket(self):
        for method in ("balanced", "round_robin"):
            self.team.assign_method = method
            tickets = self._open(4, category_id=self.category.id)
            self.assertEqual(tickets.user_id, self.ada | self.lea)
            tickets = self._open(3, category_id=self.category_phone.id)
            self.assertEqual(tickets.user_id, self.ada)

    def test_skills_chosen_by_hand_count(self):
        ticket = self._open(skill_ids=[Command.set(self.telephones.ids)])
        self.assertEqual(ticket.user_id, self.ada)

    def test_a_team_that_does_not_mind_gives_to_anybody(self):
        self.team.assign_skills = "ignore"
        tickets = self._open(9, category_id=self.category_phone.id)
        self.assertEqual(tickets.user_id, self.ada | self.lea | self.eva)

    def test_what_nobody_can_do_stays_unassigned_and_says_so(self):
        self.team.member_ids = self.eva
        ticket = self._open(category_id=self.category.id)
        self.assertFalse(ticket.user_id)
        self.assertEqual(
            ticket.with_user(self.rita).skill_hint,
            "Nobody of Support has all the skills asked for, so it is given to nobody.",
        )

    def test_what_nobody_can_do_goes_to_anybody_if_the_team_prefers_and_says_so(self):
        self.team.write({"member_ids": self.eva, "assign_skills": "prefer"})
        ticket = self._open(category_id=self.category.id)
        self.assertEqual(ticket.user_id, self.eva)
        self.assertEqual(
            ticket.with_user(self.rita).skill_hint,
            "Eva Agent lacks the skills: Networks (test).",
        )

    def test_a_team_that_prefers_gives_to_the_skilled_first(self):
        self.team.write({"assign_skills": "prefer", "assign_max_open": 2})
        tickets = self._open(3, category_id=self.category_phone.id)
        self.assertEqual(len(tickets.filtered(lambda one: one.user_id == self.ada)), 2)

    def test_a_ticket_waits_for_the_skilled_member_who_is_away(self):
        with freeze_all_time(MONDAY_9AM.replace(hour=20)):
            ticket = self._open(category_id=self.category_phone.id)
        self.assertFalse(ticket.user_id)
        self.assertFalse(ticket.skill_hint)
        with self._own_cursors():
            self.env.ref("helpdesk_psa.ir_cron_psa_assign").method_direct_trigger()
        self.assertEqual(ticket.user_id, self.ada)

    def test_tickets_of_several_subjects_at_once_are_spread_as_one_batch(self):
        random = Random(20)
        categories = (self.category, self.category_phone, self.category.browse())
        self.team.assign_skills = "prefer"
        self.team.member_ids = self.ada
        eve, lou = (self._create_user(name, name, "agent") for name in ("eve", "lou"))
        both = self.networks | self.telephones
        for user in (eve, lou):
            self._teach(user, both)
        self.team.member_ids |= eve | lou
        for _round in range(4):
            self.env["psa.ticket"].with_user(self.max).create(
                [
                    {
                        "name": "Ticket",
                        "team_id": self.team.id,
                        "category_id": random.choice(categories).id,
                    }
                    for _index in range(random.randint(2, 7))
                ]
            )
            loads = self.team._get_loads(self.team.member_ids).values()
            self.assertLessEqual(max(loads) - min(loads), 1)

    def test_nobody_without_the_skills_ever_gets_what_asks_for_them(self):
        random = Random(89)
        skills = self.networks | self.telephones
        for _round in range(10):
            asked = skills.browse(random.sample(skills.ids, random.randint(1, 2)))
            self.team.assign_method = random.choice(("balanced", "round_robin"))
            tickets = self._open(
                random.randint(1, 5), skill_ids=[Command.set(asked.ids)]
            )
            self.assertTrue(tickets.user_id)
            self.assertFalse(tickets.missing_skill_ids)


@tagged("post_install", "-at_install")
class TestSkillsOnTheBoard(SkillsCommon):
    """What a dispatcher sees of skills."""

    def test_the_board_says_who_can_do_what(self):
        board = self._get_board(self.rita)
        rows = {row["id"]: row["skill_ids"] for row in board["rows"]}
        self.assertEqual(
            set(rows[self.ada.id]), set((self.networks | self.telephones).ids)
        )
        self.assertEqual(rows[self.lea.id], self.networks.ids)
        names = [skill["name"] for skill in board["skills"]]
        self.assertEqual(names, ["Networks (test)", "Telephones (test)"])

    def test_a_visit_of_somebody_who_lacks_a_skill_is_marked(self):
        visit = self._create_planned(
            user=self.lea, skill_ids=[Command.set(self.telephones.ids)]
        )
        block = self._get_block(visit, self.rita)
        self.assertEqual(block["skill_ids"], self.telephones.ids)
        self.assertEqual(block["lacking"], ["Telephones (test)"])
        visit.technician_ids = self.ada
        self.assertEqual(self._get_block(visit, self.rita)["lacking"], [])

    def test_a_ticket_of_somebody_who_lacks_a_skill_is_marked(self):
        ticket = self._create_ticket(
            user_id=self.lea.id,
            skill_ids=[Command.set(self.telephones.ids)],
            planned_start=MONDAY_9AM,
            planned_end=MONDAY_11AM,
        )
        block = self._get_block(ticket, self.rita)
        self.assertEqual(block["lacking"], ["Telephones (test)"])

    def test_a_full_board_with_skills_takes_a_bounded_number_of_queries(self):
        users = self.env["res.users"]
        for number in range(30):
            users |= self._create_user(f"tech{number}", f"Tech {number}", "agent")
        for user in users:
            self._teach(user, self.networks)
        self.team.member_ids = users
        self.env["psa.intervention"].create(
            [
                {
                    "name": f"Visit {number}",
                    "customer_id": self.acme.id,
                    "technician_ids": [Command.set(users[number % 30].ids)],
                    "skill_ids": [Command.set((self.networks | self.telephones).ids)],
                    "travel_minutes": 30,
                    "planned_start": MONDAY_9AM,
                    "planned_end": MONDAY_11AM,
                }
                for number in range(300)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        # Thirty employee files with their working hours and skills, besides the board.
        with self.assertQueryCount(70):
            blocks = self._get_board()["blocks"]
        lacking = [block["lacking"] for block in blocks]
        self.assertEqual(lacking, [["Telephones (test)"]] * 300)

    def test_planning_somebody_who_lacks_a_skill_works_with_a_warning(self):
        visit = self._create_intervention(skill_ids=[Command.set(self.telephones.ids)])
        answer = self._plan(visit, to_user_id=self.lea.id)
        self.assertEqual(
            answer["warnings"], ["Lea Lead lacks the skills: Telephones (test)."]
        )
        self.assertEqual(visit.technician_ids, self.lea)
        answer = self._plan(visit, from_user_id=self.lea.id, to_user_id=self.ada.id)
        self.assertEqual(answer["warnings"], [])
