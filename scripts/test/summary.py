"""Counts the tests of both runs, and fails when no live test ran or any test was skipped.

A skipped test proves nothing; a machine without the real servers fails.
"""

from __future__ import annotations

import sys
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


def main(without_servers: str, live: str) -> int:
    """Print the counts, those of all tests last, and give the exit code."""
    plain, real = count(Path(without_servers)), count(Path(live))
    skipped = plain.skipped + real.skipped
    print(f"live tests, on real servers: {real.passed} passed, {real.failed} failed, {real.skipped} skipped")
    print(f"{plain.passed + real.passed} passed, {plain.failed + real.failed} failed, {skipped} skipped")
    if not real.passed:
        print("no live test passed: nothing was proved against real servers", file=sys.stderr)
    return 0 if real.passed and plain.passed and not (plain.failed or real.failed or skipped) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
