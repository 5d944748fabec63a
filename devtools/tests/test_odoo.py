"""Odoo is found, called and understood."""

import pytest

from devtools import odoo_cli, odoo_source, python_env
from devtools.console import Failure


def make_odoo(folder, version):
    (folder / "odoo").mkdir(parents=True)
    text = f"version_info = ({version}, FINAL, 0, '')\n"
    (folder / "odoo" / "release.py").write_text(text)
    return folder


def test_named_checkout_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(make_odoo(tmp_path / "src", "19, 0, 0")))
    assert odoo_source.python_path() == tmp_path / "src"


def test_named_package_folder_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "ODOO_HOME", str(make_odoo(tmp_path / "src", "19, 0, 0") / "odoo")
    )
    assert odoo_source.python_path() == tmp_path / "src"


def test_system_packages_beside_odoo_stay_out_of_sight(tmp_path, monkeypatch):
    home = make_odoo(tmp_path / "dist-packages", "19, 0, 0")
    monkeypatch.setenv("ODOO_HOME", str(home))
    monkeypatch.setenv("HELPDESK_PSA_CACHE", str(tmp_path / "cache"))
    path = odoo_source.python_path()
    assert path != home
    assert (path / "odoo").resolve() == home / "odoo"


@pytest.mark.parametrize(
    ("version", "message"),
    [("18, 0, 0", "holds Odoo 18.0, not 19.0"), (None, "holds no Odoo")],
)
def test_another_odoo_is_refused(tmp_path, monkeypatch, version, message):
    if version:
        make_odoo(tmp_path, version)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Failure, match=message):
        odoo_source.python_path()


def test_elsewhere_than_on_debian_the_remedy_is_odoo_home(monkeypatch):
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_source, "_importable", lambda: None)
    monkeypatch.setattr(odoo_source.debian, "is_supported", lambda: False)
    with pytest.raises(Failure) as caught:
        odoo_source.python_path()
    assert "ODOO_HOME" in caught.value.remedy


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_other_pythons_are_refused(version):
    with pytest.raises(Failure, match="needs Python 3.10 to 3.13"):
        python_env.check_python(version)


def test_leading_words_are_the_subcommand(monkeypatch):
    monkeypatch.setenv(odoo_cli.PYTHON_VARIABLE, "python")
    command = odoo_cli.command("i18n", "export", "-o", "f", database="d", config="c")
    assert command[1:] == [
        *("-m", "odoo", "i18n", "export", "--config=c", "--database=d", "-o", "f")
    ]


def test_server_is_the_subcommand_by_default(monkeypatch):
    monkeypatch.setenv(odoo_cli.PYTHON_VARIABLE, "python")
    assert odoo_cli.command("--init=x", database="d", config="c")[3] == "server"


def test_errors_are_read_with_their_traceback():
    log = (
        "2026-01-01 10:00:00,1 7 INFO db odoo: fine\n"
        "2026-01-01 10:00:00,1 7 ERROR db odoo: bad\nTraceback\n  more\n"
        "2026-01-01 10:00:00,1 7 INFO db odoo: bye\n"
    )
    assert (
        odoo_cli.errors(log)
        == "2026-01-01 10:00:00,1 7 ERROR db odoo: bad\nTraceback\n  more\n"
    )


def test_missing_pg_trgm_is_no_error():
    log = "2026-01-01 10:00:00,1 7 ERROR ? odoo.sql_db: bad query: b'CREATE EXTENSION x'\n"
    assert odoo_cli.errors(log) == ""
