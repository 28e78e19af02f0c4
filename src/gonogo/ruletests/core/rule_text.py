"""The rules of a file as promtool loads them, each ready to be left out or written anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gonogo.durations import format_duration
from gonogo.formats.files import Loc, read_groups
from gonogo.formats.flow import flow, joined, quoted
from gonogo.formats.yaml import YamlDocument, parse
from gonogo.model.rule import Rule
from gonogo.ruletests.core.tested_rule import TestedRule

RuleId = tuple[str, int, Loc]
"""The path of a file, which resource of it, and where in that the rule stands."""

_CHANGEABLE = ("expr", "for", "keep_firing_for", "labels", "annotations")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule of a loaded file.

    Attributes:
        id: what tells it from all other rules.
        rule: as Prometheus reads it.
        tested: as results name it.
        own_labels: the labels that it sets itself, not its group.
        text: the rule as YAML on one line.
        document: the YAML it stands in.
    """

    id: RuleId
    rule: Rule = field(compare=False)
    tested: TestedRule = field(compare=False)
    own_labels: tuple[str, ...] = field(compare=False)
    text: str = field(compare=False, repr=False)
    document: YamlDocument = field(compare=False, repr=False)

    def written(self, changed: Rule) -> str:
        """Write the rule with the changes that another has, everything else as it stands."""
        differing = [key for key in _CHANGEABLE if _clause(self.rule, key) != _clause(changed, key)]
        kept = flow(self.document, self.id[2], tuple(differing))
        clauses = ((key, _clause(changed, key)) for key in differing)
        return joined(kept, *(f"{key}: {_written(value)}" for key, value in clauses if value))


@dataclass(frozen=True, slots=True)
class FileText:
    """A rule file: its rules, and what its groups say beside them.

    ``groups`` are the keys of each group without its rules, as YAML on one line.
    """

    path: str
    rules: tuple[RuleText, ...]
    groups: Mapping[Loc, str]

    def written(self, texts: Mapping[RuleId, str]) -> str:
        """Write a rule file of some of the rules, in their order, by their texts."""
        groups: dict[Loc, list[str]] = {}
        for one in self.rules:
            if one.id in texts:
                groups.setdefault(one.id[2][:-2], []).append(texts[one.id])
        written = [joined(self.groups[loc], f"rules: [{', '.join(rules)}]") for loc, rules in groups.items()]
        return f"groups: [{', '.join(written)}]\n"


def file_text(text: str, path: str, part: int = 0) -> FileText:
    """Take a rule file apart; what is no rule in it is left out."""
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
    """Give a clause as YAML has it; nothing where it says nothing."""
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
