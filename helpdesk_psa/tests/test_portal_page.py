import lxml.html

from odoo.tests import new_test_user, tagged

from .portal_common import PIXEL, PortalCommon


@tagged("post_install", "-at_install")
class TestTicketPageAccess(PortalCommon):
    """Who gets in by the tracking link, and who does not (I-13)."""

    def test_the_link_opens_the_page_for_anybody(self):
        response = self._open(token=self.token)
        self.assertEqual(response.status_code, 200)
        self.assertIn(self.ticket.number, response.text)
        self.assertIn("Printer down", response.text)

    def test_the_link_printed_in_mails_is_this_page(self):
        link = self.ticket._get_tracking_url()
        self.assertTrue(link.endswith(f"{self.url}?access_token={self.token}"))
        self.assertIn("Is it plugged in?", self.url_open(link).text)

    def test_without_a_token_a_visitor_is_led_to_the_search(self):
        self._assert_refused(self._open())

    def test_a_wrong_token_is_refused(self):
        self._assert_refused(self._open(token="0" * 36))

    def test_a_token_that_is_not_ascii_is_refused(self):
        self._assert_refused(self._open(token="éé"))

    def test_the_token_of_another_ticket_is_refused(self):
        other = self._create_ticket(partner_id=self.zoe.id).sudo()
        self._assert_refused(self._open(token=other.access_token))

    def test_a_ticket_that_does_not_exist_answers_like_a_wrong_token(self):
        missing = self._open(f"/my/tickets/{self.ticket.id + 10_000}", token=self.token)
        self._assert_refused(missing)
        self._assert_refused(self._open("/my/tickets/0", token=self.token))

    def test_an_absurd_number_is_not_found(self):
        self.assertEqual(self._open("/my/tickets/99999999999").status_code, 404)

    def test_the_link_dies_when_somebody_else_becomes_the_requester(self):
        self.ticket.with_user(self.ada).partner_id = self.zoe
        self._assert_refused(self._open(token=self.token))

    def test_a_portal_user_of_another_customer_is_refused(self):
        self.authenticate("zoe_portal", "zoe_portal")
        self._assert_refused(self._open())

    def test_the_requester_as_a_portal_user_needs_no_link(self):
        new_test_user(
            self.env,
            "casey_portal",
            groups="base.group_portal",
            partner_id=self.casey.id,
        )
        self.authenticate("casey_portal", "casey_portal")
        self.assertEqual(self._open().status_code, 200)

    def test_a_portal_user_who_may_see_no_ticket_needs_the_link(self):
        self.casey.psa_portal_access = "none"
        new_test_user(
            self.env,
            "casey_portal",
            groups="base.group_portal",
            partner_id=self.casey.id,
        )
        self.authenticate("casey_portal", "casey_portal")
        self._assert_refused(self._open())
        self.assertEqual(self._open(token=self.token).status_code, 200)

    def test_an_employee_outside_the_helpdesk_is_refused(self):
        self.authenticate("eve_employee", "eve_employee")
        self._assert_refused(self._open())

    def test_an_agent_of_another_company_is_refused(self):
        self.authenticate("bob", "bob")
        self._assert_refused(self._open())

    def test_an_agent_without_the_link_goes_to_the_form(self):
        self.authenticate("ada", "ada")
        response = self._open()
        self.assertURLEqual(
            response.headers["Location"],
            f"/mail/view?model=psa.ticket&res_id={self.ticket.id}",
        )

    def test_an_agent_with_the_link_sees_what_the_customer_sees(self):
        self.authenticate("ada", "ada")
        page = self._open(token=self.token).text
        self.assertIn("preview of the customer portal", page)
        self.assertNotIn("SECRET", page)

    def test_the_page_keeps_its_address_to_itself(self):
        headers = self._open(token=self.token).headers
        self.assertEqual(headers["Referrer-Policy"], "same-origin")
        self.assertEqual(headers["X-Robots-Tag"], "noindex, nofollow")
        self.assertIn("no-store", headers["Cache-Control"])


