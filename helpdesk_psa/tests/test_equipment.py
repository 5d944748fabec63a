from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .work_common import WorkCommon


@tagged("-at_install", "post_install")
class TestEquipment(WorkCommon):
    """The installed base: identity, place, parts."""

    def test_equipment_stands_at_the_main_site_unless_told_otherwise(self):
        self.assertEqual(self.printer.site_id, self.headquarters)

    def test_serial_is_unique_per_customer_and_model(self):
        with mute_logger("odoo.sql_db"), self.assertRefused(IntegrityError):
            self._create_equipment("Twin", " vnb3 K12345")
        self.assertFalse(self.env["psa.equipment"].search([("name", "=", "Twin")]))

    def test_serial_without_a_model_is_unique_per_customer(self):
        self._create_equipment("One", "AB12345", model=False)
        with mute_logger("odoo.sql_db"), self.assertRefused(IntegrityError):
            self._create_equipment("Two", "ab 12345", model=False)
        self.assertFalse(self.env["psa.equipment"].search([("name", "=", "Two")]))

    def test_same_serial_of_another_model_is_allowed(self):
        other = self._create_equipment("Other", "VNB3K12345", model="OfficeJet")
        self.assertEqual(other.serial_key, self.printer.serial_key)

    def test_same_serial_at_another_customer_is_allowed(self):
        other = self._create_equipment(
            "Other", "VNB3K12345", customer_id=self.globex.id
        )
        self.assertEqual(other.customer_id, self.globex)

    def test_parts_follow_to_another_customer(self):
        disk = self._create_equipment("Disk", parent_id=self.server.id)
        self.server.with_user(self.ada).customer_id = self.globex
        self.assertEqual(disk.customer_id, self.globex)
        self.assertEqual(disk.site_id, self.globex._psa_get_main_site())

    def test_part_that_moves_alone_leaves_the_whole(self):
        disk = self._create_equipment("Disk", parent_id=self.server.id)
        disk.with_user(self.ada).customer_id = self.globex
        self.assertFalse(disk.parent_id)
        self.assertEqual(self.server.customer_id, self.acme)

    def test_move_is_kept_with_who_and_where(self):
        self.printer.with_user(self.ada).site_id = self.plant
        move = self.printer.move_ids
        self.assertEqual(move.user_id, self.ada)
        self.assertEqual(move.from_site_id, self.headquarters)
        self.assertEqual(move.to_site_id, self.plant)

    def test_ticket_refuses_equipment_of_another_customer(self):
        ticket = self._create_ticket()
        with self.assertRefused(ValidationError, "not an equipment of ACME"):
            ticket.equipment_ids = self.globex_printer
        self.assertFalse(ticket.equipment_ids)

    def test_old_ticket_keeps_equipment_that_moved_on(self):
        ticket = self._create_ticket(equipment_ids=[(6, 0, self.printer.ids)])
        self.printer.customer_id = self.globex
        ticket.with_user(self.ada).equipment_ids = self.printer | self.server
        self.assertEqual(ticket.equipment_ids, self.printer | self.server)

    def test_reader_changes_no_equipment(self):
        with self.assertRefused(AccessError):
            self.printer.with_user(self.rita).name = "Mine"
        self.assertEqual(self.printer.name, "HP-3")

    def test_equipment_with_tickets_is_archived_not_deleted(self):
        self._create_ticket(equipment_ids=[(6, 0, self.printer.ids)])
        with self.assertRefused(UserError, "Archive it"):
            self.printer.with_user(self.lea).unlink()
        self.assertTrue(self.printer.exists())
