"""Values of invoices of which nothing is left to compute. See psa.invoice.writer."""


class CompleteValues:
    """What `psa.invoice.writer` hands to the models through the context.

    It is an object, so that no caller from outside can forge it, and each part is taken
    once, so that records that others create meanwhile are none of our business.
    """

    def __init__(self, headers):
        self._headers = headers
        self._has_items = True

    def take_headers(self):
        """Return the prepared values of the invoices, in their order; then nothing."""
        headers, self._headers = self._headers, None
        return headers

    def take_items(self):
        """Return whether the journal items come now; then no more."""
        has_items, self._has_items = self._has_items, False
        return has_items


def freeze(value):
    """Return a value of a field, such as a list of commands, as a hashable one.

    >>> freeze([(6, 0, [1, 2])]), freeze({"7": 100.0})
    (((6, 0, (1, 2)),), (('7', 100.0),))
    """
    if isinstance(value, list | tuple):
        return tuple(freeze(part) for part in value)
    if isinstance(value, dict):
        return tuple(sorted((key, freeze(part)) for key, part in value.items()))
    return value
