"""Which tickets a contact sees who is logged in: by his level, at once, and no more."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HelpdeskCommon
from .portal_common import PortalCommon

LEVELS = ("none", "own", "site", "customer")


class PortalAccessCommon(HelpdeskCommon):
    """Casey and Dana are at ACME's Lyon, Paul in Paris; Zoe is Globex."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.main = cls.acme.psa_site_ids
        cls.lyon, cls.paris = cls.env["res.partner"].create(
            [
                {"name": name, "type": "psa_site", "parent_id": cls.acme.id}
                for name in ("Lyon", "Paris")
            ]
        )
        cls.paul = cls._create_contact("Paul", "paul@acme.example.com", cls.acme)
        (cls.casey | cls.dana).psa_site_id = cls.lyon
        cls.paul.psa_site_id = cls.paris
        cls.tickets = {
            name: cls._create_ticket(name=name, partner_id=partner.id)
            for name, partner in (
                ("own", cls.casey),
                ("lyon", cls.dana),
                ("paris", cls.paul),
                ("globex", cls.zoe),
            )
        }
        cls.visitor = cls._create_visitor("casey_portal", cls.casey)

    @classmethod
    def _create_visitor(cls, login, partner):
        return new_test_user(
            cls.env, login, groups="base.group_portal", partner_id=partner.id
        )

    def _get_seen(self, user=None):
        """Return the names of the tickets that a visitor finds."""
        tickets = self.env["psa.ticket"].with_user(user or self.visitor)
        return set(tickets.search([]).mapped("name"))


@tagged("post_install", "-at_install")
class TestPortalLevels(PortalAccessCommon):
    def test_each_level_shows_what_it_says(self):
        expected = {
            "none": set(),
            "own": {"own"},
            "site": {"own", "lyon"},
            "customer": {"own", "lyon", "paris"},
        }
        for level, names in expected.items():
            with self.subTest(level=level):
                self.casey.with_user(self.lea).psa_portal_access = level
                self.assertEqual(self._get_seen(), names)

    def test_own_tickets_are_the_level_unless_told_otherwise(self):
        self.assertEqual(self.casey.psa_portal_access, "own")
        self.casey.psa_portal_access = False
        self.assertEqual(self._get_seen(), {"own"})

    def test_no_level_shows_another_customers_tickets(self):
        globex = self.tickets["globex"].with_user(self.visitor)
        for level in LEVELS:
            with self.subTest(level=level):
                self.casey.psa_portal_access = level
                with self.assertRefused(AccessError):
                    globex.read(["name"])
                self.assertFalse(globex.search([("id", "=", globex.id)]))
                self.assertFalse(globex.name_search(globex.sudo().number))
                groups = globex.formatted_read_group([], ["customer_id"], ["__count"])
                names = [group["customer_id"][0] for group in groups]
                self.assertNotIn(self.globex.id, names)

    def test_contact_without_a_site_is_at_the_main_one(self):
        self.casey.write({"psa_site_id": False, "psa_portal_access": "site"})
        self.dana.psa_site_id = False
        self._create_ticket(name="main", partner_id=self.dana.id)
        self.assertEqual(self._get_seen(), {"own", "main"})

    def test_a_private_person_sees_his_own_at_any_level(self):
        person = self._create_contact("Prue Private", "prue@free.example")
        self._create_ticket(name="prue", partner_id=person.id)
        user = self._create_visitor("prue_portal", person)
        for level in LEVELS[1:]:
            person.psa_portal_access = level
            self.assertEqual(self._get_seen(user), {"prue"})

    def test_participants_see_the_ticket_until_they_are_removed(self):
        ticket = self.tickets["globex"]
        ticket.with_user(self.ada).participant_ids = self.casey
        self.assertEqual(self._get_seen(), {"own", "globex"})
        ticket.with_user(self.ada).participant_ids -= self.casey
        self.assertEqual(self._get_seen(), {"own"})

    def test_two_companies_that_serve_a_contact_show_both_their_tickets(self):
        self._create_ticket(
            self.bob, name="abroad", team_id=self.team_2.id, partner_id=self.casey.id
        )
        self.assertEqual(self._get_seen(), {"own", "abroad"})

    def test_an_agent_who_is_no_visitor_still_sees_his_company_only(self):
        self.assertEqual(self._get_seen(self.bob), set())


