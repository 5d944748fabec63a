"""Run Odoo's command line on a database of this checkout. For ./dev, and for tests.

A test that needs a database of its own takes the fixtures of tests/conftest.py:

    def test_installs_alone(scratch_database, odoo_cli):
        odoo_cli.run("--init=helpdesk_psa", "--stop-after-init", database=scratch_database)

`run` raises OdooError, which carries Odoo's log, when Odoo fails. Everything works from one Odoo
configuration file: the one in HELPDESK_PSA_ODOO_CONFIG (./dev sets it), or the argument `config`.
"""

import configparser
import itertools
import os
import re
import shutil
import subprocess
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

from .paths import REPOSITORY, contained_environment
from .postgres import Server

CONFIG_VARIABLE = "HELPDESK_PSA_ODOO_CONFIG"
PYTHON_VARIABLE = "HELPDESK_PSA_ODOO_PYTHON"
PATH_VARIABLE = "HELPDESK_PSA_ODOO_PATH"
PROGRAMS_VARIABLE = "HELPDESK_PSA_PG_PROGRAMS"
DEFAULT_TIMEOUT = 900
HARMLESS = ("CREATE EXTENSION", "could not serialize access")


class OdooError(Exception):
    """Odoo ended with an error, or logged one; the text is its whole log."""


def publish(config, python, odoo_path, programs):
    """Tell this process and those it starts which Odoo and which server to use."""
    found = (config, python, odoo_path, programs)
    names = (CONFIG_VARIABLE, PYTHON_VARIABLE, PATH_VARIABLE, PROGRAMS_VARIABLE)
    os.environ.update(zip(names, map(str, found), strict=True))


def environment():
    """Return the environment in which Odoo and its tests run."""
    path = os.pathsep.join((os.environ[PATH_VARIABLE], str(REPOSITORY)))
    # Chromium and wkhtmltopdf want a locale; a bare machine names none.
    return contained_environment(
        PYTHONPATH=path, LANG=os.environ.get("LANG") or "C.UTF-8"
    )


def command(*arguments, database, config=None):
    """Return the command line that runs Odoo; leading words are its subcommand."""
    words = list(
        itertools.takewhile(lambda argument: not argument.startswith("-"), arguments)
    )
    return [
        os.environ.get(PYTHON_VARIABLE, sys.executable),
        *("-m", "odoo", *(words or ["server"])),
        f"--config={config or os.environ[CONFIG_VARIABLE]}",
        f"--database={database}",
        *arguments[len(words) :],
    ]


def run(
    *arguments, database, config=None, check=True, timeout=DEFAULT_TIMEOUT, stdin=None
):
    """Run `odoo` in a process of its own and return it when it has ended.

    :param str arguments: Odoo's own, such as "--init=sale", "--stop-after-init"
    :param str database: the database to work on; Odoo creates it when it is missing
    :param config: another configuration file than that of the running command
    :param bool check: raise when Odoo fails; otherwise look at `returncode` yourself
    :param str stdin: a script for the subcommand "shell"
    :return: the finished process; `stdout` holds the log too
    :rtype: subprocess.CompletedProcess
    :raise OdooError: if Odoo ends with another status than 0 or logs an error
    """
    done = subprocess.run(
        command(*arguments, database=database, config=config),
        input=stdin or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        timeout=timeout,
        check=False,
    )
    if check and (done.returncode or errors(done.stdout)):
        raise OdooError(done.stdout)
    return done


def create(database, modules, *, demo=False, **options):
    """Create a database with some add-ons installed."""
    with_demo = ["--with-demo"] if demo else []
    names = ",".join(modules)
    return run(
        f"--init={names}", "--stop-after-init", *with_demo, database=database, **options
    )


def drop(database, config=None):
    """Drop a database and its files; nothing happens when there is none."""
    query(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', config=config)
    settings = _settings(config)
    shutil.rmtree(
        Path(settings["data_dir"]) / "filestore" / database, ignore_errors=True
    )


def query(sql, database="postgres", config=None):
    """Run SQL and return the lines that psql prints, columns separated by a bar."""
    settings = _settings(config)
    keys = ("db_host", "db_port", "db_user", "db_password")
    server = Server(*(settings.get(key, "") for key in keys))
    return server.query(sql, database, Path(os.environ[PROGRAMS_VARIABLE]))


@contextmanager
def scratch_database(purpose="scratch"):
    """Give the name of a database that does not exist yet, and drop it afterwards."""
    name = f"helpdesk_psa_{purpose}_{uuid.uuid4().hex[:8]}"
    try:
        yield name
    finally:
        drop(name)


def errors(log):
    """Return what Odoo logged as an error, with the traceback that follows.

    A server without the extension pg_trgm serves too, and whoever meets another one at the
    same rows tries again, though Odoo logs an error for both.
    """
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ )", log, flags=re.MULTILINE)
    bad = [
        entry for entry in entries if re.match(r"\S+ \S+ \d+ (ERROR|CRITICAL) ", entry)
    ]
    return "".join(
        entry for entry in bad if not any(words in entry for words in HARMLESS)
    )


def _settings(config):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(config or os.environ[CONFIG_VARIABLE], encoding="utf-8")
    return parser["options"]
