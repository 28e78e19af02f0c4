"""Ten policies of strangers, written from the docs alone: GO, then five faults for each and its verdict, then GO."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from gonogo.model.outcome import Outcome, Reason
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import load
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.strangers.fault import Fault
from tests.strangers.faults import ROUNDS
from tests.strangers.world import POLICIES, World, world
from tests.waiting import crowded

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("strangers")]

README = Path(__file__).parents[2] / "README.md"

PATIENCE = 40.0
"""Seconds within which every fault must show, and every repair must be GO again."""

LOOKS = 3
"""How often more each fault is looked at once it shows."""

SHORT = 2
"""The rounds of ``make test``. The others are more of the same kind."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Start the world that all rounds share."""
    with world(tmp_path_factory.mktemp("strangers")) as found:
        yield found


def missing(place: World, seen: Mapping[str, Callable[[Report], bool]]) -> str:
    """Decide by each policy again and again until each report is as expected. Return the reports that never were."""
    deadline = time.monotonic() + PATIENCE * crowded()
    left = dict(seen)
    while True:
        reports = {policy: place.decide(policy) for policy in left}
        left = {policy: right for policy, right in left.items() if not right(reports[policy])}
        if not left or time.monotonic() >= deadline:
            return "\n".join(report_text(reports[policy]) for policy in left)
        time.sleep(0.3)


def not_go(place: World) -> str:
    """Wait until every policy is GO. Return the reports that never were."""
    return missing(place, dict.fromkeys(POLICIES, lambda report: report.judgement.verdict is Verdict.GO))


def false_go(place: World, faults: Iterable[Fault]) -> str:
    """Look again at faults that show. Return the reports that are GO and must not be."""
    hurt = [fault.policy for fault in faults if fault.verdict is not Verdict.GO]
    found = []
    for _ in range(LOOKS):
        time.sleep(0.3)
        reports = map(place.decide, hurt)
        found += [report_text(report) for report in reports if report.judgement.verdict is Verdict.GO]
    return "\n".join(found)


def first_reason(report: Report) -> Reason | None:
    """Return the first reason of the first condition that is UNKNOWN."""
    checks = (check for one in report.judgement.subjects for gate in one.gates for check in gate.checks)
    unknown = (check for check in checks if check.outcome is Outcome.UNKNOWN)
    return next((check.doubts[0].reason for check in unknown), None)


def shows(fault: Fault, report: Report) -> bool:
    """Return whether the report has the verdict and the reason of the fault, and spares the subject that is well."""
    if report.judgement.verdict is not fault.verdict:
        return False
    subjects = {one.labels.get("service"): one.verdict for one in report.judgement.subjects if one.labels}
    if fault.spared is not None and subjects.get(fault.spared) is not Verdict.GO:
        return False
    return fault.verdict is not Verdict.HOLD or first_reason(report) is fault.reason


@pytest.mark.parametrize(
    "number", [pytest.param(n, marks=() if n < SHORT else pytest.mark.long) for n in range(len(ROUNDS))]
)
def test_each_policy_is_right_on_a_fault(number: int, shared: World) -> None:
    """Every policy is GO, has the right verdict and reason while a fault of its own lasts, and is GO again."""
    assert not_go(shared) == ""
    with ExitStack() as held:
        for fault in ROUNDS[number]:
            held.enter_context(fault.enter(shared))
        assert missing(shared, {fault.policy: partial(shows, fault) for fault in ROUNDS[number]}) == ""
        assert false_go(shared, ROUNDS[number]) == ""
    assert not_go(shared) == ""


def test_the_first_policy_of_the_readme_only_waits(shared: World) -> None:
    """On a server that scrapes the job since less than the window of the gate, nothing else is in doubt."""
    assert not_go(shared) == ""
    block = re.search(r"^```yaml\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    path = shared.folder / "readme.yaml"
    path.write_text(block[1], encoding="utf-8")
    report = decide(load(path), shared.server.url)
    (check,) = report.judgement.subjects[0].gates[0].checks
    assert {doubt.reason for doubt in check.doubts} <= {Reason.GAPPY}, report_text(report)


def test_every_round_has_a_fault_of_its_own_for_each_policy() -> None:
    """There are ten policies and five rounds, and no policy has a fault twice."""
    assert len(POLICIES) == 10
    assert [sorted(fault.policy for fault in faults) for faults in ROUNDS] == [list(POLICIES)] * 5
    assert len({(fault.policy, fault.mechanism) for faults in ROUNDS for fault in faults}) == 50
