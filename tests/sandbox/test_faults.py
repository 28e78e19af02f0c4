"""The faults of ``--inject``: each has a name and an explanation, and none can be GO."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.sandbox.faults import FAULTS, EntryPoint, Fault, fault_named
from gonogo.sandbox.story import HEALTHY

EXIT_CODES = {Verdict.NO_GO: 1, Verdict.HOLD: 3}
DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"


def test_an_unknown_fault_is_refused_with_the_list() -> None:
    """The error lists all faults."""
    with pytest.raises(UsageError) as refused:
        fault_named("burm")
    assert all(name in refused.value.next_step for name in FAULTS)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_never_go(fault: Fault) -> None:
    """The verdict refuses, and only an UNKNOWN has a reason."""
    assert fault.verdict in EXIT_CODES
    assert (fault.reason is None) == (fault.verdict is Verdict.NO_GO)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_only_faults_of_the_history_change_the_story(fault: Fault) -> None:
    """A fault of the history changes one part of the story."""
    changed = fault.story(HEALTHY)
    assert (changed != HEALTHY) == (fault.entry is EntryPoint.HISTORY)
    assert replace(changed, length=HEALTHY.length) == changed


def test_the_promised_faults_exist() -> None:
    """The faults are those in the documentation of the dry run."""
    promised = "heartbeat-stall stale-source smoke-constants burn canary-regression rule-broken prometheus-down"
    assert set(promised.split()) <= set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_docs_have_a_row_for_each_fault(fault: Fault) -> None:
    """The row has the entry, the verdict, the reason and the exit code."""
    reason = f"`{fault.reason.value}`" if fault.reason else "violated"
    cells = (f"`{fault.name}`", fault.entry, fault.explanation, fault.verdict, f"`{fault.gate}`", reason)
    assert f"| {' | '.join(cells)} | {EXIT_CODES[fault.verdict]} |" in DOCS.read_text(encoding="utf-8").splitlines()
