"""A test file together with the rules that it loads: the material for judging its assertions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from gonogo.formats.test_file import RuleFileEntry, UnitFile, UnitTest
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.model.versions import Version
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.tree import NAME_LABEL, Vector


@dataclass(frozen=True, slots=True)
class MatchedRuleFiles:
    """An entry of ``rule_files``, the number of files that it matches, and the number of rules in those files."""

    entry: RuleFileEntry
    files: int
    rules: int
    problem: str = ""


@dataclass(frozen=True)
class Loaded:
    """A test file and the rules that it loads, as one version of promtool understands them.

    Attributes:
        unit: the test file.
        entries: its entries of ``rule_files``.
        groups: the groups of rules in those entries.
        promtool: the version that runs the tests; None for a promtool without a version.
    """

    unit: UnitFile
    entries: tuple[MatchedRuleFiles, ...]
    groups: tuple[RuleGroup, ...]
    promtool: Version | None

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the groups, in their order."""
        return tuple(rule for group in self.groups for rule in group.rules)

    @cached_property
    def alerts(self) -> Mapping[str, tuple[Rule, ...]]:
        """The alerting rules by alert name. Several rules may share one name."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.kind is RuleKind.ALERT:
                found[rule.name] = (*found.get(rule.name, ()), rule)
        return found

    @cached_property
    def graph(self) -> RuleGraph:
        """The graph that says from which rules each rule reads."""
        return RuleGraph(self.rules)

    @cached_property
    def inputs(self) -> Mapping[tuple[str | int, ...], tuple[Mapping[str, str] | None, ...]]:
        """The labels of each test's input series, by the test's place; ``None`` for a series that cannot be read."""
        return {test.loc: tuple(series_labels(one.series) for one in test.series) for test in self.unit.tests}

    def labels_of(self, test: UnitTest) -> tuple[Mapping[str, str] | None, ...]:
        """Return the labels of the input series of a test, in order."""
        return self.inputs[test.loc]


def series_labels(text: str) -> Mapping[str, str] | None:
    """Read a series as tests write it, such as ``up{job="a"}``; ``None`` if the text is not a series."""
    try:
        tree = parse(text)
    except ValueError:
        return None
    if not isinstance(tree, Vector):
        return None
    return {m.label: m.value for m in tree.matchers} | ({NAME_LABEL: tree.metric} if tree.metric else {})
