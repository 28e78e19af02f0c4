"""Reads the verdict of each test file from the output of ``promtool test rules``.

Up to 2.54 promtool prints the name of each file before it runs the file. From 2.55 on it writes JUnit XML, if it
is asked to, which names each file; gonogo lets it write that to its standard output, where it is the last thing.
A process with one file needs neither: its exit code and its output are about that file.

Source: Prometheus, ``cmd/promtool/unittest.go`` and ``util/junitxml``; run with 2.42, 3.5.3 and 3.16.0.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from msgspec import Struct

from gonogo.ruletests.core.trial import NO_FILE

BEGINS = "Unit Testing:  "
PASSED = "  SUCCESS"
FAILED = "  FAILED:"
JUNIT_BEGINS = "<testsuites>"
"""The element around everything. In the XML itself a text with ``<`` is escaped, so its last place is the right one."""
_NO_ENTRY = f"/{NO_FILE}"
"""The end of promtool's warning of an entry of ``rule_files`` that matches no file: a silent pass of its own."""


class PromtoolVerdict(Struct, frozen=True):
    """The verdict of promtool on one file; ``passed`` is None if promtool gave none.

    ``words`` is the text that promtool wrote about the file.
    """

    passed: bool | None
    words: str = ""


NO_VERDICT = PromtoolVerdict(None)


def verdicts(output: str, paths: Sequence[str], *, exit_0: bool, junit: bool) -> tuple[PromtoolVerdict, ...]:
    """Return the verdict of each file, in the order in which promtool was given the files.

    Args:
        output: everything that promtool wrote on both outputs.
        paths: the files, as promtool was given them.
        exit_0: True if promtool ended with exit code 0.
        junit: True if promtool was asked to write JUnit XML to its standard output.
    """
    if len(paths) == 1:
        return (_alone(output, paths[0], exit_0=exit_0),)
    found = _in_junit(output, paths) if junit else _in_lines(output, paths)
    contradicted = not exit_0 and all(one.passed for one in found)
    return (NO_VERDICT,) * len(paths) if contradicted else found


def _alone(output: str, path: str, *, exit_0: bool) -> PromtoolVerdict:
    """Read the output of a process that ran one file."""
    lines = output.split("\n")
    words = _words(line for line in lines if not _is_progress(line, (path,)))
    if exit_0:
        return PromtoolVerdict(True if PASSED in lines and FAILED not in lines else None, words)
    return PromtoolVerdict(False if FAILED in lines else None, words)


def _in_junit(output: str, paths: Sequence[str]) -> tuple[PromtoolVerdict, ...]:
    """Read the JUnit XML at the end of the output.

    The XML has no warnings. If promtool printed anything else, the files that passed get no verdict, so that each
    runs by itself and its warnings are its own.
    """
    before, _, text = output.rpartition(JUNIT_BEGINS)
    try:
        suites = ET.fromstring(JUNIT_BEGINS + text)  # noqa: S314 - promtool wrote it, and it has no entities of its own
    except ET.ParseError:
        return (NO_VERDICT,) * len(paths)
    names = [suite.get("name") for suite in suites]
    named = {path: _suite(suite) for path, suite in zip(names, suites, strict=True) if names.count(path) == 1}
    found = [named.get(path, NO_VERDICT) for path in paths]
    explained = frozenset(line for one in found for line in one.words.split("\n"))
    rest = _words(line for line in before.split("\n") if line not in explained and not _is_progress(line, paths))
    return tuple(NO_VERDICT if one.passed and rest else one for one in found)


def _suite(suite: ET.Element) -> PromtoolVerdict:
    """Read the verdict on one file, from every case of it and from promtool's own counts."""
    told = [one.text or "" for case in suite for one in case]
    if told:
        return PromtoolVerdict(False, _words(line for text in told for line in text.split("\n")))
    counted = suite.get("failures") == "0" and suite.get("errors") == "0"
    return PromtoolVerdict(True) if counted else NO_VERDICT


def _in_lines(output: str, paths: Sequence[str]) -> tuple[PromtoolVerdict, ...]:
    """Cut the output at the lines that name the files."""
    blocks: list[list[str]] = []
    for line in output.split("\n"):
        if len(blocks) < len(paths) and line == BEGINS + paths[len(blocks)]:
            blocks.append([])
        elif blocks:
            blocks[-1].append(line)
    return (*map(_block, blocks), *([NO_VERDICT] * (len(paths) - len(blocks))))


def _block(lines: Sequence[str]) -> PromtoolVerdict:
    if FAILED in lines:
        return PromtoolVerdict(False, _words(lines))
    return PromtoolVerdict(True if PASSED in lines else None, _words(lines))


def _is_progress(line: str, paths: Sequence[str]) -> bool:
    """Recognise a line of progress: some words, a colon, and the name of a file."""
    return "WARNING" not in line and any(line.endswith((f": {path}", f":  {path}")) for path in paths)


def _words(lines: Iterable[str]) -> str:
    """Join the lines that matter: no blank lines, no verdicts, no warnings of an entry without a file."""
    kept = (line for line in lines if line.strip() and line not in {PASSED, FAILED} and not line.endswith(_NO_ENTRY))
    return "\n".join(kept).strip("\n")
