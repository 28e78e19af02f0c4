"""The scripts under the old names: they call gonogo, or say how to install it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts" / "ops"
OLD_NAMES = {"promql_unit.sh": "test", "reload_safe.sh": "reload"}
ECHO = '#!/bin/sh\necho "$0 $*"\nexit 7\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a checkout without a virtual environment."""
    shutil.copytree(SCRIPTS, tmp_path / "a checkout" / "scripts" / "ops")
    return tmp_path / "a checkout"


def called(checkout: Path, name: str, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Call a script from another folder."""
    argv = (str(checkout / "scripts" / "ops" / name), *arguments)
    env = {"PATH": f"/usr/bin:/bin:{path}"}
    return subprocess.run(argv, cwd="/", env=env, capture_output=True, text=True, check=False, timeout=110)


def program(path: Path) -> Path:
    """Make a program that prints its call."""
    path.parent.mkdir(parents=True)
    path.write_text(ECHO, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", OLD_NAMES)
def test_without_gonogo_the_script_prints_the_next_step(checkout: Path, name: str) -> None:
    """The script neither passes in silence nor shows an error of bash."""
    ended = called(checkout, name)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"gonogo: it is installed neither in {checkout}/.venv nor on PATH\n  next: make -C {checkout} ready-to-run\n"
    )


@pytest.mark.parametrize(("name", "command"), OLD_NAMES.items())
def test_a_script_calls_gonogo_of_the_checkout_or_of_the_path(checkout: Path, name: str, command: str) -> None:
    """Every argument is passed on, and the exit code is that of gonogo."""
    other = program(checkout.parent / "elsewhere" / "gonogo")
    ended = called(checkout, name, "a b", "--policy", path=str(other.parent))
    assert (ended.returncode, ended.stdout) == (7, f"{other} {command} a b --policy\n")
    own = program(checkout / ".venv" / "bin" / "gonogo")
    ended = called(checkout, name, "a b", path=str(other.parent))
    assert (ended.returncode, ended.stdout) == (7, f"{own} {command} a b\n")


def test_every_script_has_its_command() -> None:
    """The table of this test has every old name."""
    assert {path.name for path in SCRIPTS.iterdir()} == {*OLD_NAMES, "gonogo.sh"}
