"""The cache is where the developer says, and an interrupted step starts afresh."""

import pytest

from devtools import paths
from devtools.console import Failure


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HELPDESK_PSA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HELPDESK_PSA_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/helpdesk_psa"),
        ({"HOME": "/h"}, "/h/.cache/helpdesk_psa"),
    ],
)
def test_cache_folder_is_the_first_one_named(environ, folder):
    assert str(paths.cache_root(environ)) == folder


def test_without_a_home_the_remedy_names_the_variable():
    with pytest.raises(Failure, match="HELPDESK_PSA_CACHE"):
        paths.cache_root({})


def test_folder_is_built_once(cache):
    built = []
    for _ in range(2):
        assert paths.cached("thing", built.append) == cache / "thing"
    assert built == [cache / "thing"]


def test_interrupted_build_starts_afresh(cache):
    def interrupted(folder):
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paths.cached("thing", interrupted)
    paths.cached("thing", lambda folder: (folder / "whole").touch())
    assert sorted(path.name for path in (cache / "thing").iterdir()) == [
        paths.COMPLETE,
        "whole",
    ]


def test_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HELPDESK_PSA_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(
        Failure, match="Cannot write to the cache folder .*HELPDESK_PSA_CACHE"
    ):
        try:
            paths.cached("thing", lambda folder: None)
        except Failure as failure:
            raise Failure(str(failure).replace("\n", " ")) from failure


def test_full_disk_is_noticed_before_the_download(cache, monkeypatch):
    monkeypatch.setattr(paths, "NEEDED_BYTES", 10**18)
    with pytest.raises(Failure, match="are free in"):
        paths.cached("thing", lambda folder: None)
    assert not (cache / "thing").exists()


def test_programs_get_no_home_and_no_server_of_the_developer(monkeypatch):
    monkeypatch.setenv("PGHOST", "server.example")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x")
    environ = paths.contained_environment(EXTRA=1)
    assert environ["HOME"] == str(paths.home())
    assert environ["EXTRA"] == "1"
    assert not {"PGHOST", "XDG_CONFIG_HOME"} & set(environ)
