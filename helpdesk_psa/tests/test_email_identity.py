"""Whose address is this: the part without a database."""

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_psa.tools.email_identity import (
    get_domains,
    guess_name,
    strip_tag,
)


@tagged("post_install", "-at_install")
class TestEmailIdentity(BaseCase):
    def test_plus_tag_is_dropped(self):
        self.assertEqual(strip_tag("ann+shop@acme.example"), "ann@acme.example")

    def test_address_without_tag_stays(self):
        self.assertEqual(strip_tag("ann@acme.example"), "ann@acme.example")

    def test_address_that_is_only_a_tag_stays(self):
        self.assertEqual(strip_tag("+shop@acme.example"), "+shop@acme.example")

    def test_most_specific_domain_comes_first(self):
        self.assertEqual(
            get_domains("ann@it.acme.example"), ["it.acme.example", "acme.example"]
        )

    def test_public_provider_is_nobodys_domain(self):
        self.assertEqual(get_domains("ann@gmail.com"), [])

    def test_subdomain_of_public_provider_is_nobodys_domain(self):
        self.assertEqual(get_domains("ann@mail.yahoo.fr"), [])

    def test_top_level_domain_is_nobodys_domain(self):
        self.assertNotIn("example", get_domains("ann@acme.example"))

    def test_name_is_kept_when_it_is_one(self):
        self.assertEqual(guess_name(" Ann  Other ", "a@acme.example"), "Ann Other")

    def test_name_is_guessed_from_the_address(self):
        self.assertEqual(guess_name("", "ann.other@acme.example"), "Ann Other")

    def test_address_written_as_name_is_no_name(self):
        self.assertEqual(guess_name("a.b@acme.example", "a.b@acme.example"), "A B")
