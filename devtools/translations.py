"""./dev pot: the catalogs of terms to translate, taken from the add-ons as they are."""

import os
import tempfile
from pathlib import Path

from . import database, odoo_cli
from .console import run_logged, step
from .paths import REPOSITORY, addon_paths, log_file

LANGUAGES = ("fr",)


def update(arguments):
    """Export each add-on's .pot and merge it into its .po files, keeping translations."""
    with database.server(max_cron_threads=0) as server:
        kept = database.kept_for_tests(server)
        with kept.reserved():
            kept.make_current()
            for addon in addon_paths():
                if not arguments or addon.name in arguments:
                    with step(f"Exporting the terms of {addon.name}"):
                        _update(kept, addon)
    return 0


def _update(found, addon):
    folder = addon / "i18n"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as workplace:
        exported = Path(workplace) / f"{addon.name}.pot"
        arguments = ("i18n", "export", f"--output={exported}", addon.name)
        odoo_cli.run(*arguments, database=found.name)
        catalogs = {
            *folder.glob("*.po"),
            *(folder / f"{name}.po" for name in LANGUAGES),
        }
        run_logged(
            [
                os.environ[odoo_cli.PYTHON_VARIABLE],
                *(
                    "-m",
                    "devtools.catalogs",
                    exported,
                    folder / exported.name,
                    *sorted(catalogs),
                ),
            ],
            log_file("pot"),
            failure=f"Cannot merge the catalogs of {addon.name}.",
            env=odoo_cli.environment(),
            cwd=REPOSITORY,
        )
