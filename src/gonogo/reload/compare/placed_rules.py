"""Rules with the groups they stand in, paired with their counterparts on the other side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.model.grouped import Group, rules_of
from gonogo.model.rule import Rule
from gonogo.promql.canonical import canonical
from gonogo.promql.drift import Key
from gonogo.promql.matchers import bearing

Meaning = Mapping[str, str]
"""How a rule does what it does, aspect by aspect, each written in one form."""


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule and its group; ``interval`` and ``limit`` are ``None`` where the side does not say."""

    rule: Rule
    group: str
    file: str
    interval: timedelta | None
    limit: int | None

    @property
    def key(self) -> Key:
        """Who it is to a server: the group, the kind, the name and the labels."""
        return self.group, self.rule.kind, self.rule.name, tuple(sorted(self.rule.labels.items()))

    @property
    def title(self) -> str:
        """Name it for people."""
        return f"{self.rule.kind} {self.rule.name} of group {self.group}"

    @property
    def expression(self) -> str:
        """Its expression in its one form, or as written where it cannot be read."""
        text = self.rule.expression
        return canonical(text) or f"{text.strip()} (which cannot be read)"

    @property
    def manner(self) -> Meaning:
        """Tell all that it does beside its expression; what is at its default is not listed."""
        rule = self.rule
        said = {
            "group": self.group,
            "labels": bearing({name: value for name, value in sorted(rule.labels.items()) if value}),
            "for": _span(rule.held),
            "keep_firing_for": _span(rule.keep_firing),
            **{f"annotation {name}": text for name, text in rule.annotations.items()},
            "interval": _span(self.interval),
            "limit": str(self.limit or ""),
        }
        return {aspect: text for aspect, text in said.items() if text}


SOMETIMES_UNSAID = ("interval", "limit")
"""Aspects, and attributes of rules, that are ``None`` where a side does not say."""

Pair = tuple[PlacedRule | None, PlacedRule | None]
"""A rule of each side, or of one where the other has no counterpart."""


def placed(groups: Iterable[Group], interval: timedelta | None = None) -> tuple[PlacedRule, ...]:
    """List all rules of some groups; ``interval`` is that of the groups that give none, where it is known."""
    return tuple(
        PlacedRule(rule, group.name, group.file, group.interval or interval, group.limit)
        for group in groups
        for rule in rules_of(group)
    )


def pairs(ones: Iterable[PlacedRule], others: Iterable[PlacedRule]) -> Iterator[Pair]:
    """Pair the rules of two sides, each once: by identity first, then by name in the group, then by name."""
    left = list(ones), list(others)
    crowded = {key for side in left for key, times in Counter(one.key for one in side).items() if times > 1}

    def exactly(one: PlacedRule) -> object:
        return as_far_as_said(one), one.interval, one.limit

    def as_far_as_said(one: PlacedRule) -> object:
        return one.key, _act(one) if one.key in crowded else ()

    for alike in (exactly, as_far_as_said, _identity, _name_in_group, _name_and_labels, _name):
        found, left = _paired(alike, *left)
        yield from found
    yield from ((one, None) for one in left[0])
    yield from ((None, other) for other in left[1])


def _paired(
    alike: Callable[[PlacedRule], object], ones: list[PlacedRule], others: list[PlacedRule]
) -> tuple[list[Pair], tuple[list[PlacedRule], list[PlacedRule]]]:
    """Pair what is alike, in order; give what is left of both sides."""
    waiting: dict[object, list[PlacedRule]] = defaultdict(list)
    for other in others:
        waiting[alike(other)].append(other)
    found: list[Pair] = []
    left: list[PlacedRule] = []
    for one in ones:
        if candidates := waiting[alike(one)]:
            found.append((one, candidates.pop(0)))
        else:
            left.append(one)
    unused = {id(other) for candidates in waiting.values() for other in candidates}
    return found, (left, [other for other in others if id(other) in unused])


def _act(one: PlacedRule) -> object:
    """Tell what a rule does, without what a side may not say."""
    return one.expression, tuple(
        (aspect, text) for aspect, text in one.manner.items() if aspect not in SOMETIMES_UNSAID
    )


def _identity(one: PlacedRule) -> object:
    return one.key


def _name_in_group(one: PlacedRule) -> object:
    return one.group, one.rule.kind, one.rule.name


def _name_and_labels(one: PlacedRule) -> object:
    return one.key[1:]


def _name(one: PlacedRule) -> object:
    return one.rule.kind, one.rule.name


def _span(duration: timedelta | None) -> str:
    return format_duration(duration) if duration else ""
