"""Runs the transcripts in ``tests/cases``: command, exit code, output and files on one page each.

::

    What the case shows.
    -- gonogo.yaml --
    the text of a file in the folder the command runs in
    -- $ gonogo decide --
    exit 2
    the command's output, standard error after standard output
    -- = .gonogo/file --
    what the commands so far left in a file

Before ``gonogo`` a command may set variables of its environment, as in ``PATH=/nowhere gonogo lint``.
``[…]`` in what is expected stands for any text within a line, ``[…lines…]`` for one line or more that promtool wrote,
whose wording is that of one version, and ``[DIR]`` for the folder, in commands as well.
Files that begin with ``#!`` are programs.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transcripts import accepted, matches, parts_of

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each command ends with its code and prints its page; ``--accept`` writes the page anew."""
    ran = 0
    text = case.read_text(encoding="utf-8")
    for title, body in parts_of(text):
        if title.startswith(("$ ", "= ")):
            is_command, name = title.startswith("$ "), title[2:]
            ran += is_command
            shown = page(name, tmp_path) if is_command else (tmp_path / name).read_text(encoding="utf-8")
            if request.config.getoption("--accept"):
                part = f"-- {title} --\n"
                text = text.replace(part + body, part + accepted(body, shown))
            else:
                assert matches(body, shown), f"{title}\n{shown}"
        else:
            path = tmp_path / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
            path.chmod(0o755 if body.startswith("#!") else 0o644)
    assert ran, f"{case.name} runs no command"
    case.write_text(text, encoding="utf-8")


def page(command: str, folder: Path) -> str:
    """Run a command on a terminal of 80 columns; give its exit code and all that it prints."""
    words = shlex.split(command.replace("[DIR]", str(folder)))
    before = words.index("gonogo")
    argv = [sys.executable, "-m", "gonogo", *words[before + 1 :]]
    settings = dict(word.split("=", 1) for word in words[:before])
    env = {**os.environ, "COLUMNS": "80", "XDG_CACHE_HOME": str(folder / ".cache"), **settings}
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=110)
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}".replace(str(folder), "[DIR]")


def test_there_are_cases() -> None:
    """An empty folder would pass in silence."""
    assert len(CASES) >= 10
