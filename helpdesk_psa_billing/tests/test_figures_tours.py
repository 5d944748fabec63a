"""A team leader reads the figures, down to the charge."""

from odoo.tests import HttpCase, tagged

from .figures_common import FiguresCommon


@tagged("post_install", "-at_install")
class TestFiguresTours(FiguresCommon, HttpCase):
    def test_lead_reads_figures_down_to_the_charge(self):
        self._bill_and_post(self._work(60))
        self._work(30)
        self.start_tour(
            "/odoo/helpdesk-profitability", "psa_read_figures", login="lea", timeout=180
        )
