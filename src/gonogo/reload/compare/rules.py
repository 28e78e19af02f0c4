"""Compares the rules that a server has loaded with those of the files, as multisets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from gonogo.model.rule import Group, LoadedGroup, RuleGroup
from gonogo.reload.compare.document import redacted
from gonogo.reload.compare.placed_rules import SOMETIMES_UNSAID, Meaning, PlacedRule, pairs, placed

Order = tuple[object, ...]
"""The rules of one group, in their order."""


def reordered(files: Iterable[Group], loaded: Iterable[Group]) -> tuple[str, ...]:
    """Return the groups that have the same rules on both sides in another order.

    Files are not compared. If several groups have one name, each must have an equal group on the other side.
    """
    orders, theirs = _orders(files), _orders(loaded)
    return tuple(
        name
        for name, found in orders.items()
        if found != theirs.get(name, found) and _members(found) == _members(theirs[name])
    )


def _orders(groups: Iterable[Group]) -> dict[str, Counter[Order]]:
    found: dict[str, Counter[Order]] = defaultdict(Counter)
    for group in groups:
        found[group.name][_order(placed((group,)))] += 1
    return found


def _order(rules: tuple[PlacedRule, ...]) -> Order:
    """Return the identities of the rules in their order. Expressions are read only for rules with one identity."""
    times = Counter(one.key for one in rules)
    return tuple((one.key, one.expression if times[one.key] > 1 else "") for one in rules)


def _members(orders: Counter[Order]) -> Counter[frozenset[tuple[object, int]]]:
    found: Counter[frozenset[tuple[object, int]]] = Counter()
    for order, times in orders.items():
        found[frozenset(Counter(order).items())] += times
    return found


class Aspect(Struct, frozen=True):
    """An aspect in which two rules differ. An empty text means nothing. Secrets in URLs are removed."""

    name: str
    staged: str
    loaded: str


class RuleChange(Struct, frozen=True):
    """A rule that both sides have, and its differences."""

    staged: PlacedRule
    loaded: PlacedRule
    aspects: tuple[Aspect, ...]


class RulesDifference(Struct, frozen=True):
    """The differences between two sets of rules. ``reordered`` are groups with the same rules in another order."""

    missing: tuple[PlacedRule, ...] = ()
    extra: tuple[PlacedRule, ...] = ()
    changed: tuple[RuleChange, ...] = ()
    reordered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.changed or self.reordered)

    @property
    def words(self) -> tuple[str, ...]:
        """Return each difference as a clause."""
        return (
            *(f"{one.title} is in the files and not on the server" for one in self.missing),
            *(f"{one.title} is on the server and not in the files" for one in self.extra),
            *(_in_words(change, aspect) for change in self.changed for aspect in change.aspects),
            *(
                f"the rules of group {name} are in another order on the server than in the files"
                for name in self.reordered
            ),
        )


def rules_difference(
    files: Iterable[RuleGroup], loaded: Iterable[LoadedGroup], evaluation_interval: timedelta | None = None
) -> RulesDifference:
    """Compare the rules of files with those that a server has loaded, as multisets.

    The identity of a rule is its group, kind, name and labels. Files are not compared, because servers see them under
    other paths. Expressions are compared as trees. Groups without an interval of their own have
    ``evaluation_interval``, and ``None`` accepts any interval of such groups.
    """
    files, loaded = tuple(files), tuple(loaded)
    found = tuple(pairs(placed(files, evaluation_interval), placed(loaded)))
    both = [(one, other, _aspects(one, other)) for one, other in found if one is not None and other is not None]
    return RulesDifference(
        missing=tuple(one for one, other in found if one is not None and other is None),
        extra=tuple(other for one, other in found if other is not None and one is None),
        changed=tuple(RuleChange(one, other, aspects) for one, other, aspects in both if aspects),
        reordered=reordered(files, loaded),
    )


def _aspects(staged: PlacedRule, loaded: PlacedRule) -> tuple[Aspect, ...]:
    ours, theirs = _meanings(staged, loaded)
    unsaid = {name for name in SOMETIMES_UNSAID if None in (getattr(staged, name), getattr(loaded, name))}
    return tuple(
        Aspect(name, redacted(ours.get(name, "")), redacted(theirs.get(name, "")))
        for name in dict.fromkeys((*ours, *theirs))
        if name not in unsaid and ours.get(name) != theirs.get(name)
    )


def _meanings(staged: PlacedRule, loaded: PlacedRule) -> tuple[Meaning, Meaning]:
    """Return the meanings of both rules. Expressions are parsed only if their texts differ."""
    if staged.rule.expression == loaded.rule.expression:
        return staged.manner, loaded.manner
    return {"expression": staged.expression, **staged.manner}, {"expression": loaded.expression, **loaded.manner}


def _in_words(change: RuleChange, aspect: Aspect) -> str:
    there, here = (text or "nothing" for text in (aspect.loaded, aspect.staged))
    return f"{aspect.name} of {change.staged.title} is {there} on the server and {here} in the files"
