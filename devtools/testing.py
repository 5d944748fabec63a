"""./dev test: the whole suite on a fresh database, or a part of it on a kept one."""

import os
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from . import browser, database, linting, odoo_cli, postgres, python_env
from .console import Failure, say
from .paths import REPOSITORY, STATE, addon_paths, contained_environment
from .running import foreground, split_arguments

DEVTOOLS_TESTS = REPOSITORY / "devtools" / "tests"
SUITE_TESTS = REPOSITORY / "tests"
CORE_LINT = REPOSITORY / "devtools" / "core_lint"
MOST_PROCESSES = 4
INTERRUPTED = 2
NO_TESTS = 5
NO_BROWSER = "Chrome executable not found"
NOT_RUN = f"Browser tours were not run: no browser was found. {browser.REMEDY}"


@dataclass
class Outcome:
    """What became of the tests: numbers, and the names of those that did not run or failed."""

    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    tours_not_run: list = field(default_factory=list)

    def add(self, other):
        """Add the outcome of another run to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.tours_not_run += other.tours_not_run

    def show(self):
        """Print what needs attention, then the one closing line, and return the exit status."""
        _list("Failed:", self.failed)
        _list("Skipped:", self.skipped)
        _list(NOT_RUN, self.tours_not_run)
        failures = len(self.failed) + len(self.tours_not_run)
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        say(f"\n{self.passed} passed, {failures} failed{skipped}")
        return 0 if self.passed and not failures else 1


def test(arguments):
    """Test everything on a fresh database; with PATHs a part on a kept one (-- pytest options)."""
    paths, options = split_arguments(arguments)
    outcome = _some(paths, options) if paths or options else _everything()
    return outcome.show()


def _everything():
    outcome = Outcome()
    say("Linters")
    passed, failed = linting.run_checks()
    outcome.add(Outcome(len(passed), failed))
    say("\nTests of the developer tools")
    outcome.add(_run_plain([DEVTOOLS_TESTS], []))
    say("\nTests of the add-ons")
    with database.server(max_cron_threads=0) as server:
        fresh = database.fresh_for_tests(server)
        with fresh.reserved():
            try:
                fresh.create_afresh()
                outcome.add(_run_odoo(server, fresh, every_odoo_test(), spread()))
            finally:
                fresh.drop()
    return outcome


def _some(paths, options):
    """Run a part of the tests; without paths, all Odoo tests (for `-- -k name`)."""
    plain, odoo = split_paths(paths)
    outcome = Outcome()
    if plain:
        outcome.add(_run_plain(plain, options))
    if odoo or not paths:
        with database.server(max_cron_threads=0) as server:
            kept = database.kept_for_tests(server)
            with kept.reserved():
                kept.make_current()
                outcome.add(_run_odoo(server, kept, odoo or odoo_tests(), options))
    return outcome


def every_odoo_test():
    """Return all that the whole suite runs in Odoo, what takes longest first."""
    return [SUITE_TESTS, CORE_LINT, *odoo_tests(without=SUITE_TESTS)]


def spread():
    """Return the options of pytest that spread test files over the processors.

    Each process works on its own copy of the database, which pytest-odoo makes.
    """
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    return [
        *("-p", "devtools.own_filestore"),
        f"-n{processes}",
        "--dist=loadfile",
        "--no-loadscope-reorder",
    ]


def odoo_tests(without=None):
    """Return the folders whose tests need Odoo."""
    folders = [addon / "tests" for addon in addon_paths()]
    return [
        folder
        for folder in [*folders, SUITE_TESTS]
        if folder.exists() and folder != without
    ]


def split_paths(paths):
    """Return the paths whose tests need no Odoo, and those whose tests do.

    A path may name a test inside a file, as pytest does: `file.py::TestClass::test_name`.
    """
    plain, odoo = [], []
    for path in paths:
        file = Path(path.partition("::")[0])
        if not file.exists():
            raise Failure(f"There is no {file}.", "Name a file or folder of tests.")
        own = file.resolve() == DEVTOOLS_TESTS.parent or DEVTOOLS_TESTS in _lineage(
            file
        )
        target = (
            str(DEVTOOLS_TESTS) if file.resolve() == DEVTOOLS_TESTS.parent else path
        )
        (plain if own else odoo).append(target)
    return plain, odoo


def _lineage(path):
    resolved = path.resolve()
    return [resolved, *resolved.parents]


def _run_plain(paths, options):
    """Run tests that need no Odoo."""
    interpreter = python_env.python("odoo")
    environ = contained_environment(PYTHONPATH=REPOSITORY)
    return _run_pytest(interpreter, ["-p", "no:odoo", *paths, *options], environ)


def _run_odoo(server, found, paths, options):
    """Run tests inside Odoo on a database that has the add-ons."""
    arguments = [
        f"--odoo-config={os.environ[odoo_cli.CONFIG_VARIABLE]}",
        f"--odoo-database={found.name}",
        "--odoo-log-level=error",
        "--odoo-http",
        *paths,
        *options,
    ]
    browser.provide()
    interpreter = os.environ[odoo_cli.PYTHON_VARIABLE]
    environ = odoo_cli.environment()
    # pytest-odoo copies the database with the programs of PostgreSQL.
    environ |= server.variables()
    environ["PATH"] = os.pathsep.join((str(postgres.programs()), environ["PATH"]))
    return _run_pytest(interpreter, arguments, environ)


def _run_pytest(interpreter, arguments, environ):
    report = STATE / f"report-{os.getpid()}.xml"
    command = [interpreter, "-m", "pytest", f"--junitxml={report}", *arguments]
    status = foreground(command, env=environ, cwd=REPOSITORY)
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if not report.exists():
        return Outcome(failed=[f"pytest ended with status {status} before any test"])
    outcome = read_report(report.read_text(encoding="utf-8"))
    report.unlink()
    if status not in (0, NO_TESTS) and not outcome.failed:
        outcome.failed.append(f"pytest ended with status {status}")
    return outcome


def read_report(text):
    """Return the outcome that a JUnit report of pytest tells."""
    outcome = Outcome()
    for case in ElementTree.fromstring(text).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(name)
        elif skipped is None:
            outcome.passed += 1
        elif NO_BROWSER in (reason := skipped.get("message") or ""):
            outcome.tours_not_run.append(name)
        else:
            outcome.skipped.append(f"{name}: {reason}")
    return outcome


def _list(title, lines):
    if lines:
        say("\n".join(["", title, *(f"  {line}" for line in lines)]))
