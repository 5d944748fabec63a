from lxml import etree

from odoo.tests import tagged, users, warmup
from odoo.tools import SQL

from .common import HelpdeskCommon

BATCH = 100
# Enough for PostgreSQL to prefer an index wherever there is one.
MANY = 20_000
OPEN = [("stage_category", "in", ["new", "open", "waiting"])]


@tagged("post_install", "-at_install")
class TestQueries(HelpdeskCommon):
    """Numbers of queries: they must not grow with the number of tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requesters = cls.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"p{number}@acme.example.com"}
                for number in range(BATCH)
            ]
        )
        cls.batch = cls.env["psa.ticket"].create(cls._get_batch_values())
        cls.env.flush_all()

    @classmethod
    def _get_batch_values(cls):
        return [
            {
                "name": f"Screen {number} stays black",
                "team_id": cls.team.id,
                "partner_id": partner.id,
            }
            for number, partner in enumerate(cls.requesters)
        ]

    def _get_specification(self, kind):
        """Return the fields that the web client loads for a view, all of them named."""
        view = self.env["psa.ticket"].get_views([(False, kind)])["views"][kind]
        names = etree.fromstring(view["arch"]).xpath("//field/@name")
        fields = self.env["psa.ticket"]._fields
        return {
            name: {"fields": {"display_name": {}}} if fields[name].relational else {}
            for name in names
            if name in fields
        }

    @users("ada")
    @warmup
    def test_hundred_tickets_are_created_with_few_queries(self):
        values = self._get_batch_values()
        self.env.invalidate_all()
        with self.assertQueryCount(ada=21):
            self.env["psa.ticket"].create(values)

    @users("ada")
    @warmup
    def test_status_of_hundred_tickets_changes_with_few_queries(self):
        tickets = self.env["psa.ticket"].browse(self.batch.ids)
        self.env.invalidate_all()
        with self.assertQueryCount(ada=13):
            tickets.write({"stage_id": self.stage_waiting.id})

    @users("ada")
    @warmup
    def test_hundred_tickets_are_resolved_with_few_queries(self):
        tickets = self.env["psa.ticket"].browse(self.batch.ids)
        self.env.invalidate_all()
        with self.assertQueryCount(ada=14):
            tickets.write({"stage_id": self.stage_resolved.id})

    @users("ada")
    @warmup
    def test_list_opens_with_few_queries(self):
        specification = self._get_specification("list")
        self.env.invalidate_all()
        with self.assertQueryCount(ada=10):
            self.env["psa.ticket"].web_search_read(OPEN, specification, limit=80)

    @users("ada")
    @warmup
    def test_kanban_opens_with_few_queries(self):
        specification = self._get_specification("kanban")
        tickets = self.env["psa.ticket"].with_context(read_group_expand=True)
        self.env.invalidate_all()
        with self.assertQueryCount(ada=9):
            tickets.web_read_group(
                OPEN,
                ["stage_id"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=40,
            )

    @users("ada")
    @warmup
    def test_search_takes_few_queries(self):
        self.env.invalidate_all()
        with self.assertQueryCount(ada=8):
            self.env["psa.ticket"].web_search_read(
                [("search_text", "ilike", "screen black")], {"name": {}}, limit=80
            )


@tagged("post_install", "-at_install")
class TestIndexes(HelpdeskCommon):
    """Each frequent question about many tickets is answered by an index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.assign_method = "round_robin"
        cls.second_line = cls.env["psa.team"].create(
            {"name": "Second line", "company_id": cls.company.id}
        )
        cls.customer = cls._insert_tickets()

    @classmethod
    def _insert_tickets(cls):
        """Insert many tickets, one in twenty of them open, and return a customer."""
        customer_ids = (
            cls.env["res.partner"]
            .create([{"name": f"Client {number}"} for number in range(500)])
            .ids
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            INSERT INTO psa_ticket (number, name, active, company_id, channel, priority,
                                    type_id, team_id, user_id, stage_id, stage_category,
                                    customer_id, partner_id, email_normalized,
                                    requested_at, assigned_at, create_date)
            SELECT 'X-' || i,
                   CASE WHEN i %% 4000 = 1 THEN 'Zebra ' ELSE 'Printer ' END || i,
                   TRUE, %(company)s, 'email', (i %% 4)::text, %(type)s,
                   (%(teams)s)[1 + i %% 3 %% 2], (%(users)s)[1 + i %% 7 %% 2],
                   CASE WHEN i %% 20 = 0 THEN %(open)s ELSE %(closed)s END,
                   CASE WHEN i %% 20 = 0 THEN 'open' ELSE 'closed' END,
                   (%(customers)s)[1 + i %% 500], (%(customers)s)[1 + i %% 500],
                   'person' || i %% 500 || '@client.example', at, at, at
              FROM generate_series(1, %(many)s) AS i,
                   LATERAL (
                       SELECT now() AT TIME ZONE 'UTC' - i * interval '1 hour' AS at
                   ) AS moment
            """,
            {
                "company": cls.company.id,
                "type": cls.type_incident.id,
                "teams": [cls.team.id, cls.second_line.id],
                "users": [cls.ada.id, cls.lea.id],
                "open": cls.stage_open.id,
                "closed": cls.stage_closed.id,
                "customers": customer_ids,
                "many": MANY,
            },
        )
        cls.env.cr.execute("ANALYZE psa_ticket")
        return cls.env["res.partner"].browse(customer_ids[0])

    def _get_indexes(self, domain, order=None):
        """Return the indexes that a list of Ada's would use, and the tables it scans."""
        query = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            ._search(domain, order=order or "priority desc, id desc", limit=80)
        )
        [(plan,)] = self.env.execute_query(
            SQL("EXPLAIN (FORMAT JSON) %s", query.select())
        )
        nodes = [plan[0]["Plan"]]
        found = set()
        while nodes:
            node = nodes.pop()
            found.add(node.get("Index Name"))
            if node["Node Type"] == "Seq Scan":
                found.add(f"scan of {node['Relation Name']}")
            nodes += node.get("Plans", [])
        return found - {None}

    def test_own_open_tickets_have_an_index(self):
        domain = [*OPEN, ("user_id", "=", self.ada.id)]
        self.assertEqual(self._get_indexes(domain), {"psa_ticket_open_user_idx"})

    def test_open_tickets_have_an_index(self):
        self.assertEqual(self._get_indexes(OPEN), {"psa_ticket_open_idx"})

    def test_queue_of_a_team_has_an_index(self):
        domain = [*OPEN, ("team_id", "=", self.team.id)]
        self.assertEqual(self._get_indexes(domain), {"psa_ticket_open_team_idx"})

    def test_tickets_in_a_status_have_an_index(self):
        domain = [("stage_id", "=", self.stage_waiting.id)]
        self.assertEqual(self._get_indexes(domain), {"psa_ticket_stage_idx"})

    def test_all_tickets_have_an_index(self):
        self.assertEqual(self._get_indexes([]), {"psa_ticket_order_idx"})

    def test_newest_tickets_have_an_index(self):
        found = self._get_indexes([], order="create_date desc, id desc")
        self.assertEqual(found, {"psa_ticket_create_date_idx"})

    def test_tickets_of_a_customer_have_an_index(self):
        domain = [("customer_id", "=", self.customer.id)]
        self.assertEqual(self._get_indexes(domain), {"psa_ticket_customer_idx"})

    def test_tickets_of_a_requester_have_an_index(self):
        domain = [("partner_id", "=", self.customer.id)]
        self.assertEqual(self._get_indexes(domain), {"psa_ticket__partner_id_index"})

    def test_tickets_of_a_sender_have_an_index(self):
        domain = [("email_normalized", "=", "person7@client.example")]
        found = self._get_indexes(domain)
        self.assertEqual(found, {"psa_ticket__email_normalized_index"})

    def test_rare_word_is_found_without_reading_all_tickets(self):
        self.env.flush_all()
        scans = self._count_scans()
        found = self.env["psa.ticket"].with_user(self.ada)
        found = found.search([("search_text", "ilike", "zebra")])
        self.assertEqual(len(found), 5)
        self.assertEqual(self._count_scans(), scans)

    def test_next_in_turn_is_found_without_reading_all_tickets(self):
        scans = self._count_scans()
        [user] = self.team.with_user(self.ada)._pick_assignees([(None, None)])
        self.assertTrue(user)
        self.assertEqual(self._count_scans(), scans)

    def _count_scans(self):
        """Return how often this transaction has read all tickets."""
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = %s",
                "psa_ticket",
            )
        )
        return count
