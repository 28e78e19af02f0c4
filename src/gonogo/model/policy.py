"""A policy as the core uses it: the signals to read, the gates to judge, and the settings of a dry run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import product

from msgspec import Struct, field

from gonogo.model.condition import Condition, Criterion, Share
from gonogo.model.heartbeat import Heartbeat


class Scope(StrEnum):
    """The scope of a signal: each subject has its own series, or all subjects share one."""

    SUBJECT = "subject"
    SHARED = "shared"


class ValueRange(Struct, frozen=True):
    """The values that a signal can have, both ends included. A value outside is not evidence."""

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        """Return whether a finite value is in the range."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the range in mathematical notation, with infinite ends open."""
        left = "(-∞" if self.low == -math.inf else f"[{self.low:g}"
        right = "∞)" if self.high == math.inf else f"{self.high:g}]"
        return f"{left}, {right}"


EVALUATION = timedelta(seconds=15)
"""The interval at which gonogo evaluates an expression of the policy, if the policy does not set one."""


def evaluated_metric(signal: str) -> str:
    """Return the metric's name of a signal that gonogo evaluates. No exporter uses a name with a blank."""
    return f"signal {signal}"


class Signal(Struct, frozen=True):
    """A named series that conditions read. gonogo evaluates a signal with ``expression`` or ``alerts`` itself.

    Attributes:
        name: the name that conditions use.
        metric: the name of the metric on the server. For a signal that gonogo evaluates, the name in the evidence.
        labels: labels that the series must have, besides the realm.
        range: the values that the signal can have.
        max_age: the greatest age of the newest sample; ``None`` = two intervals of the
            rule group or the scrape job that makes the signal, and 5 s.
        push_max_age: the greatest age of the last push that feeds the signal; ``None`` =
            the larger of ``max_age`` and 5 min.
        scope: one series for each subject, or one series for all.
        each: label sets. There must be exactly one series for each set, such as one for
            each SLO. The default asks for one series.
        sources: the share of the sources under the signal that must be up, fresh and speaking.
        written_at: the metric with the unix time of the writer, if there is one. That
            time must not be ahead of the server's clock.
        expression: the PromQL of the signal; empty for a metric of the server.
        alerts: the labels of the firing alerts that the signal counts; ``None`` for any other signal.
        interval: the interval at which gonogo evaluates the signal; ``None`` for a metric of the server.
    """

    name: str
    metric: str
    labels: Mapping[str, str] = field(default_factory=dict)
    range: ValueRange = ValueRange()
    max_age: timedelta | None = None
    push_max_age: timedelta | None = None
    scope: Scope = Scope.SUBJECT
    each: tuple[Mapping[str, str], ...] = ({},)
    sources: float = 1.0
    written_at: str | None = None
    expression: str = ""
    alerts: Mapping[str, str] | None = None
    interval: timedelta | None = None

    @property
    def is_evaluated(self) -> bool:
        """Return whether gonogo evaluates the signal itself, so that no server has a metric of its name."""
        return self.interval is not None


class Role(StrEnum):
    """The lists of conditions of a gate."""

    REQUIRE = "require"
    ABORT = "abort"
    WARN = "warn"


OBS_LINT = "obs-lint"
PROMQL_UNIT = "promql-unit"
SANDBOX_SMOKE = "sandbox-smoke-60s"
RUN_GATES = (OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE)
"""The gates that pass on the record of a run. All are required unless the policy removes one."""


class Gate(Struct, frozen=True):
    """A named set of conditions.

    The conditions of ``require`` make the outcome. A condition of ``abort`` that is true
    ends a dry run. A condition of ``warn`` that is true never changes a verdict.
    """

    name: str
    require: tuple[Condition, ...]
    abort: tuple[Condition, ...] = ()
    warn: tuple[Condition, ...] = ()

    def of(self, role: Role) -> tuple[Condition, ...]:
        """Return one of the three lists."""
        return {Role.REQUIRE: self.require, Role.ABORT: self.abort, Role.WARN: self.warn}[role]


class PlacedCondition(Struct, frozen=True):
    """A condition, the keys that lead to it in the policy, and its list (``None``: it belongs to the certificate)."""

    condition: Condition
    loc: tuple[str | int, ...]
    role: Role | None = None


class Receiver(Struct, frozen=True):
    """A job whose series arrive by remote write, OTLP or federation.

    The policy vouches for the series while the selector ``heartbeat`` has a fresh sample.
    """

    job: str
    heartbeat: str


class Slo(Struct, frozen=True):
    """An objective (a share of good events, strictly between 0 and 1) and its two counters."""

    name: str
    objective: float
    bad: str
    total: str


class Canary(Struct, frozen=True):
    """The settings of ``canary judge``. The gates have their own numbers."""

    min_samples: int = 300
    window: timedelta = timedelta(minutes=15)


class Runs(Struct, frozen=True):
    """The run gates that are required, and the greatest age of a passed record."""

    max_age: timedelta = timedelta(hours=24)
    required: tuple[str, ...] = RUN_GATES


class DryRun(Struct, frozen=True):
    """The settings of a dry run: its length, its step, the longest UNKNOWN time, its criteria, and if it reloads."""

    duration: timedelta = timedelta(hours=24)
    step: timedelta = timedelta(seconds=15)
    blind: timedelta = timedelta(minutes=10)
    certify: tuple[Criterion, ...] = ()
    on_abort: tuple[str, ...] = ()
    reload: bool = False


class Policy(Struct, frozen=True):
    """The policy: all that a verdict depends on, except the evidence and the time.

    Attributes:
        realm: the value that ``metric_realm`` must have in every signal; ``None`` if
            the system has no such label.
        prefix: the beginning of the preset's metric names.
        subjects: the labels whose values name a subject; empty = there is one subject.
        synthetic_labels: label -> values that mark a series as made up.
        signals: every signal that a condition may name.
        gates: the gates, in the order in which reports show them.
        trusted: the receivers whose series need no target and no push.
    """

    realm: str | None
    prefix: str
    subjects: tuple[str, ...]
    synthetic_labels: Mapping[str, tuple[str, ...]]
    signals: Mapping[str, Signal]
    gates: tuple[Gate, ...]
    runs: Runs = Runs()
    heartbeat: Heartbeat = Heartbeat()
    slos: tuple[Slo, ...] = ()
    canary: Canary = Canary()
    weights: Mapping[str, float] = field(default_factory=dict)
    dry_run: DryRun = DryRun()
    trusted: tuple[Receiver, ...] = ()

    def conditions(self, roles: Iterable[Role] = Role) -> Iterator[PlacedCondition]:
        """Yield the conditions of all gates that are in one of these lists."""
        for gate, role in product(self.gates, roles):
            for place, condition in enumerate(gate.of(role)):
                yield PlacedCondition(condition, ("gates", gate.name, role.value, place), role)

    def every_condition(self) -> Iterator[PlacedCondition]:
        """Yield the conditions of all gates, and those whose share of the time a certificate asks for."""
        yield from self.conditions()
        for place, criterion in enumerate(self.dry_run.certify):
            if isinstance(criterion.statistic, Share):
                yield PlacedCondition(criterion.statistic.condition, ("dry_run", "certify", place))
