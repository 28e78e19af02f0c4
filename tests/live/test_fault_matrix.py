"""The fault matrix: GO, then a fault and its verdict and reason, then the repair and GO again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gonogo.model.outcome import Outcome
from gonogo.model.verdict import Report, Verdict
from gonogo.verdict.print import report_text
from tests.fault_matrix.catalogue import DISTINCT, FAULTS, NEWER, STAGES
from tests.fault_matrix.fault import Fault
from tests.fault_matrix.stage import Judged, NotInTime, first_unknown, stage

pytestmark = pytest.mark.live

LOOKS = 3
"""How often more the fault is looked at once it shows: none may be GO."""


class Stages:
    """The stacks of this process, started when first needed, and anew when one did not recover."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._running: dict[str, tuple[ExitStack, Judged]] = {}

    def running(self, name: str) -> Judged:
        """Give the stack of that name, and stop the others."""
        if name not in self._running:
            self.close()
            held = ExitStack()
            self._running[name] = held, held.enter_context(STAGES[name]())
        return self._running[name][1]

    def renew(self, name: str) -> None:
        """Stop the stack of that name; the next to need it gets a new one."""
        if name in self._running:
            self._running.pop(name)[0].close()

    def close(self) -> None:
        """Stop every stack."""
        for held, _ in self._running.values():
            held.close()
        self._running.clear()


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    """Share stacks among the faults of one process."""
    found = Stages()
    yield found
    found.close()


def shows(report: Report, fault: Fault) -> bool:
    """Tell whether the report refuses for the fault's reason, in the fault's gate."""
    if report.judgement.verdict is not fault.verdict:
        return False
    gates = [gate for subject in report.judgement.subjects for gate in subject.gates if gate.gate == fault.gate]
    if fault.reason is None:
        return any(gate.outcome is Outcome.FAIL for gate in gates)
    found = first_unknown(report, fault.gate)
    return found is not None and found.doubts[0].reason is fault.reason


def marks(fault: Fault) -> tuple[pytest.MarkDecorator, ...]:
    """Keep faults of one group on one stack, unless each has its own; a second of the same kind is long."""
    group = pytest.mark.xdist_group(fault.group if fault.enter is not None else fault.name)
    if fault.name not in DISTINCT:
        return (group, pytest.mark.long)
    return (group, pytest.mark.versions) if fault.name in NEWER else (group,)


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, id=fault.name, marks=marks(fault)) for fault in FAULTS],
)
def test_fault(fault: Fault, stages: Stages) -> None:
    """No GO under a fault, and GO before it and after its repair.

    Where a stack did not get there in time, also from the fault before, the fault has one more try on a new
    stack: a machine may have hiccups. A GO under a fault is never tried again.
    """
    try:
        judged_rightly(fault, stages)
    except NotInTime:
        stages.renew(fault.stage)
        judged_rightly(fault, stages)


def judged_rightly(fault: Fault, stages: Stages) -> None:
    """See GO, the fault and its verdict, the repair and GO."""
    what = f"{fault.verdict} by {fault.gate} for {fault.reason}"
    if fault.enter is None:
        with stage(fault.story, extra="") as hurt:
            never_go(hurt, fault, what)
        return
    place = stages.running(fault.stage)
    assert place.until_go().judgement.verdict is Verdict.GO
    with fault.enter(place):
        never_go(place, fault, what)
    assert place.until_go().judgement.verdict is Verdict.GO


def never_go(place: Judged, fault: Fault, what: str) -> None:
    """Wait until the fault shows, and look again."""
    shown = place.until(lambda report: shows(report, fault), what)
    assert shown.judgement.verdict is not Verdict.GO
    for _ in range(LOOKS):
        time.sleep(0.3)
        report = place.decide()
        assert report.judgement.verdict is not Verdict.GO, report_text(report)


def test_the_matrix_is_large_and_distinct() -> None:
    """At least 80 faults differ in class or outcome, and each has a name and a mechanism of its own."""
    assert len(DISTINCT) >= 80
    assert NEWER <= DISTINCT
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({fault.mechanism for fault in FAULTS}) == len(FAULTS)