@tagged("post_install", "-at_install")
class TestPortalChanges(PortalAccessCommon):
    """What changes takes effect at once (I-16)."""

    def test_another_site(self):
        self.casey.psa_portal_access = "site"
        self.assertEqual(self._get_seen(), {"own", "lyon"})
        self.casey.with_user(self.lea).psa_site_id = self.paris
        # The old ticket stays at Lyon; it is his own.
        self.assertEqual(self._get_seen(), {"own", "paris"})

    def test_another_firm(self):
        self.casey.psa_portal_access = "customer"
        self.assertEqual(self._get_seen(), {"own", "lyon", "paris"})
        self.casey.with_user(self.lea).parent_id = self.globex
        self.assertEqual(self._get_seen(), {"globex"})

    def test_a_new_main_site(self):
        self.casey.write({"psa_site_id": False, "psa_portal_access": "site"})
        self.assertEqual(self._get_seen(), {"own"})
        self.main.with_user(self.lea).action_archive()
        # Lyon is the oldest site now.
        self.assertEqual(self._get_seen(), {"own", "lyon"})

    def test_another_requester(self):
        self.assertEqual(self._get_seen(), {"own"})
        self.tickets["own"].with_user(self.ada).partner_id = self.dana
        self.assertEqual(self._get_seen(), set())


