from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestSearch(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer = cls._create_ticket(name="Imprimante bloquée (étage 2)")
        cls.server = cls._create_ticket(name="Server down", partner_id=cls.zoe.id)

    def _find(self, text, user=None, operator="ilike"):
        return self.env["psa.ticket"].with_user(user or self.rita).search(
            [("search_text", operator, text)]
        ) & (self.printer | self.server)

    def test_number_finds_its_ticket_however_it_is_typed(self):
        number = self.printer.number
        digits = number.removeprefix("T-")
        for text in (
            number,
            number.lower(),
            f" {number} ",
            f"[{number}]",
            f"#{number}",
            digits,
            str(int(digits)),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), self.printer)

    def test_number_finds_only_its_ticket(self):
        self.assertNotIn(self.server, self._find(self.printer.number))

    def test_beginnings_of_words_find_the_subject_in_any_order(self):
        self.assertEqual(self._find("bloq imprim"), self.printer)

    def test_accents_and_capitals_do_not_matter(self):
        for text in ("BLOQUEE", "bloquée", "etage", "Étage"):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), self.printer)

    def test_all_words_must_match(self):
        self.assertFalse(self._find("imprimante server"))

    def test_signs_in_a_search_break_nothing(self):
        for text in ("étage (2)", "étage & | ! : * 2", "'étage'", '"etage" <-> 2'):
            with self.subTest(text=text):
                self.assertIn(self.printer, self._find(text))

    def test_search_without_letters_or_digits_finds_all(self):
        self.assertEqual(self._find("()"), self.printer | self.server)

    def test_customer_finds_its_tickets(self):
        self.assertEqual(self._find("Globex"), self.server)

    def test_requester_finds_his_tickets(self):
        self.assertEqual(self._find("Casey"), self.printer)

    def test_customers_reference_finds_its_tickets(self):
        self.globex.ref = "C-4711"
        self.assertEqual(self._find("C-4711"), self.server)

    def test_address_of_an_unknown_sender_finds_his_ticket(self):
        ticket = self._create_ticket(
            partner_id=False, channel="email", email_from="Zed <zed@away.example>"
        )
        found = (
            self.env["psa.ticket"]
            .with_user(self.rita)
            .search([("search_text", "ilike", "Zed@away.example")])
        )
        self.assertEqual(found, ticket)

    def test_unknown_word_finds_nothing(self):
        self.assertFalse(self._find("zeppelin"))

    def test_several_texts_find_the_tickets_of_each(self):
        self.assertEqual(
            self._find(["imprimante", "server"], operator="in"),
            self.printer | self.server,
        )

    def test_exclusion_finds_the_rest(self):
        self.assertEqual(self._find(["imprimante"], operator="not in"), self.server)

    def test_linked_record_fields_find_by_number_and_by_subject(self):
        tickets = self.env["psa.ticket"].with_user(self.rita)
        for text in (self.printer.number, "bloquée"):
            with self.subTest(text=text):
                found = [ticket_id for ticket_id, _name in tickets.name_search(text)]
                self.assertEqual(found, [self.printer.id])

    def test_number_of_a_private_team_finds_nothing_for_others(self):
        self.team.privacy = "members"
        self.assertFalse(self._find(self.printer.number, user=self.rita))
        self.assertEqual(self._find(self.printer.number, user=self.ada), self.printer)

    def test_list_sorts_by_status_then_severity_then_category(self):
        minor = self.env.ref("helpdesk_psa.psa_severity_minor")
        major = self.env.ref("helpdesk_psa.psa_severity_major")
        categories = self.env["psa.ticket.category"].create(
            [{"name": "Alarm"}, {"name": "Backup"}]
        )
        expected = self.env["psa.ticket"]
        for stage in (self.stage_new, self.stage_closed):
            for severity in (minor, major):
                for category in categories:
                    expected |= self._create_ticket(
                        stage_id=stage.id,
                        severity_id=severity.id,
                        category_id=category.id,
                    )
        found = (
            self.env["psa.ticket"]
            .with_user(self.rita)
            .search(
                [("id", "in", expected.ids)], order="stage_id, severity_id, category_id"
            )
        )
        self.assertEqual(list(found), list(expected))

    def test_list_of_today_groups_by_day_with_the_newest_first(self):
        old = self._create_ticket(requested_at="2020-01-01 08:00:00")
        tickets = self.env["psa.ticket"].with_user(self.rita)
        groups = tickets._read_group(
            [("id", "in", (old | self.server).ids)],
            ["requested_at:day"],
            ["id:recordset"],
            order="requested_at:day desc",
        )
        self.assertEqual([group[1] for group in groups], [self.server, old])
