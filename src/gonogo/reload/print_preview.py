"""The text output of a preview: the changes that a reload would make."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.plain import one_line
from gonogo.reload.compare.configuration import Difference
from gonogo.reload.compare.preview import Preview, Removal
from gonogo.reload.compare.rules import RuleChange

NO_CHANGE = "nothing would change: the server has what is staged"


def preview_lines(preview: Preview) -> tuple[str, ...]:
    """Return one line for each change: ``+`` added, ``-`` removed, ``~`` changed, ``!`` loses its state."""
    return tuple(one_line(line) for line in _lines(preview))


def _lines(preview: Preview) -> Iterator[str]:
    if not preview:
        yield NO_CHANGE
        return
    if preview.unreadable:
        yield f"! {preview.unreadable}"
    yield from (f"+ {rule.title}" for rule in preview.rules_added)
    yield from (f"- {rule.title}" for rule in preview.rules_removed)
    for change in preview.rules_changed:
        yield from _rule(change)
    yield from (f"~ group {name}: the order of its rules" for name in preview.reordered)
    yield from (f"! {lost.alert.title} loses its pending or firing state: {lost.why}" for lost in preview.losing_state)
    yield from (f"+ job {name}" for name in preview.jobs_added)
    yield from (f"- job {name}" for name in preview.jobs_removed)
    for job in preview.jobs_changed:
        yield from map(_setting, job.differences)
    yield from map(_setting, preview.settings)
    yield from (_removal(one) for one in preview.removals if one.removed)


def _rule(change: RuleChange) -> Iterator[str]:
    for aspect in change.aspects:
        yield f"~ {change.staged.title}: {aspect.name} {aspect.loaded or 'nothing'} -> {aspect.staged or 'nothing'}"


def _setting(one: Difference) -> str:
    return f"~ {one.path}: {one.loaded} -> {one.staged}"


def _removal(one: Removal) -> str:
    return f"{one.removed} of {one.before} {one.what} would be removed ({one.share:.1%})"
