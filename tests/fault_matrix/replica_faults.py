"""Faults of several servers behind one address."""

from __future__ import annotations

from gonogo.model.outcome import Reason
from tests.fault_matrix.evidence_fault import evidence_fault
from tests.fault_matrix.evidence_stage import Enter
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.second_server import balanced


def replicas(name: str, mechanism: str, gate: str, enter: Enter) -> Fault:
    """Make a fault of an address at which two healthy servers answer."""
    return evidence_fault(name, mechanism, gate, enter, Reason.UNREACHABLE, kind="replicas", form="all")


FAULTS = (
    replicas(
        "replicas-in-turns", "two healthy servers answer in turns at one address", "errors", balanced(True, False)
    ),
    replicas(
        "replicas-one-in-three",
        "a second healthy server gives one of three answers",
        "saturation",
        balanced(False, False, True),
    ),
    replicas(
        "replicas-two-in-three",
        "a second healthy server gives two of three answers",
        "availability",
        balanced(True, True, False),
    ),
    replicas(
        "replicas-in-pairs",
        "two healthy servers give two answers each, in turns",
        "queue",
        balanced(True, True, False, False),
    ),
    replicas(
        "replicas-in-long-turns",
        "two healthy servers give five answers each, in turns",
        "worst",
        balanced(*[True] * 5, *[False] * 5),
    ),
)
