"""Takes apart what ``promtool test rules`` writes on both outputs, file by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BEGINS = "Unit Testing:  "
PASSED = "  SUCCESS"
FAILED = "  FAILED:"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What promtool says of one file; ``passed`` is ``None`` where it ended before it said so.

    ``words`` is all it wrote between the file's name and the next file's.
    """

    passed: bool | None
    words: str


def verdicts(output: str, paths: Sequence[str]) -> tuple[Verdict, ...]:
    """Give the verdict of each file, in the order in which promtool was given them."""
    lines = output.split("\n")
    starts: list[int] = []
    line = 0
    for path in paths:
        try:
            line = lines.index(BEGINS + path, line)
        except ValueError:
            break
        starts.append(line)
        line += 1
    ends = [*starts[1:], len(lines)]
    said = [_verdict(lines[start + 1 : end]) for start, end in zip(starts, ends, strict=False)]
    return (*said, *([Verdict(None, "")] * (len(paths) - len(said))))


def _verdict(lines: Sequence[str]) -> Verdict:
    words = "\n".join(line for line in lines if line.strip() and line not in {PASSED, FAILED}).strip("\n")
    if FAILED in lines:
        return Verdict(False, words)
    return Verdict(True if PASSED in lines else None, words)
