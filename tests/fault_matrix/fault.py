"""One fault: how it enters a real stack, and the verdict and reason that must come of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from msgspec import Struct

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from gonogo.sandbox.story import HEALTHY, Story


class Fault(Struct, frozen=True):
    """A fault of the matrix.

    ``enter`` hurts the stack on entering and mends it on leaving. With a ``story`` the
    fault lies in the history: a stack of its own starts with that story, and its repair is
    another with the healthy one.

    Attributes:
        name: unique, kebab-case.
        mechanism: what is done, in one line, for the table.
        kind: the class of mechanism (writer, clock, target, series, rule, server, answer, push, run, subject, …).
        signal: the class of signal that it hits (heartbeat, budget, canary, rehearsal, stability, uptime, all, runs).
        gate: the gate in which it must show.
        verdict: the verdict of the whole.
        reason: the first reason of the gate's first unknown check; ``None``: a condition is known to be violated.
        stage: which stack it needs.
        alike: what stands for the gate in the distinction, where the same fault shows in many gates alike.
        group: faults of one group run one after another in one process, on one stack.
    """

    name: str
    mechanism: str
    kind: str
    signal: str
    gate: str
    verdict: Verdict
    reason: Reason | None
    enter: Callable[[Any], AbstractContextManager[object]] | None = None
    story: Story = HEALTHY
    stage: str = "textfile"
    group: str = "first"
    alike: str | None = None

    @property
    def distinction(self) -> tuple[object, ...]:
        """What sets it apart from other faults: the class of mechanism and of signal, and what comes of it."""
        return (self.kind, self.signal, self.alike or self.gate, self.verdict, self.reason)
