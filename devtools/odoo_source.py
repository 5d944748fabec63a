"""Odoo 19 itself: the developer's own, or Debian's package unpacked in the cache."""

import os
import re
import subprocess
import sys
from pathlib import Path

from . import debian
from .console import Failure, say, step
from .paths import cached, digest

SERIES = (19, 0)
# Debian replaces files of Odoo by links into these packages.
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# Here the links expect the file names of an older version, which the stable suite still has.
LINKED_STABLE_PACKAGES = ("fonts-font-awesome", "fonts-inconsolata")
# Debian removes this library (call background blur) but the manifest of `mail` still names it.
MISSING_LIBRARY = (
    "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
)
LIBRARY_STUB = "// Call background blur is not part of this build of Odoo.\n"
UNSUPPORTED = (
    "Odoo 19 is fetched by itself on Debian 12 and 13 only.",
    "Elsewhere, set ODOO_HOME to a folder that holds Odoo 19 (a source checkout will do).",
)


def python_path():
    """Return the folder to put on PYTHONPATH so that `import odoo` finds Odoo 19."""
    if named := os.environ.get("ODOO_HOME"):
        return _named(Path(named).expanduser().absolute())
    return _importable() or _from_debian()


def series(package):
    """Return the version of an `odoo` package as two numbers, or None if it is not one.

    :param Path package: the folder `odoo`
    """
    try:
        text = (package / "release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else None


def _named(folder):
    for candidate in (folder, folder.parent):
        found = series(candidate / "odoo")
        if found and (candidate == folder or folder.name == "odoo"):
            if found == SERIES:
                return _alone(candidate)
            raise Failure(
                f"ODOO_HOME={folder} holds Odoo {found[0]}.{found[1]}, not 19.0.",
                "Check out the branch 19.0 there.",
            )
    raise Failure(
        f"ODOO_HOME={folder} holds no Odoo.",
        "Name a source checkout of Odoo 19, or the folder that holds the package `odoo`.",
    )


def _importable():
    """Return the folder of an Odoo 19 that the running Python can import."""
    code = "import odoo; print(next(iter(odoo.__path__)))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    ).stdout.strip()
    if found and series(Path(found)) == SERIES:
        return _alone(Path(found).parent)
    return None


def _alone(folder):
    """Return a folder that holds Odoo and no other package, which could hide ours."""
    if folder.name not in ("site-packages", "dist-packages"):
        return folder
    return cached(
        f"odoo-link-{digest(folder)}",
        lambda root: (root / "odoo").symlink_to(folder / "odoo"),
    )


def _from_debian():
    if not debian.is_supported():
        raise Failure(*UNSUPPORTED)

    def build(folder):
        with step("Downloading and unpacking Odoo 19"):
            _unpack(folder)

    root = cached("odoo-19-debian", build)
    return _packages(root)


def _packages(root):
    return root / "usr" / "lib" / "python3" / "dist-packages"


def _unpack(folder):
    sid = [(name, "sid") for name in ("odoo-19", *LINKED_PACKAGES)]
    debian.unpack(sid, folder)
    debian.unpack(
        [(name, debian.codename()) for name in LINKED_STABLE_PACKAGES], folder
    )
    if series(_packages(folder) / "odoo") != SERIES:
        raise Failure(
            "Debian's package odoo-19 does not hold Odoo 19.0 any more.",
            "Set ODOO_HOME to a source checkout of Odoo 19.",
        )
    library = _packages(folder) / MISSING_LIBRARY
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        library.write_text(LIBRARY_STUB, encoding="utf-8")
    dangling = [
        path for path in folder.rglob("*") if path.is_symlink() and not path.exists()
    ]
    if dangling:
        say(
            f"\n  Odoo has {len(dangling)} links to files that are missing, such as {dangling[0]}"
        )
