"""Prometheus rules as values: one shape for the rules of a file and for the rules that a server loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct, field

from gonogo.errors import Position
from gonogo.model.replacing import replace


class Engine(StrEnum):
    """The programs that list rules. gonogo recognises each by its answer."""

    PROMETHEUS = "Prometheus"
    VMALERT = "vmalert"
    THANOS = "Thanos"


class Evaluator(Struct, frozen=True):
    """The effect of a program's settings on the rules that the program evaluates.

    Attributes:
        engine: the program.
        external_labels: labels that the program adds to every rule, and to every series of a rule.
        delay: how far in the past the program evaluates a group that names no delay of its own.
        delivery: how long the program may keep a sample before it writes the sample.
        unread: the settings that could not be read, why, and what to do. Empty if all were read.
    """

    engine: Engine = Engine.PROMETHEUS
    external_labels: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta(0)
    delivery: timedelta = timedelta(0)
    unread: str = ""

    def lateness(self, own_delay: timedelta | None) -> timedelta:
        """Return how late the samples of a group are; ``own_delay`` is the delay that the group names."""
        return (self.delay if own_delay is None else own_delay) + self.delivery


ITSELF = Evaluator()
"""A Prometheus that evaluates its own rules."""


class RuleKind(StrEnum):
    """A recording rule or an alert."""

    RECORD = "record"
    ALERT = "alert"


class Rule(Struct, frozen=True):
    """A recording rule or an alert.

    ``labels`` has the static labels and those of the group. ``held`` is the ``for`` of an
    alert. ``position`` is the place in the file where the expression begins; it is ``None``
    for a rule that a server listed.
    """

    kind: RuleKind
    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    held: timedelta = timedelta(0)
    keep_firing: timedelta = timedelta(0)
    position: Position | None = None


PROMQL_TYPE = "prometheus"
"""The ``type`` of a group of vmalert that names none."""


class VmalertKeys(Struct, frozen=True):
    """The keys with which a group of vmalert changes the results of its rules.

    Attributes:
        language: the ``type`` of the group: the language of its expressions.
        params: the ``params`` that vmalert adds to each query, sorted, each as ``name=value``.
        headers: the ``headers`` that vmalert adds to each query, sorted, each as ``name: value``. They can be secrets.
        delay: ``eval_delay`` as ``3 s``, how far in the past the group is evaluated.
        offset: ``eval_offset`` as ``3 s``, the time within the interval at which the group is evaluated.
    """

    language: str = PROMQL_TYPE
    params: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    delay: str = "0 s"
    offset: str = "0 s"


def seconds_of(number: float) -> str:
    """Write a number of seconds."""
    return f"{number:.9g} s"


PLAIN = VmalertKeys()
"""A group without such keys, as every group of Prometheus is."""


class RuleGroup(Struct, frozen=True):
    """Rules that are evaluated one after another, every ``interval`` (``None``: the server's default).

    ``limit`` is the greatest number of series or alerts that a rule may make; 0 is no limit. ``delay`` is
    the ``query_offset`` of the group: how far in the past Prometheus evaluates the group. ``vmalert`` has the keys
    of a group that vmalert evaluates.
    """

    name: str
    rules: tuple[Rule, ...]
    interval: timedelta | None = None
    file: str = ""
    limit: int = 0
    delay: timedelta | None = None
    vmalert: VmalertKeys = PLAIN


class RuleHealth(StrEnum):
    """The result of a rule's last evaluation."""

    OK = "ok"
    ERROR = "err"
    UNKNOWN = "unknown"


class RuleState(Struct, frozen=True):
    """The state of a loaded rule, as the server reports it.

    ``evaluated_at`` is unix seconds, ``None`` = never. ``firing`` has the labels of each alert that fires, if the
    server was asked for alerts.
    """

    rule: Rule
    health: RuleHealth
    last_error: str = ""
    evaluated_at: float | None = None
    firing: tuple[Mapping[str, str], ...] = ()


class LoadedGroup(Struct, frozen=True):
    """A rule group that a server has loaded. A server always shows ``interval``, and not always ``limit``.

    ``delay`` is how far in the past the group is evaluated, if the group sets a delay itself.
    ``engine`` is the program that listed the group. ``began_at`` and ``ended_at`` are the unix seconds at which the
    last finished evaluation of the group began and ended; ``None`` = never, or not shown.
    """

    name: str
    interval: timedelta
    rules: tuple[RuleState, ...]
    file: str = ""
    limit: int | None = None
    delay: timedelta | None = None
    engine: Engine = Engine.PROMETHEUS
    began_at: float | None = None
    ended_at: float | None = None
    vmalert: VmalertKeys = PLAIN


Group = RuleGroup | LoadedGroup


def rules_of(group: Group) -> tuple[Rule, ...]:
    """Return the rules of a group, in order of evaluation."""
    if isinstance(group, LoadedGroup):
        return tuple(state.rule for state in group.rules)
    return group.rules


def with_external_labels(groups: tuple[RuleGroup, ...], evaluator: Evaluator) -> tuple[RuleGroup, ...]:
    """Return the groups of rule files as the evaluating program lists them.

    If a rule and the program set the same label, the rule's label wins in vmalert, and the external
    label wins in Thanos. Prometheus's own API shows no external labels.
    """
    if not evaluator.external_labels:
        return groups
    return tuple(replace(group, rules=tuple(_labelled(rule, evaluator) for rule in group.rules)) for group in groups)


def _labelled(rule: Rule, evaluator: Evaluator) -> Rule:
    labels: Mapping[str, str] = {**evaluator.external_labels, **rule.labels}
    if evaluator.engine is Engine.THANOS:
        labels = {**rule.labels, **evaluator.external_labels}
    return replace(rule, labels=labels)
