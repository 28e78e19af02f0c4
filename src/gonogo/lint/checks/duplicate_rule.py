"""Two rules are the same: the work is done twice, and a later change may be made in only one of them.

The same alert is raised twice, or the same series is written twice: with samples of two groups at different times, or,
within one group, refused as duplicates. Rules are compared by name, labels (including group labels) and the meaning of
the expression, across all files of one server. Equal names and labels with different expressions are often intended,
and only a note. Remove one rule, or give each a label of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.canonical import written


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the rules that repeat an earlier one."""
    for namesakes in _grouped(estate.rules, lambda rule: (rule.is_alert, rule.name)):
        for alike in _grouped(namesakes, lambda rule: frozenset(rule.rule.labels.items())):
            yield from _among(alike)


def _grouped(rules: Iterable[WrittenRule], key: Callable[[WrittenRule], Hashable]) -> Iterator[list[WrittenRule]]:
    """Return the groups of several rules that have the same key."""
    groups: dict[Hashable, list[WrittenRule]] = defaultdict(list)
    for rule in rules:
        groups[key(rule)].append(rule)
    return (group for group in groups.values() if len(group) > 1)


def _among(rules: Sequence[WrittenRule]) -> Iterator[Hit]:
    """Compare rules of one name and label set, each with the first of the same meaning or, without one, the first."""
    seen: dict[str, WrittenRule] = {}
    for rule in rules:
        meaning = rule.rule.expression if rule.tree is None else written(rule.tree)
        where = rule.at_value(rule.rule.kind.value)
        if (twin := seen.get(meaning)) is not None:
            yield rule.hit(where, f"this repeats the rule at {_place(twin)}; remove one of the two")
        elif seen:
            message = (
                f"another rule with the same name and labels is at {_place(rules[0])}; if both find series with"
                " equal labels, the results collide; give each rule a label of its own"
            )
            yield rule.hit(where, message, Severity.INFO)
        seen.setdefault(meaning, rule)


def _place(rule: WrittenRule) -> str:
    return f"{rule.at_value(rule.rule.kind.value).start} (group {rule.group.name!r})"


CHECK = Check(
    id="duplicate-rule",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {
            "a.yml": 'groups: [{name: web, rules: [{alert: Down, expr: \'up{job="web", zone="a"} == 0\'}]}]\n',
            "b.yml": 'groups: [{name: more, rules: [{alert: Down, expr: \'up{zone="a", job="web"} == 0\'}]}]\n',
        }
    ),
    good=Example(
        {
            "a.yml": "groups: [{name: web, rules: [{alert: Down, expr: 'up{job=\"web\"} == 0', labels: {zone: a}}]}]\n",
            "b.yml": "groups: [{name: db, rules: [{alert: Down, expr: 'up{job=\"db\"} == 0', labels: {zone: b}}]}]\n",
        }
    ),
)
