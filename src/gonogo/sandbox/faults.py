"""Faults for the sandbox. Each fault injects one defect and shows the refusal.

Slow faults enter through the history, because no window is ever scaled. The other faults are
injected into the running sandbox: before the checks, before the verdict or during the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.errors import UsageError
from gonogo.formats.files import read_rules
from gonogo.model.outcome import Reason
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.rulepack.document import rules_document
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import Outage, Story, level, step


class EntryPoint(StrEnum):
    """The moment at which a fault enters."""

    HISTORY = "in the history"
    CHECKS = "before the checks"
    DECISION = "before the verdict"
    WATCH = "during the watch"


class Fault(Struct, frozen=True):
    """A defect and the refusal that must follow.

    Attributes:
        name: the name for ``--inject``.
        entry: the moment at which the fault enters.
        explanation: one line that describes the defect.
        gate: the gate that refuses.
        reason: the reason why the gate's condition is UNKNOWN, or ``None`` if the condition is FAIL.
        story: changes the history.
        inject: injects the defect into the running sandbox, and returns when the defect is visible.
    """

    name: str
    entry: EntryPoint
    explanation: str
    gate: str
    reason: Reason | None = None
    story: Callable[[Story], Story] = lambda story: story
    inject: Callable[[Stack], None] = lambda _: None

    @property
    def verdict(self) -> Verdict:
        """Return the last verdict of the dry run."""
        return Verdict.NO_GO if self.reason is None else Verdict.HOLD


OLD_BEAT = timedelta(seconds=110)
"""The age of a stalled writer's last beat, so that the beat is stale within a short watch."""

CLOCK_AHEAD = timedelta(seconds=90)


def fault_named(name: str) -> Fault:
    """Return the fault with a name.

    Raises:
        UsageError: there is no such fault. The error lists all faults.
    """
    if name not in FAULTS:
        raise UsageError(f"there is no fault {name!r}", next_step=f"--inject one of {', '.join(FAULTS)}")
    return FAULTS[name]


def _stall(stack: Stack) -> None:
    stack.traffic.pause_beats()
    stack.traffic.beat(lag=OLD_BEAT)


def _clock_ahead(stack: Stack) -> None:
    stack.traffic.pause_beats()
    beat = stack.traffic.beat(lag=-CLOCK_AHEAD)
    prefix = stack.policy_file.policy.prefix
    stack.until(lambda: stack.has(f"{prefix}_textfile_heartbeat_seq >= {beat.sequence}"), "the beat to arrive")


def _stale_source(stack: Stack) -> None:
    stack.traffic.pause()
    stack.traffic.withdraw()
    gone = f"{stack.policy_file.policy.prefix}_canary_samples"
    stack.until(lambda: not stack.has(gone), f"{gone} to end")


def _smoke_constants(stack: Stack) -> None:
    _load_once(stack, "canary_failure_ratio", lambda _: "vector(0.01)")


def _drift(stack: Stack) -> None:
    fresh = f"heartbeat_fresh_{stack.policy_file.policy.heartbeat.fresh_name}"
    _load_once(stack, fresh, lambda expression: expression.replace("< bool 120", "< bool 3600"))


def _load_once(stack: Stack, signal: str, change: Callable[[str], str]) -> None:
    """Let the server load a changed rule, then restore the rule file."""
    name = f"{stack.policy_file.policy.prefix}_{signal}"
    text = stack.rules_path.read_text(encoding="utf-8")
    changed = tuple(
        replace(
            group,
            rules=tuple(replace(r, expression=change(r.expression)) if r.name == name else r for r in group.rules),
        )
        for group in read_rules(text, str(stack.rules_path)).groups
    )
    stack.write(stack.rules_path, rules_document("", changed))
    stack.reload()
    stack.restore()


def _break_rules(stack: Stack) -> None:
    stack.write(stack.rules_path, stack.rules_path.read_text(encoding="utf-8").replace("[6m])", "[6m]", 1))


def _kill_exporter(stack: Stack) -> None:
    stack.node_exporter.kill()
    stack.until(lambda: stack.has('up{job="node"} == 0'), "the target to be down")


_HISTORY, _CHECKS, _DECISION, _WATCH = EntryPoint

_ALL = (
    Fault(
        "burn",
        _HISTORY,
        "for four days the share of bad events was six times the usual share",
        "error-budget-burn-ok",
        story=lambda story: replace(story, bad_ratio=step(0.000_2, timedelta(days=4), 0.001_2)),
    ),
    Fault(
        "canary-regression",
        _HISTORY,
        "for two days four canaries in ten were rolled back",
        "canary-quorum-pass",
        story=lambda story: replace(story, rollback_ratio=step(0.02, timedelta(days=2), 0.4)),
    ),
    Fault(
        "dr-overdue",
        _HISTORY,
        "the last rehearsal succeeded 30 hours ago",
        "dr-rehearsal-24h-pass",
        story=lambda story: replace(story, rehearsal_age=timedelta(hours=30)),
    ),
    Fault(
        "lyapunov-high",
        _HISTORY,
        "alerts fire ten times an hour, recovery takes ten minutes and no evidence is created",
        "stability",
        story=lambda story: replace(
            story, alerts_per_hour=level(10), mttr_seconds=level(600), evidence_per_hour=level(0)
        ),
    ),
    Fault(
        "outage",
        _HISTORY,
        "the writer was silent for ten minutes, three hours ago",
        "uptime",
        story=lambda story: replace(
            story, outages=(*story.outages, Outage(timedelta(hours=3), timedelta(hours=2, minutes=50)))
        ),
    ),
    Fault(
        "rule-broken", _CHECKS, "a rule on disk lacks a parenthesis", "obs-lint", Reason.NO_RECORD, inject=_break_rules
    ),
    Fault(
        "stale-source",
        _DECISION,
        "the writer of canary and budget data stops, and its file is gone",
        "canary-quorum-pass",
        Reason.SOURCE_UNKNOWN,
        inject=_stale_source,
    ),
    Fault(
        "smoke-constants",
        _DECISION,
        "the server loads a rule that records a constant under a signal's name",
        "canary-quorum-pass",
        Reason.SYNTHETIC,
        inject=_smoke_constants,
    ),
    Fault(
        "drifted-rule",
        _DECISION,
        "the server loads a rule that accepts an hour-old beat as fresh, and the rule file has another limit",
        "heartbeat",
        Reason.DRIFTED,
        inject=_drift,
    ),
    Fault(
        "clock-ahead", _DECISION, "the writer's clock is 90 s ahead", "heartbeat", Reason.FUTURE, inject=_clock_ahead
    ),
    Fault("target-down", _DECISION, "node_exporter is killed", "heartbeat", Reason.SOURCE_DOWN, inject=_kill_exporter),
    Fault(
        "heartbeat-stall",
        _WATCH,
        "the writer stops, and its last beat is 110 s old, as if it had stopped earlier",
        "heartbeat",
        inject=_stall,
    ),
    Fault(
        "prometheus-down",
        _WATCH,
        "Prometheus is killed",
        "heartbeat",
        Reason.UNREACHABLE,
        inject=lambda stack: stack.prometheus.kill(),
    ),
)

FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ALL}
"""Every fault by its name, in the order of the table in the docs."""
