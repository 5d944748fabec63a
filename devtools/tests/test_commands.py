"""The command line, and what it says when something is missing."""

import configparser
import re
import socket
import subprocess

import pytest

from devtools import __main__ as commands
from devtools import linting, python_env, running
from devtools.console import Failure, run_logged
from devtools.paths import REPOSITORY


def test_help_lists_every_command(capsys):
    assert commands.main(["help"]) == 0
    shown = capsys.readouterr().out
    assert all(
        re.search(rf"^  {name} +\S", shown, re.MULTILINE) for name in commands.COMMANDS
    )


def test_unknown_command_shows_the_help(capsys):
    assert commands.main(["nonsense"]) == 2
    assert "There is no command 'nonsense'." in capsys.readouterr().out


def test_taken_port_is_named_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Failure) as caught:
            running._check_port("127.0.0.1", port)
    assert f"--port {port + 1}" in caught.value.remedy


def test_failed_step_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(Failure) as caught:
        run_logged(
            ["sh", "-c", "echo because; exit 3"],
            tmp_path / "log",
            failure="It did not work.",
            remedy="Try again.",
        )
    assert "It did not work." in caught.value.message
    assert caught.value.message.endswith("because")
    assert caught.value.remedy == "Try again."


def test_stub_names_the_pythons_that_serve(tmp_path):
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    (tmp_path / "python3").write_text(
        '#!/bin/sh\necho Python 3.9.2\ntest "$1" = --version\n'
    )
    (tmp_path / "python3").chmod(0o755)
    stub = (REPOSITORY / "dev").read_text().replace("/usr/bin/python3", "")
    (tmp_path / "dev").write_text(stub)
    done = subprocess.run(
        ["/bin/sh", tmp_path / "dev"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "needs Python 3.10 to 3.13; found: Python 3.9.2" in done.stderr


def test_precommit_has_the_versions_of_dev_lint():
    text = (REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    named = dict(re.findall(r'"(@?[\w/-]+)(?:==|@)([\d.]+)"', text))
    pins = (python_env.REQUIREMENTS / "lint.txt").read_text(encoding="utf-8")
    known = dict(re.findall(r"^([\w-]+)==(\S+)$", pins, re.MULTILINE))
    known.update(linting.pinned_node_versions())
    assert named
    assert {name: known[name] for name in named} == named


def test_setup_cfg_can_be_read():
    parser = configparser.ConfigParser(interpolation=None)
    assert parser.read(REPOSITORY / "setup.cfg") == [str(REPOSITORY / "setup.cfg")]
