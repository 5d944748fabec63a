"""Whose address is this? The part that needs no database."""

import re

DOMAIN_PATTERN = re.compile(
    r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+$"
)

# Providers where everybody may have an address: their domains tell nothing about a firm.
PUBLIC_DOMAINS = frozenset(
    (
        "aliceadsl.fr",
        "aol.com",
        "bbox.fr",
        "bluewin.ch",
        "club-internet.fr",
        "cegetel.net",
        "duck.com",
        "fastmail.com",
        "free.fr",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.fr",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.be",
        "hotmail.ch",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "icloud.com",
        "inbox.com",
        "laposte.net",
        "libero.it",
        "live.be",
        "live.ca",
        "live.co.uk",
        "live.com",
        "live.fr",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "neuf.fr",
        "netcourrier.com",
        "noos.fr",
        "numericable.fr",
        "orange.fr",
        "outlook.be",
        "outlook.com",
        "outlook.de",
        "outlook.fr",
        "pm.me",
        "proton.me",
        "protonmail.ch",
        "protonmail.com",
        "qq.com",
        "sfr.fr",
        "skynet.be",
        "sunrise.ch",
        "t-online.de",
        "telenet.be",
        "tutanota.com",
        "videotron.ca",
        "voila.fr",
        "wanadoo.fr",
        "web.de",
        "yahoo.ca",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    )
)


def strip_tag(address):
    """Return an address without its plus tag, for ``ann+shop@x`` is ``ann@x``.

    >>> strip_tag("ann+shop@acme.example")
    'ann@acme.example'
    >>> strip_tag("+tag@acme.example")
    '+tag@acme.example'
    """
    local, _at, domain = address.rpartition("@")
    name = local.split("+", 1)[0]
    return f"{name}@{domain}" if name else address


def get_domains(address):
    """Return the domains that an address belongs to, most specific first.

    Top-level domains and public mail providers are nobody's.

    >>> get_domains("ann@it.paris.acme.example")
    ['it.paris.acme.example', 'paris.acme.example', 'acme.example']
    >>> get_domains("ann@gmail.com")
    []
    """
    labels = address.rpartition("@")[2].lower().split(".")
    domains = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    return [] if set(domains) & PUBLIC_DOMAINS else domains


def guess_name(name, address):
    """Return what to call the person behind an address.

    >>> guess_name("", "ann.other@acme.example")
    'Ann Other'
    >>> guess_name("Ann O.", "a@acme.example")
    'Ann O.'
    """
    name = " ".join((name or "").split()).strip("'\"")
    if name and "@" not in name:
        return name
    local = strip_tag(address).partition("@")[0]
    words = local.replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words) or address
