"""Support pods: who looks after a customer, and who must not look."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import mail_new_test_user

from .common import HelpdeskCommon


class PodsCommon(HelpdeskCommon):
    """Ada is in ACME's pod, Tess is not; Globex belongs to everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tess = cls._create_user("tess", "Tess Outside", "agent")
        cls.pod = cls._create_group("Pod 2", restrict=True, users=cls.ada)
        cls.acme.write({"psa_is_customer": True, "psa_customer_group_id": cls.pod.id})
        cls.hidden = cls._create_ticket(name="Hidden from Tess", body="<p>Secret</p>")
        cls.shown = cls._create_ticket(name="Shown to all", partner_id=cls.zoe.id)

    @classmethod
    def _create_group(cls, name, parent=None, restrict=False, users=None):
        return cls.env["psa.customer.group"].create(
            {
                "name": name,
                "parent_id": parent.id if parent else False,
                "restrict": restrict,
                "user_ids": [(6, 0, users.ids if users else [])],
            }
        )

    def _sees(self, user, ticket=None):
        """Whether a user finds a ticket, the hidden one unless told otherwise."""
        ticket = ticket or self.hidden
        return bool(
            self.env["psa.ticket"]
            .with_user(user)
            .search_count([("id", "=", ticket.id)])
        )


