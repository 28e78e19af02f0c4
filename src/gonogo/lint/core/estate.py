"""The estate: all files that one server would load, read once, with the place of every part."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.prometheus_config import Configuration
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.formats.test_file import UnitFile
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.interest import Interest
from gonogo.lint.core.labelling import Labelling
from gonogo.lint.core.live import Live
from gonogo.lint.core.requirements import Requirements
from gonogo.lint.core.routes import Routes
from gonogo.lint.core.sampling import RecordUse, readings
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup
from gonogo.promql.graph import RuleGraph
from gonogo.promql.tree import Expression

if TYPE_CHECKING:
    from gonogo.lint.template.reading import AlertText


class Untracked(Struct, frozen=True):
    """A file that git ignores or does not track, and its role as an input (``rules``, ``tests``, ``policy``…)."""

    path: str
    role: str
    ignored: bool


DEFAULT_INTERVAL = timedelta(minutes=1)
"""The default scrape and evaluation interval of Prometheus."""

LOOKBACK = timedelta(minutes=5)
"""The default lookback of Prometheus: how long a sample stands in for a newer one."""


class Estate(Struct, frozen=True, dict=True):
    """The files that one server would load, and the known facts around them.

    Attributes:
        files: the rule files.
        configuration: the server's ``prometheus.yml``, if known.
        tests: the unit tests; ``None`` if the place of the tests is not known.
        interest: the part of the rules that the policy reads, if there is a policy.
        live: the answers of a running server, if one was asked.
        version: the server's version, which decides on features.
        complete: True if ``files`` are all rule files that the server loads.
        retention: how long the server keeps samples, if known.
        lookback: how long a sample stands in for a newer one.
        features: the features turned on by ``--enable-feature``; ``None`` if not known.
        requirements: the requirements of the organisation, if there are any.
        routes: Alertmanager's routes, if known.
        arbiters: the judgement of each arbiter that was run.
        untracked: the inputs that git ignores or does not track.
        policy_rules: the paths among ``files`` that the policy names; ``None`` without a policy.
        dialect: the dialect of the rule files.
    """

    files: tuple[SourceFile, ...] = ()
    configuration: Configuration | None = None
    tests: tuple[UnitFile, ...] | None = None
    interest: Interest | None = None
    live: Live | None = None
    version: tuple[int, int] = (2, 42)
    complete: bool = False
    retention: timedelta | None = None
    lookback: timedelta = LOOKBACK
    features: frozenset[str] | None = None
    requirements: Requirements | None = None
    routes: Routes | None = None
    arbiters: tuple[Arbiter, ...] = ()
    untracked: tuple[Untracked, ...] = ()
    policy_rules: frozenset[str] | None = None
    dialect: Dialect = Dialect.PROMETHEUS

    @cached_property
    def rules(self) -> tuple[WrittenRule, ...]:
        """The rules of all files, in order."""
        return tuple(rule for file in self.files for rule in file.rules)

    @cached_property
    def alerts(self) -> tuple[WrittenRule, ...]:
        """The alerts among the rules."""
        return tuple(rule for rule in self.rules if rule.is_alert)

    @cached_property
    def recording(self) -> tuple[WrittenRule, ...]:
        """The recording rules."""
        return tuple(rule for rule in self.rules if not rule.is_alert)

    @cached_property
    def graph(self) -> RuleGraph:
        """The graph of rules that read one another."""
        return RuleGraph(rule.rule for rule in self.rules)

    @cached_property
    def by_rule(self) -> Mapping[int, WrittenRule]:
        """The ``WrittenRule`` of each ``Rule``, by the ``id()`` of the rule that the graph returns."""
        return {id(rule.rule): rule for rule in self.rules}

    @cached_property
    def labels(self) -> Labelling:
        """The labels that results can have. Recorded series are followed only if no other source can write them."""
        return self.expected_labels if self._is_closed else Labelling(self._nodes)

    @cached_property
    def proven_labels(self) -> Labelling:
        """The labels that results certainly can have. Names with a colon are followed, too: no exporter uses them."""
        return Labelling(self._nodes, self.graph if self._is_closed else None, reserved=True)

    @cached_property
    def expected_labels(self) -> Labelling:
        """The labels that results can have if recorded series come only from the rules of this estate."""
        return Labelling(self._nodes, self.graph)

    @cached_property
    def record_uses(self) -> tuple[RecordUse, ...]:
        """The selectors of rules that find recorded series."""
        return tuple(readings(self))

    @cached_property
    def alert_texts(self) -> tuple[AlertText, ...]:
        """The templates in the labels and annotations of the alerts."""
        from gonogo.lint.template.reading import alert_texts  # noqa: PLC0415 - promtool starts before this import

        return tuple(alert_texts(self.alerts))

    @property
    def _is_closed(self) -> bool:
        """True if all rules are known and no series are federated or written by other servers."""
        return self.complete and not (self.configuration is not None and self.configuration.outside)

    def _nodes(self, rule: Rule) -> tuple[Expression, ...]:
        return self.by_rule[id(rule)].nodes

    @property
    def evaluation_interval(self) -> timedelta:
        """The evaluation interval of groups that do not set their own."""
        return self.configuration.evaluation_interval if self.configuration else DEFAULT_INTERVAL

    def interval_of(self, group: RuleGroup) -> timedelta:
        """Return the evaluation interval of a group."""
        return group.interval or self.evaluation_interval

    def having(self, **facts: object) -> Estate:
        """Return a copy of the estate with some facts replaced."""
        return replace(self, **facts)  # type: ignore[arg-type]  # the names are the record's own


def position_of(problem: Problem, path: str) -> Position:
    """Return the place of a problem. A problem without a place is at the beginning of the file."""
    return problem.where or Position(path, 1, 1)
