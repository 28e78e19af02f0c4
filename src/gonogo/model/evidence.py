"""Everything that was read from the world for one verdict.

A question that got no valid answer is there as ``Unread``: nothing is ever left
out in silence, and nothing has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gonogo.model.evaluator import ITSELF, Evaluator
from gonogo.model.rule import LoadedGroup, RuleGroup
from gonogo.model.series import Series


@dataclass(frozen=True, slots=True)
class Unread:
    """A question with no valid answer: what was asked, why there is none, and what would bring one.

    ``partial`` marks an answer of which a part may be missing.
    """

    question: str
    why: str
    next_step: str = "bring the server back, or mend its address"
    partial: bool = False


class TargetHealth(StrEnum):
    """How a target's last scrape went."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """An active scrape target: its final labels, its health and how often it is scraped.

    ``last_scrape`` is when the last scrape began, ``last_scrape_seconds`` how long it took.
    ``pool`` is the job of the configuration that it came from, which relabelling cannot hide; empty where the
    server does not tell it. ``discovered`` are the labels before relabelling, as far as the server shows them.
    """

    labels: Mapping[str, str]
    health: TargetHealth
    scrape_interval: timedelta | None
    last_error: str = ""
    last_scrape: float | None = None
    pool: str = ""
    last_scrape_seconds: float = 0.0
    discovered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunState:
    """The newest record of a run for exactly the policy's inputs.

    ``passed_at`` is the unix time of the newest passed run, ``last_passed`` whether
    the newest run of any outcome passed (``None``: never run).
    """

    passed_at: float | None = None
    last_passed: bool | None = None
    last_detail: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one verdict is judged from.

    Attributes:
        now: the server's own time in unix seconds, asked in the same batch.
        ranges: signal name -> its series over the longest window asked, samples with
            their own times; a signal of which nothing came back has an empty tuple.
        instant: the same selectors as one instant vector, staleness markers applied;
            also the metrics in which writers put their own time.
        rules: the rule groups that the server loaded.
        targets: the server's active targets.
        pushes: the series of ``push_time_seconds``.
        origins: raw selector -> the label sets of the series that feed it: job, instance
            and, where several pushes share these, the labels that tell those apart;
            what targets that are down fed within a day included.
        untraced: raw selector -> the question about its sources, where the server could not read it.
        vanished: subjects seen in a required signal within 24 h that may be missing now.
        runs: run gate -> what the journal has for the policy's inputs.
        files: the rule groups of the policy's own rule files, with the evaluator's external labels.
        warnings: what the server warned of in any answer.
        rules_untold: whether nobody has said which rules record, so that none in ``rules``
            is not known to mean that there are none.
        evaluator: the program that evaluates the rules, and its settings.
        nan_ends_series: whether this server gives a staleness marker as NaN.
        version: the version of Prometheus that the server names; ``None`` where it names none.
    """

    now: float
    ranges: Mapping[str, tuple[Series, ...]] | Unread
    instant: tuple[Series, ...] | Unread
    rules: tuple[LoadedGroup, ...] | Unread
    targets: tuple[Target, ...] | Unread
    pushes: tuple[Series, ...] | Unread
    origins: Mapping[str, tuple[Mapping[str, str], ...]] | Unread
    vanished: tuple[Mapping[str, str], ...] | Unread = ()
    runs: Mapping[str, RunState] = field(default_factory=dict)
    files: tuple[RuleGroup, ...] = ()
    warnings: tuple[str, ...] = ()
    rules_untold: bool = False
    nan_ends_series: bool = False
    untraced: Mapping[str, Unread] = field(default_factory=dict)
    version: str | None = None
    evaluator: Evaluator = ITSELF
