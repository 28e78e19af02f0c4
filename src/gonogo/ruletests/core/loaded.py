"""A test file with everything that it loads: the material for judging its assertions and for running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from msgspec import Struct

from gonogo.errors import Problem
from gonogo.formats.sources import source_file
from gonogo.formats.test_file import RuleFileEntry, UnitFile
from gonogo.formats.yaml import Loc
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.model.versions import Version
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.selectors import selectors
from gonogo.promql.tree import NAME_LABEL, Vector


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule file, or one ``PrometheusRule`` resource in it (number ``part``, from 0).

    Attributes:
        path: the path of the file.
        text: the text that promtool reads, with custom resources unwrapped.
        part: the number of the resource in the file.
        whole: the text of the file as it was written.
        real: the path of the file without symbolic links.
    """

    path: str
    text: str
    part: int
    whole: str = field(repr=False)
    real: str


class LoadedEntry(Struct, frozen=True):
    """An entry of ``rule_files`` and its rule files.

    ``problem`` says why one of the files cannot be read. It is ``vmalert_only`` if vmalert alone can read that file.
    """

    entry: RuleFileEntry
    sources: tuple[RuleSource, ...] = ()
    problem: Problem | None = None
    vmalert_only: bool = False


class Loaded(Struct, frozen=True, dict=True):
    """A test file and the rules that it loads, as one version of promtool understands them.

    Attributes:
        text: the text of the test file.
        unit: the test file as parsed from the text.
        entries: the entries of ``rule_files``, each with its rule files.
        promtool: the version that runs the tests; None for a promtool without a version.
    """

    text: str
    unit: UnitFile
    entries: tuple[LoadedEntry, ...]
    promtool: Version | None = None

    @cached_property
    def sources(self) -> tuple[RuleSource, ...]:
        """Every rule file, each once, in the order of their first mention."""
        return tuple({(one.path, one.part): one for entry in self.entries for one in entry.sources}.values())

    @cached_property
    def groups(self) -> tuple[RuleGroup, ...]:
        """The groups of the rule files. Rules that gonogo cannot read are left out: promtool refuses those."""
        files = {source.path: source.whole for source in self.sources}
        return tuple(group for path, whole in files.items() for group in groups_of(whole, path))

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

    def makers(self, expression: str) -> tuple[Rule, ...] | None:
        """Return the rules whose series an expression reads; ``None`` if the expression cannot be read."""
        try:
            return tuple(rule for selector in selectors(expression) for rule in self.graph.makers(selector))
        except ValueError:
            return None

    @cached_property
    def inputs(self) -> Mapping[Loc, tuple[Mapping[str, str] | None, ...]]:
        """The labels of each test's input series, by the test's place; ``None`` for a series that cannot be read."""
        return {test.loc: tuple(_series_labels(one.series) for one in test.series) for test in self.unit.tests}

    @cached_property
    def fed(self) -> frozenset[str] | None:
        """The metrics that some test feeds in; ``None`` if an input series cannot be read."""
        every = [labels for labels_of_test in self.inputs.values() for labels in labels_of_test]
        return None if None in every else frozenset(labels.get(NAME_LABEL, "") for labels in every if labels)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all rules."""
        return frozenset(rule.name for rule in self.rules)


@lru_cache(maxsize=1024)
def groups_of(text: str, path: str) -> tuple[RuleGroup, ...]:
    """Read the text of a rule file once for all tests that load it. The rules keep their places in the file."""
    return source_file(text, path).groups


def _series_labels(text: str) -> Mapping[str, str] | None:
    """Read a series as tests write it, such as ``up{job="a"}``; ``None`` if the text is not a series."""
    try:
        tree = parse(text)
    except ValueError:
        return None
    if not isinstance(tree, Vector):
        return None
    return {m.label: m.value for m in tree.matchers} | ({NAME_LABEL: tree.metric} if tree.metric else {})