@tagged("post_install", "-at_install")
class TestTicketPage(PortalCommon):
    """What the page tells."""

    def _get_details(self):
        terms = self._open_page().xpath("//dl/dt | //dl/dd")
        texts = [" ".join(node.text_content().split()) for node in terms]
        return dict(zip(texts[::2], texts[1::2], strict=True))

    def _get_lang(self, page):
        return page.find_class("o_psa_ticket_page")[0].get("lang")

    def _get_articles(self, page):
        return page.xpath("//article")

    def test_it_tells_status_moment_contact_and_progress(self):
        self.ticket.write(
            {
                "requested_at": "2026-01-05 09:00:00",
                "user_id": self.ada.id,
                "progress": 40,
            }
        )
        self.ticket.stage_id = self.stage_waiting
        self.casey.tz = "Asia/Tokyo"
        self.assertEqual(
            self._get_details(),
            {
                "Status": self.stage_waiting.name,
                "Requested on": "01/05/2026 06:00 PM",
                "Your contact": "Ada",
                "Progress": "40 %",
            },
        )

    def test_it_names_the_team_while_nobody_has_the_ticket(self):
        self.ticket.user_id = False
        details = self._get_details()
        self.assertEqual(details["Your contact"], "Support")
        self.assertNotIn("Progress", details)

    def test_messages_are_listed_newest_first(self):
        self._post("Hello?", user=self.lea)
        articles = self._get_articles(self._open_page())
        authors = [article.xpath(".//strong")[0].text for article in articles]
        self.assertEqual(authors, ["Lea Lead", "Ada Agent", "Casey Customer"])
        self.assertIn("It does not print.", articles[-1].text_content())

    def test_internal_notes_and_logs_are_never_there(self):
        self._post("SECRET by flag", is_internal=True)
        self.ticket._message_log(body="SECRET log")
        self.ticket.message_post(body="SECRET automatic", message_type="notification")
        self.ticket.with_user(self.ada).activity_schedule(note="SECRET activity")
        internal = self.env["mail.message.subtype"].create(
            {"name": "Inside", "internal": True, "res_model": "psa.ticket"}
        )
        self._post("SECRET by subtype", subtype_xmlid=None, subtype_id=internal.id)
        page = self._open(token=self.token).text
        self.assertNotIn("SECRET", page)
        self.assertEqual(len(self._get_articles(lxml.html.fromstring(page))), 2)

    def test_a_message_emptied_by_its_author_is_gone(self):
        self.ticket._message_update_content(
            self.answer.sudo(), body="", attachment_ids=[]
        )
        self.assertEqual(len(self._get_articles(self._open_page())), 1)

    def test_files_of_public_messages_can_be_downloaded(self):
        links = self._open_page().xpath("//article//li/a")
        self.assertEqual(
            [link.text_content().strip() for link in links], ["manual.txt"]
        )
        self.authenticate(None, None)
        response = self.url_open(links[0].get("href"))
        self.assertEqual(response.content, b"Plug it in.")
        self.assertIn("attachment", response.headers["Content-Disposition"])

    def test_files_of_internal_notes_cannot_be_downloaded(self):
        file = self.note.attachment_ids
        self.assertNotIn("SECRET-FILE", self._open(token=self.token).text)
        for token in (None, self.token, self.answer.attachment_ids.sudo().access_token):
            response = self._open(f"/web/content/{file.id}", token=token)
            self.assertEqual(response.status_code, 404)
            self.assertNotIn(b"SECRET-CONTENT", response.content)

    def test_pictures_in_the_text_show_to_anybody(self):
        picture = self.env["ir.attachment"].create(
            {"name": "screen.gif", "raw": PIXEL, "res_model": "psa.ticket"}
        )
        picture.res_id = self.ticket.id
        message = self._post("Look", attachment_ids=picture.ids)
        message.body = (
            f'<p>Look <img src="/web/image/{picture.id}-abc/screen.gif"/></p>'
        )
        image = self._open_page().xpath("//article//img")[0]
        response = self.url_open(image.get("src"))
        self.assertEqual(response.content, PIXEL)

    def test_a_text_cannot_open_a_file_that_is_not_its_own(self):
        file = self.note.attachment_ids
        self._post("Fishing").body = f'<p>Hm <img src="/web/image/{file.id}"/></p>'
        image = self._open_page().xpath("//article//img")[0]
        self.assertEqual(image.get("src"), f"/web/image/{file.id}")
        self.assertFalse(file.sudo().access_token)

    def test_subject_and_text_cannot_run_scripts(self):
        self.ticket.name = "<script>alert(1)</script> & more"
        self._post("x").body = (
            '<p onclick="alert(2)">Hi<script>alert(3)</script>'
            '<a href="javascript:alert(4)">there</a></p>'
        )
        text = self._open(token=self.token).text
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more", text)
        for number in (2, 3, 4):
            self.assertNotIn(f"alert({number})", text)

    def test_the_page_speaks_the_requesters_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.casey.lang = "fr_FR"
        stage = self.env["psa.ticket.stage"].browse(self.ticket.stage_id.id)
        stage.with_context(lang="fr_FR").name = "En traitement"
        page = self._open_page()
        self.assertEqual(self._get_lang(page), "fr-FR")
        self.assertIn("En traitement", page.text_content())

    def test_a_language_that_is_not_installed_falls_back(self):
        self.casey.lang = False
        self.company.partner_id.lang = False
        self.assertEqual(self._get_lang(self._open_page()), "en-US")

    def test_a_logged_in_reader_keeps_his_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.casey.lang = "fr_FR"
        self.authenticate("zoe_portal", "zoe_portal")
        self.assertEqual(self._get_lang(self._open_page()), "en-US")