@tagged("post_install", "-at_install")
class TestPortalRpc(PortalAccessCommon):
    """A visitor may call what the web client calls, and learns no more (I-13, I-14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.tickets["own"].with_user(cls.visitor)
        cls.note = (
            cls.tickets["own"]
            .with_user(cls.ada)
            .message_post(
                body="SECRET", attachments=[("SECRET.txt", b"SECRET")], subject="SECRET"
            )
        )

    def test_only_the_fields_of_the_page_are_read(self):
        allowed = set(self.ticket._get_portal_fields())
        for name in self.ticket._fields:
            if name in allowed:
                self.ticket.read([name])
                continue
            with self.subTest(field=name), self.assertRefused(AccessError):
                self.ticket.read([name])

    def test_nor_are_others_searched_sorted_or_grouped_by(self):
        for act in (
            lambda: self.ticket.search([("tracking_key", "like", "A%")]),
            lambda: self.ticket.search([("properties.x", "=", "1")]),
            lambda: self.ticket.search([], order="assigned_at"),
            lambda: self.ticket.formatted_read_group([], ["user_id"], ["__count"]),
            lambda: self.ticket.web_search_read([], {"access_token": {}}),
        ):
            with self.assertRefused(AccessError):
                act()

    def test_nothing_is_written_created_or_deleted(self):
        for act in (
            lambda: self.ticket.write({"priority": "3"}),
            lambda: self.ticket.create({"name": "Mine"}),
            self.ticket.unlink,
            self.ticket.action_close,
            self.ticket.action_assign_to_me,
        ):
            with self.assertRefused(AccessError):
                act()
        ticket = self.tickets["own"]
        self.assertEqual((ticket.priority, ticket.stage_category), ("1", "new"))

    def test_notes_and_their_files_stay_inside(self):
        messages = self.env["mail.message"].with_user(self.visitor)
        attachment = self.note.attachment_ids.with_user(self.visitor)
        self.assertFalse(messages.search([("id", "=", self.note.id)]))
        acts = {
            "note": lambda: self.note.with_user(self.visitor).read(["body"]),
            "file": lambda: attachment.read(["raw"]),
            "files": lambda: attachment.search([("res_model", "=", "psa.ticket")]),
        }
        for name, act in acts.items():
            self.env.invalidate_all()
            with self.subTest(name), self.assertRefused(AccessError):
                act()

    def test_what_a_visitor_posts_is_public_and_his_own(self):
        self.ticket.message_post(
            body="Mine",
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            author_id=self.ada.partner_id.id,
            email_from="ada@msp.example.com",
            partner_ids=self.zoe.ids,
        )
        message = self.tickets["own"].message_ids[0]
        self.assertIn("Mine", message.body)
        self.assertEqual(message.author_id, self.casey)
        self.assertEqual(message.message_type, "comment")
        self.assertFalse(message.subtype_id.internal)
        self.assertNotIn(self.zoe, message.notified_partner_ids)

    def test_what_he_posts_on_a_closed_ticket_opens_a_linked_one(self):
        ticket = self.tickets["own"]
        ticket.stage_id = self.stage_closed
        messages = ticket.message_ids
        self.ticket.message_post(body="Again", message_type="comment")
        follow_up = ticket.link_ids.ticket_id
        self.assertEqual(
            (follow_up.channel, follow_up.partner_id.id), ("portal", self.casey.id)
        )
        self.assertIn("Again", follow_up._get_public_messages().body)
        self.assertEqual(follow_up._get_public_messages().author_id, self.casey)
        self.assertEqual(
            (ticket.stage_category, ticket.message_ids), ("closed", messages)
        )

    def test_history_links_journal_and_clocks_are_closed(self):
        for model in (
            "psa.event",
            "psa.ticket.link",
            "psa.mail.log",
            "psa.notice",
            "psa.team",
            "psa.customer.group",
            "psa.customer.type",
            "psa.email.domain",
            "psa.import",
        ):
            with self.subTest(model=model), self.assertRefused(AccessError):
                self.env[model].with_user(self.visitor).search_read([], ["id"])

    def test_a_contact_reads_none_of_our_fields_about_himself(self):
        partner = self.casey.with_user(self.visitor)
        for name in ("psa_portal_access", "psa_vip", "psa_never_email", "psa_site_id"):
            with self.subTest(field=name), self.assertRefused(AccessError):
                partner.read([name])


@tagged("post_install", "-at_install")
class TestPortalPageRights(PortalCommon):
    """The ticket's page for whoever is logged in and may see the ticket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dana.psa_portal_access = "customer"
        cls.dana_user = new_test_user(
            cls.env, "dana_portal", groups="base.group_portal", partner_id=cls.dana.id
        )

    def test_a_colleague_with_the_level_opens_the_page_without_the_link(self):
        self.authenticate("dana_portal", "dana_portal")
        page = self._open()
        self.assertEqual(page.status_code, 200)
        self.assertIn("Is it plugged in?", page.text)
        self.assertNotIn("SECRET", page.text)

    def test_the_page_gives_him_no_token_that_outlives_his_rights(self):
        self.authenticate("dana_portal", "dana_portal")
        self.assertNotIn(self.token, self._open().text)

    def test_he_replies_in_his_own_name(self):
        self.authenticate("dana_portal", "dana_portal")
        form = {"body": "I am his colleague.", "csrf_token": self._get_csrf_token()}
        with self.mock_mail_gateway():
            response = self.url_open(
                f"{self.url}/reply", data=form, allow_redirects=False
            )
        self.assertURLEqual(response.headers["Location"], f"{self.url}?sent=reply")
        self.assertEqual(self._get_customer_messages()[0].author_id, self.dana)

    def _get_csrf_token(self):
        page = self._open().text
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def test_another_level_shuts_the_page_at_once(self):
        self.authenticate("dana_portal", "dana_portal")
        self.assertEqual(self._open().status_code, 200)
        self.dana.with_user(self.lea).psa_portal_access = "own"
        self._assert_refused(self._open())

    def test_files_of_notes_are_not_served_to_him(self):
        self.authenticate("dana_portal", "dana_portal")
        for attachment, status in (
            (self.note.attachment_ids, 404),
            (self.answer.attachment_ids, 404),
        ):
            self.assertEqual(
                self._open(f"/web/content/{attachment.id}").status_code, status
            )

    def test_odoos_own_routes_tell_him_public_messages_only(self):
        self.authenticate("dana_portal", "dana_portal")
        result = self.make_jsonrpc_request(
            "/mail/chatter_fetch",
            {"thread_model": "psa.ticket", "thread_id": self.ticket.id},
        )
        self.assertIn(self.answer.id, result["messages"])
        self.assertNotIn("SECRET", str(result))

    def test_he_may_react_to_an_answer(self):
        self.authenticate("dana_portal", "dana_portal")
        self.make_jsonrpc_request(
            "/mail/message/reaction",
            {"message_id": self.answer.id, "content": "👍", "action": "add"},
        )
        self.assertEqual(self.answer.sudo().reaction_ids.partner_id, self.dana)

    def test_so_may_a_visitor_who_is_logged_in_and_has_the_link_only(self):
        self.dana.psa_portal_access = "none"
        self.authenticate("dana_portal", "dana_portal")
        self.make_jsonrpc_request(
            "/mail/message/reaction",
            {
                "message_id": self.answer.id,
                "content": "👍",
                "action": "add",
                "token": self.token,
            },
        )
        self.assertTrue(self.answer.sudo().reaction_ids.partner_id)

    def test_he_posts_by_odoos_own_route(self):
        self.authenticate("dana_portal", "dana_portal")
        with self.mock_mail_gateway():
            self.make_jsonrpc_request(
                "/mail/message/post",
                {
                    "thread_model": "psa.ticket",
                    "thread_id": self.ticket.id,
                    "post_data": {
                        "body": "Hello from Dana",
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_note",
                    },
                },
            )
        self.env.invalidate_all()
        message = self._get_customer_messages()[0]
        self.assertIn("Hello from Dana", message.body)
        self.assertEqual(message.author_id, self.dana)

    def test_the_login_of_an_archived_customer_opens_nothing(self):
        self.acme.psa_is_customer = True
        self.acme.with_user(self.lea).action_archive()
        self.assertFalse(self.dana_user.active)
        self.acme.with_user(self.lea).action_unarchive()
        self.assertTrue(self.dana.active)
        self.assertFalse(self.dana_user.active)
