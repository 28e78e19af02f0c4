"""The text output of a reload: a line for each step, the result, the reasons, and the commands for a person."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.plain import one_line, plain
from gonogo.reload.compare.result import Became, ReloadResult, StepReport

_LOOKED = "looked"
"""The first word of the answer of ``--dry-run``. ``unchanged`` would say that the server has everything already."""
_LOUD = "A PERSON MUST ACT. Run the first command. If it fails, run the others:"


def step_text(report: StepReport) -> str:
    """Return the result of a step as one line."""
    return f"{report.outcome:<7} {report.step}: {one_line(report.detail)} ({report.seconds:.1f} s)"


def reload_text(result: ReloadResult) -> str:
    """Return the result of a reload as text, for ``--dry-run`` with the changes."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: ReloadResult) -> Iterator[str]:
    head = _LOOKED if result.looked and result.became is Became.UNCHANGED else result.became
    yield f"{head}: {one_line(result.detail)} ({result.seconds:.1f} s)"
    for reason in result.reasons:
        first, *more = plain(reason).splitlines() or [""]
        yield f"- {first}"
        yield from (f"  {line}" for line in more)
    yield from (f"! fails: {one_line(rule)}" for rule in result.failing)
    yield from (f"warning: {one_line(warning)}" for warning in result.warnings)
    if result.looked:
        yield from result.preview
    if result.commands:
        yield _LOUD
        yield from (f"  {one_line(line)}" for line in result.commands)
