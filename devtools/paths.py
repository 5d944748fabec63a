"""Where things lie: the repository, this checkout's state, the cache all checkouts share."""

import ast
import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from .console import Failure, say

REPOSITORY = Path(__file__).resolve().parent.parent
# Two people who work in one checkout name a state folder each.
STATE = Path(os.environ.get("HELPDESK_PSA_STATE") or REPOSITORY / ".dev").absolute()
LOGS = STATE / "logs"
COMPLETE = ".complete"
NEEDED_BYTES = 3 * 1024**3


def addon_paths():
    """Return the folders of our installable add-ons, sorted by name."""
    manifests = sorted(REPOSITORY.glob("*/__manifest__.py"))
    return [path.parent for path in manifests if _is_installable(path)]


def _is_installable(manifest):
    content = ast.literal_eval(manifest.read_text(encoding="utf-8"))
    return content.get("installable", True)


def addon_names():
    """Return the technical names of our add-ons."""
    return [path.name for path in addon_paths()]


def cache_root(environ=os.environ):
    """Return the cache folder: HELPDESK_PSA_CACHE, else the XDG cache, else ~/.cache."""
    if named := environ.get("HELPDESK_PSA_CACHE"):
        return Path(named).expanduser().absolute()
    if xdg := environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "helpdesk_psa"
    home = environ.get("HOME")
    if not home:
        raise Failure(
            "There is no home folder to keep the cache in.",
            "Name a folder: HELPDESK_PSA_CACHE=/path/to/cache ./dev ...",
        )
    return Path(home) / ".cache" / "helpdesk_psa"


def log_file(name):
    """Return the log of one kind of step, `.dev/logs/NAME.log`."""
    return LOGS / f"{name}.log"


def prepare_state():
    """Create this checkout's state folder."""
    try:
        for folder in (STATE, LOGS, home()):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"Cannot write to {STATE}: {error.strerror}.",
            "Use a checkout that belongs to you, or give yourself this folder with chown.",
        ) from error
    if not os.access(STATE, os.W_OK) or not os.access(home(), os.W_OK):
        raise Failure(
            f"Cannot write to {STATE}: it belongs to another user.",
            "Use a checkout of your own, or give yourself this folder with chown.",
        )


def home():
    """Return the folder that programs get as HOME, so that they write nothing elsewhere."""
    return STATE / "home"


def contained_environment(**extra):
    """Return an environment whose programs leave the real home folder alone.

    The PostgreSQL and Python variables go as well: the Odoo configuration and the
    virtual environment say all there is to say.
    """
    unwanted = ("PYTHONPATH", "PYTHONHOME", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
    dropped = {*unwanted, "PGDATABASE", "PGSERVICE", "ODOO_RC", "OPENERP_SERVER"}
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith("XDG_")
    }
    environ["HELPDESK_PSA_CACHE"] = str(cache_root())
    environ["HELPDESK_PSA_STATE"] = str(STATE)
    environ["HOME"] = str(home())
    return {**environ, **{name: str(value) for name, value in extra.items()}}


def digest(*parts):
    """Return a short hash of texts, for the names of cache folders."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


def cached(name, build):
    """Return a folder of the cache, built first when it is not complete.

    The marker is the last thing written, so an interrupted build starts afresh; the lock
    keeps two checkouts from building the same folder at once.

    :param str name: the folder's name; whatever changes its content is part of it
    :param build: called with the empty folder
    """
    folder = cache_root() / name
    if (folder / COMPLETE).exists():
        return folder
    _prepare_cache()
    with locked(name):
        if not (folder / COMPLETE).exists():
            _check_space()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            build(folder)
            (folder / COMPLETE).touch()
    return folder


@contextmanager
def locked(name):
    """Hold a lock of the cache, telling the developer when another process has it."""
    lock = cache_root() / "locks" / f"{name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  Another ./dev is busy with {name}; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _prepare_cache():
    root = cache_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        writable = os.access(root, os.W_OK | os.X_OK)
        reason = "permission denied"
    except OSError as error:
        writable, reason = False, (error.strerror or "").lower()
    if not writable:
        raise Failure(
            f"Cannot write to the cache folder {root}: {reason}.",
            "Name a folder of yours: HELPDESK_PSA_CACHE=/path/to/cache ./dev ...",
        )


def _check_space():
    free = shutil.disk_usage(cache_root()).free
    if free < NEEDED_BYTES:
        raise Failure(
            f"Only {free / 1024**3:.1f} GB are free in {cache_root()}; 3 GB are needed.",
            "Free some space, or name a folder on another disk with HELPDESK_PSA_CACHE.",
        )
