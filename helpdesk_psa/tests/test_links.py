from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestLinks(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls._create_ticket(name="Server down")
        cls.effect = cls._create_ticket(name="No mail")

    def _link(self, kind="related", user=None, **values):
        return (
            self.env["psa.ticket.link"]
            .with_user(user or self.ada)
            .create(
                {
                    "ticket_id": self.effect.id,
                    "other_id": self.cause.id,
                    "kind": kind,
                    **values,
                }
            )
        )

    def _view(self, ticket):
        """Return relation and ticket of the links as seen from a ticket."""
        links = ticket.with_user(self.rita).with_context(psa_viewed_from=ticket.id)
        return [
            (link.viewed_kind, link.viewed_ticket_id, link.viewed_stage_id)
            for link in links.link_ids
        ]

    def test_link_is_seen_from_both_sides_with_the_inverse_label(self):
        for kind, forward, backward in (
            ("related", "Related to", "Related to"),
            ("duplicate", "Duplicate of", "Has the duplicate"),
            ("blocks", "Blocks", "Blocked by"),
            ("caused_by", "Caused by", "Causes"),
        ):
            with self.subTest(kind=kind):
                link = self._link(kind)
                self.env.invalidate_all()
                self.assertEqual(
                    self._view(self.effect), [(forward, self.cause, self.stage_new)]
                )
                self.assertEqual(
                    self._view(self.cause), [(backward, self.effect, self.stage_new)]
                )
                link.unlink()

    def test_both_tickets_count_the_link(self):
        self._link()
        self.env.invalidate_all()
        self.assertEqual(self.cause.link_count, 1)
        self.assertEqual(self.effect.link_count, 1)

    def test_both_histories_tell_of_the_link(self):
        self._link()
        self.assertEqual(
            self.effect.event_ids[0].summary, f"Linked to {self.cause.display_name}"
        )
        self.assertEqual(
            self.cause.event_ids[0].summary, f"Linked to {self.effect.display_name}"
        )

    def test_same_link_twice_is_refused_in_either_direction(self):
        self._link("related")
        for values in ({}, {"ticket_id": self.cause.id, "other_id": self.effect.id}):
            with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
                self._link("related", **values)
        self.assertEqual(self.env["psa.ticket.link"].search_count([]), 1)

    def test_two_tickets_may_be_linked_in_two_ways(self):
        self._link("related")
        self._link("caused_by")
        self.env.invalidate_all()
        self.assertEqual(self.effect.link_count, 2)

    def test_ticket_cannot_be_linked_to_itself(self):
        with self.assertRefused(ValidationError, "cannot be linked to itself"):
            self._link(other_id=self.effect.id)
        self.assertFalse(self.env["psa.ticket.link"].search([]))

    def test_agent_removes_a_link(self):
        self._link().with_user(self.ada).unlink()
        self.env.invalidate_all()
        self.assertEqual(self.effect.link_count, 0)

    def test_reader_removes_no_link(self):
        link = self._link()
        with self.assertRaises(AccessError):
            link.with_user(self.rita).action_remove()
        self.assertTrue(link.exists())

    def test_link_opens_the_ticket_at_its_other_end(self):
        link = self._link().with_user(self.rita)
        for viewer, target in ((self.effect, self.cause), (self.cause, self.effect)):
            action = link.with_context(psa_viewed_from=viewer.id).action_open_viewed()
            self.assertEqual(action["res_id"], target.id)

    def test_parent_counts_its_children(self):
        self.effect.with_user(self.ada).parent_id = self.cause
        self.assertEqual(self.cause.child_ids, self.effect)

    def test_parents_in_a_circle_are_refused(self):
        self.effect.with_user(self.ada).parent_id = self.cause
        with self.assertRefused(ValidationError, "parent of its own parent"):
            self.cause.with_user(self.ada).parent_id = self.effect
        self.assertFalse(self.cause.parent_id)

    def test_ticket_is_not_its_own_parent(self):
        with self.assertRaises(ValidationError):
            self.cause.with_user(self.ada).parent_id = self.cause
        self.assertFalse(self.cause.parent_id)

    def test_children_survive_their_parent(self):
        self.effect.with_user(self.ada).parent_id = self.cause
        self.cause.with_user(self.max).unlink()
        self.assertTrue(self.effect.exists())
        self.assertFalse(self.effect.parent_id)
