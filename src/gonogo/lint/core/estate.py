"""What is linted: everything that one server would load, read once, with the place of every part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.prometheus_config import Configuration
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.formats.test_file import UnitFile
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.interest import Interest
from gonogo.lint.core.live import Live
from gonogo.lint.core.requirements import Requirements
from gonogo.lint.core.routes import Routes
from gonogo.lint.core.untracked import Untracked
from gonogo.lint.labels.labelling import Labelling
from gonogo.model.rule import Rule, RuleGroup
from gonogo.promql.graph import RuleGraph
from gonogo.promql.tree import Expression

DEFAULT_INTERVAL = timedelta(minutes=1)
"""Prometheus's own scrape and evaluation interval, where nothing says another."""

LOOKBACK = timedelta(minutes=5)
"""How long a sample stands in for a newer one, where the server's flags say nothing else."""


@dataclass(frozen=True)
class Estate:
    """Everything that one server would load, and what is known around it.

    Attributes:
        files: the rule files.
        configuration: the server's ``prometheus.yml``, where it is known.
        tests: the unit tests, read; ``None`` where nobody said where tests are.
        interest: what a policy reads, where there is one.
        live: what a running server says, where one was asked.
        version: the server's version: which features it has.
        complete: whether ``files`` are all that the server loads.
        retention: how long it keeps samples, where known.
        lookback: how long a sample stands in for a newer one.
        features: what ``--enable-feature`` turned on; ``None`` where nobody knows.
        requirements: what the organisation asks of its rules, where it does.
        routes: Alertmanager's routes, where they are known.
        arbiters: what each promtool that was run says of the files.
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
    extra: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def rules(self) -> tuple[WrittenRule, ...]:
        """All rules, file after file."""
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
        """Which rule reads from which."""
        return RuleGraph(rule.rule for rule in self.rules)

    @cached_property
    def by_rule(self) -> Mapping[int, WrittenRule]:
        """The linted rule of a ``Rule``, by its ``id()``, as the graph gives them."""
        return {id(rule.rule): rule for rule in self.rules}

    @cached_property
    def labels(self) -> Labelling:
        """What labels results cannot have; recorded series are followed where no others come in."""
        return self.expected_labels if self._is_closed else Labelling(self._nodes)

    @cached_property
    def proven_labels(self) -> Labelling:
        """What labels results certainly cannot have: only recorded names that no exporter has are followed, too."""
        return Labelling(self._nodes, self.graph if self._is_closed else None, reserved=True)

    @cached_property
    def expected_labels(self) -> Labelling:
        """What labels results cannot have as long as recorded series come only from the rules known here."""
        return Labelling(self._nodes, self.graph)

    @property
    def _is_closed(self) -> bool:
        """Whether all rules are known and nothing is federated or written from elsewhere."""
        return self.complete and not (self.configuration is not None and self.configuration.outside)

    def _nodes(self, rule: Rule) -> tuple[Expression, ...]:
        return self.by_rule[id(rule)].nodes

    @property
    def evaluation_interval(self) -> timedelta:
        """How often a group without an interval of its own is evaluated."""
        return self.configuration.evaluation_interval if self.configuration else DEFAULT_INTERVAL

    def interval_of(self, group: RuleGroup) -> timedelta:
        """How often a group is evaluated."""
        return group.interval or self.evaluation_interval

    def having(self, **facts: object) -> Estate:
        """Give the estate with some facts replaced."""
        return replace(self, **facts)  # type: ignore[arg-type]  # the names are the dataclass's own


def position_of(problem: Problem, path: str) -> Position:
    """Tell where a problem is; one without a place is at the file's beginning."""
    return problem.where or Position(path, 1, 1)
