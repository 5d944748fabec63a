from odoo.tests import HttpCase, no_retry, tagged

from odoo.addons.web.tests import test_js as web_test_js


@tagged("post_install", "-at_install")
class TestJs(HttpCase):
    """The unit tests of our components, in a browser."""

    @no_retry
    def test_components(self):
        suite = web_test_js.HOOTCommon._generate_hash(self, "@helpdesk_psa_billing")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=web_test_js.unit_test_error_checker,
        )
