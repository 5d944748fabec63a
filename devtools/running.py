"""./dev run: Odoo with our add-ons and demo data, ready to log in to."""

import argparse
import ctypes
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from . import database, odoo_cli
from .console import TAIL_LINES, Failure, say, step
from .paths import REPOSITORY, addon_names, log_file

DEFAULT_PORT = 8069
STARTUP_SECONDS = 120
PR_SET_PDEATHSIG = 1
# Logins of demo users: those of our add-ons' demo data, and these two of Odoo's.
ODOO_DEMO_LOGINS = ("demo", "portal")


def run(arguments):
    """Start Odoo with demo data. --port N, --host ADDRESS, --log; Odoo's own options after --."""
    options, odoo_options = _parse(arguments)
    _check_port(options.host, options.port)
    with database.server(http_port=options.port, http_interface=options.host) as server:
        dev = database.development(server)
        dev.make_current()
        return _serve(dev, options, odoo_options)


def foreground(command, **options):
    """Run a program on this terminal until it ends, and return its status.

    Ctrl-C reaches the program by itself; a SIGTERM is passed on, so that it ends cleanly too.
    """
    with _program(command, {signal.SIGTERM: signal.SIGTERM}, **options) as process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()


@contextmanager
def _program(command, passed_on, **options):
    """Run a program and end it with us.

    :param dict passed_on: which signal the program gets for each one that we get
    """
    replaced = {
        number: signal.getsignal(number) for number in (*passed_on, signal.SIGINT)
    }
    process = subprocess.Popen(command, preexec_fn=_end_with_parent, **options)
    for number, sent in passed_on.items():
        signal.signal(number, lambda *_, sent=sent: process.send_signal(sent))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _end_with_parent():
    """Have the kernel stop this new process when ./dev is killed and cannot do it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _parse(arguments):
    own, odoo_options = split_arguments(arguments)
    parser = argparse.ArgumentParser(prog="./dev run", description=run.__doc__)
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="default: %(default)s"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--log", action="store_true", help="Odoo's log on the terminal")
    return parser.parse_args(own), odoo_options


def split_arguments(arguments):
    """Return what stands before and after the separator `--`."""
    if "--" not in arguments:
        return arguments, []
    position = arguments.index("--")
    return arguments[:position], arguments[position + 1 :]


def _check_port(host, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(
                f"Cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}.",
                f"Choose another port: ./dev run --port {port + 1}",
            ) from error


def _serve(dev, options, odoo_options):
    command = odoo_cli.command(*odoo_options, database=dev.name)
    log = log_file("odoo")
    with log.open("w", encoding="utf-8") as output:
        target = None if options.log else output
        environ = odoo_cli.environment()
        # Odoo takes a second signal for "stop at once": in a session of its own it gets only ours.
        with _program(
            command,
            {
                signal.SIGINT: signal.SIGINT,
                signal.SIGTERM: signal.SIGTERM,
                signal.SIGHUP: signal.SIGTERM,
            },
            env=environ,
            cwd=REPOSITORY,
            stdout=target,
            stderr=target,
            start_new_session=True,
        ) as process:
            with step("Starting Odoo"):
                _wait_until_it_answers(process, options.port, log)
            if process.poll() is None:
                _greet(dev, options.port, log)
            status = process.wait()
    say("\nOdoo has stopped.")
    return 0 if status in (0, -signal.SIGINT, -signal.SIGTERM) else status


def _wait_until_it_answers(process, port, log):
    deadline = time.monotonic() + STARTUP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(
                f"http://127.0.0.1:{port}/web/login", timeout=60
            ).close()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    if process.poll() in (0, -signal.SIGINT, -signal.SIGTERM):
        return
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    raise Failure(
        "\n".join(["Odoo does not answer. The end of its log:", *tail, f"({log})"])
    )


def _greet(dev, port, log):
    say(f"\n  Odoo:    http://localhost:{port}")
    say("  Log in:  admin / admin")
    for login, name in _demo_users(dev):
        say(f"           {login} / {login}    {name}")
    say(f"  Log:     {log}")
    say("  Ctrl-C stops it; the data stays.")


def _demo_users(dev):
    """Return login and name of the demo users; the password is the login."""
    modules = ", ".join(f"'{name}'" for name in addon_names())
    logins = ", ".join(f"'{login}'" for login in ODOO_DEMO_LOGINS)
    sql = f"""
        SELECT DISTINCT u.login, p.name, u.id
          FROM res_users u JOIN res_partner p ON p.id = u.partner_id
          LEFT JOIN ir_model_data d ON d.model = 'res.users' AND d.res_id = u.id
         WHERE u.active AND (d.module IN ({modules}) OR u.login IN ({logins})) ORDER BY u.id
    """
    return [row.split("|")[:2] for row in odoo_cli.query(sql, dev.name)]
