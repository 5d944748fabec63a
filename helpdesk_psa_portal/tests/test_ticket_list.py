import lxml.html

from odoo.tests import tagged

from .portal_list_common import PortalListCommon


@tagged("post_install", "-at_install")
class TestTicketListAccess(PortalListCommon):
    """The list shows what the contact's portal access opens, and nothing else."""

    def test_own_tickets(self):
        self._log_in(access="own")
        self.assertEqual(self._list(), ["Casey's printer"])

    def test_tickets_of_the_site(self):
        self.colleagues.site_id = self.lyon
        self.casey.psa_site_id = self.lyon
        self._log_in(access="site")
        self.assertEqual(self._list(), ["Dana's screen", "Casey's printer"])

    def test_tickets_of_another_site_stay_closed(self):
        self.colleagues.site_id = self.lyon
        self._log_in(access="site")
        self.assertEqual(self._list(), ["Casey's printer"])

    def test_tickets_of_the_customer(self):
        self._log_in(access="customer")
        self.assertEqual(self._list(), ["Dana's screen", "Casey's printer"])

    def test_no_access(self):
        self._log_in(access="none")
        self.assertEqual(self._list(), [])

    def test_tickets_where_the_contact_takes_part(self):
        self.foreign.message_subscribe(partner_ids=self.casey.ids)
        self._log_in()
        self.assertEqual(self._list(), ["Zoe's server", "Casey's printer"])

    def test_whoever_is_not_logged_in_is_asked_to(self):
        response = self._open()
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_colleague_sees_what_he_asked_for_himself(self):
        asked = self._create_ticket(
            name="Ada's chair", partner_id=self.ada.partner_id.id
        )
        self.assertTrue(asked)
        self.authenticate("ada", "ada")
        self.assertEqual(self._list(), ["Ada's chair"])

    def test_customer_of_several_companies_sees_what_each_does_for_him(self):
        self.env["psa.ticket"].create(
            {
                "name": "Abroad",
                "partner_id": self.casey.id,
                "team_id": self.team_2.id,
                "company_id": self.company_2.id,
            }
        )
        self._log_in()
        self.assertEqual(self._list(), ["Abroad", "Casey's printer"])


@tagged("post_install", "-at_install")
class TestTicketList(PortalListCommon):
    """The customer finds a ticket among many."""

    def test_open_tickets_come_first(self):
        self._create_ticket(name="Old story").stage_id = self.stage_closed
        self._log_in()
        self.assertEqual(self._list(), ["Casey's printer"])
        self.assertEqual(self._list(filterby="done"), ["Old story"])
        self.assertEqual(self._list(filterby="all"), ["Old story", "Casey's printer"])

    def test_tickets_that_wait(self):
        self._create_ticket(name="Your turn").stage_id = self.stage_waiting
        self._log_in()
        self.assertEqual(self._list(filterby="waiting"), ["Your turn"])

    def test_tickets_that_the_contact_asked(self):
        self._log_in(access="customer")
        self.assertEqual(self._list(filterby="mine"), ["Casey's printer"])

    def test_order(self):
        self._create_ticket(name="A first")
        self._log_in()
        self.assertEqual(self._list(), ["A first", "Casey's printer"])
        self.assertEqual(self._list(sortby="oldest"), ["Casey's printer", "A first"])
        self.assertEqual(self._list(sortby="name"), ["A first", "Casey's printer"])
        self.assertEqual(self._list(sortby="number"), ["A first", "Casey's printer"])

    def test_groups_by_site(self):
        self.colleagues.site_id = self.lyon
        self._log_in(access="customer")
        page = lxml.html.fromstring(self._open(groupby="site_id").text)
        headings = [
            heading.text for heading in page.xpath("//h2[@class='h6 text-muted mt-4']")
        ]
        self.assertEqual(headings, ["Lyon", "Paris"])

    def test_search(self):
        self._log_in(access="customer")
        for params in (
            {"search": "printer"},
            {"search": self.mine.number},
            {"search": "printer", "search_in": "name"},
            {"search": self.mine.number, "search_in": "number"},
            {"search": "Casey", "search_in": "partner_id"},
        ):
            with self.subTest(params):
                self.assertEqual(self._list(**params), ["Casey's printer"])

    def test_search_finds_no_ticket_of_others(self):
        self._log_in(access="customer")
        for search in ("server", self.foreign.number, "Zoe", "zoe@globex.example.com"):
            with self.subTest(search):
                self.assertEqual(self._list(search=search, filterby="all"), [])

    def test_pages(self):
        self.env["psa.ticket"].create(
            [
                {
                    "name": f"Number {number}",
                    "partner_id": self.casey.id,
                    "team_id": self.team.id,
                }
                for number in range(60)
            ]
        )
        self._log_in()
        self.assertEqual(len(self._list()), 50)
        self.assertEqual(len(self._list("/my/tickets/page/2")), 11)

    def test_nonsense_is_answered_with_the_list(self):
        self._log_in()
        for params in (
            {"sortby": "id; DROP TABLE"},
            {"filterby": "\x00"},
            {"groupby": "access_token"},
            {"search_in": "message_ids", "search": "x"},
            {"search": "%" * 10_000},
            {"search": "a\x00b"},
            {"page": "-1"},
        ):
            with self.subTest(params):
                self.assertEqual(self._open(**params).status_code, 200)
        self.assertEqual(len(self._list("/my/tickets/page/99999999999")), 1)

    def test_home_counts_the_open_tickets(self):
        self._create_ticket(name="Old story").stage_id = self.stage_closed
        self._log_in()
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["psa_ticket_count"]}
        )
        self.assertEqual(counters["psa_ticket_count"], 1)

    def test_ticket_leads_back_to_the_list(self):
        self._log_in()
        page = lxml.html.fromstring(self._open(f"/my/tickets/{self.mine.id}").text)
        self.assertTrue(page.xpath("//ol//a[@href='/my/tickets']"))

    def test_visitor_with_a_link_is_not_led_to_a_list(self):
        self.mine._portal_ensure_token()
        response = self._open(self.mine.get_portal_url())
        self.assertEqual(response.status_code, 200)
        self.assertNotIn('href="/my/tickets"', response.text)

    def test_queries_do_not_grow_with_the_tickets(self):
        self._log_in(access="customer")
        self._create_people(10)
        few = self._count_queries()
        self._create_people(30)
        self.assertLessEqual(self._count_queries(), few)

    def _create_people(self, count):
        """Let as many people of ACME ask for something."""
        people = self.env["res.partner"].create(
            [{"name": f"Person {n}", "parent_id": self.acme.id} for n in range(count)]
        )
        self.env["psa.ticket"].create(
            [
                {"name": "More", "partner_id": person.id, "team_id": self.team.id}
                for person in people
            ]
        )

    def _count_queries(self):
        self._list()  # new contacts make the rules forget what they knew
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._list()
        return self.env.cr.sql_log_count - before
