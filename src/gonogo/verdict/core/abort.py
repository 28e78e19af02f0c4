"""Decides at each step of a watch if the dry run must end early, and counts down to that end.

A dry run ends early if an ``abort`` condition is true, or if the verdict was not known for ``dry_run.blind``. Blindness
ends it only in a step whose own verdict is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.durations import format_duration
from gonogo.model.condition import Unknown
from gonogo.model.policy import Policy, Role
from gonogo.promql.matchers import label
from gonogo.verdict.core.violations import Because, Violation
from gonogo.verdict.core.watch import WatchStep

LISTED = 3
"""The number of violations that the sentence of an abort lists. The others are counted."""


class Abort(Struct, frozen=True):
    """The cause that ends a dry run early.

    Attributes:
        because: the kind of the cause.
        detail: the cause as a sentence. It lists several violations.
        since: the unix time by the server's clock since when the cause lasts.
        gate: the gate of the first violation. None: ``dry_run.blind`` ended the run.
        condition: the condition of the first violation, None like the gate.
        subject: the labels of the subject of the first violation.
    """

    because: Because
    detail: str
    since: float
    gate: str | None = None
    condition: str | None = None
    subject: Mapping[str, str] = field(default_factory=dict)


class Countdown(Struct, frozen=True):
    """The seconds for which a signal or the verdict was not known, and the time after which that ends the dry run."""

    what: str
    seconds: float
    limit: timedelta

    @property
    def left(self) -> float:
        """Return the seconds until the abort."""
        return self.limit.total_seconds() - self.seconds

    def __str__(self) -> str:
        """Return the countdown as a clause."""
        return f"{self.what} unknown for {self.seconds:.0f} s, abort at {format_duration(self.limit)}"


def abort_of(step: WatchStep, policy: Policy) -> Abort | None:
    """Return the cause if the dry run must end at this step."""
    if step.violations:
        first = step.violations[0]
        listed = "; ".join(map(_named, step.violations[:LISTED]))
        more = len(step.violations) - LISTED
        detail = f"{listed}; and {more} more" if more > 0 else listed
        return Abort(first.because, detail, first.since, first.gate, first.check.condition, first.subject)
    if step.blind_since is None or step.at - step.blind_since < policy.dry_run.blind.total_seconds():
        return None
    seconds = step.at - step.blind_since
    allowed = f"dry_run.blind allows {format_duration(policy.dry_run.blind)}"
    return Abort(Because.UNKNOWN, f"the verdict was not known for {seconds:.0f} s; {allowed}", step.server_at(seconds))


def countdowns(step: WatchStep, policy: Policy) -> tuple[Countdown, ...]:
    """Return what counts down to an abort at a step, the nearest abort first."""
    return tuple(sorted(_countdowns(step, policy), key=lambda one: one.left))


def _countdowns(step: WatchStep, policy: Policy) -> Iterator[Countdown]:
    if step.blind_since is not None:
        yield Countdown("the verdict is", step.at - step.blind_since, policy.dry_run.blind)
    limits: dict[str, timedelta] = {}
    for placed in policy.conditions((Role.ABORT,)):
        for term in placed.condition.terms:
            if isinstance(term, Unknown):
                limits[term.signal] = min(limits.get(term.signal, term.held), term.held)
    for (signal, subject, _), since in step.unknown.items():
        if signal in limits:
            labels = dict(zip(policy.subjects, subject, strict=False))
            yield Countdown(f"{subject_named(labels)}{signal} is", step.at - since, limits[signal])


def subject_named(labels: Mapping[str, str]) -> str:
    """Return the labels of a subject before the name of something; empty if there are none."""
    named = ",".join(f"{label(name)}={value}" for name, value in labels.items() if value)
    return f"{named} " if named else ""


def _named(violation: Violation) -> str:
    check = violation.check
    return f"{violation.because} {subject_named(violation.subject)}{violation.gate}: {check.condition} ({check.detail})"