@tagged("post_install", "-at_install")
class TestPodOnly(PodsCommon):
    def test_an_agent_outside_the_pod_finds_no_ticket_of_it(self):
        found = self.env["psa.ticket"].with_user(self.tess).search([])
        self.assertIn(self.shown, found)
        self.assertNotIn(self.hidden, found)

    def test_nor_by_number_or_words(self):
        tickets = self.env["psa.ticket"].with_user(self.tess)
        for text in (self.hidden.number, "Hidden", "ACME", "Casey"):
            with self.subTest(text=text):
                self.assertFalse(tickets.name_search(text))
                self.assertFalse(tickets.search([("search_text", "ilike", text)]))

    def test_nor_by_reading(self):
        with self.assertRefused(AccessError):
            self.hidden.with_user(self.tess).read(["name"])

    def test_nor_by_exporting(self):
        self.tess.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRefused(AccessError):
            self.hidden.with_user(self.tess).export_data(["number", "name"])

    def test_nor_by_writing(self):
        with self.assertRefused(AccessError):
            self.hidden.with_user(self.tess).write({"priority": "3"})
        self.assertEqual(self.hidden.priority, "1")

    def test_nor_in_groups_of_a_list(self):
        groups = (
            self.env["psa.ticket"]
            .with_user(self.tess)
            .formatted_read_group(
                [("team_id", "=", self.team.id)], ["customer_id"], ["__count"]
            )
        )
        self.assertEqual(
            [(group["customer_id"][0], group["__count"]) for group in groups],
            [(self.globex.id, 1)],
        )

    def test_nor_in_its_history(self):
        events = self.env["psa.event"].with_user(self.tess)
        self.assertFalse(events.search([("ticket_id", "=", self.hidden.id)]))
        with self.assertRefused(AccessError):
            self.hidden.event_ids.with_user(self.tess).read(["summary"])

    def test_nor_by_its_links(self):
        link = self.env["psa.ticket.link"].create(
            {"ticket_id": self.shown.id, "other_id": self.hidden.id, "kind": "related"}
        )
        self.assertFalse(
            self.env["psa.ticket.link"]
            .with_user(self.tess)
            .search([("id", "=", link.id)])
        )
        self.assertEqual(self.shown.with_user(self.tess).link_count, 0)

    def test_nor_by_its_messages(self):
        message = self.hidden.message_ids[:1]
        self.assertTrue(message)
        with self.assertRefused(AccessError):
            message.with_user(self.tess).read(["body"])

    def test_nor_by_its_activities(self):
        activity = self.hidden.activity_schedule(
            "mail.mail_activity_data_todo", summary="Hidden", user_id=self.ada.id
        )
        activities = self.env["mail.activity"].with_user(self.tess)
        self.assertFalse(activities.search([("id", "=", activity.id)]))

    def test_nor_by_its_attachments(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "plan.txt",
                "raw": b"secret",
                "res_model": "psa.ticket",
                "res_id": self.hidden.id,
            }
        )
        attachments = self.env["ir.attachment"].with_user(self.tess)
        self.assertFalse(attachments.search([("id", "=", attachment.id)]))

    def test_nor_by_its_ratings(self):
        self.hidden.rating_apply(
            1, token=self.hidden._rating_get_access_token(), feedback="Secret"
        )
        for user, count in ((self.ada, 1), (self.tess, 0), (self.max, 1)):
            ratings = self.env["rating.rating"].with_user(user)
            found = ratings.search_count([("feedback", "=", "Secret")])
            self.assertEqual(found, count, user.name)

    def test_nor_do_employees_without_the_helpdesk_see_ratings_of_tickets(self):
        self.shown.rating_apply(
            1, token=self.shown._rating_get_access_token(), feedback="Secret"
        )
        clerk = mail_new_test_user(self.env, login="clerk", groups="base.group_user")
        ratings = self.env["rating.rating"].with_user(clerk)
        self.assertFalse(ratings.search([("feedback", "=", "Secret")]))

    def test_nor_in_groups_and_sums_of_anything_that_hangs_on_it(self):
        self.hidden.activity_schedule(
            "mail.mail_activity_data_todo", summary="Hidden", user_id=self.ada.id
        )
        self.hidden.rating_apply(
            1, token=self.hidden._rating_get_access_token(), feedback="Secret"
        )
        ticket = [("res_model", "=", "psa.ticket"), ("res_id", "=", self.hidden.id)]
        for model, domain, group in (
            ("psa.ticket", [("id", "=", self.hidden.id)], "customer_id"),
            ("psa.event", [("ticket_id", "=", self.hidden.id)], "kind"),
            ("mail.activity", ticket, "user_id"),
            ("rating.rating", ticket, "rating_text"),
            (
                "mail.message",
                [("model", "=", "psa.ticket"), ("res_id", "=", self.hidden.id)],
                "message_type",
            ),
        ):
            with self.subTest(model=model):
                groups = {
                    user: self.env[model]
                    .with_user(user)
                    .formatted_read_group(domain, [group], ["__count"])
                    for user in (self.ada, self.tess)
                }
                self.assertTrue(groups[self.ada])
                self.assertFalse(groups[self.tess])

    def test_nor_in_the_log_of_incoming_mails(self):
        line = self._receive(subject="Hidden mail")
        self.assertEqual(line.ticket_id.customer_group_id, self.pod)
        for user in (self.tess, self.ada, self.lea):
            with self.assertRefused(AccessError):
                line.with_user(user).read(["subject"])
        self.assertEqual(line.with_user(self.max).subject, "Hidden mail")

    def test_nor_in_the_overview_and_its_counters(self):
        tickets = self.env["psa.ticket"]
        ada = tickets.with_user(self.ada).get_home_data()
        tess = tickets.with_user(self.tess).get_home_data()
        self.assertNotEqual(ada, tess)
        self.assertNotIn(self.hidden.name, str(tess))
        self.assertNotIn(self.hidden.number, str(tess))

    def test_nor_as_parent_or_child_of_a_ticket(self):
        child = self._create_ticket(name="Child", partner_id=self.zoe.id)
        child.parent_id = self.hidden
        shown = child.with_user(self.tess)
        (values,) = shown.web_read(
            {
                "child_ids": {"fields": {"name": {}}},
                "parent_id": {"fields": {"display_name": {}}},
            }
        )
        self.assertNotIn("Hidden", str(values["parent_id"]))
        self.hidden.parent_id = self.shown
        (values,) = self.shown.with_user(self.tess).web_read(
            {"child_ids": {"fields": {"name": {}}}}
        )
        self.assertNotIn("Hidden", str(values))

    def test_counters_count_what_the_reader_may_see(self):
        counts = {
            user: (
                self.acme.with_user(user).psa_open_ticket_count,
                self.casey.with_user(user).psa_open_ticket_count,
                self.pod.with_user(user).open_ticket_count,
                self.hidden.site_id.with_user(user).psa_open_ticket_count,
            )
            for user in (self.ada, self.tess)
        }
        self.assertEqual(counts, {self.ada: (1, 1, 1, 1), self.tess: (0, 0, 0, 0)})

    def test_the_customers_form_shows_only_what_the_reader_may_see(self):
        acme = self.acme.with_user(self.tess)
        self.assertFalse(acme.psa_recent_ticket_ids)
        self.assertFalse(acme.psa_recent_event_ids)
        self.assertIn("No open ticket", acme.psa_overview)
        self.assertNotIn("No open ticket", self.acme.with_user(self.ada).psa_overview)

    def test_smart_buttons_open_what_they_count(self):
        for user in (self.ada, self.tess):
            acme = self.acme.with_user(user)
            action = acme.action_psa_open_tickets()
            tickets = self.env["psa.ticket"].with_user(user).search(action["domain"])
            self.assertEqual(len(tickets), acme.psa_open_ticket_count)

    def test_contacts_stay_visible_to_everybody(self):
        contacts = self.env["res.partner"].with_user(self.tess)
        self.assertEqual(contacts.search([("id", "=", self.casey.id)]), self.casey)

    def test_members_of_the_pod_see_its_tickets(self):
        self.assertTrue(self._sees(self.ada))

    def test_managers_see_all_tickets(self):
        self.assertTrue(self._sees(self.max))

    def test_a_leader_outside_the_pod_sees_nothing(self):
        self.assertFalse(self._sees(self.lea))

    def test_nobody_outside_is_told_of_the_pods_tickets(self):
        self.tess.notification_type = "inbox"
        self.tess.psa_notify_colleague = True
        self.team.write(
            {
                "member_ids": [(4, self.tess.id)],
                "notify_user_ids": [(4, self.tess.id)],
                "notify_new": True,
                "notify_message": True,
            }
        )
        ticket = self._create_ticket(user_id=self.ada.id, body="<p>Hidden</p>")
        ticket.with_user(self.max).user_id = self.lea
        ticket.message_post(
            body="More",
            author_id=self.casey.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        told = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.tess.partner_id.id)]
        )
        self.assertFalse(told)

    def test_automatic_assignment_gives_the_pods_tickets_to_the_pod(self):
        self.team.write(
            {
                "member_ids": [(6, 0, (self.tess | self.ada).ids)],
                "assign_method": "round_robin",
            }
        )
        tickets = self.env["psa.ticket"]._intake(
            [
                {
                    "channel": "email",
                    "name": str(number),
                    "email_from": self.casey.email,
                    "team_id": self.team.id,
                }
                for number in range(4)
            ]
        )
        self.assertEqual(tickets.user_id, self.ada)


