from odoo import Command
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestAutomation(HelpdeskCommon):
    """Odoo's own automation rules work on tickets."""

    def _create_rule(self, trigger, **values):
        """Create a rule that writes its mark into the subject."""
        model = self.env["ir.model"]._get("psa.ticket")
        rule = self.env["base.automation"].create(
            {"name": trigger, "model_id": model.id, "trigger": trigger, **values}
        )
        rule.action_server_ids = [
            Command.create(
                {
                    "name": trigger,
                    "model_id": model.id,
                    "state": "code",
                    "usage": "base_automation",
                    "code": "record.write({'name': record.name + ' *'})",
                }
            )
        ]
        return rule

    def test_stage_is_set(self):
        self._create_rule("on_stage_set", trg_field_ref=self.stage_resolved.id)
        ticket = self._create_ticket()
        ticket.with_user(self.ada).stage_id = self.stage_open
        self.assertEqual(ticket.name, "Printer down")
        ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.name, "Printer down *")

    def test_stage_is_set_by_a_change_of_type(self):
        todo = self.env["psa.ticket.stage"].create({"name": "To do", "category": "new"})
        self.type_request.stage_ids = todo
        self._create_rule("on_stage_set", trg_field_ref=todo.id)
        ticket = self._create_ticket()
        ticket.with_user(self.ada).type_id = self.type_request
        self.assertEqual(ticket.name, "Printer down *")

    def test_priority_is_set(self):
        urgent = (
            self.env["ir.model.fields.selection"]
            .search([("field_id.model", "=", "psa.ticket"), ("value", "=", "3")])
            .filtered(lambda selection: selection.field_id.name == "priority")
        )
        self._create_rule("on_priority_set", trg_selection_field_id=urgent.id)
        ticket = self._create_ticket()
        ticket.with_user(self.ada).priority = "2"
        self.assertEqual(ticket.name, "Printer down")
        critical = self.env.ref("helpdesk_psa.psa_severity_critical")
        ticket.with_user(self.ada).severity_id = critical
        self.assertEqual(ticket.name, "Printer down *")

    def test_user_is_set(self):
        self._create_rule("on_user_set")
        ticket = self._create_ticket()
        self.assertEqual(ticket.name, "Printer down")
        ticket.with_user(self.ada).action_assign_to_me()
        self.assertEqual(ticket.name, "Printer down *")

    def test_tag_is_set(self):
        tag = self.env["psa.tag"].create({"name": "Lost"})
        self._create_rule("on_tag_set", trg_field_ref=tag.id)
        ticket = self._create_ticket()
        ticket.with_user(self.ada).tag_ids = tag
        self.assertEqual(ticket.name, "Printer down *")

    def test_message_comes_in(self):
        self._create_rule("on_message_received")
        ticket = self._create_ticket()
        ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(ticket.name, "Printer down")
        ticket.message_post(
            body="Still broken",
            author_id=self.casey.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(ticket.name, "Printer down *")

    def test_rule_that_fails_leaves_the_ticket_as_it_was(self):
        rule = self._create_rule("on_stage_set", trg_field_ref=self.stage_resolved.id)
        rule.action_server_ids.code = "raise UserError('Not on my watch')"
        ticket = self._create_ticket()
        with self.assertRefused(Exception, "Not on my watch"):
            ticket.with_user(self.ada).action_resolve()
        self.assertEqual(ticket.stage_id, self.stage_new)
        self.assertEqual(ticket.event_ids.mapped("kind"), ["created"])
