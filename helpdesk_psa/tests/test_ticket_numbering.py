from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTicketNumbering(HelpdeskCommon):
    def _get_count(self, ticket):
        return int(ticket.number.removeprefix("T-"))

    def test_number_is_short_enough_to_read_out(self):
        self.assertRegex(self._create_ticket().number, r"^T-\d{5,}$")

    def test_numbers_follow_each_other(self):
        first, second = self._create_ticket(), self._create_ticket()
        self.assertEqual(self._get_count(second), self._get_count(first) + 1)

    def test_batch_gets_its_numbers_in_order(self):
        tickets = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .create([{"name": f"Ticket {index}"} for index in range(5)])
        )
        first = self._get_count(tickets[0])
        self.assertEqual(
            [self._get_count(ticket) for ticket in tickets],
            list(range(first, first + 5)),
        )

    def test_queries_for_numbers_do_not_grow_with_the_batch(self):
        Ticket = self.env["psa.ticket"]
        Ticket._draw_numbers(2)  # fill the caches
        for size in (2, 100):
            with self.subTest(size=size), self.assertQueryCount(2):
                self.assertEqual(len(set(Ticket._draw_numbers(size))), size)

    def test_tickets_of_two_companies_share_one_row_of_numbers(self):
        ours = self._create_ticket()
        theirs = self._create_ticket(
            self.bob, team_id=self.team_2.id, partner_id=self.zoe.id
        )
        self.assertEqual(self._get_count(theirs), self._get_count(ours) + 1)

    def test_number_of_a_deleted_ticket_is_not_given_again(self):
        ticket = self._create_ticket()
        number = self._get_count(ticket)
        ticket.with_user(self.max).unlink()
        self.assertEqual(self._get_count(self._create_ticket()), number + 1)

    def test_imported_number_is_kept(self):
        ticket = self._create_ticket(number="OLD-7")
        self.assertEqual(ticket.number, "OLD-7")

    def test_two_tickets_cannot_have_one_number(self):
        number = self._create_ticket().number
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_ticket(number=number)
        self.assertEqual(
            self.env["psa.ticket"].search_count([("number", "=", number)]), 1
        )

    def test_prefix_of_the_sequence_is_used_in_batches_too(self):
        self.env.ref("helpdesk_psa.ir_sequence_psa_ticket").prefix = "SUP/"
        tickets = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .create([{"name": "One"}, {"name": "Two"}])
        )
        for ticket in tickets:
            self.assertRegex(ticket.number, r"^SUP/\d{5}$")

    def test_sequence_without_gaps_serves_batches_too(self):
        self.env.ref("helpdesk_psa.ir_sequence_psa_ticket").implementation = "no_gap"
        tickets = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .create([{"name": "One"}, {"name": "Two"}])
        )
        self.assertEqual(self._get_count(tickets[1]), self._get_count(tickets[0]) + 1)

    def test_tracking_key_can_be_read_out_on_the_phone(self):
        keys = {self._create_ticket().tracking_key for _ticket in range(20)}
        self.assertEqual(len(keys), 20)
        for key in keys:
            self.assertRegex(key, r"^[2-9A-HJ-NP-Z]{10}$")

    def test_title_of_a_ticket_starts_with_its_number(self):
        ticket = self._create_ticket()
        self.assertEqual(ticket.display_name, f"{ticket.number} Printer down")
