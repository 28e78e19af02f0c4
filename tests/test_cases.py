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

The first call of each command, in the order of the files, is a process. All others run in the process of the test.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.cli.main import COMMANDS
from tests.command import gonogo, in_process
from tests.transcripts import accepted, matches, parts_of

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


def first_calls() -> Iterator[tuple[str, str]]:
    """Yield each command with the title of its first call: the case and the line."""
    seen = set[str]()
    for case in CASES:
        for title, _ in parts_of(case.read_text(encoding="utf-8")):
            words = title.split()
            verb = words[words.index("gonogo") + 1] if title.startswith("$ ") and words[-1] != "gonogo" else ""
            if verb in COMMANDS and verb not in seen:
                seen.add(verb)
                yield case.stem, title


AS_PROCESS = frozenset(first_calls())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each command ends with its exit code and prints its page. ``--accept`` rewrites the page."""
    ran = 0
    text = case.read_text(encoding="utf-8")
    for title, body in parts_of(text):
        if title.startswith(("$ ", "= ")):
            is_command, name = title.startswith("$ "), title[2:]
            ran += is_command
            alone = (case.stem, title) in AS_PROCESS
            shown = page(name, tmp_path, alone=alone) if is_command else (tmp_path / name).read_text(encoding="utf-8")
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


def page(command: str, folder: Path, *, alone: bool) -> str:
    """Run a command on a terminal of 80 columns, as a process or in this one. Return its exit code and its output."""
    words = shlex.split(command.replace("[DIR]", str(folder)))
    before = words.index("gonogo")
    settings = dict(word.split("=", 1) for word in words[:before])
    env = {"COLUMNS": "80", "XDG_CACHE_HOME": str(folder / ".cache"), **settings}
    ended = (gonogo if alone else in_process)(*words[before + 1 :], cwd=folder, env=env)
    return f"exit {ended.code}\n{ended.out}{ended.err}".replace(str(folder), "[DIR]")


def test_the_folder_has_cases() -> None:
    """Without cases the tests would pass in silence. The first call of most commands is a process."""
    assert len(CASES) >= 10
    assert len(AS_PROCESS) >= 7
