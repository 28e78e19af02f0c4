"""A demo stack on which decide can say GO at once: no runs are asked for, and no answer is waited for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import load
from gonogo.sandbox.launch import sandbox
from gonogo.sandbox.stack import PATIENCE, Stack
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.waiting import crowded

ASIDE = "runs: {required: []}\ngates: {uptime: {require: [green_uptime_ratio >= 0.9]}}\n"
"""Lint, unit tests and smoke are not what is shown here, and neither is the uptime of a writer."""


@dataclass
class Demo:
    """A running stack, and its verdicts."""

    stack: Stack

    def decide(self) -> Report:
        """Decide now, as the command does."""
        return decide(load(self.stack.layout.policy))

    def until_go(self) -> Report:
        """Decide until it is GO; the last report is shown if it never is.

        Raises:
            ActionFailed: it was not GO within a minute, or longer on a crowded machine.
        """
        reports: list[Report] = []

        def go() -> bool:
            reports.append(self.decide())
            return reports[-1].judgement.verdict is Verdict.GO

        self.stack.until(go, "GO", PATIENCE * crowded(), instead=lambda: report_text(reports[-1]))
        return reports[-1]


@contextmanager
def demo(interval: timedelta, aside: str = ASIDE, timeout: str = "5s") -> Iterator[Demo]:
    """Start a demo stack.

    Args:
        interval: how often it scrapes and evaluates.
        aside: YAML added to the policy.
        timeout: how long the policy waits for an answer.
    """
    with sandbox(interval=interval) as stack:
        text = stack.layout.policy.read_text(encoding="utf-8").replace(
            "prometheus:\n", f"prometheus:\n  timeout: {timeout}\n", 1
        )
        stack.layout.policy.write_text(text + aside, encoding="utf-8")
        yield Demo(stack)
