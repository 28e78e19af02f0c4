"""Compares the order of the rules in a group, which is the order of their evaluation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from gonogo.model.rule import Group
from gonogo.reload.compare.placed_rules import PlacedRule, placed

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