@tagged("post_install", "-at_install")
class TestTicketTracking(PortalCommon):
    """Finding the page again by tracking key and e-mail address (S-064)."""

    def _track(self, key, email):
        page = lxml.html.fromstring(self._open("/ticket/track").text)
        form = page.xpath("//form[@action='/ticket/track']")[0]
        data = {**dict(form.form_values()), "tracking_key": key, "email": email}
        return self.url_open("/ticket/track", data=data, allow_redirects=False)

    def _assert_found(self, response):
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(
            response.headers["Location"], f"{self.url}?access_token={self.token}"
        )

    def _assert_not_found(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertIn("We found no ticket with this tracking key", response.text)
        self.assertNotIn(self.token, response.text)
        self.assertNotIn(self.ticket.number, response.text)

    def test_key_and_address_open_the_ticket(self):
        self._assert_found(
            self._track(self.ticket.tracking_key, "casey@acme.example.com")
        )

    def test_key_and_address_may_be_written_loosely(self):
        key = self.ticket.tracking_key.lower()
        loose = f" {key[:4]}-{key[4:7]} {key[7:]}"
        self._assert_found(self._track(loose, " Casey@ACME.example.com "))

    def test_a_wrong_address_does_not_open_it(self):
        self._assert_not_found(
            self._track(self.ticket.tracking_key, "zoe@globex.example.com")
        )

    def test_a_wrong_key_gets_the_same_answer(self):
        wrong = self._track("ZZZZZZZZZZ", "casey@acme.example.com")
        self._assert_not_found(wrong)

    def test_nothing_but_jokers_finds_nothing(self):
        for key, email in [
            ("%", "%"),
            ("-", "casey@acme.example.com"),
            ("A\x00B", "a@b.c"),
        ]:
            self._assert_not_found(self._track(key, email))

    def test_the_address_of_an_unknown_sender_counts(self):
        ticket = self.env["psa.ticket"]._intake(
            [
                {
                    "channel": "email",
                    "name": "Hello",
                    "email_from": "New <new@nowhere.example>",
                    "team_id": self.team.id,
                }
            ]
        )
        response = self._track(ticket.tracking_key, "new@nowhere.example")
        self.assertIn(f"/my/tickets/{ticket.id}?", response.headers["Location"])

    def test_an_address_of_nobody_does_not_match_a_ticket_of_nobody(self):
        ticket = self._create_ticket(partner_id=False)
        self._assert_not_found(self._track(ticket.tracking_key, "x"))
