"""Who is this? One answer for mail, form and API."""

from odoo.tests import tagged

from .common import HelpdeskCommon

NOBODY = (None, None, "unknown")


@tagged("post_install", "-at_install")
class TestIdentity(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paris = cls._create_site("Paris", cls.acme)
        cls.lyon = cls._create_site("Lyon", cls.acme)
        cls.casey.psa_site_id = cls.lyon
        cls.env["psa.email.domain"].create(
            [
                {"name": "acme.example.com", "partner_id": cls.acme.id},
                {"name": "lyon.acme.example.com", "partner_id": cls.lyon.id},
                {"name": "globex.example.com", "partner_id": cls.globex.id},
                {
                    "name": "abroad.example.com",
                    "partner_id": cls._create_firm("Abroad Only").id,
                    "company_id": cls.company_2.id,
                },
            ]
        )
        cls._create_contact("Alone", "alone@free.fr")
        cls._create_contact("Tagged", "tag+x@free.fr")
        cls._create_contact("Foreign", "foreign@x.example", company_id=cls.company_2.id)
        # One address, several contacts.
        cls._create_firm("Shared Firm", email="shared@x.example")
        cls._create_contact("Shared Person", "shared@x.example")
        cls.older = cls._create_contact("Twin Older", "twin@x.example")
        cls.newer = cls._create_contact("Twin Newer", "twin@x.example")
        cls._create_ticket(partner_id=cls.newer.id)
        cls._create_contact("Double Any", "double@x.example")
        cls._create_contact(
            "Double Ours", "double@x.example", company_id=cls.company.id
        )
        archived = cls._create_contact("Gone", "gone@x.example")
        archived.active = False

    @classmethod
    def _create_site(cls, name, customer):
        customer.psa_is_customer = True
        return cls.env["res.partner"].create(
            {"name": name, "type": "psa_site", "parent_id": customer.id}
        )

    # sender: (name of the contact, name of his site or None, how we know)
    SENDERS = {
        # exact addresses, however they are written
        "casey@acme.example.com": ("Casey Customer", "Lyon", "address"),
        "Casey <casey@acme.example.com>": ("Casey Customer", "Lyon", "address"),
        '"Customer, Casey" <casey@acme.example.com>': (
            "Casey Customer",
            "Lyon",
            "address",
        ),
        "CASEY@ACME.EXAMPLE.COM": ("Casey Customer", "Lyon", "address"),
        "  casey@acme.example.com  ": ("Casey Customer", "Lyon", "address"),
        "dana@acme.example.com": ("Dana Colleague", None, "address"),
        "zoe@globex.example.com": ("Zoe Other", None, "address"),
        "alone@free.fr": ("Alone", None, "address"),
        # plus addresses
        "casey+shop@acme.example.com": ("Casey Customer", "Lyon", "address"),
        "Casey+Shop@Acme.example.com": ("Casey Customer", "Lyon", "address"),
        "alone+news@free.fr": ("Alone", None, "address"),
        "tag+x@free.fr": ("Tagged", None, "address"),
        "tag@free.fr": NOBODY,
        "tag+y@free.fr": NOBODY,
        # several contacts with one address
        "shared@x.example": ("Shared Person", None, "address"),
        "twin@x.example": ("Twin Newer", None, "address"),
        "double@x.example": ("Double Ours", None, "address"),
        # other companies, archived contacts
        "foreign@x.example": NOBODY,
        "gone@x.example": NOBODY,
        "new@abroad.example.com": NOBODY,
        # domains of customers and sites
        "new@acme.example.com": ("New", "Main site", "domain"),
        "New Person <np@acme.example.com>": ("New Person", "Main site", "domain"),
        "jean.dupont@lyon.acme.example.com": ("Jean Dupont", "Lyon", "domain"),
        "a@it.lyon.acme.example.com": ("A", "Lyon", "domain"),
        "b@it.acme.example.com": ("B", "Main site", "domain"),
        "BIG@ACME.EXAMPLE.COM": ("Big", "Main site", "domain"),
        "new@globex.example.com": ("New", "Main site", "domain"),
        "new_two@sub.globex.example.com": ("New Two", "Main site", "domain"),
        "tagged+one@globex.example.com": ("Tagged", "Main site", "domain"),
        # domains that only look alike
        "x@notacme.example.com": NOBODY,
        "x@acme.example.com.evil.example": NOBODY,
        "x@example.com": NOBODY,
        "x@com": NOBODY,
        # public providers, strangers
        "someone@gmail.com": NOBODY,
        "someone@orange.fr": NOBODY,
        "someone@stranger.example": NOBODY,
        # nothing to go by
        "": NOBODY,
        "not an address": NOBODY,
        "<>": NOBODY,
        "@acme.example.com": NOBODY,
    }

    def _describe(self, partner, how):
        if not partner:
            return (None, None, how)
        return (partner.name, partner.psa_site_id.name or None, how)

    def test_each_of_forty_senders_is_who_he_is(self):
        self.assertEqual(len(self.SENDERS), 40)
        for sender, expected in self.SENDERS.items():
            with self.subTest(sender=sender):
                found = self.env["res.partner"]._psa_identify([sender], self.company)
                self.assertEqual(self._describe(*found[sender]), expected)

    def test_a_batch_gives_the_same_answers_as_one_by_one(self):
        found = self.env["res.partner"]._psa_identify(list(self.SENDERS), self.company)
        told = {sender: self._describe(*answer) for sender, answer in found.items()}
        self.assertEqual(told, self.SENDERS)

    def test_intake_of_any_channel_gives_the_same_answers(self):
        for channel in ("public_form", "api", "phone"):
            for sender, expected in self.SENDERS.items():
                with self.subTest(sender=sender, channel=channel):
                    ticket = self.env["psa.ticket"]._intake(
                        [
                            {
                                "channel": channel,
                                "email_from": sender,
                                "team_id": self.team.id,
                            }
                        ]
                    )
                    told = self._describe(ticket.partner_id, ticket.identified_by)
                    if expected[2] == "domain" and told[2] == "address":
                        told = (*told[:2], "domain")  # made by the channel before
                    self.assertEqual(told, expected)

    def test_mail_gives_the_same_answers(self):
        senders = {
            sender: expected
            for sender, expected in self.SENDERS.items()
            if "@" in sender
        }
        for sender, expected in senders.items():
            if sender.startswith("@"):
                continue
            with self.subTest(sender=sender):
                line = self._receive(email_from=sender, to=self.team_address)
                ticket = line.ticket_id
                told = self._describe(ticket.partner_id, ticket.identified_by)
                self.assertEqual(told, expected)

    def test_two_unknown_colleagues_in_one_batch_become_two_contacts(self):
        senders = ["one@acme.example.com", "two@acme.example.com"]
        found = self.env["res.partner"]._psa_identify(senders, self.company)
        self.assertEqual(len({partner for partner, _how in found.values()}), 2)

    def test_the_same_unknown_colleague_twice_becomes_one_contact(self):
        senders = ["one@acme.example.com", "One <one@acme.example.com>"]
        found = self.env["res.partner"]._psa_identify(senders, self.company)
        self.assertEqual(len({partner for partner, _how in found.values()}), 1)

    def test_contact_made_from_a_domain_is_author_of_his_mail(self):
        line = self._receive(email_from="new@acme.example.com", to=self.team_address)
        message = line.ticket_id.message_ids.filtered(
            lambda m: m.message_type == "email"
        )
        self.assertEqual(message.author_id.email, "new@acme.example.com")
