"""Compares the rules that a server loaded with the rules of the policy's files.

Rules are matched by group, kind, name and static labels. Then their meanings are
compared: the expression, the durations of an alert, the keys with which vmalert changes results,
and the group's interval if the file gives one (without an interval in the file, the server's default
applies). The paths of files are not compared, because a server may see the same file under another path.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.model.rule import Group, LoadedGroup, Rule, RuleGroup, RuleKind, VmalertKeys, rules_of
from gonogo.promql.canonical import canonical
from gonogo.promql.graph import RuleGraph, series_name
from gonogo.promql.matchers import bearing

Key = tuple[str, RuleKind, str, tuple[tuple[str, str], ...]]
"""The group, the kind, the name and the labels of a rule."""


class _Placed(Struct, frozen=True):
    """A rule, and the name, the interval and the keys of vmalert of its group."""

    rule: Rule
    group: str
    interval: timedelta | None
    vmalert: VmalertKeys

    @property
    def key(self) -> Key:
        return self.group, self.rule.kind, self.rule.name, tuple(sorted(self.rule.labels.items()))


def drift(metric: str, files: tuple[RuleGroup, ...], loaded: tuple[LoadedGroup, ...]) -> str | None:
    """Return a clause about a difference between the loaded rules and the files' rules under a metric, or ``None``.

    All rules under the metric are compared, both by the files' rules and by the server's rules.
    """
    under = {id(rule) for rule in RuleGraph.of((*files, *loaded)).closure(metric)}
    wanted, found = _by_key(files, under), _by_key(loaded, under)
    for key, ours in wanted.items():
        if difference := _compare(ours, found.get(key, []), found):
            return difference
    extra = next((theirs[0] for key, theirs in found.items() if key not in wanted), None)
    return None if extra is None else f"{_name(extra)} is on the server but not in the policy's rule files"


def _by_key(groups: Iterable[Group], under: set[int]) -> dict[Key, list[_Placed]]:
    placed: dict[Key, list[_Placed]] = {}
    for group in groups:
        for rule in rules_of(group):
            if id(rule) in under:
                one = _Placed(rule, group.name, group.interval, group.vmalert)
                placed.setdefault(one.key, []).append(one)
    return placed


def _compare(ours: list[_Placed], theirs: list[_Placed], loaded: Iterable[Key]) -> str | None:
    """Pair the rules of one key, equal rules first, and return a clause about the first difference."""
    left = list(theirs)
    for one in sorted(ours, key=lambda placed: placed.interval is None):
        best = min(left, key=lambda other: _difference(one, other) is not None, default=None)
        if best is None:
            return f"{_name(one)} is in the policy's rule files but not on the server{_elsewhere(one, loaded)}"
        if difference := _difference(one, best):
            return difference
        left = [other for other in left if other is not best]
    return f"{_name(left[0])} is on the server more often than in the policy's rule files" if left else None


def _difference(ours: _Placed, theirs: _Placed) -> str | None:
    name, one, other = _name(ours), ours.rule, theirs.rule
    if one.expression != other.expression:
        wanted, found = _meaning(one.expression), _meaning(other.expression)
        if wanted != found:
            return f"on the server {name} is {found}, in the policy's rule files {wanted}"
    spans = (
        ("waits", one.held, other.held),
        ("keeps firing", one.keep_firing, other.keep_firing),
        ("is evaluated every", ours.interval, theirs.interval),
    )
    for what, expected, actual in spans:
        if expected is not None and actual is not None and expected != actual:
            there, here = format_duration(actual), format_duration(expected)
            return f"on the server {name} {what} {there}, by the policy's rule files {here}"
    return _other_keys(name, ours.vmalert, theirs.vmalert)


def _other_keys(name: str, ours: VmalertKeys, theirs: VmalertKeys) -> str | None:
    """Return a clause about a key of vmalert that differs. A header can be a secret, so no header is shown."""
    keys = (
        ("type", theirs.language, ours.language),
        ("params", ", ".join(theirs.params), ", ".join(ours.params)),
        ("eval_delay", theirs.delay, ours.delay),
        ("eval_offset", theirs.offset, ours.offset),
    )
    for key, there, here in keys:
        if there != here:
            return f"on the server {name} has {key} {there or 'none'}, in the policy's rule files {here or 'none'}"
    if theirs.headers != ours.headers:
        return f"on the server {name} has other headers than in the policy's rule files"
    return None


def _meaning(expression: str) -> str:
    return canonical(expression) or " ".join(expression.split())


def _elsewhere(missing: _Placed, loaded: Iterable[Key]) -> str:
    for group, kind, name, labels in loaded:
        if (kind, name) == (missing.rule.kind, missing.rule.name):
            pairs = bearing(dict(labels))
            return f" (the server has it in group {group} with {f'labels {pairs}' if pairs else 'no labels'})"
    return ""


def _name(placed: _Placed) -> str:
    return f"rule {series_name(placed.rule)} of group {placed.group}"
