import ast
import csv
from datetime import datetime, timedelta

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged, users
from odoo.tools import file_open
from odoo.tools.safe_eval import safe_eval

from ..models.psa_team import QUEUE_COUNTERS
from .common import HelpdeskCommon

SAMPLE = "helpdesk_psa/static/csv/psa_ticket.csv"


class ViewsCommon(HelpdeskCommon):
    @classmethod
    def _get_our_actions(cls):
        """Return the window actions of the add-on, by XML id."""
        data = cls.env["ir.model.data"].search(
            [("module", "=", "helpdesk_psa"), ("model", "=", "ir.actions.act_window")]
        )
        return {
            line.name: cls.env["ir.actions.act_window"].browse(line.res_id)
            for line in data
        }

    def _load_views(self, action):
        """Load the views that opening an action's screen loads."""
        modes = action.view_mode.split(",")
        chosen = dict(action.views)
        return self.env[action.res_model].get_views(
            [(chosen.get(mode, False), mode) for mode in modes]
            + [(action.search_view_id.id, "search")]
        )

    def _get_menu_names(self):
        menus = self.env["ir.ui.menu"].load_menus(False)
        ours = self.env.ref("helpdesk_psa.psa_root_menu").id
        return {
            menu["xmlid"].removeprefix("helpdesk_psa.")
            for menu in menus.values()
            if menu.get("app_id") == ours
        }


@tagged("post_install", "-at_install")
class TestScreens(ViewsCommon):
    """Every screen opens for those who may see it."""

    def _open_screens_of_my_menus(self):
        actions = self._get_our_actions()
        opened = []
        for name, action in actions.items():
            if not self.env[action.res_model].has_access("read"):
                continue
            self._load_views(action)
            opened.append(name)
        return opened

    @users("rita")
    def test_reader_opens_the_tickets_screens(self):
        opened = self._open_screens_of_my_menus()
        self.assertIn("psa_ticket_action_inbox", opened)
        self.assertNotIn("psa_mail_log_action", opened)

    @users("ada")
    def test_agent_opens_the_tickets_screens(self):
        self.assertIn("psa_ticket_action_my", self._open_screens_of_my_menus())

    @users("lea")
    def test_lead_opens_the_team_settings(self):
        self.assertIn("psa_team_action", self._open_screens_of_my_menus())

    @users("max")
    def test_manager_opens_the_mail_journal(self):
        self.assertIn("psa_mail_log_action", self._open_screens_of_my_menus())

    def test_every_screen_tells_what_it_is_for_while_empty(self):
        silent = [
            name
            for name, action in self._get_our_actions().items()
            if action.target != "new"
            and action.res_model != "res.config.settings"
            and not action.help
        ]
        self.assertFalse(silent)


@tagged("post_install", "-at_install")
class TestMenus(ViewsCommon):
    """Who finds what in the menu."""

    @users("rita")
    def test_reader_finds_neither_mails_nor_configuration(self):
        menus = self._get_menu_names()
        self.assertIn("psa_ticket_menu_inbox", menus)
        self.assertFalse(
            menus & {"psa_email_menu", "psa_configuration_menu", "psa_ticket_menu_my"}
        )

    @users("lea")
    def test_lead_configures_teams_categories_and_tags_only(self):
        menus = self._get_menu_names()
        self.assertLessEqual(
            {"psa_team_menu", "psa_ticket_category_menu", "psa_tag_menu"}, menus
        )
        self.assertFalse(
            menus & {"psa_ticket_stage_menu", "psa_ticket_type_menu", "psa_email_menu"}
        )

    @users("max")
    def test_manager_finds_the_mail_journal(self):
        self.assertIn("psa_mail_log_menu", self._get_menu_names())


