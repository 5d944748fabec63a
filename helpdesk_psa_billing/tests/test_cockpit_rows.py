"""The sums of the billing screen, without a database."""

from odoo.tests import BaseCase

from ..tools.cockpit_rows import (
    BUCKETS,
    LATE,
    READY,
    RECURRING,
    Figure,
    add_up,
    get_invoiced,
    sort_rows,
)

ACME, GLOBEX = 1, 2


class TestCockpitRows(BaseCase):
    def test_figures_of_one_row_and_bucket_are_added(self):
        rows, _totals = add_up(
            [(ACME, READY, Figure(1, 60, 90.0)), (ACME, READY, Figure(2, 30, 45.0))]
        )
        self.assertEqual(rows[ACME][READY], Figure(3, 90, 135.0))

    def test_totals_are_those_of_all_rows(self):
        _rows, totals = add_up(
            [(ACME, READY, Figure(1, 60, 90.0)), (GLOBEX, READY, Figure(1, 15, 20.0))]
        )
        self.assertEqual(totals[READY], Figure(2, 75, 110.0))

    def test_nothing_adds_up_to_nothing_in_each_bucket(self):
        rows, totals = add_up([])
        self.assertFalse(rows)
        self.assertEqual(totals, dict.fromkeys(BUCKETS, Figure()))

    def test_invoice_is_what_is_ready_and_due_and_no_other_bucket(self):
        cells = [(ACME, bucket, Figure(1, 1, 10.0)) for bucket in BUCKETS]
        rows, _totals = add_up(cells)
        self.assertEqual(get_invoiced(rows[ACME]), 20)

    def test_what_is_late_counts_in_no_total(self):
        self.assertEqual(get_invoiced({LATE: Figure(1, 60, 90.0)}), 0)

    def test_the_biggest_invoice_comes_first_then_the_name(self):
        rows, _totals = add_up(
            [
                (ACME, RECURRING, Figure(1, 0, 10.0)),
                (GLOBEX, RECURRING, Figure(1, 0, 99.0)),
                (3, RECURRING, Figure(1, 0, 10.0)),
            ]
        )
        names = {ACME: "zeta", GLOBEX: "Beta", 3: "Alpha"}
        self.assertEqual(sort_rows(rows, names), [GLOBEX, 3, ACME])
