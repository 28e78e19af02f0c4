"""Rules with their groups, paired with their counterparts on the other side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.model.rule import Group, Rule, rules_of
from gonogo.promql.canonical import canonical
from gonogo.promql.drift import Key
from gonogo.promql.matchers import bearing

Meaning = Mapping[str, str]
"""The behaviour of a rule by aspect, each in one normal form."""


class PlacedRule(Struct, frozen=True):
    """A rule and its group. ``interval`` and ``limit`` are ``None`` if the side does not show them."""

    rule: Rule
    group: str
    file: str
    interval: timedelta | None
    limit: int | None

    @property
    def key(self) -> Key:
        """Return the rule's identity on a server: the group, the kind, the name and the labels."""
        return self.group, self.rule.kind, self.rule.name, tuple(sorted(self.rule.labels.items()))

    @property
    def title(self) -> str:
        """Return the rule's name for messages."""
        return f"{self.rule.kind} {self.rule.name} of group {self.group}"

    @property
    def expression(self) -> str:
        """Return the expression in its normal form, or as written if it cannot be parsed."""
        text = self.rule.expression
        return canonical(text) or f"{text.strip()} (which cannot be read)"

    @property
    def manner(self) -> Meaning:
        """Return everything that the rule does except its expression. Defaults are not listed."""
        rule = self.rule
        aspects = {
            "group": self.group,
            "labels": bearing({name: value for name, value in sorted(rule.labels.items()) if value}),
            "for": _span(rule.held),
            "keep_firing_for": _span(rule.keep_firing),
            **{f"annotation {name}": text for name, text in rule.annotations.items()},
            "interval": _span(self.interval),
            "limit": str(self.limit or ""),
        }
        return {aspect: text for aspect, text in aspects.items() if text}


SOMETIMES_UNSAID = ("interval", "limit")
"""Aspects, and attributes of rules, that are ``None`` if a side does not show them."""

Pair = tuple[PlacedRule | None, PlacedRule | None]
"""A rule of each side, or only one rule if the other side has no counterpart."""


def placed(groups: Iterable[Group], interval: timedelta | None = None) -> tuple[PlacedRule, ...]:
    """List all rules of some groups. ``interval`` is the interval of the groups that have none, if it is known."""
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
        return as_far_as_shown(one), one.interval, one.limit

    def as_far_as_shown(one: PlacedRule) -> object:
        return one.key, _act(one) if one.key in crowded else ()

    for alike in (exactly, as_far_as_shown, *_LESS_AND_LESS):
        found, left = _paired(alike, *left)
        yield from found
    yield from ((one, None) for one in left[0])
    yield from ((None, other) for other in left[1])


def _paired(
    alike: Callable[[PlacedRule], object], ones: list[PlacedRule], others: list[PlacedRule]
) -> tuple[list[Pair], tuple[list[PlacedRule], list[PlacedRule]]]:
    """Pair equal rules, in order. Return the pairs and the remaining rules of both sides."""
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
    """Return what a rule does, without the aspects that a side may not show."""
    return one.expression, tuple(
        (aspect, text) for aspect, text in one.manner.items() if aspect not in SOMETIMES_UNSAID
    )


_LESS_AND_LESS: tuple[Callable[[PlacedRule], object], ...] = (
    lambda one: one.key,
    lambda one: (one.group, one.rule.kind, one.rule.name),
    lambda one: one.key[1:],
    lambda one: (one.rule.kind, one.rule.name),
)
"""The identity of a rule, its name in the group, its name and labels, its name."""


def _span(duration: timedelta | None) -> str:
    return format_duration(duration) if duration else ""
