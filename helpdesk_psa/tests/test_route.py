from urllib.parse import parse_qs, urlparse

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.route import MAX_STOPS, get_route_url

ADDRESSES = st.lists(st.sampled_from(["1 Kay St, Lyon", "", "Pré & Fils, Mâcon", "B"]))


class TestRoute(BaseCase):
    """The link to the way through some places."""

    def _read(self, url):
        """Return the stops that the map reads from a link, the last one too."""
        query = parse_qs(urlparse(url).query)
        between = query.get("waypoints", [""])[0]
        return [stop for stop in between.split("|") if stop] + query["destination"]

    def test_one_place_is_where_the_way_leads(self):
        url = get_route_url(["1 Kay St, Lyon"])
        self.assertEqual(
            url, "https://www.google.com/maps/dir/?api=1&destination=1+Kay+St%2C+Lyon"
        )

    def test_the_way_goes_through_all_places_in_their_order(self):
        url = get_route_url(["Lyon", "Mâcon", "Pré & Fils, Chalon"])
        self.assertEqual(self._read(url), ["Lyon", "Mâcon", "Pré & Fils, Chalon"])

    def test_a_bar_in_an_address_makes_no_stop_of_its_own(self):
        url = get_route_url(["Hall A | gate 2", "Lyon"])
        self.assertEqual(self._read(url), ["Hall A   gate 2", "Lyon"])

    def test_without_an_address_there_is_no_link(self):
        self.assertEqual(get_route_url([]), "")
        self.assertEqual(get_route_url(["", False]), "")

    @given(ADDRESSES)
    def test_no_two_stops_in_a_row_are_at_one_place(self, addresses):
        url = get_route_url(addresses)
        stops = self._read(url) if url else []
        known = [address for address in addresses if address]
        self.assertEqual(bool(stops), bool(known))
        self.assertLessEqual(len(stops), MAX_STOPS)
        for one, other in zip(stops, stops[1:], strict=False):
            self.assertNotEqual(one, other)
        if known:
            self.assertEqual(stops[0], known[0])
