"""Merge an exported catalog into those of the repository. Runs in Odoo's environment (polib)."""

import sys
from pathlib import Path

import polib


def merge(exported, template, translations):
    """Write the template and bring the translations up to date with it.

    A file whose terms are all the same stays untouched, so that its dates do not change.

    :param Path exported: the catalog as Odoo wrote it
    :param Path template: the add-on's .pot
    :param list translations: the add-on's .po files; a missing one is created
    """
    fresh = polib.pofile(str(exported), wrapwidth=78)
    _write(fresh, template)
    for path in translations:
        known = (
            polib.pofile(str(path), wrapwidth=78)
            if path.exists()
            else _empty(fresh, path.stem)
        )
        known.merge(fresh)
        _write(known, path)


def _empty(template, language):
    catalog = polib.POFile(wrapwidth=78)
    catalog.metadata = {**template.metadata, "Language": language}
    return catalog


def _write(catalog, path):
    if not path.exists() or _terms(polib.pofile(str(path))) != _terms(catalog):
        catalog.save(str(path))


def _terms(catalog):
    return [
        (
            entry.msgid,
            entry.msgctxt,
            entry.msgstr,
            entry.obsolete,
            entry.occurrences,
            entry.comment,
        )
        for entry in catalog
    ]


if __name__ == "__main__":
    merge(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
