"""Debian packages fetched and unpacked into a folder, without root and without installing."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .console import Failure, run_logged
from .paths import log_file

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUPPORTED = ("bookworm", "trixie")


def release():
    """Return the fields of os-release, empty where there is none."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value.strip().strip("\"'") for name, _, value in pairs}


def codename():
    """Return the code name of this Debian."""
    return release().get("VERSION_CODENAME", "")


def is_supported():
    """Tell whether this is a Debian that the tools know how to serve."""
    found = release()
    tools = all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))
    return (
        found.get("ID") == "debian"
        and found.get("VERSION_CODENAME") in SUPPORTED
        and tools
    )


def mirror():
    """Return the address of the Debian archive that this machine uses."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    if found := choose_mirror(targets, codename()):
        return found
    # Before the first `apt-get update` apt lists no target: read its sources.
    if found := choose_mirror("\n".join(_configured_sources()), codename()):
        return found
    raise Failure(
        "Found no Debian mirror in apt's sources.",
        "Add one to /etc/apt, or set ODOO_HOME to an Odoo 19 of yours.",
    )


def choose_mirror(lines, suite):
    """Return the first address that serves the main component of a suite.

    >>> choose_mirror("http://a/sec suite-security main\\nhttp://a/debian/ suite main", "suite")
    'http://a/debian/'
    """
    for line in lines.splitlines():
        uri, found_suite, component = ([*line.split(), "", "", ""])[:3]
        if found_suite == suite and component == "main":
            return uri
    return ""


def _configured_sources():
    """Yield `uri suite component` for each source of apt, in both of its formats."""
    for path in sorted(Path("/etc/apt").glob("sources.list.d/*.sources")):
        yield from parse_deb822(path.read_text(encoding="utf-8"))
    for path in [
        Path("/etc/apt/sources.list"),
        *Path("/etc/apt").glob("sources.list.d/*.list"),
    ]:
        if path.is_file():
            yield from parse_one_line(path.read_text(encoding="utf-8"))


def parse_deb822(text):
    """Yield `uri suite component` for each source of a deb822 file."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for paragraph in re.split(r"\n\s*\n", lines):
        fields = dict(re.findall(r"^(\S+?):[ \t]*(.*)$", paragraph, re.MULTILINE))
        if fields.get("Enabled", "yes").lower() == "no":
            continue
        for uri in fields.get("URIs", "").split():
            for suite in fields.get("Suites", "").split():
                for component in fields.get("Components", "").split():
                    yield f"{uri} {suite} {component}"


def parse_one_line(text):
    """Yield `uri suite component` for each `deb` line of a sources.list."""
    for line in text.splitlines():
        if found := re.match(r"\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)", line):
            uri, suite, components = found.groups()
            for component in components.split():
                yield f"{uri} {suite} {component}"


def unpack(packages, folder):
    """Download packages with an apt of their own and unpack them into one folder.

    :param packages: pairs of a package and the suite it comes from, as a dict or a list
    :param Path folder: where their files go; nothing is installed on the machine
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure("There is no apt-get here to fetch Debian packages with.")
    pairs = list(packages.items() if isinstance(packages, dict) else packages)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".apt-") as workplace:
        apt = Path(workplace)
        options = _private_apt(apt, sorted({suite for _, suite in pairs}))
        log = log_file("apt")
        unreachable = {
            "failure": "Cannot download from the Debian mirror.",
            "remedy": "Is there a network? Otherwise set ODOO_HOME to an Odoo 19 of yours.",
        }
        run_logged(["apt-get", *options, "update"], log, cwd=apt, **unreachable)
        names = [f"{name}/{suite}" for name, suite in pairs]
        run_logged(
            ["apt-get", *options, "download", *names], log, cwd=apt, **unreachable
        )
        for archive in sorted(apt.glob("*.deb")):
            command = ["dpkg-deb", "--extract", archive, folder]
            run_logged(command, log, failure=f"Cannot unpack {archive.name}.")
            archive.unlink()


def _private_apt(folder, suites):
    """Return options that give apt its own lists, cache and sources in a folder."""
    for name in ("lists/partial", "cache/archives/partial", "state"):
        (folder / name).mkdir(parents=True)
    sources = folder / "sources.list"
    address = mirror()
    lines = [f"deb [signed-by={KEYRING}] {address} {suite} main\n" for suite in suites]
    sources.write_text("".join(lines), encoding="utf-8")
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "APT::Sandbox::User": "root",
        # A mirror may lag behind; whether its files are Debian's is still checked.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "APT::Update::Error-Mode": "any",
    }
    return [
        part for name, value in settings.items() for part in ("-o", f"{name}={value}")
    ]
