from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTypesAndStages(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stages = cls.env["psa.ticket.stage"]
        cls.stage_todo = stages.create({"name": "To do", "category": "new"})
        cls.stage_doing = stages.create({"name": "Doing", "category": "open"})
        cls.stage_done = stages.create({"name": "Done", "category": "resolved"})
        cls.type_task = cls.env["psa.ticket.type"].create(
            {
                "name": "Task",
                "stage_ids": [
                    (6, 0, (cls.stage_todo | cls.stage_doing | cls.stage_done).ids)
                ],
            }
        )

    # Statuses

    def test_status_not_allowed_for_the_type_is_refused_with_those_that_are(self):
        ticket = self._create_ticket()
        with self.assertRefused(
            ValidationError,
            "“Doing” is not allowed for tickets of the type “Incident”.*"
            "Choose one of: New, In progress, Waiting",
        ):
            ticket.with_user(self.ada).write(
                {"stage_id": self.stage_doing.id, "priority": "3"}
            )
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual(ticket.priority, "1")
        self.assertEqual(ticket.event_ids.mapped("kind"), ["created"])

    def test_ticket_with_a_status_not_allowed_is_not_created(self):
        count = self.env["psa.ticket"].search_count([])
        with self.assertRefused(ValidationError, "“New” is not allowed"):
            self._create_ticket(type_id=self.type_task.id, stage_id=self.stage_new.id)
        self.assertEqual(self.env["psa.ticket"].search_count([]), count)

    def test_one_wrong_status_in_a_batch_changes_none_of_it(self):
        incident = self._create_ticket()
        task = self._create_ticket(type_id=self.type_task.id)
        with self.assertRaises(ValidationError):
            (incident | task).with_user(self.ada).stage_id = self.stage_open
        self.assertEqual(incident.stage_id, self.stage_new)
        self.assertEqual(task.stage_id, self.stage_todo)

    def test_ticket_starts_in_the_first_new_status_of_its_type(self):
        ticket = self._create_ticket(type_id=self.type_task.id)
        self.assertEqual(ticket.stage_id, self.stage_todo)

    def test_form_offers_only_the_allowed_statuses_in_order(self):
        ticket = self._create_ticket(type_id=self.type_task.id)
        self.assertEqual(
            ticket.with_user(self.ada).allowed_stage_ids.sorted(),
            self.stage_todo | self.stage_doing | self.stage_done,
        )

    def test_type_without_a_list_allows_every_status(self):
        self.type_task.stage_ids = False
        ticket = self._create_ticket(type_id=self.type_task.id)
        ticket.with_user(self.ada).stage_id = self.stage_waiting
        self.assertEqual(ticket.stage_id, self.stage_waiting)

    def test_type_needs_a_status_to_start_in(self):
        with self.assertRefused(ValidationError, "“Task” needs at least one"):
            self.type_task.with_user(self.max).stage_ids = self.stage_doing
        self.assertIn(self.stage_todo, self.type_task.stage_ids)

    def test_clock_of_a_status_follows_its_category(self):
        clocks = {
            stage.category: stage.sla_clock
            for stage in self.stage_new
            | self.stage_open
            | self.stage_waiting
            | self.stage_resolved
            | self.stage_closed
            | self.stage_cancelled
        }
        self.assertEqual(
            clocks,
            {
                "new": "run",
                "open": "run",
                "waiting": "pause",
                "resolved": "stop",
                "closed": "stop",
                "cancelled": "stop",
            },
        )

    def test_clock_of_a_status_can_be_chosen(self):
        stage = (
            self.env["psa.ticket.stage"]
            .with_user(self.max)
            .create({"name": "Parts", "category": "waiting", "sla_clock": "run"})
        )
        self.assertEqual(stage.sla_clock, "run")

    def test_button_for_a_status_the_type_lacks_says_what_to_do(self):
        ticket = self._create_ticket(type_id=self.type_task.id)
        with self.assertRefused(
            UserError, "“Task” has no status of the category “Waiting”"
        ):
            ticket.with_user(self.ada).action_set_waiting()
        self.assertEqual(ticket.stage_id, self.stage_todo)

    def test_button_takes_the_nearest_status_the_type_has(self):
        ticket = self._create_ticket(type_id=self.type_task.id)
        ticket.with_user(self.ada).action_close()
        self.assertEqual(ticket.stage_id, self.stage_done)

    def test_kanban_shows_empty_columns_of_open_statuses_only(self):
        stages = self.env["psa.ticket.stage"].with_user(self.ada)
        shown = self.env["psa.ticket"]._read_group_stage_ids(stages, [])
        self.assertIn(self.stage_waiting, shown)
        self.assertNotIn(self.stage_closed, shown)

    # Change of type

    def test_change_of_type_keeps_a_status_both_allow(self):
        ticket = self._create_ticket(stage_id=self.stage_open.id)
        ticket.with_user(self.ada).type_id = self.type_request
        self.assertEqual(ticket.stage_id, self.stage_open)

    def test_change_of_type_finds_the_equivalent_status(self):
        ticket = self._create_ticket(stage_id=self.stage_open.id)
        ticket.with_user(self.ada).type_id = self.type_task
        self.assertEqual(ticket.stage_id, self.stage_doing)

    def test_change_of_type_without_equivalent_goes_on_in_progress(self):
        ticket = self._create_ticket(stage_id=self.stage_waiting.id)
        ticket.with_user(self.ada).type_id = self.type_task
        self.assertEqual(ticket.stage_id, self.stage_doing)

    def test_change_of_type_to_open_clears_the_resolution(self):
        self.type_task.stage_ids = self.stage_todo | self.stage_doing
        ticket = self._create_ticket(stage_id=self.stage_resolved.id)
        ticket.with_user(self.ada).type_id = self.type_task
        self.assertEqual(ticket.stage_id, self.stage_doing)
        self.assertFalse(ticket.resolved_at)

    def test_change_of_type_and_status_together_is_checked(self):
        ticket = self._create_ticket()
        with self.assertRaises(ValidationError):
            ticket.with_user(self.ada).write(
                {"type_id": self.type_task.id, "stage_id": self.stage_open.id}
            )
        self.assertEqual(ticket.type_id, self.type_incident)

    # Extra fields

    def test_extra_fields_belong_to_the_type(self):
        self.type_task.ticket_properties = [
            {"name": "serial", "string": "Serial number", "type": "char"}
        ]
        ticket = self._create_ticket(type_id=self.type_task.id)
        ticket.with_user(self.ada).properties = {"serial": "AB-12"}
        self.assertEqual(ticket.properties["serial"], "AB-12")
        self.assertNotIn("serial", self._create_ticket().properties)

    # Dictionaries

    def test_there_is_no_limit_to_the_number_of_types(self):
        types = self.env["psa.ticket.type"].with_user(self.max)
        made = types.create(
            [{"name": f"Type {index}", "icon": "fa-star"} for index in range(20)]
        )
        self.assertEqual(self._create_ticket(type_id=made[-1].id).type_id, made[-1])

    def test_agent_cannot_create_a_type(self):
        count = self.env["psa.ticket.type"].search_count([])
        with self.assertRaises(AccessError):
            self.env["psa.ticket.type"].with_user(self.ada).create({"name": "Mine"})
        self.assertEqual(self.env["psa.ticket.type"].search_count([]), count)

    def test_archived_type_keeps_its_tickets_readable_and_named(self):
        ticket = self._create_ticket(type_id=self.type_task.id)
        self.type_task.with_user(self.max).action_archive()
        self.assertEqual(ticket.with_user(self.rita).type_id.display_name, "Task")
        ticket.with_user(self.ada).stage_id = self.stage_doing
        self.assertEqual(ticket.stage_id, self.stage_doing)

    def test_archived_type_gets_no_new_tickets_by_itself(self):
        self.type_incident.sequence = 0
        self.type_incident.with_user(self.max).action_archive()
        self.assertNotEqual(self._create_ticket().type_id, self.type_incident)

    def test_new_category_leaves_old_tickets_as_they_are(self):
        categories = self.env["psa.ticket.category"].with_user(self.lea)
        old = categories.create({"name": "Network"})
        ticket = self._create_ticket(category_id=old.id)
        categories.create({"name": "Wi-Fi", "parent_id": old.id})
        self.assertEqual(ticket.category_id, old)

    def test_category_shows_its_parents(self):
        categories = self.env["psa.ticket.category"].with_user(self.lea)
        network = categories.create({"name": "Network"})
        wifi = categories.create({"name": "Wi-Fi", "parent_id": network.id})
        self.assertEqual(wifi.display_name, "Network / Wi-Fi")
        network.name = "Networks"
        self.assertEqual(wifi.complete_name, "Networks / Wi-Fi")

    def test_category_cannot_be_inside_its_own_child(self):
        categories = self.env["psa.ticket.category"].with_user(self.lea)
        network = categories.create({"name": "Network"})
        wifi = categories.create({"name": "Wi-Fi", "parent_id": network.id})
        with self.assertRefused(UserError, "Recursion"):
            network.parent_id = wifi
        self.assertFalse(network.parent_id)

    def test_changed_severity_changes_the_priority_and_tells_both(self):
        ticket = self._create_ticket()
        major = self.env.ref("helpdesk_psa.psa_severity_major")
        ticket.with_user(self.ada).severity_id = major
        self.assertEqual(ticket.priority, "2")
        self.assertCountEqual(
            ticket.event_ids.mapped("kind"), ["created", "severity", "priority"]
        )

    def test_changed_severity_leaves_a_priority_chosen_with_it(self):
        ticket = self._create_ticket()
        major = self.env.ref("helpdesk_psa.psa_severity_major")
        ticket.with_user(self.ada).write({"severity_id": major.id, "priority": "0"})
        self.assertEqual(ticket.priority, "0")

    def test_removed_severity_leaves_the_priority(self):
        major = self.env.ref("helpdesk_psa.psa_severity_major")
        ticket = self._create_ticket(severity_id=major.id)
        ticket.with_user(self.ada).severity_id = False
        self.assertEqual(ticket.priority, "2")
