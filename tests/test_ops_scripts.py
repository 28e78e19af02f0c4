"""The entries under the old names: they call gonogo, or say in words that there is none."""

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
    """Give a checkout in which nothing was set up."""
    shutil.copytree(SCRIPTS, tmp_path / "a checkout" / "scripts" / "ops")
    return tmp_path / "a checkout"


def called(checkout: Path, name: str, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Call a script from another folder."""
    argv = (str(checkout / "scripts" / "ops" / name), *arguments)
    env = {"PATH": f"/usr/bin:/bin:{path}"}
    return subprocess.run(argv, cwd="/", env=env, capture_output=True, text=True, check=False, timeout=110)


def program(path: Path) -> Path:
    """Make a program that tells how it was called."""
    path.parent.mkdir(parents=True)
    path.write_text(ECHO, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", OLD_NAMES)
def test_without_gonogo_the_next_step_is_said(checkout: Path, name: str) -> None:
    """It never passes in silence, and never speaks of a file that bash misses."""
    ended = called(checkout, name)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"gonogo: it is installed neither in {checkout}/.venv nor on PATH\n  next: make -C {checkout} ready-to-run\n"
    )


@pytest.mark.parametrize(("name", "command"), OLD_NAMES.items())
def test_the_checkouts_own_is_called_else_the_one_on_the_path(checkout: Path, name: str, command: str) -> None:
    """With every argument as it was given, and with its exit code."""
    other = program(checkout.parent / "elsewhere" / "gonogo")
    ended = called(checkout, name, "a b", "--policy", path=str(other.parent))
    assert (ended.returncode, ended.stdout) == (7, f"{other} {command} a b --policy\n")
    own = program(checkout / ".venv" / "bin" / "gonogo")
    ended = called(checkout, name, "a b", path=str(other.parent))
    assert (ended.returncode, ended.stdout) == (7, f"{own} {command} a b\n")


def test_every_script_has_its_command() -> None:
    """No old name is left out here."""
    assert {path.name for path in SCRIPTS.iterdir()} == {*OLD_NAMES, "gonogo.sh"}
