"""An add-on is updated when its files ask for it, and only then."""

from devtools import database


def make_addon(folder):
    for name in ("models", "tests", "static/src", "static/img"):
        (folder / name).mkdir(parents=True)
    (folder / "models" / "thing.py").write_text("a = 1")
    return folder


def test_changed_model_asks_for_an_update(tmp_path):
    addon = make_addon(tmp_path / "addon")
    before = database.addon_hash(addon)
    (addon / "models" / "thing.py").write_text("a = 2")
    assert database.addon_hash(addon) != before


def test_renamed_file_asks_for_an_update(tmp_path):
    addon = make_addon(tmp_path / "addon")
    before = database.addon_hash(addon)
    (addon / "models" / "thing.py").rename(addon / "models" / "other.py")
    assert database.addon_hash(addon) != before


def test_tests_assets_and_docs_ask_for_none(tmp_path):
    addon = make_addon(tmp_path / "addon")
    before = database.addon_hash(addon)
    for name in ("tests/test_a.py", "static/src/a.js", "README.md", "models/a.pyc"):
        (addon / name).write_text("x")
    assert database.addon_hash(addon) == before


def test_new_addon_is_installed_and_changed_one_updated():
    hashes = {"new": "1", "changed": "2", "same": "3"}
    known = {"changed": "0", "same": "3"}
    assert database.what_changed(hashes, known, {"changed", "same"}) == (
        ["new"],
        ["changed"],
    )


def test_unknown_state_updates_what_is_installed():
    assert database.what_changed({"a": "1"}, {}, {"a"}) == ([], ["a"])
