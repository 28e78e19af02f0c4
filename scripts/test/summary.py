"""Counts the tests of all runs, and fails when no live test ran or any test was skipped.

A skipped test proves nothing; a machine without the real servers fails.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Count:
    """How many tests of a run passed, failed and were skipped."""

    passed: int
    failed: int
    skipped: int


def count(report: Path) -> Count:
    """Read a JUnit report; one that is not there is a run without any test."""
    if not report.exists():
        return Count(0, 0, 0)
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest's own file
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    failed = totals["failures"] + totals["errors"]
    return Count(totals["tests"] - failed - totals["skipped"], failed, totals["skipped"])


def main(without_servers: str, *live: str) -> int:
    """Print the counts, those of all tests last, and give the exit code."""
    plain, *real = (count(Path(report)) for report in (without_servers, *live))
    servers = total(real)
    whole = total([plain, *real])
    print(f"live tests, on real servers: {servers.passed} passed, {servers.failed} failed, {servers.skipped} skipped")
    print(f"{whole.passed} passed, {whole.failed} failed, {whole.skipped} skipped")
    if not servers.passed:
        print("no live test passed: nothing was proved against real servers", file=sys.stderr)
    proved = all(run.passed for run in (plain, *real))
    return 0 if real and proved and not (whole.failed or whole.skipped) else 1


def total(counts: Iterable[Count]) -> Count:
    """Add up runs."""
    runs = list(counts)
    return Count(sum(run.passed for run in runs), sum(run.failed for run in runs), sum(run.skipped for run in runs))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
