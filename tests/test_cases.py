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
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
_PART = re.compile(r"^-- (.+) --$", re.MULTILINE)


def parts_of(text: str) -> list[tuple[str, str]]:
    """Split a case into its titled parts, the opening sentence left out."""
    found = list(_PART.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(match[1], text[match.end() + 1 : end]) for match, end in zip(found, ends, strict=True)]


def matches(expected: str, actual: str) -> bool:
    """Compare, letting ``[…]`` stand for any text within a line, and ``[…lines…]`` for lines."""
    pattern = re.escape(expected.strip()).replace(re.escape("[…]"), "[^\n]*")
    pattern = pattern.replace(re.escape("[…lines…]"), r"[^\n]+(?:\n[^\n]+)*?")
    return re.fullmatch(pattern, actual.strip()) is not None


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path, tmp_path: Path) -> None:
    """Each command ends with its code and prints its page."""
    ran = 0
    for title, body in parts_of(case.read_text(encoding="utf-8")):
        if title.startswith("$ "):
            ran += 1
            shown = page(title.removeprefix("$ "), tmp_path)
            assert matches(body, shown), f"{title}\n{shown}"
        elif title.startswith("= "):
            left = (tmp_path / title.removeprefix("= ")).read_text(encoding="utf-8")
            assert matches(body, left), f"{title}\n{left}"
        else:
            path = tmp_path / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
            path.chmod(0o755 if body.startswith("#!") else 0o644)
    assert ran, f"{case.name} runs no command"


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
