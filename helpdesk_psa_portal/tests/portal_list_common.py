"""Customers of two firms who are logged in on the portal."""

import lxml.html

from odoo.tests import HttpCase, new_test_user

from odoo.addons.helpdesk_psa.tests.common import HelpdeskCommon


class PortalListCommon(HelpdeskCommon, HttpCase):
    """Casey and Dana of ACME, which has two sites, and Zoe of Globex."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for person in (cls.casey, cls.dana, cls.zoe):
            new_test_user(
                cls.env,
                person.name.split()[0].lower(),
                groups="base.group_portal",
                partner_id=person.id,
            )
        cls.mine = cls._create_ticket(name="Casey's printer")
        cls.colleagues = cls._create_ticket(
            name="Dana's screen", partner_id=cls.dana.id
        )
        cls.foreign = cls._create_ticket(name="Zoe's server", partner_id=cls.zoe.id)
        cls.acme.psa_site_ids.name = "Paris"
        cls.lyon = cls.env["res.partner"].create(
            {"name": "Lyon", "type": "psa_site", "parent_id": cls.acme.id}
        )

    def _log_in(self, login="casey", access="own"):
        """Log in on the portal.

        :param str access: what the contact may see, a key of `psa_portal_access`
        """
        user = self.env["res.users"].search([("login", "=", login)])
        user.partner_id.psa_portal_access = access
        self.authenticate(login, login)

    def _open(self, url="/my/tickets", **params):
        """Visit a page without following redirects; return the response."""
        return self.url_open(url, params=params, allow_redirects=False)

    def _list(self, url="/my/tickets", **params):
        """Return the subjects on the list, in its order."""
        response = self._open(url, **params)
        self.assertEqual(response.status_code, 200)
        page = lxml.html.fromstring(response.text)
        return [
            link.findtext(".//span[@class='fw-bold text-break']")
            for link in page.find_class("list-group-item-action")
        ]
