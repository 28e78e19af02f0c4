"""One fault of evidence, as the worlds of services have it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from tests.fault_matrix.fault import Fault


def evidence_fault(  # noqa: PLR0913 - a fault has as many fields
    name: str,
    mechanism: str,
    gate: str,
    enter: Callable[[Any], AbstractContextManager[object]],
    reason: Reason | None,
    *,
    kind: str,
    form: str,
    verdict: Verdict = Verdict.HOLD,
    stage: str = "evidence",
) -> Fault:
    """Make a fault that hits a form of signal. ``make test`` runs one fault of each form, whatever its gate.

    Faults of one kind are a group of their own, because these faults wait more than they compute.
    """
    group = f"{stage} {kind}"
    return Fault(name, mechanism, kind, form, gate, verdict, reason, enter, stage=stage, group=group, alike=form)
