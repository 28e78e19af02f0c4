"""A test file together with the rules that it loads: what its assertions can be judged by."""

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
    """An entry of ``rule_files``, how many files it matches, and how many rules these have."""

    entry: RuleFileEntry
    files: int
    rules: int
    problem: str = ""


@dataclass(frozen=True)
class Loaded:
    """A test file and what it loads, as one version of promtool understands it.

    Attributes:
        unit: the test file.
        entries: its entries of ``rule_files``.
        groups: the groups that these bring.
        promtool: the version that runs it; None for one without a version.
    """

    unit: UnitFile
    entries: tuple[MatchedRuleFiles, ...]
    groups: tuple[RuleGroup, ...]
    promtool: Version | None

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All the rules."""
        return tuple(rule for group in self.groups for rule in group.rules)

    @cached_property
    def alerts(self) -> Mapping[str, tuple[Rule, ...]]:
        """The alerts by name; one name may be several rules'."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.kind is RuleKind.ALERT:
                found[rule.name] = (*found.get(rule.name, ()), rule)
        return found

    @cached_property
    def graph(self) -> RuleGraph:
        """Which rule reads from which."""
        return RuleGraph(self.rules)

    @cached_property
    def inputs(self) -> Mapping[tuple[str | int, ...], tuple[Mapping[str, str] | None, ...]]:
        """The labels of the series that each test feeds in, by the test's place; ``None`` where they cannot be read."""
        return {test.loc: tuple(series_labels(one.series) for one in test.series) for test in self.unit.tests}

    def labels_of(self, test: UnitTest) -> tuple[Mapping[str, str] | None, ...]:
        """Give the labels of the series that a test feeds in, in order."""
        return self.inputs[test.loc]


def series_labels(text: str) -> Mapping[str, str] | None:
    """Read a series as tests write it, such as ``up{job="a"}``; ``None`` where it is no series."""
    try:
        tree = parse(text)
    except ValueError:
        return None
    if not isinstance(tree, Vector):
        return None
    return {m.label: m.value for m in tree.matchers} | ({NAME_LABEL: tree.metric} if tree.metric else {})
