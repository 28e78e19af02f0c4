"""A real stack behind a real proxy, with the runs recorded, for faults to enter and leave."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gonogo.journal.records import append
from gonogo.journal.run_key import run_key
from gonogo.lint.recorded import obs_lint
from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.policy import RUN_GATES
from gonogo.model.record import Record
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import PolicyFile, load
from gonogo.ruletests.recorded import promql_unit
from gonogo.sandbox.launch import sandbox
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY, Story
from gonogo.smoke.run import smoke
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.live.proxy import Proxy, proxy

INTERVAL = timedelta(seconds=1)
PATIENCE = 40.0
"""Seconds within which a fault must show and its repair must be GO again."""

SETTLED_UPTIME = "gates: {uptime: {require: [green_uptime_ratio >= 0.9]}}\n"
"""A stage lives through dozens of outages in a row: only here uptime is not the fault's business."""


class NotInTime(Exception):
    """The stack did not come to what was awaited within ``PATIENCE``."""


class Judged(ABC):
    """A system with a policy that can be decided again and again."""

    @property
    @abstractmethod
    def policy(self) -> Path:
        """Return the file of the policy."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Return the address that decide asks."""

    def policy_file(self) -> PolicyFile:
        """Load the policy as it lies on disk now."""
        return load(self.policy)

    def decide(self) -> Report:
        """Decide now, as the command does."""
        return decide(self.policy_file(), self.url)

    def until(self, seen: Callable[[Report], bool], what: str) -> Report:
        """Decide again and again until it is as expected. On a busy machine the pauses are longer, as the looks are.

        Raises:
            NotInTime: the time is up; the last report is in the text.
        """
        began = time.monotonic()
        deadline = began + PATIENCE
        report = self.decide()
        while not seen(report):
            ended = time.monotonic()
            if ended >= deadline:
                raise NotInTime(f"never {what}; the last report:\n{report_text(report)}")
            time.sleep(max(0.5, ended - began))
            began = time.monotonic()
            report = self.decide()
        return report

    def until_go(self) -> Report:
        """Wait until the system is healthy."""
        return self.until(lambda report: report.judgement.verdict is Verdict.GO, "GO")


@dataclass
class Stage(Judged):
    """What a fault sees of the stack.

    Attributes:
        stack: the running servers, files and traffic.
        proxy: what decide asks; it passes everything on until told otherwise.
    """

    stack: Stack
    proxy: Proxy

    @property
    def prefix(self) -> str:
        """What metric names begin with."""
        return self.stack.policy_file.policy.prefix

    @property
    def policy(self) -> Path:
        """Return the file of the policy."""
        return self.stack.layout.policy

    @property
    def url(self) -> str:
        """Return the address of the proxy."""
        return self.proxy.url

    @contextmanager
    def rewritten(self, change: Callable[[str], str]) -> Iterator[None]:
        """Hold the exported text file of the traffic, changed."""
        traffic, path = self.stack.traffic, self.stack.layout.textfile_dir / f"{self.prefix}_traffic.prom"
        traffic.pause()
        text = path.read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, "the fault changes nothing"
        self.stack.write(path, changed)
        try:
            yield
        finally:
            self.stack.restore()
            traffic.resume()
            traffic.write()

    @contextmanager
    def server_rules(self, change: Callable[[str], str]) -> Iterator[None]:
        """Let the server load changed rules, while the files on disk are as they were."""
        text = self.stack.rules_path.read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, "the fault changes nothing"
        self.stack.write(self.stack.rules_path, changed)
        self.stack.reload()
        self.stack.restore()
        try:
            yield
        finally:
            self.stack.reload()

    @contextmanager
    def configuration(self, change: Callable[[str], str]) -> Iterator[None]:
        """Let the server load a changed configuration, while the file on disk is as it was."""
        path = self.stack.layout.configuration
        text = path.read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, "the fault changes nothing"
        self.stack.write(path, changed)
        self.stack.reload()
        self.stack.restore()
        try:
            yield
        finally:
            self.stack.reload()


def first_unknown(report: Report, gate: str) -> JudgedCondition | None:
    """Find the gate's first check that is unknown, in any subject, the worst subjects first."""
    for subject in report.judgement.subjects:
        for judged in subject.gates:
            for check in judged.checks:
                if judged.gate == gate and check.outcome is Outcome.UNKNOWN:
                    return check
    return None


def record_runs(policy_file: PolicyFile) -> None:
    """Lint, unit-test and smoke for real, so that the run gates pass on runs that happened."""
    for run in (obs_lint, promql_unit, smoke):
        done = run(policy_file)
        assert done.passed, done.detail


def assume_runs(policy_file: PolicyFile) -> None:
    """Record that the runs passed, for the same rules and tests, on a stack whose faults are not about the runs.

    The runs cost as much as the start of the stack.
    """
    for gate in RUN_GATES:
        append(policy_file.journal, Record(gate, run_key(policy_file), Outcome.PASS, time.time()))


@contextmanager
def stage(
    story: Story = HEALTHY,
    extra: str = SETTLED_UPTIME,
    prepare: Callable[[Stack], None] | None = None,
    runs: Callable[[PolicyFile], None] = assume_runs,
) -> Iterator[Stage]:
    """Start a stack at one-second intervals, record its runs, and put a proxy in front of it.

    Args:
        story: the history.
        extra: YAML added to the policy.
        prepare: changes more before the runs are recorded.
        runs: records the runs.
    """
    with ExitStack() as held:
        stack = held.enter_context(sandbox(story, INTERVAL))
        text = stack.layout.policy.read_text(encoding="utf-8").replace(
            "prometheus:\n", "prometheus:\n  timeout: 4s\n", 1
        )
        stack.layout.policy.write_text(text + extra, encoding="utf-8")
        if prepare is not None:
            prepare(stack)
        stack.policy_file = load(stack.layout.policy)
        runs(stack.policy_file)
        front = held.enter_context(proxy(stack.prometheus.url))
        yield Stage(stack, front)