@tagged("post_install", "-at_install")
class TestTicketForm(ViewsCommon):
    """What the ticket's form offers to whom."""

    def _get_buttons(self):
        arch = self.env["psa.ticket"].get_view(
            self.env.ref("helpdesk_psa.psa_ticket_view_form").id, "form"
        )["arch"]
        return set(etree.fromstring(arch).xpath("//header/button/@name"))

    @users("rita")
    def test_reader_has_no_button_that_changes_a_ticket(self):
        self.assertFalse(self._get_buttons())

    @users("rita")
    def test_reader_has_neither_new_nor_edit(self):
        view = self.env.ref("helpdesk_psa.psa_ticket_view_form")
        form = etree.fromstring(
            self.env["psa.ticket"].get_view(view.id, "form")["arch"]
        )
        self.assertEqual(
            [form.get(right) for right in ("create", "edit", "delete")], ["False"] * 3
        )

    @users("ada")
    def test_agent_replies_and_resolves(self):
        self.assertLessEqual({"action_reply", "action_resolve"}, self._get_buttons())

    @users("ada")
    def test_reply_is_addressed_to_the_requester(self):
        ticket = self.env["psa.ticket"].create(
            {"name": "No network", "partner_id": self.casey.id, "team_id": self.team.id}
        )
        action = ticket.action_reply()
        composer = (
            self.env["mail.compose.message"]
            .with_context(**action["context"])
            .create({"body": "Is the cable plugged in?"})
        )
        composer.action_send_mail()
        message = ticket.message_ids[0]
        self.assertEqual(message.partner_ids, self.casey)
        self.assertFalse(message.subtype_id.internal)

    @users("ada")
    def test_a_link_is_read_and_opened_from_both_tickets(self):
        blocked, blocker = self.env["psa.ticket"].create(
            [
                {"name": "Mail is down", "team_id": self.team.id},
                {"name": "Disk is full", "team_id": self.team.id},
            ]
        )
        link = self.env["psa.ticket.link"].create(
            {"ticket_id": blocker.id, "other_id": blocked.id, "kind": "blocks"}
        )
        seen = link.with_context(**blocked.action_open_links()["context"])
        self.assertEqual(seen.viewed_kind, "Blocked by")
        self.assertEqual(seen.action_open_viewed()["res_id"], blocker.id)

    @users("rita")
    def test_reader_removes_no_link(self):
        one, other = (
            self.env["psa.ticket"]
            .sudo()
            .create(
                [
                    {"name": "One", "team_id": self.team.id},
                    {"name": "Other", "team_id": self.team.id},
                ]
            )
        )
        link = (
            self.env["psa.ticket.link"]
            .sudo()
            .create({"ticket_id": one.id, "other_id": other.id})
        )
        with self.assertRaises(AccessError):
            link.with_env(self.env).action_remove()
        self.assertTrue(link.exists())


@tagged("post_install", "-at_install")
class TestQueues(ViewsCommon):
    """The counter of each queue equals the list it opens (S-080)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = datetime.now()
        cls.env["psa.ticket"].create(
            [
                {"name": name, "team_id": cls.team.id, **values}
                for name, values in [
                    ("Unread", {}),
                    ("Read", {"read_at": now}),
                    ("Ada's", {"user_id": cls.ada.id, "read_at": now}),
                    (
                        "Ada waits",
                        {"user_id": cls.ada.id, "stage_id": cls.stage_waiting.id},
                    ),
                    ("Lea's", {"user_id": cls.lea.id, "stage_id": cls.stage_open.id}),
                    (
                        "Done",
                        {"user_id": cls.ada.id, "stage_id": cls.stage_resolved.id},
                    ),
                    ("Closed", {"stage_id": cls.stage_closed.id}),
                    ("Abroad", {"team_id": cls.team_2.id}),
                ]
            ]
        )

    def _count_listed(self, queue):
        """Return how many tickets the list of one of the team's queues shows."""
        team = self.team.with_env(self.env)
        action = team.with_context(psa_queue=queue).action_open_tickets()
        search = etree.fromstring(
            self.env["psa.ticket"].get_view(action["search_view_id"][0], "search")[
                "arch"
            ]
        )
        domain = list(action["domain"])
        for key in action["context"]:
            if key.startswith("search_default_"):
                [found] = search.xpath(f"//filter[@name='{key[15:]}']")
                domain += safe_eval(found.get("domain"), {"uid": self.env.uid})
        return self.env["psa.ticket"].search_count(domain)

    def _assert_queue(self, queue, expected):
        counted = self.team.with_env(self.env)[QUEUE_COUNTERS[queue]]
        self.assertEqual((counted, self._count_listed(queue)), (expected, expected))

    @users("ada")
    def test_open_tickets(self):
        self._assert_queue("open", 5)

    @users("ada")
    def test_unassigned_tickets(self):
        self._assert_queue("unassigned", 2)

    @users("ada")
    def test_unread_tickets(self):
        self._assert_queue("unread", 3)

    @users("ada")
    def test_waiting_tickets(self):
        self._assert_queue("waiting", 1)

    @users("ada")
    def test_my_tickets(self):
        self._assert_queue("mine", 2)

    @users("lea")
    def test_my_tickets_are_not_those_of_another(self):
        self._assert_queue("mine", 1)

    @users("ada")
    def test_an_agent_of_two_teams_sees_both_queues(self):
        second = self.team.copy({"name": "Second level", "alias_name": False})
        second.member_ids = [(4, self.ada.id)]
        mine = self.env["psa.team"].search([("member_ids", "in", [self.env.uid])])
        self.assertLessEqual(self.team | second, mine)

    @users("ada")
    def test_counters_of_all_teams_take_two_queries(self):
        teams = self.env["psa.team"].search([])
        teams.mapped("my_ticket_count")  # access rights are read once and remembered
        teams.invalidate_recordset()
        with self.assertQueryCount(2):
            teams.mapped("my_ticket_count")

    @users("ada")
    def test_the_inbox_shows_the_newest_day_first(self):
        view = self.env.ref("helpdesk_psa.psa_ticket_view_list_inbox")
        arch = etree.fromstring(
            self.env["psa.ticket"].get_view(view.id, "list")["arch"]
        )
        order = arch.get("default_order")
        days = self.env["psa.ticket"].web_read_group(
            [], ["create_date:day"], ["__count"], order=order
        )
        starts = [group["create_date:day"][0] for group in days["groups"]]
        self.assertEqual(starts, sorted(starts, reverse=True))


