"""What changed since the last invoice, before the next one goes out and on it."""

from odoo.tests import tagged

from .count_common import JULY_1, JUNE_1, JUNE_10, CountCommon, at

LINES = "psa.agreement.line"


@tagged("post_install", "-at_install")
class TestTrueUp(CountCommon):
    def test_what_came_and_went_stands_beside_what_was_charged(self):
        line = self._create_line().with_user(self.bea)
        self._run(JUNE_1)
        with at(JUNE_10):
            self.pc_1.active = False
            self._create_pc("PC-3")
            self._create_pc("PC-4")
            self.assertEqual(line.charged_quantity, 2)
            self.assertEqual(line.counted_quantity, 3)
            self.assertEqual(line.difference_quantity, 1)
            self.assertEqual(
                line.counted_added, "PC-3 [SERIAL-PC-3], PC-4 [SERIAL-PC-4]"
            )
            self.assertEqual(line.counted_removed, "PC-1 [SERIAL-PC-1]")
            self.assertEqual(line.charged_until, JULY_1)

    def test_filter_finds_the_lines_that_changed(self):
        line = self._create_line()
        other = self._create_line({"name": "CT-13", "customer_id": self.globex.id})
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
            lines = self.env[LINES].with_user(self.bea)
            mine = [("id", "in", (line | other).ids)]
            self.assertEqual(
                lines.search([*mine, ("is_count_changed", "=", True)]), line
            )
            self.assertEqual(
                lines.search([*mine, ("is_count_changed", "=", False)]), other
            )

    def test_device_that_left_within_a_charged_period_is_no_news(self):
        line = self._create_line(count_by_day=True, billing_timing="arrears")
        with at(JUNE_10):
            self.pc_1.active = False
        self._run(JULY_1)
        with at(JULY_1):
            self.assertEqual(line.charged_quantity, 1)
            self.assertFalse(line.is_count_changed)

    def test_line_of_an_amendment_is_compared_with_the_one_before(self):
        line = self._create_line()
        self._run(JUNE_1)
        agreement = line.agreement_id.with_user(self.lea)
        action = agreement.action_amend()
        amendment = agreement.env[action["res_model"]].browse(action["res_id"])
        amendment.line_ids.unlink()
        amendment.date = JULY_1
        amendment._copy_current_terms()
        amendment.line_ids.price_unit = 12
        amendment.action_apply()
        new = agreement.line_ids.filtered(lambda it: it.date_from == JULY_1)
        with at(JULY_1):
            self.assertEqual(new.charged_quantity, 2)
            self.assertFalse(new.is_count_changed)

    def test_draft_charges_are_not_what_was_charged(self):
        line = self._create_line()
        with at(JUNE_1):
            run = (
                self.env["psa.billing.run"]
                .with_user(self.bea)
                .create({"date": JUNE_1, "company_id": self.company.id})
            )
            run.action_propose()
            self.assertEqual(line.charged_quantity, 0)

    def test_list_takes_few_queries(self):
        lines = self._create_line()
        for number in range(15):
            lines |= self._create_line({"name": f"CT-{100 + number}"})
        self._run(JUNE_1)
        self.env.flush_all()
        self.env.invalidate_all()
        with at(JUNE_10), self.assertQueryCount(30):
            lines.mapped("difference_quantity")

    def test_button_of_a_line_lists_what_is_counted_with_reasons(self):
        line = self._create_line().with_user(self.bea)
        self.pc_1.psa_count_exclusion_id = self.reason
        action = line.action_open_counted()
        rows = self.env["psa.presence"].with_user(self.bea).search(action["domain"])
        self.assertEqual(rows.mapped("name"), ["PC-1", "PC-2"])
        self.assertEqual(rows[0].exclusion_id, self.reason)


@tagged("post_install", "-at_install")
class TestAnnex(CountCommon):
    def _print(self, run):
        """Return the printed invoice as text."""
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", run.move_ids.ids
        )
        return html.decode()

    def test_invoice_lists_the_devices_with_their_serial_numbers(self):
        self._create_line()
        text = self._print(self._run(JUNE_1))
        self.assertIn("Annex: what was counted", text)
        self.assertIn("SERIAL-PC-1", text)
        self.assertNotIn(">new<", text)

    def test_next_invoice_tells_what_is_new_and_what_is_gone(self):
        self._create_line()
        self._run(JUNE_1)
        with at(JUNE_10):
            self.pc_1.active = False
            self._create_pc("PC-3")
        run = self._run(JULY_1)
        (part,) = run.move_ids._psa_get_annex()
        self.assertEqual([it.name for it in part.rows], ["PC-2", "PC-3"])
        self.assertEqual([it.is_new for it in part.rows], [False, True])
        self.assertEqual(part.removed, (("PC-1", "SERIAL-PC-1"),))
        text = self._print(run)
        self.assertIn("no longer there", text)
        self.assertIn(">new<", text)

    def test_correction_lists_the_days(self):
        self._create_line(count_by_day=True)
        self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        parts = self._run(JULY_1).move_ids._psa_get_annex()
        self.assertEqual([it.days for it in parts[0].rows if it.is_new], ["21/30"])
        self.assertFalse(any(it.is_new for it in parts[1].rows))

    def test_annex_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.acme.lang = "fr_FR"
        view = self.env.ref("helpdesk_psa_billing.psa_counted_lists")
        view.update_field_translations(
            "arch_db", {"fr_FR": {"Serial number": "Numéro de série"}}
        )
        self._create_line()
        self.assertIn("Numéro de série", self._print(self._run(JUNE_1)))

    def test_invoice_of_fixed_quantities_has_no_annex(self):
        self._create_billed([{}], date_start=JUNE_1)
        self.assertNotIn("Annex", self._print(self._run(JUNE_1)))

    def test_printed_list_stays_when_the_device_is_gone(self):
        self._create_line()
        run = self._run(JUNE_1)
        with at(JUNE_10):
            self.pc_1.unlink()
        self.assertIn("SERIAL-PC-1", self._print(run))

    def test_annex_of_the_first_invoice_is_not_changed_by_the_second(self):
        self._create_line(count_by_day=True)
        first = self._run(JUNE_1)
        with at(JUNE_10):
            self._create_pc("PC-3")
        self._run(JUNE_10)
        (part,) = first.move_ids._psa_get_annex()
        self.assertEqual([it.name for it in part.rows], ["PC-1", "PC-2"])
