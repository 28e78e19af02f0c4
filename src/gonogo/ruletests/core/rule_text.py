"""The rules of a file as promtool loads them, each ready to be left out or to be written with a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import Position
from gonogo.formats.files import read_groups
from gonogo.formats.flow import flow, joined, quoted
from gonogo.formats.yaml import Loc, YamlDocument, parse
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import canonical


class TestedRule(Struct, frozen=True, order=True):
    """The place and the name of a rule. Two rules of a file may have the same name.

    Attributes:
        where: the place of the rule in its file.
        group: the name of its group.
        kind: an alert or a recording rule.
        name: the alert or the recorded metric.
    """

    __test__ = False  # pytest would take the class for a test because of its name

    where: Position
    group: str
    kind: RuleKind
    name: str

    def __str__(self) -> str:
        """Write the rule on one line, with the place first so that terminals make it a link."""
        return f"{self.where}: {self.kind} {self.name}"


RuleId = tuple[str, int, Loc]
"""The path of a rule file, the number of the resource in it, and the place of the rule in the resource."""

_CHANGEABLE = ("expr", "for", "keep_firing_for", "labels", "annotations")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule of a loaded file.

    Attributes:
        id: the unique key of the rule.
        rule: the rule as Prometheus reads it.
        tested: the rule as results name it.
        own_labels: the labels that the rule sets itself, without those of its group.
        text: the rule as YAML on one line.
        document: the YAML document of the rule.
    """

    id: RuleId
    rule: Rule = field(compare=False)
    tested: TestedRule = field(compare=False)
    own_labels: tuple[str, ...] = field(compare=False)
    text: str = field(compare=False, repr=False)
    document: YamlDocument = field(compare=False, repr=False)

    def written(self, changed: Rule) -> str:
        """Write the rule with the changes of another rule. Everything else stays as it is."""
        differing = [key for key in _CHANGEABLE if _clause(self.rule, key) != _clause(changed, key)]
        kept = flow(self.document, self.id[2], tuple(differing))
        clauses = ((key, _clause(changed, key)) for key in differing)
        return joined(kept, *(f"{key}: {_written(value)}" for key, value in clauses if value))


class FileText(Struct, frozen=True):
    """A rule file: its rules, and the other keys of its groups.

    ``groups`` are the keys of each group without its rules, as YAML on one line.
    """

    path: str
    rules: tuple[RuleText, ...]
    groups: Mapping[Loc, str]

    def written(self, texts: Mapping[RuleId, str]) -> str:
        """Write a rule file with some of the rules, in their order, from the given texts."""
        groups: dict[Loc, list[str]] = {}
        for one in self.rules:
            if one.id in texts:
                groups.setdefault(one.id[2][:-2], []).append(texts[one.id])
        written = [joined(self.groups[loc], f"rules: [{', '.join(rules)}]") for loc, rules in groups.items()]
        return f"groups: [{', '.join(written)}]\n"


def file_text(text: str, path: str, part: int = 0) -> FileText:
    """Split a rule file into its rules. Content that is not a rule is left out."""
    document = parse(text, path)
    placed, _ = read_groups(document)
    rules = []
    for group in placed:
        for rule, loc in zip(group.group.rules, group.rules, strict=True):
            tested = TestedRule(document.position(loc), group.group.name, rule.kind, rule.name)
            own = document.at((*loc, "labels"))
            labels = tuple(own) if isinstance(own, dict) else ()
            rules.append(RuleText((path, part, loc), rule, tested, labels, flow(document, loc), document))
    return FileText(path, tuple(rules), {group.loc: flow(document, group.loc, ("rules",)) for group in placed})


def _written(clause: str | Mapping[str, str]) -> str:
    if isinstance(clause, str):
        return quoted(clause)
    return f"{{{', '.join(f'{quoted(name)}: {quoted(text)}' for name, text in clause.items())}}}"


def _clause(rule: Rule, key: str) -> str | Mapping[str, str] | None:
    """Return a clause as YAML has it; ``None`` if the clause is empty."""
    match key:
        case "expr":
            return rule.expression
        case "for":
            return format_duration(rule.held) if rule.held else None
        case "keep_firing_for":
            return format_duration(rule.keep_firing) if rule.keep_firing else None
        case "labels":
            return rule.labels
    return rule.annotations


def twins(loaded_together: Iterable[Sequence[RuleText]]) -> tuple[tuple[RuleText, ...], ...]:
    """Find the sets of identical rules among the rules of each test file, each set in the order of loading.

    Rules that no test loads together are not twins, because they may belong to different servers.
    """
    found: dict[frozenset[RuleId], tuple[RuleText, ...]] = {}
    for rules in loaded_together:
        alike: dict[tuple[object, ...], list[RuleText]] = {}
        for one in rules:
            expression = canonical(one.rule.expression) or one.rule.expression
            alike.setdefault(meaning(one.rule, expression), []).append(one)
        for same in alike.values():
            if len(same) > 1:
                found.setdefault(frozenset(rule.id for rule in same), tuple(same))
    return tuple(found.values())


def meaning(rule: Rule, expression: str) -> tuple[object, ...]:
    """Return the key by which two rules are the same; ``expression`` is theirs in canonical form."""
    clauses = (tuple(sorted(rule.labels.items())), tuple(sorted(rule.annotations.items())))
    return (rule.kind, rule.name, expression, rule.held, rule.keep_firing, *clauses)