@tagged("post_install", "-at_install")
class TestPodChanges(PodsCommon):
    def test_joining_the_pod_takes_effect_at_once(self):
        self.assertFalse(self._sees(self.tess))
        self.pod.with_user(self.lea).user_ids += self.tess
        self.assertTrue(self._sees(self.tess))

    def test_leaving_the_pod_takes_effect_at_once(self):
        self.assertTrue(self._sees(self.ada))
        self.pod.with_user(self.lea).user_ids -= self.ada
        self.assertFalse(self._sees(self.ada))

    def test_opening_the_pod_takes_effect_at_once(self):
        self.assertFalse(self._sees(self.tess))
        self.pod.with_user(self.lea).restrict = False
        self.assertTrue(self._sees(self.tess))

    def test_moving_the_customer_takes_effect_at_once(self):
        self.assertFalse(self._sees(self.tess))
        self.acme.with_user(self.lea).psa_customer_group_id = False
        self.assertTrue(self._sees(self.tess))

    def test_an_archived_pod_still_hides_its_tickets(self):
        self.pod.with_user(self.lea).action_archive()
        self.assertFalse(self._sees(self.tess))

    def test_moving_a_group_under_a_pod_takes_effect_at_once(self):
        region = self._create_group("Region")
        self.globex.psa_customer_group_id = region
        self.assertTrue(self._sees(self.tess, self.shown))
        region.with_user(self.lea).parent_id = self.pod
        self.assertFalse(self._sees(self.tess, self.shown))


@tagged("post_install", "-at_install")
class TestNestedGroups(PodsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.below = cls._create_group("Below", parent=cls.pod)
        cls.globex.psa_customer_group_id = cls.below

    def test_a_pod_hides_the_groups_below_it(self):
        self.assertFalse(self._sees(self.tess, self.shown))

    def test_its_members_see_the_groups_below(self):
        self.assertTrue(self._sees(self.ada, self.shown))

    def test_the_pod_of_a_group_below_sees_its_own_customers_only(self):
        self.below.user_ids = self.tess
        self.assertTrue(self._sees(self.tess, self.shown))
        self.assertFalse(self._sees(self.tess))

    def test_counts_hold_the_groups_below(self):
        pod = self.pod.with_user(self.ada)
        self.assertEqual((pod.customer_count, pod.open_ticket_count), (2, 2))
        action = pod.action_open_customers()
        customers = self.env["res.partner"].with_user(self.ada).search(action["domain"])
        self.assertEqual(customers, self.acme | self.globex)

    def test_a_group_cannot_be_inside_itself(self):
        with self.assertRefused(UserError, "Recursion Detected"):
            self.pod.with_user(self.lea).parent_id = self.below
        self.assertFalse(self.pod.parent_id)

    def test_full_name_follows_the_group_above(self):
        self.pod.with_user(self.lea).name = "West"
        self.assertEqual(self.below.display_name, "West / Below")

    def test_agents_do_not_change_groups(self):
        with self.assertRefused(AccessError):
            self.pod.with_user(self.ada).restrict = False
        self.assertTrue(self.pod.restrict)


@tagged("post_install", "-at_install")
class TestGroupOfTickets(PodsCommon):
    def test_tickets_follow_their_customer_to_another_group(self):
        other = self._create_group("Other")
        self.acme.with_user(self.lea).psa_customer_group_id = other
        self.assertEqual(self.hidden.customer_group_id, other)

    def test_tickets_are_found_by_group(self):
        found = (
            self.env["psa.ticket"]
            .with_user(self.ada)
            .search([("customer_group_id", "child_of", self.pod.id)])
        )
        self.assertEqual(found, self.hidden)
