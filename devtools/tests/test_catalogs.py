"""Catalogs follow the terms and keep the translations."""

import pytest

from devtools.catalogs import merge

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"{date}\\n"\n\n'
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "i18n").mkdir()
    return tmp_path


def export(folder, *terms, date="POT-Creation-Date: 1"):
    entries = (f'#: code\nmsgid "{term}"\nmsgstr ""\n\n' for term in terms)
    path = folder / "exported.pot"
    path.write_text(HEADER.format(date=date) + "".join(entries))
    merge(path, folder / "i18n" / "addon.pot", [folder / "i18n" / "fr.po"])
    return (folder / "i18n" / "addon.pot").read_text(), (
        folder / "i18n" / "fr.po"
    ).read_text()


def translate(folder, term, translation):
    path = folder / "i18n" / "fr.po"
    text = path.read_text().replace(
        f'msgid "{term}"\nmsgstr ""', f'msgid "{term}"\nmsgstr "{translation}"'
    )
    path.write_text(text)


def test_missing_language_is_created(folder):
    template, french = export(folder, "Ticket")
    assert 'msgid "Ticket"' in template
    assert 'msgid "Ticket"' in french


def test_translations_are_kept_and_new_terms_added(folder):
    export(folder, "Ticket")
    translate(folder, "Ticket", "Billet")
    _, french = export(folder, "Ticket", "Reply")
    assert 'msgid "Ticket"\nmsgstr "Billet"' in french
    assert 'msgid "Reply"\nmsgstr ""' in french


def test_same_terms_leave_the_files_untouched(folder):
    before = export(folder, "Ticket")
    assert export(folder, "Ticket", date="POT-Creation-Date: 2") == before
