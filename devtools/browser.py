"""Chromium, which Odoo's browser tours drive."""

import os
import shutil

from . import debian
from .console import Failure, run_logged, say, step
from .paths import log_file

# The names that Odoo's tests look for.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
REMEDY = "Install a browser for the tours: apt-get install chromium (./dev test does it as root)."


def is_there():
    """Tell whether a browser for the tours is installed."""
    return any(shutil.which(name) for name in NAMES)


def provide():
    """Install Chromium where that is possible; tell whether there is one now."""
    if not is_there() and os.geteuid() == 0 and debian.is_supported():
        try:
            with step("Installing Chromium with apt-get"):
                _install()
        except Failure as failure:
            say(str(failure))
    return is_there()


def _install():
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Debian's Chromium starts without the recommended packages; fonts keep screenshots legible.
    packages = ["chromium", "fonts-dejavu-core"]
    for arguments in (
        ["update"],
        ["install", "-y", "--no-install-recommends", *packages],
    ):
        run_logged(
            ["apt-get", *arguments],
            log_file("chromium"),
            failure="Cannot install Chromium.",
            remedy=REMEDY,
            env=environ,
        )
