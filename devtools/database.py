"""The databases of this checkout: created, brought up to date with the add-ons, dropped."""

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass

from . import odoo_cli, odoo_source, postgres, python_env
from .console import TAIL_LINES, Failure, step
from .paths import REPOSITORY, STATE, addon_names, addon_paths, digest, locked, log_file

# What Odoo reads from the files at run time, or never: a change asks for no update.
UNHASHED_FOLDERS = {"__pycache__", "tests", "docs", "readme"}
UNHASHED_STATIC = {"src", "tests", "description"}
UNHASHED_SUFFIXES = {".pyc", ".pot", ".md", ".rst"}
DATA = STATE / "data"


@dataclass(frozen=True)
class Database:
    """A database of this checkout with all our add-ons.

    :param str name: its name on the server
    :param bool demo: whether it has demo data
    """

    name: str
    demo: bool

    def exists(self):
        """Tell whether the database is there. One that is there was completely made."""
        return bool(
            odoo_cli.query(f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'")
        )

    def make_current(self):
        """Create the database, or install and update what changed since the last time."""
        addons = addon_names()
        if not addons:
            raise Failure("There is no add-on here: no folder has a __manifest__.py.")
        hashes = {path.name: addon_hash(path) for path in addon_paths()}
        with locked(f"{self.name}-update-{digest(STATE)}"):
            if self.exists():
                self._update(hashes)
            else:
                with step(f"Creating the database {self.name} ({', '.join(addons)})"):
                    self._create(addons)
            self._hash_file().write_text(json.dumps(hashes, indent=1), encoding="utf-8")

    def reserved(self):
        """Keep other runs off this database: its tests must not meet those of another."""
        return locked(f"{self.name}-{digest(STATE)}")

    def create_afresh(self):
        """Drop the database if there is one, and create it."""
        self.drop()
        self.make_current()

    def drop(self):
        """Drop the database, its files and the copies that tests made of it."""
        for name in (self.name, self._unfinished(), *self._copies()):
            odoo_cli.drop(name)
        self._hash_file().unlink(missing_ok=True)

    def _create(self, addons):
        unfinished = self._unfinished()
        odoo_cli.drop(unfinished)
        self._run(lambda: odoo_cli.create(unfinished, addons, demo=self.demo))
        odoo_cli.query(f'ALTER DATABASE "{unfinished}" RENAME TO "{self.name}"')
        files = DATA / "filestore"
        shutil.rmtree(files / self.name, ignore_errors=True)
        if (files / unfinished).exists():
            (files / unfinished).rename(files / self.name)

    def _update(self, hashes):
        known = self._known_hashes()
        missing, changed = what_changed(hashes, known, self.installed())
        options = []
        if missing:
            options.append(f"--init={','.join(missing)}")
        if changed:
            options.append(f"--update={','.join(changed)}")
        if options:
            with step(f"Updating {', '.join([*missing, *changed])} in {self.name}"):
                arguments = (*options, "--stop-after-init")
                self._run(lambda: odoo_cli.run(*arguments, database=self.name))

    def installed(self):
        """Return the names of the installed add-ons."""
        sql = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        return set(odoo_cli.query(sql, self.name))

    def _run(self, odoo):
        """Run Odoo; on failure keep its log and show the end of it."""
        try:
            odoo()
        except odoo_cli.OdooError as error:
            log = log_file(self.name)
            log.write_text(str(error), encoding="utf-8")
            said = (odoo_cli.errors(str(error)) or str(error)).splitlines()
            tail = "\n".join(said[-2 * TAIL_LINES :])
            raise Failure(
                f"Odoo cannot load the add-ons.\n{tail}\n\nAll of it: {log}"
            ) from error

    def _unfinished(self):
        return f"{self.name}_unfinished"

    def _copies(self):
        """Return the names that pytest-odoo gave to copies, should it have left any."""
        sql = f"SELECT datname FROM pg_database WHERE datname LIKE '{self.name}-gw%'"
        return odoo_cli.query(sql)

    def _hash_file(self):
        return STATE / f"{self.name}.json"

    def _known_hashes(self):
        try:
            return json.loads(self._hash_file().read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}


def what_changed(hashes, known, installed):
    """Return the add-ons to install and those to update.

    :param dict hashes: the hash of each add-on now
    :param dict known: the hash of each add-on when it was last loaded
    :param set installed: the add-ons in the database
    """
    missing = [name for name in hashes if name not in installed]
    changed = [n for n in hashes if n in installed and hashes[n] != known.get(n)]
    return missing, changed


def addon_hash(folder):
    """Return a hash of all the files of an add-on whose change asks for an update."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and _is_hashed(relative):
            found.update(f"{relative}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def _is_hashed(relative):
    parts = relative.parts
    if UNHASHED_FOLDERS & set(parts[:-1]) or relative.suffix in UNHASHED_SUFFIXES:
        return False
    return not (len(parts) > 2 and parts[0] == "static" and parts[1] in UNHASHED_STATIC)


@contextmanager
def server(**settings):
    """Give a database server and an Odoo that is configured for it.

    :param settings: more settings for Odoo's configuration file
    """
    interpreter = python_env.python("odoo")
    odoo_path = odoo_source.python_path()
    with postgres.running() as found:
        config = write_config(found, settings)
        odoo_cli.publish(config, interpreter, odoo_path, postgres.programs())
        try:
            yield found
        finally:
            config.unlink(missing_ok=True)


def write_config(found, settings):
    """Write the Odoo configuration of this process and return its path."""
    values = {
        "addons_path": REPOSITORY,
        "data_dir": DATA,
        "db_host": found.host,
        "db_port": found.port,
        "db_user": found.user,
        "db_password": found.password,
        "http_interface": "127.0.0.1",
        "list_db": False,
        **settings,
    }
    lines = [f"{name} = {value}\n" for name, value in values.items() if value != ""]
    path = STATE / f"odoo-{os.getpid()}.conf"
    path.touch(mode=0o600)
    path.write_text("".join(["[options]\n", *lines]), encoding="utf-8")
    return path


def development(found):
    """Return the database of ./dev run: with demo data, kept."""
    return Database(found.database("dev"), demo=True)


def kept_for_tests(found):
    """Return the database of ./dev test PATH: no demo data, kept between runs."""
    return Database(found.database("test"), demo=False)


def fresh_for_tests(found):
    """Return the database of ./dev test: no demo data, made anew each time."""
    return Database(found.database("fresh"), demo=False)
