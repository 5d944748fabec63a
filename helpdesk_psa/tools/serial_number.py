"""Comparing serial numbers as people write them. No database."""

import re

# A shorter text, or one without a digit, is not taken for a serial number.
MIN_LENGTH = 5
# So many neighbouring words may be one serial number, written with spaces.
MAX_WORDS = 3

WORD = re.compile(r"[^\s,;:!?()\[\]{}<>\"'“”«»|=]+")


def normalize_serial(text):
    """Return a serial number without spaces and capitals, as it is compared.

    >>> normalize_serial(" VNB3 k12 345 ")
    'vnb3k12345'
    >>> normalize_serial(None)
    ''
    """
    return "".join((text or "").split()).casefold()


def normalize_model(text):
    """Return a model's name as it is compared.

    >>> normalize_model(" HP  LaserJet ")
    'hp laserjet'
    """
    return " ".join((text or "").split()).casefold()


def find_candidates(text, limit=400):
    """Return what may be a serial number in a text, as `normalize_serial` writes it.

    Whole words only, or up to three neighbouring words; at least five signs of which one
    is a digit.

    :param str text: plain text
    :param int limit: words that are read
    :rtype: set

    >>> sorted(find_candidates("VNB3K-12345: jam."))
    ['vnb3k-12345', 'vnb3k-12345jam']
    >>> sorted(find_candidates("SN AB 1234"))
    ['ab1234', 'snab1234']
    """
    words = [word.strip(".-/#*").casefold() for word in WORD.findall(text or "")]
    words = [word for word in words if word][:limit]
    found = set()
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_WORDS, len(words)) + 1):
            key = "".join(words[start:end])
            if len(key) >= MIN_LENGTH and any(sign.isdigit() for sign in key):
                found.add(key)
    return found
