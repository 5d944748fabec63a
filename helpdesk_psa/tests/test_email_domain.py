"""Mail domains of customers: what may be one, and whose it is."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestEmailDomain(HelpdeskCommon):
    def _create_domain(self, name, user=None, **values):
        return (
            self.env["psa.email.domain"]
            .with_user(user or self.lea)
            .create({"name": name, "partner_id": self.acme.id, **values})
        )

    def test_what_people_type_is_cleaned(self):
        typed = {
            "acme.com": "acme.com",
            " Acme.COM ": "acme.com",
            "@acme.fr": "acme.fr",
            "ann@acme.de": "acme.de",
            "IT.Acme.be": "it.acme.be",
        }
        for text, name in typed.items():
            with self.subTest(text=text):
                domain = self._create_domain(text)
                self.assertEqual(domain.name, name)
                domain.unlink()

    def test_what_is_typed_later_is_cleaned_as_well(self):
        domain = self._create_domain("acme.com")
        domain.name = "@ACME.org"
        self.assertEqual(domain.name, "acme.org")

    def test_what_is_no_domain_is_refused(self):
        for text in (
            "acme",
            "acme com",
            "http://acme.com",
            "-acme.com",
            ".com",
            "a@b",
            "@",
        ):
            with (
                self.subTest(text=text),
                self.assertRefused(ValidationError, "is not a mail domain"),
            ):
                self._create_domain(text)
        self.assertFalse(self.acme.psa_email_domain_ids)

    def test_public_providers_belong_to_nobody(self):
        for name in ("gmail.com", "Outlook.com", "@orange.fr", "gmx.de"):
            with (
                self.subTest(name=name),
                self.assertRefused(ValidationError, "Everybody may have an address"),
            ):
                self._create_domain(name)
        self.assertFalse(self.acme.psa_email_domain_ids)

    def test_a_domain_belongs_to_one_customer(self):
        self._create_domain("acme.com")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_domain("ACME.com", partner_id=self.globex.id)
        self.assertEqual(self.acme.psa_email_domain_ids.mapped("name"), ["acme.com"])

    def test_two_companies_may_know_a_domain_for_different_customers(self):
        ours = self._create_domain("acme.com", company_id=self.company.id)
        theirs = self._create_domain(
            "acme.com",
            user=self.env.user,
            partner_id=self.globex.id,
            company_id=self.company_2.id,
        )
        self.assertEqual(ours.name, theirs.name)

    def test_a_domain_goes_with_its_customer(self):
        domain = self._create_domain("globex.com", partner_id=self.globex.id)
        self.zoe.unlink()
        self.globex.unlink()
        self.assertFalse(domain.exists())

    def test_agents_read_domains_but_do_not_set_them(self):
        domain = self._create_domain("acme.com")
        self.assertEqual(domain.with_user(self.ada).name, "acme.com")
        with self.assertRefused(AccessError):
            self._create_domain("acme.org", user=self.ada)
        self.assertEqual(self.acme.psa_email_domain_ids, domain)

    def test_a_new_domain_serves_the_next_mail(self):
        self._create_domain("acme.com")
        line = self._receive(email_from="new@it.acme.com", to=self.team_address)
        self.assertEqual(line.ticket_id.customer_id, self.acme)
        self.assertEqual(line.ticket_id.identified_by, "domain")
