"""Whether a server has exactly the rules of some files: each as often, none more, none other.

Unlike ``drift``, which asks what a metric rests on, this compares everything: names,
expressions as parsed trees, durations, labels, annotations and intervals. A file's path
says nothing: servers see files under paths of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import lru_cache

from gonogo.durations import format_duration
from gonogo.model.rule import LoadedGroup, RuleGroup, RuleKind
from gonogo.rules.canonical import canonical
from gonogo.rules.grouped import Group, rules_of

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule in its group, by what it means; equal ones are the same to a server.

    ``expression`` is in its one form, or as it is written where it cannot be read.
    """

    kind: RuleKind
    name: str
    group: str
    labels: Pairs
    expression: str
    held: timedelta
    keep_firing: timedelta
    interval: timedelta
    annotations: Pairs

    def __str__(self) -> str:
        """Name it as differences do."""
        borne = ", ".join(f'{name}="{value}"' for name, value in self.labels)
        return f"rule {self.name} of group {self.group}{f' with {borne}' if borne else ''}"


_WORDS = {
    "expression": "its expression",
    "held": "for",
    "keep_firing": "keep_firing_for",
    "interval": "its group's interval",
    "annotations": "its annotations",
}


def rule_differences(
    files: Iterable[RuleGroup], loaded: Iterable[LoadedGroup], default_interval: timedelta
) -> tuple[str, ...]:
    """Say how the rules that a server loaded differ from those of the files; nothing where they do not.

    Args:
        files: the groups of all the files that the server should have read.
        loaded: all the groups that it has.
        default_interval: the ``evaluation_interval`` of the configuration, for groups that name none.
    """
    wanted = Counter(placed(files, default_interval))
    found = Counter(placed(loaded, default_interval))
    return tuple(_said(list((wanted - found).elements()), list((found - wanted).elements())))


def placed(groups: Iterable[Group], default_interval: timedelta) -> Iterator[Placed]:
    """Give every rule of some groups as it is compared."""
    for group in groups:
        interval = group.interval or default_interval
        for rule in rules_of(group):
            yield Placed(
                kind=rule.kind,
                name=rule.name,
                group=group.name,
                labels=tuple(sorted(rule.labels.items())),
                expression=_meaning(rule.expression),
                held=rule.held,
                keep_firing=rule.keep_firing,
                interval=interval,
                annotations=tuple(sorted(rule.annotations.items())),
            )


@lru_cache(maxsize=65_536)
def _meaning(expression: str) -> str:
    return canonical(expression) or " ".join(expression.split())


def _said(missing: list[Placed], extra: list[Placed]) -> Iterator[str]:
    """Say each difference once: what is missing beside what is there in its place."""
    by_key: dict[tuple[object, ...], list[Placed]] = {}
    for other in extra:
        by_key.setdefault(_key(other), []).append(other)
    for one in missing:
        theirs = by_key.get(_key(one))
        yield _unlike(one, theirs.pop()) if theirs else f"{one} is in the files but not on the server"
    for left in by_key.values():
        yield from (f"{other} is on the server but not in the files" for other in left)


def _key(rule: Placed) -> tuple[object, ...]:
    return rule.kind, rule.name, rule.group, rule.labels


def _unlike(ours: Placed, theirs: Placed) -> str:
    parts = (
        f"{_WORDS[field.name]} is {_shown(there)} and not {_shown(here)}"
        for field in fields(ours)
        if (here := getattr(ours, field.name)) != (there := getattr(theirs, field.name))
    )
    return f"on the server {ours} differs from the files: {'; '.join(parts)}"


def _shown(value: timedelta | str | Pairs) -> str:
    if isinstance(value, timedelta):
        return format_duration(value)
    return value if isinstance(value, str) else repr(dict(value))
