"""The evidence of one verdict: all answers that were read from servers, files and the journal.

A question without a valid answer is kept as ``Unread``. No question is left out in
silence, and no answer has a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct, field

from gonogo.model.rule import ITSELF, Evaluator, LoadedGroup, RuleGroup
from gonogo.model.series import Series


class Unread(Struct, frozen=True):
    """A question without a valid answer: the question, why there is no answer, and the next step.

    ``partial`` marks an answer that may be incomplete. ``refused`` marks a question that the server answered: it
    cannot evaluate the expression.
    """

    question: str
    why: str
    next_step: str = "start the server, or fix its address"
    partial: bool = False
    refused: bool = False


class TargetHealth(StrEnum):
    """The result of a target's last scrape."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class Target(Struct, frozen=True):
    """An active scrape target: its final labels, its health and its scrape interval.

    ``last_scrape`` is the time at which the last scrape began, ``last_scrape_seconds`` the time that it took.
    ``pool`` is the job in the configuration, which relabelling cannot change. It is empty if the server does not
    show the job. ``discovered`` has the labels before relabelling, as far as the server shows them.
    """

    labels: Mapping[str, str]
    health: TargetHealth
    scrape_interval: timedelta | None
    last_error: str = ""
    last_scrape: float | None = None
    pool: str = ""
    last_scrape_seconds: float = 0.0
    discovered: Mapping[str, str] = field(default_factory=dict)


class Origin(Struct, frozen=True):
    """The series of one source that feed a selector now, or fed it within a day.

    Attributes:
        labels: the job and the instance, and what else the series have in common of the realm, the labels that a
            scrape renamed (``exported_job``, ``exported_instance``), those that distinguish pushes, those that mark
            made-up data, and those of the subject. The labels of the subject are there only if the source was asked
            for its subjects.
        newest: the unix time of the newest sample up to now, by its own timestamp. ``None`` = the source has none now.
        ahead: true if the source also has samples that are more than 5 s ahead of the server's clock.
    """

    labels: Mapping[str, str]
    newest: float | None
    ahead: bool = False


class Recomputed(Struct, frozen=True):
    """The recorded series that the rules of a signal do not confirm, when they are evaluated once more.

    Attributes:
        at: the unix time for which the rules were evaluated: that of the signal's newest sample.
        exceptions: the recorded series for which the rules give no value that meets the conditions on the metric. A
            series of one sample, at the time of the evaluation.
        fresh: the values that the rules give for such series. ``None``: nobody asked, because each of these series
            violates a condition by its own value.
        failed: the server's error, if it cannot evaluate the rules. Empty if it can.
    """

    at: float
    exceptions: tuple[Series, ...] = ()
    fresh: tuple[Series, ...] | None = None
    failed: str = ""


class RunState(Struct, frozen=True):
    """The newest record of a run on exactly the files that the policy names.

    ``passed_at`` is the unix time of the newest passed run, by the clock of the machine that
    recorded it. ``last_passed`` says if the newest run of any outcome passed; ``None`` means
    that there was no run.
    """

    passed_at: float | None = None
    last_passed: bool | None = None
    last_detail: str = ""


class Evidence(Struct, frozen=True):
    """The values that one verdict is judged from.

    Attributes:
        now: the time of the server in unix seconds, asked in the same batch.
        ranges: signal name -> its series over the longest window asked; samples have
            their own times. A signal without any series has an empty tuple.
        instant: the same selectors as one instant vector, staleness markers applied,
            and the metrics in which writers put their own time.
        rules: the rule groups that the server loaded.
        targets: the active targets of the server.
        leaving: the targets that a watch saw among the active ones, that are active no more, and whose last scrape is
            not old. Their series end two intervals after the last scrape.
        pushes: the series of ``push_time_seconds``.
        origins: raw selector -> the sources of the series that feed it. The sources that fed it within a day and are
            now down, or up and silent, are included.
        gateways: job and instance of each target that is a Pushgateway.
        vouched: the selector of a receiver's heartbeat -> the unix time of its newest sample, ``None`` without one.
        recomputed: signal -> what its rules gave when they were evaluated once more.
        untraced: raw selector -> the question about its sources that the server did not answer.
        vanished: subjects that a required signal had within 24 h and that may be missing now.
        runs: run gate -> the records that the journal has for the policy's files.
        local_now: the time of this machine's clock in unix seconds. The age of records is judged by it, and
            nothing else. By the default every record lies in the future.
        files: the rule groups of the policy's own rule files, with the evaluator's external labels.
        rules_untold: True if no program listed its rules. Then an empty ``rules`` does not
            mean that there are no rules.
        evaluator: the program that evaluates the rules, and its settings.
        nan_ends_series: True if this server shows a staleness marker as NaN.
        version: the version of Prometheus that the server names; ``None`` if it names no version.
        unevaluated: signal name -> the answer to its expression, if the expression gave no result.
        newest_scrapes: signal name -> the time of the newest scrape at each step, for a signal that counts alerts.
        evaluating_since: the unix time at which the program that evaluates the rules started; ``None`` = not known.
    """

    now: float
    ranges: Mapping[str, tuple[Series, ...]] | Unread
    instant: tuple[Series, ...] | Unread
    rules: tuple[LoadedGroup, ...] | Unread
    targets: tuple[Target, ...] | Unread
    pushes: tuple[Series, ...] | Unread
    origins: Mapping[str, tuple[Origin, ...]] | Unread
    vanished: tuple[Mapping[str, str], ...] | Unread = ()
    runs: Mapping[str, RunState] = field(default_factory=dict)
    files: tuple[RuleGroup, ...] = ()
    rules_untold: bool = False
    nan_ends_series: bool = False
    untraced: Mapping[str, Unread] = field(default_factory=dict)
    gateways: frozenset[tuple[str, str]] = frozenset()
    vouched: Mapping[str, float | None] = field(default_factory=dict)
    recomputed: Mapping[str, Recomputed] | Unread = field(default_factory=dict)
    version: str | None = None
    evaluator: Evaluator = ITSELF
    local_now: float = 0.0
    unevaluated: Mapping[str, Unread] = field(default_factory=dict)
    newest_scrapes: Mapping[str, tuple[Series, ...]] = field(default_factory=dict)
    evaluating_since: float | None = None
    leaving: tuple[Target, ...] = ()
