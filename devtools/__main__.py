"""The commands of ./dev."""

import errno
import os
import signal
import sys

from . import database, linting, odoo_cli, peers, running, testing, translations
from .console import Failure, complain, say, step
from .paths import REPOSITORY, STATE, prepare_state
from .python_env import check_python

INTERRUPTED = 130
USAGE = 2


def help_command(arguments):
    """List the commands."""
    say("usage: ./dev COMMAND [ARGUMENTS]\n")
    for name, command in COMMANDS.items():
        say(f"  {name:6} {summary(command)}")
    say(
        "\nState of this checkout: .dev/. Shared downloads: HELPDESK_PSA_CACHE, else ~/.cache."
    )
    return 0


def shell(arguments):
    """Open Odoo's Python shell on the development database."""
    with database.server() as server:
        dev = database.development(server)
        dev.make_current()
        return run_inside(
            odoo_cli.command("shell", "--no-http", *arguments, database=dev.name)
        )


def reset(arguments):
    """Drop the development database and its files; ./dev run makes a new one."""
    with database.server() as server, step("Dropping the development database"):
        database.development(server).drop()
    return 0


def bench(arguments):
    """Run benchmarks/bench.py (arguments are passed on) with Odoo's Python."""
    script = REPOSITORY / "benchmarks" / "bench.py"
    if not script.exists():
        raise Failure(f"There is no {script.relative_to(REPOSITORY)} yet.")
    settings = {"max_cron_threads": 0}
    if "--peers" in arguments:
        settings["addons_path"] = f"{REPOSITORY},{peers.addons_path()}"
    with database.server(**settings):
        return run_inside([os.environ[odoo_cli.PYTHON_VARIABLE], script, *arguments])


def run_inside(command):
    """Run a program on this terminal in Odoo's environment and return its status."""
    return running.foreground(command, env=odoo_cli.environment(), cwd=REPOSITORY)


COMMANDS = {
    "run": running.run,
    "test": testing.test,
    "lint": linting.lint,
    "fix": linting.fix,
    "shell": shell,
    "pot": translations.update,
    "bench": bench,
    "reset": reset,
    "help": help_command,
}


def summary(command):
    """Return the first line of a command's docstring, which is its help."""
    return command.__doc__.splitlines()[0]


def main(arguments):
    """Run one command and return the exit status."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("-h", "--help"):
        name = "help"
    if name not in COMMANDS:
        help_command([])
        say(f"\nThere is no command {name!r}.")
        return USAGE
    os.chdir(REPOSITORY)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if name != "help":
            check_python()
            prepare_state()
        return COMMANDS[name](rest)
    except Failure as failure:
        complain(failure)
    except odoo_cli.OdooError as error:
        complain(Failure(str(error)))
    except KeyboardInterrupt:
        complain("Stopped.")
        return INTERRUPTED
    except OSError as error:
        complain(Failure(*explain(error)))
    return 1


def explain(error):
    """Return what went wrong and the remedy for an error of the operating system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = (
            "Free some space, or name a folder on another disk with HELPDESK_PSA_CACHE."
        )
        return "The disk is full.", remedy
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return (
            f"Cannot write: {error}.",
            f"Look at the owner of {STATE} and of that file.",
        )
    raise error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
