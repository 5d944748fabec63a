"""What the developer sees: one line a step, and failures that name their remedy."""

import subprocess
import sys
import time
from contextlib import contextmanager

TAIL_LINES = 15


class Failure(Exception):
    """Something the developer can mend: says what is wrong and, in `remedy`, what to do."""

    def __init__(self, message, remedy=""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self):
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


def say(text=""):
    """Print a line at once, also into a pipe."""
    print(text, flush=True)  # noqa: T201


def complain(failure):
    """Print a failure on standard error."""
    sys.stdout.flush()
    print(f"\n{failure}", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def step(title):
    """Show a step while it runs and the seconds it took when it is done."""
    started = time.monotonic()
    print(f"  {title} ... ", end="", flush=True)  # noqa: T201
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - started:.1f} s")


def run_logged(command, log, *, failure, remedy="", **options):
    """Run a command whose output goes to a log file only; show the end of it on failure.

    :param list command: the program and its arguments
    :param Path log: the file that the output is added to
    :param str failure: what did not work, in the developer's words
    :param str remedy: what the developer can do about it
    :param options: passed to `subprocess.run` (`env`, `cwd`)
    :raise Failure: if the program ends with another status than 0
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a+", encoding="utf-8", errors="replace") as output:
        output.write(f"\n$ {' '.join(map(str, command))}\n")
        output.flush()
        start = output.tell()
        status = subprocess.run(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **options
        ).returncode
        if status == 0:
            return
        output.seek(start)
        tail = "".join(output.readlines()[-TAIL_LINES:])
    raise Failure(f"{failure}\nThe end of {log}:\n{tail.rstrip()}", remedy)
