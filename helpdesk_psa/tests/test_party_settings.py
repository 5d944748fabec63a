"""What a contact may expect: from himself, his site, his customer, or else the team."""

from odoo.tests import tagged

from .common import HelpdeskCommon


class SettingsCommon(HelpdeskCommon):
    """Casey works at ACME's site in Lyon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme.psa_is_customer = True
        cls.lyon = cls.env["res.partner"].create(
            {"name": "Lyon", "type": "psa_site", "parent_id": cls.acme.id}
        )
        cls.casey.psa_site_id = cls.lyon
        cls.team_b = cls.env["psa.team"].create(
            {"name": "Team B", "company_id": cls.company.id, "sequence": 90}
        )


@tagged("post_install", "-at_install")
class TestInheritance(SettingsCommon):
    VALUES = {
        "psa_send_acknowledgement": ("yes", "no"),
        "psa_priority": ("0", "3"),
        "lang": ("en_US", "fr_FR"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        (cls.acme | cls.casey | cls.lyon).lang = False

    def _get(self, name, contact=None):
        return (contact or self.casey).with_user(self.ada)._psa_get_setting(name)

    def test_nobody_says_anything(self):
        for name in self.VALUES:
            with self.subTest(name=name):
                value, source = self._get(name)
                self.assertFalse(value)
                self.assertFalse(source)

    def test_each_setting_comes_from_the_customer(self):
        for name, (value, _other) in self.VALUES.items():
            with self.subTest(name=name):
                self.acme[name] = value
                self.assertEqual(self._get(name), (value, self.acme))

    def test_the_site_beats_the_customer(self):
        for name, (value, other) in self.VALUES.items():
            with self.subTest(name=name):
                self.acme[name] = value
                self.lyon[name] = other
                self.assertEqual(self._get(name), (other, self.lyon))

    def test_the_contact_beats_the_site(self):
        for name, (value, other) in self.VALUES.items():
            with self.subTest(name=name):
                self.lyon[name] = value
                self.casey[name] = other
                self.assertEqual(self._get(name), (other, self.casey))

    def test_a_site_says_nothing_about_people_elsewhere(self):
        self.lyon.psa_priority = "3"
        self.assertFalse(self._get("psa_priority", self.dana)[0])

    def test_usual_team_and_priority_are_the_companys(self):
        self.acme.with_company(self.company).write(
            {"psa_team_id": self.team_b.id, "psa_priority": "3"}
        )
        self.acme.with_company(self.company_2).psa_team_id = self.team_2
        ours = self.casey.with_company(self.company)
        theirs = self.casey.with_company(self.company_2)
        self.assertEqual(ours._psa_get_setting("psa_team_id")[0], self.team_b)
        self.assertEqual(theirs._psa_get_setting("psa_team_id")[0], self.team_2)
        self.assertFalse(theirs._psa_get_setting("psa_priority")[0])

    def test_vip_of_the_customer_makes_the_contact_one(self):
        self.acme.psa_vip = True
        self.assertEqual(self._get("psa_vip"), (True, self.acme))

    def test_the_form_says_where_each_setting_comes_from(self):
        self.acme.psa_priority = "3"
        self.casey.psa_send_acknowledgement = "no"
        summary = self.casey.with_user(self.ada).psa_settings_summary
        self.assertIn("<b>Urgent</b></td><td class='text-muted'>from ACME", summary)
        self.assertIn("<b>No</b></td><td class='text-muted'>set here", summary)


@tagged("post_install", "-at_install")
class TestSettingsOnTickets(SettingsCommon):
    def _receive_from_casey(self):
        return self._receive(
            email_from=self.casey.email_formatted, to=self.team_address
        ).ticket_id

    def test_usual_priority_of_the_customer(self):
        self.acme.psa_priority = "2"
        self.assertEqual(self._create_ticket().priority, "2")

    def test_a_priority_that_was_chosen_stays(self):
        self.acme.psa_priority = "2"
        self.assertEqual(self._create_ticket(priority="0").priority, "0")

    def test_usual_team_of_the_site(self):
        self.lyon.psa_team_id = self.team_b
        self.assertEqual(self._create_ticket(team_id=False).team_id, self.team_b)

    def test_the_address_a_mail_went_to_beats_the_usual_team(self):
        self.acme.psa_team_id = self.team_b
        self.assertEqual(self._receive_from_casey().team_id, self.team)

    def test_vip_shows_on_tickets_and_finds_them(self):
        self.lyon.psa_vip = True
        ours, others = (
            self._create_ticket(),
            self._create_ticket(partner_id=self.zoe.id),
        )
        self.assertEqual((ours.is_vip, others.is_vip), (True, False))
        tickets = self.env["psa.ticket"].with_user(self.ada)
        found = tickets.search([("is_vip", "=", True)])
        self.assertEqual(found & (ours | others), ours)
        found = tickets.search([("is_vip", "=", False)])
        self.assertEqual(found & (ours | others), others)

    def test_the_colour_of_the_customer_is_on_his_tickets(self):
        self.acme.psa_color = 4
        self.assertEqual(self._create_ticket().with_user(self.ada).customer_color, 4)


@tagged("post_install", "-at_install")
class TestAcknowledgement(SettingsCommon):
    def _is_acknowledged(self, contact=None):
        """Let a mail come in and tell whether its sender is answered."""
        self._receive(
            email_from=(contact or self.casey).email_formatted, to=self.team_address
        )
        return bool(self._send_notices())

    def test_the_team_decides_when_nobody_else_does(self):
        self.team.acknowledge = True
        self.assertTrue(self._is_acknowledged())

    def test_no_team_wish_no_mail(self):
        self.team.acknowledge = False
        self.assertFalse(self._is_acknowledged())

    def test_a_customer_who_wants_none_gets_none(self):
        self.team.acknowledge = True
        self.acme.psa_send_acknowledgement = "no"
        self.assertFalse(self._is_acknowledged())

    def test_others_still_get_theirs(self):
        self.team.acknowledge = True
        self.acme.psa_send_acknowledgement = "no"
        self.assertTrue(self._is_acknowledged(self.zoe))

    def test_a_contact_who_wants_one_gets_it_in_spite_of_his_firm(self):
        self.team.acknowledge = False
        self.acme.psa_send_acknowledgement = "no"
        self.casey.psa_send_acknowledgement = "yes"
        self.assertTrue(self._is_acknowledged())


@tagged("post_install", "-at_install")
class TestNeverEmail(SettingsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.acknowledge = True
        cls.ticket = cls._create_ticket()
        cls.casey.psa_never_email = True
        cls.known_mails = cls.env["mail.mail"].search([])

    def _get_live_mails(self):
        """Return the mails made since, except cancelled ones, and to whom they go."""
        mails = self.env["mail.mail"].search([]) - self.known_mails
        return mails.filtered(lambda mail: mail.state != "cancel")

    def test_his_own_mail_is_not_acknowledged(self):
        self._receive(email_from=self.casey.email_formatted, to=self.team_address)
        self._send_notices()
        self.assertFalse(self._get_live_mails())

    def test_an_agents_answer_makes_no_mail(self):
        self.ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self._get_live_mails())

    def test_nor_when_he_is_named_as_recipient(self):
        self.ticket.with_user(self.ada).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.casey.ids,
        )
        self.assertFalse(self._get_live_mails())

    def test_closing_makes_no_mail(self):
        self.ticket.with_user(self.ada).action_resolve()
        self.ticket.with_user(self.ada).action_close()
        self._send_notices()
        self.assertFalse(self._get_live_mails())

    def test_another_follower_still_gets_his(self):
        self.ticket.message_subscribe(self.dana.ids)
        self.ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self._get_live_mails().recipient_ids, self.dana)

    def test_a_template_makes_no_mail_that_leaves(self):
        template = self.env["mail.template"].create(
            {
                "name": "Anything",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "partner_to": "{{ object.id }}",
                "subject": "News",
                "body_html": "<p>News</p>",
            }
        )
        template.send_mail(self.casey.id)
        self.assertFalse(self._get_live_mails())

    def test_a_mail_to_his_bare_address_does_not_leave(self):
        self.env["mail.mail"].create(
            {"email_to": "Casey <casey@acme.example.com>", "body_html": "<p>News</p>"}
        )
        self.assertFalse(self._get_live_mails())

    def test_an_invitation_to_the_portal_does_not_leave(self):
        wizard = (
            self.env["portal.wizard"].with_context(active_ids=self.casey.ids).create({})
        )
        wizard.user_ids.action_grant_access()
        self.assertFalse(self._get_live_mails())

    def test_he_is_taken_off_the_copies_and_others_stay(self):
        mail = self.env["mail.mail"].create(
            {
                "email_to": "Dana <dana@acme.example.com>",
                "email_cc": f"{self.casey.email_formatted}, boss@other.example",
            }
        )
        self.assertEqual(mail.email_cc, "boss@other.example")
        self.assertIn("dana@acme.example.com", mail.email_to)
        self.assertEqual(mail.state, "outgoing")

    def test_mail_that_only_copies_him_is_cancelled(self):
        mail = self.env["mail.mail"].create({"email_cc": self.casey.email})
        self.assertFalse(mail.email_cc)
        self.assertEqual(mail.state, "cancel")

    def test_the_setting_of_the_customer_holds_for_his_people(self):
        self.casey.psa_never_email = False
        self.acme.psa_never_email = True
        self.ticket.with_user(self.ada).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self._get_live_mails())