@tagged("post_install", "-at_install")
class TestTeamLifecycle(ViewsCommon):
    """A team or a type that goes keeps its tickets (S-241)."""

    @users("lea")
    def test_lead_archives_and_renames_a_team_without_losing_history(self):
        ticket = self.env["psa.ticket"].create({"name": "Old", "team_id": self.team.id})
        team = ticket.team_id
        team.name = "Service desk"
        team.action_archive()
        ticket.invalidate_recordset()
        self.assertEqual(ticket.team_id.name, "Service desk")
        self.assertEqual(
            self.env["psa.ticket"].search([("team_id", "=", team.id)]), ticket
        )

    @users("max")
    def test_manager_archives_a_type_and_its_tickets_keep_it(self):
        ticket = self.env["psa.ticket"].create(
            {"name": "Old", "team_id": self.team.id, "type_id": self.type_request.id}
        )
        ticket.type_id.action_archive()
        ticket.invalidate_recordset()
        self.assertEqual(ticket.type_id, self.type_request)


@tagged("post_install", "-at_install")
class TestSampleFile(ViewsCommon):
    """The sample file imports as it is; a wrong value is told and nothing is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.name = "Desk"  # as in a fresh database, one team is called Support

    def _load(self, change=None):
        """Import the sample file, as the import dialog does.

        :param change: function that changes the rows, a list of lists with the header
        """
        with file_open(SAMPLE) as sample:
            rows = list(csv.reader(sample))
        if change:
            change(rows)
        return (
            self.env["psa.ticket"]
            .with_context(import_file=True, name_create_enabled_fields={})
            .load(rows[0], rows[1:])
        )

    @users("ada")
    def test_sample_imports_without_change(self):
        result = self._load()
        self.assertFalse(result["messages"])
        tickets = self.env["psa.ticket"].browse(result["ids"])
        self.assertEqual(tickets.mapped("severity_id.priority"), ["2", "0", "1"])
        self.assertEqual(tickets[0].body.striptags()[:25], "It shows a blue screen, t")

    @users("ada")
    def test_nobody_is_acknowledged_an_import(self):
        before = self.env["psa.notice"].sudo().search_count([])
        tickets = self.env["psa.ticket"].browse(self._load()["ids"])
        self.assertEqual(set(tickets.mapped("channel")), {"import"})
        self.assertEqual(self.env["psa.notice"].sudo().search_count([]), before)

    @users("ada")
    def test_unknown_severity_is_told_and_nothing_is_written(self):
        def spoil(rows):
            rows[2][rows[0].index("severity_id")] = "Terrible"

        before = self.env["psa.ticket"].search_count([])
        result = self._load(spoil)
        self.assertFalse(result["ids"])
        [message] = result["messages"]
        self.assertIn("Severity", message["message"])
        self.assertIn("Terrible", message["message"])
        self.assertEqual(message["moreinfo"]["res_model"], "psa.severity")
        self.assertEqual(self.env["psa.ticket"].search_count([]), before)

    @users("ada")
    def test_the_import_dialog_offers_the_sample(self):
        [offer] = self.env["psa.ticket"].get_import_templates()
        self.assertEqual(offer["template"], f"/{SAMPLE}")

    @users("rita")
    def test_reader_imports_nothing(self):
        before = self.env["psa.ticket"].search_count([])
        result = self._load()
        self.assertTrue(result["messages"])
        self.assertEqual(self.env["psa.ticket"].search_count([]), before)


@tagged("post_install", "-at_install")
class TestFavourites(ViewsCommon):
    """Everybody saves favourites; managers only share them with everybody (S-083)."""

    def _save_favourite(self, users, model="psa.ticket"):
        return self.env["ir.filters"].create_filter(
            {
                "name": "By priority",
                "model_id": model,
                "domain": "[('stage_category', '=', 'open')]",
                "context": "{'group_by': ['priority']}",
                "user_ids": [(6, 0, users.ids)],
            }
        )

    @users("ada")
    def test_agent_finds_the_saved_favourite_again(self):
        self._save_favourite(self.env.user)
        [found] = self.env["ir.filters"].get_filters("psa.ticket")
        self.assertEqual(ast.literal_eval(found["context"]), {"group_by": ["priority"]})

    @users("ada")
    def test_agent_shares_with_a_colleague(self):
        self._save_favourite(self.ada | self.lea)
        found = self.env["ir.filters"].with_user(self.lea).get_filters("psa.ticket")
        self.assertEqual([favourite["name"] for favourite in found], ["By priority"])

    @users("ada")
    def test_agent_does_not_share_with_everybody(self):
        with self.assertRaises(AccessError):
            self._save_favourite(self.env["res.users"])
        self.assertFalse(self.env["ir.filters"].get_filters("psa.ticket"))

    @users("ada")
    def test_agent_does_not_make_an_own_favourite_everybodys(self):
        favourite = self._save_favourite(self.env.user)
        with self.assertRaises(AccessError), self.cr.savepoint():
            favourite.user_ids = False
        self.assertEqual(favourite.user_ids, self.env.user)

    @users("ada")
    def test_agent_neither_changes_nor_deletes_what_is_everybodys(self):
        self.env = self.env(user=self.max)
        favourite = self._save_favourite(self.env["res.users"]).with_user(self.ada)
        with self.assertRaises(AccessError), self.cr.savepoint():
            favourite.domain = "[]"
        with self.assertRaises(AccessError):
            favourite.unlink()
        self.assertEqual(favourite.domain, "[('stage_category', '=', 'open')]")

    @users("ada")
    def test_dialog_offers_agents_no_sharing_with_everybody(self):
        favourite = self._save_favourite(self.env.user)
        with Form(favourite, view="base.ir_filters_view_edit_form") as form:
            self.assertTrue(form._get_modifier("user_ids", "required"))

    @users("max")
    def test_dialog_lets_managers_share_with_everybody(self):
        favourite = self._save_favourite(self.env.user)
        with Form(favourite, view="base.ir_filters_view_edit_form") as form:
            self.assertFalse(form._get_modifier("user_ids", "required"))

    @users("max")
    def test_manager_shares_with_everybody(self):
        self._save_favourite(self.env["res.users"])
        found = self.env["ir.filters"].with_user(self.rita).get_filters("psa.ticket")
        self.assertEqual([favourite["name"] for favourite in found], ["By priority"])

    @users("ada")
    def test_other_applications_share_as_before(self):
        self.assertTrue(self._save_favourite(self.env["res.users"], "res.partner"))


@tagged("post_install", "-at_install")
class TestSettings(ViewsCommon):
    """How long the mail journal is kept."""

    def test_settings_start_with_what_is_in_force(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(
            (settings.psa_mail_log_days, settings.psa_mail_log_raw_days), (180, 30)
        )

    def test_the_journal_is_kept_as_long_as_set(self):
        self.env["res.config.settings"].create({"psa_mail_log_days": 10}).execute()
        old, recent = self.env["psa.mail.log"].create(
            [
                {"received_at": datetime.now() - timedelta(days=11)},
                {"received_at": datetime.now() - timedelta(days=9)},
            ]
        )
        self.env["psa.mail.log"]._gc_lines()
        self.assertEqual((old | recent).exists(), recent)

    def test_the_journal_is_not_kept_for_no_day(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.env["res.config.settings"].create({"psa_mail_log_days": 0})
        get_param = self.env["ir.config_parameter"].get_param
        self.assertFalse(get_param("helpdesk_psa.mail_log_days"))


@tagged("post_install", "-at_install")
class TestBlockSender(ViewsCommon):
    """The journal's button says what it did."""

    @users("max")
    def test_blocking_a_sender_says_so(self):
        line = (
            self.env["psa.mail.log"].sudo().create({"email_normalized": "ad@x.example"})
        )
        action = line.with_env(self.env).action_block_sender()
        self.assertIn("ad@x.example", action["params"]["message"])

    @users("max")
    def test_a_mail_without_sender_blocks_nobody(self):
        line = self.env["psa.mail.log"].sudo().create({"subject": "No sender"})
        before = self.env["psa.mail.rule"].search_count([])
        with self.assertRaises(UserError):
            line.with_env(self.env).action_block_sender()
        self.assertEqual(self.env["psa.mail.rule"].search_count([]), before)
