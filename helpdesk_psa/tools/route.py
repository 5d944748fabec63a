"""Links to the map that shows the way. No database."""

from urllib.parse import quote_plus

# Opens the map application of a phone, and a map in a browser; starts where one is.
ROUTE_URL = "https://www.google.com/maps/dir/?api=1&destination=%s"
# The map takes nine stops on the way to the last one.
MAX_STOPS = 10


def get_route_url(addresses):
    """Return the link to the way through some places in their order, or an empty text.

    What has no address is left out, and two stops in a row at one place are one. Of a
    longer way the link has the first `MAX_STOPS` stops.

    :param addresses: texts, each an address in one line
    """
    stops = []
    for address in addresses:
        # The map reads a bar as the end of a stop.
        stop = (address or "").replace("|", " ")
        if stop and stop not in stops[-1:]:
            stops.append(stop)
    *between, last = stops[:MAX_STOPS] or [""]
    if not last:
        return ""
    url = ROUTE_URL % quote_plus(last)
    return f"{url}&waypoints={quote_plus('|'.join(between))}" if between else url
