from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestConfiguration(HelpdeskCommon):
    # Teams

    def test_archived_team_keeps_its_tickets_readable_and_named(self):
        ticket = self._create_ticket()
        self.team.with_user(self.max).action_archive()
        self.env.invalidate_all()
        found = (
            self.env["psa.ticket"]
            .with_user(self.rita)
            .search([("team_id", "=", self.team.id)])
        )
        self.assertEqual(found, ticket)
        self.assertEqual(found.team_id.display_name, "Support")
        ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.stage_id, self.stage_resolved)

    def test_archived_team_gets_no_new_tickets_by_itself(self):
        other = self.team.copy({"name": "Field", "alias_name": False})
        self.team.with_user(self.max).action_archive()
        ticket = self.env["psa.ticket"].with_user(self.ada).create({"name": "Help"})
        self.assertEqual(ticket.team_id, other)

    def test_archived_default_team_of_a_type_gets_no_new_tickets(self):
        other = self.team.copy({"name": "Field", "alias_name": False})
        self.type_incident.default_team_id = other
        other.with_user(self.max).action_archive()
        ticket = self.env["psa.ticket"].with_user(self.ada).create({"name": "Help"})
        self.assertEqual(ticket.team_id, self.team)

    def test_renamed_team_keeps_its_tickets(self):
        ticket = self._create_ticket()
        self.team.with_user(self.lea).name = "First line"
        self.assertEqual(ticket.team_id.name, "First line")

    def test_agent_belongs_to_several_teams(self):
        other = self.team.copy({"name": "Field", "alias_name": False})
        self.assertEqual(self.ada.psa_team_ids, self.team | other)

    def test_teams_count_open_and_unassigned_tickets(self):
        self._create_ticket()
        self._create_ticket(user_id=self.ada.id)
        self._create_ticket(stage_id=self.stage_closed.id)
        team = self.team.with_user(self.rita)
        self.assertEqual(team.open_ticket_count, 2)
        self.assertEqual(team.unassigned_ticket_count, 1)

    def test_counter_of_a_team_equals_the_list_it_opens(self):
        for _ticket in range(3):
            self._create_ticket()
        action = self.team.with_user(self.rita).action_open_tickets()
        tickets = self.env["psa.ticket"].with_user(self.rita).search(action["domain"])
        self.assertEqual(len(tickets), self.team.open_ticket_count)

    def test_lead_sets_up_a_team_but_creates_none(self):
        self.team.with_user(self.lea).assign_method = "balanced"
        count = self.env["psa.team"].search_count([])
        with self.assertRaises(AccessError):
            self.env["psa.team"].with_user(self.lea).create({"name": "Mine"})
        self.assertEqual(self.env["psa.team"].search_count([]), count)

    def test_manager_creates_a_team_with_an_address(self):
        team = (
            self.env["psa.team"]
            .with_user(self.max)
            .create({"name": "Billing", "alias_name": "billing"})
        )
        self.assertEqual(team.company_id, self.company)
        self.assertEqual(team.sudo().alias_email, f"billing@{self.alias_domain}")

    def test_negative_limits_are_refused(self):
        for name in ("assign_max_open", "close_after_days"):
            with self.subTest(field=name):
                with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                    self.team.write({name: -1})
                    self.team.flush_recordset()
                self.assertGreaterEqual(self.team[name], 0)

    def test_team_with_tickets_cannot_be_deleted(self):
        self._create_ticket()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.team.with_user(self.max).unlink()
        self.assertTrue(self.team.exists())

    def test_first_team_may_send_acknowledgements_out_of_the_box(self):
        team = self.env.ref("helpdesk_psa.psa_team_support")
        template = self.env.ref("helpdesk_psa.mail_template_psa_acknowledge")
        self.assertTrue(team.acknowledge)
        self.assertEqual(team.acknowledge_template_id, template)

    # Roles

    def test_agent_records_working_time(self):
        self.assertTrue(self.ada.has_group("hr_timesheet.group_hr_timesheet_user"))
        self.assertFalse(self.rita.has_group("hr_timesheet.group_hr_timesheet_user"))

    def test_roles_contain_each_other(self):
        roles = ["readonly", "agent", "lead", "manager"]
        for user, count in (
            (self.rita, 1),
            (self.ada, 2),
            (self.lea, 3),
            (self.max, 4),
        ):
            with self.subTest(login=user.login):
                self.assertEqual(
                    [
                        user.has_group(f"helpdesk_psa.group_psa_{role}")
                        for role in roles
                    ],
                    [True] * count + [False] * (4 - count),
                )

    def test_administrator_manages_the_helpdesk(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(admin.has_group("helpdesk_psa.group_psa_manager"))

    def test_cloned_role_can_be_narrowed(self):
        """A role made from ours: reads and writes tickets, opens none."""
        role = self.env.ref("helpdesk_psa.group_psa_readonly").copy({"name": "Level 1"})
        role.implied_ids = self.env.ref("helpdesk_psa.group_psa_readonly")
        self.env["ir.model.access"].create(
            {
                "name": "Level 1 writes tickets",
                "model_id": self.env["ir.model"]._get_id("psa.ticket"),
                "group_id": role.id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": False,
                "perm_unlink": False,
            }
        )
        user = new_test_user(
            self.env, "lev", "base.group_user", company_id=self.company.id
        )
        user.group_ids |= role
        ticket = self._create_ticket()
        ticket.with_user(user).priority = "3"
        self.assertEqual(ticket.priority, "3")
        with self.assertRaises(AccessError):
            self.env["psa.ticket"].with_user(user).create({"name": "Help"})

    def test_agent_keeps_his_own_saved_view(self):
        filters = self.env["ir.filters"].with_user(self.ada)
        filters.create(
            {
                "name": "My tickets by priority",
                "model_id": "psa.ticket",
                "domain": "[('user_id', '=', uid)]",
                "context": "{'group_by': ['priority']}",
                "user_ids": [(6, 0, self.ada.ids)],
            }
        )
        names = [saved["name"] for saved in filters.get_filters("psa.ticket")]
        self.assertIn("My tickets by priority", names)
        others = self.env["ir.filters"].with_user(self.lea).get_filters("psa.ticket")
        self.assertNotIn("My tickets by priority", [saved["name"] for saved in others])

    # Dictionaries

    def test_agent_creates_a_tag_while_working(self):
        ticket = self._create_ticket()
        ticket.with_user(self.ada).write({"tag_ids": [(0, 0, {"name": "Lost"})]})
        self.assertEqual(ticket.tag_ids.name, "Lost")

    def test_severities_are_the_firms_own(self):
        severity = (
            self.env["psa.severity"]
            .with_user(self.max)
            .create({"name": "Catastrophe", "priority": "3"})
        )
        self.assertEqual(self._create_ticket(severity_id=severity.id).priority, "3")

    def test_severity_in_use_cannot_be_deleted_but_archived(self):
        severity = self.env["psa.severity"].create({"name": "Odd", "priority": "0"})
        ticket = self._create_ticket(severity_id=severity.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            severity.with_user(self.max).unlink()
        self.assertEqual(ticket.severity_id, severity)
        severity.with_user(self.max).action_archive()
        self.assertEqual(ticket.with_user(self.rita).severity_id.display_name, "Odd")
