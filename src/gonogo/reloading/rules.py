"""Whether the rules that a server has loaded are those of the files, each as often, and how they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.rule import LoadedGroup, RuleGroup
from gonogo.reloading.placed_rules import Meaning, PlacedRule, pairs, placed

_SOMETIMES_UNSAID = ("interval", "limit")
"""Aspects, and attributes of rules, that are ``None`` where a side does not say."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing in which two rules differ; nothing is an empty text."""

    name: str
    staged: str
    loaded: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that both sides have, and all in which they differ."""

    staged: PlacedRule
    loaded: PlacedRule
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class RulesDifference:
    """How two sets of rules differ; nothing in it when they are equal.

    Attributes:
        missing: in the files, not on the server.
        extra: on the server, not in the files.
        changed: on both, and not the same.
    """

    missing: tuple[PlacedRule, ...] = ()
    extra: tuple[PlacedRule, ...] = ()
    changed: tuple[RuleChange, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.missing or self.extra or self.changed)

    @property
    def words(self) -> tuple[str, ...]:
        """Say each difference as a clause."""
        return (
            *(f"{one.title} is in the files and not on the server" for one in self.missing),
            *(f"{one.title} is on the server and not in the files" for one in self.extra),
            *(_in_words(change, aspect) for change in self.changed for aspect in change.aspects),
        )


def rules_difference(
    files: Iterable[RuleGroup], loaded: Iterable[LoadedGroup], evaluation_interval: timedelta | None = None
) -> RulesDifference:
    """Compare the rules of files with those that a server has loaded, as multisets.

    A rule is who it is by group, kind, name and labels; files are not compared, since
    servers see them under paths of their own. Expressions are compared as trees.

    Args:
        files: the groups of all rule files.
        loaded: what the server answered.
        evaluation_interval: the configuration's, for groups that give none; ``None``: such
            groups may have any.
    """
    return compared(placed(files, evaluation_interval), placed(loaded))


def compared(staged: Iterable[PlacedRule], loaded: Iterable[PlacedRule]) -> RulesDifference:
    """Compare rules that have been placed already, whichever sides they are from."""
    missing: list[PlacedRule] = []
    extra: list[PlacedRule] = []
    changed: list[RuleChange] = []
    for one, other in pairs(staged, loaded):
        if one is not None and other is not None:
            if aspects := _aspects(one, other):
                changed.append(RuleChange(one, other, aspects))
        elif one is not None:
            missing.append(one)
        elif other is not None:
            extra.append(other)
    return RulesDifference(tuple(missing), tuple(extra), tuple(changed))


def _aspects(staged: PlacedRule, loaded: PlacedRule) -> tuple[Aspect, ...]:
    ours, theirs = _meanings(staged, loaded)
    unsaid = {name for name in _SOMETIMES_UNSAID if None in (getattr(staged, name), getattr(loaded, name))}
    return tuple(
        Aspect(name, ours.get(name, ""), theirs.get(name, ""))
        for name in dict.fromkeys((*ours, *theirs))
        if name not in unsaid and ours.get(name) != theirs.get(name)
    )


def _meanings(staged: PlacedRule, loaded: PlacedRule) -> tuple[Meaning, Meaning]:
    """Tell what both do; expressions are read only where their texts differ."""
    if staged.rule.expression == loaded.rule.expression:
        return staged.manner, loaded.manner
    return {"expression": staged.expression, **staged.manner}, {"expression": loaded.expression, **loaded.manner}


def _in_words(change: RuleChange, aspect: Aspect) -> str:
    there, here = (text or "nothing" for text in (aspect.loaded, aspect.staged))
    return f"{aspect.name} of {change.staged.title} is {there} on the server and {here} in the files"
