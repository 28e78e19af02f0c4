"""The output of a reload as text and as JSON: the steps, the result, the reasons, the changes, the commands."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.document import document
from gonogo.model.plain import one_line, plain
from gonogo.reload.compare.configuration import Difference
from gonogo.reload.compare.preview import Preview
from gonogo.reload.result import Became, ReloadResult, StepReport

_LOOKED = "looked"
"""The first word of the answer of ``--dry-run``. ``unchanged`` would say that the server has everything already."""
NO_CHANGE = "nothing would change: the server has what is staged"
_LOUD = "A PERSON MUST ACT. Run the first command. If it fails, run the others:"


def step_text(report: StepReport) -> str:
    """Return the result of a step as one line."""
    return f"{report.outcome:<7} {report.step}: {one_line(report.detail)} ({report.seconds:.1f} s)"


def reload_text(result: ReloadResult) -> str:
    """Return the result of a reload as text, for ``--dry-run`` with the changes."""
    return "\n".join(_lines(result)) + "\n"


def reload_json(result: ReloadResult) -> str:
    """Return the answer of ``gonogo reload --format json``, a line of JSON."""
    steps = [
        {"step": one.step, "outcome": one.outcome, "detail": one.detail, "seconds": round(one.seconds, 3)}
        for one in result.steps
    ]
    answer = document(
        {
            "schema": "gonogo/reload/v1",
            "outcome": result.became,
            "steps": steps,
            "detail": result.detail,
            "seconds": round(result.seconds, 3),
            "retries": result.retries,
            "reasons": result.reasons,
            "commands": result.commands,
            "preview": result.preview,
            "look": result.looked,
            "failing": result.failing,
            "warnings": result.warnings,
        }
    )
    return answer.decode()


def preview_lines(preview: Preview) -> tuple[str, ...]:
    """Return one line for each change: ``+`` added, ``-`` removed, ``~`` changed, ``!`` loses its state."""
    return tuple(one_line(line) for line in _preview_lines(preview))


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


def _preview_lines(preview: Preview) -> Iterator[str]:
    if not preview:
        yield NO_CHANGE
        return
    if preview.unreadable:
        yield f"! {preview.unreadable}"
    yield from (f"+ {rule.title}" for rule in preview.rules.missing)
    yield from (f"- {rule.title}" for rule in preview.rules.extra)
    for change in preview.rules.changed:
        for one in change.aspects:
            yield f"~ {change.staged.title}: {one.name} {one.loaded or 'nothing'} -> {one.staged or 'nothing'}"
    yield from (f"~ group {name}: the order of its rules" for name in preview.rules.reordered)
    yield from (f"! {lost.alert.title} loses its pending or firing state: {lost.why}" for lost in preview.losing_state)
    yield from (f"+ job {name}" for name in preview.jobs_added)
    yield from (f"- job {name}" for name in preview.jobs_removed)
    for differences in preview.jobs_changed.values():
        yield from map(_setting, differences)
    yield from map(_setting, preview.settings)
    for removal in preview.removals:
        if removal.removed:
            counts = f"{removal.removed} of {removal.before} {removal.what}"
            yield f"{counts} would be removed ({removal.share:.1%})"


def _setting(one: Difference) -> str:
    return f"~ {one.path}: {one.loaded} -> {one.staged}"
