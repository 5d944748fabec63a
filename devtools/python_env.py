"""Virtual environments in the cache: one to run and test Odoo, one for the linters."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from . import debian
from .console import Failure, run_logged, step
from .paths import cache_root, cached, digest, log_file

REQUIREMENTS = Path(__file__).parent / "requirements"
ENVIRONMENTS = {"odoo": ("odoo.txt", "tools.txt"), "lint": ("lint.txt",)}
OLDEST, NEWEST = (3, 10), (3, 13)


def check_python(version=sys.version_info):
    """Refuse a Python that Odoo 19 does not run on."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        raise Failure(
            f"Odoo 19 needs Python 3.10 to 3.13; this is {version[0]}.{version[1]}.",
            "Name another one: PYTHON=/path/to/python3.12 ./dev ...",
        )


def python(environment):
    """Return the interpreter of an environment, made first when it is missing.

    :param str environment: a key of `ENVIRONMENTS`
    """
    files = [REQUIREMENTS / name for name in ENVIRONMENTS[environment]]
    wanted = digest(sys.base_prefix, *(path.read_text("utf-8") for path in files))
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"

    def build(folder):
        with step(f"Installing Python packages ({environment})"):
            _build(folder, files)

    folder = cached(f"python{version}-{environment}-{wanted}", build)
    return folder / "bin" / "python"


def pip_environment():
    """Return the environment for pip: the developer's settings, downloads in our cache."""
    environ = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")
    }
    return {
        **environ,
        "PIP_CACHE_DIR": str(cache_root() / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def install_into(folder, packages):
    """Unpack packages into a folder of their own, without what they depend on."""
    interpreter = python("odoo")
    run_logged(
        [
            *_pip(interpreter, folder),
            "install",
            "--no-deps",
            "--quiet",
            "--retries=2",
            f"--target={folder}",
            *packages,
        ],
        log_file("pip"),
        failure="Cannot fetch the Python packages.",
        remedy="Is there a network? Behind a mirror or proxy, set PIP_INDEX_URL or HTTPS_PROXY.",
        env=pip_environment(),
    )


def _build(folder, files):
    log = log_file("pip")
    run_logged(
        [sys.executable, "-m", "venv", "--without-pip", folder],
        log,
        failure="Cannot make a virtual environment.",
        remedy="On Debian: apt-get install python3-venv",
    )
    interpreter = folder / "bin" / "python"
    requirements = [argument for path in files for argument in ("--requirement", path)]
    run_logged(
        [
            *_pip(interpreter, folder),
            "install",
            "--prefer-binary",
            "--quiet",
            "--retries=2",
            *requirements,
        ],
        log,
        failure="Cannot install the Python packages.",
        remedy="Is there a network? Behind a mirror or proxy, set PIP_INDEX_URL or HTTPS_PROXY.",
        env=pip_environment(),
    )


def _pip(interpreter, folder):
    """Return the command that runs pip for an interpreter, also where ensurepip is missing."""
    if importlib.util.find_spec("ensurepip"):
        bootstrap = [interpreter, "-m", "ensurepip", "--default-pip"]
        if subprocess.run(bootstrap, capture_output=True, check=False).returncode == 0:
            return [interpreter, "-m", "pip"]
    wheel = _debian_pip_wheel(folder / "bootstrap")
    return [interpreter, f"{wheel}/pip"]


def _debian_pip_wheel(folder):
    """Fetch the pip that Debian ships as a wheel, for a Python without ensurepip."""
    if installed := sorted(Path("/usr/share/python-wheels").glob("pip-*.whl")):
        return installed[-1]
    try:
        debian.unpack({"python3-pip-whl": debian.codename()}, folder)
        return next(folder.glob("usr/share/python-wheels/pip-*.whl"))
    except (Failure, StopIteration) as error:
        raise Failure(
            f"This Python has no pip.\n{error}".rstrip(),
            "On Debian: apt-get install python3-venv",
        ) from error
